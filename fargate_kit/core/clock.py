"""Time as a value that is passed in: the system's own, or somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime
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


def present(clock: Clock) -> datetime:
    """Return the moment that it is by AWS's clock.

    That is the system's time, unless the clock has a `present()` of its own, as that of a simulated
    world has whose time does not pass by itself.
    """
    own = getattr(clock, "present", None)
    moment: datetime = own() if own is not None else datetime.now(UTC)
    return moment
