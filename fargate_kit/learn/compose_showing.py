"""Pictures of a Compose project: its translation, its plan, what `up` would do, what runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fargate_kit.compose.conversion import Conversion
from fargate_kit.compose.difference import Difference
from fargate_kit.compose.plan import Plan
from fargate_kit.compose.running_project import RunningProject
from fargate_kit.learn.compose_reading import (
    OFFLINE,
    compose_map_of,
    plan_list_of,
    plan_nodes,
)
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import badge_of, service_picture_of
from fargate_kit.learn.views.compose_map import compose_map, compose_map_text
from fargate_kit.learn.views.compose_plan import compose_plan, compose_plan_text
from fargate_kit.learn.views.explorer import explorer, explorer_text
from fargate_kit.learn.views.frame import empty, figure
from fargate_kit.learn.views.service import service_picture, service_text

__all__ = ["picture_of"]


def picture_of(thing: Any) -> Picture | None:
    """Return a picture of something of a Compose project; None if there is none."""
    for kind, draw in _DRAWN.items():
        if isinstance(thing, kind):
            return draw(thing)
    return None


def _conversion(conversion: Conversion) -> Picture:
    mapped = compose_map_of(conversion)
    return Picture(compose_map_text(mapped), compose_map(mapped))


def _difference(difference: Difference) -> Picture:
    listed = plan_list_of(difference)
    return Picture(compose_plan_text(listed), compose_plan(listed))


def _plan(plan: Plan) -> Picture:
    nodes = plan_nodes(plan)
    return Picture(explorer_text(nodes), explorer(nodes, badge=OFFLINE))


def _project(project: RunningProject) -> Picture:
    badge = badge_of(project._session)
    head = f"project {project.name} in cluster {project.cluster_name}"
    if not project:
        words = f"{head}: no service runs"
        return Picture(words, figure(empty("No service of it runs."), caption=head, badge=badge))
    services = [service_picture_of(service) for service in project.services]
    return Picture(
        "\n".join([head, *(f"  {service_text(each)}" for each in services)]),
        "".join(service_picture(each) for each in services),
    )


_DRAWN: dict[type, Callable[[Any], Picture]] = {
    Conversion: _conversion,
    Difference: _difference,
    Plan: _plan,
    RunningProject: _project,
}
