"""Where moto's EC2 answers unlike AWS, put right: above all, what is in use is not deleted."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim import ec2_wording as wording


def mend_ec2(ec2: Any) -> None:
    """Put a backend of EC2 right."""
    _mend_nat_gateways(ec2)
    _keep_used_subnets(ec2)
    _keep_used_networks(ec2)
    _keep_used_groups(ec2)
    _keep_used_interfaces(ec2)


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
        if any(interface.subnet.id == subnet_id for interface in ec2.enis.values()):
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
        if any(one.public_ip for one in inside):
            raise wording.ADDRESSES_MAPPED.error(id=vpc_id)
        detach(internet_gateway_id, vpc_id)

    ec2.delete_vpc = delete_vpc
    ec2.detach_internet_gateway = detach_internet_gateway


def _keep_used_groups(ec2: Any) -> None:
    """Refuse to delete a security group that interfaces have, or that rules of others name."""
    delete = ec2._delete_security_group

    def delete_security_group(vpc_id: str | None, group_id: str) -> None:
        worn = any(
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
