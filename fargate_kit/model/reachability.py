"""Whether tasks can reach what they need to start, from the network's facts alone.

Source: Amazon ECS Developer Guide, pages `fargate-task-networking` and `vpc-endpoints`; Amazon VPC
User Guide, pages `route-tables-priority` and `security-group-rules`.

Not looked at: network ACLs (they let everything through unless they are changed), IPv6, policies
of endpoints, and routes to single ranges of the internet beside the one to all of it.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fargate_kit.model.fargate_zones import ONLY_IN, offers_fargate
from fargate_kit.model.ingress import IngressRule
from fargate_kit.model.network_needs import Need
from fargate_kit.model.problems import Problem, Rule, one_line

__all__ = [
    "RULES",
    "Endpoint",
    "NetworkPicture",
    "Route",
    "SubnetPicture",
    "Way",
    "blocked",
    "findings",
]

_PAGE = "guide: fargate-task-networking"
_GROUPS = "VPC User Guide: security-group-rules"

DNS = Rule(
    id="network-dns",
    says="Names are found only where the VPC has DNS.",
    source="VPC User Guide: vpc-dns",
)
PUBLIC = Rule(
    id="network-public-ip",
    says="An internet gateway serves public addresses only.",
    source=_PAGE,
)
ROUTE = Rule(id="network-route", says="What is outside the VPC needs a route.", source=_PAGE)
EGRESS = Rule(
    id="network-egress",
    says="A security group lets out only what its rules name.",
    source=_GROUPS,
)
EGRESS_IN_PART = Rule(
    id="network-egress-in-part",
    says="Addresses of the internet are not known beforehand.",
    source=_GROUPS,
)
ENDPOINT = Rule(
    id="network-endpoint",
    says="An interface endpoint lets in whom its security groups name, on TCP 443.",
    source="guide: vpc-endpoints",
)
ADDRESSES = Rule(
    id="network-addresses",
    says="Each task takes an address of its subnet.",
    source=_PAGE,
)
ZONE = Rule(
    id="network-zone",
    says="In some regions Fargate is not in every zone.",
    source="guide: AWS_Fargate-Regions",
)
RULES = (DNS, PUBLIC, ROUTE, EGRESS, EGRESS_IN_PART, ENDPOINT, ADDRESSES, ZONE)

HTTPS = 443
_EVERYWHERE = ipaddress.IPv4Network("0.0.0.0/0")


class Way(enum.Enum):
    """Where a route leads."""

    INTERNET = "an internet gateway of the VPC"
    NAT = "a public NAT gateway that works"
    ELSEWHERE = "another network, which is taken to lead on to the internet"
    NOWHERE = "something that does not forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route out of the VPC.

    Attributes:
        destination: A range of IPv4 addresses.
        target: The id of what it leads to.
        why: Of a way to nowhere: what is the matter with it.
    """

    destination: str
    target: str
    way: Way
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A VPC endpoint for a service of AWS that tasks of the VPC use without being told.

    Attributes:
        service: As endpoints name it, such as `ecr.api`.
        route_tables: Of a gateway: the ids of the tables that lead to it; None for an interface.
        prefix_list: Of a gateway: the id that stands for its addresses.
        ranges: Of an interface: the ranges of its subnets.
        groups: Of an interface: the ids of its security groups.
        ingress: What these let in.
    """

    id: str
    service: str
    route_tables: tuple[str, ...] | None = None
    prefix_list: str | None = None
    ranges: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ingress: tuple[IngressRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetPicture:
    """A subnet, and the routes that hold in it.

    Attributes:
        free: How many addresses are left.
        route_table: The id of its own table or of the VPC's main one.
        zone_id: The zone's id, which is the same in every account.
    """

    id: str
    zone: str
    cidr: str
    free: int
    route_table: str | None
    routes: tuple[Route, ...]
    zone_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPicture:
    """What decides where the tasks of a network can go.

    Attributes:
        region: Where it is; endpoints serve their own region only.
        resolves: Whether the VPC has DNS.
        public_ip: Whether tasks get public addresses.
        groups: The ids of the tasks' security groups.
        egress: What these let out.
    """

    region: str
    resolves: bool
    public_ip: bool
    subnets: tuple[SubnetPicture, ...]
    groups: tuple[str, ...]
    egress: tuple[IngressRule, ...]
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why a task of a subnet cannot reach something.

    Attributes:
        why: A clause about the subnet or the network.
        remedy: What to do about it, as one clause.
    """

    rule: Rule
    why: str
    remedy: str


