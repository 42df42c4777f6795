"""The network that `up` made for a cluster: found again by its mark, whole or in parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fargate_kit.connections.connection import Connection
    from fargate_kit.model.ingress import IngressRule
    from fargate_kit.model.values import Network
    from fargate_kit.networks.created_network import CreatedNetwork
    from fargate_kit.teardown.leftovers import Leftover

__all__ = [
    "PARTS",
    "ClusterNetwork",
    "Found",
    "find_networks",
    "network_name",
    "opening",
    "rule_facts",
]

# The kinds of a tear-down that a network consists of.
PARTS = ("security group", "subnet", "route table", "internet gateway", "VPC")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNetwork:
    """A network that `up` made.

    Attributes:
        subnets: Their ids, each with the name of its zone.
        rules: Who may come in.
    """

    vpc_id: str
    cidr: str
    subnets: Mapping[str, str]
    security_group: str
    rules: tuple[IngressRule, ...] = ()

    def __str__(self) -> str:
        subnets = ", ".join(f"{id} ({zone})" for id, zone in self.subnets.items())
        return (
            f"{self.vpc_id}, {self.cidr}: subnets {subnets}; security group "
            f"{self.security_group} lets in {self.openings}"
        )

    @property
    def openings(self) -> str:
        """Who may come in, in words."""
        return "; ".join(opening(rule) for rule in self.rules) or "nobody"

    @property
    def options(self) -> str:
        """What puts tasks into it, on the command line."""
        subnets = " ".join(f"--subnet {id}" for id in self.subnets)
        return f"{subnets} --security-group {self.security_group}"

    def network(self) -> Network:
        """Return what puts tasks into it, in Python."""
        from fargate_kit.model.values import Network

        return Network(
            subnets=tuple(self.subnets), security_groups=(self.security_group,), public_ip=True
        )

    def facts(self) -> dict[str, Any]:
        """Return what `--json` tells of it."""
        return {
            "vpc": self.vpc_id,
            "cidr": self.cidr,
            "subnets": [{"subnet": id, "zone": zone} for id, zone in self.subnets.items()],
            "security_group": self.security_group,
            "open": [rule_facts(rule) for rule in self.rules],
        }

    @classmethod
    def of(cls, made: CreatedNetwork, *, cidr: str, rules: Iterable[IngressRule]) -> ClusterNetwork:
        """Return what was made a moment ago."""
        return cls(
            vpc_id=made.vpc_id,
            cidr=cidr,
            subnets=dict(zip(made.subnets, made.zones, strict=True)),
            security_group=made.security_groups[0],
            rules=tuple(rules),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is of a cluster's networks.

    Attributes:
        whole: Networks that tasks can be put into.
        strays: Ids of what an interrupted `up` left: parts of a network that was never whole.
    """

    whole: tuple[ClusterNetwork, ...] = ()
    strays: tuple[str, ...] = ()


def network_name(cluster: str) -> str:
    """Return what the network of a cluster and its security group are called."""
    return f"{cluster}-network"


async def find_networks(aws: Connection, mark: str) -> Found:
    """Look for the networks that were made under a mark.

    Raises:
        TeardownIncomplete: Something could not be looked for.

    Calls:
        ec2:DescribeSecurityGroups, ec2:DescribeSubnets, ec2:DescribeRouteTables,
        ec2:DescribeInternetGateways, ec2:DescribeVpcs
    """
    return _sorted(await aws.leftovers(mark, kinds=PARTS))


def _sorted(parts: Sequence[Leftover]) -> Found:
    whole = []
    used: set[str] = set()
    for vpc in (each for each in parts if each.kind == "VPC"):
        own = [each for each in parts if vpc.id in _vpcs(each)]
        network = _whole(vpc, own)
        if network is not None:
            whole.append(network)
            used |= {each.id for each in own}
    strays = tuple(each.id for each in parts if each.id not in used)
    return Found(whole=tuple(whole), strays=strays)


def _vpcs(part: Leftover) -> list[str]:
    if part.kind == "internet gateway":
        return [each["VpcId"] for each in part.facts.get("Attachments", ())]
    return [part.facts["VpcId"]]


def _whole(vpc: Leftover, own: Sequence[Leftover]) -> ClusterNetwork | None:
    """Return a VPC with its parts as a network; None if one of them is missing.

    The security group is made last: where it is, the making was not cut short.
    """
    from fargate_kit.model.ingress import rules_from

    by_kind = {kind: [each for each in own if each.kind == kind] for kind in PARTS}
    if not all(by_kind.values()):
        return None
    group = by_kind["security group"][0]
    zones = {each.id: each.facts["AvailabilityZone"] for each in by_kind["subnet"]}
    return ClusterNetwork(
        vpc_id=vpc.id,
        cidr=vpc.facts["CidrBlock"],
        subnets=dict(sorted(zones.items(), key=lambda pair: pair[1])),
        security_group=group.id,
        rules=rules_from(group.facts.get("IpPermissions") or ()),
    )


def opening(rule: IngressRule) -> str:
    """Return who may come in by a rule, in words."""
    ports = (
        str(rule.first_port)
        if rule.first_port == rule.last_port
        else f"{rule.first_port}-{rule.last_port}"
    )
    return f"{rule.protocol} {ports} from {rule.source}"


def rule_facts(rule: IngressRule) -> dict[str, Any]:
    """Return what `--json` tells of a rule."""
    return {
        "protocol": rule.protocol,
        "first_port": rule.first_port,
        "last_port": rule.last_port,
        "source": rule.source,
    }
