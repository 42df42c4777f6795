"""Following the tasks of a fan-out to their end, through the poller that all tasks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

import anyio

from fargate_kit.core.outage import may_pass, outlast
from fargate_kit.errors import FargateError, NotFound
from fargate_kit.fan_out.events import FanOutEventKind
from fargate_kit.fan_out.job import Sighting
from fargate_kit.fan_out.plan import Batch, Input
from fargate_kit.fan_out.result import Attempt
from fargate_kit.fan_out.retries import STOPPED_BY_US, AttemptVerdict, back_off, forgotten, judge
from fargate_kit.fan_out.settings import ON_DEMAND
from fargate_kit.fan_out.work import Shared
from fargate_kit.model.values import TaskStatus
from fargate_kit.tasks.task import DESCRIBED_AT_ONCE, Task, describe, phases

__all__ = ["Following"]


class _Live:
    """A task of ours that has not stopped yet, as far as we know."""

    __slots__ = ("batch", "of", "runs", "since", "task")

    def __init__(self, of: Input, task: Task, batch: Batch, since: float) -> None:
        self.of = of
        self.task = task
        self.batch = batch
        self.since = since
        self.runs = False


class Following:
    """Watches every task until it has stopped, and sees to what comes then."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._session = shared.session
        self._ledger = shared.ledger
        self._queue = shared.queue
        self._settings = shared.settings
        self._live: dict[str, _Live] = {}
        self._spent = 0.0
        self._answered: anyio.Event | None = None
        self.has_begun = False
        """Whether there has been any task at all."""

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Those that have not stopped, by ARN, as they were last seen."""
        return {arn: live.task for arn, live in self._live.items()}

    def spent(self) -> float:
        """Return dollars that all tasks have cost until now, by list prices."""
        now = self._session.clock.now()
        return self._spent + sum(
            self._shared.meter.so_far(live.task, now - live.since) for live in self._live.values()
        )

    def take_up(self, one: Input, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> bool:
        """Go on with what an earlier process has started for an input, if it has."""
        tasks = seen.get((one.digest, one.ordinal))
        if not tasks:
            return False
        *earlier, last = tasks
        for each in earlier:
            self._tried(one, each.task, each.attempt)
        self._queue.take()
        capacity = last.task.capacity_provider or ON_DEMAND
        batch = Batch(inputs=(one,), capacity=capacity, attempt=last.attempt)
        if self._shared.spill is not None:
            self._shared.spill.expect(one.spilled)
        self.follow(one, last.task, batch, FanOutEventKind.REATTACHED)
        return True

    def follow(self, one: Input, task: Task, batch: Batch, kind: FanOutEventKind) -> None:
        """Watch the task of an input from now on."""
        self.has_begun = True
        live = _Live(one, task, batch, self._session.clock.now())
        self._live[task.arn] = live
        self._ledger.starting += 1
        if batch.attempt > 1:
            self._ledger.retried += 1
        self._shared.work.start(self._watch, live)
        self._ledger.tell(kind, one.index, batch.attempt, task=task)

    async def _watch(self, live: _Live) -> None:
        try:
            await self._to_the_end(live)
        except NotFound as error:
            if error.code != "MISSING":
                raise
            self._forgotten(live, error)
        else:
            self._stopped(live)

    async def _to_the_end(self, live: _Live) -> None:
        self._runs(live, live.task)
        while live.task.status != TaskStatus.STOPPED:
            try:
                async for picture in phases(live.task):
                    live.task = picture
                    self._runs(live, picture)
            except FargateError as error:
                if not may_pass(error):
                    raise
                await self._outlast(live, error)

    async def _outlast(self, live: _Live, error: FargateError) -> None:
        """Wait until AWS answers again: one of those who wait asks, for as many as the poller."""
        if self._answered is not None:
            await self._answered.wait()
            return

        async def ask() -> None:
            # A look at few may be answered while one at many is not.
            others = (arn for arn in self._live if arn != live.task.arn)
            asked = [live.task.arn, *islice(others, DESCRIBED_AT_ONCE - 1)]
            await self._shared.pacing.before("ecs:DescribeTasks")
            await describe(self._session, self._shared.cluster_arn, asked)

        self._answered = anyio.Event()
        try:
            await outlast(
                self._session.clock, ask, error=error, what="how the tasks stand is not known"
            )
        finally:
            self._answered.set()
            self._answered = None

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
        """Hand the result over, or have the input tried again."""
        self._leave(live)
        if self._settings.max_cost is not None:
            seconds = self._session.clock.now() - live.since
            self._spent += self._shared.meter.so_far(live.task, seconds)
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
        else:
            self._again(live, verdict)

    def _again(self, live: _Live, verdict: AttemptVerdict) -> None:
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
        self._shared.work.start(self._queue.put_later, again, pause)

    def _tried(self, one: Input, task: Task, attempt: int) -> AttemptVerdict:
        verdict = judge(task, self._settings.retry_exit_codes)
        self._ledger.tried(one, Attempt(number=attempt, task=task, verdict=verdict))
        return verdict
