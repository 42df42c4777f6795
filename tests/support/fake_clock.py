"""A clock that jumps to the next deadline as soon as everybody sleeps."""

from __future__ import annotations

import heapq

import anyio.lowlevel


class FakeClock:
    """Time that passes only while everybody sleeps."""

    def __init__(self) -> None:
        self._now = 0.0
        self._deadlines: list[float] = []

    def now(self) -> float:
        """Return the seconds that were slept so far."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Sleep until the others have slept as long."""
        deadline = self._now + seconds
        heapq.heappush(self._deadlines, deadline)
        try:
            await anyio.lowlevel.checkpoint()
            while self._now < deadline:
                # Enough turns for whoever is awake to fall asleep, or to finish.
                for _ in range(20):
                    await anyio.lowlevel.checkpoint()
                self._now = max(self._now, self._deadlines[0])
        finally:
            self._deadlines.remove(deadline)
            heapq.heapify(self._deadlines)
