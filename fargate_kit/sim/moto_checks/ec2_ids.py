"""The ids that requests to EC2 name: whether each is an id, and whether there is such a thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.service_models import operation_of
from fargate_kit.sim.wording import Refusal

# What an id may have behind its prefix, as the refusal of a malformed endpoint id says; AWS
# answers that a longer or shorter one is not found.
_REST = re.compile(r"[0-9a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing that EC2 knows by an id.

    Args:
        prefix: Of its ids, without the dash.
        missing: How a request for one that is not there is refused.
        malformed: How what is no id is refused; None where AWS says that it is not there.
        ids: Lists the ids that there are.
    """

    prefix: str
    missing: Refusal
    malformed: Refusal | None = None
    ids: Callable[[Any], Iterable[str]]

    def check(self, ec2: Any, id: str) -> None:
        """Refuse an id under which there is nothing.

        Raises:
            AwsError: It is no id, or there is no such thing.
        """
        head, _, rest = id.partition("-")
        if self.malformed is not None and (head != self.prefix or not _REST.fullmatch(rest)):
            raise self.malformed.error(id=id, prefix=self.prefix)
        if id not in self.ids(ec2):
            raise self.missing.error(id=id)


def groups(ec2: Any) -> Iterator[Any]:
    """List the security groups of a region."""
    return (group for inside in ec2.groups.values() for group in inside.values())


def group(ec2: Any, id: str) -> Any:
    """Look a security group up; None if there is none."""
    return next((inside[id] for inside in ec2.groups.values() if id in inside), None)


def subnet(ec2: Any, id: str) -> Any:
    """Look a subnet up; None if there is none."""
    return next((zone[id] for zone in ec2.subnets.values() if id in zone), None)


def _associations(ec2: Any) -> set[str]:
    return {one for table in ec2.route_tables.values() for one in table.all_associations_ids}


VPC = Kind(prefix="vpc", missing=wording.VPC_MISSING, ids=lambda ec2: ec2.vpcs)
STRICT_VPC = Kind(
    prefix="vpc",
    missing=wording.VPC_MISSING,
    malformed=wording.VPC_MALFORMED,
    ids=lambda ec2: ec2.vpcs,
)
SUBNET = Kind(
    prefix="subnet",
    missing=wording.SUBNET_MISSING,
    ids=lambda ec2: {id for zone in ec2.subnets.values() for id in zone},
)
GROUP = Kind(
    prefix="sg",
    missing=wording.GROUP_MISSING,
    malformed=wording.GROUP_MALFORMED,
    ids=lambda ec2: {one.id for one in groups(ec2)},
)
ROUTE_TABLE = Kind(
    prefix="rtb",
    missing=wording.ROUTE_TABLE_MISSING,
    malformed=wording.ROUTE_TABLE_MALFORMED,
    ids=lambda ec2: ec2.route_tables,
)
INTERNET_GATEWAY = Kind(
    prefix="igw",
    missing=wording.INTERNET_GATEWAY_MISSING,
    malformed=wording.INTERNET_GATEWAY_MALFORMED,
    ids=lambda ec2: ec2.internet_gateways,
)
NAT_GATEWAY = Kind(
    prefix="nat",
    missing=wording.NAT_GATEWAY_MISSING,
    malformed=wording.NAT_GATEWAY_MALFORMED,
    ids=lambda ec2: ec2.nat_gateways,
)
INTERFACE = Kind(
    prefix="eni",
    missing=wording.INTERFACE_MISSING,
    malformed=wording.INTERFACE_MALFORMED,
    ids=lambda ec2: ec2.enis,
)
ALLOCATION = Kind(
    prefix="eipalloc",
    missing=wording.ALLOCATION_MISSING,
    ids=lambda ec2: {one.allocation_id for one in ec2.addresses},
)
ADDRESS = Kind(
    prefix="",
    missing=wording.ADDRESS_MISSING,
    ids=lambda ec2: {one.public_ip for one in ec2.addresses},
)
ENDPOINT = Kind(
    prefix="vpce",
    missing=wording.ENDPOINT_MISSING,
    malformed=wording.ENDPOINT_MALFORMED,
    ids=lambda ec2: ec2.vpc_end_points,
)
TABLE_ASSOCIATION = Kind(prefix="rtbassoc", missing=wording.ASSOCIATION_MISSING, ids=_associations)
ADDRESS_ASSOCIATION = Kind(
    prefix="eipassoc",
    missing=wording.ASSOCIATION_MISSING,
    ids=lambda ec2: {one.association_id for one in ec2.addresses},
)

