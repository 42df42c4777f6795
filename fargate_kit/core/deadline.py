"""A time limit on somebody else's clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from fargate_kit.core.clock import Clock
from fargate_kit.model.arguments import wrong_argument

T = TypeVar("T")

# A look with all its tries takes no longer than so many seconds.
LONGEST_LOOK = 300.0


def check_timeout(timeout: float | None, name: str = "timeout") -> None:
    """Make sure that a time limit is one.

    Args:
        name: The argument, as the caller wrote it.

    Raises:
        ValueError: It is negative, or no number (NaN).
        TypeError: It is of another type.
    """
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise wrong_argument(name, timeout, "seconds, or None for ever")
    if not timeout >= 0:
        raise ValueError(f"{name} must be 0 or more seconds, or None for ever, not {timeout!r}")


class Expired(Exception):
    """The time was up before the work was done."""


async def within(clock: Clock, timeout: float | None, work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` and return its result, if it comes in time.

    Args:
        clock: Measures the time.
        timeout: Seconds on that clock, none left where it is negative; None waits for ever.
        work: What to do; it is cancelled when the time is up.

    Raises:
        Expired: The time was up first.
    """
    if timeout is None:
        return await work()
    results: list[T] = []
    try:
        async with anyio.create_task_group() as group:

            async def ring() -> None:
                # On a slow machine the time may have run out since it was reckoned.
                await clock.sleep(max(0.0, timeout))
                group.cancel_scope.cancel()

            group.start_soon(ring)
            results.append(await work())
            group.cancel_scope.cancel()
    except BaseExceptionGroup as several:
        if len(several.exceptions) == 1:
            raise several.exceptions[0] from None
        raise
    if not results:
        raise Expired
    return results[0]


async def look_within(clock: Clock, left: float | None, look: Callable[[], Awaitable[T]]) -> T:
    """Look once, and raise if the time is up first.

    A timer is set only when the end is near. An earlier look cannot last until then, and on a
    stepped clock, which sees nothing of botocore's pauses between its tries, a timer alone would
    bring the end about.

    Args:
        left: Seconds on the clock; None is no limit.

    Raises:
        Expired: The time was up.
    """
    return await within(clock, left if left is not None and left <= LONGEST_LOOK else None, look)
