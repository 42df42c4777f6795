"""What there is of a project: its cluster, services, scaling, task definitions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.clusters.cluster import describe as describe_cluster
from fargate_kit.compose.belonging import belongs, could_be_named
from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.services.deployment_watch import SERVICES_DESCRIBED_AT_ONCE, describe_services
from fargate_kit.services.service import Service
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = [
    "find_cluster",
    "find_definitions",
    "find_log_group",
    "find_services",
    "log_group_tags",
    "log_groups_of",
    "roles_of",
    "scaled_services",
]

# AWS takes so many resource ids in a DescribeScalableTargets call (its service model).
TARGETS_AT_ONCE = 50


async def find_cluster(session: Session, name: str) -> Cluster | None:
    """Return the active cluster of that name.

    Calls:
        ecs:DescribeClusters
    """
    with suppress(NotFound):
        return await describe_cluster(session, name)
    return None


async def find_services(session: Session, cluster: Cluster, project: str) -> list[Service]:
    """Return the services of a cluster whose name could be the project's, foreign ones too.

    Calls:
        ecs:ListServices for every 100 of the cluster, ecs:DescribeServices for every 10 of those
    """
    found: list[Service] = []
    pages = session.api.pages(
        "ecs", "ListServices", cluster=cluster.arn, PaginationConfig={"PageSize": 100}
    )
    arns = [
        arn
        async for page in pages
        for arn in page["serviceArns"]
        if could_be_named(arn.rpartition("/")[2], project)
    ]
    for first in range(0, len(arns), SERVICES_DESCRIBED_AT_ONCE):
        chunk = arns[first : first + SERVICES_DESCRIBED_AT_ONCE]
        described = await describe_services(session, cluster.arn, chunk)
        found += [
            Service.from_api(raw, session)
            for raw in described.values()
            if raw is not None and raw.get("status") != "INACTIVE"
        ]
    return sorted(found, key=lambda service: service.name)


async def find_definitions(
    session: Session, project: str, statuses: Sequence[str] = ("ACTIVE", "INACTIVE")
) -> list[TaskDefinition]:
    """Return the revisions that were made for the project.

    Calls:
        ecs:ListTaskDefinitions; ecs:DescribeTaskDefinition for each revision that could be its own
    """
    found = []
    for status in statuses:
        families = await _families(session, project)
        for family in families:
            pages = session.api.pages(
                "ecs", "ListTaskDefinitions", familyPrefix=family, status=status
            )
            arns = [arn async for page in pages for arn in page["taskDefinitionArns"]]
            for arn in arns:
                if arn.rpartition("/")[2].rpartition(":")[0] != family:
                    continue
                with suppress(NotFound):
                    definition = await describe_definition(session, arn)
                    if definition.status == status and belongs(definition.tags, project):
                        found.append(definition)
    return found


async def _families(session: Session, project: str) -> list[str]:
    pages = session.api.pages(
        "ecs", "ListTaskDefinitionFamilies", familyPrefix=project, status="ALL"
    )
    names = [name async for page in pages for name in page["families"]]
    return [name for name in names if could_be_named(name, project)]


async def scaled_services(session: Session, cluster: Cluster, names: Sequence[str]) -> set[str]:
    """Return which of the services are scaled automatically.

    Calls:
        application-autoscaling:DescribeScalableTargets for every 50
    """
    found: set[str] = set()
    for first in range(0, len(names), TARGETS_AT_ONCE):
        ids = [f"service/{cluster.name}/{name}" for name in names[first : first + TARGETS_AT_ONCE]]
        pages = session.api.pages(
            "application-autoscaling",
            "DescribeScalableTargets",
            ServiceNamespace="ecs",
            ResourceIds=ids,
        )
        async for page in pages:
            found |= {each["ResourceId"].rpartition("/")[2] for each in page["ScalableTargets"]}
    return found


async def find_log_group(session: Session, name: str, region: str) -> dict[str, object] | None:
    """Return a log group as CloudWatch Logs describes it.

    Calls:
        logs:DescribeLogGroups
    """
    api = session.api.in_region(region or session.api.region)
    pages = api.pages("logs", "DescribeLogGroups", logGroupNamePrefix=name)
    found = [dict(group) async for page in pages for group in page["logGroups"]]
    return next((group for group in found if group["logGroupName"] == name), None)


async def log_group_tags(session: Session, group: dict[str, object]) -> dict[str, str]:
    """Return the tags of a log group.

    Calls:
        logs:ListTagsForResource
    """
    arn = str(group["arn"]).removesuffix(":*")
    api = session.api.in_region(arn.split(":")[3])
    reply = await api.call("logs", "ListTagsForResource", resourceArn=arn)
    tags: dict[str, str] = reply.get("tags") or {}
    return tags


def log_groups_of(definition: TaskDefinition, region: str) -> list[tuple[str, str]]:
    """Return the log groups that containers write to, each with its region.

    Args:
        region: The one of groups that name none.
    """
    found: dict[tuple[str, str], None] = {}
    for container in definition.raw["containerDefinitions"]:
        options = (container.get("logConfiguration") or {}).get("options") or {}
        if group := options.get("awslogs-group"):
            found[group, options.get("awslogs-region") or region] = None
    return list(found)


def roles_of(definition: TaskDefinition) -> list[str]:
    """Return the names of the roles that tasks of a revision have."""
    arns = [definition.raw.get(key) for key in ("executionRoleArn", "taskRoleArn")]
    return [arn.rpartition("/")[2] for arn in arns if arn]
