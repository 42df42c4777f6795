"""Calls about what was made or deleted a moment ago, which AWS may not know everywhere yet.

Source: EC2 API Reference, "Eventual consistency"; IAM User Guide, `troubleshoot` on changes that
are not always visible at once.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, NotFound

__all__ = ["PAUSES", "call_fresh", "delete_patiently"]

# Seconds before each further try, half a minute in all.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


async def call_fresh(
    session: Session, service: str, operation: str, /, **parameters: Any
) -> dict[str, Any]:
    """Call an operation, again while AWS does not find what it is about.

    Raises:
        NotFound: It was not found for half a minute.
        FargateError: Any other refusal, at once.
    """
    for pause in PAUSES:
        try:
            return await session.api.call(service, operation, **parameters)
        except NotFound:
            await session.clock.sleep(pause)
    return await session.api.call(service, operation, **parameters)


async def delete_patiently(session: Session, operation: str, /, **members: Any) -> None:
    """Call an operation of EC2 that deletes; what is gone already is fine.

    What depended on it may have gone a moment ago only: EC2 goes on refusing for some seconds.

    Raises:
        ApiError: Something still depends on it after half a minute.
    """
    for pause in PAUSES:
        try:
            with suppress(NotFound):
                await session.api.call("ec2", operation, **members)
            return
        except ApiError as error:
            if error.code != "DependencyViolation":
                raise
            await session.clock.sleep(pause)
    with suppress(NotFound):
        await session.api.call("ec2", operation, **members)
