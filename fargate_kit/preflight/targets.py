"""Looks at target groups: listened to, of the right type and VPC, and let in by the tasks."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.model.ingress import IngressRule, rules_from
from fargate_kit.model.problems import Problem
from fargate_kit.preflight.look import Look, finding
from fargate_kit.service_spec import Target

__all__ = ["check_ports", "check_target"]


def check_ports(look: Look) -> list[Problem]:
    """Tell whether each target is a port that its container maps; nothing is asked."""
    ports = {
        container.get("name"): [port["containerPort"] for port in container.get("portMappings", ())]
        for container in look.containers
    }
    found = []
    for number, target in enumerate(look.targets):
        able = [name for name, mapped in ports.items() if target.port in mapped]
        # A service takes the one container that maps the port where none is named.
        if (target.container in able) if target.container is not None else len(able) == 1:
            continue
        if target.container is None:
            text = f"{'several containers map' if able else 'no container maps'} port {target.port}"
        elif target.container not in ports:
            text = f"the definition has no container {target.container}"
        else:
            there = ", ".join(map(str, ports[target.container])) or "none"
            text = f"container {target.container} maps no port {target.port}; mapped: {there}"
        found.append(
            finding(
                f"loadBalancers[{number}]",
                "target-port",
                target.port,
                text,
                "map the port in the definition, or name one that is mapped",
                allowed="a port that the container maps",
            )
        )
    return found


async def check_target(look: Look, number: int) -> list[Problem]:
    """Tell whether a target group would send requests to the tasks, and they would get through.

    Calls:
        elasticloadbalancing:DescribeTargetGroups; where that is well,
        elasticloadbalancing:DescribeLoadBalancers, ec2:DescribeSubnets,
        ec2:DescribeSecurityGroups
    """
    target, path = look.targets[number], f"loadBalancers[{number}].targetGroupArn"
    arn = target.target_group_arn
    try:
        reply = await look.session.api.call("elbv2", "DescribeTargetGroups", TargetGroupArns=[arn])
    except NotFound:
        there = "a target group that is there"
        return [
            finding(path, "target-group-missing", arn, "there is no such target group",
                    "make it, or name another", allowed=there)
        ]  # fmt: skip
    group = reply["TargetGroups"][0]
    found = list(_of_group(path, group))
    if found:
        return found
    reply = await look.session.api.call(
        "elbv2", "DescribeLoadBalancers", LoadBalancerArns=list(group["LoadBalancerArns"])
    )
    balancers: Sequence[Mapping[str, Any]] = reply["LoadBalancers"]
    inside = [zone["SubnetId"] for each in balancers for zone in each["AvailabilityZones"]]
    wanted = list(dict.fromkeys([*look.network.subnets, *inside]))
    chosen = [{"Name": "subnet-id", "Values": wanted}]
    pages = look.session.api.pages("ec2", "DescribeSubnets", Filters=chosen)
    subnets = {each["SubnetId"]: each async for page in pages for each in page["Subnets"]}
    own = [subnets[each] for each in look.network.subnets if each in subnets]
    found += _of_place(path, group, balancers, own)
    groups = await _groups(look, own)
    if groups is not None:
        ranges = [subnets[each]["CidrBlock"] for each in inside if each in subnets]
        found += _of_ways_in(path, target, balancers, groups, ranges)
    return found


def _of_group(path: str, group: Mapping[str, Any]) -> Iterator[Problem]:
    arn, kind = group["TargetGroupArn"], group.get("TargetType")
    if kind != "ip":
        yield finding(
            path,
            "target-group-type",
            kind,
            f"the target group is for {kind} targets, and a Fargate task is an address",
            "make one with the target type ip: it cannot be changed",
            allowed="ip",
        )
    if not group.get("LoadBalancerArns"):
        yield finding(
            path,
            "target-group-listener",
            arn,
            "no listener forwards to the target group, and ECS refuses such a service",
            "give its load balancer a listener or a rule that forwards to it",
            allowed="a target group that a listener forwards to",
        )


def _of_place(
    path: str,
    group: Mapping[str, Any],
    balancers: Sequence[Mapping[str, Any]],
    subnets: Sequence[Mapping[str, Any]],
) -> Iterator[Problem]:
    vpcs = {each["VpcId"] for each in subnets}
    if vpcs and group.get("VpcId") not in vpcs:
        yield finding(
            path,
            "target-group-vpc",
            group.get("VpcId"),
            f"the target group is of {group.get('VpcId')}, and the tasks are in "
            f"{', '.join(sorted(vpcs))}",
            "make both in one VPC",
            allowed="a target group of the tasks' VPC",
        )
    served = {zone["ZoneName"] for each in balancers for zone in each["AvailabilityZones"]}
    unserved = sorted({each["AvailabilityZone"] for each in subnets} - served)
    if unserved and not vpcs.isdisjoint({group.get("VpcId")}):
        yield finding(
            path,
            "target-zone",
            unserved,
            f"the load balancer has no subnet in {', '.join(unserved)}, and sends no requests to "
            "tasks there",
            "give it one there (SetSubnets), or run tasks in its zones only",
            allowed=f"subnets in {', '.join(sorted(served))}",
        )


async def _groups(
    look: Look, subnets: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]] | None:
    """Return the security groups of the tasks; the VPC's default one where none is named."""
    if look.network.security_groups:
        chosen = [{"Name": "group-id", "Values": list(look.network.security_groups)}]
    elif subnets:
        chosen = [
            {"Name": "vpc-id", "Values": [subnets[0]["VpcId"]]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    else:
        return None
    pages = look.session.api.pages("ec2", "DescribeSecurityGroups", Filters=chosen)
    return [each async for page in pages for each in page["SecurityGroups"]]


def _of_ways_in(
    path: str,
    target: Target,
    balancers: Sequence[Mapping[str, Any]],
    groups: Sequence[Mapping[str, Any]],
    ranges: Collection[str],
) -> Iterator[Problem]:
    rules = [rule for group in groups for rule in rules_from(group["IpPermissions"])]
    theirs = {each for balancer in balancers for each in balancer.get("SecurityGroups") or ()}
    if any(_lets_in(rule, target.port, theirs, ranges) for rule in rules):
        return
    names = ", ".join(group["GroupId"] for group in groups)
    yield finding(
        path,
        "target-not-let-in",
        names,
        f"the tasks' security groups ({names}) do not let the load balancer in on TCP "
        f"{target.port}",
        f"allow TCP {target.port} in one of them from {', '.join(sorted(theirs)) or 'its subnets'}",
        allowed=f"a way in on TCP {target.port} for the load balancer",
    )


def _lets_in(
    rule: IngressRule, port: int, groups: Collection[str], ranges: Collection[str]
) -> bool:
    every_port = rule.protocol == "-1"
    if not every_port and (rule.protocol != "tcp" or not rule.first_port <= port <= rule.last_port):
        return False
    if rule.source in groups:
        return True
    try:
        source = ipaddress.ip_network(rule.source, strict=False)
    except ValueError:
        return False
    return bool(ranges) and all(
        source.version == there.version and there.subnet_of(source)  # type: ignore[arg-type]
        for there in map(ipaddress.ip_network, ranges)
    )
