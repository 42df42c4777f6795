"""What EC2 refuses of security groups and their rules: nothing is made or changed then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from query_calls import call as ask

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter

GONE = "sg-0123456789abcdef0"
HTTP = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
EVERYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
BAD = "InvalidParameterValue"


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoAdapter]:
    """An account that refusals leave as it is."""
    adapter = MotoAdapter(account_id="111122227777", seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture(scope="module")
def vpc(moto: MotoAdapter) -> str:
    """A VPC that is not the default one."""
    return str(ask(moto, "ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture(scope="module")
def group(moto: MotoAdapter, vpc: str) -> str:
    """A group in that VPC which lets HTTP in from everywhere."""
    made = ask(moto, "ec2", "CreateSecurityGroup", GroupName="own", Description="x", VpcId=vpc)
    id = str(made["GroupId"])
    given = [HTTP | EVERYWHERE]
    ask(moto, "ec2", "AuthorizeSecurityGroupIngress", GroupId=id, IpPermissions=given)
    return id


def groups(moto: MotoAdapter) -> Any:
    """List all groups with their rules."""
    return ask(moto, "ec2", "DescribeSecurityGroups")["SecurityGroups"]


def named(**members: Any) -> dict[str, Any]:
    """Ask for a group."""
    return {"GroupName": "new", "Description": "new", **members}


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"Description": "x"}, "MissingParameter", "parameter groupName"),
        ({"GroupName": "x"}, "MissingParameter", "parameter GroupDescription"),
        (named(GroupName="sg-web"), BAD, r"\(sg-web\).*format sg-\*"),
        (named(GroupName="default"), BAD, "reserved security group name: default"),
        (named(GroupName="n" * 256), BAD, "group name.*less than 256 characters"),
        (named(GroupName="a|b"), BAD, "group name.*following set"),
        (named(GroupName="grün"), BAD, r"\(grün\) for parameter GroupName.*beyond ASCII"),
        (named(Description="d" * 256), BAD, "group description.*less than 256 characters"),
        (named(Description="für alle"), BAD, "GroupDescription is invalid.*beyond ASCII"),
        (named(GroupName="own"), "InvalidGroup.Duplicate", "'own' already exists for VPC 'vpc-"),
    ],
)
def test_a_group_that_ec2_refuses_is_not_made(
    moto: MotoAdapter, vpc: str, group: str, members: dict[str, Any], code: str, text: str
) -> None:
    """Names and descriptions have their characters and lengths, and a name is one VPC's once."""
    before = groups(moto)
    with pytest.raises(AwsError) as refused:
        ask(moto, "ec2", "CreateSecurityGroup", VpcId=vpc, **members)
    assert refused.value.code == code
    assert re.search(text, refused.value.message), refused.value
    assert groups(moto) == before


def test_a_name_is_free_in_every_other_vpc(moto: MotoAdapter, group: str) -> None:
    """Groups of one name live beside each other in several VPCs."""
    made = ask(moto, "ec2", "CreateSecurityGroup", GroupName="own", Description="$!*;{}[]")
    assert made["GroupId"] != group
    ask(moto, "ec2", "DeleteSecurityGroup", GroupName="own")
    assert group in {one["GroupId"] for one in groups(moto)}


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({}, "MissingParameter", "groupName or groupId"),
        ({"GroupName": "own"}, "InvalidGroup.NotFound", "'own' does not exist in default VPC"),
        ({"GroupName": "default"}, "CannotDelete", 'name: "default" cannot be deleted by a user'),
        ({"GroupId": GONE}, "InvalidGroup.NotFound", f"'{GONE}' does not exist"),
        ({"GroupId": "own"}, "InvalidGroupId.Malformed", 'Invalid id: "own"'),
    ],
)
def test_a_group_that_ec2_keeps_is_not_deleted(
    moto: MotoAdapter, group: str, members: dict[str, Any], code: str, text: str
) -> None:
    """A default group stays, and a name means a group of the default VPC."""
    before = groups(moto)
    with pytest.raises(AwsError) as refused:
        ask(moto, "ec2", "DeleteSecurityGroup", **members)
    assert refused.value.code == code
    assert re.search(text, refused.value.message), refused.value
    assert groups(moto) == before


def from_block(cidr: str) -> dict[str, Any]:
    """Let HTTP in from a block."""
    return HTTP | {"IpRanges": [{"CidrIp": cidr}]}


def ports(first: Any, last: Any, protocol: str = "tcp") -> dict[str, Any]:
    """Let ports in from everywhere."""
    return EVERYWHERE | {"IpProtocol": protocol, "FromPort": first, "ToPort": last}


