"""AWS's own troubles: which of them pass by themselves, and a call that is made until one has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fargate_kit.core.clock import Clock
from fargate_kit.errors import ApiError, EndpointUnreachable, FargateError, Throttled

__all__ = ["PATIENCE", "may_pass", "outlast"]

T = TypeVar("T")

# Seconds. botocore has tried five times before anything is raised, so this is trouble that lasts.
PATIENCE = 300.0
LONGEST_PAUSE = 15.0
# "Common Error Types" and the errors of the ECS API Reference; a number stands for an answer
# that names no code.
AT_FAULT_THEMSELVES = frozenset({
    "500",
    "502",
    "503",
    "504",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
})


def may_pass(error: FargateError) -> bool:
    """Whether the same call may be answered later, without anybody changing anything."""
    if isinstance(error, Throttled | EndpointUnreachable):
        return True
    return isinstance(error, ApiError) and str(error.code) in AT_FAULT_THEMSELVES


async def outlast(
    clock: Clock,
    call: Callable[[], Awaitable[T]],
    *,
    what: str,
    error: FargateError | None = None,
    unless: type[FargateError] | tuple[()] = (),
) -> T:
    """Return what a call returns, made again while AWS does not answer, for five minutes at most.

    Args:
        call: Something that may be repeated: it reads, or a client token makes it one.
        what: What is not known or done meanwhile, for the note at the error.
        error: What the call has met already; None if it was not made yet.
        unless: What is raised at once although it may pass.

    Raises:
        FargateError: What the call met last: it does not pass by itself, or has lasted too long.
    """
    since, failures = clock.now(), 0
    while True:
        if error is not None:
            failures += 1
            await clock.sleep(min(2.0**failures, LONGEST_PAUSE))
        began = clock.now()
        try:
            return await call()
        except FargateError as met:
            if isinstance(met, unless) or not may_pass(met):
                raise
            since = began if error is None else since
            if clock.now() - since >= PATIENCE:
                met.add_note(f"AWS has not answered for {clock.now() - since:.0f} s: {what}.")
                raise
            error = met
