"""What a connection does with load balancers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from fargate_kit.core.session import Session
from fargate_kit.load_balancing import load_balancer, load_balancer_creation
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.model.ingress import Source
from fargate_kit.model.values import Network

__all__ = ["LoadBalancerVerbs"]


class LoadBalancerVerbs:
    """Make and find load balancers."""

    _session: Session

    async def create_load_balancer(
        self,
        name: str,
        *,
        open_to: Source | Sequence[Source],
        network: Network | None = None,
        ports: Sequence[int] = (80,),
        internal: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> LoadBalancer:
        """Return the Application Load Balancer of that name if it is as asked for, or make it.

        It gets a security group of its own, which lets in nobody but whom you name, and the
        network's groups as well: the default group lets its members in, so tasks of the same
        network are reached. If the rest fails or the caller is cancelled, nothing is left.

        Args:
            name: 1 to 32 letters, digits and hyphens.
            open_to: Who may connect: address ranges, ids of security groups, or
                `fargate_kit.ANYWHERE`. An empty list is nobody.
            network: Its subnets, in two zones or more; None is `default_network()`.
            ports: The ports that are opened to them.
            internal: Whether it has private addresses only.

        Returns:
            The balancer, mostly still `provisioning`; `wait_active()` waits.

        Raises:
            InvalidSpec: Every problem at once.
            ApiError: AWS refused; one of that name with another scheme or other subnets is
                `DuplicateLoadBalancerName`.

        Calls:
            ec2:DescribeSubnets, elasticloadbalancing:DescribeLoadBalancers,
            ec2:CreateSecurityGroup, ec2:CreateTags, ec2:AuthorizeSecurityGroupIngress,
            elasticloadbalancing:CreateLoadBalancer, elasticloadbalancing:AddTags; those of
            `default_network()` if no network is given; ec2:DeleteSecurityGroup and
            elasticloadbalancing:DeleteLoadBalancer if the rest fails
        """
        return await load_balancer_creation.create(
            self._session,
            name,
            network=network,
            open_to=open_to,
            ports=ports,
            internal=internal,
            tags=tags,
        )

    async def load_balancer(self, name: str) -> LoadBalancer:
        """Look up a load balancer by its name or ARN.

        Raises:
            NotFound: There is none.

        Calls:
            elasticloadbalancing:DescribeLoadBalancers
        """
        return await load_balancer.describe(self._session, name)

    async def load_balancers(self) -> AsyncIterator[LoadBalancer]:
        """Yield the region's load balancers.

        Calls:
            elasticloadbalancing:DescribeLoadBalancers
        """
        async for each in load_balancer.load_balancers(self._session):
            yield each
