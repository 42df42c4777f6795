"""Where moto's EC2 answers unlike AWS, put right: above all, what is in use is not deleted."""

from __future__ import annotations

import importlib
import ipaddress
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_ec2_default_groups import mend_default_groups
from fargate_kit.sim.moto_ec2_endpoint_services import mend_endpoint_services
from fargate_kit.sim.moto_ec2_filters import mend_filters


def mend_ec2(ec2: Any) -> None:
    """Put a backend of EC2 right."""
    mend_filters(ec2)
    mend_default_groups(ec2)
    mend_endpoint_services(ec2)
    _mend_blocks(ec2)
    _mend_routes(ec2)
    _mend_rules(ec2)
    _mend_endpoints(ec2)
    _mend_nat_gateways(ec2)
    _keep_used_subnets(ec2)
    _keep_used_networks(ec2)
    _keep_used_groups(ec2)
    _keep_used_interfaces(ec2)


def _canonical(block: str | None) -> str | None:
    """Write a block as EC2 does; what is none stays for moto to refuse."""
    try:
        return block and str(ipaddress.ip_network(block, strict=False))
    except ValueError:
        return block


def _mend_blocks(ec2: Any) -> None:
    """Have blocks of addresses canonical, and a zone known by either of its names.

    Source: documentation of CreateVpc and CreateSubnet in botocore's model.
    """
    create_vpc, create_subnet = ec2.create_vpc, ec2.create_subnet

    def create_vpc_of(cidr_block: str, *given: Any, **named: Any) -> Any:
        return create_vpc(_canonical(cidr_block), *given, **named)

    def create_subnet_of(
        vpc_id: str,
        cidr_block: str | None,
        ipv6_cidr_block: str | None = None,
        availability_zone: str | None = None,
        availability_zone_id: str | None = None,
        **named: Any,
    ) -> Any:
        if availability_zone is None:
            zones = {zone.zone_id: zone.name for zone in ec2.describe_availability_zones()}
            availability_zone = zones.get(availability_zone_id)
        return create_subnet(
            vpc_id=vpc_id,
            cidr_block=_canonical(cidr_block),
            ipv6_cidr_block=ipv6_cidr_block,
            availability_zone=availability_zone,
            availability_zone_id=availability_zone_id,
            **named,
        )

    ec2.create_vpc = create_vpc_of
    ec2.create_subnet = create_subnet_of


