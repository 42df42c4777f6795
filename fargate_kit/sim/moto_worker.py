"""One thread that does one thing after the other, what is urgent first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """Runs work on one thread of its own, which begins with the first piece of work.

    There are two queues, each first in, first out. What is patient waits until nothing
    else is there, so it comes after all that was submitted before it, and holds up
    nothing but what comes while it runs.

    Args:
        name: Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self._closed = False
        self._work_is_there = threading.Condition()
        self._urgent: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._patient: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, work: Callable[[], T], *, patient: bool = False) -> Future[T]:
        """Queue a piece of work.

        Args:
            patient: Let everything else go first.

        Raises:
            RuntimeError: The worker is closed.
        """
        future: Future[T] = Future()
        with self._work_is_there:
            if self._closed:
                raise RuntimeError(f"{self._name} is closed")
            (self._patient if patient else self._urgent).append((future, work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._work_is_there.notify()
        return future

    def close(self) -> None:
        """Cancel what is queued, and wait until what is running has ended; twice is fine."""
        with self._work_is_there:
            self._closed = True
            queued = [*self._urgent, *self._patient]
            self._urgent.clear()
            self._patient.clear()
            self._work_is_there.notify()
        for future, _ in queued:
            future.cancel()
            future.set_running_or_notify_cancel()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            future, work = taken
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as failure:
                future.set_exception(failure)
            else:
                future.set_result(result)
            del taken, future, work  # nothing of it is kept while the thread waits

    def _take(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._work_is_there:
            while not (self._urgent or self._patient):
                if self._closed:
                    return None
                self._work_is_there.wait()
            return (self._urgent or self._patient).popleft()
