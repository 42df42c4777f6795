"""Buttons that run and stop tasks."""

from __future__ import annotations

import ipywidgets as widgets

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.connections.connection import Connection
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import Panel
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import network_of
from fargate_kit.learn.showing import show
from fargate_kit.learn.views.frame import empty, figure
from fargate_kit.learn.views.network_map import network_map, network_map_text
from fargate_kit.model.values import Network
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["RunPanel"]


class RunPanel(Panel):
    """Buttons that run and stop tasks, the life of the newest, and the network."""

    def __init__(
        self,
        bridge: Bridge,
        aws: Connection,
        cluster: Cluster,
        definition: TaskDefinition,
        *,
        network: Network | None = None,
    ) -> None:
        self.run = widgets.Button(description="Run a task", tooltip=f"Run {definition.name}")
        self.stop = widgets.Button(description="Stop the newest", tooltip="Stop the newest task")
        self._life = widgets.HTML(figure(empty("No task yet."), caption="Newest task"))
        self._map = widgets.HTML()
        super().__init__(widgets.HBox([self.run, self.stop]), self._life, self._map)
        self._bridge, self._aws = bridge, aws
        self._cluster, self._definition, self._network = cluster, definition, network
        self._calling = False
        self.tasks: dict[str, Task] = {}
        self.run.on_click(lambda _: bridge.enter(self._guarded, self._run))
        self.stop.on_click(lambda _: bridge.enter(self._guarded, self._stop))

    async def _run(self) -> None:
        # A button that is disabled loses the keyboard's focus: a second click is passed over.
        if self._calling:
            return
        self._calling = True
        try:
            task = await self._cluster.run(self._definition, network=self._network)
        finally:
            self._calling = False
        self.tasks[task.arn] = task
        self._bridge.enter(self._follow, task)

    async def _stop(self) -> None:
        running = [task for task in self.tasks.values() if task.desired_status != "STOPPED"]
        if running:
            task = await running[-1].stop("a click in the notebook")
            self.tasks[task.arn] = task

    async def _follow(self, task: Task) -> None:
        async for picture in task.changes():
            self.tasks[picture.arn] = picture
            newest = list(self.tasks.values())[-1]
            self._say(self._life, show(newest))
            network = await network_of(self._aws, list(self.tasks.values()))
            drawn = Picture(network_map_text(network), network_map(network))
            self._say(self._map, drawn)
