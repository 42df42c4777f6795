"""Says what a command waits for, when that takes longer than anybody expects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fargate_kit.core.clock import Clock

# Seconds of silence after which the first notes come; later ones come every LATER seconds.
NOTES = (5.0, 15.0, 30.0)
LATER = 30.0
LOOK = 1.0


class Progress:
    """What is being waited for at the moment, and for how long.

    Args:
        clock: Measures the silence.
        say: Takes a line for the person who waits.
    """

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self._clock = clock
        self._say = say
        self._what: str | None = None
        self._since = 0.0
        self._notes = 0

    def wait_for(self, what: str | None) -> None:
        """Begin a wait; None is one that nobody needs to hear of."""
        self._what, self._since, self._notes = what, self._clock.now(), 0

    async def tell(self) -> None:
        """Note long waits, for ever."""
        while True:
            await self._clock.sleep(LOOK)
            waited = self._clock.now() - self._since
            if self._what is not None and waited >= self._next_note():
                self._notes += 1
                self._say(f"still waiting for {self._what} ({waited:.0f} s)")

    def _next_note(self) -> float:
        beyond = self._notes - len(NOTES) + 1
        return NOTES[self._notes] if beyond <= 0 else NOTES[-1] + LATER * beyond