def findings(picture: NetworkPicture, needs: Iterable[Need]) -> tuple[Problem, ...]:
    """Return why tasks could not start in a network, one problem for each reason."""
    reasons: dict[Blocked, tuple[dict[str, None], dict[Need, None]]] = {}
    for need in dict.fromkeys(needs):
        for subnet in picture.subnets:
            reason = blocked(picture, subnet, need)
            if reason is not None:
                subnets, concerned = reasons.setdefault(reason, ({}, {}))
                subnets[subnet.id] = None
                concerned[need] = None
    found = [
        _problem(picture, reason, list(subnets), list(concerned))
        for reason, (subnets, concerned) in reasons.items()
    ]
    return (*found, *_full(picture), *_without_fargate(picture))


def _problem(
    picture: NetworkPicture, reason: Blocked, subnets: list[str], needs: list[Need]
) -> Problem:
    what = ", ".join(f"{need.host} ({need.purpose})" for need in needs)
    where = "every subnet" if len(subnets) == len(picture.subnets) else ", ".join(subnets)
    remedy = reason.remedy.replace("{endpoints}", _endpoints_for(picture, needs))
    message = f"from {where} a task cannot reach {what}: {reason.why}; {remedy}."
    return Problem(
        path="networkConfiguration.awsvpcConfiguration.subnets",
        rule=reason.rule.id,
        given=subnets,
        allowed=f"a way to {', '.join(need.host for need in needs)}",
        message=one_line(message),
    )


def _endpoints_for(picture: NetworkPicture, needs: Sequence[Need]) -> str:
    """Name the endpoints that would help; only services of the own region have any."""
    missing = [need.service for need in needs if need.region == picture.region and need.service]
    if len(missing) < len(needs):
        return ""
    names = ", ".join(dict.fromkeys(missing))
    return f", or VPC endpoints for {names}"


def _full(picture: NetworkPicture) -> Iterator[Problem]:
    full = [subnet.id for subnet in picture.subnets if subnet.free < 1]
    if full:
        yield ADDRESSES.problem(
            "networkConfiguration.awsvpcConfiguration.subnets",
            given=full,
            allowed="subnets with free addresses",
            remedy="take others, or delete what uses their addresses",
        )


def _without_fargate(picture: NetworkPicture) -> Iterator[Problem]:
    without = [
        subnet.id
        for subnet in picture.subnets
        if not offers_fargate(picture.region, subnet.zone_id)
    ]
    if without:
        yield ZONE.problem(
            "networkConfiguration.awsvpcConfiguration.subnets",
            given=without,
            allowed=f"subnets in {', '.join(sorted(ONLY_IN[picture.region]))}",
            remedy="leave these out",
        )


def blocked(picture: NetworkPicture, subnet: SubnetPicture, need: Need) -> Blocked | None:
    """Tell what is between the tasks of a subnet and something that they need; None if nothing."""
    if not picture.resolves and not _is_address(need.host):
        remedy = "turn on enableDnsSupport of the VPC"
        return Blocked(rule=DNS, why="the VPC has no DNS", remedy=remedy)
    endpoints = [
        one
        for one in picture.endpoints
        if one.service == need.service
        and need.region == picture.region
        and (one.route_tables is None or subnet.route_table in one.route_tables)
    ]
    if not endpoints:
        return _by_the_internet(picture, subnet, need.port)
    # Its private name hides the public addresses: there is no way around an endpoint.
    reasons = [_by_endpoint(picture, subnet, endpoint) for endpoint in endpoints]
    return None if None in reasons else reasons[0]


