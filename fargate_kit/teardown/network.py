"""Finds and takes down networks that are marked: endpoints, gateways, groups, subnets, VPCs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from fargate_kit.errors import ApiError, NotFound
from fargate_kit.teardown.leftovers import (
    PAUSE,
    TRIES,
    Leftover,
    Search,
    Step,
    again_while_used,
    by_tag,
)

__all__ = ["NETWORK"]

# What is going away of itself, and what has no state at all.
_GONE = frozenset({"deleted", "deleting"})


def _step(
    kind: str,
    plural: str,
    id_key: str,
    remove: Callable[[Search, Leftover], Awaitable[None]],
    filter_key: str = "Filters",
) -> Step:
    """Return the step of a kind that EC2 describes with a filter on tags."""

    async def find(search: Search) -> list[Leftover]:
        pages = search.session.api.pages(
            "ec2", f"Describe{plural}", **{filter_key: by_tag(search.mark)}
        )
        return [
            Leftover(kind=kind, id=each[id_key], name=each[id_key], facts=each)
            async for page in pages
            for each in page[plural]
            if _is_ours(each, search) and each.get("State") not in _GONE
        ]

    return Step(kind=kind, find=find, remove=remove)


def _is_ours(each: Mapping[str, Any], search: Search) -> bool:
    """Whether a thing carries the mark; what answers for EC2 may not know every filter."""
    return search.has(each.get("Tags"))


def _deleted_by(operation: str, parameter: str) -> Callable[[Search, Leftover], Awaitable[None]]:
    """Return a removal that is one call, made again while the thing is in use."""

    async def remove(search: Search, found: Leftover) -> None:
        call = partial(search.call, "ec2", operation, **{parameter: found.id})
        await again_while_used(search, call)

    return remove


async def _find_addresses(search: Search) -> list[Leftover]:
    reply = await search.call("ec2", "DescribeAddresses", Filters=by_tag(search.mark))
    return [
        Leftover(kind="Elastic IP address", id=each["AllocationId"], name=each["AllocationId"])
        for each in reply["Addresses"]
        if _is_ours(each, search)
    ]


async def _remove_endpoint(search: Search, endpoint: Leftover) -> None:
    reply = await search.call("ec2", "DeleteVpcEndpoints", VpcEndpointIds=[endpoint.id])
    for failure in reply.get("Unsuccessful", ()):
        error = failure.get("Error", {})
        code, said = error.get("Code", "UNKNOWN"), error.get("Message", endpoint.id)
        if not code.endswith("NotFound"):
            raise ApiError("ec2:DeleteVpcEndpoints", code, said)
    await _until_gone(search, "DescribeVpcEndpoints", "VpcEndpoints", VpcEndpointIds=[endpoint.id])


async def _remove_nat_gateway(search: Search, gateway: Leftover) -> None:
    with suppress(NotFound):
        await search.call("ec2", "DeleteNatGateway", NatGatewayId=gateway.id)
    await _until_gone(search, "DescribeNatGateways", "NatGateways", NatGatewayIds=[gateway.id])


async def _until_gone(search: Search, operation: str, plural: str, **which: Any) -> None:
    """Wait until what takes minutes to be deleted is deleted."""
    for _ in range(TRIES):
        try:
            reply = await search.call("ec2", operation, **which)
        except NotFound:
            return
        if all(each.get("State") == "deleted" for each in reply[plural]):
            return
        await search.session.clock.sleep(PAUSE)


async def _remove_group(search: Search, group: Leftover) -> None:
    """Delete a security group, without its own rules that name groups: two may name each other."""
    with suppress(NotFound):
        for rules, operation in (
            ("IpPermissions", "RevokeSecurityGroupIngress"),
            ("IpPermissionsEgress", "RevokeSecurityGroupEgress"),
        ):
            naming = [
                {key: value for key, value in rule.items() if value not in (None, [])}
                for rule in group.facts.get(rules, ())
                if rule.get("UserIdGroupPairs")
            ]
            if naming:
                await search.call("ec2", operation, GroupId=group.id, IpPermissions=naming)
    delete = partial(search.call, "ec2", "DeleteSecurityGroup", GroupId=group.id)
    await again_while_used(search, delete)


async def _remove_route_table(search: Search, table: Leftover) -> None:
    for each in table.facts.get("Associations", ()):
        if not each.get("Main"):
            with suppress(NotFound):
                await search.call(
                    "ec2",
                    "DisassociateRouteTable",
                    AssociationId=each["RouteTableAssociationId"],
                )
    delete = partial(search.call, "ec2", "DeleteRouteTable", RouteTableId=table.id)
    await again_while_used(search, delete)


async def _remove_internet_gateway(search: Search, gateway: Leftover) -> None:
    for each in gateway.facts.get("Attachments", ()):
        detach = partial(
            search.call,
            "ec2",
            "DetachInternetGateway",
            InternetGatewayId=gateway.id,
            VpcId=each["VpcId"],
        )
        await again_while_used(search, detach)
    delete = partial(search.call, "ec2", "DeleteInternetGateway", InternetGatewayId=gateway.id)
    await again_while_used(search, delete)


NETWORK: tuple[Step, ...] = (
    _step("VPC endpoint", "VpcEndpoints", "VpcEndpointId", _remove_endpoint),
    _step("NAT gateway", "NatGateways", "NatGatewayId", _remove_nat_gateway, filter_key="Filter"),
    Step(
        kind="Elastic IP address",
        find=_find_addresses,
        remove=_deleted_by("ReleaseAddress", "AllocationId"),
    ),
    _step("security group", "SecurityGroups", "GroupId", _remove_group),
    _step("subnet", "Subnets", "SubnetId", _deleted_by("DeleteSubnet", "SubnetId")),
    _step("route table", "RouteTables", "RouteTableId", _remove_route_table),
    _step("internet gateway", "InternetGateways", "InternetGatewayId", _remove_internet_gateway),
    _step("VPC", "Vpcs", "VpcId", _deleted_by("DeleteVpc", "VpcId")),
)
