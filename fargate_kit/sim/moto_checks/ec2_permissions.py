"""The rules of security groups: read, checked, and compared with those that moto keeps."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.ec2_ids import GROUP, group, groups
from fargate_kit.sim.moto_checks.ec2_networks import read_block

# Source: the documentation of CreateSecurityGroup and of IpRange in botocore's EC2 model.
TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_NAMED_PROTOCOLS = frozenset(_PROTOCOLS.values())
_ALL = "-1"
_MOST_PORT = 65_535
_MOST_ICMP = 255
_EVERY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One rule of one source, by which rules are compared.

    Args:
        ports: The first and the last one; none where all protocols are meant.
        source: A block, or the id of a group or of a prefix list.
    """

    protocol: str
    ports: tuple[Any, Any] | None
    source: str

    def __str__(self) -> str:
        traffic = "ALL" if self.protocol == _ALL else self.protocol.upper()
        if self.ports is not None and self.protocol in {"tcp", "udp"}:
            traffic += f", from port: {self.ports[0]}, to port: {self.ports[1]}"
        return traffic


def read_permissions(asked: Asked, ec2: Any, found: Any) -> list[Permission]:
    """Read the rules that are given, in either of the two ways.

    Raises:
        AwsError: A rule is none, or names a group that it cannot name.
    """
    given = asked.params.get("IpPermissions")
    if given is None:
        if "IpProtocol" not in asked.params and "SourceSecurityGroupName" not in asked.params:
            raise wording.NO_PERMISSIONS.error()
        if "SourceSecurityGroupName" in asked.params:
            return []
        cidr = asked.params.get("CidrIp")
        given = [{**asked.params, "IpRanges": [] if cidr is None else [{"CidrIp": cidr}]}]
    return [one for each in given for one in _of_permission(ec2, found, each)]


def _of_permission(ec2: Any, found: Any, given: Mapping[str, Any]) -> Iterator[Permission]:
    protocol = _protocol(given.get("IpProtocol"))
    ports = _ports(protocol, given.get("FromPort"), given.get("ToPort"))
    for source in _sources(ec2, found, given):
        yield Permission(protocol=protocol, ports=ports, source=source)


def _protocol(given: str | None) -> str:
    if not given:
        raise wording.NO_PROTOCOL.error()
    name = _PROTOCOLS.get(given, given.lower())
    is_number = name.isascii() and name.isdecimal() and len(name) < 4 and int(name) <= 255
    if name != _ALL and name not in _NAMED_PROTOCOLS and not is_number:
        raise wording.BAD_PROTOCOL.error(value=given)
    return name


def _ports(protocol: str, first: Any, last: Any) -> tuple[Any, Any] | None:
    if protocol == _ALL:
        return None
    if protocol not in {"tcp", "udp"}:
        return _type_and_code(protocol, first, last)
    if first is None or last is None:
        raise wording.PORTS_MISSING.error()
    for side, port in (("from", first), ("to", last)):
        if not 0 <= port <= _MOST_PORT:
            raise wording.PORT_OUT_OF_RANGE.error(side=side, port=port)
    if first > last:
        raise wording.PORTS_REVERSED.error(first=first, last=last)
    return first, last


def _type_and_code(protocol: str, first: Any, last: Any) -> tuple[Any, Any]:
    """Read what other protocols have in place of ports; -1 is every one, as is nothing."""
    first, last = _EVERY if first is None else first, _EVERY if last is None else last
    most = _MOST_ICMP if protocol in {"icmp", "icmpv6"} else _MOST_PORT
    for what, number in (("type", first), ("code", last)):
        if not _EVERY <= number <= most:
            raise wording.ICMP_OUT_OF_RANGE.error(what=what, value=number)
    return first, last


def _sources(ec2: Any, found: Any, given: Mapping[str, Any]) -> Iterator[str]:
    for one in given.get("IpRanges") or ():
        _check_description(one)
        yield _block(one.get("CidrIp") or "")
    for one in given.get("Ipv6Ranges") or ():
        _check_description(one)
        yield _block6(one.get("CidrIpv6") or "")
    for one in given.get("PrefixListIds") or ():
        _check_description(one)
        yield str(one.get("PrefixListId"))
    for one in given.get("UserIdGroupPairs") or ():
        _check_description(one)
        yield _peer(ec2, found, one)


def _check_description(source: Mapping[str, Any]) -> None:
    if not TEXT.fullmatch(source.get("Description") or ""):
        raise wording.BAD_RULE_DESCRIPTION.error()


def _block(cidr: str) -> str:
    try:
        return str(read_block(cidr, "cidrIp"))
    except AwsError:
        raise wording.BAD_RULE_CIDR.error(cidr=cidr) from None


def _block6(cidr: str) -> str:
    try:
        if "/" in cidr:
            return str(ipaddress.IPv6Network(cidr, strict=False))
    except ValueError:
        pass
    raise wording.BAD_RULE_CIDR.error(cidr=cidr)


def _peer(ec2: Any, found: Any, pair: Mapping[str, Any]) -> str:
    """Find the group that a rule names; those of other accounts are not known here."""
    id, name, owner = pair.get("GroupId"), pair.get("GroupName"), pair.get("UserId")
    if owner not in {None, ec2.account_id}:
        return str(id or name)
    if id is None:
        return str(name) if name is None else str(default_vpc_group(ec2, name).id)
    GROUP.check(ec2, id)
    peer = group(ec2, id)
    if peer.vpc_id != found.vpc_id and not ec2.vpc_pcxs:
        raise wording.GROUP_ELSEWHERE.error()
    return str(id)


def stored(rules: Iterable[Any]) -> set[Permission]:
    """Read the rules that moto keeps."""
    return {
        Permission(
            protocol=_PROTOCOLS.get(str(rule.ip_protocol), str(rule.ip_protocol)),
            ports=None if rule.ip_protocol == _ALL else (rule.from_port, rule.to_port),
            source=_stored_source(rule),
        )
        for rule in rules
    }


def _stored_source(rule: Any) -> str:
    block = rule.ip_range.get("CidrIp")
    if block is not None:
        return str(ipaddress.ip_network(block, strict=False))
    block = rule.ip_range.get("CidrIpv6")
    if block is not None:
        return str(ipaddress.ip_network(block, strict=False))
    return str(rule.source_group.get("GroupId") or rule.prefix_list_id)


def default_vpc_group(ec2: Any, name: str) -> Any:
    """Find a group by its name, which means one of the default VPC.

    Raises:
        AwsError: `InvalidGroup.NotFound`.
    """
    vpc = default_vpc_id(ec2)
    for each in groups(ec2):
        if each.vpc_id == vpc and each.name == name:
            return each
    raise wording.GROUP_NAME_MISSING.error(name=name, vpc=vpc)


def default_vpc_id(ec2: Any) -> str | None:
    """Tell the id of the default VPC; None if it was deleted."""
    vpc = ec2.get_default_vpc()
    return None if vpc is None else vpc.id
