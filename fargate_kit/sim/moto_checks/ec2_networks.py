"""The VPCs, subnets, gateways and addresses that EC2 is asked to make, attach or delete."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.ec2_ids import group, groups, missing, subnet

# Source: Amazon VPC User Guide, pages `vpc-cidr-blocks` and `subnet-sizing`.
LARGEST_BLOCK = 16
SMALLEST_BLOCK = 28
_BLOCK = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}/\d{1,2}", re.ASCII)


def read_block(cidr: str, name: str) -> ipaddress.IPv4Network:
    """Read an IPv4 block, which need not be canonical.

    Args:
        name: Of the parameter, as AWS's message names it.

    Raises:
        AwsError: `InvalidParameterValue`; it is no block.
    """
    try:
        if _BLOCK.fullmatch(cidr):
            return ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        pass
    raise wording.BAD_CIDR.error(cidr=cidr, name=name)


def check_networks(asked: Asked, ec2: Any) -> None:
    """Refuse what AWS refuses of networks and gateways.

    Source: EC2 API reference, of each operation, and the page `errors-overview`.

    Raises:
        AwsError: As AWS does.
    """
    check = _CHECKS.get(asked.operation)
    if check is not None:
        check(asked, ec2)


def _create_vpc(asked: Asked, _: Any) -> None:
    cidr = asked.params.get("CidrBlock")
    if cidr is None and "Ipv4IpamPoolId" not in asked.params:
        raise wording.NO_CIDR.error()
    if cidr is not None:
        _check_vpc_block(cidr)


def _associate_block(asked: Asked, _: Any) -> None:
    if "CidrBlock" in asked.params:
        _check_vpc_block(asked.params["CidrBlock"])


def _check_vpc_block(cidr: str) -> None:
    block = read_block(cidr, "cidrBlock")
    if not LARGEST_BLOCK <= block.prefixlen <= SMALLEST_BLOCK:
        raise wording.VPC_RANGE.error(cidr=cidr)


def _create_subnet(asked: Asked, ec2: Any) -> None:
    params = asked.params
    if not {"CidrBlock", "Ipv4IpamPoolId", "Ipv6CidrBlock", "Ipv6IpamPoolId"} & params.keys():
        raise wording.NO_CIDR.error()
    if "CidrBlock" in params:
        block = read_block(params["CidrBlock"], "cidrBlock")
        if not LARGEST_BLOCK <= block.prefixlen <= SMALLEST_BLOCK:
            raise wording.SUBNET_RANGE.error(cidr=params["CidrBlock"])
    zones = ec2.describe_availability_zones()
    for name, written, known in (
        ("AvailabilityZone", "availabilityZone", [zone.name for zone in zones]),
        ("AvailabilityZoneId", "availabilityZoneId", [zone.zone_id for zone in zones]),
    ):
        if name in params and params[name] not in known:
            told = ", ".join(known)
            raise wording.BAD_ZONE.error(zone=params[name], name=written, zones=told)


def _attach_gateway(asked: Asked, ec2: Any) -> None:
    id, vpc = asked.params["InternetGatewayId"], asked.params["VpcId"]
    attached = ec2.internet_gateways[id].vpc
    if attached is not None:
        raise wording.GATEWAY_ATTACHED.error(id=id, vpc=attached.id)
    if any(each.vpc is not None and each.vpc.id == vpc for each in ec2.internet_gateways.values()):
        raise wording.VPC_HAS_GATEWAY.error(vpc=vpc)


def _detach_gateway(asked: Asked, ec2: Any) -> None:
    id, vpc = asked.params["InternetGatewayId"], asked.params["VpcId"]
    attached = ec2.internet_gateways[id].vpc
    if attached is None or attached.id != vpc:
        raise wording.GATEWAY_NOT_ATTACHED.error(id=id, vpc=vpc)


def _delete_gateway(asked: Asked, ec2: Any) -> None:
    id = asked.params["InternetGatewayId"]
    if ec2.internet_gateways[id].vpc is not None:
        raise wording.INTERNET_GATEWAY_IN_USE.error(id=id)


def _delete_vpc(asked: Asked, ec2: Any) -> None:
    """Keep a VPC that has a security group beside its default one."""
    id = asked.params["VpcId"]
    if any(each.vpc_id == id and not each.is_default for each in groups(ec2)):
        raise wording.VPC_IN_USE.error(id=id)


def _create_nat_gateway(asked: Asked, _: Any) -> None:
    params = asked.params
    regional = params.get("AvailabilityMode") == "regional"
    if not regional and "SubnetId" not in params:
        raise missing(asked, "SubnetId")
    public = params.get("ConnectivityType", "public") == "public"
    if public and not regional and "AllocationId" not in params:
        raise missing(asked, "AllocationId")


def _create_interface(asked: Asked, ec2: Any) -> None:
    place = subnet(ec2, asked.params["SubnetId"])
    for id in asked.params.get("Groups") or ():
        if group(ec2, id).vpc_id != place.vpc_id:
            raise wording.GROUP_ELSEWHERE.error()
    if "PrivateIpAddress" in asked.params and place.cidr_block:
        _check_address(asked.params["PrivateIpAddress"], place.cidr_block)
    if any("Ipv6Address" not in one for one in asked.params.get("Ipv6Addresses") or ()):
        raise wording.MEMBER_MISSING.error(name="ipv6Address")


def _check_address(text: str, block: str) -> None:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        raise wording.BAD_ADDRESS.error(address=text, name="privateIpAddress") from None
    if address not in ipaddress.IPv4Network(block, strict=False):
        raise wording.ADDRESS_ELSEWHERE.error(address=text)


def _release_address(asked: Asked, ec2: Any) -> None:
    for address in ec2.addresses:
        named = asked.params.get("AllocationId") == address.allocation_id
        if (named or asked.params.get("PublicIp") == address.public_ip) and address.eni is not None:
            raise wording.ADDRESS_IN_USE.error(address=address.public_ip)


_CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "AssociateVpcCidrBlock": _associate_block,
    "AttachInternetGateway": _attach_gateway,
    "CreateNatGateway": _create_nat_gateway,
    "CreateNetworkInterface": _create_interface,
    "CreateSubnet": _create_subnet,
    "CreateVpc": _create_vpc,
    "DeleteInternetGateway": _delete_gateway,
    "DeleteVpc": _delete_vpc,
    "DetachInternetGateway": _detach_gateway,
    "ReleaseAddress": _release_address,
}
