"""A service: so many tasks of a definition, kept running, and replaced when it changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from fargate_kit.core.deadline import Expired, check_timeout, within
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, Denied, NotFound, WaitTimeout
from fargate_kit.logs.logs import log_query
from fargate_kit.model.service_events import ServiceEvent, events_from_api
from fargate_kit.model.values import LogLine, Network, moment, tags_from_api
from fargate_kit.scaling import scaling as scaling_resources
from fargate_kit.service_spec import (
    CapacityShare,
    CircuitBreaker,
    ServiceSettings,
    Target,
)
from fargate_kit.services.ahead import LookingAhead
from fargate_kit.services.deployment import NO_PROGRESS, TIMEOUT, Deployment
from fargate_kit.services.deployment_watch import describe_services
from fargate_kit.services.logs import service_logs
from fargate_kit.services.revisions import (
    ServiceRevision,
    changes_back,
    has_completed,
    nothing_to_go_back_to,
    revisions_of,
)
from fargate_kit.services.rules import check_service
from fargate_kit.services.scaling_verbs import ScalingVerbs
from fargate_kit.services.waiting import (
    all_stopped,
    is_inactive,
    is_stable,
    missing_service,
    primary_id,
    wait_for_service,
)
from fargate_kit.tasks.listing import list_tasks
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["Service", "is_unknown_definition", "no_such_definition", "registered_name"]

# A rollback that was asked for is begun within moments; AWS promises no time.
ROLLBACK_BEGINS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(ScalingVerbs, LookingAhead):
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

    def __str__(self) -> str:
        return (
            f"service {self.name}: {self.status}, {self.running_count} of {self.desired_count} "
            f"tasks of {self.definition_arn.rpartition('/')[2]}"
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
            raise missing_service(self.name)
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
            NotFound: There is no such service or definition.

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
        request = settings.to_api(self.raw.get("deploymentConfiguration"), definition=definition)
        if definition is not None:
            request["taskDefinition"] = registered_name(self._session, definition)
        if desired_count is not None:
            request["desiredCount"] = desired_count
        if force:
            request["forceNewDeployment"] = True
        try:
            return (await self._update(request)).deployment
        except NotFound as error:
            if definition is None or not is_unknown_definition(error):
                raise
            raise error.with_remedy(no_such_definition(self._session, definition)) from error

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
            Throttled, ApiError, EndpointUnreachable: AWS told nothing for five minutes.

        Calls:
            ecs:DescribeServices, shared with everyone who waits; those of `Deployment.wait()`
        """
        check_timeout(timeout)
        check_timeout(no_progress_timeout, "no_progress_timeout")
        clock = self._session.clock
        began = clock.now()
        seen = await wait_for_service(
            self._session,
            self.raw,
            lambda raw: True,
            what="become stable",
            left=timeout,
            timeout=timeout,
        )
        fresh = Service.from_api(seen, self._session)
        await fresh.deployment.wait(timeout=timeout, no_progress_timeout=no_progress_timeout)
        left = None if timeout is None else max(0.0, began + timeout - clock.now())
        raw = await wait_for_service(
            self._session,
            fresh.raw,
            is_stable,
            what="become stable",
            left=left,
            timeout=timeout,
        )
        return Service.from_api(raw, self._session)

    async def delete(self, *, force: bool = False, timeout: float | None = None) -> Service:
        """Delete the service and wait until its tasks are gone.

        Its auto scaling goes with it, where the caller may look at that.

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
            ecs:DeleteService, ecs:ListTasks, application-autoscaling:DescribeScalingPolicies,
            application-autoscaling:DeregisterScalableTarget; cloudwatch:DeleteAlarms where it was
            scaled in steps; ecs:DescribeServices and ecs:DescribeTasks, shared with everyone who
            waits
        """
        check_timeout(timeout)
        tasks = {task.arn: task async for task in self.tasks()}
        reply = await self._session.api.call(
            "ecs", "DeleteService", cluster=self.cluster_arn, service=self.arn, force=force
        )
        deleted = Service.from_api(reply["service"], self._session)
        # Otherwise a service of the same name would be scaled by what is left.
        with suppress(Denied):
            await scaling_resources.remove(self._session, self._scaled_as)
        with suppress(NotFound):
            for desired_status in ("RUNNING", "STOPPED"):
                async for task in self.tasks(desired_status=desired_status):
                    tasks[task.arn] = task

        async def gone() -> Service:
            last = await wait_for_service(
                self._session, deleted.raw, is_inactive, what="end", left=None, timeout=None
            )
            await all_stopped(tasks.values())
            return Service.from_api(last, self._session)

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
        async for task in list_tasks(
            self._session, self.cluster_arn, service=self.name, desired_status=desired_status
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

    def logs(
        self,
        *,
        follow: bool = False,
        since: datetime | timedelta | None = None,
        until: datetime | None = None,
        pattern: str | None = None,
        live: bool = False,
    ) -> AsyncGenerator[LogLine, None]:
        """Yield what the containers of the service's tasks wrote to CloudWatch Logs, by time.

        Args:
            follow: Go on with new lines, also of tasks that start later, until the service was
                deleted and its log is drained.
            since: Leave out lines before this moment, or those of longer ago.
            until: Leave out lines after this moment.
            pattern: A filter pattern of CloudWatch Logs: AWS leaves out what does not match.
            live: Follow with Live Tail: new lines come within about a second, and AWS charges by
                the minute. What Live Tail leaves out comes as it would without.

        Raises:
            ConfigurationError: No container of the service's tasks uses the awslogs driver.
            InvalidSpec: The moments or the pattern make no sense.
            NotFound: The log group was deleted while it was followed.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks, logs:FilterLogEvents; ecs:DescribeTaskDefinition for a
            revision that is not known yet; ecs:DescribeServices, shared, when following;
            logs:StartLiveTail and logs:DescribeLogGroups, if live
        """
        query = log_query(self._session, since=since, until=until, pattern=pattern)
        return service_logs(
            self._session,
            self.cluster_arn,
            self.arn,
            query,
            follows=follow or live,
            live=live,
        )

    async def _update(self, request: Mapping[str, Any]) -> Service:
        reply = await self._session.api.call(
            "ecs", "UpdateService", cluster=self.cluster_arn, service=self.arn, **request
        )
        return Service.from_api(reply["service"], self._session)

    async def _next_primary(self, stopped_id: str) -> Deployment:
        """Wait for the deployment that takes the place of one that was stopped."""
        raw = await wait_for_service(
            self._session,
            self.raw,
            lambda seen: primary_id(seen) != stopped_id,
            what="begin to roll back",
            left=ROLLBACK_BEGINS,
            timeout=ROLLBACK_BEGINS,
        )
        return Service.from_api(raw, self._session).deployment


def registered_name(session: Session, definition: TaskDefinition | str) -> str:
    """Return what AWS takes for a definition; one that we hold is remembered as it is."""
    if isinstance(definition, str):
        return definition
    session.definitions.setdefault(definition.arn, definition.raw)
    return definition.arn


def is_unknown_definition(error: ApiError) -> bool:
    """Whether AWS refused a call because it has no such task definition."""
    return isinstance(error, NotFound) and "task definition" in error.reason.lower().replace(
        "taskdefinition", "task definition"
    )


def no_such_definition(session: Session, definition: TaskDefinition | str) -> str:
    """Say which definition AWS did not find; it names none itself."""
    name = definition if isinstance(definition, str) else definition.arn
    return f"There is no {name!r} in {session.api.region}; register() makes one."


def _network(raw: Mapping[str, Any]) -> Network | None:
    configuration = raw.get("awsvpcConfiguration")
    if configuration is None:
        return None
    return Network(
        subnets=tuple(configuration.get("subnets", ())),
        security_groups=tuple(configuration.get("securityGroups", ())),
        public_ip=configuration.get("assignPublicIp") == "ENABLED",
    )
