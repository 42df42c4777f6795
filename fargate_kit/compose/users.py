"""Finds what runs in a region and uses a project's task definitions, in whichever cluster."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from fargate_kit.clusters.cluster import Cluster, clusters
from fargate_kit.compose.belonging import belongs
from fargate_kit.compose.looking import find_services
from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.tasks.listing import list_tasks

__all__ = ["find_users"]


async def find_users(
    session: Session,
    project: str,
    families: Collection[str],
    *,
    cluster_arn: str | None,
    going: Collection[str],
) -> dict[str, list[str]]:
    """Return which revisions are used by what is not taken down.

    Services of the project in other clusters count, scaled to no task too; and every task of one of
    its families, whoever started it.

    Args:
        families: Those of the project's task definitions.
        cluster_arn: The cluster in which the project is taken down.
        going: The groups of that cluster's tasks that go, `service:…`.

    Returns:
        The users of each revision in words, by the revision's ARN.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters for every 100; for each cluster with services or
        tasks in it ecs:ListServices and, for each family, ecs:ListTasks; ecs:DescribeServices and
        ecs:DescribeTasks of what is found
    """
    used: dict[str, dict[str, None]] = {}
    async for cluster in clusters(session):
        if not (cluster.active_services or cluster.running_tasks or cluster.pending_tasks):
            continue
        is_own = cluster.arn == cluster_arn
        with suppress(NotFound):  # it was deleted meanwhile
            if not is_own:
                await _services(session, project, cluster, used)
            await _tasks(session, families, cluster, going if is_own else (), used)
    return {arn: list(names) for arn, names in used.items()}


async def _services(
    session: Session, project: str, cluster: Cluster, used: dict[str, dict[str, None]]
) -> None:
    for service in await find_services(session, cluster, project):
        if belongs(service.tags, project):
            # While it changes, it may go back to the revision that it had.
            arns = [each["taskDefinition"] for each in service.raw.get("deployments", ())]
            for arn in (service.definition_arn, *arns):
                used.setdefault(arn, {})[f"service {service.name} in cluster {cluster.name}"] = None


async def _tasks(
    session: Session,
    families: Collection[str],
    cluster: Cluster,
    going: Collection[str],
    used: dict[str, dict[str, None]],
) -> None:
    for family in sorted(families):
        async for task in list_tasks(session, cluster.arn, family=family):
            if (group := task.group or "") in going:
                continue
            of_service = group.startswith("service:")
            name = f"service {group[8:]}" if of_service else f"task {task.id}"
            used.setdefault(task.definition_arn, {})[f"{name} in cluster {cluster.name}"] = None
