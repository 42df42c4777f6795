"""Where moto's EC2 takes what AWS takes, and answers as AWS, only once it is put right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from query_calls import call as ask

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.moto_adapter import MotoAdapter

EVERYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id="111122228888", seed=1, inline=True)
    yield adapter
    adapter.close()


def balanced(moto: MotoAdapter, scheme: str) -> tuple[str, str, list[str], str]:
    """Make a load balancer; tell its VPC, its group, its subnets and its ARN."""
    found = ask(moto, "ec2", "DescribeSubnets")["Subnets"][:2]
    subnets = [subnet["SubnetId"] for subnet in found]
    group = ask(moto, "ec2", "CreateSecurityGroup", GroupName="front", Description="x")["GroupId"]
    asked = {"Name": "web", "Subnets": subnets, "SecurityGroups": [group], "Scheme": scheme}
    (made,) = ask(moto, "elbv2", "CreateLoadBalancer", **asked)["LoadBalancers"]
    return found[0]["VpcId"], group, subnets, made["LoadBalancerArn"]


def test_what_a_load_balancer_uses_stays(moto: MotoAdapter) -> None:
    """Its group and its subnets are kept as long as there is the load balancer."""
    _, group, subnets, arn = balanced(moto, "internal")
    for _ in range(2):
        with pytest.raises(AwsError, match=f"DependencyViolation.*resource {group}"):
            ask(moto, "ec2", "DeleteSecurityGroup", GroupId=group)
        for subnet in subnets:
            with pytest.raises(AwsError, match=f"DependencyViolation.*subnet '{subnet}'"):
                ask(moto, "ec2", "DeleteSubnet", SubnetId=subnet)
    ask(moto, "elbv2", "DeleteLoadBalancer", LoadBalancerArn=arn)
    ask(moto, "ec2", "DeleteSecurityGroup", GroupId=group)
    for subnet in subnets:
        ask(moto, "ec2", "DeleteSubnet", SubnetId=subnet)


@pytest.mark.parametrize("scheme", ["internet-facing", "internal"])
def test_the_gateway_of_a_load_balancer_that_faces_the_internet_stays(
    moto: MotoAdapter, scheme: str
) -> None:
    """The public addresses of a load balancer keep the internet gateway attached."""
    vpc, *_ = balanced(moto, scheme)
    (found,) = ask(moto, "ec2", "DescribeInternetGateways")["InternetGateways"]
    asked = {"InternetGatewayId": found["InternetGatewayId"], "VpcId": vpc}
    if scheme == "internet-facing":
        with pytest.raises(AwsError, match=f"DependencyViolation.*Network {vpc} has some mapped"):
            ask(moto, "ec2", "DetachInternetGateway", **asked)
    else:
        ask(moto, "ec2", "DetachInternetGateway", **asked)


def test_the_group_of_an_endpoint_stays_until_the_endpoint_goes(moto: MotoAdapter) -> None:
    """A security group that an endpoint has is kept."""
    subnet = ask(moto, "ec2", "DescribeSubnets")["Subnets"][0]
    group = ask(moto, "ec2", "CreateSecurityGroup", GroupName="way", Description="x")["GroupId"]
    made = ask(
        moto,
        "ec2",
        "CreateVpcEndpoint",
        VpcId=subnet["VpcId"],
        ServiceName="com.amazonaws.us-east-1.logs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet["SubnetId"]],
        SecurityGroupIds=[group],
    )
    with pytest.raises(AwsError, match=f"DependencyViolation.*resource {group}"):
        ask(moto, "ec2", "DeleteSecurityGroup", GroupId=group)
    ask(moto, "ec2", "DeleteVpcEndpoints", VpcEndpointIds=[made["VpcEndpoint"]["VpcEndpointId"]])
    ask(moto, "ec2", "DeleteSecurityGroup", GroupId=group)


def test_an_endpoint_of_no_type_is_a_gateway(moto: MotoAdapter) -> None:
    """The type has the default of the service model, and the endpoint can be deleted."""
    (table,) = ask(moto, "ec2", "DescribeRouteTables")["RouteTables"]
    made = ask(
        moto,
        "ec2",
        "CreateVpcEndpoint",
        VpcId=table["VpcId"],
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=[table["RouteTableId"]],
    )["VpcEndpoint"]
    assert made["VpcEndpointType"] == "Gateway"
    ask(moto, "ec2", "DeleteVpcEndpoints", VpcEndpointIds=[made["VpcEndpointId"]])
    (after,) = ask(moto, "ec2", "DescribeRouteTables")["RouteTables"]
    assert after["Routes"] == table["Routes"]


def test_blocks_are_written_in_their_canonical_form(moto: MotoAdapter) -> None:
    """Bits of hosts in a block of a VPC, a subnet, a route or a rule are left out."""
    vpc = ask(moto, "ec2", "CreateVpc", CidrBlock="10.0.7.9/16")["Vpc"]
    place = ask(moto, "ec2", "CreateSubnet", VpcId=vpc["VpcId"], CidrBlock="10.0.1.77/24")["Subnet"]
    assert (vpc["CidrBlock"], place["CidrBlock"]) == ("10.0.0.0/16", "10.0.1.0/24")
    table = ask(moto, "ec2", "CreateRouteTable", VpcId=vpc["VpcId"])["RouteTable"]["RouteTableId"]
    gateway = ask(moto, "ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ask(moto, "ec2", "AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc["VpcId"])
    for number, cidr in enumerate(("192.0.2.9/24", "198.51.100.9/24"), start=1):
        route = {"RouteTableId": table, "DestinationCidrBlock": cidr}
        ask(moto, "ec2", "CreateRoute", GatewayId=gateway, **route)
        asked = {"RouteTableIds": [table]}
        routes = ask(moto, "ec2", "DescribeRouteTables", **asked)["RouteTables"][0]["Routes"]
        assert len(routes) == number + 1
        assert routes[-1]["DestinationCidrBlock"] == cidr.replace(".9/", ".0/")
    ask(moto, "ec2", "DeleteRoute", **route)
    where = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    (group,) = ask(moto, "ec2", "DescribeSecurityGroups", Filters=where)["SecurityGroups"]
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.1.2.3/8"}]}
    asked = {"GroupId": group["GroupId"], "IpPermissions": [rule]}
    ask(moto, "ec2", "AuthorizeSecurityGroupIngress", **asked)
    (after,) = ask(moto, "ec2", "DescribeSecurityGroups", Filters=where)["SecurityGroups"]
    assert after["IpPermissions"][-1]["IpRanges"] == [{"CidrIp": "10.0.0.0/8"}]
    ask(moto, "ec2", "RevokeSecurityGroupIngress", **asked)


def test_a_zone_may_be_named_by_its_id(moto: MotoAdapter) -> None:
    """A subnet is in the zone whose id is given, and is no default subnet."""
    zone = ask(moto, "ec2", "DescribeAvailabilityZones")["AvailabilityZones"][1]
    vpc = ask(moto, "ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"VpcId": vpc, "CidrBlock": "10.0.0.0/24", "AvailabilityZoneId": zone["ZoneId"]}
    made = ask(moto, "ec2", "CreateSubnet", **asked)["Subnet"]
    assert made["AvailabilityZone"] == zone["ZoneName"]
    assert made["DefaultForAz"] is made["MapPublicIpOnLaunch"] is False


def test_a_nat_gateway_is_taken_where_a_gateway_is_named(moto: MotoAdapter) -> None:
    """A route to a NAT gateway leads there, by whichever member it was asked for."""
    subnet = ask(moto, "ec2", "DescribeSubnets")["Subnets"][0]
    address = ask(moto, "ec2", "AllocateAddress", Domain="vpc")["AllocationId"]
    asked = {"SubnetId": subnet["SubnetId"], "AllocationId": address}
    nat = ask(moto, "ec2", "CreateNatGateway", **asked)["NatGateway"]["NatGatewayId"]
    table = ask(moto, "ec2", "CreateRouteTable", VpcId=subnet["VpcId"])["RouteTable"]
    route = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0"}
    ask(moto, "ec2", "CreateRoute", GatewayId=nat, **route)
    asked = {"RouteTableIds": [table["RouteTableId"]]}
    routes = ask(moto, "ec2", "DescribeRouteTables", **asked)["RouteTables"][0]["Routes"]
    assert routes[-1]["NatGatewayId"] == nat


@pytest.mark.parametrize("protocol", ["50", "icmp", "58"])
def test_protocols_without_ports_are_taken(moto: MotoAdapter, protocol: str) -> None:
    """A rule of a protocol that has no ports need not have any; a second one is a duplicate."""
    group = ask(moto, "ec2", "CreateSecurityGroup", GroupName="a", Description="a")["GroupId"]
    asked: dict[str, Any] = {
        "GroupId": group,
        "IpPermissions": [EVERYWHERE | {"IpProtocol": protocol}],
    }
    ask(moto, "ec2", "AuthorizeSecurityGroupIngress", **asked)
    with pytest.raises(AwsError, match=r"InvalidPermission.Duplicate"):
        ask(moto, "ec2", "AuthorizeSecurityGroupIngress", **asked)
    ask(moto, "ec2", "RevokeSecurityGroupIngress", **asked)


def test_a_default_vpc_is_lenient_about_rules_that_are_not_there(moto: MotoAdapter) -> None:
    """What is there of the rules is revoked, and the rest is no error."""
    group = ask(moto, "ec2", "CreateSecurityGroup", GroupName="a", Description="a")["GroupId"]
    http = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    ask(
        moto,
        "ec2",
        "AuthorizeSecurityGroupIngress",
        GroupId=group,
        IpPermissions=[http | EVERYWHERE],
    )
    both = http | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}]}
    ask(moto, "ec2", "RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[both])
    found = ask(moto, "ec2", "DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    assert found[0].get("IpPermissions", []) == []


def found(moto: MotoAdapter, operation: str, name: str, *values: str) -> list[str]:
    """List by a filter; tell the ids."""
    told = ask(moto, "ec2", operation, Filters=[{"Name": name, "Values": list(values)}])
    key = next(key for key in told if isinstance(told[key], list))
    return [next(value for name, value in one.items() if name in IDS) for one in told[key]]


IDS = ("NetworkInterfaceId", "SubnetId", "GroupId", "RouteTableId", "VpcEndpointId")


def test_filters_that_moto_does_not_know_are_answered(moto: MotoAdapter) -> None:
    """Filters of interfaces, subnets, groups and route tables leave out what does not fit them."""
    here, other = ask(moto, "ec2", "DescribeSubnets")["Subnets"][:2]
    made = [
        ask(moto, "ec2", "CreateNetworkInterface", SubnetId=one["SubnetId"])["NetworkInterface"]
        for one in (here, other)
    ]
    ids = [one["NetworkInterfaceId"] for one in made]
    address = ask(moto, "ec2", "AllocateAddress", Domain="vpc")
    asked = {"AllocationId": address["AllocationId"], "NetworkInterfaceId": ids[1]}
    ask(moto, "ec2", "AssociateAddress", **asked)
    interfaces = "DescribeNetworkInterfaces"
    zone = here["AvailabilityZoneId"]
    assert found(moto, interfaces, "availability-zone-id", zone) == ids[:1]
    assert found(moto, interfaces, "association.public-ip", address["PublicIp"]) == ids[1:]
    assert found(moto, interfaces, "association.public-ip", "192.0.2.1") == []
    assert found(moto, interfaces, "association.allocation-id", "eipalloc-*") == ids[1:]
    both = [
        {"Name": "association.public-ip", "Values": ["*"]},
        {"Name": "subnet-id", "Values": [here["SubnetId"]]},
    ]
    assert ask(moto, "ec2", interfaces, Filters=both)["NetworkInterfaces"] == []
    assert found(moto, "DescribeSubnets", "subnet-arn", f"*/{here['SubnetId']}") == [
        here["SubnetId"]
    ]
    assert len(found(moto, "DescribeRouteTables", "route.origin", "CreateRoute")) == 1
    assert found(moto, "DescribeSecurityGroups", "ip-permission.ipv6-cidr", "::/0") == []
