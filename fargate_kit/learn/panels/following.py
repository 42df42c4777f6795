"""Panels that follow one task or one service until it is gone."""

from __future__ import annotations

import anyio
import ipywidgets as widgets

from fargate_kit.errors import NotFound
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import Panel, pause_of
from fargate_kit.learn.showing import show
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task

__all__ = ["ServicePanel", "TaskPanel"]

# Seconds of Fargate between two looks: often enough to see a task come and go.
LOOK_EVERY = 2.0


class TaskPanel(Panel):
    """A task's life, followed until it has stopped."""

    def __init__(self, bridge: Bridge, task: Task) -> None:
        self._life = widgets.HTML()
        super().__init__(self._life)
        self._say(self._life, show(task))
        bridge.enter(self._follow, task)

    async def _follow(self, task: Task) -> None:
        async for picture in task.changes():
            self._say(self._life, show(picture))


class ServicePanel(Panel):
    """A service and its deployments, followed until it is gone."""

    def __init__(self, bridge: Bridge, service: Service) -> None:
        self._board = widgets.HTML()
        super().__init__(self._board)
        self._say(self._board, show(service))
        bridge.enter(self._follow, service)

    async def _follow(self, service: Service) -> None:
        pause = pause_of(service._session.clock, LOOK_EVERY)
        while service.status != "INACTIVE":
            await anyio.sleep(pause)
            try:
                service = await service.refresh()
            except NotFound:
                return
            self._say(self._board, show(service))
