"""A service: so many tasks of a definition, kept running, and replaced when it changes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import anyio

from fargate_kit.core.deadline import Expired, within
from fargate_kit.core.session import Session
from fargate_kit.deployment import NO_PROGRESS, TIMEOUT, Deployment
from fargate_kit.deployment_tasks import tasks_of_service
from fargate_kit.deployment_watch import (
    SERVICES_DESCRIBED_AT_ONCE,
    describe_services,
    look_within,
    services_poller,
)
from fargate_kit.errors import NotFound, WaitTimeout
from fargate_kit.model.service_events import ServiceEvent, events_from_api
from fargate_kit.model.values import LogLine, Network, moment, tags_from_api
from fargate_kit.network import default_network
from fargate_kit.service_logs import follow_service, read_service
from fargate_kit.service_revisions import (
    ServiceRevision,
    changes_back,
    has_completed,
    nothing_to_go_back_to,
    revisions_of,
)
from fargate_kit.service_spec import (
    USUAL_GRACE,
    CapacityShare,
    CircuitBreaker,
    ServiceSettings,
    Target,
    check_service,
)
from fargate_kit.task import Task
from fargate_kit.task_definition import TaskDefinition

__all__ = ["Service", "create", "describe", "services"]

# A rollback that was asked for is begun within moments; AWS promises no time.
ROLLBACK_BEGINS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as AWS described it at one moment.

    Attributes:
        status: `ACTIVE`; `DRAINING` while its last tasks stop after it was deleted; `INACTIVE`.
        definition_arn: The revision that its newest deployment brings.
        desired_count: How many tasks it shall have.
        deployments: The newest first; more than one while it changes.
        targets: Where load balancers reach it.
        capacity_providers: The shares of its capacity providers; none where it has a launch type.
        raw: AWS's own answer.
    """

    arn: str
    name: str
    cluster_arn: str
    status: str
    definition_arn: str
    desired_count: int
    running_count: int
    pending_count: int
    deployments: tuple[Deployment, ...]
    targets: tuple[Target, ...]
    capacity_providers: tuple[CapacityShare, ...]
    launch_type: str | None
    platform_version: str | None
    network: Network | None
    health_check_grace_period: int | None
    enable_execute_command: bool
    created_at: datetime | None
    tags: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `services` of DescribeServices."""
        return cls(
            arn=raw["serviceArn"],
            name=raw["serviceName"],
            cluster_arn=raw["clusterArn"],
            status=raw.get("status", ""),
            definition_arn=raw.get("taskDefinition", ""),
            desired_count=raw.get("desiredCount", 0),
            running_count=raw.get("runningCount", 0),
            pending_count=raw.get("pendingCount", 0),
            deployments=tuple(
                Deployment.from_api(each, raw, session) for each in raw.get("deployments", ())
            ),
            targets=tuple(
                Target(
                    target_group_arn=each["targetGroupArn"],
                    container=each.get("containerName", ""),
                    port=each.get("containerPort", 0),
                )
                for each in raw.get("loadBalancers", ())
                if each.get("targetGroupArn")
            ),
            capacity_providers=tuple(
                CapacityShare(
                    provider=each["capacityProvider"],
                    weight=each.get("weight", 0),
                    base=each.get("base", 0),
                )
                for each in raw.get("capacityProviderStrategy", ())
            ),
            launch_type=raw.get("launchType"),
            platform_version=raw.get("platformVersion"),
            network=_network(raw.get("networkConfiguration") or {}),
            health_check_grace_period=raw.get("healthCheckGracePeriodSeconds"),
            enable_execute_command=raw.get("enableExecuteCommand", False),
            created_at=moment(raw.get("createdAt")),
            tags=tags_from_api(raw.get("tags")),
            raw=raw,
            _session=session,
        )

    @property
    def deployment(self) -> Deployment:
        """The newest deployment: what the service is to end with.

        Raises:
            NotFound: The service has none: it was deleted.
        """
        for each in self.deployments:
            if each.status == "PRIMARY":
                return each
        raise NotFound("ecs:DescribeServices", "MISSING", f"service {self.name} has no deployment")

    async def refresh(self) -> Service:
        """Return the service as it is now; this picture stays what it is.

        Raises:
            NotFound: AWS does not know it any more.

        Calls:
            ecs:DescribeServices
        """
        raw = (await describe_services(self._session, self.cluster_arn, [self.arn]))[self.arn]
        if raw is None:
            raise _missing(self.name)
        return Service.from_api(raw, self._session)

    async def deploy(
        self,
        definition: TaskDefinition | str | None = None,
        *,
        desired_count: int | None = None,
        force: bool = False,
        network: Network | None = None,
        targets: Sequence[Target] | None = None,
        capacity_provider: str | Sequence[CapacityShare] | None = None,
        platform_version: str | None = None,
        circuit_breaker: CircuitBreaker | None = None,
        minimum_healthy_percent: int | None = None,
        maximum_percent: int | None = None,
        health_check_grace_period: int | None = None,
        availability_zone_rebalancing: bool | None = None,
        enable_execute_command: bool | None = None,
        enable_ecs_managed_tags: bool | None = None,
        propagate_tags: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Deployment:
        """Change the service; `wait()` of what comes back tells how that went.

        Only what is given is sent: a count that auto scaling has set stays as it is.

        Args:
            definition: A registered revision, or what AWS takes: a family or `family:revision`.
            desired_count: How many tasks; None leaves the count alone.
            force: Replace the tasks even if nothing has changed, for instance to pull a tag anew.
            network: Where new tasks get their interfaces.
            targets: Where load balancers reach the tasks; an empty list takes all of them away.
            capacity_provider: One provider's name or several shares. AWS moves running tasks only
                by a forced deployment.
            health_check_grace_period: Seconds in which a new task is not judged by health checks.
            extra: Further members of UpdateService, in AWS's own spelling.

        Returns:
            The new deployment; the present one if AWS needs none for what was changed.

        Raises:
            InvalidSpec: The change cannot work; nothing was sent.

        Calls:
            ecs:UpdateService
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
            extra=extra or {},
        )
        check_service(self.name, definition, desired_count, settings)
        request = settings.to_api(self.raw.get("deploymentConfiguration"))
        if definition is not None:
            request["taskDefinition"] = _name_of(self._session, definition)
        if desired_count is not None:
            request["desiredCount"] = desired_count
        if force:
            request["forceNewDeployment"] = True
        return (await self._update(request)).deployment

    async def scale(self, desired_count: int) -> Service:
        """Change how many tasks there shall be; that is no deployment.

        Args:
            desired_count: How many, 0 or more.

        Returns:
            The service as AWS answered; `wait_stable()` waits for the tasks.

        Raises:
            InvalidSpec: The count is negative.

        Calls:
            ecs:UpdateService
        """
        check_service(self.name, None, desired_count, ServiceSettings())
        return await self._update({"desiredCount": desired_count})

    async def rollback(self) -> Deployment:
        """Go back to the last revision that completed, before the present one.

        A deployment that is in progress is stopped, and ECS rolls it back itself; otherwise the
        settings in which the earlier revision differs are deployed anew. Desired count and
        deployment settings stay.

        Returns:
            The deployment that brings the earlier revision back; `wait()` for it.

        Raises:
            NotFound: No earlier deployment completed (AWS remembers 90 days).
            WaitTimeout: ECS did not begin its rollback within ten minutes.

        Calls:
            ecs:DescribeServices, ecs:ListServiceDeployments, ecs:DescribeServiceRevisions,
            ecs:UpdateService; ecs:StopServiceDeployment where a deployment is in progress
        """
        service = await self.refresh()
        present = service.deployment
        if present.rollout_state in {"COMPLETED", "FAILED"}:
            changes = await changes_back(self._session, self.cluster_arn, service.raw)
            return (await self._update(changes)).deployment
        if not await has_completed(self._session, self.cluster_arn, self.arn):
            raise nothing_to_go_back_to(self.name)
        await present.stop()
        return await service._next_primary(present.id)

    async def wait_stable(
        self,
        *,
        timeout: float | None = TIMEOUT,
        no_progress_timeout: float | None = NO_PROGRESS,
    ) -> Service:
        """Wait until the newest deployment has completed and as many tasks run as there shall be.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.
            no_progress_timeout: As of `Deployment.wait()`.

        Returns:
            The service: one deployment, completed, with all of its tasks.

        Raises:
            DeploymentFailed: The deployment that was the newest failed, was rolled back, was
                overtaken, or its service was deleted, as `Deployment.wait()` tells.
            NotFound: AWS does not know the service any more.
            WaitTimeout: It was not stable in time.

        Calls:
            ecs:DescribeServices, shared with everyone who waits; those of `Deployment.wait()`
        """
        clock = self._session.clock
        began = clock.now()
        fresh = await self.refresh()
        await fresh.deployment.wait(timeout=timeout, no_progress_timeout=no_progress_timeout)
        left = None if timeout is None else max(0.0, began + timeout - clock.now())
        return await self._wait(_is_stable, "become stable", left, timeout)

    async def delete(self, *, force: bool = False, timeout: float | None = None) -> Service:
        """Delete the service and wait until its tasks are gone.

        AWS calls a service INACTIVE as soon as its tasks are stopping. Their network interfaces are
        there for longer and keep a cluster, group or subnet from being deleted, so the tasks
        themselves are waited for.

        Args:
            force: Delete it although it is not scaled to 0.
            timeout: Seconds on the connection's clock; None waits for ever.

        Returns:
            The service, INACTIVE.

        Raises:
            ApiError: It is not scaled to 0 and `force` is not given (`.code` tells).
            WaitTimeout: Its tasks had not stopped in time; they are being stopped all the same.

        Calls:
            ecs:DeleteService, ecs:ListTasks; ecs:DescribeServices and ecs:DescribeTasks, shared
            with everyone who waits
        """
        tasks = {task.arn: task async for task in self.tasks()}
        reply = await self._session.api.call(
            "ecs", "DeleteService", cluster=self.cluster_arn, service=self.arn, force=force
        )
        deleted = Service.from_api(reply["service"], self._session)
        with suppress(NotFound):
            for desired_status in ("RUNNING", "STOPPED"):
                async for task in self.tasks(desired_status=desired_status):
                    tasks[task.arn] = task

        async def gone() -> Service:
            last = await deleted._wait(_is_inactive, "end", None, None)
            await _all_stopped(tasks.values())
            return last

        try:
            return await within(self._session.clock, timeout, gone)
        except Expired:
            raise WaitTimeout(
                f"service {self.name} was deleted, but its tasks did not stop within {timeout:g} s",
                last=deleted.status,
            ) from None

    async def tasks(self, *, desired_status: str = "RUNNING") -> AsyncIterator[Task]:
        """Yield the service's tasks.

        Args:
            desired_status: `RUNNING` (which those that are starting have as well) or `STOPPED`
                (for about an hour).

        Calls:
            ecs:ListTasks, ecs:DescribeTasks for every 100
        """
        async for task in tasks_of_service(
            self._session, self.cluster_arn, self.name, desired_status
        ):
            yield task

    async def events(self) -> AsyncIterator[ServiceEvent]:
        """Yield what ECS said of the service, the oldest first; AWS keeps the newest hundred.

        `Deployment.events()` follows what it says of a deployment.

        Calls:
            ecs:DescribeServices
        """
        for event in events_from_api((await self.refresh()).raw.get("events", ())):
            yield event

    async def revisions(self) -> AsyncIterator[ServiceRevision]:
        """Yield the revisions that deployments have brought or tried to, the newest first.

        AWS remembers 90 days.

        Calls:
            ecs:ListServiceDeployments, ecs:DescribeServiceRevisions for every 20
        """
        async for revision in revisions_of(self._session, self.cluster_arn, self.arn):
            yield revision

    async def logs(
        self, *, follow: bool = False, since: datetime | None = None
    ) -> AsyncIterator[LogLine]:
        """Yield what the containers of the service's tasks wrote to CloudWatch Logs, by time.

        Args:
            follow: Go on with new lines, also of tasks that start later, until the service was
                deleted and its log is drained.
            since: Leave out lines before this moment.

        Raises:
            ConfigurationError: No container of the service's tasks uses the awslogs driver.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks, logs:FilterLogEvents; ecs:DescribeTaskDefinition for a
            revision that is not known yet; ecs:DescribeServices, shared, when following
        """
        if not follow:
            for line in await read_service(self._session, self.cluster_arn, self.arn, since=since):
                yield line
            return
        lines = follow_service(self._session, self.cluster_arn, self.arn, since=since)
        async for line in lines:
            yield line

    async def _update(self, request: Mapping[str, Any]) -> Service:
        reply = await self._session.api.call(
            "ecs", "UpdateService", cluster=self.cluster_arn, service=self.arn, **request
        )
        return Service.from_api(reply["service"], self._session)

    async def _next_primary(self, stopped_id: str) -> Deployment:
        """Wait for the deployment that takes the place of one that was stopped."""
        service = await self._wait(
            lambda seen: seen.deployment.id != stopped_id,
            "begin to roll back",
            ROLLBACK_BEGINS,
            ROLLBACK_BEGINS,
        )
        return service.deployment

    async def _wait(
        self, done: Any, what: str, left: float | None, timeout: float | None
    ) -> Service:
        poller = services_poller(self._session, self.cluster_arn)
        clock, last = self._session.clock, self
        began = clock.now()

        async def look() -> Service:
            raw = await poller.next(self.arn)
            if raw is None:
                raise _missing(self.name)
            return Service.from_api(raw, self._session)

        try:
            while True:
                spent = clock.now() - began
                last = await look_within(clock, None if left is None else left - spent, look)
                if done(last):
                    return last
        except Expired:
            raise WaitTimeout(
                f"service {self.name} did not {what} within {timeout:g} s; last seen: "
                f"{last.running_count} of {last.desired_count} tasks, {last.status}",
                last=last.status,
            ) from None


