"""A cluster: where tasks run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from fargate_kit.clusters.running import RunVerbs
from fargate_kit.clusters.services import ServiceVerbs
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, InvalidSpec, NotFound
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.problems import Rule
from fargate_kit.model.task_level_rules import NAME, NAME_ALLOWED, legal_name
from fargate_kit.model.values import Overrides, tags_from_api, tags_to_api
from fargate_kit.ownership import owned

__all__ = ["CAPACITY_PROVIDERS", "Cluster", "clusters", "create", "describe"]

# Both exist in every account; a cluster must be told of them before tasks can ask for them.
CAPACITY_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
# By AWS's codes of DeleteCluster.
_WAY_OUT = {
    "ClusterContainsServicesException": (
        "Delete its services first: cluster.services() yields them, and service.delete(force=True) "
        "waits until their tasks are gone."
    ),
    "ClusterContainsTasksException": (
        "End its tasks first: cluster.tasks() yields them; stop() and wait_stopped() end one."
    ),
}
INCLUDE = ["SETTINGS", "STATISTICS", "TAGS"]
CLUSTER_NAME = Rule(
    id="cluster-name",
    says="A cluster's name is 1 to 255 letters, digits, hyphens and underscores.",
    source="model: CreateClusterRequest",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(RunVerbs, ServiceVerbs):
    """A cluster as AWS described it at one moment.

    Attributes:
        status: `ACTIVE`, `PROVISIONING`, `DEPROVISIONING`, `FAILED` or `INACTIVE`.
        raw: AWS's own answer.
    """

    arn: str
    name: str
    status: str
    running_tasks: int
    pending_tasks: int
    active_services: int
    capacity_providers: tuple[str, ...]
    tags: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `clusters` of DescribeClusters."""
        return cls(
            arn=raw["clusterArn"],
            name=raw["clusterName"],
            status=raw.get("status", ""),
            running_tasks=raw.get("runningTasksCount", 0),
            pending_tasks=raw.get("pendingTasksCount", 0),
            active_services=raw.get("activeServicesCount", 0),
            capacity_providers=tuple(raw.get("capacityProviders", ())),
            tags=tags_from_api(raw.get("tags")),
            raw=raw,
            _session=session,
        )

    def __str__(self) -> str:
        return (
            f"cluster {self.name}: {self.status}, {self.running_tasks} tasks running, "
            f"{self.pending_tasks} pending, {self.active_services} services"
        )

    async def refresh(self) -> Cluster:
        """Return the cluster as it is now; this picture stays what it is.

        Raises:
            NotFound: AWS does not know it any more.

        Calls:
            ecs:DescribeClusters
        """
        return await describe(self._session, self.arn)

    async def delete(self) -> Cluster:
        """Delete the cluster, which must have no tasks and no services.

        Returns:
            The cluster, INACTIVE.

        Raises:
            ApiError: Tasks or services are left in it (`.code` tells).

        Calls:
            ecs:DeleteCluster
        """
        try:
            reply = await self._session.api.call("ecs", "DeleteCluster", cluster=self.arn)
        except ApiError as error:
            if (remedy := _WAY_OUT.get(error.code)) is None:
                raise
            raise error.with_remedy(remedy) from error
        return Cluster.from_api(reply["cluster"], self._session)


def _itself(overrides: Overrides) -> Overrides:
    return overrides


async def create(
    session: Session,
    name: str,
    *,
    capacity_providers: Sequence[str] = CAPACITY_PROVIDERS,
    tags: Mapping[str, str] | None = None,
) -> Cluster:
    """Return the active cluster of that name as it is, or make one.

    Raises:
        InvalidSpec: It is no name for a cluster; nothing was sent.

    Calls:
        ecs:DescribeClusters, ecs:CreateCluster (where there is none)
    """
    _check_name(name)
    if isinstance(capacity_providers, str):
        raise wrong_argument("capacity_providers", capacity_providers, "a list of names")
    with suppress(NotFound):
        return await describe(session, name)
    try:
        await session.api.call(
            "ecs",
            "CreateCluster",
            clusterName=name,
            capacityProviders=list(capacity_providers),
            tags=tags_to_api(owned(tags, mark=session.mark)),
        )
    except ApiError as error:
        # Somebody else has just made it with other settings; theirs is taken as it is.
        if "idempotent" not in error.reason:
            raise
    return await describe(session, name)


def _check_name(name: Any) -> None:
    """Refuse what cannot be the name of a cluster (botocore's ECS model, CreateClusterRequest)."""
    if not isinstance(name, str):
        raise wrong_argument("name", name, "a text")
    if not NAME.fullmatch(name):
        problem = CLUSTER_NAME.problem(
            "clusterName", given=name, allowed=NAME_ALLOWED, remedy=f"call it {legal_name(name)!r}"
        )
        raise InvalidSpec("the cluster", [problem])


async def describe(session: Session, name: str) -> Cluster:
    """Look up a cluster by its name or ARN.

    Raises:
        NotFound: There is none, or it was deleted.

    Calls:
        ecs:DescribeClusters
    """
    reply = await session.api.call("ecs", "DescribeClusters", clusters=[name], include=INCLUDE)
    for raw in reply["clusters"]:
        if raw.get("status") != "INACTIVE":
            return Cluster.from_api(raw, session)
    raise NotFound(
        "ecs:DescribeClusters",
        "MISSING",
        f"there is no cluster {name!r} in {session.api.region}; create_cluster() makes one",
    )


async def clusters(session: Session) -> AsyncIterator[Cluster]:
    """Yield the region's clusters.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters for every 100
    """
    async for page in session.api.pages("ecs", "ListClusters"):
        if arns := page["clusterArns"]:
            reply = await session.api.call(
                "ecs", "DescribeClusters", clusters=arns, include=INCLUDE
            )
            for raw in reply["clusters"]:
                if raw.get("status") != "INACTIVE":
                    yield Cluster.from_api(raw, session)
