"""The routes that EC2 is asked for, and the subnets that route tables are put to."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.ec2_ids import INTERFACE, missing, subnet
from fargate_kit.sim.moto_checks.ec2_networks import read_block

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = (
    "CarrierGatewayId",
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "InstanceId",
    "LocalGatewayId",
    "LocalTarget",
    "NatGatewayId",
    "NetworkInterfaceId",
    "OdbNetworkArn",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
)
_TOLD_TARGETS = ", ".join(
    name[:1].lower() + name[1:]
    for name in (
        "GatewayId",
        "NatGatewayId",
        "NetworkInterfaceId",
        "VpcPeeringConnectionId",
        "EgressOnlyInternetGatewayId",
        "TransitGatewayId",
    )
)


def check_routes(asked: Asked, ec2: Any) -> None:
    """Refuse what AWS refuses of routes and route tables.

    Source: EC2 API reference, of each operation, and the page `errors-overview`.

    Raises:
        AwsError: As AWS does.
    """
    check = _CHECKS.get(asked.operation)
    if check is not None:
        check(asked, ec2)


def _create_route(asked: Asked, ec2: Any) -> None:
    _check_route(asked, ec2)
    table = ec2.route_tables[asked.params["RouteTableId"]]
    local = _local_route(table, asked)
    if local is not None:
        raise wording.ROUTE_EXISTS.error(destination=local)


def _check_route(asked: Asked, ec2: Any) -> None:
    """Refuse a route that goes nowhere, or to several places."""
    params = asked.params
    if not any(name in params for name in _DESTINATIONS):
        raise missing(asked, "DestinationCidrBlock")
    _check_destination(asked)
    targets = [name for name in _TARGETS if params.get(name)]
    if not targets:
        raise wording.NO_TARGET.error(names=_TOLD_TARGETS)
    if len(targets) > 1:
        raise wording.TWO_TARGETS.error(names=_TOLD_TARGETS)
    _check_target(asked, ec2, ec2.route_tables[params["RouteTableId"]])


def _check_destination(asked: Asked) -> None:
    if "DestinationCidrBlock" in asked.params:
        read_block(asked.params["DestinationCidrBlock"], "destinationCidrBlock")
    given = asked.params.get("DestinationIpv6CidrBlock")
    if given is not None:
        try:
            ipaddress.IPv6Network(given, strict=False)
        except ValueError:
            name = "destinationIpv6CidrBlock"
            raise wording.BAD_CIDR.error(cidr=given, name=name) from None


def _check_target(asked: Asked, ec2: Any, table: Any) -> None:
    params = asked.params
    gateway, nat = params.get("GatewayId"), params.get("NatGatewayId")
    if gateway is not None:
        _check_gateway(ec2, table, gateway)
    if nat is not None:
        if nat not in ec2.nat_gateways or ec2.nat_gateways[nat].state == "deleted":
            raise wording.NAT_TARGET_MISSING.error(id=nat)
        _check_place(table, "nat gateway", nat, ec2.nat_gateways[nat].vpc_id)
    interface = params.get("NetworkInterfaceId")
    if interface is not None:
        INTERFACE.check(ec2, interface)
        _check_place(table, "interface", interface, ec2.enis[interface].vpc_id)


def _check_gateway(ec2: Any, table: Any, id: str) -> None:
    """Look a gateway up; AWS also takes NAT gateways and endpoints here."""
    if id == "local":
        return
    for known in (ec2.nat_gateways, ec2.vpc_end_points, ec2.vpn_gateways):
        if id in known:
            return
    if id not in ec2.internet_gateways:
        raise wording.TARGET_MISSING.error(id=id)
    vpc = ec2.internet_gateways[id].vpc
    _check_place(table, "network gateway", id, None if vpc is None else vpc.id)


def _check_place(table: Any, kind: str, target: str, vpc_id: str | None) -> None:
    if table.vpc_id != vpc_id:
        raise wording.TABLE_ELSEWHERE.error(id=table.id, kind=kind, target=target)


def _delete_route(asked: Asked, ec2: Any) -> None:
    if not any(name in asked.params for name in _DESTINATIONS):
        raise missing(asked, "DestinationCidrBlock")
    table = ec2.route_tables[asked.params["RouteTableId"]]
    local = _local_route(table, asked)
    if local is not None:
        raise wording.LOCAL_ROUTE.error(destination=local, id=table.id)


def _local_route(table: Any, asked: Asked) -> str | None:
    """Tell the destination that is asked for, if the table's own route has it."""
    for name, attribute in (
        ("DestinationCidrBlock", "destination_cidr_block"),
        ("DestinationIpv6CidrBlock", "destination_ipv6_cidr_block"),
    ):
        given = asked.params.get(name)
        for route in table._routes.values() if given is not None else ():
            if route.local and getattr(route, attribute) == given:
                return str(given)
    return None


def _associate_table(asked: Asked, ec2: Any) -> None:
    table = ec2.route_tables[asked.params["RouteTableId"]]
    id = asked.params.get("SubnetId")
    if id is None:
        return
    if subnet(ec2, id).vpc_id != table.vpc_id:
        raise wording.TABLE_ELSEWHERE.error(id=table.id, kind="subnet", target=id)
    for other in ec2.route_tables.values():
        if other is not table and id in other._associations.values():
            raise wording.SUBNET_HAS_TABLE.error(id=table.id)


def _disassociate_table(asked: Asked, ec2: Any) -> None:
    id = asked.params["AssociationId"]
    if any(table.main_association_id == id for table in ec2.route_tables.values()):
        raise wording.MAIN_ASSOCIATION.error(id=id)


def _delete_table(asked: Asked, ec2: Any) -> None:
    id = asked.params["RouteTableId"]
    if ec2.route_tables[id].main_association_id is not None:
        raise wording.ROUTE_TABLE_IN_USE.error(id=id)


_CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "AssociateRouteTable": _associate_table,
    "CreateRoute": _create_route,
    "DeleteRoute": _delete_route,
    "DeleteRouteTable": _delete_table,
    "DisassociateRouteTable": _disassociate_table,
    "ReplaceRoute": _check_route,
}
