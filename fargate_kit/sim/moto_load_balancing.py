"""What is read from moto's load balancers, and what CloudWatch is told of them."""

from __future__ import annotations

import functools
import ipaddress
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fargate_kit.sim.facts import SubnetFact
from fargate_kit.sim.load_balancing.facts import (
    Action,
    Condition,
    HealthSettings,
    ListenerFact,
    LoadBalancerFact,
    LoadBalancingFacts,
    QueryPair,
    RuleFact,
    TargetGroupFact,
)
from fargate_kit.sim.load_balancing.metrics import Dimensions, Sample


def facts(elbv2: Any) -> LoadBalancingFacts:
    """Read all load balancers and target groups of a region."""
    return LoadBalancingFacts(
        load_balancers=tuple(_balancer(one) for one in elbv2.load_balancers.values()),
        target_groups={arn: _group(one) for arn, one in elbv2.target_groups.items()},
    )


def subnets(ec2: Any, vpc_id: str) -> tuple[SubnetFact, ...]:
    """List the subnets of a VPC."""
    return tuple(
        SubnetFact(
            id=one.id,
            vpc_id=one.vpc_id,
            cidr=one.cidr_block,
            availability_zone=one.availability_zone,
            zone_id=one.availability_zone_id,
        )
        for zone in ec2.subnets.values()
        for one in zone.values()
        if one.vpc_id == vpc_id
    )


def put_metrics(cloudwatch: Any, namespace: str, samples: Sequence[Sample]) -> None:
    """Append statistics of a period, past the check of ages, which a step clock would not pass."""
    datum = exact_datum(cloudwatch)
    for sample in samples:
        cloudwatch.metric_data.append(
            datum(
                namespace,
                sample.name,
                sample.least,
                sample.most,
                sample.count,
                sample.total,
                [{"Name": name, "Value": value} for name, value in sample.dimensions],
                # moto compares with times that have no zone, and are UTC
                datetime.fromtimestamp(sample.at / 1_000_000, UTC).replace(tzinfo=None),
                sample.unit,
            )
        )


def exact_datum(cloudwatch: Any) -> Any:
    """Give the class of the data that are put here."""
    return _exact_datum(sys.modules[type(cloudwatch).__module__])


@functools.cache
def _exact_datum(models: Any) -> Any:
    """Make a datum that is found as on AWS.

    GetMetricStatistics finds it under exactly its own dimensions, and ListMetrics shows it
    once. moto's own is found under any of its dimensions, so that a metric which is told by
    load balancer and by target group would be counted twice; and GetMetricData, which moto
    lets compare sorted dimensions, finds it only if they are given in one order.
    """

    class AnyOrder(models.Dimension):  # type: ignore[misc]
        """A dimension that equals each dimension of its datum, so that lists of all are equal."""

        def __init__(self, name: str, value: str, all_of_them: Dimensions) -> None:
            super().__init__(name, value)
            self.all_of_them = all_of_them

        def __eq__(self, other: object) -> bool:
            name, value = getattr(other, "name", None), getattr(other, "value", None)
            return any(name == one and value in {None, it} for one, it in self.all_of_them)

        __hash__ = None  # type: ignore[assignment]

    class ExactDatum(models.MetricAggregatedDatum):  # type: ignore[misc]
        """Statistics of a period."""

        dimensions: list[Any]

        def __init__(self, *values: Any) -> None:
            super().__init__(*values)
            own = tuple((one.name, one.value) for one in self.dimensions)
            self.dimensions = [AnyOrder(name, value, own) for name, value in own]

        def filter(
            self,
            namespace: str | None,
            name: str | None,
            dimensions: list[dict[str, str]],
            already_present_metrics: list[Any] | None = None,
        ) -> bool:
            mine = _identity(self)
            if already_present_metrics is None:  # only GetMetricStatistics asks like that
                return mine[2] == sorted((one["Name"], one.get("Value")) for one in dimensions)
            if any(_identity(one) == mine for one in already_present_metrics):
                return False
            found: bool = super().filter(namespace, name, dimensions)
            return found

    return ExactDatum


def _identity(datum: Any) -> tuple[str, str, list[tuple[str, str]]]:
    dimensions = sorted((one.name, one.value) for one in datum.dimensions)
    return datum.namespace, datum.name, dimensions


