"""A service under load: a dial for the load, and what auto scaling makes of it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import anyio
import ipywidgets as widgets

from fargate_kit.errors import NotFound
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import Panel, pause_of
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.scaling_reading import (
    activity_lines,
    cooldown_of,
    cpu_of,
    latest_activities,
    thresholds_of,
)
from fargate_kit.learn.views.scaling_chart import (
    CpuPoint,
    ScalingHistory,
    ScalingMoment,
    scaling_chart,
    scaling_chart_text,
)
from fargate_kit.scaling.activities import ScalingActivity
from fargate_kit.scaling.scaling import Scaling
from fargate_kit.services.service import Service
from fargate_kit.sim.world import World

__all__ = ["ScalingPanel"]

# Nominal seconds between two looks at the service, and between two at all the rest.
LOOK_EVERY, REST_EVERY = 5.0, 15.0
# The chart's right edge moves in such steps, so that it is drawn anew when something has changed.
EDGE = 15.0
MOST_LOAD, STEP = 400, 5
MOST_MOMENTS = 1000
PRESETS = {"Idle": 0, "Usual": 95, "Busy": 180, "Rush": 350}


class ScalingPanel(Panel):
    """A service and its scaling, followed until the service is gone.

    Attributes:
        load: The simulator's dial, in percent of what one task may use; the tasks share it.
        presets: Buttons that turn it to usual values.
    """

    def __init__(self, bridge: Bridge, service: Service, world: World | None) -> None:
        self.load = widgets.BoundedIntText(
            value=0,
            min=0,
            max=MOST_LOAD,
            step=STEP,
            description="Load in %",
            tooltip="What there is to do, in percent of what one task may use",
        )
        self.presets = [
            widgets.Button(description=f"{name} ({value} %)", tooltip=f"Set the load to {value} %")
            for name, value in PRESETS.items()
        ]
        self._chart = widgets.HTML()
        # Only a simulated account has a dial; on AWS the load comes from those who use the service.
        dial = [widgets.HBox([self.load, *self.presets])] if world is not None else []
        super().__init__(*dial, self._chart)
        self._world, self._service = world, service
        self._known = 0
        self._moments: deque[ScalingMoment] = deque(maxlen=MOST_MOMENTS)
        self._scaling: Scaling | None = None
        self._activities: list[ScalingActivity] = []
        self._cpu: list[CpuPoint] = []
        for button, value in zip(self.presets, PRESETS.values(), strict=True):
            button.on_click(self._setter(value))
        self._take(service)
        self.load.observe(lambda _: self._turned(), "value")
        self._draw()
        bridge.enter(self._follow, service)

    def _setter(self, value: int) -> Callable[[widgets.Button], None]:
        def clicked(_: widgets.Button) -> None:
            self.load.value = value

        return clicked

    def _turned(self) -> None:
        """Give the service its load; the world takes it at once, on whatever thread this is."""
        if self._world is None or self.load.value == self._known:
            return
        self._known = self.load.value
        try:
            self._world.set_load(self._service, cpu=self._known)
        except (LookupError, RuntimeError):
            self._end()

    def _read_dial(self) -> float | None:
        """Show on the dial what was set elsewhere, and return what the service has to do."""
        load = self._world.load(self._service) if self._world is not None else None
        cpu = load.cpu if load is not None else None
        if not isinstance(cpu, int | float):
            return None
        shown = min(round(cpu), MOST_LOAD)
        if shown != self._known:
            self._known = shown
            self.load.value = shown
        return cpu

    async def _follow(self, service: Service) -> None:
        clock = service._session.clock
        pause = pause_of(clock, LOOK_EVERY)
        looked = -math.inf
        while service.status != "INACTIVE":
            if clock.now() - looked >= REST_EVERY:
                looked = clock.now()
                await self._look_around(service)
            self._take(service)
            self._draw()
            await anyio.sleep(pause)
            try:
                service = await service.refresh()
            except NotFound:
                break
        self._end()

    async def _look_around(self, service: Service) -> None:
        """Look up bounds, policies, activities and CPU, which change seldom."""
        try:
            self._scaling = await service.scaling()
        except NotFound:
            self._scaling = None
        self._activities = await latest_activities(service)
        self._cpu = await cpu_of(service)

    def _take(self, service: Service) -> None:
        """Note how things are, if they differ from what was noted last."""
        now = ScalingMoment(
            at=service._session.clock.now(),
            desired=service.desired_count,
            running=service.running_count,
            load=self._read_dial(),
        )
        if not self._moments or replace(self._moments[-1], at=now.at) != now:
            self._moments.append(now)

    def _draw(self) -> None:
        scaling = self._scaling
        now = self._service._session.clock.now()
        history = ScalingHistory(
            name=self._service.name,
            now=math.ceil(now / EDGE) * EDGE,
            moments=tuple(self._moments),
            cpu=tuple(self._cpu),
            thresholds=thresholds_of(scaling) if scaling else (),
            minimum=scaling.minimum if scaling else None,
            maximum=scaling.maximum if scaling else None,
            cooldown=cooldown_of(scaling, self._activities) if scaling else None,
            activities=activity_lines(self._activities),
            badge=badge_of(self._service._session),
        )
        self._say(self._chart, Picture(scaling_chart_text(history), scaling_chart(history)))

    def _end(self) -> None:
        """Let nobody turn a dial that moves nothing any more."""
        for control in (self.load, *self.presets):
            control.disabled = True