_KINDS: Mapping[str, Kind] = {
    "VpcId": VPC,
    "VpcIds": VPC,
    "SubnetId": SUBNET,
    "SubnetIds": SUBNET,
    "AddSubnetIds": SUBNET,
    "GroupId": GROUP,
    "GroupIds": GROUP,
    "Groups": GROUP,
    "SecurityGroupIds": GROUP,
    "AddSecurityGroupIds": GROUP,
    "RouteTableId": ROUTE_TABLE,
    "RouteTableIds": ROUTE_TABLE,
    "AddRouteTableIds": ROUTE_TABLE,
    "InternetGatewayId": INTERNET_GATEWAY,
    "InternetGatewayIds": INTERNET_GATEWAY,
    "NatGatewayId": NAT_GATEWAY,
    "NatGatewayIds": NAT_GATEWAY,
    "NetworkInterfaceId": INTERFACE,
    "NetworkInterfaceIds": INTERFACE,
    "AllocationId": ALLOCATION,
    "AllocationIds": ALLOCATION,
    "PublicIp": ADDRESS,
    "PublicIps": ADDRESS,
    "VpcEndpointId": ENDPOINT,
    "VpcEndpointIds": ENDPOINT,
}
# The operations whose ids are looked up here, with what their members are if not as above.
_OPERATIONS: Mapping[str, Mapping[str, Kind]] = {
    "AssignPrivateIpAddresses": {},
    "AssociateAddress": {},
    "AssociateRouteTable": {},
    "AssociateVpcCidrBlock": {},
    "AttachInternetGateway": {"VpcId": STRICT_VPC},
    "AuthorizeSecurityGroupEgress": {},
    "AuthorizeSecurityGroupIngress": {},
    "CreateNatGateway": {},
    "CreateNetworkInterface": {},
    "CreateRouteTable": {},
    "CreateSecurityGroup": {"VpcId": STRICT_VPC},
    "CreateSubnet": {},
    "CreateVpcEndpoint": {},
    "DeleteInternetGateway": {},
    "DeleteNatGateway": {},
    "DeleteNetworkInterface": {},
    "DeleteRoute": {},
    "DeleteRouteTable": {},
    "DeleteSecurityGroup": {},
    "DeleteSubnet": {},
    "DeleteVpc": {},
    "DescribeAddresses": {},
    "DescribeInternetGateways": {},
    "DescribeNatGateways": {},
    "DescribeNetworkInterfaceAttribute": {},
    "DescribeNetworkInterfaces": {},
    "DescribeRouteTables": {},
    "DescribeSecurityGroups": {},
    "DescribeSubnets": {},
    "DescribeVpcAttribute": {},
    "DescribeVpcEndpoints": {},
    "DescribeVpcs": {},
    "DetachInternetGateway": {},
    "DisassociateAddress": {"AssociationId": ADDRESS_ASSOCIATION},
    "DisassociateRouteTable": {"AssociationId": TABLE_ASSOCIATION},
    "ModifyNetworkInterfaceAttribute": {},
    "ModifySecurityGroupRules": {},
    "ModifySubnetAttribute": {},
    "ModifyVpcAttribute": {},
    "ModifyVpcEndpoint": {},
    "ReleaseAddress": {},
    "ReplaceRouteTableAssociation": {"AssociationId": TABLE_ASSOCIATION},
    "RevokeSecurityGroupEgress": {},
    "RevokeSecurityGroupIngress": {},
    "UnassignPrivateIpAddresses": {},
    "UpdateSecurityGroupRuleDescriptionsEgress": {},
    "UpdateSecurityGroupRuleDescriptionsIngress": {},
}
# A route has targets of many kinds, with refusals of their own.
_ROUTES = ("CreateRoute", "ReplaceRoute")


def check_required(asked: Asked) -> None:
    """Refuse a request without a member that the model requires.

    Raises:
        AwsError: `MissingParameter`.
    """
    operation = operation_of("ec2", asked.operation)
    shape = operation.input_shape if operation is not None else None
    for name in () if shape is None else shape.required_members:
        if asked.params.get(name) is None:
            raise missing(asked, name)


def missing(asked: Asked, name: str) -> Exception:
    """Make the refusal of a request that has not got a member."""
    written = name[:1].lower() + name[1:]
    operation = operation_of("ec2", asked.operation)
    if operation is not None and operation.input_shape is not None:
        member = operation.input_shape.members[name]
        written = member.serialization.get("name", written)
    return wording.MEMBER_MISSING.error(name=written)


def check_ids(asked: Asked, ec2: Any) -> None:
    """Refuse an id that is none, or under which there is nothing.

    Source: EC2 API reference, page `errors-overview`.

    Raises:
        AwsError: As AWS does for the kind of id.
    """
    if asked.operation in _ROUTES and "RouteTableId" in asked.params:
        ROUTE_TABLE.check(ec2, asked.params["RouteTableId"])
        return
    own = _OPERATIONS.get(asked.operation)
    if own is None:
        return
    for name, value in asked.params.items():
        kind = own.get(name) or _KINDS.get(name)
        if kind is not None:
            for id in value if isinstance(value, list) else [value]:
                kind.check(ec2, id)


BY_PREFIX: Mapping[str, Kind] = {
    kind.prefix: kind
    for kind in (
        VPC,
        SUBNET,
        GROUP,
        ROUTE_TABLE,
        INTERNET_GATEWAY,
        NAT_GATEWAY,
        INTERFACE,
        ALLOCATION,
        ENDPOINT,
    )
}
