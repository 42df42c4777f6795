"""`fargate-kit ps`: what runs in a cluster, and where it is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.settings import AsJson, ClusterName, EndpointUrl, Profile, Region

if TYPE_CHECKING:
    from rich.text import Text

    from fargate_kit.networks.network import Interface
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task


def ps(
    service: Annotated[
        str | None, typer.Argument(metavar="SERVICE", help="Only this service and its tasks.")
    ] = None,
    stopped: Annotated[
        bool,
        typer.Option(
            "--stopped", "-a", help="Stopped tasks as well; AWS keeps them for about an hour."
        ),
    ] = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """List the services and tasks of a cluster, with the tasks' addresses.

    A narrow terminal leaves columns out; a pipe gets all of them.

    \b
    Examples:
      fargate-kit ps --cluster prod
      fargate-kit ps web --stopped
      fargate-kit ps --json | jq '.tasks[].public_ip'
    """

    async def work(desk: Desk) -> int:
        return await show(desk, cluster, service, stopped=stopped)

    at_desk(work, region=region, profile=profile, endpoint_url=endpoint_url, as_json=as_json)


async def show(desk: Desk, cluster_name: str, service_name: str | None, *, stopped: bool) -> int:
    """Look at a cluster and print what is in it."""
    from fargate_kit.cli.facts import service_facts, task_facts
    from fargate_kit.cli.finding import find_cluster, find_service

    cluster = await find_cluster(desk, cluster_name)
    if service_name is None:
        desk.asks(f"listing the services of {cluster.name}")
        services = [each async for each in cluster.services()]
    else:
        services = [await find_service(desk, cluster, service_name)]
    only = services[0].name if service_name is not None else None
    desk.asks(f"listing the tasks of {cluster.name}")
    tasks = [each async for each in cluster.tasks(service=only)]
    if stopped:
        tasks += [each async for each in cluster.tasks(service=only, desired_status="STOPPED")]
    tasks.sort(key=lambda task: (task.group or "", str(task.created_at), task.arn))
    interfaces = await interfaces_of(desk, tasks)
    ports = await ports_of(desk, tasks)
    if desk.as_json:
        listed = [
            task_facts(each, interfaces.get(each.arn), ports.get(each.definition_arn, ()))
            for each in tasks
        ]
        desk.facts({
            "cluster": cluster.arn,
            "services": [service_facts(each) for each in services],
            "tasks": listed,
        })
        return 0
    print_services_and_tasks(
        desk, f"cluster {cluster.name} in {desk.aws.region}", services, tasks, interfaces, ports
    )
    return 0


async def interfaces_of(desk: Desk, tasks: Sequence[Task]) -> Mapping[str, Interface]:
    """Look up the public addresses; without the permission they are left out."""
    from fargate_kit.errors import Denied

    desk.asks("looking for the tasks' addresses")
    try:
        return await desk.aws.interfaces(tasks)
    except Denied:
        desk.say("fargate-kit: public addresses are left out: needs ec2:DescribeNetworkInterfaces")
        return {}


async def ports_of(desk: Desk, tasks: Sequence[Task]) -> Mapping[str, Sequence[str]]:
    """Look up which ports the tasks' revisions map; without the permission none are told."""
    from fargate_kit.errors import Denied, NotFound

    found: dict[str, list[str]] = {}
    for arn in dict.fromkeys(task.definition_arn for task in tasks):
        desk.asks(f"looking at {arn.rpartition('/')[2]}")
        try:
            definition = await desk.aws.task_definition(arn)
        except (Denied, NotFound):
            continue
        found[arn] = [
            f"{mapping['containerPort']}/{mapping.get('protocol', 'tcp')}"
            for container in definition.raw["containerDefinitions"]
            for mapping in container.get("portMappings", ())
            if "containerPort" in mapping
        ]
    return found


def print_services_and_tasks(
    desk: Desk,
    title: str,
    services: Sequence[Service],
    tasks: Sequence[Task],
    interfaces: Mapping[str, Interface],
    ports: Mapping[str, Sequence[str]],
) -> None:
    """Print services, and tasks with their addresses."""
    from fargate_kit.cli.listing import Column, print_listing
    from fargate_kit.cli.screen import console

    desk.waits_for(None)
    if console.is_terminal:
        console.print(title, style="bright_black", markup=False)
    if services:
        names = ("service", 0), ("tasks", 0), ("definition", 0), ("deployment", 1), ("age", 2)
        columns = [Column(heading=name, rank=rank, shrinks=not rank) for name, rank in names]
        print_listing(console, columns, [_service_row(each, desk.now) for each in services])
        console.print()
    if tasks:
        columns = [
            Column(heading="task"),
            Column(heading="of", shrinks=True),
            Column(heading="status"),
            Column(heading="health", rank=4),
            Column(heading="definition", rank=2),
            Column(heading="public address", rank=1),
            Column(heading="private address", rank=3),
            Column(heading="ports", rank=2),
            Column(heading="age", rank=5),
            Column(heading="reason", rank=1, shrinks=True, least=30),
        ]
        rows = [
            _task_row(each, interfaces.get(each.arn), ports.get(each.definition_arn, ()), desk.now)
            for each in tasks
        ]
        print_listing(console, columns, rows)
    else:
        desk.say("no tasks")


def _service_row(service: Service, now: datetime) -> list[Text | str]:
    from fargate_kit.cli.screen import rollout_text
    from fargate_kit.cli.times import age

    newest = next(iter(service.deployments), None)
    pending = f", {service.pending_count} pending" if service.pending_count else ""
    return [
        service.name,
        f"{service.running_count}/{service.desired_count}{pending}",
        service.definition_arn.rpartition("/")[2],
        rollout_text(newest.rollout_state if newest else service.status),
        age(newest.created_at if newest else service.created_at, now),
    ]


def _task_row(
    task: Task, interface: Interface | None, ports: Sequence[str], now: datetime
) -> list[Text | str]:
    from fargate_kit.cli.screen import status_text
    from fargate_kit.cli.times import age

    own = task.network_interface
    return [
        task.id[:8],
        (task.group or "").partition(":")[2] or task.group or "",
        status_text(task.status),
        "" if task.health_status == "UNKNOWN" else task.health_status.lower(),
        task.definition_arn.rpartition("/")[2],
        (interface.public_ip if interface else None) or "",
        (own.private_ip if own else None) or "",
        " ".join(ports),
        age(task.started_at or task.created_at, now),
        why_stopped(task),
    ]


def why_stopped(task: Task) -> str:
    """Return how a task ended, in a line; nothing while it runs."""
    if task.stopped_reason is None and task.stop_code is None:
        return ""
    code = f"exit code {task.exit_code}: " if task.exit_code is not None else ""
    return code + (task.stopped_reason or task.stop_code or "").replace("\n", " ")
