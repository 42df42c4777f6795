"""`fargate-kit scale`, `stop`, `rollback` and `delete`: small changes to what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fargate_kit.cli.desk import Desk, at_desk
from fargate_kit.cli.settings import (
    AsJson,
    ClusterName,
    Detach,
    EndpointUrl,
    Profile,
    Region,
    ServiceName,
    Timeout,
    Yes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task

REASON = "stopped with fargate-kit stop"


def scale(
    service: ServiceName,
    count: Annotated[int, typer.Argument(metavar="COUNT", min=0, help="How many tasks.")],
    detach: Detach = False,
    timeout: Timeout = "30m",
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Change how many tasks a service has, and wait until it has them.

    That is no deployment. Where auto scaling has bounds, it goes on changing the count within them.

    \b
    Examples:
      fargate-kit scale web 4 --cluster prod
      fargate-kit scale web 0 --detach
    """
    from fargate_kit.cli.times import seconds_of

    wait = None if detach else seconds_of(timeout, option="--timeout")

    async def work(desk: Desk) -> int:
        return await scale_service(desk, cluster, service, count, timeout=wait)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )


async def scale_service(
    desk: Desk, cluster_name: str, name: str, count: int, *, timeout: float | None
) -> int:
    """Change a service's count; None as the time-out does not wait."""
    from fargate_kit.cli.ending import end_scaling
    from fargate_kit.cli.finding import find_cluster, find_service

    service = await find_service(desk, await find_cluster(desk, cluster_name), name)
    await _note_auto_scaling(desk, service, count)
    desk.asks(f"scaling {service.name}")
    before = service.desired_count
    service = await service.scale(count)
    desk.say(f"{service.name}: {before} → {count} wanted")
    return await end_scaling(desk, service, timeout=timeout)


async def _note_auto_scaling(desk: Desk, service: Service, count: int) -> None:
    """Say that auto scaling will have its own way; without the permission nothing is said."""
    from fargate_kit.errors import ApiError

    desk.asks(f"looking at the auto scaling of {service.name}")
    try:
        scaling = await service.scaling()
    except ApiError:
        return
    bounds = f"{scaling.minimum} to {scaling.maximum}"
    outside = not scaling.minimum <= count <= scaling.maximum
    text = f"auto scaling keeps {service.name} at {bounds} tasks"
    desk.say(f"! {text}, and may undo this" if outside else f"! {text}")


