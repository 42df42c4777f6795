"""The one seam below the AWS client: who carries a request, where it is not the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportRequest:
    """A signed HTTP request, ready to be carried."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class OpenBody(Protocol):
    """The body of an answer that goes on coming."""

    async def read(self) -> bytes | None:
        """Return what has come since, as soon as something has; None is the end."""
        ...

    async def aclose(self) -> None:
        """Let go of it; twice is fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportResponse:
    """What came back for a request.

    Attributes:
        stream: Comes instead of a body where an answer stays open, as StartLiveTail's does.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    stream: OpenBody | None = None


class Transport(Protocol):
    """Carries requests instead of the network, for tests and for endpoints in the same process."""

    async def send(self, request: TransportRequest) -> TransportResponse:
        """Return the answer to a request."""
        ...
