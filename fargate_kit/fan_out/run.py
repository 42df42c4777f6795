"""The engine of a fan-out: starts tasks at a pace that AWS takes, follows them, tries again."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel

from fargate_kit.core.pacing import Pacing
from fargate_kit.core.session import Session
from fargate_kit.errors import (
    ApiError,
    CostLimitReached,
    Denied,
    FargateError,
    InvalidSpec,
    NotFound,
    Throttled,
    WaitTimeout,
)
from fargate_kit.fan_out.cost import Meter
from fargate_kit.fan_out.events import FanOutEventKind
from fargate_kit.fan_out.job import Identity, Sighting, is_earlier_life, sightings, tasks_of
from fargate_kit.fan_out.leaving import stop_all, tasks_of_lost_calls
from fargate_kit.fan_out.ledger import Ledger
from fargate_kit.fan_out.plan import ON_DEMAND, SPOT, Batch, Input, batch_size, batches
from fargate_kit.fan_out.queue import CallQueue
from fargate_kit.fan_out.result import Attempt
from fargate_kit.fan_out.retries import (
    NO_REASON,
    STOPPED_BY_US,
    AttemptVerdict,
    Refusal,
    back_off,
    forgotten,
    judge,
    not_placed,
    refused,
    sort_refusal,
)
from fargate_kit.model.values import Network, TaskStatus
from fargate_kit.tasks.run_task import call_run_task, run_request
from fargate_kit.tasks.task import Task, phases
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["FanOutRun", "Settings"]

# RunTask calls under way at once: each takes some tenths of a second, and 20 a second may be made.
CALLS_AT_ONCE = 10
# Fargate without room, or a throttle that does not pass, is borne for so many seconds.
PATIENCE = 900.0
# When Spot had no room, the next so many seconds go on-demand at once, where both were asked for.
SPOT_IS_OUT = 60.0
# The budget is looked at so often, in seconds.
LOOK_AT_COST = 10.0
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a fan-out runs; `Cluster.fan_out()` describes each."""

    limit: int
    retries: int
    capacities: Sequence[str]
    network: Network
    platform_version: str | None
    group: str | None
    tags: Mapping[str, str]
    timeout: float | None
    max_cost: float | None
    retry_exit_codes: Collection[int]


class _Live:
    """A task of ours that has not stopped yet, as far as we know."""

    __slots__ = ("batch", "of", "runs", "since", "task")

    def __init__(self, of: Input, task: Task, batch: Batch, since: float) -> None:
        self.of = of
        self.task = task
        self.batch = batch
        self.since = since
        self.runs = False


