"""What a security group lets in: asked for in few words, compared rule by rule."""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fargate_kit.model.problems import Problem, Rule

__all__ = ["ANYWHERE", "RULES", "Anywhere", "IngressRule", "Source", "ingress_of", "rules_from"]


class Anywhere(enum.Enum):
    """Every IPv4 address; the only way to say so."""

    ANYWHERE = "0.0.0.0/0"

    def __repr__(self) -> str:
        return "fk.ANYWHERE"


ANYWHERE: Final = Anywhere.ANYWHERE
"""Every IPv4 address, for what the whole internet may reach."""

PORT = Rule(
    id="group-port",
    says="A port is a number from 0 to 65535, a range is two of them.",
    source="EC2 API Reference: IpPermission",
)
PROTOCOL = Rule(
    id="group-protocol",
    says="What is opened by ports is tcp or udp.",
    source="EC2 API Reference: IpPermission",
)
SOURCE = Rule(
    id="group-source",
    says="A rule opens to a range of addresses, an address, or a security group.",
    source="EC2 API Reference: IpPermission",
)
OPEN = Rule(
    id="group-open-to-all",
    says="fargate_kit opens nothing to the whole internet unless it is said in so many words.",
    source="fargate_kit",
)
UNSAID = Rule(
    id="group-unsaid",
    says="Ports are opened to somebody, and somebody is let in by ports.",
    source="fargate_kit",
)
RULES = (PORT, PROTOCOL, SOURCE, OPEN, UNSAID)

_GROUP = re.compile(r"sg-[0-9a-f]+")
# A range with fewer fixed bits than this is a good part of the internet.
_WIDEST = 8


class HasId(Protocol):
    """What is known by its id, such as a security group."""

    @property
    def id(self) -> str:
        """The id."""
        ...


Source = str | Anywhere | HasId
"""A range of addresses, one address, a security group or its id, or ANYWHERE."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class IngressRule:
    """Who may reach which ports.

    Attributes:
        protocol: `tcp`, `udp`, …, or `-1` for all.
        first_port: -1 where the protocol has none.
        last_port: The same as the first for a single port.
        source: A range of addresses, or the id of a security group or prefix list.
    """

    protocol: str
    first_port: int
    last_port: int
    source: str

    def to_api(self) -> dict[str, Any]:
        """Return the member of `IpPermissions`."""
        raw: dict[str, Any] = {"IpProtocol": self.protocol}
        if self.protocol != "-1":
            raw |= {"FromPort": self.first_port, "ToPort": self.last_port}
        if self.source.startswith("sg-"):
            return {**raw, "UserIdGroupPairs": [{"GroupId": self.source}]}
        if self.source.startswith("pl-"):
            return {**raw, "PrefixListIds": [{"PrefixListId": self.source}]}
        if ":" in self.source:
            return {**raw, "Ipv6Ranges": [{"CidrIpv6": self.source}]}
        return {**raw, "IpRanges": [{"CidrIp": self.source}]}


def rules_from(permissions: Iterable[Mapping[str, Any]]) -> tuple[IngressRule, ...]:
    """Parse `IpPermissions`, one rule for each source."""
    found = set()
    for raw in permissions:
        sources = [
            *(each["CidrIp"] for each in raw.get("IpRanges") or ()),
            *(each["CidrIpv6"] for each in raw.get("Ipv6Ranges") or ()),
            *(each["GroupId"] for each in raw.get("UserIdGroupPairs") or ()),
            *(each["PrefixListId"] for each in raw.get("PrefixListIds") or ()),
        ]
        found |= {
            IngressRule(
                protocol=str(raw["IpProtocol"]),
                first_port=raw.get("FromPort", -1),
                last_port=raw.get("ToPort", -1),
                source=source,
            )
            for source in sources
        }
    return tuple(sorted(found))


def ingress_of(
    ports: int | Sequence[int | tuple[int, int]],
    open_to: Source | Sequence[Source],
    protocol: str = "tcp",
) -> tuple[tuple[IngressRule, ...], tuple[Problem, ...]]:
    """Read which ports are opened to whom.

    Args:
        ports: One port, or several; two numbers are a range.
        open_to: One source, or several.
        protocol: `tcp` or `udp`.

    Returns:
        The rules, and what is wrong with the wish.
    """
    found: list[Problem] = []
    listed = [ports] if isinstance(ports, int) else list(ports)
    single = isinstance(open_to, str | Anywhere) or not isinstance(open_to, Sequence)
    sources = [open_to] if single else list(open_to)  # type: ignore[arg-type]
    if protocol not in {"tcp", "udp"}:
        found.append(
            PROTOCOL.problem("protocol", given=protocol, allowed="tcp or udp", remedy="name one")
        )
    if bool(listed) != bool(sources):
        missing, given = ("open_to", "ports") if listed else ("ports", "open_to")
        found.append(
            UNSAID.problem(
                missing, given=None, allowed=f"with {given} also {missing}", remedy="name both"
            )
        )
    ranges = [_ports(number, each, found) for number, each in enumerate(listed)]
    names = [_source(number, each, found) for number, each in enumerate(sources)]
    rules = {
        IngressRule(protocol=protocol, first_port=first, last_port=last, source=source)
        for first, last in ranges
        for source in names
    }
    return tuple(sorted(rules)), tuple(found)


def _ports(number: int, given: Any, found: list[Problem]) -> tuple[int, int]:
    pair = given if isinstance(given, tuple) else (given, given)
    if (
        len(pair) != 2
        or any(type(port) is not int or not 0 <= port <= 65535 for port in pair)
        or pair[0] > pair[1]
    ):
        found.append(
            PORT.problem(
                f"ports[{number}]",
                given=given,
                allowed="0 to 65535, or (first, last)",
                remedy="give the port that the container listens on",
            )
        )
        return (0, 0)
    return pair


def _source(number: int, given: Any, found: list[Problem]) -> str:
    path = f"open_to[{number}]"
    if isinstance(given, Anywhere):
        return given.value
    name = given if isinstance(given, str) else getattr(given, "id", str(given))
    if _GROUP.fullmatch(name):
        return name
    try:
        network = ipaddress.ip_network(name, strict=False)
    except ValueError:
        found.append(
            SOURCE.problem(
                path,
                given=name,
                allowed="such as 203.0.113.7, 203.0.113.0/24 or sg-0123456789abcdef0",
                remedy="name who may come in",
            )
        )
        return name
    if network.prefixlen < _WIDEST:
        found.append(
            OPEN.problem(
                path,
                given=name,
                allowed=f"a range with at least {_WIDEST} fixed bits",
                remedy="say fargate_kit.ANYWHERE if the whole internet shall reach it",
            )
        )
    return str(network)


def sources_that_are_groups(rules: Iterable[IngressRule]) -> Iterator[str]:
    """Yield the ids of the groups that rules let in."""
    for rule in rules:
        if rule.source.startswith("sg-"):
            yield rule.source
