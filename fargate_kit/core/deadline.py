"""A time limit on somebody else's clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from fargate_kit.core.clock import Clock

T = TypeVar("T")


class Expired(Exception):
    """The time was up before the work was done."""


async def within(clock: Clock, timeout: float | None, work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` and return its result, if it comes in time.

    Args:
        clock: Measures the time.
        timeout: Seconds on that clock; None waits for ever.
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
                await clock.sleep(timeout)
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
