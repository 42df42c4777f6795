"""Creations that are asked for again: AWS answers with what is there, or says that it differs.

Source: Elastic Load Balancing model, CreateLoadBalancer, CreateTargetGroup and CreateListener: each
is idempotent, and succeeds again with the same settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.action_rules import groups_of
from fargate_kit.sim.load_balancing.facts import (
    Action,
    ListenerFact,
    LoadBalancerFact,
    LoadBalancingFacts,
    TargetGroupFact,
)

Params = Mapping[str, Any]


def repeated(operation: str, params: Params, facts: LoadBalancingFacts) -> dict[str, Any] | None:
    """Answer a creation of what is there already.

    Returns:
        The answer; None if nothing of that name, or on that port, is there.

    Raises:
        AwsError: It is there with other settings.
    """
    return REPEATED[operation](params, facts)


def _balancer(params: Params, facts: LoadBalancingFacts) -> dict[str, Any] | None:
    there = next((one for one in facts.load_balancers if one.name == params["Name"]), None)
    if there is None:
        return None
    mapped = [one.get("SubnetId") for one in params.get("SubnetMappings") or ()]
    asked = {
        "type": params.get("Type") or "application",
        "scheme": params.get("Scheme") or "internet-facing",
        "subnets": set(params.get("Subnets") or mapped),
        "security_groups": set(params.get("SecurityGroups") or ()),
    }
    held = {
        "type": there.type,
        "scheme": there.scheme,
        "subnets": set(there.subnets),
        "security_groups": set(there.security_groups),
    }
    if asked != held:
        raise wording.BALANCER_TAKEN.error(kind="load balancer", name=there.name)
    return {"LoadBalancers": [_balancer_picture(there)]}


def _group(params: Params, facts: LoadBalancingFacts) -> dict[str, Any] | None:
    named = (one for one in facts.target_groups.values() if one.name == params["Name"])
    there = next(named, None)
    if there is None:
        return None
    picture = _group_picture(there, facts)
    usual = {
        "TargetType": "instance",
        "HealthCheckProtocol": picture.get("Protocol"),
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
    }
    asked = {**usual, **{key: one for key, one in params.items() if key not in {"Name", "Tags"}}}
    if any(picture.get(key) != one for key, one in asked.items()):
        raise wording.GROUP_TAKEN.error(kind="target group", name=there.name)
    return {"TargetGroups": [picture]}


def _listener(params: Params, facts: LoadBalancingFacts) -> dict[str, Any] | None:
    arn = params["LoadBalancerArn"]
    balancer = next((one for one in facts.load_balancers if one.arn == arn), None)
    listeners = balancer.listeners if balancer is not None else ()
    there = next((one for one in listeners if one.port == params.get("Port")), None)
    if there is None:
        return None
    picture = _listener_picture(arn, there)
    equal = there.protocol == params.get("Protocol") and _same_actions(
        picture["DefaultActions"], params["DefaultActions"]
    )
    if not equal:
        raise wording.PORT_TAKEN.error(arn=arn)
    return {"Listeners": [picture]}


REPEATED: Mapping[str, Callable[[Params, LoadBalancingFacts], dict[str, Any] | None]] = {
    "CreateLoadBalancer": _balancer,
    "CreateTargetGroup": _group,
    "CreateListener": _listener,
}


def _balancer_picture(balancer: LoadBalancerFact) -> dict[str, Any]:
    zones = zip(balancer.zones, balancer.subnets, strict=False)
    told = {
        "LoadBalancerArn": balancer.arn,
        "DNSName": balancer.dns_name,
        "CanonicalHostedZoneId": balancer.hosted_zone,
        "CreatedTime": balancer.created_at,
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": balancer.vpc_id,
        "State": {"Code": balancer.state},
        "Type": balancer.type,
        "AvailabilityZones": [{"ZoneName": zone, "SubnetId": subnet} for zone, subnet in zones],
        "SecurityGroups": list(balancer.security_groups),
        "IpAddressType": "ipv4",
    }
    return {key: value for key, value in told.items() if value}


def _group_picture(group: TargetGroupFact, facts: LoadBalancingFacts) -> dict[str, Any]:
    health = group.health
    told = {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol or None,
        "ProtocolVersion": group.protocol_version,
        "Port": group.port,
        "VpcId": group.vpc_id,
        "HealthCheckProtocol": health.protocol,
        "HealthCheckPort": health.port,
        "HealthCheckEnabled": health.enabled,
        "HealthCheckIntervalSeconds": int(health.interval),
        "HealthCheckTimeoutSeconds": int(health.timeout),
        "HealthyThresholdCount": health.healthy_threshold,
        "UnhealthyThresholdCount": health.unhealthy_threshold,
        "HealthCheckPath": health.path,
        "Matcher": {"HttpCode": health.matcher},
        "LoadBalancerArns": [one.arn for one in facts.users(group.arn)],
        "TargetType": group.target_type,
        "IpAddressType": group.ip_address_type,
    }
    return {key: value for key, value in told.items() if value is not None}


def _listener_picture(load_balancer_arn: str, listener: ListenerFact) -> dict[str, Any]:
    default = next((rule for rule in listener.rules if rule.priority is None), None)
    return {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": load_balancer_arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": [_action(one) for one in (default.actions if default else ())],
    }


def _action(action: Action) -> dict[str, Any]:
    told: dict[str, Any] = {"Type": action.type}
    if action.type == "forward":
        if len(action.groups) == 1:
            told["TargetGroupArn"] = action.groups[0][0]
        told["ForwardConfig"] = {
            "TargetGroups": [{"TargetGroupArn": arn, "Weight": one} for arn, one in action.groups]
        }
    elif action.type in {"redirect", "fixed-response"}:
        kind = "RedirectConfig" if action.type == "redirect" else "FixedResponseConfig"
        told[kind] = dict(action.settings)
    return told


def _same_actions(held: list[dict[str, Any]], asked: list[dict[str, Any]]) -> bool:
    return [_essence(one) for one in held] == [_essence(one) for one in asked]


def _essence(action: Mapping[str, Any]) -> tuple[Any, ...]:
    settings = action.get("RedirectConfig") or action.get("FixedResponseConfig") or {}
    return (
        action["Type"],
        groups_of(action),
        sorted((key, str(value)) for key, value in settings.items()),
    )
