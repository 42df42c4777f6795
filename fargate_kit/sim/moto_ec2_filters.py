"""Filters of EC2's listings that moto does not know, answered from what moto keeps."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Values = Callable[[Any], Iterable[object]]
Filters = Mapping[str, Sequence[str]]

# An escaped wildcard stands for itself (EC2 API reference, page `Using_Filtering`).
_ESCAPED = re.compile(r"\\([*?])")


def mend_filters(ec2: Any) -> None:
    """Have a backend of EC2 know the filters below; it asks moto for the others."""
    for name, known in _KNOWN.items():
        setattr(ec2, name, _knowing(getattr(ec2, name), known))


def _knowing(describe: Callable[..., list[Any]], known: Mapping[str, Values]) -> Any:
    """Make a listing that knows more filters; every listing of moto has them last."""

    def described(*given: Any, **named: Any) -> list[Any]:
        last = given[-1] if given and isinstance(given[-1], dict) else {}
        wanted: Filters = named.get("filters") or last
        own = {name: known[name] for name in wanted if name in known}
        if not own:
            return describe(*given, **named)
        rest = {name: values for name, values in wanted.items() if name not in own}
        before = given[:-1] if wanted is last else given
        return [
            one
            for one in describe(*before, **{**named, "filters": rest})
            if all(_fits(read(one), wanted[name]) for name, read in own.items())
        ]

    return described


def _fits(values: Iterable[object], wanted: Sequence[str]) -> bool:
    return any(pattern(each).fullmatch(_text(value)) for value in values for each in wanted)


def pattern(text: str) -> re.Pattern[str]:
    """Read the value of a filter, which may have wildcards."""
    return re.compile(fnmatch.translate(_ESCAPED.sub(r"[\1]", text)))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _association(name: str) -> Values:
    return lambda interface: _kept(interface.association.get(name))


def _attachment(name: str) -> Values:
    return lambda interface: [getattr(interface, name)] if interface.attachment_id else []


def _kept(value: object) -> list[object]:
    return [] if value is None else [value]


def _each_route(name: str) -> Values:
    return lambda table: [
        value for route in table.routes if (value := getattr(route, name)) is not None
    ]


def _each_source(rules: str, key: str) -> Values:
    return lambda group: [
        rule.ip_range[key] for rule in getattr(group, rules) if key in rule.ip_range
    ]


def _each_prefix_list(rules: str) -> Values:
    return lambda group: [
        rule.prefix_list_id for rule in getattr(group, rules) if rule.prefix_list_id
    ]


def _each_block6(key: str) -> Values:
    return lambda subnet: [one[key] for one in subnet.ipv6_cidr_block_associations.values()]


def _option(name: str) -> Values:
    return lambda subnet: [subnet.private_dns_name_options_on_launch[name]]


# By the backend's method: what a filter is compared with.
_KNOWN: Mapping[str, Mapping[str, Values]] = {
    "describe_addresses": {
        "network-border-group": lambda address: [address.ec2_backend.region_name],
        "network-interface-owner-id": lambda address: _kept(address.network_interface_owner_id),
    },
    "describe_internet_gateways": {"owner-id": lambda gateway: [gateway.owner_id]},
    "describe_network_acls": {"network-acl-id": lambda acl: [acl.id]},
    "describe_route_tables": {
        "association.gateway-id": lambda table: [
            target for target in table._associations.values() if target.startswith("igw-")
        ],
        "route.destination-ipv6-cidr-block": _each_route("destination_ipv6_cidr_block"),
        "route.destination-prefix-list-id": _each_route("destination_prefix_list_id"),
        "route.egress-only-internet-gateway-id": _each_route("egress_only_internet_gateway_id"),
        "route.instance-id": _each_route("instance_id"),
        "route.origin": _each_route("origin"),
        "route.state": _each_route("state"),
    },
    "describe_security_groups": {
        "egress.ip-permission.ipv6-cidr": _each_source("egress_rules", "CidrIpv6"),
        "egress.ip-permission.prefix-list-id": _each_prefix_list("egress_rules"),
        "ip-permission.ipv6-cidr": _each_source("ingress_rules", "CidrIpv6"),
        "ip-permission.prefix-list-id": _each_prefix_list("ingress_rules"),
    },
    "describe_security_group_rules": {"group-id": lambda rule: [rule.group_id]},
    "describe_subnets": {
        "customer-owned-ipv4-pool": lambda _: [],
        "enable-lni-at-device-index": lambda _: [],
        "ipv6-cidr-block-association.state": lambda subnet: [
            "associated" for _ in subnet.ipv6_cidr_block_associations
        ],
        "map-customer-owned-ip-on-launch": lambda _: [False],
        "enable-dns64": lambda _: [False],
        "ipv6-cidr-block-association.association-id": _each_block6("associationId"),
        "ipv6-cidr-block-association.ipv6-cidr-block": _each_block6("ipv6CidrBlock"),
        "outpost-arn": lambda _: [],
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": _option(
            "EnableResourceNameDnsARecord"
        ),
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": _option(
            "EnableResourceNameDnsAAAARecord"
        ),
        "private-dns-name-options-on-launch.hostname-type": _option("HostnameType"),
        "subnet-arn": lambda subnet: [subnet.arn],
    },
    "describe_vpc_endpoints": {
        "ip-address-type": lambda _: ["ipv4"],
        "service-region": lambda endpoint: [endpoint.ec2_backend.region_name],
        "vpc-endpoint-id": lambda endpoint: [endpoint.id],
    },
    "get_all_network_interfaces": {
        "addresses.association.owner-id": _association("ipOwnerId"),
        "addresses.association.public-ip": _association("publicIp"),
        "addresses.primary": lambda interface: [
            bool(address.get("Primary")) for address in interface.private_ip_addresses
        ],
        "association.allocation-id": _association("allocationId"),
        "association.association-id": _association("associationId"),
        "association.ip-owner-id": _association("ipOwnerId"),
        "association.public-dns-name": _association("publicDnsName"),
        "association.public-ip": _association("publicIp"),
        "attachment.delete-on-termination": _attachment("delete_on_termination"),
        "attachment.device-index": _attachment("device_index"),
        "attachment.status": lambda interface: ["attached"] if interface.attachment_id else [],
        "availability-zone-id": lambda interface: [interface.subnet.availability_zone_id],
        "group-name": lambda interface: [group.name for group in interface.group_set],
        "ipv6-addresses.ipv6-address": lambda interface: interface.ipv6_addresses,
        "operator.managed": lambda _: [False],
        "operator.principal": lambda _: [],
    },
}
