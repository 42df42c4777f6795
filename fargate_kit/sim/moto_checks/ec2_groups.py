"""The security groups and their rules that EC2 is asked to make, change or delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fargate_kit.sim import ec2_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.ec2_ids import group, groups, missing
from fargate_kit.sim.moto_checks.ec2_permissions import (
    TEXT,
    Permission,
    default_vpc_group,
    default_vpc_id,
    read_permissions,
    stored,
)


def check_groups(asked: Asked, ec2: Any) -> None:
    """Refuse what AWS refuses of security groups and their rules.

    Source: EC2 API reference, of each operation, and the page `errors-overview`.

    Raises:
        AwsError: As AWS does.
    """
    check = _CHECKS.get(asked.operation)
    if check is not None:
        check(asked, ec2)


def _describe(asked: Asked, ec2: Any) -> None:
    for name in asked.params.get("GroupNames") or ():
        default_vpc_group(ec2, name)


def _create(asked: Asked, ec2: Any) -> None:
    for name in ("GroupName", "Description"):
        if not asked.params.get(name):
            raise missing(asked, name)
    name = asked.params["GroupName"]
    _check_text("GroupName", "name", name)
    _check_text("GroupDescription", "description", asked.params["Description"])
    if name.lower().startswith("sg-"):
        raise wording.GROUP_NAME_LIKE_ID.error(value=name)
    if name == "default":
        raise wording.GROUP_NAME_RESERVED.error()
    vpc = asked.params.get("VpcId") or default_vpc_id(ec2)
    if any(each.vpc_id == vpc and each.name == name for each in groups(ec2)):
        raise wording.GROUP_EXISTS.error(name=name, vpc=vpc)


def _check_text(parameter: str, what: str, text: str) -> None:
    if not text.isascii():
        raise wording.NOT_ASCII.error(value=text, name=parameter)
    if not TEXT.fullmatch(text):
        raise wording.BAD_GROUP_TEXT.error(what=what)


def _delete(asked: Asked, ec2: Any) -> None:
    found = _named_group(asked, ec2)
    if found.is_default:
        raise wording.DEFAULT_GROUP.error(id=found.id)


def _named_group(asked: Asked, ec2: Any) -> Any:
    """Find the group that a request is about, by its id or by its name in the default VPC."""
    id, name = asked.params.get("GroupId"), asked.params.get("GroupName")
    if id is not None:
        return group(ec2, id)
    if name is None:
        raise wording.GROUP_NOT_NAMED.error()
    return default_vpc_group(ec2, name)


def _authorize_ingress(asked: Asked, ec2: Any) -> None:
    found = _named_group(asked, ec2)
    _check_new(found.ingress_rules, read_permissions(asked, ec2, found))


def _authorize_egress(asked: Asked, ec2: Any) -> None:
    found = _named_group(asked, ec2)
    _check_new(found.egress_rules, read_permissions(asked, ec2, found))


def _check_new(rules: Iterable[Any], given: list[Permission]) -> None:
    """Refuse rules that are there, or are given twice; nothing is added then."""
    if len(set(given)) < len(given):
        raise wording.PERMISSION_TWICE.error()
    there = stored(rules)
    for one in given:
        if one in there:
            raise wording.PERMISSION_EXISTS.error(peer=one.source, traffic=one)


def _revoke_ingress(asked: Asked, ec2: Any) -> None:
    found = _named_group(asked, ec2)
    _check_there(asked, ec2, found, found.ingress_rules)


def _revoke_egress(asked: Asked, ec2: Any) -> None:
    found = _named_group(asked, ec2)
    _check_there(asked, ec2, found, found.egress_rules)


def _check_there(asked: Asked, ec2: Any, found: Any, rules: list[Any]) -> None:
    """Refuse to revoke what is not there; nothing is revoked then.

    In a default VPC that is no error (documentation of RevokeSecurityGroupIngress).
    """
    ids = asked.params.get("SecurityGroupRuleIds")
    if ids:
        for id in ids:
            _check_rule_id(id, rules)
        return
    given = read_permissions(asked, ec2, found)
    there = stored(rules)
    if found.vpc_id != default_vpc_id(ec2) and any(one not in there for one in given):
        raise wording.PERMISSION_MISSING.error()


def _modify(asked: Asked, ec2: Any) -> None:
    found = group(ec2, asked.params["GroupId"])
    for one in asked.params["SecurityGroupRules"]:
        if one.get("SecurityGroupRuleId") is None:
            raise wording.MEMBER_MISSING.error(name="securityGroupRuleId")
        if one.get("SecurityGroupRule") is None:
            raise wording.NO_NEW_RULE.error()
        _check_rule_id(one["SecurityGroupRuleId"], (*found.ingress_rules, *found.egress_rules))


def _check_rule_id(id: str, rules: Iterable[Any]) -> None:
    if not id.startswith("sgr-"):
        raise wording.RULE_MALFORMED.error(id=id, prefix="sgr")
    if all(rule.id != id for rule in rules):
        raise wording.RULE_MISSING.error(id=id)


_CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "AuthorizeSecurityGroupEgress": _authorize_egress,
    "AuthorizeSecurityGroupIngress": _authorize_ingress,
    "CreateSecurityGroup": _create,
    "DeleteSecurityGroup": _delete,
    "DescribeSecurityGroups": _describe,
    "ModifySecurityGroupRules": _modify,
    "RevokeSecurityGroupEgress": _revoke_egress,
    "RevokeSecurityGroupIngress": _revoke_ingress,
}
