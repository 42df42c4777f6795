"""Deleting a VPC with its parts, in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fargate_kit.core.fresh import delete_patiently
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError
from fargate_kit.ownership import TAG

__all__ = ["take_down"]

Step = tuple[str, dict[str, Any]]


async def take_down(session: Session, parts: Sequence[str], *, stubborn: bool = False) -> None:
    """Delete a VPC and its parts in the order in which they depend on each other.

    Of what is not among `parts`, security groups, subnets and route tables go too that are in the
    VPC and have our tag: a call whose answer was lost may have made some.

    Args:
        parts: The ids that are known.
        stubborn: Whether to go on after a refusal, and to raise the first one at the end.
    """
    first: FargateError | None = None
    known = list(parts)
    steps: list[Step] = []
    for vpc_id in [part for part in parts if part.startswith("vpc-")]:
        try:
            found, naming = await _inventory(session, vpc_id)
            known += [part for part in found if part not in known]
            # A group cannot be deleted while a rule of another one names it.
            steps += naming
        except FargateError as error:
            if not stubborn:
                raise
            first = error
    for operation, members in [*steps, *_steps(known)]:
        try:
            await delete_patiently(session, operation, **members)
        except FargateError as error:
            if isinstance(error, ApiError) and error.code == "Gateway.NotAttached":
                continue
            if not stubborn:
                raise
            first = first or error
    if first is not None:
        raise first


async def _inventory(session: Session, vpc_id: str) -> tuple[list[str], list[Step]]:
    """Return the ids of what is ours in a VPC, and what unties groups from each other."""
    chosen = [
        {"Name": "vpc-id", "Values": [vpc_id]},
        {"Name": "tag-key", "Values": [TAG]},
    ]
    found: list[str] = []
    naming: list[Step] = []
    async for page in session.api.pages("ec2", "DescribeSecurityGroups", Filters=chosen):
        for group in page["SecurityGroups"]:
            found.append(group["GroupId"])
            rules = [rule for rule in group["IpPermissions"] if rule.get("UserIdGroupPairs")]
            if rules:
                members = {"GroupId": group["GroupId"], "IpPermissions": rules}
                naming.append(("RevokeSecurityGroupIngress", members))
    async for page in session.api.pages("ec2", "DescribeSubnets", Filters=chosen):
        found += [subnet["SubnetId"] for subnet in page["Subnets"]]
    async for page in session.api.pages("ec2", "DescribeRouteTables", Filters=chosen):
        for table in page["RouteTables"]:
            found.append(table["RouteTableId"])
            found += [each["RouteTableAssociationId"] for each in table["Associations"]]
    return found, naming


def _steps(parts: Sequence[str]) -> list[Step]:
    def made(prefix: str) -> list[str]:
        return [part for part in parts if part.startswith(prefix)]

    vpcs = made("vpc-")
    steps: list[Step] = [("DeleteSecurityGroup", {"GroupId": each}) for each in made("sg-")]
    steps += [("DisassociateRouteTable", {"AssociationId": each}) for each in made("rtbassoc-")]
    steps += [("DeleteSubnet", {"SubnetId": each}) for each in made("subnet-")]
    steps += [("DeleteRouteTable", {"RouteTableId": each}) for each in made("rtb-")]
    for gateway in made("igw-"):
        steps += [
            ("DetachInternetGateway", {"InternetGatewayId": gateway, "VpcId": vpc_id})
            for vpc_id in vpcs
        ]
        steps.append(("DeleteInternetGateway", {"InternetGatewayId": gateway}))
    return steps + [("DeleteVpc", {"VpcId": each}) for each in vpcs]
