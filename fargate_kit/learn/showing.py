"""`show(thing)`: what a notebook shows of a resource; pure, nothing is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.policy_showing import POLICY_PICTURES, answers_picture
from fargate_kit.learn.reading import (
    badge_of,
    changed_places,
    service_picture_of,
    tail_lines,
    task_life,
    tasks_picture,
)
from fargate_kit.learn.reading_balancing import board_of_targets, check_of
from fargate_kit.learn.scaling_reading import activity_lines, scaling_rules_of
from fargate_kit.learn.spending import Spending, meter_of
from fargate_kit.learn.views.cost_meter import cost_meter, cost_meter_text
from fargate_kit.learn.views.explorer import Node, explorer, explorer_text
from fargate_kit.learn.views.lifecycle import lifecycle, lifecycle_text
from fargate_kit.learn.views.log_tail import log_tail, log_tail_text
from fargate_kit.learn.views.network_map import network_map, network_map_text
from fargate_kit.learn.views.revision_diff import revision_diff, revision_diff_text
from fargate_kit.learn.views.scaling_chart import activity_list, activity_list_text
from fargate_kit.learn.views.scaling_rules import scaling_rules, scaling_rules_text
from fargate_kit.learn.views.service import service_picture, service_text
from fargate_kit.learn.views.target_health import target_health, target_health_text
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.model.deployment_evidence import TargetHealth
from fargate_kit.model.diff import Diff
from fargate_kit.model.values import LogLine
from fargate_kit.roles.policies import Simulated
from fargate_kit.scaling.activities import ScalingActivity
from fargate_kit.scaling.scaling import Scaling
from fargate_kit.services.deployment import Deployment
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["load_ipython_extension", "show", "unload_ipython_extension"]


def show(thing: Any, *, contains: str = "") -> Picture:
    """Return a picture of a resource, of several tasks, of a diff or of log lines.

    Nothing is asked: what is shown is what the given picture says.

    Args:
        thing: A task, service, deployment, cluster, revision, diff, load balancer or target group;
            a Compose project's translation, plan, difference, or the project as it runs; a
            service's scaling; a role, policies, or what `explain()` or `simulate()` says of them; a
            sequence of tasks, of targets, of log lines or of scaling activities; or a picture
            itself.
        contains: Of log lines, those with this text only.

    Raises:
        TypeError: There is no picture of that.
    """
    if isinstance(thing, Picture):
        return thing
    for kind, draw in _DRAWN.items():
        if isinstance(thing, kind):
            return draw(thing)
    if type(thing).__module__.startswith(f"{_COMPOSE}."):
        # Looked up by name: who shows a task need not load the translation.
        from fargate_kit.learn.compose_showing import picture_of

        if (picture := picture_of(thing)) is not None:
            return picture
    if isinstance(thing, Sequence) and not isinstance(thing, str):
        if all(isinstance(each, LogLine) for each in thing):
            lines = tail_lines(thing)
            return Picture(log_tail_text(lines), log_tail(lines, contains=contains))
        if all(isinstance(each, ScalingActivity) for each in thing):
            done = activity_lines(thing)
            return Picture(activity_list_text(done), activity_list(done))
        if thing and all(isinstance(each, Simulated) for each in thing):
            return answers_picture(thing)
        if all(isinstance(each, TargetHealth) for each in thing):
            return _targets(thing)
        if all(isinstance(each, Task) for each in thing):
            tasks = tasks_picture(thing)
            return Picture(network_map_text(tasks), network_map(tasks))
    kinds = ", ".join(kind.__name__ for kind in _DRAWN)
    raise TypeError(
        f"show() has no picture of {type(thing).__name__}: give one of {kinds}, or a list of Task, "
        "of TargetHealth, of LogLine or of ScalingActivity"
    )


def load_ipython_extension(ipython: Any) -> None:
    """Show tasks, services, clusters and revisions as pictures wherever a cell ends with one.

    `%load_ext fargate_kit.learn` does it in any notebook; the resources themselves know nothing
    of it.
    """
    html = ipython.display_formatter.formatters["text/html"]
    for kind in _DRAWN:
        html.for_type(kind, _html)
    for module, name in _OF_COMPOSE:
        html.for_type_by_name(f"{_COMPOSE}.{module}", name, _html)


def unload_ipython_extension(ipython: Any) -> None:
    """Show resources as text again."""
    html = ipython.display_formatter.formatters["text/html"]
    for kind in _DRAWN:
        html.pop(kind, None)
    for module, name in _OF_COMPOSE:
        html.pop(f"{_COMPOSE}.{module}.{name}", None)


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
    if deployment.failed_tasks:
        note += f", {deployment.failed_tasks} failed: {deployment.rollout_reason}"
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


def _balancer(balancer: LoadBalancer) -> Picture:
    note = f"{balancer.status}, {balancer.scheme}, {balancer.url}"
    return _tree(Node(kind="load balancer", name=balancer.name, note=note), balancer)


def _target_group(group: TargetGroup) -> Picture:
    return _tree(Node(kind="target group", name=group.name, note=check_of(group)), group)


def _targets(seen: Sequence[TargetHealth]) -> Picture:
    board = board_of_targets(seen)
    return Picture(target_health_text(board), target_health(board))


def _tree(
    node: Node, resource: Cluster | Deployment | LoadBalancer | TargetGroup | TaskDefinition
) -> Picture:
    nodes = (node,)
    return Picture(explorer_text(nodes), explorer(nodes, badge=badge_of(resource._session)))


def _spending(spent: Spending) -> Picture:
    meter = meter_of(spent)
    return Picture(cost_meter_text(meter), cost_meter(meter))


def _diff(diff: Diff) -> Picture:
    places = changed_places(diff)
    return Picture(revision_diff_text("was", "is", places), revision_diff("was", "is", places))


def _scaling(scaling: Scaling) -> Picture:
    rules = scaling_rules_of(scaling)
    return Picture(scaling_rules_text(rules), scaling_rules(rules))


_COMPOSE = "fargate_kit.compose"
_OF_COMPOSE = (
    ("conversion", "Conversion"),
    ("difference", "Difference"),
    ("plan", "Plan"),
    ("running_project", "RunningProject"),
)
_DRAWN: dict[type, Callable[[Any], Picture]] = {
    Task: _task,
    Service: _service,
    Scaling: _scaling,
    Deployment: _deployment,
    Cluster: _cluster,
    LoadBalancer: _balancer,
    TargetGroup: _target_group,
    TaskDefinition: _definition,
    Diff: _diff,
    Spending: _spending,
    **POLICY_PICTURES,
}
