"""The events of a fan-out for programs: an iterator that ends when the fan-out does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Self

import anyio

from fargate_kit.fan_out.events import FanOutEvent

__all__ = ["EventFeed"]


class EventFeed:
    """Yields the events of a fan-out, in the order in which they happened.

    Whoever is slow holds nothing up: what has not been asked for yet is kept.

    Args:
        raise_error: Raises what ended everything, if something did.
    """

    def __init__(self, raise_error: Callable[[], None]) -> None:
        self._raise_error = raise_error
        self._events: deque[FanOutEvent] = deque()
        self._has_ended = False
        self._news = anyio.Event()

    def put(self, event: FanOutEvent) -> None:
        """Line up an event behind the others."""
        self._events.append(event)
        self._news.set()

    def close(self) -> None:
        """Let the iteration end after what is lined up."""
        self._has_ended = True
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FanOutEvent:
        while not self._events:
            if self._has_ended:
                self._raise_error()
                raise StopAsyncIteration
            self._news = anyio.Event()
            await self._news.wait()
        return self._events.popleft()
