"""Subnets, security groups, network interfaces and public addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from fargate_kit.core.session import Session
from fargate_kit.errors import ConfigurationError, WaitTimeout
from fargate_kit.model.fargate_zones import offers_fargate
from fargate_kit.model.values import Network

__all__ = [
    "Interface",
    "default_network",
    "free_addresses",
    "interfaces",
    "public_ips",
    "vpc_of",
    "wait_unused",
]

# AWS describes this many interfaces in one call without complaint; more go in further calls.
INTERFACES_PER_CALL = 200
# Interfaces of tasks are deleted some seconds after the task has stopped.
GONE_WITHIN = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface as EC2 described it at one moment.

    Attributes:
        status: Such as `in-use` or `available`.
        private_ip: Its address in the VPC.
        public_ip: The address that the internet reaches it by; None without one.
        public_dns: The name of that address, where the VPC gives names.
        zone: The Availability Zone's name.
        raw: EC2's own answer.
    """

    id: str
    status: str
    private_ip: str | None
    public_ip: str | None
    public_dns: str | None
    subnet_id: str
    vpc_id: str
    zone: str
    security_groups: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `NetworkInterfaces` of DescribeNetworkInterfaces."""
        public = raw.get("Association") or {}
        return cls(
            id=raw["NetworkInterfaceId"],
            status=raw.get("Status", ""),
            private_ip=raw.get("PrivateIpAddress"),
            public_ip=public.get("PublicIp"),
            public_dns=public.get("PublicDnsName") or None,
            subnet_id=raw.get("SubnetId", ""),
            vpc_id=raw.get("VpcId", ""),
            zone=raw.get("AvailabilityZone", ""),
            security_groups=tuple(group["GroupId"] for group in raw.get("Groups") or ()),
            raw=raw,
        )


async def default_network(session: Session, *, public_ip: bool = True) -> Network:
    """Find the default VPC's subnets, one in each zone with Fargate, and its default group.

    The default group lets nothing in from outside the group, and everything out.

    Args:
        public_ip: Whether tasks get a public address. Without one, a task in a default subnet
            cannot pull its image unless the VPC has a NAT gateway or endpoints for it.

    Raises:
        ConfigurationError: The region has no default VPC, or it has no subnets.

    Calls:
        ec2:DescribeVpcs, ec2:DescribeSubnets, ec2:DescribeSecurityGroups
    """
    api = session.api
    vpcs = await api.call("ec2", "DescribeVpcs", Filters=[_filter("is-default", "true")])
    if not vpcs["Vpcs"]:
        raise ConfigurationError(
            f"region {api.region} has no default VPC: pass network=Network(subnets=[…]), "
            "or make one with `aws ec2 create-default-vpc`"
        )
    in_vpc = _filter("vpc-id", vpcs["Vpcs"][0]["VpcId"])
    subnets = await api.call(
        "ec2", "DescribeSubnets", Filters=[in_vpc, _filter("default-for-az", "true")]
    )
    usable = [
        subnet
        for subnet in subnets["Subnets"]
        if offers_fargate(api.region, subnet.get("AvailabilityZoneId"))
    ]
    if not usable:
        raise ConfigurationError(
            f"the default VPC of region {api.region} has no default subnets in zones with Fargate: "
            "pass network=Network(subnets=[…])"
        )
    groups = await api.call(
        "ec2", "DescribeSecurityGroups", Filters=[in_vpc, _filter("group-name", "default")]
    )
    by_zone = sorted(usable, key=lambda subnet: subnet["AvailabilityZone"])
    return Network(
        subnets=tuple(subnet["SubnetId"] for subnet in by_zone[:16]),
        security_groups=tuple(group["GroupId"] for group in groups["SecurityGroups"]),
        public_ip=public_ip,
    )


async def interfaces(session: Session, interface_ids: Iterable[str]) -> dict[str, Interface]:
    """Return each network interface that is there, by its id.

    Calls:
        ec2:DescribeNetworkInterfaces, once for every 200 interfaces
    """
    wanted = list(dict.fromkeys(interface_ids))
    found: dict[str, Interface] = {}
    for start in range(0, len(wanted), INTERFACES_PER_CALL):
        # By filter, since an id that is gone would make the whole call fail.
        chunk = _filter("network-interface-id", *wanted[start : start + INTERFACES_PER_CALL])
        async for page in session.api.pages("ec2", "DescribeNetworkInterfaces", Filters=[chunk]):
            for raw in page["NetworkInterfaces"]:
                found[raw["NetworkInterfaceId"]] = Interface.from_api(raw)
    return found


async def public_ips(session: Session, interface_ids: Iterable[str]) -> dict[str, str | None]:
    """Return the public address of each network interface that is there, None if it has none.

    An interface that is gone is left out.

    Calls:
        ec2:DescribeNetworkInterfaces, once for every 200 interfaces
    """
    found = await interfaces(session, interface_ids)
    return {name: interface.public_ip for name, interface in found.items()}


async def free_addresses(session: Session, subnets: Sequence[str]) -> dict[str, int]:
    """Return how many addresses each subnet has left; a subnet that is not there is left out.

    Calls:
        ec2:DescribeSubnets
    """
    found = await session.api.call(
        "ec2", "DescribeSubnets", Filters=[_filter("subnet-id", *subnets)]
    )
    left = {each["SubnetId"]: each["AvailableIpAddressCount"] for each in found["Subnets"]}
    return {name: left[name] for name in subnets if name in left}


async def vpc_of(session: Session, network: Network | None) -> str:
    """Return the id of the VPC that a network's subnets are in; without one, the default VPC's.

    Raises:
        ConfigurationError: The subnet is not there, or the region has no default VPC.

    Calls:
        ec2:DescribeSubnets, or ec2:DescribeVpcs
    """
    if network is None:
        vpcs = await session.api.call(
            "ec2", "DescribeVpcs", Filters=[_filter("is-default", "true")]
        )
        found = vpcs["Vpcs"]
        missing = f"region {session.api.region} has no default VPC: pass network=…"
    else:
        subnet = _filter("subnet-id", *network.subnets[:1])
        found = (await session.api.call("ec2", "DescribeSubnets", Filters=[subnet]))["Subnets"]
        missing = f"there is no subnet {', '.join(network.subnets[:1])} in {session.api.region}"
    if not found:
        raise ConfigurationError(missing)
    vpc_id: str = found[0]["VpcId"]
    return vpc_id


async def wait_unused(
    session: Session, name: str, value: str, *, timeout: float = GONE_WITHIN
) -> None:
    """Wait until no network interface is left in something.

    Args:
        name: The filter of DescribeNetworkInterfaces, such as `vpc-id` or `group-id`.
        timeout: Seconds on the connection's clock.

    Raises:
        WaitTimeout: Some are still there; `.last` are their descriptions by id.

    Calls:
        ec2:DescribeNetworkInterfaces, once for every look
    """
    deadline = session.clock.now() + timeout
    while True:
        found: list[dict[str, Any]] = []
        chosen = [_filter(name, value)]
        async for page in session.api.pages("ec2", "DescribeNetworkInterfaces", Filters=chosen):
            found += page["NetworkInterfaces"]
        if not found:
            return
        if session.clock.now() >= deadline:
            last = {each["NetworkInterfaceId"]: each.get("Description", "") for each in found}
            described = ", ".join(f"{key} ({text})" for key, text in last.items())
            raise WaitTimeout(
                f"{value} is still in use after {timeout:g} s, by {described}: stop the tasks and "
                "delete the load balancers in it first",
                last=last,
            )
        left = deadline - session.clock.now()
        await session.clock.sleep(max(0.0, min(session.poll_every, left)))


def _filter(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}
