"""The steps of a Compose project's `up` and `down`, as they are taken."""

from __future__ import annotations

from dataclasses import replace

import anyio
import ipywidgets as widgets

from fargate_kit.compose.difference import Difference
from fargate_kit.compose.steps import StepEvent, StepState
from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.compose_reading import plan_list_of
from fargate_kit.learn.panels.panel import PACE, Panel
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.views.compose_plan import (
    PlanList,
    PlannedThing,
    compose_plan,
    compose_plan_text,
)

__all__ = ["StepsPanel"]

REMOVAL = "removal of "


class StepsPanel(Panel):
    """A list of things that says what becomes of each; it is called with every step.

    Give it as `on_step=` to `apply()`, `up()` or `down()`.
    """

    def __init__(
        self, bridge: Bridge, difference: Difference | None = None, *, badge: str | None = None
    ) -> None:
        self._list = widgets.HTML()
        super().__init__(self._list)
        self._bridge = bridge
        self._due = False
        self.plan = PlanList(project="Steps", badge=badge)
        if difference is not None:
            self.plan = plan_list_of(difference, badge=badge)
        self._draw()

    def __call__(self, event: StepEvent) -> None:
        """Note a step; it is drawn at an eye's pace."""
        self.plan = replace(self.plan, things=self._after(event), said=self._said(event))
        self._text = compose_plan_text(self.plan)
        if not self._due:
            self._due = True
            self._bridge.enter(self._draw_soon)

    def _after(self, event: StepEvent) -> tuple[PlannedThing, ...]:
        """Return the things as they are after a step; one that nobody planned is added."""
        title = event.step.removeprefix(REMOVAL)
        things = list(self.plan.things)
        places = [number for number, each in enumerate(things) if each.title == title]
        if not places:
            things.append(_thing(event.step, planned=self.plan.place != ""))
            places = [len(things) - 1]
        thing = things[places[-1]]
        failed = event.state in {StepState.FAILED, StepState.INTERRUPTED}
        details = (*thing.details, event.text) if failed else thing.details
        things[places[-1]] = replace(thing, progress=str(event.state), details=details)
        return tuple(things)

    def _said(self, event: StepEvent) -> tuple[str, ...]:
        said = event.state == StepState.SAYS
        return (*self.plan.said, event.text) if said else self.plan.said

    async def _draw_soon(self) -> None:
        try:
            await anyio.sleep(PACE)
        finally:
            self._due = False
            self._draw()

    def _draw(self) -> None:
        self._say(self._list, Picture(compose_plan_text(self.plan), compose_plan(self.plan)))


def _thing(step: str, *, planned: bool) -> PlannedThing:
    """Return a step as a thing: one of a plan is no thing, any other takes something away."""
    return PlannedThing(kind="", name=step, action="step" if planned else "remove")
