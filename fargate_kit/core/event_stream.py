"""Answers that stay open: AWS's event streams, read one event after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio

from fargate_kit.core.error_mapping import mapped
from fargate_kit.core.transport import OpenBody
from fargate_kit.errors import EndpointUnreachable

CONTENT_TYPE = "application/vnd.amazon.eventstream"


class Chunks:
    """An open body in the form in which aiobotocore reads event streams: aiohttp's response."""

    def __init__(self, body: OpenBody) -> None:
        self._body = body

    @property
    def content(self) -> Chunks:
        """Return what has `iter_chunks()`."""
        return self

    def iter_chunks(self) -> Chunks:
        """Return what yields the chunks; it is no generator, which would have to be closed."""
        return self

    def __aiter__(self) -> Chunks:
        return self

    async def __anext__(self) -> tuple[bytes, bool]:
        while (data := await self._body.read()) is not None:
            if data:
                return data, True  # whether it ends a chunk, which nobody asks
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Let go of the body."""
        await self._body.aclose()


class EventStream:
    """The events of one answer; who opens one closes it.

    Args:
        events: aiobotocore's event stream.
        operation: What was called, as `logs:StartLiveTail`.
        broken: What the layers below raise where the connection is lost.
        refused: What they raise where AWS ends the stream with an error.
    """

    def __init__(
        self,
        events: Any,
        *,
        operation: str,
        broken: tuple[type[Exception], ...],
        refused: tuple[type[Exception], ...],
    ) -> None:
        self._stream = events
        self._events = aiter(events)
        self._operation = operation
        self._broken = broken
        self._refused = refused

    async def next(self) -> Mapping[str, Any] | None:
        """Return the next event, or None at the end; a cancelled read ends the stream.

        Raises:
            ApiError: AWS has ended the stream with an error.
            EndpointUnreachable: The connection was lost.
        """
        try:
            event: Mapping[str, Any] | None = await anext(self._events, None)
        except self._refused as error:
            raise mapped(error, self._operation) or error from error
        except self._broken as error:
            raise lost(self._operation, error) from error
        return event

    async def aclose(self) -> None:
        """Close the connection under the stream; twice is fine."""
        # botocore's own close() awaits nothing, and leaves generators open: trio complains of them.
        body = self._stream._raw_stream
        with anyio.CancelScope(shield=True):
            await self._events.aclose()
            await self._stream._event_generator.aclose()
            if hasattr(body, "aclose"):
                await body.aclose()
            else:
                body.close()


def lost(operation: str, error: Exception) -> EndpointUnreachable:
    """Return what to raise where the connection broke off in the middle of an answer.

    Args:
        operation: What was called, as `logs:StartLiveTail`.
        error: What the layers below raised.
    """
    return EndpointUnreachable(
        f"{operation}: the connection was lost: {str(error) or type(error).__name__}"
    )
