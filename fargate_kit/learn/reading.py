"""What the pictures are made of, read from the SDK's own pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.connections.connection import Connection
from fargate_kit.core.session import Session
from fargate_kit.learn.views.explorer import Node
from fargate_kit.learn.views.frame import LIVE, SIMULATED, STATES
from fargate_kit.learn.views.lifecycle import TaskLife
from fargate_kit.learn.views.log_tail import TailLine
from fargate_kit.learn.views.network_map import NetworkPicture, SubnetBox, TaskInterface
from fargate_kit.learn.views.revision_diff import ChangedPlace
from fargate_kit.learn.views.service import DeploymentBar, ServicePicture
from fargate_kit.model.diff import MISSING, Change, Diff
from fargate_kit.model.service_events import ServiceEvent
from fargate_kit.model.values import LogLine
from fargate_kit.networks.network import Interface
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = [
    "badge_of",
    "changed_places",
    "network_of",
    "objects_of",
    "service_picture_of",
    "tail_lines",
    "task_life",
    "tasks_picture",
]

_LOOPBACK = {"127.0.0.1", "localhost", "::1", "fargate.simulated"}


def badge_of(session: Session) -> str:
    """Tell where something is: live AWS, simulated on this machine, or at another endpoint."""
    url = session.api.endpoint_url
    if url is None:
        return LIVE
    host = urlsplit(url).hostname or url
    if host in _LOOPBACK:
        return SIMULATED
    return LIVE if host.endswith((".amazonaws.com", ".api.aws")) else f"endpoint {host}"


def task_life(task: Task) -> TaskLife:
    """Read from one picture of a task where it is, and through what it certainly went."""
    return TaskLife(
        name=task.id[:8],
        status=str(task.status),
        passed=frozenset(_passed(task)),
        seconds=_seconds(task),
        facts=tuple(_facts(task)),
        badge=badge_of(task._session),
    )


def _passed(task: Task) -> Iterable[str]:
    """Yield the states before the present one that leave no doubt."""
    states = list(STATES)
    status = str(task.status)
    here = states.index(status) if status in states else -1
    if here <= states.index("RUNNING"):
        yield from states[: max(here, 0)]
        return
    yield "PROVISIONING"
    if task.connectivity_at or task.pull_started_at:
        yield "PENDING"
    if task.started_at:
        yield from ("ACTIVATING", "RUNNING")
    if task.stopped_at and task.started_at:
        yield from states[4:here]


def _nominal(task: Task, seconds: float) -> float:
    """Return seconds of Fargate: a simulated account's time stamps are of this machine's day."""
    speed: float = getattr(task._session.clock, "speed", 1.0)
    return seconds * speed


def _seconds(task: Task) -> Mapping[str, float]:
    if task.created_at is None:
        return {}
    moments = {
        "PROVISIONING": task.created_at,
        "PENDING": task.connectivity_at,
        "RUNNING": task.started_at,
        "STOPPING": task.stopping_at,
        "STOPPED": task.stopped_at,
    }
    return {
        state: _nominal(task, (moment - task.created_at).total_seconds())
        for state, moment in moments.items()
        if moment is not None
    }


def _facts(task: Task) -> Iterable[str]:
    interface = task.network_interface
    if interface is not None and interface.id and task.status != "STOPPED":
        yield f"Interface {interface.id} has {interface.private_ip} in {task.availability_zone}"
    if task.pull_started_at and task.pull_stopped_at:
        pulled = _nominal(task, (task.pull_stopped_at - task.pull_started_at).total_seconds())
        yield f"The image was pulled in {pulled:.1f} s"
    for container in task.containers:
        if container.exit_code is not None:
            yield f"Container {container.name} ended with exit code {container.exit_code}"
    if task.stopped_reason:
        yield f"AWS says: {task.stopped_reason}"


def changed_places(diff: Diff) -> tuple[ChangedPlace, ...]:
    """Read the differences as texts; what looks like a secret is masked, as the SDK does it."""
    return tuple(
        ChangedPlace(path=each.path, old=_side(each, "old"), new=_side(each, "new"))
        for each in diff
    )


def _side(change: Change, side: str) -> str | None:
    if getattr(change, side) is MISSING:
        return None
    # A change with nothing on its other side says how this side is shown.
    alone = str(replace(change, old=getattr(change, side), new=MISSING))
    words, _, _ = alone.rpartition(" → ")
    return words[words.index(": ", len(change.path) - 1) + 2 :]


def tail_lines(lines: Iterable[LogLine]) -> list[TailLine]:
    """Read lines of a log as the tail shows them."""
    return [
        TailLine(at=f"{line.at:%H:%M:%S}", source=line.container, text=line.text) for line in lines
    ]


def service_picture_of(
    service: Service, events: Sequence[ServiceEvent] | None = None
) -> ServicePicture:
    """Read a service and its deployments.

    Args:
        events: Its events, the oldest first; None takes those of the picture.
    """
    rules: Mapping[str, Any] = service.raw.get("deploymentConfiguration") or {}
    said = events
    if said is None:
        said = [ServiceEvent.from_api(raw) for raw in reversed(service.raw.get("events", ()))]
    newest = sorted(said, key=lambda event: event.at, reverse=True)
    return ServicePicture(
        name=service.name,
        status=service.status,
        desired=service.desired_count,
        running=service.running_count,
        pending=service.pending_count,
        # ECS rounds the lower limit up and the upper one down (DeploymentConfiguration).
        lowest=-(-service.desired_count * rules.get("minimumHealthyPercent", 100) // 100),
        highest=service.desired_count * rules.get("maximumPercent", 200) // 100,
        deployments=tuple(
            DeploymentBar(
                revision=each.definition_arn.rpartition("/")[2],
                status=each.status,
                state=each.rollout_state or "",
                desired=each.desired_count,
                running=each.running_count,
                pending=each.pending_count,
                failed=each.failed_tasks,
            )
            for each in service.deployments
        ),
        events=tuple(f"{each.at:%H:%M:%S} {each.message}" for each in newest),
        badge=badge_of(service._session),
    )


def tasks_picture(
    tasks: Sequence[Task], interfaces: Mapping[str, Interface] | None = None
) -> NetworkPicture:
    """Read where tasks have their interfaces, from their own pictures.

    Args:
        interfaces: What EC2 says of the interface of a task, by the task's ARN.
    """
    known = interfaces or {}
    boxes = {
        task.network_interface.subnet_id: task.availability_zone or "zone not known yet"
        for task in tasks
        if task.network_interface is not None and task.network_interface.subnet_id
    }
    return NetworkPicture(
        name="Tasks and their interfaces",
        subnets=tuple(
            SubnetBox(id=subnet, zone=zone, cidr="its subnet")
            for subnet, zone in sorted(boxes.items(), key=lambda item: item[1])
        ),
        interfaces=tuple(_interface(task, known.get(task.arn)) for task in tasks),
        badge=badge_of(tasks[0]._session) if tasks else None,
    )


def _interface(task: Task, seen: Interface | None) -> TaskInterface:
    own = task.network_interface
    return TaskInterface(
        task=task.id,
        status=str(task.status),
        subnet_id=own.subnet_id if own else None,
        interface_id=own.id if own else None,
        private_ip=own.private_ip if own else None,
        public_ip=seen.public_ip if seen else None,
    )


async def network_of(aws: Connection, tasks: Sequence[Task]) -> NetworkPicture:
    """Look up the subnets of the default VPC and of the tasks, and what interfaces the tasks have.

    Calls:
        ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeNetworkInterfaces
    """
    session = aws._session
    vpcs = (await session.api.call("ec2", "DescribeVpcs"))["Vpcs"]
    subnets = (await session.api.call("ec2", "DescribeSubnets"))["Subnets"]
    used = {task.network_interface.subnet_id for task in tasks if task.network_interface}
    chosen = {each["VpcId"] for each in subnets if each["SubnetId"] in used}
    if not chosen:
        chosen = {each["VpcId"] for each in vpcs if each.get("IsDefault")}
    names = [f"VPC {each['VpcId']} {each['CidrBlock']}" for each in vpcs if each["VpcId"] in chosen]
    live = [task for task in tasks if task.status != "STOPPED"]
    interfaces = await aws.interfaces(live)
    return NetworkPicture(
        name=", ".join(names) or "no VPC",
        subnets=tuple(
            SubnetBox(
                id=each["SubnetId"], zone=each["AvailabilityZone"], cidr=each.get("CidrBlock", "")
            )
            for each in sorted(subnets, key=lambda each: each["AvailabilityZone"])
            if each["VpcId"] in chosen
        ),
        interfaces=tuple(_interface(task, interfaces.get(task.arn)) for task in live),
        badge=badge_of(session),
    )


async def objects_of(aws: Connection) -> tuple[Node, ...]:
    """Look up everything that ECS has in the region: clusters, services, tasks, revisions.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices,
        ecs:ListTasks, ecs:DescribeTasks, ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition
    """
    roots = [await _cluster_node(cluster) async for cluster in aws.clusters()]
    roots += await _family_nodes(aws)
    return tuple(roots)


async def _cluster_node(cluster: Cluster) -> Node:
    tasks = [task async for task in cluster.tasks()]
    services = []
    inside: set[str] = set()
    async for service in cluster.services():
        own = [task for task in tasks if task.group == f"service:{service.name}"]
        inside |= {task.arn for task in own}
        services.append(
            Node(
                kind="service",
                name=service.name,
                note=f"{service.running_count} of {service.desired_count} tasks run",
                children=tuple(map(_task_node, own)),
            )
        )
    alone = tuple(_task_node(task) for task in tasks if task.arn not in inside)
    return Node(
        kind="cluster", name=cluster.name, note=cluster.status, children=(*services, *alone)
    )


def _task_node(task: Task) -> Node:
    revision = task.definition_arn.rpartition("/")[2]
    return Node(
        kind="task",
        name=task.id[:8],
        note=f"{task.status}, runs {revision}",
        children=tuple(
            Node(kind="container", name=each.name, note=each.last_status)
            for each in task.containers
        ),
    )


async def _family_nodes(aws: Connection) -> list[Node]:
    families: dict[str, list[TaskDefinition]] = {}
    for status in ("ACTIVE", "INACTIVE"):
        pages = aws._session.api.pages("ecs", "ListTaskDefinitions", status=status)
        async for page in pages:
            for arn in page["taskDefinitionArns"]:
                definition = await aws.task_definition(arn)
                families.setdefault(definition.family, []).append(definition)
    return [
        Node(
            kind="family",
            name=family,
            children=tuple(
                Node(
                    kind="revision",
                    name=each.name,
                    note=f"{each.status}, {each.cpu} CPU units, {each.memory} MiB",
                    children=tuple(
                        Node(kind="container", name=raw["name"], note=raw.get("image", ""))
                        for raw in each.raw["containerDefinitions"]
                    ),
                )
                for each in sorted(revisions, key=lambda each: each.revision)
            ),
        )
        for family, revisions in sorted(families.items())
    ]
