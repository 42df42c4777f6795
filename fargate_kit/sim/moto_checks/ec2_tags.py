"""The tags that requests to EC2 give: their number, their keys, and what they are put on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.ec2_ids import BY_PREFIX

# Source: Amazon EC2 User Guide, page `Using_Tags`, tag restrictions.
MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
_RESERVED = "aws:"

# What each operation makes, as tag specifications name it.
_MADE: Mapping[str, str] = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}


def check_tags(asked: Asked, ec2: Any) -> None:
    """Refuse tags that AWS refuses, before anything is made or tagged.

    Raises:
        AwsError: `TagLimitExceeded`, `InvalidParameterValue` or `InvalidTagKey.Malformed`; or
            something to be tagged is not there.
    """
    given = asked.params.get("Tags") or ()
    if asked.operation == "CreateTags":
        _check_named(given)
        for id in asked.params.get("Resources") or ():
            _check_tagged(ec2, id, given)
    if asked.operation == "DeleteTags" and any(not tag.get("Key") for tag in given):
        raise wording.TAG_KEY_EMPTY.error()
    made = _MADE.get(asked.operation)
    if made is None:
        return
    for specification in asked.params.get("TagSpecifications") or ():
        type_ = specification.get("ResourceType")
        if type_ is not None and type_ != made:
            raise wording.NOT_TAGGABLE.error(type=type_)
        tags = specification.get("Tags") or ()
        _check_named(tags)
        if len(tags) > MOST_TAGS:
            raise wording.TAGS_TOO_MANY.error()


def _check_named(tags: Sequence[Mapping[str, Any]]) -> None:
    seen = set()
    for tag in tags:
        key, value = tag.get("Key"), tag.get("Value")
        if not key:
            raise wording.TAG_KEY_EMPTY.error()
        if value is None:
            raise wording.TAG_VALUE_MISSING.error()
        if key.lower().startswith(_RESERVED):
            raise wording.TAG_RESERVED.error()
        if len(key) > LONGEST_KEY:
            raise wording.TAG_KEY_TOO_LONG.error(limit=LONGEST_KEY)
        if len(value) > LONGEST_VALUE:
            raise wording.TAG_VALUE_TOO_LONG.error(limit=LONGEST_VALUE)
        if key in seen:
            raise wording.TAG_REPEATED.error(key=key)
        seen.add(key)


def _check_tagged(ec2: Any, id: str, tags: Iterable[Mapping[str, Any]]) -> None:
    """Refuse to tag what is not there, or has too many tags then."""
    kind = BY_PREFIX.get(id.partition("-")[0])
    if kind is not None and id.partition("-")[2].isalnum():
        kind.check(ec2, id)
    after = {*ec2.tags.get(id, {}), *(tag["Key"] for tag in tags)}
    if sum(not key.startswith(_RESERVED) for key in after) > MOST_TAGS:
        raise wording.TAGS_TOO_MANY.error()
