"""The two clocks of a simulated account: one that passes by itself and one that is moved."""

from __future__ import annotations

import math
import time
from typing import Protocol


class SimClock(Protocol):
    """The axis on which a simulated account lives, in microseconds since the Unix epoch."""

    def now(self) -> int:
        """Tell the present in microseconds of the axis."""
        ...

    def ticks(self, seconds: float) -> int:
        """Turn a duration in nominal seconds into microseconds of the axis."""
        ...


class WallClock:
    """Real time; durations are divided by `speed`, time stamps never are.

    Args:
        speed: How many nominal seconds pass in one real second.

    Raises:
        ValueError: The speed is not a positive number.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = _positive(speed)
        self._epoch = time.time_ns() // 1000
        self._started = time.monotonic_ns() // 1000

    @property
    def speed(self) -> float:
        """Nominal seconds per real second; `Engine.change_speed` changes it."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Change the length of future durations; the engine rescales what it already holds.

        Raises:
            ValueError: The speed is not a positive number.
        """
        self._speed = _positive(speed)

    def now(self) -> int:
        """Tell the real time in microseconds; it never goes backwards."""
        return self._epoch + time.monotonic_ns() // 1000 - self._started

    def ticks(self, seconds: float) -> int:
        """Turn nominal seconds into real microseconds."""
        return round(seconds * 1_000_000 / self._speed)


class StepClock:
    """Time that stands still until it is moved, and starts at the same moment in every run.

    Args:
        epoch: Seconds since the Unix epoch at which it starts.
    """

    def __init__(self, epoch: int = 1_800_000_000) -> None:
        self._now = epoch * 1_000_000

    def now(self) -> int:
        """Tell the moment to which the clock was moved, in microseconds."""
        return self._now

    def ticks(self, seconds: float) -> int:
        """Turn seconds into microseconds."""
        return round(seconds * 1_000_000)

    def move_to(self, due: int) -> None:
        """Move to a moment in microseconds; a moment in the past moves nothing."""
        self._now = max(self._now, due)


def _positive(speed: float) -> float:
    if not 0 < speed < math.inf:
        raise ValueError(f"speed must be a positive number, not {speed!r}")
    return float(speed)
