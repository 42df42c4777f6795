"""`show(thing)`: what a notebook shows of a resource; pure, nothing is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.reading import (
    badge_of,
    changed_places,
    service_picture_of,
    tail_lines,
    task_life,
    tasks_picture,
)
from fargate_kit.learn.views.explorer import Node, explorer, explorer_text
from fargate_kit.learn.views.lifecycle import lifecycle, lifecycle_text
from fargate_kit.learn.views.log_tail import log_tail, log_tail_text
from fargate_kit.learn.views.network_map import network_map, network_map_text
from fargate_kit.learn.views.revision_diff import revision_diff, revision_diff_text
from fargate_kit.learn.views.service import service_picture, service_text
from fargate_kit.model.diff import Diff
from fargate_kit.model.values import LogLine
from fargate_kit.services.deployment import Deployment
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["load_ipython_extension", "show", "unload_ipython_extension"]


def show(thing: Any, *, contains: str = "") -> Picture:
    """Return a picture of a resource, of several tasks, of a diff or of log lines.

    Nothing is asked: what is shown is what the given picture says.

    Args:
        thing: A task, service, deployment, cluster, revision or diff; a sequence of tasks or of log
            lines; or a picture itself.
        contains: Of log lines, those with this text only.

    Raises:
        TypeError: There is no picture of that.
    """
    if isinstance(thing, Picture):
        return thing
    for kind, draw in _DRAWN.items():
        if isinstance(thing, kind):
            return draw(thing)
    if isinstance(thing, Sequence) and not isinstance(thing, str):
        if all(isinstance(each, LogLine) for each in thing):
            lines = tail_lines(thing)
            return Picture(log_tail_text(lines), log_tail(lines, contains=contains))
        if all(isinstance(each, Task) for each in thing):
            tasks = tasks_picture(thing)
            return Picture(network_map_text(tasks), network_map(tasks))
    kinds = ", ".join(kind.__name__ for kind in _DRAWN)
    raise TypeError(
        f"show() has no picture of {type(thing).__name__}: give one of {kinds}, or a list of Task "
        "or of LogLine"
    )


def load_ipython_extension(ipython: Any) -> None:
    """Show tasks, services, clusters and revisions as pictures wherever a cell ends with one.

    `%load_ext fargate_kit.learn` does it in any notebook; the resources themselves know nothing
    of it.
    """
    html = ipython.display_formatter.formatters["text/html"]
    for kind in _DRAWN:
        html.for_type(kind, _html)


def unload_ipython_extension(ipython: Any) -> None:
    """Show resources as text again."""
    html = ipython.display_formatter.formatters["text/html"]
    for kind in _DRAWN:
        html.pop(kind, None)


def _html(thing: Any) -> str:
    return show(thing).html


def _task(task: Task) -> Picture:
    life = task_life(task)
    return Picture(lifecycle_text(life), lifecycle(life))


def _service(service: Service) -> Picture:
    picture = service_picture_of(service)
    return Picture(service_text(picture), service_picture(picture))


def _deployment(deployment: Deployment) -> Picture:
    revision = deployment.definition_arn.rpartition("/")[2]
    note = (
        f"{deployment.rollout_state}, {deployment.running_count} of {deployment.desired_count} run"
    )
    node = Node(kind="deployment", name=f"{deployment.service_name} → {revision}", note=note)
    return _tree(node, deployment)


def _cluster(cluster: Cluster) -> Picture:
    note = (
        f"{cluster.status}, {cluster.active_services} services, {cluster.running_tasks} tasks run, "
        f"{cluster.pending_tasks} on the way"
    )
    return _tree(Node(kind="cluster", name=cluster.name, note=note), cluster)


def _definition(definition: TaskDefinition) -> Picture:
    containers = tuple(
        Node(kind="container", name=raw["name"], note=raw.get("image", ""))
        for raw in definition.raw["containerDefinitions"]
    )
    note = f"{definition.status}, {definition.cpu} CPU units, {definition.memory} MiB"
    node = Node(kind="revision", name=definition.name, note=note, children=containers)
    return _tree(node, definition)


def _tree(node: Node, resource: Cluster | Deployment | TaskDefinition) -> Picture:
    nodes = (node,)
    return Picture(explorer_text(nodes), explorer(nodes, badge=badge_of(resource._session)))


def _diff(diff: Diff) -> Picture:
    places = changed_places(diff)
    return Picture(revision_diff_text("was", "is", places), revision_diff("was", "is", places))


_DRAWN: dict[type, Callable[[Any], Picture]] = {
    Task: _task,
    Service: _service,
    Deployment: _deployment,
    Cluster: _cluster,
    TaskDefinition: _definition,
    Diff: _diff,
}
