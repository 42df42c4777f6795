"""The network of a task: the awsvpcConfiguration of a request, checked with what EC2 knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.facts import SubnetFact

MOST_SUBNETS = 16
MOST_GROUPS = 5


def read_network(
    ground: Ground, configuration: Mapping[str, Any] | None
) -> tuple[tuple[SubnetFact, ...], tuple[str, ...], bool]:
    """Check a networkConfiguration (service model, AwsVpcConfiguration).

    Args:
        ground: The region.
        configuration: As the request has it.

    Returns:
        The subnets, the ids of the security groups (the VPC's default one where none is
        given), and whether the task gets a public address.

    Raises:
        AwsError: It is missing, names what does not exist, or more than one VPC.
    """
    given = (configuration or {}).get("awsvpcConfiguration")
    if not given:
        raise wording.NETWORK_MISSING.error()
    subnets = _subnets(ground, list(dict.fromkeys(given["subnets"])))
    vpc_id = subnets[0].vpc_id
    groups = _groups(ground, list(dict.fromkeys(given.get("securityGroups") or ())), vpc_id)
    return subnets, groups, given.get("assignPublicIp", "DISABLED") == "ENABLED"


def _subnets(ground: Ground, ids: list[str]) -> tuple[SubnetFact, ...]:
    if not ids:
        raise wording.SUBNETS_MISSING.error()
    if len(ids) > MOST_SUBNETS:
        raise wording.TOO_MANY_SUBNETS.error(count=len(ids))
    found: list[SubnetFact] = []
    for one in ids:
        subnet = ground.outside.subnet(ground.region, one)
        if subnet is None:
            raise wording.SUBNET_UNKNOWN.error(all=", ".join(ids), id=one)
        found.append(subnet)
    if len({subnet.vpc_id for subnet in found}) > 1:
        raise wording.SUBNETS_OF_SEVERAL_VPCS.error()
    return tuple(found)


def _groups(ground: Ground, ids: list[str], vpc_id: str) -> tuple[str, ...]:
    if len(ids) > MOST_GROUPS:
        raise wording.TOO_MANY_GROUPS.error(count=len(ids))
    if not ids:
        default = ground.outside.default_security_group(ground.region, vpc_id)
        return () if default is None else (default,)
    for one in ids:
        group = ground.outside.security_group(ground.region, one)
        if group is None:
            raise wording.GROUP_UNKNOWN.error(all=", ".join(ids), id=one)
        if group.vpc_id != vpc_id:
            raise wording.GROUP_OF_OTHER_VPC.error(id=one)
    return tuple(ids)
