"""From a click to the notebook's event loop: the one place that names asyncio.

A callback of a widget may arrive on another thread and another loop than the cells run on (kernels
7.0 to 7.3 do that). A task that is made there lives on the wrong loop, and nobody is told. So the
loop is taken when a panel is built, in a cell, and entered by `call_soon_threadsafe()` alone. A
kernel's loop is asyncio's, which is why this module may say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from fargate_kit.learn.errors import BackgroundWorkFailed

__all__ = ["Bridge"]

Work = Callable[..., Coroutine[Any, Any, None]]


class Bridge:
    """Owns everything that runs beside the cells; `aclose()` ends it, and tells what failed.

    Args:
        on_error: Called with an error as soon as something has failed.
    """

    def __init__(self, on_error: Callable[[BaseException], None] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_error = on_error
        self._tasks: dict[asyncio.Task[None], Hashable] = {}
        self._closed = False
        self.errors: list[BaseException] = []

    @property
    def running(self) -> int:
        """How many things run beside the cells."""
        return len(self._tasks)

    def enter(self, work: Work, *arguments: Any, key: Hashable = None) -> None:
        """Start work on the notebook's loop, from whatever thread.

        Args:
            key: What has a key ends earlier work of the same key: the last wish counts.
        """
        if self._closed or self._loop.is_closed():
            return
        # The coroutine is made on the loop, so that none is left over if the loop is gone.
        self._loop.call_soon_threadsafe(self._start, work, arguments, key)

    def _start(self, work: Work, arguments: tuple[Any, ...], key: Hashable) -> None:
        if self._closed:
            return
        if key is not None:
            for task, other in self._tasks.items():
                if other == key:
                    task.cancel()
        task = self._loop.create_task(work(*arguments))
        self._tasks[task] = key
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        if task.cancelled() or (error := task.exception()) is None:
            return
        self.errors.append(error)
        if self._on_error is not None:
            self._on_error(error)

    async def aclose(self) -> None:
        """End everything that still runs; closing twice is fine.

        Raises:
            BackgroundWorkFailed: Something had failed; as a plain error, since a group of errors
                leaves no error in a notebook's output.
        """
        self._closed = True
        # One turn for what was entered a moment ago.
        await asyncio.sleep(0)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Their callbacks have the next turn.
        await asyncio.sleep(0)
        errors, self.errors = self.errors, []
        if errors:
            first = _first_of(errors[0])
            words = f"{type(first).__name__}: {first}"
            more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
            raise BackgroundWorkFailed(f"work beside the cells failed: {words}{more}") from errors[
                0
            ]


def _first_of(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
