"""The calls of a fan-out that are still to be made, and the room that there is for their tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import anyio

from fargate_kit.core.clock import Clock
from fargate_kit.fan_out.plan import Batch

__all__ = ["CallQueue"]

# A quota that was met is tried again with one more task in so many seconds.
PROBE_QUOTA = 60.0


class CallQueue:
    """Hands calls out in order, each when all of its tasks have room.

    Args:
        clock: Times how long a quota is respected.
        limit: How many tasks there may be at once.
    """

    def __init__(self, clock: Clock, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._calls: deque[Batch] = deque()
        self._busy = 0
        self._ceiling = limit
        self._ceiling_since = clock.now()
        self._woken = anyio.Event()

    async def next(self) -> Batch:
        """Wait for the next call, and take the room for its tasks."""
        while not self._calls or not self._has_room_for(self._calls[0]):
            self._woken = anyio.Event()
            await self._woken.wait()
        batch = self._calls.popleft()
        self._busy += len(batch.inputs)
        return batch

    def put(self, calls: Iterable[Batch]) -> None:
        """Line calls up behind the others."""
        self._calls.extend(calls)
        self._woken.set()

    def put_first(self, calls: Iterable[Batch]) -> None:
        """Line calls up, in their order, before the others: they have waited already."""
        self._calls.extendleft(reversed(list(calls)))
        self._woken.set()

    async def put_later(self, call: Batch, seconds: float) -> None:
        """Line a call up before the others after a pause."""
        if seconds:
            await self._clock.sleep(seconds)
        self.put_first([call])

    def take(self, tasks: int = 1) -> None:
        """Take room for tasks that are there already."""
        self._busy += tasks

    def free(self, tasks: int = 1) -> None:
        """Give room back."""
        self._busy -= tasks
        self._woken.set()

    def respect_quota(self) -> None:
        """Go on with as many tasks at once as there are now: for more the account has no quota."""
        self._ceiling = max(1, self._busy)
        self._ceiling_since = self._clock.now()

    def _has_room_for(self, batch: Batch) -> bool:
        probes = int((self._clock.now() - self._ceiling_since) / PROBE_QUOTA)
        ceiling = min(self._limit, self._ceiling + probes)
        return self._busy == 0 or self._busy + len(batch.inputs) <= ceiling
