"""What is read from moto's EC2 about the ways out of a subnet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fargate_kit.sim.reachability import EndpointFact, NetworkFacts, RouteFact, RuleFact, Way


def network(ec2: Any, region: str, subnet_id: str, group_ids: Sequence[str]) -> NetworkFacts | None:
    """Read what decides where a task can go; None if the subnet is gone."""
    subnet = next((zone[subnet_id] for zone in ec2.subnets.values() if subnet_id in zone), None)
    if subnet is None:
        return None
    vpc = ec2.vpcs[subnet.vpc_id]
    table = _table(ec2, subnet.vpc_id, subnet_id)
    groups = [ec2.get_security_group_from_id(one) for one in group_ids]
    return NetworkFacts(
        resolves=_is_true(vpc.enable_dns_support),
        routes=tuple(_routes(ec2, table)),
        endpoints=tuple(_endpoints(ec2, region, subnet.vpc_id, table)),
        egress=_rules(rule for group in groups if group is not None for rule in group.egress_rules),
    )


def _table(ec2: Any, vpc_id: str, subnet_id: str) -> Any:
    """Find the subnet's own route table, or the main one of its VPC."""
    tables = [one for one in ec2.route_tables.values() if one.vpc_id == vpc_id]
    own = [one for one in tables if subnet_id in one._associations.values()]
    main = [one for one in tables if one.main_association_id is not None]
    return next(iter(own or main), None)


def _routes(ec2: Any, table: Any) -> Iterable[RouteFact]:
    for route in table.routes if table is not None else ():
        if route.destination_cidr_block:
            yield RouteFact(destination=route.destination_cidr_block, way=_way(ec2, route))


def _way(ec2: Any, route: Any) -> Way:
    if route.local:
        return Way.LOCAL
    gateway = route.gateway
    if gateway is not None and gateway.id in ec2.internet_gateways:
        attached = gateway.vpc is not None and gateway.vpc.id == route.route_table.vpc_id
        return Way.INTERNET_GATEWAY if attached else Way.NOWHERE
    if gateway is not None and gateway.id.startswith("vgw-"):
        return Way.ELSEWHERE
    if route.nat_gateway is not None:
        return Way.NAT if _nat_works(ec2, route.nat_gateway) else Way.NOWHERE
    if route.transit_gateway is not None or route.interface is not None or route.instance:
        return Way.ELSEWHERE
    return Way.NOWHERE


def _nat_works(ec2: Any, gateway: Any) -> bool:
    """Tell whether a NAT gateway is public and its own subnet leads to an internet gateway."""
    if gateway.id not in ec2.nat_gateways or gateway.state != "available":
        return False
    if gateway.connectivity_type == "private":
        return False
    table = _table(ec2, gateway.vpc_id, gateway.subnet_id)
    return any(
        route.destination == "0.0.0.0/0" and route.way is Way.INTERNET_GATEWAY
        for route in _gateway_routes(ec2, table)
    )


def _gateway_routes(ec2: Any, table: Any) -> Iterable[RouteFact]:
    """Give the routes to gateways; others could lead back to the NAT gateway that asks."""
    for route in table.routes if table is not None else ():
        if route.destination_cidr_block and route.gateway is not None:
            yield RouteFact(destination=route.destination_cidr_block, way=_way(ec2, route))


def _endpoints(ec2: Any, region: str, vpc_id: str, table: Any) -> Iterable[EndpointFact]:
    for one in ec2.vpc_end_points.values():
        if one.vpc_id != vpc_id or one.state != "available":
            continue
        service = one.service_name.rpartition(f".{region}.")[2]
        if (one.vpc_endpoint_type or "Gateway").lower() == "gateway":
            if table is not None and table.id in (one.route_table_ids or ()):
                yield EndpointFact(
                    service=service, interface=False, prefix_list=one.destination_prefix_list_id
                )
            continue
        if one.private_dns_enabled is not None and not _is_true(one.private_dns_enabled):
            continue
        groups = [ec2.get_security_group_from_id(each) for each in one.security_group_ids]
        if not groups:
            groups = [ec2.get_default_security_group(vpc_id)]
        present = [group for group in groups if group is not None]
        yield EndpointFact(
            service=service,
            interface=True,
            ranges=tuple(ec2.get_subnet(each).cidr_block for each in one.subnet_ids or ()),
            groups=tuple(group.id for group in present),
            ingress=_rules(rule for group in present for rule in group.ingress_rules),
        )


def _rules(rules: Iterable[Any]) -> tuple[RuleFact, ...]:
    return tuple(
        RuleFact(
            protocol=str(rule.ip_protocol),
            first_port=rule.from_port,
            last_port=rule.to_port,
            ranges=(rule.cidr_ipv4,) if rule.cidr_ipv4 else (),
            groups=(rule.source_group["GroupId"],) if rule.source_group.get("GroupId") else (),
            prefix_lists=(rule.prefix_list_id,) if rule.prefix_list_id else (),
        )
        for rule in rules
    )


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