def stop(
    tasks: Annotated[
        list[str],
        typer.Argument(
            metavar="TASK", help="Ids, the beginnings of ids as `ps` shows them, or ARNs."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Kept with the task by AWS.")] = REASON,
    detach: Detach = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Stop tasks, and wait until they have stopped.

    Nothing is stopped if one of them is not found. A service starts another task in place of one of
    its own: `scale` it instead.

    \b
    Examples:
      fargate-kit stop 1f3c5a7e --cluster prod
      fargate-kit stop 1f3c 9b2d --reason "wrong month"
    """

    async def work(desk: Desk) -> int:
        return await stop_tasks(desk, cluster, tasks, reason, detach=detach)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )


async def stop_tasks(
    desk: Desk, cluster_name: str, names: Sequence[str], reason: str, *, detach: bool
) -> int:
    """Stop tasks, all of them at the same time."""
    import anyio

    from fargate_kit.cli.facts import task_facts
    from fargate_kit.cli.finding import find_cluster, find_task

    cluster = await find_cluster(desk, cluster_name)
    found = {task.arn: task for task in [await find_task(desk, cluster, name) for name in names]}
    desk.left = "tasks that AWS was told to stop are being stopped"

    async def end(task: Task) -> None:
        stopping = await task.stop(reason)
        if detach:
            found[task.arn] = stopping
            return
        desk.say(f"{task.id[:8]} is being stopped")
        found[task.arn] = await stopping.wait_stopped()

    desk.waits_for(f"{len(found)} task{'s' * (len(found) != 1)} to stop")
    async with anyio.create_task_group() as group:
        for task in found.values():
            if task.status != "STOPPED":
                group.start_soon(end, task)
    desk.left = None
    if desk.as_json:
        desk.facts({"tasks": [task_facts(each) for each in found.values()]})
        return 0
    for task in found.values():
        typer.echo(f"{task.id[:8]} {'is being stopped' if task.status != 'STOPPED' else 'STOPPED'}")
    _note_services(desk, list(found.values()))
    return 0


def _note_services(desk: Desk, tasks: Sequence[Task]) -> None:
    kept = [each.group or "" for each in tasks if (each.group or "").startswith("service:")]
    for group in dict.fromkeys(kept):
        name = group.partition(":")[2]
        desk.say(
            f"! service {name} starts another in its place; `fargate-kit scale {name} 0` ends it"
        )


def rollback(
    service: ServiceName,
    yes: Yes = False,
    detach: Detach = False,
    timeout: Timeout = "30m",
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Bring back what a service ran before, and wait until it stands.

    That is the last revision that completed. A deployment in progress is stopped first. The count
    stays.

    \b
    Examples:
      fargate-kit rollback web --cluster prod
      fargate-kit rollback web --yes --json
    """
    from fargate_kit.cli.times import seconds_of

    wait = None if detach else seconds_of(timeout, option="--timeout")

    async def work(desk: Desk) -> int:
        return await roll_back(desk, cluster, service, yes=yes, timeout=wait)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )


async def roll_back(
    desk: Desk, cluster_name: str, name: str, *, yes: bool, timeout: float | None
) -> int:
    """Roll a service back; None as the time-out does not wait."""
    from fargate_kit.cli.ending import end_deployment
    from fargate_kit.cli.finding import find_cluster, find_service

    service = await find_service(desk, await find_cluster(desk, cluster_name), name)
    present = service.deployment
    definition = present.definition_arn.rpartition("/")[2]
    state = present.rollout_state.replace("_", " ").lower()
    desk.say(f"{service.name} has {definition}, deployment {present.id}, {state}")
    desk.agree("Go back to what it ran before?", yes=yes)
    desk.waits_for(f"ECS to begin the rollback of {service.name}")
    desk.left = f"the rollback of {service.name} may have begun, and then goes on"
    back = await service.rollback()
    desk.say(f"{service.name}: {definition} → {back.definition_arn.rpartition('/')[2]}")
    facts = {"service": service.arn, "from": present.definition_arn, "to": back.definition_arn}
    return await end_deployment(desk, service, back, timeout=timeout, facts=facts)


def delete(
    service: ServiceName,
    yes: Yes = False,
    cluster: ClusterName = "default",
    as_json: AsJson = False,
    region: Region = None,
    profile: Profile = None,
    endpoint_url: EndpointUrl = None,
) -> None:
    """Delete a service, and wait until its tasks are gone.

    Its auto scaling goes with it; task definitions, log groups and load balancers stay.

    \b
    Examples:
      fargate-kit delete web --cluster prod
      fargate-kit delete web --yes
    """

    async def work(desk: Desk) -> int:
        return await delete_service(desk, cluster, service, yes=yes)

    at_desk(
        work,
        region=region,
        profile=profile,
        endpoint_url=endpoint_url,
        as_json=as_json,
        changes=True,
    )


async def delete_service(desk: Desk, cluster_name: str, name: str, *, yes: bool) -> int:
    """Delete a service."""
    from fargate_kit.cli.facts import service_facts
    from fargate_kit.cli.finding import find_cluster, find_service

    service = await find_service(desk, await find_cluster(desk, cluster_name), name)
    tasks = f"{service.running_count + service.pending_count} tasks"
    desk.say(f"service {service.name} in {service.cluster_arn.rpartition('/')[2]} has {tasks}")
    desk.agree("Delete it?", yes=yes)
    desk.left = f"service {service.name} may have been deleted; its tasks stop then"
    desk.waits_for(f"the tasks of {service.name} to stop")
    gone = await service.delete(force=True)
    desk.left = None
    if desk.as_json:
        desk.facts(service_facts(gone))
    else:
        typer.echo(f"service {service.name} is deleted, and its tasks are gone")
    return 0
