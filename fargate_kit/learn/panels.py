"""Panels: pictures that follow something, and controls beside them; they need ipywidgets.

Controls are those that a screen reader can name: buttons, menus, check boxes and number fields. The
pictures themselves are only looked at, so replacing them takes the focus from nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

import anyio
import ipywidgets as widgets

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.connections.connection import Connection
from fargate_kit.errors import FargateError, NotFound
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of, network_of, tail_lines
from fargate_kit.learn.showing import show
from fargate_kit.learn.views.frame import empty, figure
from fargate_kit.learn.views.log_tail import TailLine, log_tail, log_tail_text
from fargate_kit.learn.views.network_map import network_map, network_map_text
from fargate_kit.learn.views.size_grid import SizeChoice, size_grid, size_grid_text
from fargate_kit.model.prices import UnknownPrice
from fargate_kit.model.pricing import dollars, estimate
from fargate_kit.model.sizes import is_legal, legal_cpu, sizes
from fargate_kit.model.values import Network
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["LogPanel", "Panel", "RunPanel", "ServicePanel", "SizePanel", "TaskPanel"]

# Real seconds between two looks or two pictures: five in a second is all that an eye needs.
PACE = 0.2
KEPT_LINES = 1000


class Panel:
    """Something that a notebook shows as widgets, and everything else as text."""

    def __init__(self, *rows: widgets.Widget) -> None:
        self._alert = widgets.HTML()
        self.widget = widgets.VBox([*rows, self._alert])
        self._text = "nothing yet"

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**(data or {}), "text/plain": self._text}

    def _say(self, place: widgets.HTML, picture: Picture) -> None:
        """Put a picture into its place, if it differs from what is there."""
        self._text = picture.text
        if place.value != picture.html:
            place.value = picture.html

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do what a click asked for; what the SDK refuses is shown, since a click has no cell."""
        self._alert.value = ""
        try:
            await work()
        except FargateError as error:
            words = f"{type(error).__name__}: {error}"
            self._alert.value = (
                '<p role="alert" style="margin:4px 0;padding:6px 10px;color:#8a1c1c;'
                f'background:#fdeeee;border-radius:6px">✘ {escape(words)}</p>'
            )


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
        while service.status != "INACTIVE":
            await anyio.sleep(PACE)
            try:
                service = await service.refresh()
            except NotFound:
                return
            self._say(self._board, show(service))


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
        self.tasks: dict[str, Task] = {}
        self.run.on_click(lambda _: bridge.enter(self._guarded, self._run))
        self.stop.on_click(lambda _: bridge.enter(self._guarded, self._stop))

    async def _run(self) -> None:
        self.run.disabled = True
        try:
            task = await self._cluster.run(self._definition, network=self._network)
        finally:
            self.run.disabled = False
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


class SizePanel(Panel):
    """Menus for CPU and memory, the sizes of Fargate, and what the choice costs."""

    def __init__(self, cpu: int, memory: int, *, region: str) -> None:
        memories = sorted({size.memory for size in sizes()} | {memory})
        self.cpu = widgets.Dropdown(
            options=sorted({*legal_cpu(), cpu}), value=cpu, description="CPU units"
        )
        self.memory = widgets.Dropdown(options=memories, value=memory, description="MiB")
        self.count = widgets.BoundedIntText(value=1, min=1, max=1000, description="Tasks")
        self.spot = widgets.Checkbox(value=False, description="Fargate Spot")
        self._grid = widgets.HTML()
        self._region = region
        controls = widgets.HBox([self.cpu, self.memory, self.count, self.spot])
        super().__init__(controls, self._grid)
        for control in (self.cpu, self.memory, self.count, self.spot):
            control.observe(lambda _: self._draw(), "value")
        self._draw()

    def _draw(self) -> None:
        choice = self._choice()
        self._say(self._grid, Picture(size_grid_text(choice), size_grid(choice)))

    def _choice(self) -> SizeChoice:
        cpu, memory = self.cpu.value, self.memory.value
        if not is_legal(cpu, memory):
            return SizeChoice(cpu=cpu, memory=memory)
        provider = "FARGATE_SPOT" if self.spot.value else "FARGATE"
        try:
            found = estimate(
                cpu=cpu, memory=memory, region=self._region, shares={provider: self.count.value}
            )
        except UnknownPrice as unknown:
            return SizeChoice(cpu=cpu, memory=memory, source=f"No price: {unknown}.")
        about = "about " if found.is_estimated else ""
        tasks = f"{self.count.value} task{'s' * (self.count.value != 1)}"
        cost = "cost" if self.count.value != 1 else "costs"
        return SizeChoice(
            cpu=cpu,
            memory=memory,
            price=f"{tasks} {cost} {about}{dollars(found.per_hour)} an hour, "
            f"{about}{dollars(found.per_month)} a month if nothing is ever stopped",
            source=f"Prices of {found.as_of} for {found.region}: {found.source}.",
        )
