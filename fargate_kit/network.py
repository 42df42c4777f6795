"""Subnets, security groups, network interfaces and public addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import ConfigurationError
from fargate_kit.model.values import Network

__all__ = ["default_network", "public_ips"]

# AWS describes this many interfaces in one call without complaint; more go in further calls.
INTERFACES_PER_CALL = 200


async def default_network(session: Session, *, public_ip: bool = True) -> Network:
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
    if not subnets["Subnets"]:
        raise ConfigurationError(
            f"the default VPC of region {api.region} has no default subnets: "
            "pass network=Network(subnets=[…])"
        )
    groups = await api.call(
        "ec2", "DescribeSecurityGroups", Filters=[in_vpc, _filter("group-name", "default")]
    )
    by_zone = sorted(subnets["Subnets"], key=lambda subnet: subnet["AvailabilityZone"])
    return Network(
        subnets=tuple(subnet["SubnetId"] for subnet in by_zone[:16]),
        security_groups=tuple(group["GroupId"] for group in groups["SecurityGroups"]),
        public_ip=public_ip,
    )


async def public_ips(session: Session, interface_ids: Iterable[str]) -> dict[str, str | None]:
    """Return the public address of each network interface that is there, None if it has none.

    An interface that is gone is left out.

    Calls:
        ec2:DescribeNetworkInterfaces, once for every 200 interfaces
    """
    wanted = list(dict.fromkeys(interface_ids))
    found: dict[str, str | None] = {}
    for start in range(0, len(wanted), INTERFACES_PER_CALL):
        # By filter, since an id that is gone would make the whole call fail.
        chunk = _filter("network-interface-id", *wanted[start : start + INTERFACES_PER_CALL])
        async for page in session.api.pages("ec2", "DescribeNetworkInterfaces", Filters=[chunk]):
            for interface in page["NetworkInterfaces"]:
                address = interface.get("Association", {}).get("PublicIp")
                found[interface["NetworkInterfaceId"]] = address
    return found


def _filter(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}
