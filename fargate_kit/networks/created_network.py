"""A network of one's own: a VPC with public subnets over several zones, and nothing left of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel

from fargate_kit.core.fresh import call_fresh
from fargate_kit.core.session import Session
from fargate_kit.errors import ConfigurationError, FargateError, InvalidSpec
from fargate_kit.model.fargate_zones import offers_fargate
from fargate_kit.model.ingress import IngressRule, Source
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.model.values import Network
from fargate_kit.networks.network import GONE_WITHIN, free_addresses, wait_unused
from fargate_kit.networks.removal import take_down
from fargate_kit.networks.security_groups import checked_rules, tag_specifications

__all__ = ["CreatedNetwork", "create_network"]

RANGE = Rule(
    id="network-range",
    says="A VPC's range has 16 to 28 fixed bits, and so has that of a subnet.",
    source="VPC User Guide: vpc-cidr-blocks, subnet-sizing",
)
ZONES = Rule(
    id="network-zones",
    says="A task's network has 1 to 16 subnets.",
    source="model: ecs AwsVpcConfiguration",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedNetwork(Network):
    """A network that was made by `create_network()`; it can be used wherever a Network can.

    Attributes:
        name: What consoles show.
        vpc_id: The VPC.
        zones: The names of the subnets' zones, in their order.
        parts: The ids of all that was made for it, the gateway and route table among them.
    """

    name: str
    vpc_id: str
    zones: tuple[str, ...]
    parts: tuple[str, ...] = field(repr=False)
    _session: Session = field(repr=False, compare=False)

    async def free_addresses(self) -> dict[str, int]:
        """Return how many addresses each subnet has left.

        Calls:
            ec2:DescribeSubnets
        """
        return await free_addresses(self._session, self.subnets)

    async def delete(self, *, timeout: float = GONE_WITHIN) -> None:
        """Delete the network and the security groups that fargate_kit made in it.

        It waits for the interfaces of tasks that have just stopped. What is gone already is fine,
        so deleting can be repeated.

        Args:
            timeout: Seconds on the connection's clock for interfaces to go.

        Raises:
            WaitTimeout: Tasks or load balancers are still in it; nothing was deleted.
            ApiError: EC2 refuses, for instance because somebody else put something into the VPC.

        Calls:
            ec2:DescribeNetworkInterfaces for each look, ec2:DescribeSecurityGroups,
            ec2:DescribeSubnets, ec2:DescribeRouteTables, ec2:RevokeSecurityGroupIngress for groups
            that name others, ec2:DeleteSecurityGroup for each, ec2:DisassociateRouteTable and
            ec2:DeleteSubnet for each subnet, ec2:DeleteRouteTable, ec2:DetachInternetGateway,
            ec2:DeleteInternetGateway, ec2:DeleteVpc
        """
        await wait_unused(self._session, "vpc-id", self.vpc_id, timeout=timeout)
        await take_down(self._session, self.parts)

    async def aclose(self) -> None:
        """Delete the network, even if the caller is cancelled: what `async with` does at its end.

        Calls:
            those of `delete()`
        """
        with anyio.CancelScope(shield=True):
            await self.delete()


async def create_network(
    session: Session,
    name: str,
    *,
    cidr: str = "10.0.0.0/16",
    zones: int = 2,
    ports: int | Sequence[int | tuple[int, int]] = (),
    open_to: Source | Sequence[Source] = (),
    tags: Mapping[str, str] | None = None,
) -> CreatedNetwork:
    """Make a VPC with a public subnet in each of several zones, and a security group.

    Raises:
        InvalidSpec: Every problem at once, before any call.
        ConfigurationError: The region has fewer zones than are asked for.
    """
    rules, ranges = _checked(name, cidr, zones, ports, open_to)
    names = await _zones(session, zones)
    making = _Making(session, name, tags)
    try:
        vpc_id = await making.vpc(cidr)
        table_id = await making.way_out(vpc_id)
        subnets = [
            await making.subnet(vpc_id, table_id, zone, block)
            for zone, block in zip(names, ranges, strict=True)
        ]
        group_id = await making.group(vpc_id, rules)
    except BaseException as error:
        await making.take_back(error)
        raise
    return CreatedNetwork(
        subnets=tuple(subnets),
        security_groups=(group_id,),
        public_ip=True,
        name=name,
        vpc_id=vpc_id,
        zones=tuple(names),
        parts=tuple(making.parts),
        _session=session,
    )


def _checked(
    name: str,
    cidr: str,
    zones: int,
    ports: int | Sequence[int | tuple[int, int]],
    open_to: Source | Sequence[Source],
) -> tuple[tuple[IngressRule, ...], list[str]]:
    """Return the rules of the group and the ranges of the subnets."""
    found: list[Problem] = []
    rules: tuple[IngressRule, ...] = ()
    try:
        rules = checked_rules(name, ports, open_to)
    except InvalidSpec as invalid:
        found += invalid.problems
    if not 1 <= zones <= 16:
        found.append(ZONES.problem("zones", given=zones, allowed="1 to 16", remedy="take 2"))
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError:
        network = None
    # Each subnet gets an equal part, yet no more than the 4,096 addresses of a default subnet.
    bits = max(zones - 1, 0).bit_length()
    prefix = 0 if network is None else max(20, network.prefixlen + bits)
    if network is None or not 16 <= network.prefixlen <= 28 or prefix > 28:
        found.append(
            RANGE.problem(
                "cidr",
                given=cidr,
                allowed="such as 10.0.0.0/16, with room for a subnet in each zone",
                remedy="write the first address of the range, and 16 to 28 bits",
            )
        )
    if found or network is None:
        raise InvalidSpec(f"network {name!r}", found)
    blocks = network.subnets(new_prefix=prefix)
    return rules, [str(next(blocks)) for _ in range(zones)]


async def _zones(session: Session, count: int) -> list[str]:
    region = session.api.region
    reply = await session.api.call(
        "ec2",
        "DescribeAvailabilityZones",
        Filters=[
            {"Name": "zone-type", "Values": ["availability-zone"]},
            {"Name": "state", "Values": ["available"]},
        ],
    )
    names = sorted(
        zone["ZoneName"]
        for zone in reply["AvailabilityZones"]
        if offers_fargate(region, zone.get("ZoneId"))
    )
    if len(names) < count:
        raise ConfigurationError(
            f"region {region} has {len(names)} zones with Fargate, not {count}: "
            f"pass zones={len(names)}"
        )
    return names[:count]


class _Making:
    """A network on its way, with the ids of all that was made so far."""

    def __init__(self, session: Session, name: str, tags: Mapping[str, str] | None) -> None:
        self._session = session
        self._name = name
        self._tags = tags
        self.parts: list[str] = []

    async def vpc(self, cidr: str) -> str:
        """Make the VPC, with names in DNS, which private names of endpoints need."""
        reply = await self._create("CreateVpc", "vpc", CidrBlock=cidr)
        vpc_id = self._made(reply["Vpc"]["VpcId"])
        await self._call("ModifyVpcAttribute", VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        return vpc_id

    async def way_out(self, vpc_id: str) -> str:
        """Make an internet gateway, and a route table that leads to it."""
        reply = await self._create("CreateInternetGateway", "internet-gateway")
        gateway_id = self._made(reply["InternetGateway"]["InternetGatewayId"])
        await self._call("AttachInternetGateway", InternetGatewayId=gateway_id, VpcId=vpc_id)
        reply = await self._create("CreateRouteTable", "route-table", VpcId=vpc_id)
        table_id = self._made(reply["RouteTable"]["RouteTableId"])
        await self._call(
            "CreateRoute",
            RouteTableId=table_id,
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=gateway_id,
        )
        return table_id

    async def subnet(self, vpc_id: str, table_id: str, zone: str, block: str) -> str:
        """Make a subnet that uses the route table."""
        reply = await self._create(
            "CreateSubnet", "subnet", zone, VpcId=vpc_id, CidrBlock=block, AvailabilityZone=zone
        )
        subnet_id = self._made(reply["Subnet"]["SubnetId"])
        with anyio.CancelScope(shield=True):
            associated = await self._call(
                "AssociateRouteTable", RouteTableId=table_id, SubnetId=subnet_id
            )
            self._made(associated["AssociationId"])
        return subnet_id

    async def group(self, vpc_id: str, rules: Sequence[IngressRule]) -> str:
        """Make the security group; everything may go out of it, and in comes who was named."""
        reply = await self._create(
            "CreateSecurityGroup",
            "security-group",
            VpcId=vpc_id,
            GroupName=self._name,
            Description=f"{self._name}, made by fargate_kit",
        )
        group_id = self._made(reply["GroupId"])
        if rules:
            await self._call(
                "AuthorizeSecurityGroupIngress",
                GroupId=group_id,
                IpPermissions=[rule.to_api() for rule in rules],
            )
        return group_id

    async def take_back(self, error: BaseException) -> None:
        """Delete what was made so far; what cannot be deleted is noted on the error."""
        with anyio.CancelScope(shield=True):
            try:
                await take_down(self._session, self.parts, stubborn=True)
            except FargateError as left:
                error.add_note(f"parts of the network are left, {', '.join(self.parts)}: {left}")

    async def _create(
        self, operation: str, kind: str, zone: str | None = None, /, **members: Any
    ) -> dict[str, Any]:
        name = f"{self._name}-{zone}" if zone else self._name
        tags = tag_specifications(kind, self._session, self._tags, name)
        await anyio.lowlevel.checkpoint()
        # To its end: what was made must be known, to be taken back.
        with anyio.CancelScope(shield=True):
            made: dict[str, Any] = {}
            made |= await self._call(operation, TagSpecifications=tags, **members)
        return made

    async def _call(self, operation: str, **members: Any) -> dict[str, Any]:
        return await call_fresh(self._session, "ec2", operation, **members)

    def _made(self, part: str) -> str:
        self.parts.append(part)
        return part
