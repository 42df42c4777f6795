"""What Elastic Load Balancing refuses and moto would take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.attribute_rules import (
    check_balancer_attributes,
    check_group_attributes,
    check_listener_attributes,
    family_of,
)
from fargate_kit.sim.load_balancing.group_rules import check_health, check_new_group
from fargate_kit.sim.moto_checks import elbv2_balancers, elbv2_listeners, elbv2_rules
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.elbv2_lookups import (
    balancer_of,
    check_named,
    check_new_tags,
    find_listener,
)

__all__ = ["check_elbv2"]

# EC2 User Guide, page resource-ids.
_INSTANCE = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})", re.ASCII)

Params = Mapping[str, Any]


def check_elbv2(asked: Asked, elbv2: Any) -> None:
    """Refuse what AWS refuses: what is not there, what lacks something, what does not fit.

    Source: Elastic Load Balancing model and User Guide for Application Load Balancers, as the
    rules that are used here say.

    Raises:
        AwsError: AWS refuses the request.
    """
    check_named(asked.operation, asked.params, elbv2)
    check_new_tags(asked.operation, asked.params, elbv2)
    rules = _RULES.get(asked.operation)
    if rules is not None:
        rules(asked.params, elbv2)


def _new_group(params: Params, elbv2: Any) -> None:
    check_new_group(params)


def _modify_group(params: Params, elbv2: Any) -> None:
    group = elbv2.target_groups.get(params["TargetGroupArn"])
    if group is None:
        return
    held = {
        "HealthCheckProtocol": group.health_check_protocol or "HTTP",
        "HealthCheckIntervalSeconds": int(group.health_check_interval_seconds),
        "HealthCheckTimeoutSeconds": int(group.health_check_timeout_seconds),
    }
    kind = group.target_type or "instance"
    check_health(kind, group.protocol or None, params, {**held, **params})


def _balancer_attributes(params: Params, elbv2: Any) -> None:
    balancer = elbv2.load_balancers[params["LoadBalancerArn"]]
    check_balancer_attributes(params["Attributes"], balancer.type)


def _group_attributes(params: Params, elbv2: Any) -> None:
    group = elbv2.target_groups.get(params["TargetGroupArn"])
    if group is not None:
        family = family_of(group.target_type, group.protocol)
        check_group_attributes(params["Attributes"], family)


def _register_targets(params: Params, elbv2: Any) -> None:
    """Refuse what is no instance in a group of instances; those of addresses are not moto's."""
    group = elbv2.target_groups[params["TargetGroupArn"]]
    if (group.target_type or "instance") != "instance":
        return
    ids = [target["Id"] for target in params["Targets"]]
    odd = next((each for each in ids if not _INSTANCE.fullmatch(each)), None)
    if odd is not None:
        raise wording.INSTANCE_INVALID.error(id=odd)
    unknown = [each for each in ids if group.ec2_backend.get_instance_by_id(each) is None]
    if unknown:
        listed = ", ".join(f"'{each}'" for each in unknown)
        raise wording.INSTANCES_MISSING.error(ids=listed)


def _listener_attributes(params: Params, elbv2: Any) -> None:
    listener = find_listener(elbv2, params["ListenerArn"])
    if listener is not None:
        kind = balancer_of(elbv2, listener).type
        check_listener_attributes(params["Attributes"], kind)


_RULES: Mapping[str, Callable[[Params, Any], None]] = {
    "CreateLoadBalancer": elbv2_balancers.check_new_balancer,
    "SetSecurityGroups": elbv2_balancers.check_security_groups,
    "SetSubnets": elbv2_balancers.check_subnets,
    "ModifyLoadBalancerAttributes": _balancer_attributes,
    "CreateTargetGroup": _new_group,
    "ModifyTargetGroup": _modify_group,
    "ModifyTargetGroupAttributes": _group_attributes,
    "RegisterTargets": _register_targets,
    "CreateListener": elbv2_listeners.check_new_listener,
    "ModifyListener": elbv2_listeners.check_changed_listener,
    "AddListenerCertificates": elbv2_listeners.check_added_certificates,
    "ModifyListenerAttributes": _listener_attributes,
    "CreateRule": elbv2_rules.check_new_rule,
    "ModifyRule": elbv2_rules.check_changed_rule,
    "SetRulePriorities": elbv2_rules.check_priorities,
    "DeleteRule": elbv2_rules.check_deleted_rule,
}