def _by_the_internet(picture: NetworkPicture, subnet: SubnetPicture, port: int) -> Blocked | None:
    route = next((one for one in subnet.routes if one.destination == str(_EVERYWHERE)), None)
    if route is None or route.way is Way.NOWHERE:
        why = "its route table has no route to the internet"
        if route is not None:
            why = f"its route table leads to {route.target}, {route.why}"
        remedy = "add a route to an internet gateway or a public NAT gateway{endpoints}"
        return Blocked(rule=ROUTE, why=why, remedy=remedy)
    if route.way is Way.INTERNET and not picture.public_ip:
        return Blocked(
            rule=PUBLIC,
            why="its route table leads to an internet gateway, and tasks get no public address",
            remedy="say public_ip=True, or lead it to a public NAT gateway{endpoints}",
        )
    return _let_out(picture, port)


def _let_out(picture: NetworkPicture, port: int) -> Blocked | None:
    ranges = [
        ipaddress.IPv4Network(rule.source, strict=False)
        for rule in picture.egress
        if _has_port(rule, port) and _is_range(rule.source)
    ]
    merged = list(ipaddress.collapse_addresses(ranges))
    if _EVERYWHERE in merged:
        return None
    names = ", ".join(picture.groups) or "no group"
    public = [network for network in merged if not network.is_private]
    if public:
        listed = ", ".join(map(str, public))
        return Blocked(
            rule=EGRESS_IN_PART,
            why=f"the security groups ({names}) let TCP {port} out to {listed} only, and whether "
            "its addresses are among them cannot be known",
            remedy="let it out to 0.0.0.0/0, if the task does not start{endpoints}",
        )
    return Blocked(
        rule=EGRESS,
        why=f"no security group of the task ({names}) lets TCP {port} out to the internet",
        remedy=f"add an egress rule for TCP {port} to 0.0.0.0/0{{endpoints}}",
    )


def _by_endpoint(
    picture: NetworkPicture, subnet: SubnetPicture, endpoint: Endpoint
) -> Blocked | None:
    rules = [rule for rule in picture.egress if _has_port(rule, HTTPS)]
    if endpoint.route_tables is not None:
        if any(rule.source in {endpoint.prefix_list, str(_EVERYWHERE)} for rule in rules):
            return None
        return Blocked(
            rule=EGRESS,
            why=f"no security group of the task lets TCP 443 out to the gateway {endpoint.id}",
            remedy=f"add an egress rule for TCP 443 to {endpoint.prefix_list or '0.0.0.0/0'}",
        )
    if not any(
        rule.source in endpoint.groups or any(_within(one, rule.source) for one in endpoint.ranges)
        for rule in rules
    ):
        return Blocked(
            rule=EGRESS,
            why=f"no security group of the task lets TCP 443 out to the endpoint {endpoint.id}",
            remedy=f"add an egress rule for TCP 443 to {', '.join(endpoint.groups)}",
        )
    if not any(
        _has_port(rule, HTTPS)
        and (rule.source in picture.groups or _within(subnet.cidr, rule.source))
        for rule in endpoint.ingress
    ):
        return Blocked(
            rule=ENDPOINT,
            why=f"the endpoint {endpoint.id} does not let the task in",
            remedy=f"let TCP 443 into {', '.join(endpoint.groups)} from "
            f"{', '.join(picture.groups) or subnet.cidr}",
        )
    return None


def _has_port(rule: IngressRule, port: int) -> bool:
    if rule.protocol == "-1":
        return True
    if rule.protocol not in {"tcp", "6"}:
        return False
    return rule.first_port == -1 or rule.first_port <= port <= rule.last_port


def _is_range(source: str) -> bool:
    return "/" in source and ":" not in source


def _within(inner: str, outer: str) -> bool:
    """Whether a range of addresses lies in what a rule names."""
    if not _is_range(outer):
        return False
    return ipaddress.IPv4Network(inner).subnet_of(ipaddress.IPv4Network(outer, strict=False))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