def _mend_routes(ec2: Any) -> None:
    """Have destinations canonical, and take a NAT gateway where a gateway is named."""

    def mended(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(
            route_table_id: str,
            destination_cidr_block: str | None,
            destination_ipv6_cidr_block: str | None = None,
            *given: Any,
            **named: Any,
        ) -> Any:
            gateway = named.get("gateway_id")
            if gateway in ec2.nat_gateways and len(given) < 2:
                named |= {"gateway_id": None, "nat_gateway_id": gateway}
            return change(
                route_table_id,
                _canonical(destination_cidr_block),
                _canonical(destination_ipv6_cidr_block),
                *given,
                **named,
            )

        return changed

    for name in ("create_route", "replace_route", "delete_route"):
        setattr(ec2, name, mended(getattr(ec2, name)))


def _mend_rules(ec2: Any) -> None:
    """Take rules of protocols without ports, and have blocks canonical.

    In a default VPC it is no error to revoke what is not there (documentation of
    RevokeSecurityGroupIngress and RevokeSecurityGroupEgress in botocore's model).
    """
    iterate = ec2._iterate_security_rules

    def iterate_security_rules(
        ip_protocol: str,
        group_id: str,
        from_port: Any,
        to_port: Any,
        ip_ranges: list[dict[str, str]],
        *given: Any,
        **named: Any,
    ) -> Any:
        blocks = {"CidrIp", "CidrIpv6"}
        written = [
            {key: _canonical(text) if key in blocks else text for key, text in one.items()}
            for one in ip_ranges
        ]
        first, last = (-1 if port is None else port for port in (from_port, to_port))
        return iterate(ip_protocol, group_id, first, last, written, *given, **named)

    def lenient(revoke: Callable[..., None]) -> Callable[..., None]:
        def revoke_security_group_rules(**asked: Any) -> None:
            group = ec2.get_security_group_by_name_or_id(asked["group_name_or_id"])
            default = ec2.get_default_vpc()
            if group is None or default is None or group.vpc_id != default.id:
                revoke(**asked)
                return
            for one in _one_by_one(asked):
                try:
                    revoke(**one)
                except errors.InvalidPermissionNotFoundError:
                    continue

        return revoke_security_group_rules

    errors = importlib.import_module("moto.ec2.exceptions")
    ec2._iterate_security_rules = iterate_security_rules
    ec2.revoke_security_group_ingress = lenient(ec2.revoke_security_group_ingress)
    ec2.revoke_security_group_egress = lenient(ec2.revoke_security_group_egress)


def _one_by_one(asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Take a revocation of rules with several sources apart; rule ids stay together."""
    sources = ("ip_ranges", "source_groups", "prefix_list_ids")
    if asked.get("security_rule_ids"):
        yield dict(asked)
        return
    for name in sources:
        for source in asked.get(name) or ():
            yield {**asked, **{each: [] for each in sources}, name: [source]}


def _mend_endpoints(ec2: Any) -> None:
    """Have an endpoint a gateway if it is not said what it is (botocore's model)."""
    create = ec2.create_vpc_endpoint

    def create_vpc_endpoint(**named: Any) -> Any:
        return create(**{**named, "endpoint_type": named.get("endpoint_type") or "Gateway"})

    ec2.create_vpc_endpoint = create_vpc_endpoint


def _mend_nat_gateways(ec2: Any) -> None:
    """Have tags found, and let nothing but the gateway itself be seen of a deleted one.

    Deleting one disassociates its Elastic IP address (service model, DeleteNatGateway).
    """
    utils = importlib.import_module("moto.ec2.utils")
    describe, delete = ec2.describe_nat_gateways, ec2.delete_nat_gateway

    def describe_nat_gateways(
        filters: Mapping[str, Sequence[str]] | None, nat_gateway_ids: Sequence[str] | None
    ) -> list[Any]:
        asked = [item for item in (filters or {}).items() if utils.is_tag_filter(item[0])]
        return [
            gateway
            for gateway in describe(filters, nat_gateway_ids)
            if all(utils.tag_filter_matches(gateway, name, values) for name, values in asked)
        ]

    def delete_nat_gateway(nat_gateway_id: str) -> Any:
        if nat_gateway_id not in ec2.nat_gateways:
            raise wording.NAT_GATEWAY_MISSING.error(id=nat_gateway_id)
        gateway = delete(nat_gateway_id)
        interface = gateway._eni
        for address in ec2.addresses:
            if address.eni is interface:
                ec2.disassociate_address(association_id=address.association_id)
        ec2.enis.pop(interface.id, None)
        return gateway

    ec2.describe_nat_gateways = describe_nat_gateways
    ec2.delete_nat_gateway = delete_nat_gateway


def _keep_used_subnets(ec2: Any) -> None:
    """Refuse to delete a subnet with interfaces; one that is gone is in no route table."""
    delete = ec2.delete_subnet

    def delete_subnet(subnet_id: str) -> Any:
        balanced = {subnet.id for one in _load_balancers(ec2) for subnet in one.subnets}
        if subnet_id in balanced or any(
            interface.subnet.id == subnet_id for interface in ec2.enis.values()
        ):
            raise wording.SUBNET_IN_USE.error(id=subnet_id)
        subnet = delete(subnet_id)
        for table in ec2.route_tables.values():
            for association, associated in tuple(table._associations.items()):
                if associated == subnet_id:
                    del table._associations[association]
        return subnet

    ec2.delete_subnet = delete_subnet


def _keep_used_networks(ec2: Any) -> None:
    """Refuse to delete a VPC with a gateway, and to take the gateway from public addresses."""
    delete, detach = ec2.delete_vpc, ec2.detach_internet_gateway

    def delete_vpc(vpc_id: str) -> Any:
        gateways = ec2.internet_gateways.values()
        if any(gateway.vpc is not None and gateway.vpc.id == vpc_id for gateway in gateways):
            raise wording.VPC_IN_USE.error(id=vpc_id)
        return delete(vpc_id)

    def detach_internet_gateway(internet_gateway_id: str, vpc_id: str) -> None:
        inside = [one for one in ec2.enis.values() if one.subnet.vpc_id == vpc_id]
        if any(one.public_ip for one in inside) or any(
            one.vpc_id == vpc_id and one.scheme != "internal" for one in _load_balancers(ec2)
        ):
            raise wording.ADDRESSES_MAPPED.error(id=vpc_id)
        detach(internet_gateway_id, vpc_id)

    ec2.delete_vpc = delete_vpc
    ec2.detach_internet_gateway = detach_internet_gateway


def _keep_used_groups(ec2: Any) -> None:
    """Refuse to delete a security group that something has, or that rules of others name."""
    delete = ec2._delete_security_group

    def delete_security_group(vpc_id: str | None, group_id: str) -> None:
        worn = any(group_id in (one.security_groups or ()) for one in _load_balancers(ec2))
        worn = worn or any(
            group_id in one.security_group_ids
            for one in ec2.vpc_end_points.values()
            if one.state != "deleted"
        )
        worn = worn or any(
            group_id in {group.id for group in interface.group_set}
            for interface in ec2.enis.values()
        )
        named = any(
            rule.source_group.get("GroupId") == group_id
            for groups in ec2.groups.values()
            for group in groups.values()
            if group.id != group_id
            for rule in (*group.ingress_rules, *group.egress_rules)
        )
        if worn or named:
            raise wording.GROUP_IN_USE.error(id=group_id)
        delete(vpc_id, group_id)

    ec2._delete_security_group = delete_security_group


def _keep_used_interfaces(ec2: Any) -> None:
    """Refuse to delete an interface that somebody uses, such as a task."""
    delete = ec2.delete_network_interface

    def delete_network_interface(eni_id: str) -> None:
        interface = ec2.enis.get(eni_id)
        if interface is not None and interface.status == "in-use":
            raise wording.INTERFACE_IN_USE.error(id=eni_id)
        delete(eni_id)

    ec2.delete_network_interface = delete_network_interface


def _load_balancers(ec2: Any) -> tuple[Any, ...]:
    """List the load balancers of moto's Elastic Load Balancing beside an EC2, if it has any.

    They have no interfaces in moto's EC2.
    """
    models = sys.modules.get("moto.elbv2.models")
    account = None if models is None else models.elbv2_backends.get(ec2.account_id)
    # moto would make what is asked for with brackets
    elbv2 = None if account is None else account.get(ec2.region_name)
    return () if elbv2 is None else tuple(elbv2.load_balancers.values())
