"""The one seam above the AWS client: who looks at a call before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Call", "Guard", "Send"]

Send = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that somebody is about to make.

    Attributes:
        service: As botocore names it, such as `ecs`.
        operation: AWS's own name of it, such as `RunTask`.
        parameters: The members of the request, in AWS's own spelling; they may hold secrets.
    """

    region: str
    service: str
    operation: str
    parameters: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Service and operation, as `ecs:RunTask`."""
        return f"{self.service}:{self.operation}"


class Guard(Protocol):
    """Lets calls pass, refuses them, or writes them down; listings in pages are not shown to it."""

    async def carry(self, call: Call, send: Send) -> dict[str, Any]:
        """Return the reply to a call, which is sent by `send`.

        Args:
            send: Sends the members that it is given, once; the reply is without metadata.

        Raises:
            FargateError: The call is refused, by the guard or by AWS.
        """
        ...
