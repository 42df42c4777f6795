"""Makes a load balancer with a security group that lets in who is named, or neither of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.core.undo import making
from fargate_kit.errors import ApiError, InvalidSpec, NotFound
from fargate_kit.load_balancing.balancer_security import create_group
from fargate_kit.load_balancing.load_balancer import (
    LoadBalancer,
    describe,
    remove,
    security_group_name,
)
from fargate_kit.load_balancing.target_rules import check_name
from fargate_kit.model.ingress import IngressRule, Source, ingress_of
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.values import Network
from fargate_kit.networks.network import default_network
from fargate_kit.ownership import owned

__all__ = ["create", "openings", "places"]

RESERVED = Rule(
    id="balancer-prefix",
    says="The name of a load balancer does not begin with internal-.",
    source="Elastic Load Balancing model, CreateLoadBalancer",
)
ZONES = Rule(
    id="balancer-zones",
    says="An Application Load Balancer has subnets in two zones at least, one in each.",
    source="User Guide for Application Load Balancers, application-load-balancers",
)


async def create(
    session: Session,
    name: str,
    *,
    network: Network | None,
    open_to: Source | Sequence[Source],
    ports: Sequence[int],
    internal: bool,
    tags: Mapping[str, str] | None,
    of_its_own: bool = False,
) -> LoadBalancer:
    """Return the load balancer of that name if it is as asked for, or make it.

    Args:
        of_its_own: Whether it gets its own security group alone, without the network's, and must
            not be there yet.

    Raises:
        InvalidSpec: Every problem at once.
        ApiError: AWS refused; one of that name with another scheme or other subnets is
            `DuplicateLoadBalancerName`.

    Calls:
        As `Connection.create_load_balancer()`
    """
    rules, wrong = openings(ports, open_to)
    if problems := [*check_balancer(name), *wrong]:
        raise InvalidSpec(f"load balancer {name}", problems)
    place = network if network is not None else await session.once(default_network)
    vpc_id, subnets = await places(session, place)
    scheme = "internal" if internal else "internet-facing"
    try:
        there = await describe(session, name)
    except NotFound:
        pass
    else:
        if of_its_own or there.scheme != scheme or set(there.subnets) != set(subnets):
            raise _taken(there)
        return there
    marked = owned(tags, mark=session.mark)

    async with making() as made:
        group_id = await create_group(
            session,
            made,
            security_group_name(name),
            description=f"Load balancer {name}: lets its clients in",
            vpc_id=vpc_id,
            rules=rules,
            tags=tags,
        )

        async def make() -> LoadBalancer:
            reply = await session.api.call(
                "elbv2",
                "CreateLoadBalancer",
                Name=name,
                Subnets=list(subnets),
                SecurityGroups=[group_id, *(() if of_its_own else place.security_groups)],
                Scheme=scheme,
                Type="application",
                Tags=[{"Key": key, "Value": value} for key, value in marked.items()],
            )
            return LoadBalancer.from_api(reply["LoadBalancers"][0], session)

        async def take_away(balancer: LoadBalancer) -> None:
            await remove(session, balancer.arn)

        return await made.make(f"load balancer {name}", make, take_away)


async def places(session: Session, network: Network) -> tuple[str, tuple[str, ...]]:
    """Return the VPC of a network, and its subnets, the first in each zone.

    Raises:
        InvalidSpec: They are in fewer than two zones.
        NotFound: A subnet is not there.

    Calls:
        ec2:DescribeSubnets
    """
    reply = await session.api.call("ec2", "DescribeSubnets", SubnetIds=list(network.subnets))
    found: dict[str, Any] = {subnet["SubnetId"]: subnet for subnet in reply["Subnets"]}
    by_zone: dict[str, str] = {}
    for subnet_id in network.subnets:
        by_zone.setdefault(found[subnet_id]["AvailabilityZone"], subnet_id)
    if len(by_zone) < 2:
        problem = ZONES.problem(
            "Subnets",
            given=list(network.subnets),
            allowed="subnets in two zones or more",
            remedy="add a subnet of another zone to the network",
        )
        raise InvalidSpec("load balancer", [problem])
    vpc_id: str = found[network.subnets[0]]["VpcId"]
    return vpc_id, tuple(by_zone.values())


def openings(
    ports: Sequence[int], open_to: Source | Sequence[Source]
) -> tuple[tuple[IngressRule, ...], tuple[Problem, ...]]:
    """Read who is let in at which ports; an empty list is nobody.

    Returns:
        The rules, and what is wrong with the wish.
    """
    nobody = isinstance(open_to, Sequence) and not isinstance(open_to, str) and not open_to
    return ((), ()) if nobody else ingress_of(ports, open_to)


def check_balancer(name: str) -> list[Problem]:
    """Return what is wrong with the name of a load balancer."""
    found = check_name(name)
    if name.startswith("internal-"):
        found.append(
            RESERVED.problem(
                "Name", given=name, allowed="another beginning", remedy="ask for internal=True"
            )
        )
    return found


def _taken(there: LoadBalancer) -> ApiError:
    return ApiError(
        "elbv2:CreateLoadBalancer",
        "DuplicateLoadBalancerName",
        f"there is a load balancer {there.name!r} already ({there.scheme}, in "
        f"{', '.join(there.subnets)}): delete it, or choose another name",
    )
