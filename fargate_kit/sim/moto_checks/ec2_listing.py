"""What a listing of EC2 is asked for: by which filters, and on which page."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.page_tokens import is_position
from fargate_kit.sim.service_models import operation_of

# A name at the head of an item of the documentation of Filters.
_NAMED = re.compile(r"<li>\s*<p>\s*<code>([^<]+)</code>")
_ALSO_NAMED = re.compile(r"<code>([^<]+)</code> as the filter")
_DASH = re.compile(r"-(\w)")
# Names of earlier documentation; AWS still takes them.
_FORMER: Mapping[str, frozenset[str]] = {
    "DescribeAddresses": frozenset({"domain"}),
    "DescribeNetworkInterfaces": frozenset({"group-name"}),
    "DescribeSubnets": frozenset({"cidr"}),
    "DescribeVpcs": frozenset({"cidr-block", "cidrBlock", "isDefault"}),
}
_TAGS = frozenset({"tag-key", "tag-value"})
# The operations whose filters are documented, and of which moto knows at least some.
_FILTERED = frozenset({
    "DescribeAddresses",
    "DescribeAvailabilityZones",
    "DescribeDhcpOptions",
    "DescribeEgressOnlyInternetGateways",
    "DescribeInstances",
    "DescribeInternetGateways",
    "DescribeManagedPrefixLists",
    "DescribeNatGateways",
    "DescribeNetworkAcls",
    "DescribeNetworkInterfaces",
    "DescribePrefixLists",
    "DescribeRegions",
    "DescribeRouteTables",
    "DescribeSecurityGroupRules",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeTags",
    "DescribeVpcEndpoints",
    "DescribeVpcPeeringConnections",
    "DescribeVpcs",
})
# How AWS names ids and page sizes that do not go together.
_IDS_AND_SIZE: Mapping[str, tuple[str, str]] = {
    "DescribeInternetGateways": ("InternetGatewayIds", "MaxResults"),
    "DescribeNetworkAcls": ("NetworkAclIds", "MaxResults"),
    "DescribeNetworkInterfaces": ("NetworkInterfaceIds", "MaxResults"),
    "DescribeRouteTables": ("RouteTableIds", "MaxResults"),
    "DescribeSecurityGroupRules": ("securityGroupRuleIds", "maxResults"),
    "DescribeSecurityGroups": ("securityGroupIdSet", "maxResults"),
    "DescribeSubnets": ("SubnetIds", "MaxResults"),
    "DescribeVpcs": ("VpcIds", "MaxResults"),
}
_LISTING = ("Describe", "Get", "Search")
_IDS = frozenset({
    "GroupIds",
    "InternetGatewayIds",
    "NetworkAclIds",
    "NetworkInterfaceIds",
    "RouteTableIds",
    "SecurityGroupRuleIds",
    "SubnetIds",
    "VpcIds",
})
# Where the documentation has a range and the model has none.
_DOCUMENTED_RANGES: Mapping[str, tuple[int, int]] = {"DescribeTags": (5, 1000)}


def check_listing(asked: Asked, ec2: Any) -> None:
    """Refuse unknown filters, and pages that AWS does not have.

    Source: botocore's EC2 model and its documentation of each operation.

    Raises:
        AwsError: `InvalidParameterValue` or `InvalidParameterCombination`.
    """
    if asked.operation in _FILTERED:
        _check_filters(asked)
    if asked.operation.startswith(_LISTING):
        _check_page(asked, ec2)


def _check_filters(asked: Asked) -> None:
    known = _known_filters(asked.operation)
    for given in asked.params.get("Filters") or asked.params.get("Filter") or ():
        name = given.get("Name")
        if name is None:
            raise wording.FILTER_UNKNOWN.error(name="null")
        if name not in known and not name.startswith("tag:"):
            raise wording.FILTER_UNKNOWN.error(name=name)


@functools.cache
def _known_filters(operation: str) -> frozenset[str]:
    """List the names of filters: the documented ones, and what older documentation has."""
    model = operation_of("ec2", operation)
    members = model.input_shape.members if model is not None and model.input_shape else {}
    member = members.get("Filters") or members.get("Filter")
    text = member.documentation if member is not None else ""
    named = {*_NAMED.findall(text), *_ALSO_NAMED.findall(text)}
    camel = {_DASH.sub(lambda found: found[1].upper(), name) for name in named}
    return _TAGS | _FORMER.get(operation, frozenset()) | named | camel


def _check_page(asked: Asked, ec2: Any) -> None:
    size, token = asked.params.get("MaxResults"), asked.params.get("NextToken")
    ids, size_name = _IDS_AND_SIZE.get(asked.operation, ("", ""))
    if size is not None:
        if ids and any(asked.params.get(name) for name in _IDS):
            raise wording.PAGE_WITH_IDS.error(ids=ids, size=size_name)
        _check_size(asked.operation, size)
    if token and not _is_token(asked.operation, token, ec2):
        bad = wording.BAD_TOKEN
        if asked.operation == "DescribeSecurityGroupRules":
            bad = wording.BAD_RULES_TOKEN
        raise bad.error(value=token)


def _is_token(operation: str, token: str, ec2: Any) -> bool:
    """Tell whether moto may have given a token; most listings it tells all at once."""
    if operation == "DescribeInstances":
        return token in ec2.reservations
    if operation == "DescribeIamInstanceProfileAssociations":
        return is_position(token)
    return operation == "DescribeVpcEndpointServices"  # moto looks it up itself


def _check_size(operation: str, size: int) -> None:
    least, most = _range(operation)
    if least is not None and size < least:
        raise wording.PAGE_TOO_SMALL.error(value=size, limit=least)
    if most is not None and size > most:
        raise wording.PAGE_TOO_LARGE.error(value=size, limit=most)


@functools.cache
def _range(operation: str) -> tuple[int | None, int | None]:
    if operation in _DOCUMENTED_RANGES:
        return _DOCUMENTED_RANGES[operation]
    model = operation_of("ec2", operation)
    if model is None or model.input_shape is None:
        return None, None
    member = model.input_shape.members.get("MaxResults")
    metadata = {} if member is None else member.metadata
    return metadata.get("min"), metadata.get("max")
