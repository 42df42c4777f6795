"""Time as a value that is passed in: the system's own, or somebody else's."""

from __future__ import annotations

from typing import Protocol

import anyio


class Clock(Protocol):
    """What everything that waits is given."""

    def now(self) -> float:
        """Return seconds on this clock's axis; only differences mean something."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Suspend the caller for so many seconds of this clock."""
        ...


class RealClock:
    """The event loop's own time."""

    def now(self) -> float:
        """Return the event loop's time in seconds."""
        return anyio.current_time()

    async def sleep(self, seconds: float) -> None:
        """Sleep for so many real seconds."""
        await anyio.sleep(seconds)
