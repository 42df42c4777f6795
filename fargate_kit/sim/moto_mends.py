"""Where moto answers unlike AWS, put right in the backends of one account, method by method."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fargate_kit.sim.load_balancing import wording


def mended(service: str, backend: Any) -> Any:
    """Give a backend back, put right if it is new."""
    mend = MENDS.get(service)
    if mend is not None and "is_mended" not in vars(backend):
        backend.is_mended = True
        mend(backend)
    return backend


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
        gateway = delete(nat_gateway_id)
        interface = gateway._eni
        for address in ec2.addresses:
            if address.eni is interface:
                ec2.disassociate_address(association_id=address.association_id)
        ec2.enis.pop(interface.id, None)
        return gateway

    ec2.describe_nat_gateways = describe_nat_gateways
    ec2.delete_nat_gateway = delete_nat_gateway


def _mend_subnets(ec2: Any) -> None:
    """Let no route table remember a subnet that is gone."""
    delete = ec2.delete_subnet

    def delete_subnet(subnet_id: str) -> Any:
        subnet = delete(subnet_id)
        for table in ec2.route_tables.values():
            for association, associated in tuple(table._associations.items()):
                if associated == subnet_id:
                    del table._associations[association]
        return subnet

    ec2.delete_subnet = delete_subnet


def _mend_ec2(ec2: Any) -> None:
    _mend_nat_gateways(ec2)
    _mend_subnets(ec2)


def _mend_elbv2(elbv2: Any) -> None:
    """Keep a load balancer that is protected from its deletion (service model)."""
    delete = elbv2.delete_load_balancer

    def delete_load_balancer(arn: str) -> None:
        balancer = elbv2.load_balancers.get(arn)
        attributes = {} if balancer is None else balancer.attrs
        if str(attributes.get("deletion_protection.enabled")).lower() == "true":
            raise wording.DELETION_PROTECTED.error(arn=arn)
        delete(arn)

    elbv2.delete_load_balancer = delete_load_balancer


MENDS: Mapping[str, Callable[[Any], None]] = {"ec2": _mend_ec2, "elbv2": _mend_elbv2}
