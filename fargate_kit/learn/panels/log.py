"""The end of a log, with a filter and a pause."""

from __future__ import annotations

from collections import deque

import anyio
import ipywidgets as widgets

from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import PACE, Panel
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of, tail_lines
from fargate_kit.learn.views.log_tail import TailLine, log_tail, log_tail_text
from fargate_kit.tasks.task import Task

__all__ = ["LogPanel"]

KEPT_LINES = 1000


class LogPanel(Panel):
    """The end of a task's log, followed until the log has ended."""

    def __init__(self, bridge: Bridge, task: Task) -> None:
        self.filter = widgets.Text(description="Contains", placeholder="every line")
        self.pause = widgets.ToggleButton(value=False, description="Pause", tooltip="Hold still")
        self._tail = widgets.HTML()
        super().__init__(widgets.HBox([self.filter, self.pause]), self._tail)
        self._lines: deque[TailLine] = deque(maxlen=KEPT_LINES)
        self._caption = f"Log of task {task.id[:8]}"
        self._badge = badge_of(task._session)
        self.filter.observe(lambda _: self._draw(), "value")
        self.pause.observe(lambda _: self._draw(), "value")
        self._ended = False
        bridge.enter(self._follow, task)
        bridge.enter(self._redraw)

    async def _follow(self, task: Task) -> None:
        async for line in task.logs(follow=True):
            self._lines.extend(tail_lines([line]))
        self._ended = True

    async def _redraw(self) -> None:
        """Draw at an eye's pace, however fast the lines come."""
        while not self._ended:
            self._draw()
            await anyio.sleep(PACE)
        self._draw()

    def _draw(self) -> None:
        if self.pause.value:
            return
        lines = list(self._lines)
        contains = self.filter.value
        html = log_tail(lines, contains=contains, caption=self._caption, badge=self._badge)
        self._say(self._tail, Picture(log_tail_text(lines) or "no lines yet", html))
