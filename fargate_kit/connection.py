"""The front door: one connection to ECS in one region."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from fargate_kit import cluster as clusters
from fargate_kit import logs, task_definition
from fargate_kit import network as networks
from fargate_kit.cluster import CAPACITY_PROVIDERS, Cluster
from fargate_kit.core.api import Api, Credentials
from fargate_kit.core.clock import Clock, RealClock
from fargate_kit.core.opening import Opening
from fargate_kit.core.session import Session
from fargate_kit.core.transport import Transport
from fargate_kit.model.values import Network
from fargate_kit.task import Task
from fargate_kit.task_definition import TaskDefinition
from fargate_kit.task_spec import TaskSpec

__all__ = ["Connection", "connect"]


class Connection:
    """ECS in one region of one account; made by `connect()`.

    It holds no task and no cancel scope, so it may be opened in one notebook cell or fixture, used
    in others, and closed in yet another.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        where = f", endpoint_url={self.endpoint_url!r}" if self.endpoint_url else ""
        return f"Connection(region={self.region!r}{where})"

    @property
    def region(self) -> str:
        """The AWS region."""
        return self._session.api.region

    @property
    def endpoint_url(self) -> str | None:
        """Where calls go instead of AWS; None is AWS itself."""
        return self._session.api.endpoint_url

    @property
    def clock(self) -> Clock:
        """The clock that every wait of this connection is timed by."""
        return self._session.clock

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was called so far, by names such as `ecs:RunTask`."""
        return Counter(self._session.api.calls)

    async def create_cluster(
        self,
        name: str = "default",
        *,
        capacity_providers: Sequence[str] = CAPACITY_PROVIDERS,
        tags: Mapping[str, str] | None = None,
    ) -> Cluster:
        """Return the active cluster of that name as it is, or make one.

        Args:
            name: At most 255 letters, digits, hyphens and underscores.
            capacity_providers: What a new cluster's tasks may ask for.

        Calls:
            ecs:DescribeClusters, ecs:CreateCluster (where there is none)
        """
        return await clusters.create(
            self._session, name, capacity_providers=capacity_providers, tags=tags
        )

    async def cluster(self, name: str) -> Cluster:
        """Look up a cluster by its name or ARN.

        Raises:
            NotFound: There is none, or it was deleted.

        Calls:
            ecs:DescribeClusters
        """
        return await clusters.describe(self._session, name)

    async def default_cluster(self) -> Cluster:
        """Return the cluster named `default`, which AWS takes where none is named.

        Raises:
            NotFound: Nobody has made it yet; `create_cluster()` without a name does.

        Calls:
            ecs:DescribeClusters
        """
        return await clusters.describe(self._session, "default")

    async def clusters(self) -> AsyncIterator[Cluster]:
        """Yield the region's clusters.

        Calls:
            ecs:ListClusters, ecs:DescribeClusters for every 100
        """
        async for each in clusters.clusters(self._session):
            yield each

    async def register(self, spec: TaskSpec) -> TaskDefinition:
        """Register a revision if the family's newest active one differs from what is wanted.

        Safe with other writers: where somebody registers the same at the same moment, one revision
        stays.

        Returns:
            The new revision, or the newest one if nothing changed.

        Raises:
            InvalidSpec: Every problem of the specification, before any call.

        Calls:
            ecs:DescribeTaskDefinition, ecs:RegisterTaskDefinition, ecs:TagResource (where tags
            change), ecs:DeregisterTaskDefinition (where another writer was first)
        """
        return await task_definition.register(self._session, spec)

    async def task_definition(self, name: str) -> TaskDefinition:
        """Look up a revision by `family:revision` or ARN, or a family's newest active one.

        Raises:
            NotFound: There is none.

        Calls:
            ecs:DescribeTaskDefinition
        """
        return await task_definition.describe(self._session, name)

    async def revisions(
        self, family: str, *, status: str = "ACTIVE"
    ) -> AsyncIterator[TaskDefinition]:
        """Yield a family's revisions, the newest first.

        Args:
            status: `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.

        Calls:
            ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition for each
        """
        async for each in task_definition.revisions(self._session, family, status=status):
            yield each

    async def default_network(self, *, public_ip: bool = True) -> Network:
        """Find the default VPC's subnets, one in each zone, and its default security group.

        The default group lets nothing in from outside the group, and everything out.

        Args:
            public_ip: Whether tasks get a public address. Without one, a task in a default subnet
                cannot pull its image unless the VPC has a NAT gateway or endpoints for it.

        Raises:
            ConfigurationError: The region has no default VPC, or it has no subnets.

        Calls:
            ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeSecurityGroups
        """
        return await networks.default_network(self._session, public_ip=public_ip)

    async def public_ips(self, tasks: Iterable[Task]) -> dict[str, str | None]:
        """Return the public address of each task's network interface, by the interface's id.

        An interface without a public address has None, and one that is gone is left out.

        Calls:
            ec2:DescribeNetworkInterfaces, once for every 200 tasks
        """
        interfaces = [task.network_interface for task in tasks]
        return await networks.public_ips(
            self._session, [each.id for each in interfaces if each is not None and each.id]
        )

    async def create_log_group(
        self,
        name: str,
        *,
        retention_days: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> bool:
        """Make sure that a log group is there, for the awslogs driver to write to.

        Args:
            retention_days: One of the numbers that CloudWatch Logs takes; None keeps for ever.

        Returns:
            Whether it was made just now.

        Calls:
            logs:CreateLogGroup, logs:PutRetentionPolicy (with a retention)
        """
        return await logs.create_log_group(
            self._session, name, retention_days=retention_days, tags=tags
        )

    async def delete_log_group(self, name: str) -> None:
        """Delete a log group and every line in it; one that is not there is fine.

        Calls:
            logs:DeleteLogGroup
        """
        await logs.delete_log_group(self._session, name)

    async def aclose(self) -> None:
        """Close the connection; closing it twice is fine."""
        await self._session.api.aclose()


def connect(
    *,
    region: str | None = None,
    profile: str | None = None,
    endpoint_url: str | None = None,
    credentials: Credentials | None = None,
    clock: Clock | None = None,
    poll_every: float = 1.0,
    transport: Transport | None = None,
    seed: int | None = None,
) -> Opening[Connection]:
    """Open a connection: `aws = await connect()`, or `async with connect() as aws`.

    Nothing is sent before the first call. Region, credentials and endpoint come from the standard
    AWS environment and configuration files where they are not given.

    Args:
        region: None takes AWS_REGION, AWS_DEFAULT_REGION or the profile's.
        profile: A profile of the AWS configuration files; None takes AWS_PROFILE.
        endpoint_url: Where to send every call instead of AWS; None takes AWS_ENDPOINT_URL.
        credentials: A key pair instead of the standard chain.
        clock: Times every wait; None is real time.
        poll_every: Seconds on that clock between two looks at something young.
        transport: Carries the requests instead of the network.
        seed: Makes the spread of the looks repeatable; None draws anew.

    Raises:
        ConfigurationError: No region, a region or profile nobody knows, or a malformed endpoint.
    """
    session = Session(
        api=Api(
            region=region,
            profile=profile,
            endpoint_url=endpoint_url,
            credentials=credentials,
            transport=transport,
        ),
        clock=clock or RealClock(),
        poll_every=poll_every,
        jitter=random.Random(seed),
    )

    async def open() -> Connection:
        await session.api.open()
        return Connection(session)

    return Opening(open)