def _balancer(balancer: Any) -> LoadBalancerFact:
    return LoadBalancerFact(
        arn=balancer.arn,
        name=balancer.name,
        dns_name=balancer.dns_name,
        type=balancer.type,
        vpc_id=balancer.vpc_id,
        zones=tuple(dict.fromkeys(subnet.availability_zone for subnet in balancer.subnets)),
        address=_address(balancer),
        attributes={name: str(value) for name, value in balancer.attrs.items()},
        listeners=tuple(_listener(one) for one in balancer.listeners.values()),
        scheme=balancer.scheme or "internet-facing",
        state=balancer.state,
        subnets=tuple(subnet.id for subnet in balancer.subnets),
        security_groups=tuple(balancer.security_groups or ()),
        hosted_zone=balancer.canonical_hosted_zone_id,
        created_at=str(balancer.created_time),
    )


def _address(balancer: Any) -> str:
    """Choose an address of the first subnet by the load balancer's id; moto gives it none."""
    network = ipaddress.IPv4Network(balancer.subnets[0].cidr_block)
    first, last = 4, network.num_addresses - 2
    number = int(balancer.arn.rpartition("/")[2], 16)
    return str(network[first + number % (last - first + 1)])


def _listener(listener: Any) -> ListenerFact:
    rules = [_rule(one) for one in listener.rules.values()]
    return ListenerFact(
        arn=listener.arn,
        protocol=listener.protocol,
        port=int(listener.port or 0),  # a gateway's listener has none
        rules=tuple(sorted(rules, key=lambda rule: (rule.priority is None, rule.priority or 0))),
    )


def _rule(rule: Any) -> RuleFact:
    return RuleFact(
        arn=rule.arn,
        priority=None if rule.is_default else int(rule.priority),
        conditions=tuple(_condition(one) for one in rule.conditions),
        actions=tuple(_action(one.data) for one in rule.actions),
    )


_CONFIGURATIONS = {
    "path-pattern": "PathPatternConfig",
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


def _condition(condition: Mapping[str, Any]) -> Condition:
    field = condition["Field"]
    settings: Mapping[str, Any] = condition.get(_CONFIGURATIONS.get(field, "")) or {}
    values = settings.get("Values") or condition.get("Values") or ()
    regexes = settings.get("RegexValues") or condition.get("RegexValues") or ()
    if field == "query-string":
        pairs = tuple(QueryPair(key=one.get("Key"), value=one["Value"]) for one in values)
        return Condition(field=field, pairs=pairs)
    return Condition(
        field=field,
        values=tuple(values),
        regexes=tuple(regexes),
        header=settings.get("HttpHeaderName", ""),
    )


def _action(data: Mapping[str, Any]) -> Action:
    forward: Mapping[str, Any] = data.get("ForwardConfig") or {}
    groups = forward.get("TargetGroups") or ()
    if not groups and data.get("TargetGroupArn"):
        groups = ({"TargetGroupArn": data["TargetGroupArn"]},)
    sticky: Mapping[str, Any] = forward.get("TargetGroupStickinessConfig") or {}
    enabled = str(sticky.get("Enabled", "")).lower() == "true"
    return Action(
        type=data["Type"],
        order=int(data.get("Order") or 1),
        groups=tuple((one["TargetGroupArn"], int(one.get("Weight", 1))) for one in groups),
        settings={
            name: str(value)
            for name, value in {
                **(data.get("RedirectConfig") or {}),
                **(data.get("FixedResponseConfig") or {}),
            }.items()
        },
        stickiness=float(sticky.get("DurationSeconds") or 3600) if enabled else None,
    )


def _group(group: Any) -> TargetGroupFact:
    matcher: Mapping[str, Any] = getattr(group, "matcher", None) or {}
    return TargetGroupFact(
        arn=group.arn,
        name=group.name,
        target_type=group.target_type,
        protocol=group.protocol or "",
        protocol_version=group.protocol_version,
        port=int(group.port) if group.port else None,
        vpc_id=group.vpc_id,
        ip_address_type=group.ip_address_type or "ipv4",
        health=HealthSettings(
            enabled=str(group.health_check_enabled).lower() == "true",
            protocol=group.health_check_protocol or "HTTP",
            port=str(group.health_check_port or "traffic-port"),
            path=group.health_check_path or "/",
            interval=float(group.health_check_interval_seconds),
            timeout=float(group.health_check_timeout_seconds),
            healthy_threshold=int(group.healthy_threshold_count),
            unhealthy_threshold=int(group.unhealthy_threshold_count),
            matcher=str(matcher.get("HttpCode") or "200"),
        ),
        attributes={name: str(value) for name, value in group.attributes.items()},
    )