NEW = HTTP | {"FromPort": 79}
RULES: list[tuple[list[dict[str, Any]], str, str]] = [
    ([EVERYWHERE], BAD, "'null' for protocol"),
    ([EVERYWHERE | {"IpProtocol": "all"}], BAD, "'all' for IP protocol"),
    ([EVERYWHERE | {"IpProtocol": "256"}], BAD, "'256' for IP protocol"),
    ([EVERYWHERE | {"IpProtocol": "tcp"}], BAD, "Must specify both from and to ports"),
    ([ports(80, 70_000)], BAD, r"\(to\) port \(70000\) out of range"),
    ([ports(-1, 80)], BAD, r"\(from\) port \(-1\) out of range"),
    ([ports("x", 80, "udp")], BAD, r"\( x \) for parameter fromPort"),
    ([ports(80, 70)], BAD, "80:70"),
    ([ports(256, -1, "icmp")], BAD, r"ICMP type \(256\) out of range"),
    ([from_block("10.0.0.1")], BAD, "CIDR block 10.0.0.1 is malformed"),
    ([from_block("10.0.0.0/33")], BAD, "CIDR block 10.0.0.0/33 is malformed"),
    ([HTTP | {"Ipv6Ranges": [{"CidrIpv6": "::/129"}]}], BAD, "CIDR block ::/129 is malformed"),
    ([HTTP | {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "für"}]}], BAD, "rule descr"),
    ([NEW | EVERYWHERE, NEW | EVERYWHERE], BAD, "must not appear multiple times"),
    (
        [NEW | EVERYWHERE, HTTP | EVERYWHERE],
        "InvalidPermission.Duplicate",
        '"peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists',
    ),
    (
        [NEW | EVERYWHERE, HTTP | {"UserIdGroupPairs": [{"GroupId": GONE}]}],
        "InvalidGroup.NotFound",
        GONE,
    ),
    (
        [HTTP | {"UserIdGroupPairs": [{"GroupId": "web"}]}],
        "InvalidGroupId.Malformed",
        '"web"',
    ),
]


@pytest.mark.parametrize(("given", "code", "text"), RULES)
def test_of_refused_rules_none_is_added(
    moto: MotoAdapter, group: str, given: list[dict[str, Any]], code: str, text: str
) -> None:
    """One rule that EC2 refuses keeps the others of the request out as well."""
    before = groups(moto)
    with pytest.raises(AwsError) as refused:
        ask(moto, "ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=given)
    assert refused.value.code == code
    assert re.search(text, refused.value.message), refused.value
    assert groups(moto) == before


def test_rules_are_compared_with_those_of_their_own_direction(
    moto: MotoAdapter, group: str
) -> None:
    """What is let in may be let out; the rule of a new group that lets everything out is there."""
    out = "AuthorizeSecurityGroupEgress"
    ask(moto, "ec2", out, GroupId=group, IpPermissions=[HTTP | EVERYWHERE])
    every = EVERYWHERE | {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1}
    with pytest.raises(AwsError, match=r'InvalidPermission.Duplicate.*"peer: 0.0.0.0/0, ALL'):
        ask(moto, "ec2", out, GroupId=group, IpPermissions=[every])
    ask(moto, "ec2", "RevokeSecurityGroupEgress", GroupId=group, IpPermissions=[HTTP | EVERYWHERE])


def test_a_group_of_another_vpc_is_no_source(moto: MotoAdapter, group: str) -> None:
    """Without a peering, a rule names groups of its own VPC alone."""
    other = next(one["GroupId"] for one in groups(moto) if one["GroupName"] == "default")
    pair = {"GroupId": other}
    rule = HTTP | {"UserIdGroupPairs": [pair]}
    ingress = "AuthorizeSecurityGroupIngress"
    vpcs = {one["GroupId"]: one["VpcId"] for one in groups(moto)}
    assert vpcs[other] != vpcs[group]
    with pytest.raises(AwsError, match=r"InvalidGroup.NotFound.*belong to different networks"):
        ask(moto, "ec2", ingress, GroupId=group, IpPermissions=[rule])
    pair["UserId"] = "999999999999"
    ask(moto, "ec2", ingress, GroupId=group, IpPermissions=[rule])
    ask(moto, "ec2", "RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])


def test_of_rules_one_of_which_is_not_there_none_is_revoked(moto: MotoAdapter, group: str) -> None:
    """In a VPC that is not the default one, all rules are there or all stay."""
    before = groups(moto)
    given = [HTTP | EVERYWHERE, NEW | EVERYWHERE]
    revoke = "RevokeSecurityGroupIngress"
    with pytest.raises(AwsError, match=r"InvalidPermission.NotFound.*specified rule does not"):
        ask(moto, "ec2", revoke, GroupId=group, IpPermissions=given)
    for id, code in (("sgr-0", "RuleId.NotFound.*'sgr-0'"), ("x", "RuleId.Malformed.*sgr-")):
        with pytest.raises(AwsError, match=code):
            ask(moto, "ec2", revoke, GroupId=group, SecurityGroupRuleIds=[id])
    assert groups(moto) == before


@pytest.mark.parametrize(
    ("rule", "code", "text"),
    [
        ({"SecurityGroupRule": HTTP}, "MissingParameter", "securityGroupRuleId"),
        ({"SecurityGroupRuleId": "sgr-0"}, BAD, "No value specified for securityGroupRule"),
        (
            {"SecurityGroupRuleId": "sgr-0", "SecurityGroupRule": HTTP | {"CidrIpv4": "::/0"}},
            "InvalidSecurityGroupRuleId.NotFound",
            "'sgr-0'",
        ),
    ],
)
def test_a_rule_that_is_not_there_is_not_modified(
    moto: MotoAdapter, group: str, rule: dict[str, Any], code: str, text: str
) -> None:
    """A modification names a rule of the group and what shall become of it."""
    before = groups(moto)
    with pytest.raises(AwsError) as refused:
        ask(moto, "ec2", "ModifySecurityGroupRules", GroupId=group, SecurityGroupRules=[rule])
    assert refused.value.code == code
    assert re.search(text, refused.value.message), refused.value
    assert groups(moto) == before
