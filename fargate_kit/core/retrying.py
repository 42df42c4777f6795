"""Trying again while AWS says that something is still in use, or not there yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, WaitTimeout

T = TypeVar("T")

# The pace slows down from one look to six times that, as the pollers' does.
GROWTH = 1.5
SLOWEST = 6.0


async def again_while(
    session: Session,
    codes: Collection[str],
    call: Callable[[], Awaitable[T]],
    *,
    what: str,
    timeout: float,
) -> T:
    """Return what a call returns, called again as long as AWS refuses it with one of the codes.

    Args:
        codes: AWS's error codes that pass by themselves.
        call: What to do.
        what: Its name, for the error: `deletion of security group sg-1`.
        timeout: Seconds on the connection's clock.

    Raises:
        WaitTimeout: AWS still refused it when the time was up.
        ApiError: AWS refused it for another reason.
    """
    clock, pause = session.clock, session.poll_every
    deadline = clock.now() + timeout
    while True:
        try:
            return await call()
        except ApiError as error:
            if error.code not in codes:
                raise
            if clock.now() + pause > deadline:
                raise WaitTimeout(
                    f"{what}: AWS still refused it after {timeout:g} s: {error.reason}",
                    last=error.code,
                ) from error
        await clock.sleep(pause)
        pause = min(SLOWEST * session.poll_every, GROWTH * pause)
