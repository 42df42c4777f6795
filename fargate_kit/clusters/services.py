"""What a cluster does with services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.load_balancing.target_rules import USUAL_DELAY, TargetHealthCheck
from fargate_kit.model.ingress import Source
from fargate_kit.model.values import Network
from fargate_kit.service_spec import CapacityShare, CircuitBreaker, ServiceSettings, Target
from fargate_kit.services import creation as service_creation
from fargate_kit.services import finding as service_finding
from fargate_kit.services import web_service_creation
from fargate_kit.services.service import Service
from fargate_kit.services.web_service import WebService
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["ServiceVerbs"]

CIRCUIT_BREAKER = CircuitBreaker()
HEALTH_CHECK = TargetHealthCheck()


class ServiceVerbs:
    """Make and find services."""

    __slots__ = ()

    arn: str
    name: str
    capacity_providers: tuple[str, ...]
    _session: Session

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