class FanOutRun:
    """Runs the inputs of one fan-out, inside a task group that somebody else holds."""

    def __init__(
        self,
        session: Session,
        cluster_arn: str,
        definition: TaskDefinition,
        *,
        inputs: Sequence[Input],
        identity: Identity,
        settings: Settings,
        ledger: Ledger,
        pacing: Pacing,
        meter: Meter,
    ) -> None:
        self._session = session
        self._cluster_arn = cluster_arn
        self._definition = definition
        self._inputs = inputs
        self._identity = identity
        self._settings = settings
        self._ledger = ledger
        self._pacing = pacing
        self._meter = meter
        self._queue = CallQueue(session.clock, settings.limit)
        self._live: dict[str, _Live] = {}
        self._unsure: dict[Input, Batch] = {}
        self._spent = 0.0
        self._spot_is_out_until = 0.0
        self._first_refusals = 0
        self._ever_started = False
        self._calls = anyio.Semaphore(CALLS_AT_ONCE)
        self._group: anyio.abc.TaskGroup

    async def look_back(self) -> dict[tuple[str, int], list[Sighting]]:
        """Find what an earlier process of the same job has started; nothing without a job.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks
        """
        if self._identity.job is None:
            return {}
        tasks = await tasks_of(self._session, self._pacing, self._cluster_arn, self._identity)
        return sightings(tasks)

    async def work(self, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> None:
        """Take up what is there, start what is not, and follow all of it; until it is cancelled.

        Args:
            seen: What `look_back()` found.
        """
        # A group of its own: an error ends the work, and is told where results are awaited.
        async with anyio.create_task_group() as self._group:
            self._ledger.when_failed = self._group.cancel_scope.cancel
            self._start(self._begin, seen)

    async def _begin(self, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> None:
        settings = self._settings
        new = [one for one in self._inputs if not self._take_up(one, seen)]
        size = batch_size(len(self._inputs), settings.limit)
        self._queue.put(batches(new, size=size, capacity=settings.capacities[0]))
        if settings.timeout is not None:
            self._start(self._ring, settings.timeout)
        if settings.max_cost is not None:
            self._start(self._watch_cost, settings.max_cost)
        await self._dispatch()

    async def stop(self) -> list[str]:
        """Stop whatever was started and has not ended; `work()` must have ended before.

        Returns:
            A sentence on each task that may still run.
        """
        left: list[str] = []
        with anyio.CancelScope(shield=True):
            tasks = {arn: live.task for arn, live in self._live.items()}
            try:
                lost = await tasks_of_lost_calls(
                    self._session,
                    self._pacing,
                    self._cluster_arn,
                    self._identity,
                    self._unsure.values(),
                )
                tasks.update({task.arn: task for task in lost})
            except FargateError as error:
                left.append(
                    "the answer to RunTask was lost, and its tasks could not be looked for: tasks "
                    f"started by {self._identity.started_by!r} may still run ({error})"
                )
            left += await stop_all(self._session, self._pacing, tasks.values())
        return left

    # starting

    async def _dispatch(self) -> None:
        """Make the calls one after the other, each when there is room and AWS takes it."""
        while True:
            batch = await self._queue.next()
            if batch.capacity == SPOT and self._session.clock.now() < self._spot_is_out_until:
                batch = self._moved(batch, self._settings.capacities[-1])
            await self._pacing.before(
                "ecs:RunTask", launches=len(batch.inputs), capacity_provider=batch.capacity
            )
            await self._calls.acquire()
            self._start(self._launch, batch)

    def _moved(self, batch: Batch, capacity: str) -> Batch:
        """Return the same for another capacity, unless AWS may have started it already."""
        return batch if batch.first in self._unsure else replace(batch, capacity=capacity)

    async def _launch(self, batch: Batch) -> None:
        request = self._request(batch)
        token = self._identity.client_token(request, batch)
        try:
            # Who has been cancelled by now need not be started first, to be stopped then.
            await anyio.lowlevel.checkpoint()
            # From here on a lost answer would leave tasks that nobody knows.
            self._unsure[batch.first] = batch
            reply = await call_run_task(
                self._session, request, count=len(batch.inputs), client_token=token
            )
            self._take_in(batch, reply)
        except Throttled as error:
            # An earlier try of this call may have been heard: it is made again with its token.
            self._put_off(batch, error.reason, error)
        except (Denied, InvalidSpec, NotFound):
            self._unsure.pop(batch.first)
            raise
        except ApiError as error:
            if error.code not in OF_THE_INPUT:
                raise
            self._unsure.pop(batch.first)
            self._refused(batch, error)
        finally:
            self._calls.release()

    def _request(self, batch: Batch) -> dict[str, Any]:
        settings = self._settings
        return run_request(
            self._session,
            self._cluster_arn,
            self._definition,
            batch.first.overrides,
            network=settings.network,
            capacity_provider=SPOT if batch.capacity == SPOT else None,
            platform_version=settings.platform_version,
            group=settings.group,
            started_by=self._identity.started_by,
            tags={**settings.tags, **self._identity.tags(batch)},
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
            self._ever_started = True
            task = Task.from_api(raw, self._session)
            self._follow(one, task, batch, FanOutEventKind.STARTED)
        self._unsure.pop(batch.first, None)
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
        if not self._live:
            self._put_off(batch, reason)
            return
        self._queue.free(len(batch.inputs))
        self._queue.respect_quota()
        self._ledger.tell(FanOutEventKind.REFUSED, batch.first.index, batch.attempt, reason=reason)
        # One by one: there may be room for some of them.
        self._queue.put_first(replace(batch, inputs=(one,)) for one in batch.inputs)

    def _put_off(self, batch: Batch, reason: str, error: ApiError | None = None) -> None:
        """Try a call again, elsewhere or later; not for ever."""
        now = self._session.clock.now()
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
        if error is None and batch.capacity == SPOT:
            self._spot_is_out_until = now + SPOT_IS_OUT
            if self._settings.capacities[-1] == ON_DEMAND:
                self._start(self._later, replace(batch, capacity=ON_DEMAND), 0.0)
                return
        self._start(self._later, batch, back_off(batch.refusals))

    async def _later(self, batch: Batch, seconds: float) -> None:
        if seconds:
            await self._session.clock.sleep(seconds)
        self._queue.put_first([batch])

    def _refused(self, batch: Batch, error: ApiError) -> None:
        """Give up inputs that AWS does not take; where it takes none at all, give up everything."""
        self._first_refusals += 1
        if not self._ever_started and self._first_refusals >= FIRST_REFUSALS:
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

    # following

    def _take_up(self, one: Input, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> bool:
        """Go on with what an earlier process has started for an input, if it has."""
        tasks = seen.get((one.digest, one.ordinal))
        if not tasks:
            return False
        *earlier, last = tasks
        self._ever_started = True
        for each in earlier:
            self._tried(one, each.task, each.attempt)
        self._queue.take()
        capacity = last.task.capacity_provider or ON_DEMAND
        batch = Batch(inputs=(one,), capacity=capacity, attempt=last.attempt)
        self._follow(one, last.task, batch, FanOutEventKind.REATTACHED)
        return True

    def _follow(self, one: Input, task: Task, batch: Batch, kind: FanOutEventKind) -> None:
        live = _Live(one, task, batch, self._session.clock.now())
        self._live[task.arn] = live
        self._ledger.starting += 1
        if batch.attempt > 1:
            self._ledger.retried += 1
        self._start(self._watch, live)
        self._ledger.tell(kind, one.index, batch.attempt, task=task)

    async def _watch(self, live: _Live) -> None:
        """Follow a task to its end, through the poller that all tasks of the cluster share."""
        try:
            await self._follow_to_the_end(live)
        except NotFound as error:
            if error.code != "MISSING":
                raise
            self._forgotten(live, error)
        else:
            self._stopped(live)

    async def _follow_to_the_end(self, live: _Live) -> None:
        self._runs(live, live.task)
        while live.task.status != TaskStatus.STOPPED:
            try:
                async for picture in phases(live.task):
                    live.task = picture
                    self._runs(live, picture)
            except Throttled:
                # The pace has been lowered for everybody; nothing is lost by looking later.
                await self._session.clock.sleep(self._session.poll_every)

    def _runs(self, live: _Live, picture: Task) -> None:
        if picture.status == TaskStatus.RUNNING and not live.runs:
            live.runs = True
            self._ledger.starting -= 1
            self._ledger.running += 1
            self._ledger.tell(
                FanOutEventKind.RUNNING, live.of.index, live.batch.attempt, task=picture
            )

    def _forgotten(self, live: _Live, error: NotFound) -> None:
        """Give up a task whose end nobody can tell any more."""
        self._leave(live)
        verdict = forgotten(error.reason)
        self._ledger.tried(
            live.of,
            Attempt(number=live.batch.attempt, task=live.task, verdict=verdict, error=error),
        )
        self._ledger.ended(live.of)

    def _leave(self, live: _Live) -> None:
        del self._live[live.task.arn]
        self._queue.free()
        self._ledger.starting -= not live.runs
        self._ledger.running -= live.runs

    def _stopped(self, live: _Live) -> None:
        self._leave(live)
        if self._settings.max_cost is not None:
            seconds = self._session.clock.now() - live.since
            self._spent += self._meter.so_far(live.task, seconds)
        if live.task.stopped_reason == STOPPED_BY_US:
            # By another process that left the job; this one goes on.
            again = replace(live.batch, inputs=(live.of,), life=live.batch.life + 1)
            self._queue.put_first([again])
            return
        verdict = self._tried(live.of, live.task, live.batch.attempt)
        if (
            verdict.succeeded
            or not verdict.transient
            or live.batch.attempt > self._settings.retries
        ):
            self._ledger.ended(live.of)
            return
        self._ledger.tell(
            FanOutEventKind.RETRIED,
            live.of.index,
            live.batch.attempt,
            task=live.task,
            reason=verdict.reason,
        )
        again = Batch(
            inputs=(live.of,),
            capacity=self._settings.capacities[-1],
            attempt=live.batch.attempt + 1,
        )
        pause = 0.0 if live.batch.capacity != again.capacity else back_off(live.batch.attempt)
        self._start(self._later, again, pause)

    def _tried(self, one: Input, task: Task, attempt: int) -> AttemptVerdict:
        verdict = judge(task, self._settings.retry_exit_codes)
        self._ledger.tried(one, Attempt(number=attempt, task=task, verdict=verdict))
        return verdict

    # limits

    async def _ring(self, seconds: float) -> None:
        await self._session.clock.sleep(seconds)
        progress = self._ledger.progress
        raise WaitTimeout(
            f"the fan-out did not end within {seconds:g} s; last seen: {progress}", last=progress
        )

    async def _watch_cost(self, dollars: float) -> None:
        while True:
            await self._session.clock.sleep(LOOK_AT_COST)
            now = self._session.clock.now()
            running = sum(
                self._meter.so_far(live.task, now - live.since) for live in self._live.values()
            )
            if (spent := self._spent + running) >= dollars:
                raise CostLimitReached(
                    f"the fan-out has cost about ${spent:.2f} by list prices, and may cost "
                    f"${dollars:.2f}; {self._ledger.progress}",
                    spent=spent,
                    limit=dollars,
                )

    # the group

    def _start(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        self._group.start_soon(self._guarded, work, *arguments)

    async def _guarded(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Let an error end everything where the results are awaited, not in the middle of it."""
        try:
            await work(*arguments)
        except Exception as error:
            self._ledger.fail(error)