async def create(
    session: Session,
    cluster_arn: str,
    name: str,
    definition: TaskDefinition | str,
    *,
    desired_count: int,
    settings: ServiceSettings,
) -> Service:
    """Make a service.

    CreateService gets a client token, so a call that is repeated makes nothing twice.

    Raises:
        InvalidSpec: It cannot work; nothing was sent.
        ApiError: AWS refused, for instance because a service of that name exists.

    Calls:
        ecs:CreateService; those of `default_network()` if no network is given
    """
    check_service(name, definition, desired_count, settings)
    request = settings.to_api()
    if settings.network is None and "networkConfiguration" not in request:
        request["networkConfiguration"] = (await session.once(default_network)).to_api()
    if settings.targets and settings.health_check_grace_period is None:
        request.setdefault("healthCheckGracePeriodSeconds", USUAL_GRACE)
    if settings.tags and settings.propagate_tags is None:
        request.setdefault("propagateTags", "SERVICE")
    if "capacityProviderStrategy" not in request:
        request.setdefault("launchType", "FARGATE")
    reply = await session.api.call(
        "ecs",
        "CreateService",
        cluster=cluster_arn,
        serviceName=name,
        taskDefinition=_name_of(session, definition),
        desiredCount=desired_count,
        clientToken=str(uuid.uuid4()),
        **request,
    )
    return Service.from_api(reply["service"], session)


