"""Finds and takes down what is marked in ECS, and the scaling of its services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import anyio

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError, NotFound
from fargate_kit.services.deployment_watch import SERVICES_DESCRIBED_AT_ONCE
from fargate_kit.services.service import Service
from fargate_kit.tasks.listing import list_tasks
from fargate_kit.tasks.task import Task
from fargate_kit.teardown.leftovers import Leftover, Search, Step

__all__ = ["CLUSTERS", "SCALING", "SERVICES", "TASKS", "TASK_DEFINITIONS"]

# So many task definitions are described at a time; AWS lets 20 a second through.
AT_A_TIME = 5


async def find_scaling(search: Search) -> list[Leftover]:
    """Find scalable targets that are marked, or belong to a service that is.

    Calls:
        those of `find_services()`; application-autoscaling:DescribeScalableTargets,
        application-autoscaling:ListTagsForResource for each target of another service
    """
    await find_services(search)
    found = []
    pages = search.session.api.pages(
        "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs"
    )
    async for page in pages:
        for target in page["ScalableTargets"]:
            if target["ResourceId"] in search.services or await _is_target_marked(search, target):
                found.append(
                    Leftover(
                        kind="scalable target",
                        id=target["ResourceId"],
                        name=target["ResourceId"],
                        facts={"ScalableDimension": target["ScalableDimension"]},
                    )
                )
    return found


async def _is_target_marked(search: Search, target: dict[str, Any]) -> bool:
    arn = target.get("ScalableTargetARN")
    if arn is None:
        return False
    with suppress(NotFound):
        reply = await search.call("application-autoscaling", "ListTagsForResource", ResourceARN=arn)
        return search.has(reply.get("Tags"))
    return False


async def remove_scaling(search: Search, target: Leftover) -> None:
    """Take a service out of auto scaling; AWS deletes its policies, schedules and alarms.

    Calls:
        application-autoscaling:DeregisterScalableTarget
    """
    with suppress(NotFound):
        await search.call(
            "application-autoscaling",
            "DeregisterScalableTarget",
            ServiceNamespace="ecs",
            ResourceId=target.id,
            **target.facts,
        )


async def find_services(search: Search) -> list[Leftover]:
    """Find services that are marked, in every cluster.

    Calls:
        ecs:ListClusters; ecs:ListServices for each cluster; ecs:DescribeServices for every 10
    """
    found = []
    async for cluster in _cluster_arns(search.session):
        for service in await _services(search.session, cluster):
            if search.has(service.get("tags")):
                name = service["serviceName"]
                search.services.add(f"service/{cluster.rpartition('/')[2]}/{name}")
                found.append(
                    Leftover(
                        kind="service", id=service["serviceArn"], name=name, facts={"raw": service}
                    )
                )
    return found


async def remove_service(search: Search, service: Leftover) -> None:
    """Delete a service, and wait until its tasks are gone.

    Calls:
        those of `Service.delete()`
    """
    with suppress(NotFound):
        await Service.from_api(service.facts["raw"], search.session).delete(force=True)


async def find_tasks(search: Search) -> list[Leftover]:
    """Find marked tasks that run and belong to no service, in every cluster.

    A task of somebody's service may carry the mark because its definition does; it is not ours.

    Calls:
        ecs:ListClusters; ecs:ListTasks for each cluster; ecs:DescribeTasks for every 100
    """
    return [
        Leftover(kind="task", id=task.arn, name=task.id, facts={"task": task})
        async for cluster in _cluster_arns(search.session)
        for task in await _tasks(search.session, cluster, "RUNNING")
        if search.has(task.tags) and not (task.group or "").startswith("service:")
    ]


async def remove_task(search: Search, found: Leftover) -> None:
    """Stop a task, and wait until it has stopped.

    Calls:
        ecs:StopTask; ecs:DescribeTasks, shared with everyone who waits
    """
    with suppress(NotFound):
        task: Task = await found.facts["task"].stop(f"tear-down of {search.mark}")
        await task.wait_stopped()


async def find_clusters(search: Search) -> list[Leftover]:
    """Find clusters that are marked.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters for every 100
    """
    found = []
    async for page in search.session.api.pages("ecs", "ListClusters"):
        if arns := page["clusterArns"]:
            reply = await search.call("ecs", "DescribeClusters", clusters=arns, include=["TAGS"])
            found += [
                Leftover(kind="cluster", id=each["clusterArn"], name=each["clusterName"])
                for each in reply["clusters"]
                if each.get("status") != "INACTIVE" and search.has(each.get("tags"))
            ]
    return found


async def remove_cluster(search: Search, cluster: Leftover) -> None:
    """Delete a cluster, when the last tasks that are stopping in it have stopped.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks, ecs:DeleteCluster
    """
    with suppress(NotFound):
        for task in await _tasks(search.session, cluster.id, "STOPPED"):
            if task.status != "STOPPED":
                await task.wait_stopped()
        await search.call("ecs", "DeleteCluster", cluster=cluster.id)


async def find_definitions(search: Search) -> list[Leftover]:
    """Find revisions that are marked, active or inactive.

    AWS tells the tags of one revision at a time, so this looks at every revision once.

    Calls:
        ecs:ListTaskDefinitions; ecs:DescribeTaskDefinition for each revision
    """
    arns = []
    for status in ("ACTIVE", "INACTIVE"):
        pages = search.session.api.pages("ecs", "ListTaskDefinitions", status=status)
        async for page in pages:
            arns += [arn for arn in page["taskDefinitionArns"] if arn not in search.others]
    found: dict[str, Leftover] = {}
    refusals: list[FargateError] = []
    limiter = anyio.Semaphore(AT_A_TIME)

    async def look(arn: str) -> None:
        async with limiter:
            try:
                if not refusals and (status := await _marked_status(search, arn)):
                    found[arn] = Leftover(
                        kind="task definition",
                        id=arn,
                        name=arn.rpartition("/")[2],
                        facts={"status": status},
                    )
            except FargateError as error:
                refusals.append(error)

    async with anyio.create_task_group() as group:
        for arn in arns:
            group.start_soon(look, arn)
    if refusals:
        raise refusals[0]
    return [found[arn] for arn in arns if arn in found]


async def _marked_status(search: Search, arn: str) -> str | None:
    """Return the status of a revision; None if it is not marked, or being deleted."""
    try:
        reply = await search.call(
            "ecs", "DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"]
        )
    except NotFound:
        return None
    if not search.has(reply.get("tags")):
        search.others.add(arn)
        return None
    status: str = reply["taskDefinition"].get("status", "")
    return status if status in {"ACTIVE", "INACTIVE"} else None


async def remove_definition(search: Search, definition: Leftover) -> None:
    """Deregister a revision and ask AWS to delete it, which it does when nothing uses it.

    Calls:
        ecs:DeregisterTaskDefinition, ecs:DeleteTaskDefinitions
    """
    with suppress(NotFound):
        if definition.facts["status"] == "ACTIVE":
            await search.call("ecs", "DeregisterTaskDefinition", taskDefinition=definition.id)
        reply = await search.call("ecs", "DeleteTaskDefinitions", taskDefinitions=[definition.id])
        for failure in reply.get("failures", ()):
            raise ApiError(
                "ecs:DeleteTaskDefinitions",
                failure.get("reason", "UNKNOWN"),
                failure.get("detail") or definition.id,
            )


SCALING = Step(kind="scalable target", find=find_scaling, remove=remove_scaling)
SERVICES = Step(kind="service", find=find_services, remove=remove_service)
TASKS = Step(kind="task", find=find_tasks, remove=remove_task)
CLUSTERS = Step(kind="cluster", find=find_clusters, remove=remove_cluster)
TASK_DEFINITIONS = Step(
    kind="task definition", find=find_definitions, remove=remove_definition, at_once=1
)


async def _cluster_arns(session: Session) -> AsyncIterator[str]:
    async for page in session.api.pages("ecs", "ListClusters"):
        for arn in page["clusterArns"]:
            yield arn


async def _services(session: Session, cluster_arn: str) -> list[dict[str, Any]]:
    """Return the services of a cluster as AWS describes them; a cluster that is gone has none."""
    found: list[dict[str, Any]] = []
    pages = session.api.pages(
        "ecs", "ListServices", cluster=cluster_arn, PaginationConfig={"PageSize": 100}
    )
    with suppress(NotFound):
        async for page in pages:
            for first in range(0, len(page["serviceArns"]), SERVICES_DESCRIBED_AT_ONCE):
                reply = await session.api.call(
                    "ecs",
                    "DescribeServices",
                    cluster=cluster_arn,
                    services=page["serviceArns"][first : first + SERVICES_DESCRIBED_AT_ONCE],
                    include=["TAGS"],
                )
                found += reply["services"]
    return [service for service in found if service.get("status") != "INACTIVE"]


async def _tasks(session: Session, cluster_arn: str, desired_status: str) -> list[Task]:
    """Return the tasks of a cluster; a cluster that is gone has none."""
    with suppress(NotFound):
        return [
            task async for task in list_tasks(session, cluster_arn, desired_status=desired_status)
        ]
    return []
