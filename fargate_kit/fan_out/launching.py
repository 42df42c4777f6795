"""Starting the tasks of a fan-out: RunTask at a pace that AWS takes, and what it did not take."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import anyio
import anyio.lowlevel

from fargate_kit.core.outage import may_pass, outlast
from fargate_kit.errors import (
    ApiError,
    Denied,
    FargateError,
    InvalidSpec,
    NotFound,
    Throttled,
)
from fargate_kit.fan_out.events import FanOutEventKind
from fargate_kit.fan_out.following import Following
from fargate_kit.fan_out.job import is_earlier_life
from fargate_kit.fan_out.plan import Batch, Input
from fargate_kit.fan_out.result import Attempt
from fargate_kit.fan_out.retries import (
    NO_REASON,
    Refusal,
    back_off,
    not_placed,
    refused,
    sort_refusal,
)
from fargate_kit.fan_out.settings import ON_DEMAND, SPOT
from fargate_kit.fan_out.work import Shared
from fargate_kit.tasks.run_task import call_run_task, run_request
from fargate_kit.tasks.task import Task

__all__ = ["Launching"]

# RunTask calls under way at once: each takes some tenths of a second, and 20 a second may be made.
CALLS_AT_ONCE = 10
# Fargate without room, or a throttle that does not pass, is borne for so many seconds.
PATIENCE = 900.0
# When Spot had no room, the next so many seconds go on-demand at once, where both were asked for.
SPOT_IS_OUT = 60.0
# These codes of RunTask are about one input or the definition, and nothing was started (ECS model).
OF_THE_INPUT = frozenset({
    "ClientException",
    "InvalidParameterException",
    "PlatformTaskDefinitionIncompatibilityException",
    "PlatformUnknownException",
    "UnsupportedFeatureException",
})
# So many first calls that are all refused say that the others would be refused as well.
FIRST_REFUSALS = 3


class Launching:
    """Makes the calls of a fan-out, one after the other, and hands their tasks over."""

    def __init__(self, shared: Shared, following: Following) -> None:
        self._shared = shared
        self._clock = shared.session.clock
        self._queue = shared.queue
        self._ledger = shared.ledger
        self._settings = shared.settings
        self._following = following
        self._unsure: dict[Input, Batch] = {}
        self._unanswered: set[Input] = set()
        self._spot_is_out_until = 0.0
        self._first_refusals = 0
        self._calls = anyio.Semaphore(CALLS_AT_ONCE)

    @property
    def unsure(self) -> Sequence[Batch]:
        """The calls of which it is not known whether they have started anything."""
        return list(self._unsure.values())

    async def dispatch(self) -> None:
        """Make the calls one after the other, each when there is room and AWS takes it."""
        while True:
            batch = await self._queue.next()
            if batch.capacity == SPOT and self._clock.now() < self._spot_is_out_until:
                batch = self._moved(batch, self._settings.capacities[-1])
            await self._shared.pacing.before(
                "ecs:RunTask", launches=len(batch.inputs), capacity_provider=batch.capacity
            )
            await self._calls.acquire()
            self._shared.work.start(self._launch, batch)

    def _moved(self, batch: Batch, capacity: str) -> Batch:
        """Return the same for another capacity, unless AWS may have started it already."""
        return batch if batch.first in self._unsure else replace(batch, capacity=capacity)

    async def _launch(self, batch: Batch) -> None:
        try:
            if self._shared.spill is not None:
                await self._shared.spill.put(batch.first.spilled)
            # Who has been cancelled by now need not be started first, to be stopped then.
            await anyio.lowlevel.checkpoint()
            # From here on a lost answer would leave tasks that nobody knows.
            self._unsure[batch.first] = batch
            self._take_in(batch, await self._run_task(batch))
        except Throttled as error:
            # An earlier try of this call may have been heard: it is made again with its token.
            self._put_off(batch, error.reason, error)
        except (Denied, InvalidSpec, NotFound):
            self._nothing_started(batch)
            raise
        except ApiError as error:
            if error.code not in OF_THE_INPUT:
                raise
            self._nothing_started(batch)
            self._refused(batch, error)
        finally:
            self._calls.release()

    async def _run_task(self, batch: Batch) -> dict[str, Any]:
        """Make a call, and the same again while AWS does not answer: it starts nothing twice.

        It keeps its turn meanwhile, so in an outage no more than ten calls try.
        """
        shared = self._shared
        request = self._request(batch)
        token = shared.identity.client_token(request, batch)

        async def call() -> dict[str, Any]:
            try:
                return await call_run_task(
                    shared.session, request, count=len(batch.inputs), client_token=token
                )
            except FargateError as error:
                if may_pass(error):
                    self._unanswered.add(batch.first)
                raise

        return await outlast(
            self._clock,
            call,
            what=f"whether RunTask has started input {batch.first.index} is not known",
            unless=Throttled,
        )

    def _nothing_started(self, batch: Batch) -> None:
        """Forget a call that was refused, unless an earlier try of it may have been heard."""
        if batch.first not in self._unanswered:
            self._unsure.pop(batch.first, None)

    def _request(self, batch: Batch) -> dict[str, Any]:
        shared, settings = self._shared, self._settings
        return run_request(
            shared.session,
            shared.cluster_arn,
            shared.definition,
            batch.first.overrides,
            network=settings.network,
            capacity_provider=SPOT if batch.capacity == SPOT else None,
            platform_version=settings.platform_version,
            group=settings.group,
            started_by=shared.identity.started_by,
            tags={**settings.tags, **shared.identity.tags(batch)},
        )

    def _take_in(self, batch: Batch, reply: Mapping[str, Any]) -> None:
        """Enter what a call started, and see to what it did not; without a pause in between."""
        left = deque(batch.inputs)
        for raw in reply["tasks"]:
            one = left.popleft()
            if is_earlier_life(raw):
                self._queue.free()
                self._queue.put_first([replace(batch, inputs=(one,), life=batch.life + 1)])
                continue
            task = Task.from_api(raw, self._shared.session)
            self._following.follow(one, task, batch, FanOutEventKind.STARTED)
        self._unsure.pop(batch.first, None)
        self._unanswered.discard(batch.first)
        if left:
            self._not_placed(replace(batch, inputs=tuple(left)), reply.get("failures", ()))

    def _not_placed(self, batch: Batch, failures: Sequence[Mapping[str, Any]]) -> None:
        """See to inputs for which a call brought no task."""
        reasons = [failure.get("reason") or NO_REASON for failure in failures]
        reasons += [NO_REASON] * (len(batch.inputs) - len(reasons))
        # What can be tried again stays together: they go on as one call.
        reasons.sort(key=lambda reason: sort_refusal(reason) == Refusal.NEVER)
        kinds = [sort_refusal(reason) for reason in reasons]
        again = len(kinds) - kinds.count(Refusal.NEVER)
        for one, reason in zip(batch.inputs[again:], reasons[again:], strict=False):
            self._queue.free()
            self._give_up(one, batch.attempt, reason)
        if not again:
            return
        batch = replace(batch, inputs=batch.inputs[:again])
        if kinds[0] == Refusal.AFTER_OURS:
            self._respect_quota(batch, reasons[0])
        else:
            self._put_off(batch, reasons[0])

    def _respect_quota(self, batch: Batch, reason: str) -> None:
        """Wait until tasks of ours end; if there are none, others use the quota up."""
        if not self._following.tasks:
            self._put_off(batch, reason)
            return
        self._queue.free(len(batch.inputs))
        self._queue.respect_quota()
        self._ledger.tell(FanOutEventKind.REFUSED, batch.first.index, batch.attempt, reason=reason)
        # One by one: there may be room for some of them.
        self._queue.put_first(replace(batch, inputs=(one,)) for one in batch.inputs)

    def _put_off(self, batch: Batch, reason: str, error: ApiError | None = None) -> None:
        """Try a call again, elsewhere or later; not for ever."""
        now = self._clock.now()
        since = now if batch.refused_since is None else batch.refused_since
        self._queue.free(len(batch.inputs))
        if now - since > PATIENCE:
            if error is not None:
                raise error
            for one in batch.inputs:
                self._give_up(one, batch.attempt, reason)
            return
        self._ledger.tell(FanOutEventKind.REFUSED, batch.first.index, batch.attempt, reason=reason)
        batch = replace(batch, refusals=batch.refusals + 1, refused_since=since)
        pause = back_off(batch.refusals)
        if error is None and batch.capacity == SPOT:
            self._spot_is_out_until = now + SPOT_IS_OUT
            if self._settings.capacities[-1] == ON_DEMAND:
                batch, pause = replace(batch, capacity=ON_DEMAND), 0.0
        self._shared.work.start(self._queue.put_later, batch, pause)

    def _refused(self, batch: Batch, error: ApiError) -> None:
        """Give up inputs that AWS does not take; where it takes none at all, give up everything."""
        self._first_refusals += 1
        if not self._following.has_begun and self._first_refusals >= FIRST_REFUSALS:
            raise error
        for one in batch.inputs:
            self._queue.free()
            self._give_up(one, batch.attempt, error.reason, error)

    def _give_up(
        self, one: Input, attempt: int, reason: str, error: ApiError | None = None
    ) -> None:
        verdict = refused(reason) if error else not_placed(reason)
        self._ledger.tried(one, Attempt(number=attempt, task=None, verdict=verdict, error=error))
        self._ledger.ended(one)
