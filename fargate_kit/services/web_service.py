"""A service with a load balancer of its own: made in one call, and taken down to nothing in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fargate_kit.core.deadline import Expired, check_timeout, within
from fargate_kit.errors import ApiError, NotFound, WaitTimeout
from fargate_kit.load_balancing.balancer_security import delete_group, find_own
from fargate_kit.load_balancing.listener import Listener
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.services.deployment import TIMEOUT
from fargate_kit.services.service import Service

__all__ = ["WebService", "tasks_group_name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebService:
    """A service and the load balancer in front of it, as AWS described them at one moment."""

    service: Service
    balancer: LoadBalancer
    target_group: TargetGroup
    listener: Listener

    @property
    def url(self) -> str:
        """Where it is reached."""
        protocol, port = self.listener.protocol.lower(), self.listener.port
        usual = {"http": 80, "https": 443}.get(protocol) == port
        return f"{protocol}://{self.balancer.dns_name}{'' if usual else f':{port}'}"

    async def refresh(self) -> WebService:
        """Return service, balancer and target group as they are now.

        Raises:
            NotFound: AWS does not know one of them any more.

        Calls:
            ecs:DescribeServices, elasticloadbalancing:DescribeLoadBalancers,
            elasticloadbalancing:DescribeTargetGroups
        """
        return replace(
            self,
            service=await self.service.refresh(),
            balancer=await self.balancer.refresh(),
            target_group=await self.target_group.refresh(),
        )

    async def wait_ready(self, *, timeout: float | None = TIMEOUT) -> WebService:
        """Wait until the balancer takes requests and the service's deployment has completed.

        Behind a load balancer a deployment completes only when its tasks are healthy targets.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.

        Raises:
            DeploymentFailed: The deployment failed; `.evidence` tells why.
            FargateError: AWS could not make the balancer.
            WaitTimeout: It was not ready in time.

        Calls:
            Those of `LoadBalancer.wait_active()` and `Service.wait_stable()`
        """
        clock = self.service._session.clock
        began = clock.now()
        balancer = await self.balancer.wait_active(timeout=timeout)
        left = None if timeout is None else max(0.0, began + timeout - clock.now())
        return replace(
            self, balancer=balancer, service=await self.service.wait_stable(timeout=left)
        )

    async def delete(self, *, timeout: float | None = None) -> None:
        """Delete the service with its tasks and scaling, the balancer, and their security groups.

        It may be called again where it was interrupted; what is gone already is fine.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.

        Raises:
            WaitTimeout: Not all of it was gone in time.

        Calls:
            Those of `Service.delete()` and `LoadBalancer.delete()`; ec2:DescribeSecurityGroups,
            ec2:DeleteSecurityGroup
        """
        check_timeout(timeout)
        session = self.service._session
        try:
            await within(session.clock, timeout, self._delete)
        except Expired:
            raise WaitTimeout(
                f"service {self.service.name} and its load balancer were not gone within "
                f"{timeout:g} s; delete() goes on where it was",
                last=self.service.status,
            ) from None

    async def _delete(self) -> None:
        service = self.service
        try:
            await service.delete(force=True)
        except ApiError as error:
            if not isinstance(error, NotFound) and error.code != "ServiceNotActiveException":
                raise
        groups: Sequence[str] = service.network.security_groups if service.network else ()
        # Its rule names the balancer's group, which AWS would not delete before.
        name = tasks_group_name(service.cluster_arn, service.name)
        for group_id in await find_own(service._session, groups, name):
            await delete_group(service._session, group_id)
        await self.balancer.delete()


def tasks_group_name(cluster_arn: str, service: str) -> str:
    """Return the name of the security group that is made for the tasks of a service."""
    return f"fargate-kit-tasks-{cluster_arn.rpartition('/')[2]}-{service}"[:255]