async def describe(session: Session, cluster_arn: str, name: str) -> Service:
    """Look up a service by its name or ARN.

    Raises:
        NotFound: There is none, or it was deleted.

    Calls:
        ecs:DescribeServices
    """
    raw = (await describe_services(session, cluster_arn, [name]))[name]
    if raw is None or raw.get("status") == "INACTIVE":
        raise _missing(name)
    return Service.from_api(raw, session)


async def services(session: Session, cluster_arn: str) -> AsyncIterator[Service]:
    """Yield a cluster's services.

    Calls:
        ecs:ListServices for every 100, ecs:DescribeServices for every 10
    """
    pages = session.api.pages(
        "ecs", "ListServices", cluster=cluster_arn, PaginationConfig={"PageSize": 100}
    )
    async for page in pages:
        arns = page["serviceArns"]
        for first in range(0, len(arns), SERVICES_DESCRIBED_AT_ONCE):
            chunk = arns[first : first + SERVICES_DESCRIBED_AT_ONCE]
            for raw in (await describe_services(session, cluster_arn, chunk)).values():
                if raw is not None:
                    yield Service.from_api(raw, session)


async def _all_stopped(tasks: Any) -> None:
    """Wait for tasks together, so that they share their looks."""

    async def stopped(task: Task) -> None:
        with suppress(NotFound):
            await task.wait_stopped()

    try:
        async with anyio.create_task_group() as group:
            for task in tasks:
                group.start_soon(stopped, task)
    except BaseExceptionGroup as several:
        if len(several.exceptions) == 1:
            raise several.exceptions[0] from None
        raise


def _name_of(session: Session, definition: TaskDefinition | str) -> str:
    if isinstance(definition, str):
        return definition
    session.definitions.setdefault(definition.arn, definition.raw)
    return definition.arn


def _network(raw: Mapping[str, Any]) -> Network | None:
    configuration = raw.get("awsvpcConfiguration")
    if configuration is None:
        return None
    return Network(
        subnets=tuple(configuration.get("subnets", ())),
        security_groups=tuple(configuration.get("securityGroups", ())),
        public_ip=configuration.get("assignPublicIp") == "ENABLED",
    )


def _is_stable(service: Service) -> bool:
    if service.status != "ACTIVE":
        raise _missing(service.name)
    return (
        len(service.deployments) == 1
        and service.deployment.rollout_state == "COMPLETED"
        and service.running_count == service.desired_count
        and service.pending_count == 0
    )


def _is_inactive(service: Service) -> bool:
    return service.status == "INACTIVE"


def _missing(name: str) -> NotFound:
    return NotFound(
        "ecs:DescribeServices", "MISSING", f"there is no service {name!r} in the cluster (any more)"
    )
