"""What Elastic Load Balancing refuses of load balancers: names, subnets and security groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.names import check_balancer_name

__all__ = ["check_new_balancer", "check_security_groups", "check_subnets"]

Params = Mapping[str, Any]


def check_new_balancer(params: Params, elbv2: Any) -> None:
    """Refuse a load balancer that cannot be made.

    Source: Elastic Load Balancing model, CreateLoadBalancer.

    Raises:
        AwsError: `ValidationError`, `SubnetNotFound`, `InvalidSecurityGroup` or
            `InvalidConfigurationRequest`.
    """
    kind = params.get("Type", "application")
    check_balancer_name(params["Name"])
    if kind == "gateway" and params.get("Scheme"):
        raise wording.GATEWAY_SCHEME.error()
    vpc_id = _check_subnets(params, kind, elbv2)
    _check_groups(params.get("SecurityGroups") or (), vpc_id, elbv2)


def check_subnets(params: Params, elbv2: Any) -> None:
    """Refuse subnets that a load balancer cannot have.

    Source: Elastic Load Balancing model, SetSubnets.

    Raises:
        AwsError: `ValidationError`, `SubnetNotFound` or `InvalidConfigurationRequest`.
    """
    balancer = elbv2.load_balancers[params["LoadBalancerArn"]]
    _check_subnets(params, balancer.type, elbv2, balancer.vpc_id)


def check_security_groups(params: Params, elbv2: Any) -> None:
    """Refuse security groups that are not there, or are another VPC's.

    Source: Elastic Load Balancing model, SetSecurityGroups.

    Raises:
        AwsError: `InvalidSecurityGroup` or `InvalidConfigurationRequest`.
    """
    balancer = elbv2.load_balancers[params["LoadBalancerArn"]]
    _check_groups(params["SecurityGroups"], balancer.vpc_id, elbv2)


def _check_subnets(params: Params, kind: str, elbv2: Any, vpc_id: str | None = None) -> str:
    """Check the subnets of a request; tell their VPC."""
    mappings = params.get("SubnetMappings") or ()
    if mappings and params.get("Subnets"):
        raise wording.SUBNETS_TWICE_SAID.error()
    if any(not one.get("SubnetId") for one in mappings):
        raise wording.MAPPING_WITHOUT_SUBNET.error()
    ids = params.get("Subnets") or [one["SubnetId"] for one in mappings]
    subnets = [_subnet(elbv2, subnet_id) for subnet_id in ids]
    if not subnets and kind != "application":
        raise wording.SUBNET_NEEDED.error()
    if len(subnets) < 2 and kind == "application":
        raise wording.TWO_ZONES_NEEDED.error()
    vpc_ids = dict.fromkeys([*([vpc_id] if vpc_id else []), *(one.vpc_id for one in subnets)])
    if len(vpc_ids) > 1:
        raise wording.SUBNETS_OF_SEVERAL_VPCS.error(ids=", ".join(vpc_ids))
    if len({one.availability_zone for one in subnets}) < len(subnets):
        raise wording.ZONE_TAKEN.error()
    return str(next(iter(vpc_ids)))


def _subnet(elbv2: Any, subnet_id: str) -> Any:
    for zone in elbv2.ec2_backend.subnets.values():
        if subnet_id in zone:
            return zone[subnet_id]
    raise wording.SUBNET_NOT_FOUND.error(id=subnet_id)


def _check_groups(ids: Sequence[str], vpc_id: str, elbv2: Any) -> None:
    for group_id in ids:
        group = elbv2.ec2_backend.get_security_group_from_id(group_id)
        if group is None:
            raise wording.SECURITY_GROUP_NOT_FOUND.error(id=group_id)
        if group.vpc_id != vpc_id:
            raise wording.SECURITY_GROUP_ELSEWHERE.error(id=group_id, vpc=vpc_id)
