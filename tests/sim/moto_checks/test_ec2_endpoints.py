"""What EC2 refuses of VPC endpoints, attributes and pages, and how it lists what endpoints need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from query_calls import call as ask

from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.moto_adapter import MotoAdapter

S3, ECS = "com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.ecs"
Names = dict[str, str]


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoAdapter]:
    """An account that refusals leave as it is."""
    adapter = MotoAdapter(account_id="111122226666", seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture(scope="module")
def names(moto: MotoAdapter) -> Names:
    """The ids of a network with an endpoint of either kind."""
    subnet = ask(moto, "ec2", "DescribeSubnets")["Subnets"][0]
    table = ask(moto, "ec2", "DescribeRouteTables")["RouteTables"][0]["RouteTableId"]
    vpc = {"VpcId": subnet["VpcId"]}
    private = {"VpcEndpointType": "Interface", "PrivateDnsEnabled": True}
    subnets = [subnet["SubnetId"]]
    ask(moto, "ec2", "CreateVpcEndpoint", **vpc, ServiceName=S3, RouteTableIds=[table])
    ask(moto, "ec2", "CreateVpcEndpoint", **vpc, ServiceName=ECS, SubnetIds=subnets, **private)
    return {"vpc": subnet["VpcId"], "subnet": subnet["SubnetId"], "rtb": table}


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"ServiceName": "com.amazonaws.us-east-1.nope"}, "InvalidServiceName", "does not exist"),
        ({"ServiceName": "com.amazonaws.eu-west-1.s3"}, "InvalidServiceName", "does not exist"),
        ({"ServiceName": S3, "SubnetIds": ["{subnet}"]}, "InvalidParameter", "Subnet IDs"),
        ({"ServiceName": S3, "RouteTableIds": ["{rtb}"]}, "RouteAlreadyExists", "{rtb} already"),
        (
            {"ServiceName": ECS, "VpcEndpointType": "Interface", "RouteTableIds": ["{rtb}"]},
            "InvalidParameter",
            "Route table IDs",
        ),
        (
            {"ServiceName": ECS, "VpcEndpointType": "Interface", "PrivateDnsEnabled": True},
            "InvalidParameter",
            "conflicting DNS domain for ecs.us-east-1.amazonaws.com in the VPC {vpc}",
        ),
    ],
)
def test_an_endpoint_that_aws_has_not_got_is_refused(
    moto: MotoAdapter, names: Names, members: dict[str, Any], code: str, text: str
) -> None:
    """An endpoint of no service, or beside one that is in its way, is not made."""
    asked = {
        key: [one.format(**names) for one in value] if isinstance(value, list) else value
        for key, value in members.items()
    }
    before = ask(moto, "ec2", "DescribeVpcEndpoints")["VpcEndpoints"]
    with pytest.raises(AwsError) as refused:
        ask(moto, "ec2", "CreateVpcEndpoint", VpcId=names["vpc"], **asked)
    assert refused.value.code == code
    assert text.format(**names) in refused.value.message
    assert ask(moto, "ec2", "DescribeVpcEndpoints")["VpcEndpoints"] == before


@pytest.mark.parametrize(
    "members",
    [
        {"ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"},
        {"ServiceName": "com.amazonaws.us-east-1.ecr.api", "PrivateDnsEnabled": True},
        {"ServiceName": "com.amazonaws.us-east-1.bedrock-runtime"},
        {"ServiceName": ECS, "PrivateDnsEnabled": False},
    ],
)
def test_other_endpoints_are_made(moto: MotoAdapter, names: Names, members: dict[str, Any]) -> None:
    """Services of others, of newer names, and a second endpoint without private names are taken."""
    asked = {"VpcId": names["vpc"], "VpcEndpointType": "Interface", **members}
    made = ask(moto, "ec2", "CreateVpcEndpoint", **asked)["VpcEndpoint"]
    assert made["ServiceName"] == members["ServiceName"]
    ask(moto, "ec2", "DeleteVpcEndpoints", VpcEndpointIds=[made["VpcEndpointId"]])


def test_a_deleted_endpoint_is_in_nobodys_way(moto: MotoAdapter, names: Names) -> None:
    """The route of a gateway endpoint goes with it, so that another one can be made."""
    table = ask(moto, "ec2", "CreateRouteTable", VpcId=names["vpc"])["RouteTable"]["RouteTableId"]
    for _ in range(2):
        asked = {"VpcId": names["vpc"], "ServiceName": S3, "RouteTableIds": [table]}
        made = ask(moto, "ec2", "CreateVpcEndpoint", **asked)["VpcEndpoint"]["VpcEndpointId"]
        ask(moto, "ec2", "DeleteVpcEndpoints", VpcEndpointIds=[made])


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("ModifyVpcAttribute", {"VpcId": "{vpc}"}),
        (
            "ModifyVpcAttribute",
            {
                "VpcId": "{vpc}",
                "EnableDnsSupport": {"Value": False},
                "EnableDnsHostnames": {"Value": False},
            },
        ),
        ("ModifySubnetAttribute", {"SubnetId": "{subnet}"}),
        (
            "ModifySubnetAttribute",
            {
                "SubnetId": "{subnet}",
                "MapPublicIpOnLaunch": {"Value": False},
                "EnableDns64": {"Value": False},
            },
        ),
    ],
)
def test_one_attribute_is_changed_at_a_time(
    moto: MotoAdapter, names: Names, operation: str, members: dict[str, Any]
) -> None:
    """No attribute and two attributes are refused, and nothing changes."""
    asked = {
        key: value.format(**names) if isinstance(value, str) else value
        for key, value in members.items()
    }
    before = ask(moto, "ec2", "DescribeSubnets")["Subnets"]
    with pytest.raises(AwsError, match=r"^InvalidParameterCombination: .*attribute"):
        ask(moto, "ec2", operation, **asked)
    assert ask(moto, "ec2", "DescribeSubnets")["Subnets"] == before
    read = {"VpcId": names["vpc"], "Attribute": "enableDnsSupport"}
    assert ask(moto, "ec2", "DescribeVpcAttribute", **read)["EnableDnsSupport"]["Value"]


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeDhcpOptions",
        "DescribeEgressOnlyInternetGateways",
        "DescribeIamInstanceProfileAssociations",
        "DescribeInstances",
        "DescribeManagedPrefixLists",
        "DescribePrefixLists",
        "DescribeSubnets",
        "DescribeVpcPeeringConnections",
    ],
)
def test_a_token_that_nobody_gave_is_refused(moto: MotoAdapter, operation: str) -> None:
    """Every listing with pages refuses what is none of its tokens."""
    with pytest.raises(AwsError, match=r"InvalidParameterValue: .*garbage.*NextToken"):
        ask(moto, "ec2", operation, NextToken="garbage")


@pytest.mark.parametrize(
    ("operation", "ids", "key"),
    [
        ("DescribeSubnets", "SubnetIds", "subnet"),
        ("DescribeRouteTables", "RouteTableIds", "rtb"),
        ("DescribeVpcs", "VpcIds", "vpc"),
    ],
)
def test_ids_and_a_page_size_do_not_go_together(
    moto: MotoAdapter, names: Names, operation: str, ids: str, key: str
) -> None:
    """Who names what is listed cannot say how much of it."""
    with pytest.raises(AwsError, match=f"InvalidParameterCombination: .*{ids}.*MaxResults"):
        ask(moto, "ec2", operation, MaxResults=5, **{ids: [names[key]]})


def test_an_unknown_filter_of_instances_is_refused(moto: MotoAdapter) -> None:
    """Instances have filters too, though Fargate has no instances."""
    for name in ("instance-state-name", "vpc-id", "tag:a"):
        ask(moto, "ec2", "DescribeInstances", Filters=[{"Name": name, "Values": ["x"]}])
    with pytest.raises(AwsError, match="InvalidParameterValue: The filter 'nope' is invalid"):
        ask(moto, "ec2", "DescribeInstances", Filters=[{"Name": "nope", "Values": ["x"]}])


def test_services_of_endpoints_are_listed(moto: MotoAdapter) -> None:
    """Services are found by name, by kind and by wildcard; an unknown one is refused."""

    def listed(**asked: Any) -> list[tuple[str, str]]:
        told = ask(moto, "ec2", "DescribeVpcEndpointServices", **asked)["ServiceDetails"]
        return [(one["ServiceName"], one["ServiceType"][0]["ServiceType"]) for one in told]

    assert listed(ServiceNames=[ECS]) == [(ECS, "Interface")]
    gateways = listed(Filters=[{"Name": "service-type", "Values": ["Gateway"]}])
    assert gateways == [("com.amazonaws.us-east-1.dynamodb", "Gateway"), (S3, "Gateway")]
    registry = listed(Filters=[{"Name": "service-name", "Values": ["*.ecr.*"]}])
    assert [name.rpartition(".")[2] for name, _ in registry] == ["api", "dkr"]
    with pytest.raises(AwsError, match="InvalidServiceName"):
        listed(ServiceNames=["com.amazonaws.us-east-1.nope"])
    with pytest.raises(AwsError, match="The filter 'nope' is invalid"):
        listed(Filters=[{"Name": "nope", "Values": ["x"]}])


def test_filters_of_interfaces(moto: MotoAdapter, names: Names) -> None:
    """Interfaces are found by their groups, and one that is not attached by no attachment."""

    def found(name: str, value: str) -> int:
        asked = [{"Name": name, "Values": [value]}]
        return len(
            ask(moto, "ec2", "DescribeNetworkInterfaces", Filters=asked)["NetworkInterfaces"]
        )

    asked = {"GroupName": "filtered", "Description": "x", "VpcId": names["vpc"]}
    group = ask(moto, "ec2", "CreateSecurityGroup", **asked)["GroupId"]
    ask(moto, "ec2", "CreateNetworkInterface", SubnetId=names["subnet"], Groups=[group])
    assert (found("group-name", "filt*"), found("group-name", "other")) == (1, 0)
    assert found("attachment.status", "attached") == found("attachment.device-index", "0") == 0


def test_a_filter_that_is_missing_is_named(moto: MotoAdapter) -> None:
    """Whoever uses a documented filter that is not simulated is told which one."""
    asked = [{"Name": "entry.ipv6-cidr", "Values": ["::/0"]}]
    with pytest.raises(UnsupportedOperation, match=r"its filter 'entry\.ipv6-cidr'"):
        ask(moto, "ec2", "DescribeNetworkAcls", Filters=asked)


def test_rules_are_found_by_patterns_of_groups(moto: MotoAdapter) -> None:
    """What is no id of a group has no rules, and is no error."""

    def found(value: str) -> list[dict[str, Any]]:
        asked = [{"Name": "group-id", "Values": [value]}]
        told = ask(moto, "ec2", "DescribeSecurityGroupRules", Filters=asked)
        return list(told["SecurityGroupRules"])

    assert found("x-*") == []
    assert found("sg-*")


def test_members_of_a_default_group_reach_each_other(moto: MotoAdapter) -> None:
    """The default group of any VPC lets everything in from itself, and everything out."""
    ask(moto, "ec2", "CreateVpc", CidrBlock="10.9.0.0/16")
    where = [{"Name": "group-name", "Values": ["default"]}]
    groups = ask(moto, "ec2", "DescribeSecurityGroups", Filters=where)["SecurityGroups"]
    assert len(groups) == 2
    for group in groups:
        (rule,) = group["IpPermissions"]
        assert rule["IpProtocol"] == "-1"
        assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [group["GroupId"]]
        (out,) = group["IpPermissionsEgress"]
        assert [one["CidrIp"] for one in out["IpRanges"]] == ["0.0.0.0/0"]
