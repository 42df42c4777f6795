"""One run of a fan-out: what was there is taken up, what was not is started, all of it followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import anyio

from fargate_kit.core.outage import outlast
from fargate_kit.errors import CostLimitReached, FargateError, WaitTimeout
from fargate_kit.fan_out.following import Following
from fargate_kit.fan_out.job import Sighting, sightings, tasks_of
from fargate_kit.fan_out.launching import Launching
from fargate_kit.fan_out.leaving import stop_all, tasks_of_lost_calls
from fargate_kit.fan_out.plan import Input, batch_size, batches
from fargate_kit.fan_out.work import Shared
from fargate_kit.model.pricing import dollars as dollars_text

__all__ = ["FanOutRun"]

# The budget is looked at so often, in seconds.
LOOK_AT_COST = 10.0


class FanOutRun:
    """Runs the inputs of one fan-out, inside a task group that somebody else holds."""

    def __init__(self, shared: Shared, inputs: Sequence[Input]) -> None:
        self._shared = shared
        self._inputs = inputs
        self._following = Following(shared)
        self._launching = Launching(shared, self._following)

    async def look_back(self) -> dict[tuple[str, int], list[Sighting]]:
        """Find what an earlier process of the same job has started; nothing without a job.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks
        """
        shared = self._shared
        if shared.identity.job is None:
            return {}
        tasks = await outlast(
            shared.session.clock,
            lambda: tasks_of(shared.session, shared.pacing, shared.cluster_arn, shared.identity),
            what="what the job has started is not known",
        )
        return sightings(tasks)

    async def try_bucket(self, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> None:
        """Put the first long value into S3, before anything runs: it shows whether that works.

        Args:
            seen: What `look_back()` found; it needs no value any more.

        Calls:
            s3:PutObject, if there is such a value
        """
        new = (one for one in self._inputs if (one.digest, one.ordinal) not in seen)
        values = next((one.spilled for one in new if one.spilled), None)
        if self._shared.spill is not None and values:
            await self._shared.spill.put(values)

    async def work(self, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> None:
        """Take up what is there, start what is not, and follow all of it; until it is cancelled.

        Args:
            seen: What `look_back()` found.
        """
        await self._shared.work.run(self._begin, seen)

    async def stop(self) -> list[str]:
        """Stop whatever was started and has not ended; `work()` must have ended before.

        Returns:
            A sentence on each task that may still run, and on what else may be left.
        """
        shared = self._shared
        left: list[str] = []
        with anyio.CancelScope(shield=True):
            tasks = dict(self._following.tasks)
            try:
                lost = await tasks_of_lost_calls(
                    shared.session,
                    shared.pacing,
                    shared.cluster_arn,
                    shared.identity,
                    self._launching.unsure,
                )
                tasks.update({task.arn: task for task in lost})
            except FargateError as error:
                left.append(
                    "the answer to RunTask was lost, and its tasks could not be looked for: tasks "
                    f"started by {shared.identity.started_by!r} may still run ({error})"
                )
            left += await stop_all(shared.session, shared.pacing, tasks.values())
            if shared.spill is not None:
                left += await shared.spill.clear()
        return left

    async def _begin(self, seen: Mapping[tuple[str, int], Sequence[Sighting]]) -> None:
        shared, settings = self._shared, self._shared.settings
        new = [one for one in self._inputs if not self._following.take_up(one, seen)]
        size = batch_size(len(self._inputs), settings.limit)
        shared.queue.put(batches(new, size=size, capacity=settings.capacities[0]))
        if settings.timeout is not None:
            shared.work.start(self._ring, settings.timeout)
        if settings.max_cost is not None:
            shared.work.start(self._watch_cost, settings.max_cost)
        await self._launching.dispatch()

    async def _ring(self, seconds: float) -> None:
        await self._shared.session.clock.sleep(seconds)
        progress = self._shared.ledger.progress
        raise WaitTimeout(
            f"the fan-out did not end within {seconds:g} s; last seen: {progress}", last=progress
        )

    async def _watch_cost(self, dollars: float) -> None:
        while True:
            await self._shared.session.clock.sleep(LOOK_AT_COST)
            if (spent := self._following.spent()) >= dollars:
                raise CostLimitReached(
                    f"the fan-out has cost about {_words(spent)} by list prices, and may cost "
                    f"{_words(dollars)}; {self._shared.ledger.progress}",
                    spent=spent,
                    limit=dollars,
                )


def _words(dollars: float) -> str:
    return dollars_text(Decimal(str(dollars)))
