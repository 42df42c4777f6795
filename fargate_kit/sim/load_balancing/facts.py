"""What is configured of a region's load balancers, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TRAFFIC_PORT = "traffic-port"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """How the targets of a group are checked (service model, TargetGroup).

    Args:
        enabled: Whether they are checked at all.
        protocol: `HTTP`, `HTTPS` or `TCP`.
        port: A number, or `traffic-port` for the port of the target itself.
        path: Where an HTTP check goes, with its query.
        interval: Seconds between two checks.
        timeout: Seconds after which a check without an answer has failed.
        healthy_threshold: Passes in a row that make an unhealthy target healthy.
        unhealthy_threshold: Failures in a row that make a target unhealthy.
        matcher: Codes that pass, such as `200,300-302`.
    """

    enabled: bool = True
    protocol: str = "HTTP"
    port: str = TRAFFIC_PORT
    path: str = "/"
    interval: float = 30.0
    timeout: float = 5.0
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroupFact:
    """A target group.

    Args:
        port: The port of targets that name none.
        attributes: As DescribeTargetGroupAttributes tells them.
    """

    arn: str
    name: str
    target_type: str
    protocol: str
    protocol_version: str | None
    port: int | None
    vpc_id: str | None
    ip_address_type: str
    health: HealthSettings
    attributes: Mapping[str, str]

    def seconds(self, attribute: str, otherwise: float) -> float:
        """Read an attribute that is a number of seconds."""
        return float(self.attributes.get(attribute, otherwise))

    @property
    def deregistration_delay(self) -> float:
        """For how many seconds a target drains."""
        return self.seconds("deregistration_delay.timeout_seconds", 300.0)

    @property
    def speaks_http1(self) -> bool:
        """Whether targets take HTTP/1.1."""
        return self.protocol_version in {None, "HTTP1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPair:
    """What a query-string condition looks for: a value, of any key if none is given."""

    key: str | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a listener rule.

    Args:
        field: As in AWS: `path-pattern`, `host-header` and so on.
        values: Patterns, methods or address ranges, of which one must match.
        regexes: Regular expressions, of which one may match instead.
        header: The name of the header of an `http-header` condition.
        pairs: What a `query-string` condition looks for.
    """

    field: str
    values: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    header: str = ""
    pairs: tuple[QueryPair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of a listener rule.

    Args:
        type: `forward`, `redirect`, `fixed-response`, or one that authenticates.
        order: The lowest is performed first.
        groups: The target groups of a `forward`, each with its weight.
        settings: The RedirectConfig or FixedResponseConfig.
        stickiness: For how many seconds a client stays with its target group; None for not.
    """

    type: str
    order: int = 1
    groups: tuple[tuple[str, int], ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    stickiness: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFact:
    """A listener rule; the default one has no priority."""

    arn: str
    priority: int | None
    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerFact:
    """A listener, with its rules in the order in which they are tried."""

    arn: str
    protocol: str
    port: int
    rules: tuple[RuleFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancerFact:
    """A load balancer.

    Args:
        type: `application`, `network` or `gateway`.
        zones: The Availability Zones that are enabled for it.
        address: From which its connections to targets come.
        attributes: As DescribeLoadBalancerAttributes tells them.
        subnets: One for each zone, in the order of the zones.
        created_at: As AWS writes it; empty if it is not known.
    """

    arn: str
    name: str
    dns_name: str
    type: str
    vpc_id: str
    zones: tuple[str, ...]
    address: str
    attributes: Mapping[str, str]
    listeners: tuple[ListenerFact, ...]
    scheme: str = "internet-facing"
    state: str = "active"
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    hosted_zone: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancingFacts:
    """All of one region, in the order of creation."""

    load_balancers: tuple[LoadBalancerFact, ...] = ()
    target_groups: Mapping[str, TargetGroupFact] = field(default_factory=dict)

    def users(self, target_group_arn: str) -> tuple[LoadBalancerFact, ...]:
        """List the load balancers of which a listener forwards to a group."""
        return tuple(
            one
            for one in self.load_balancers
            if any(
                target_group_arn == group
                for listener in one.listeners
                for rule in listener.rules
                for action in rule.actions
                for group, _ in action.groups
            )
        )

    def by_dns_name(self, name: str) -> LoadBalancerFact | None:
        """Find a load balancer by its DNS name, upper case or lower."""
        wanted = name.lower()
        return next((one for one in self.load_balancers if one.dns_name.lower() == wanted), None)
