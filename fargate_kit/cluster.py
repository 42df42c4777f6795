"""A cluster: where tasks run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from fargate_kit import service_creation, service_finding, web_service_creation
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, InvalidSpec, NotFound
from fargate_kit.fan_out import FanOut, FanOutOptions
from fargate_kit.fan_out_events import OnEvent
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.ingress import Source
from fargate_kit.model.pricing import Prices
from fargate_kit.model.problems import Rule
from fargate_kit.model.task_level_rules import NAME, NAME_ALLOWED, legal_name
from fargate_kit.model.values import Network, Overrides, tags_from_api, tags_to_api
from fargate_kit.ownership import owned
from fargate_kit.run_task import run_tasks
from fargate_kit.service import Service
from fargate_kit.service_spec import CapacityShare, CircuitBreaker, ServiceSettings, Target
from fargate_kit.target_rules import USUAL_DELAY, TargetHealthCheck
from fargate_kit.task import DESCRIBED_AT_ONCE, Task
from fargate_kit.task import describe as describe_tasks
from fargate_kit.task_definition import TaskDefinition
from fargate_kit.web_service import WebService

T = TypeVar("T")

__all__ = ["CAPACITY_PROVIDERS", "Cluster", "clusters", "create", "describe"]

# Both exist in every account; a cluster must be told of them before tasks can ask for them.
CAPACITY_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
INCLUDE = ["SETTINGS", "STATISTICS", "TAGS"]
CIRCUIT_BREAKER = CircuitBreaker()
CLUSTER_NAME = Rule(
    id="cluster-name",
    says="A cluster's name is 1 to 255 letters, digits, hyphens and underscores.",
    source="model: CreateClusterRequest",
)
HEALTH_CHECK = TargetHealthCheck()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
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

    async def refresh(self) -> Cluster:
        """Return the cluster as it is now; this picture stays what it is.

        Raises:
            NotFound: AWS does not know it any more.

        Calls:
            ecs:DescribeClusters
        """
        return await describe(self._session, self.arn)

    async def run(
        self,
        definition: TaskDefinition | str,
        overrides: Overrides | None = None,
        *,
        network: Network | None = None,
        capacity_provider: str | None = None,
        platform_version: str | None = None,
        group: str | None = None,
        started_by: str | None = None,
        tags: Mapping[str, str] | None = None,
        enable_execute_command: bool = False,
    ) -> Task:
        """Start one task; `wait_running()` and `wait_stopped()` follow it.

        If the caller is cancelled, the answer is awaited and the task stopped: nothing is left.

        Args:
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            overrides: What this run changes about the definition.
            network: Where the task's interface goes; None is `default_network()`, asked for once.
            capacity_provider: `FARGATE` or `FARGATE_SPOT`; None is the launch type FARGATE.
            platform_version: Such as `1.4.0`; None is AWS's LATEST.
            group: None is AWS's `family:<family>`.
            started_by: A mark that `tasks(started_by=…)` finds, at most 128 characters.
            enable_execute_command: Whether ECS Exec may be used; needs a task role.

        Raises:
            InvalidSpec: Overrides or network cannot work; nothing was sent.
            PlacementFailed: Fargate did not take the task.

        Calls:
            ecs:RunTask; ec2:DescribeVpcs, ec2:DescribeSubnets and ec2:DescribeSecurityGroups once
            if no network is given; ecs:DescribeTaskDefinition if the definition is a name
        """
        tasks = await self.run_many(
            definition,
            1,
            overrides,
            network=network,
            capacity_provider=capacity_provider,
            platform_version=platform_version,
            group=group,
            started_by=started_by,
            tags=tags,
            enable_execute_command=enable_execute_command,
        )
        return tasks[0]

    async def run_many(
        self,
        definition: TaskDefinition | str,
        count: int,
        overrides: Overrides | None = None,
        *,
        network: Network | None = None,
        capacity_provider: str | None = None,
        platform_version: str | None = None,
        group: str | None = None,
        started_by: str | None = None,
        tags: Mapping[str, str] | None = None,
        enable_execute_command: bool = False,
    ) -> tuple[Task, ...]:
        """Start so many identical tasks, ten in a call; either all of them, or none stays.

        Args:
            count: How many, 1 or more.

        The other arguments, and what is raised and called, are those of `run()`.
        """
        return await run_tasks(
            self._session,
            self.arn,
            definition,
            overrides,
            count=count,
            network=network,
            capacity_provider=capacity_provider,
            platform_version=platform_version,
            group=group,
            started_by=started_by,
            tags=tags,
            enable_execute_command=enable_execute_command,
        )

    def fan_out(
        self,
        definition: TaskDefinition | str,
        overrides: Iterable[Overrides],
        *,
        limit: int = 50,
        retries: int = 2,
        capacity: str = "spot-then-on-demand",
        job: str | None = None,
        network: Network | None = None,
        ordered: bool = False,
        timeout: float | None = None,
        max_cost: float | None = None,
        prices: Prices | None = None,
        retry_exit_codes: Collection[int] = (),
        platform_version: str | None = None,
        group: str | None = None,
        tags: Mapping[str, str] | None = None,
        on_event: OnEvent | None = None,
    ) -> FanOut[Overrides]:
        """Run a task for each of many overrides: `async with` it, and iterate for the results.

        A failed task is a value until `raise_for_exit()`. Leaving the block stops what was started
        and has not ended, and nothing else.

        Args:
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            overrides: One for each task; those that are equal go ten into a call.
            limit: How many tasks may be there at once.
            retries: How often an input is tried again after a failure that may pass.
            capacity: `spot-then-on-demand`, `spot` or `on-demand`. A cluster without the capacity
                provider FARGATE_SPOT takes the first for the last.
            job: A name under which another process takes the same work up again, up to an hour
                after the first has died: 1 to 100 letters, digits, hyphens, underscores, slashes.
            network: Where the tasks' interfaces go; None is `default_network()`, asked for once.
            ordered: Whether results come in the order of the inputs, or as they are there.
            timeout: Seconds on the connection's clock for everything; None waits for ever.
            max_cost: US dollars by on-demand list prices, at which everything is stopped. It is
                looked at every ten seconds.
            prices: Taken instead of the table of known prices.
            retry_exit_codes: Exit codes by which the program says that trying again may help.
            platform_version: Such as `1.4.0`; None is AWS's LATEST.
            group: None is AWS's `family:<family>`.
            on_event: Called with everything that happens, as a `FanOutEvent`.

        Raises:
            InvalidSpec: Settings that cannot work, at once; or overrides, on entering. Nothing was
                sent.
            ConfigurationError: On entering: there are no prices to hold `max_cost` against.
            WaitTimeout: While iterating: the time was up; `.last` is a `Progress`.
            CostLimitReached: While iterating.
            ApiError: While iterating: AWS refused a call in a way that meets every input.

        Calls:
            ecs:RunTask, ecs:DescribeTasks, ecs:StopTask for what must not stay, ecs:TagResource
            (a permission); ecs:ListTasks with a job, or where the answer to RunTask was lost;
            those of `default_network()` if no network is given
        """
        return self.map(
            definition,
            overrides,
            _itself,
            limit=limit,
            retries=retries,
            capacity=capacity,
            job=job,
            network=network,
            ordered=ordered,
            timeout=timeout,
            max_cost=max_cost,
            prices=prices,
            retry_exit_codes=retry_exit_codes,
            platform_version=platform_version,
            group=group,
            tags=tags,
            on_event=on_event,
        )

    def map(
        self,
        definition: TaskDefinition | str,
        items: Iterable[T],
        to_overrides: Callable[[T], Overrides],
        *,
        limit: int = 50,
        retries: int = 2,
        capacity: str = "spot-then-on-demand",
        job: str | None = None,
        network: Network | None = None,
        ordered: bool = False,
        timeout: float | None = None,
        max_cost: float | None = None,
        prices: Prices | None = None,
        retry_exit_codes: Collection[int] = (),
        platform_version: str | None = None,
        group: str | None = None,
        tags: Mapping[str, str] | None = None,
        on_event: OnEvent | None = None,
    ) -> FanOut[T]:
        """Run a task for each of many values; each result has its value as `item`.

        Args:
            items: The values, any number that fits into memory.
            to_overrides: Makes the overrides of the task for a value.

        The other arguments, and what is raised and called, are those of `fan_out()`.
        """
        return FanOut(
            self._session,
            self.arn,
            self.capacity_providers,
            definition,
            items,
            to_overrides,
            FanOutOptions(
                limit=limit,
                retries=retries,
                capacity=capacity,
                job=job,
                network=network,
                ordered=ordered,
                timeout=timeout,
                max_cost=max_cost,
                prices=prices,
                retry_exit_codes=retry_exit_codes,
                platform_version=platform_version,
                group=group,
                tags=tags or {},
                on_event=on_event,
            ),
        )

    async def task(self, name: str) -> Task:
        """Look up a task by its id or ARN.

        Raises:
            NotFound: AWS does not know it: stopped ones are kept for about an hour.

        Calls:
            ecs:DescribeTasks
        """
        found = await describe_tasks(self._session, self.arn, [name])
        task = next((task for task in found.values() if task is not None), None)
        if task is None:
            raise NotFound(
                "ecs:DescribeTasks", "MISSING", f"cluster {self.name} has no task {name!r}"
            )
        return task

    async def tasks(
        self,
        *,
        desired_status: str = "RUNNING",
        family: str | None = None,
        service: str | None = None,
        started_by: str | None = None,
    ) -> AsyncIterator[Task]:
        """Yield the cluster's tasks.

        Args:
            desired_status: `RUNNING` (which those that are starting have as well) or `STOPPED`
                (for about an hour).
            started_by: AWS takes it only without the other filters.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks for every 100
        """
        filters = {"family": family, "serviceName": service, "startedBy": started_by}
        pages = self._session.api.pages(
            "ecs",
            "ListTasks",
            cluster=self.arn,
            desiredStatus=desired_status,
            **{key: value for key, value in filters.items() if value is not None},
        )
        async for page in pages:
            if arns := page["taskArns"][:DESCRIBED_AT_ONCE]:
                for task in (await describe_tasks(self._session, self.arn, arns)).values():
                    if task is not None:
                        yield task

    async def create_service(
        self,
        name: str,
        definition: TaskDefinition | str,
        *,
        desired_count: int = 1,
        network: Network | None = None,
        targets: Sequence[Target] | None = None,
        capacity_provider: str | Sequence[CapacityShare] | None = None,
        platform_version: str | None = None,
        circuit_breaker: CircuitBreaker | None = CIRCUIT_BREAKER,
        minimum_healthy_percent: int | None = None,
        maximum_percent: int | None = None,
        health_check_grace_period: int | None = None,
        availability_zone_rebalancing: bool | None = None,
        enable_execute_command: bool = False,
        enable_ecs_managed_tags: bool = True,
        propagate_tags: str | None = None,
        tags: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Service:
        """Make a service: so many tasks, kept running; `service.deployment.wait()` waits for them.

        Defaults differ from AWS's where those hurt. The circuit breaker is on and rolls back,
        because without it ECS starts a broken task again for ever. Behind a load balancer new tasks
        have a minute before health checks count, because AWS's 0 replaces whatever does not answer
        at once. ECS's own tags are put on the tasks, and the service's tags as well, because the
        bill is read by tags of tasks. All else is left to AWS: at least 100 and at most 200 percent
        of the tasks during a deployment, and zones are balanced again where that is possible.

        Args:
            name: At most 255 letters, digits, hyphens and underscores.
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            desired_count: How many tasks, 0 or more.
            network: Where tasks get their interfaces; None is `default_network()`, asked for once.
            targets: Where load balancers reach the tasks; their groups need a listener first.
            capacity_provider: `FARGATE` or `FARGATE_SPOT`, or several shares; None is the launch
                type FARGATE.
            platform_version: Such as `1.4.0`; None is AWS's LATEST.
            circuit_breaker: When a deployment is given up; None is never.
            minimum_healthy_percent: Percent of the desired count that must stay healthy.
            maximum_percent: Percent of the desired count that may run or start at once.
            health_check_grace_period: Seconds in which a new task is not judged by health checks.
            availability_zone_rebalancing: Whether tasks are moved until zones have equally many.
            enable_execute_command: Whether ECS Exec may be used; needs a task role.
            enable_ecs_managed_tags: Whether tasks are tagged with cluster and service.
            propagate_tags: What tags a task gets: `SERVICE`, `TASK_DEFINITION` or `NONE`; None is
                `SERVICE` where the service has tags.
            extra: Further members of CreateService, in AWS's own spelling.

        Raises:
            InvalidSpec: Every problem at once; nothing was sent.
            ApiError: AWS refused, for instance because a service of that name exists.

        Calls:
            ecs:CreateService; ec2:DescribeVpcs, ec2:DescribeSubnets and ec2:DescribeSecurityGroups
            once if no network is given
        """
        settings = ServiceSettings(
            network=network,
            targets=targets,
            capacity=capacity_provider,
            platform_version=platform_version,
            circuit_breaker=circuit_breaker,
            minimum_healthy_percent=minimum_healthy_percent,
            maximum_percent=maximum_percent,
            health_check_grace_period=health_check_grace_period,
            availability_zone_rebalancing=availability_zone_rebalancing,
            enable_execute_command=enable_execute_command,
            enable_ecs_managed_tags=enable_ecs_managed_tags,
            propagate_tags=propagate_tags,
            tags=tags or {},
            extra=extra or {},
        )
        return await service_creation.create(
            self._session,
            self.arn,
            name,
            definition,
            desired_count=desired_count,
            settings=settings,
        )

    async def create_web_service(
        self,
        name: str,
        definition: TaskDefinition | str,
        *,
        port: int,
        open_to: Source | Sequence[Source],
        container: str | None = None,
        listen_on: int | None = None,
        certificate_arn: str | None = None,
        health_check: TargetHealthCheck = HEALTH_CHECK,
        deregistration_delay: int = USUAL_DELAY,
        internal: bool = False,
        desired_count: int = 1,
        network: Network | None = None,
        capacity_provider: str | Sequence[CapacityShare] | None = None,
        circuit_breaker: CircuitBreaker | None = CIRCUIT_BREAKER,
        health_check_grace_period: int | None = None,
        enable_execute_command: bool = False,
        tags: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> WebService:
        """Make a service with a load balancer of its own; `wait_ready()` waits for both.

        The balancer lets in whom you name, and the tasks let in the balancer. `delete()` of what
        comes back takes all of it down. If the rest fails or the caller is cancelled, nothing is
        left. What is not named here is as in `create_service()`.

        Args:
            name: At most 255 letters, digits, hyphens and underscores.
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            port: The container port that takes the requests.
            open_to: Who may connect to the balancer: address ranges, ids of security groups, or
                `fargate_kit.ANYWHERE`. An empty list is nobody.
            container: The container's name; None is the one that maps the port.
            listen_on: The balancer's port; None is 80, or 443 with a certificate.
            certificate_arn: A certificate of ACM makes it a balancer of HTTPS.
            health_check: How the balancer checks the tasks.
            deregistration_delay: Seconds in which a task that is to stop may finish its requests, 0
                to 3600; every stop of a task takes so long.
            internal: Whether the balancer has private addresses only.
            network: Subnets in two zones or more; None is `default_network()`.
            extra: Further members of CreateService, in AWS's own spelling.

        Raises:
            InvalidSpec: Every problem at once; nothing was sent.
            ApiError: AWS refused, for instance because a service of that name exists.

        Calls:
            ec2:DescribeSubnets, elasticloadbalancing:DescribeLoadBalancers,
            ec2:CreateSecurityGroup, ec2:CreateTags, ec2:AuthorizeSecurityGroupIngress,
            elasticloadbalancing:CreateLoadBalancer, elasticloadbalancing:DescribeTargetGroups,
            elasticloadbalancing:CreateTargetGroup,
            elasticloadbalancing:ModifyTargetGroupAttributes, elasticloadbalancing:CreateListener,
            elasticloadbalancing:AddTags, ecs:CreateService, ecs:TagResource; those of
            `default_network()` if no network is given; those of `WebService.delete()` if the rest
            fails
        """
        settings = ServiceSettings(
            network=network,
            capacity=capacity_provider,
            circuit_breaker=circuit_breaker,
            health_check_grace_period=health_check_grace_period,
            enable_execute_command=enable_execute_command,
            enable_ecs_managed_tags=True,
            tags=tags or {},
            extra=extra or {},
        )
        return await web_service_creation.create(
            self._session,
            self.arn,
            name,
            definition,
            desired_count=desired_count,
            settings=settings,
            balancing=web_service_creation.LoadBalancing(
                port=port,
                open_to=open_to,
                container=container,
                listen_on=listen_on,
                certificate_arn=certificate_arn,
                health_check=health_check,
                deregistration_delay=deregistration_delay,
                internal=internal,
            ),
        )

    async def web_service(self, name: str) -> WebService:
        """Look up a service and the load balancer that forwards to it.

        Raises:
            NotFound: There is no such service, or no load balancer forwards to it.

        Calls:
            ecs:DescribeServices, elasticloadbalancing:DescribeTargetGroups,
            elasticloadbalancing:DescribeLoadBalancers, elasticloadbalancing:DescribeListeners
        """
        return await web_service_creation.find(self._session, self.arn, name)

    async def service(self, name: str) -> Service:
        """Look up a service by its name or ARN.

        Raises:
            NotFound: There is none, or it was deleted.

        Calls:
            ecs:DescribeServices
        """
        return await service_finding.describe(self._session, self.arn, name)

    async def services(self) -> AsyncIterator[Service]:
        """Yield the cluster's services.

        Calls:
            ecs:ListServices for every 100, ecs:DescribeServices for every 10
        """
        async for service in service_finding.services(self._session, self.arn):
            yield service

    async def delete(self) -> Cluster:
        """Delete the cluster, which must have no tasks and no services.

        Returns:
            The cluster, INACTIVE.

        Raises:
            ApiError: Tasks or services are left in it (`.code` tells).

        Calls:
            ecs:DeleteCluster
        """
        reply = await self._session.api.call("ecs", "DeleteCluster", cluster=self.arn)
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
