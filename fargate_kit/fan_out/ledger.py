"""The books of a fan-out: what was tried, what has ended, and who is told of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import anyio

from fargate_kit.fan_out.cost import Meter
from fargate_kit.fan_out.events import FanOutEvent, FanOutEventKind, OnEvent, Progress
from fargate_kit.fan_out.feed import EventFeed
from fargate_kit.fan_out.plan import Input
from fargate_kit.fan_out.result import Attempt, TaskResult
from fargate_kit.tasks.task import Task

__all__ = ["Ledger"]


class Ledger:
    """Keeps the attempts of every input, and hands results over one by one.

    Args:
        total: How many inputs there are.
        listener: Is told of everything; None if nobody listens.
    """

    def __init__(self, total: int, listener: OnEvent | None) -> None:
        self.total = total
        self.meter: Meter | None = None
        self.starting = 0
        self.running = 0
        self.succeeded = 0
        self.failed = 0
        self.retried = 0
        self.when_failed: Callable[[], object] | None = None
        """Called once, with the first error: the work is over."""
        self._error: Exception | None = None
        self._is_told = False
        self._listener = listener
        self._feeds: list[EventFeed] = []
        self._attempts: dict[int, list[Attempt]] = {}
        self._ready: deque[TaskResult[Any]] = deque()
        self._handed_over = 0
        self._news = anyio.Event()

    @property
    def progress(self) -> Progress:
        """How far everything has come."""
        ended = self.succeeded + self.failed
        return Progress(
            total=self.total,
            waiting=self.total - ended - self.starting - self.running,
            starting=self.starting,
            running=self.running,
            succeeded=self.succeeded,
            failed=self.failed,
            retried=self.retried,
        )

    def tried(self, one: Input, attempt: Attempt) -> None:
        """Write down an attempt that has ended."""
        self._attempts.setdefault(one.index, []).append(attempt)

    def ended(self, one: Input) -> None:
        """Hand over an input's result: its last attempt has been written down."""
        attempts = self._attempts.pop(one.index)
        result = TaskResult(
            index=one.index, item=one.item, attempts=tuple(attempts), _meter=self.meter
        )
        if result.succeeded:
            self.succeeded += 1
        else:
            self.failed += 1
        self._ready.append(result)
        self._news.set()
        last = attempts[-1]
        self.tell(
            FanOutEventKind.ENDED,
            one.index,
            last.number,
            task=last.task,
            reason="" if result.succeeded else result.reason,
            result=result,
        )
        if self.succeeded + self.failed == self.total:
            self.close()

    def feed(self) -> EventFeed:
        """Return what hands over every event from now on; it ends with everything."""
        feed = EventFeed(self._tell_error)
        self._feeds.append(feed)
        if self.succeeded + self.failed == self.total or self._error is not None:
            feed.close()
        return feed

    def close(self) -> None:
        """Say that there will be no more events."""
        for feed in self._feeds:
            feed.close()

    def fail(self, error: Exception) -> None:
        """End everything with an error, raised where results are awaited; the first one counts."""
        if self._error is None:
            self._error = error
            self.close()
            self._news.set()
            if self.when_failed is not None:
                self.when_failed()

    def raise_untold(self) -> None:
        """Raise what ended everything, if nobody has seen it yet."""
        if self._error is not None and not self._is_told:
            raise self._error

    async def next(self) -> TaskResult[Any]:
        """Wait for the next result.

        Raises:
            StopAsyncIteration: Every input's result has been handed over.
            Exception: What ended everything.
        """
        while not self._ready:
            if self._handed_over == self.total:
                raise StopAsyncIteration
            self._tell_error()
            self._news = anyio.Event()
            await self._news.wait()
        self._handed_over += 1
        return self._ready.popleft()

    def tell(
        self,
        kind: FanOutEventKind,
        index: int,
        attempt: int,
        *,
        task: Task | None = None,
        reason: str = "",
        result: TaskResult[Any] | None = None,
    ) -> None:
        """Tell whoever listens; an error of the listener's own ends everything."""
        if self._listener is None and not self._feeds:
            return
        event = FanOutEvent(
            kind=kind,
            index=index,
            attempt=attempt,
            progress=self.progress,
            task=task,
            reason=reason,
            result=result,
        )
        for feed in self._feeds:
            feed.put(event)
        try:
            if self._listener is not None:
                self._listener(event)
        except Exception as error:
            self.fail(error)

    def _tell_error(self) -> None:
        if self._error is not None:
            self._is_told = True
            raise self._error
