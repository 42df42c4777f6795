"""What EC2 refuses of networks: nothing is made or changed then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from query_calls import call as ask

from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.moto_adapter import MotoAdapter

GONE = "0123456789abcdef0"
Names = dict[str, str]


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoAdapter]:
    """An account that refusals leave as it is."""
    adapter = MotoAdapter(account_id="111122225555", seed=1, inline=True)
    yield adapter
    adapter.close()


def make_vpc(moto: MotoAdapter, cidr: str) -> Names:
    """Make a VPC with a subnet, a route table of its own, a gateway and a group."""
    vpc = ask(moto, "ec2", "CreateVpc", CidrBlock=cidr)["Vpc"]["VpcId"]
    inside = cidr.replace("/16", "/24")
    subnet = ask(moto, "ec2", "CreateSubnet", VpcId=vpc, CidrBlock=inside)["Subnet"]["SubnetId"]
    table = ask(moto, "ec2", "CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    made = ask(moto, "ec2", "CreateInternetGateway")["InternetGateway"]
    gateway = made["InternetGatewayId"]
    ask(moto, "ec2", "AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    group = ask(moto, "ec2", "CreateSecurityGroup", GroupName="own", Description="x", VpcId=vpc)
    return {"vpc": vpc, "subnet": subnet, "rtb": table, "igw": gateway, "sg": group["GroupId"]}


@pytest.fixture(scope="module")
def names(moto: MotoAdapter) -> Names:
    """The ids of two VPCs and what is in them, by short names."""
    first, second = make_vpc(moto, "10.0.0.0/16"), make_vpc(moto, "10.1.0.0/16")
    found = first | {f"{name}2": id for name, id in second.items()}
    where = [{"Name": "vpc-id", "Values": [first["vpc"]]}]
    for table in ask(moto, "ec2", "DescribeRouteTables", Filters=where)["RouteTables"]:
        for association in table["Associations"]:
            found |= {
                "main": table["RouteTableId"],
                "rtbassoc": association["RouteTableAssociationId"],
            }
    for group in ask(moto, "ec2", "DescribeSecurityGroups", Filters=where)["SecurityGroups"]:
        if group["GroupName"] == "default":
            found["default"] = group["GroupId"]
    spare = ask(moto, "ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    address = ask(moto, "ec2", "AllocateAddress", Domain="vpc")
    nat = ask(
        moto,
        "ec2",
        "CreateNatGateway",
        SubnetId=first["subnet"],
        AllocationId=address["AllocationId"],
    )
    ask(moto, "ec2", "AssociateRouteTable", RouteTableId=first["rtb"], SubnetId=first["subnet"])
    other = ask(moto, "ec2", "CreateRouteTable", VpcId=first["vpc"])["RouteTable"]["RouteTableId"]
    return found | {
        "spare": spare,
        "eipalloc": address["AllocationId"],
        "ip": address["PublicIp"],
        "nat": nat["NatGateway"]["NatGatewayId"],
        "table": other,
    }


LISTS = (
    "DescribeAddresses",
    "DescribeInternetGateways",
    "DescribeNatGateways",
    "DescribeNetworkInterfaces",
    "DescribeRouteTables",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeTags",
    "DescribeVpcEndpoints",
    "DescribeVpcs",
)


def everything(moto: MotoAdapter) -> list[dict[str, Any]]:
    """List all that the account has."""
    told = [ask(moto, "ec2", operation) for operation in LISTS]
    for one in told:
        del one["ResponseMetadata"]
    return told


def filled(value: Any, names: Names) -> Any:
    """Put the ids in where a text has a name after a dollar sign."""
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, str):
        return re.sub(r"\$(\w+)", lambda found: names[found[1]], value)
    return value


def tagged(type_: str, *tags: tuple[str, str]) -> list[dict[str, Any]]:
    """Write a tag specification."""
    listed = [{"Key": key, "Value": value} for key, value in tags]
    return [{"ResourceType": type_, "Tags": listed}]


DEFAULT = {"DestinationCidrBlock": "0.0.0.0/0", "RouteTableId": "$rtb"}
OTHER_VPC = "belong to different networks"
MANY_TAGS = tagged("vpc", *((f"k{number}", "") for number in range(51)))

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # what is missing, or is not there
    ("CreateSubnet", {"CidrBlock": "10.0.9.0/24"}, "MissingParameter", "parameter vpcId"),
    ("DeleteSubnet", {}, "MissingParameter", "parameter subnetId"),
    ("DescribeVpcs", {"VpcIds": [f"vpc-{GONE}"]}, "InvalidVpcID.NotFound", f"'vpc-{GONE}'"),
    ("DescribeVpcs", {"VpcIds": ["nonsense"]}, "InvalidVpcID.NotFound", "'nonsense'"),
    ("DescribeSubnets", {"SubnetIds": ["x"]}, "InvalidSubnetID.NotFound", "subnet ID 'x' does"),
    ("DescribeSecurityGroups", {"GroupIds": ["own"]}, "InvalidGroupId.Malformed", 'expecting "sg-'),
    (
        "DescribeSecurityGroups",
        {"GroupIds": [f"sg-{GONE}"]},
        "InvalidGroup.NotFound",
        f"'sg-{GONE}'",
    ),
    (
        "DescribeSecurityGroups",
        {"GroupNames": ["own"]},
        "InvalidGroup.NotFound",
        "default VPC 'vpc-",
    ),
    (
        "DescribeRouteTables",
        {"RouteTableIds": ["$vpc"]},
        "InvalidRouteTableId.Malformed",
        "rtb-...",
    ),
    (
        "DescribeNatGateways",
        {"NatGatewayIds": [f"nat-{GONE}"]},
        "NatGatewayNotFound",
        f"nat-{GONE}",
    ),
    ("DescribeNatGateways", {"NatGatewayIds": ["x"]}, "NatGatewayMalformed", "nat-..."),
    ("DescribeAddresses", {"AllocationIds": ["x"]}, "InvalidAllocationID.NotFound", "ID 'x' does"),
    ("DescribeAddresses", {"PublicIps": ["192.0.2.1"]}, "InvalidAddress.NotFound", "192.0.2.1"),
    (
        "DescribeVpcEndpoints",
        {"VpcEndpointIds": ["$vpc"]},
        "InvalidVpcEndpointId.Malformed",
        "vpce-",
    ),
    (
        "DeleteNetworkInterface",
        {"NetworkInterfaceId": "x"},
        "InvalidNetworkInterfaceId.Malformed",
        "eni-",
    ),
    (
        "CreateSecurityGroup",
        {"GroupName": "a", "Description": "a", "VpcId": "x"},
        "InvalidVpcId.Malformed",
        "'x' is malformed",
    ),
    (
        "CreateNetworkInterface",
        {"SubnetId": "$subnet", "Groups": [f"sg-{GONE}"]},
        "InvalidGroup.NotFound",
        GONE,
    ),
    (
        "CreateNetworkInterface",
        {"SubnetId": "$subnet", "Groups": ["$sg2"]},
        "InvalidGroup.NotFound",
        OTHER_VPC,
    ),
    (
        "CreateNetworkInterface",
        {"SubnetId": "$subnet", "PrivateIpAddress": "10.1.0.9"},
        "InvalidParameterValue",
        "10.1.0.9 does not fall within the subnet's",
    ),
    (
        "CreateNetworkInterface",
        {"SubnetId": "$subnet", "PrivateIpAddress": "10.1"},
        "InvalidParameterValue",
        r"\(10.1\) for parameter privateIpAddress",
    ),
    (
        "CreateNetworkInterface",
        {"SubnetId": "$subnet", "Ipv6Addresses": [{"IsPrimaryIpv6": True}]},
        "MissingParameter",
        "parameter ipv6Address",
    ),
    # filters and pages
    (
        "DescribeVpcs",
        {"Filters": [{"Name": "foo", "Values": ["a"]}]},
        "InvalidParameterValue",
        "The filter 'foo' is invalid",
    ),
    (
        "DescribeSubnets",
        {"Filters": [{"Name": "vpc_id", "Values": ["a"]}]},
        "InvalidParameterValue",
        "filter 'vpc_id'",
    ),
    (
        "DescribeSecurityGroups",
        {"Filters": [{"Name": "tag", "Values": ["a"]}, {"Name": "nope"}]},
        "InvalidParameterValue",
        "filter 'nope'",
    ),
    (
        "DescribeSecurityGroupRules",
        {"Filters": [{"Name": "vpc-id", "Values": ["a"]}]},
        "InvalidParameterValue",
        "filter 'vpc-id'",
    ),
    (
        "DescribeNatGateways",
        {"Filter": [{"Name": "name", "Values": ["a"]}]},
        "InvalidParameterValue",
        "filter 'name'",
    ),
    ("DescribeTags", {"Filters": [{"Values": ["a"]}]}, "InvalidParameterValue", "filter 'null'"),
    (
        "DescribeVpcs",
        {"MaxResults": 4},
        "InvalidParameterValue",
        r"\( 4 \).*greater than or equal to 5",
    ),
    (
        "DescribeRouteTables",
        {"MaxResults": 101},
        "InvalidParameterValue",
        r"\( 101 \).*smaller than or equal to 100",
    ),
    ("DescribeTags", {"MaxResults": 1001}, "InvalidParameterValue", "equal to 1000"),
    ("DescribeSubnets", {"MaxResults": "many"}, "InvalidParameterValue", r"\( many \)"),
    (
        "DescribeVpcs",
        {"MaxResults": 5, "VpcIds": ["$vpc"]},
        "InvalidParameterCombination",
        "VpcIds cannot be used",
    ),
    (
        "DescribeNetworkInterfaces",
        {"MaxResults": 5, "NetworkInterfaceIds": [f"eni-{GONE}"]},
        "InvalidParameterCombination",
        "NetworkInterfaceIds cannot",
    ),
    (
        "DescribeSubnets",
        {"NextToken": "garbage"},
        "InvalidParameterValue",
        r"\( garbage \) for parameter NextToken",
    ),
    ("DescribeSecurityGroupRules", {"NextToken": "garbage"}, "InvalidPaginationToken", "'garbage'"),
    # tags
    (
        "CreateVpc",
        {"CidrBlock": "10.9.0.0/16", "TagSpecifications": MANY_TAGS},
        "TagLimitExceeded",
        "maximum number of Tags",
    ),
    (
        "CreateVpc",
        {"CidrBlock": "10.9.0.0/16", "TagSpecifications": tagged("subnet", ("a", "b"))},
        "InvalidParameterValue",
        "'subnet' is not a valid taggable",
    ),
    (
        "CreateInternetGateway",
        {"TagSpecifications": tagged("internet-gateway", ("aws:x", "b"))},
        "InvalidParameterValue",
        "'aws:' are reserved",
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": [{"Key": "AWS:x", "Value": ""}]},
        "InvalidParameterValue",
        "'aws:' are reserved",
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": [{"Key": "k" * 129, "Value": ""}]},
        "InvalidParameterValue",
        "length of 128",
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": [{"Key": "k", "Value": "v" * 257}]},
        "InvalidParameterValue",
        "length of 256",
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": [{"Key": "", "Value": ""}]},
        "InvalidTagKey.Malformed",
        "empty",
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": [{"Key": "a", "Value": ""}] * 2},
        "InvalidParameterValue",
        "Duplicate tag key 'a'",
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": MANY_TAGS[0]["Tags"]},
        "TagLimitExceeded",
        "maximum number of Tags",
    ),
    (
        "CreateTags",
        {"Resources": [f"eni-{GONE}"], "Tags": [{"Key": "a", "Value": ""}]},
        "InvalidNetworkInterfaceID.NotFound",
        GONE,
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc", f"eipalloc-{GONE}"], "Tags": [{"Key": "a", "Value": ""}]},
        "InvalidAllocationID.NotFound",
        GONE,
    ),
    (
        "CreateTags",
        {"Resources": ["$vpc"], "Tags": [{"Key": "a"}]},
        "InvalidParameterValue",
        "value cannot be null",
    ),
    (
        "DeleteTags",
        {"Resources": ["$vpc"], "Tags": [{"Value": "a"}]},
        "InvalidTagKey.Malformed",
        "empty",
    ),
    # blocks
    ("CreateVpc", {}, "MissingParameter", "Either 'cidrBlock' or"),
    (
        "CreateVpc",
        {"CidrBlock": "10.9.0.0"},
        "InvalidParameterValue",
        r"\(10.9.0.0\) for parameter cidrBlock",
    ),
    (
        "CreateVpc",
        {"CidrBlock": "10.9.0.0/255.255.0.0"},
        "InvalidParameterValue",
        "not a valid CIDR block",
    ),
    (
        "CreateVpc",
        {"CidrBlock": "10.9.0.300/16"},
        "InvalidParameterValue",
        "not a valid CIDR block",
    ),
    (
        "CreateVpc",
        {"CidrBlock": "10.0.0.0/15"},
        "InvalidVpc.Range",
        "The CIDR '10.0.0.0/15' is invalid",
    ),
    ("CreateVpc", {"CidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range", "10.0.0.0/29"),
    (
        "AssociateVpcCidrBlock",
        {"VpcId": "$vpc", "CidrBlock": "bogus"},
        "InvalidParameterValue",
        "not a valid CIDR block",
    ),
    ("CreateSubnet", {"VpcId": "$vpc"}, "MissingParameter", "Either 'cidrBlock' or"),
    (
        "CreateSubnet",
        {"VpcId": "$vpc", "CidrBlock": "10.0.8.0/29"},
        "InvalidSubnet.Range",
        "10.0.8.0/29",
    ),
    (
        "CreateSubnet",
        {"VpcId": "$vpc", "CidrBlock": "10.5.0.0/24"},
        "InvalidSubnet.Range",
        "10.5.0.0/24",
    ),
    (
        "CreateSubnet",
        {"VpcId": "$vpc", "CidrBlock": "10.0.0.128/25"},
        "InvalidSubnet.Conflict",
        "10.0.0.128/25",
    ),
    (
        "CreateSubnet",
        {"VpcId": "$vpc", "CidrBlock": "10.0.8.0/24", "AvailabilityZone": "eu-west-1a"},
        "InvalidParameterValue",
        "eu-west-1a.*us-east-1a",
    ),
    (
        "CreateSubnet",
        {"VpcId": "$vpc", "CidrBlock": "10.0.8.0/24", "AvailabilityZoneId": "x"},
        "InvalidParameterValue",
        r"\(x\) for parameter availabilityZoneId",
    ),
    # gateways and addresses
    (
        "AttachInternetGateway",
        {"InternetGatewayId": "$igw", "VpcId": "$vpc2"},
        "Resource.AlreadyAssociated",
        "already attached",
    ),
    (
        "AttachInternetGateway",
        {"InternetGatewayId": "$spare", "VpcId": "$vpc"},
        "InvalidParameterValue",
        "already has an internet gateway",
    ),
    (
        "AttachInternetGateway",
        {"InternetGatewayId": "$spare", "VpcId": "x"},
        "InvalidVpcId.Malformed",
        "'x'",
    ),
    (
        "DetachInternetGateway",
        {"InternetGatewayId": "$spare", "VpcId": "$vpc"},
        "Gateway.NotAttached",
        "is not attached",
    ),
    (
        "DeleteInternetGateway",
        {"InternetGatewayId": "$igw"},
        "DependencyViolation",
        "internetGateway '$igw'",
    ),
    ("DeleteVpc", {"VpcId": "$vpc"}, "DependencyViolation", "The vpc '$vpc'"),
    ("CreateNatGateway", {"SubnetId": "$subnet"}, "MissingParameter", "parameter allocationId"),
    (
        "CreateNatGateway",
        {"SubnetId": "$subnet", "AllocationId": "x"},
        "InvalidAllocationID.NotFound",
        "'x'",
    ),
    ("ReleaseAddress", {"AllocationId": "$eipalloc"}, "InvalidIPAddress.InUse", "$ip is in use"),
    # routes
    (
        "CreateRoute",
        {"RouteTableId": "$rtb", "GatewayId": "$igw"},
        "MissingParameter",
        "destinationCidrBlock",
    ),
    ("CreateRoute", DEFAULT, "MissingParameter", "exactly one of: gatewayId"),
    (
        "CreateRoute",
        DEFAULT | {"GatewayId": "$igw", "NatGatewayId": "$nat"},
        "InvalidParameterCombination",
        "exactly one of",
    ),
    (
        "CreateRoute",
        DEFAULT | {"DestinationCidrBlock": "10.9.0.0", "GatewayId": "$igw"},
        "InvalidParameterValue",
        "destinationCidrBlock",
    ),
    (
        "CreateRoute",
        DEFAULT | {"GatewayId": f"igw-{GONE}"},
        "InvalidGatewayID.NotFound",
        f"'igw-{GONE}'",
    ),
    (
        "CreateRoute",
        DEFAULT | {"GatewayId": "$igw2"},
        "InvalidParameterValue",
        "route table $rtb and network gateway $igw2 " + OTHER_VPC,
    ),
    ("CreateRoute", DEFAULT | {"GatewayId": "$spare"}, "InvalidParameterValue", OTHER_VPC),
    (
        "CreateRoute",
        DEFAULT | {"NatGatewayId": f"nat-{GONE}"},
        "InvalidNatGatewayID.NotFound",
        GONE,
    ),
    (
        "CreateRoute",
        DEFAULT | {"NatGatewayId": "$nat", "RouteTableId": "$rtb2"},
        "InvalidParameterValue",
        OTHER_VPC,
    ),
    (
        "CreateRoute",
        DEFAULT | {"NetworkInterfaceId": f"eni-{GONE}"},
        "InvalidNetworkInterfaceID.NotFound",
        GONE,
    ),
    (
        "CreateRoute",
        DEFAULT | {"RouteTableId": f"rtb-{GONE}", "GatewayId": "$igw"},
        "InvalidRouteTableID.NotFound",
        GONE,
    ),
    (
        "CreateRoute",
        {"RouteTableId": "$rtb", "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "$igw"},
        "RouteAlreadyExists",
        "10.0.0.0/16",
    ),
    (
        "ReplaceRoute",
        DEFAULT | {"NatGatewayId": f"nat-{GONE}"},
        "InvalidNatGatewayID.NotFound",
        GONE,
    ),
    (
        "DeleteRoute",
        {"RouteTableId": "$rtb", "DestinationCidrBlock": "10.0.0.0/16"},
        "InvalidParameterValue",
        "cannot remove local route",
    ),
    ("DeleteRoute", DEFAULT, "InvalidRoute.NotFound", "0.0.0.0/0"),
    (
        "AssociateRouteTable",
        {"RouteTableId": "$rtb", "SubnetId": "$subnet2"},
        "InvalidParameterValue",
        OTHER_VPC,
    ),
    (
        "AssociateRouteTable",
        {"RouteTableId": "$table", "SubnetId": "$subnet"},
        "Resource.AlreadyAssociated",
        "existing association",
    ),
    (
        "DisassociateRouteTable",
        {"AssociationId": "$rtbassoc"},
        "InvalidParameterValue",
        "main route table association",
    ),
    (
        "DisassociateRouteTable",
        {"AssociationId": "rtbassoc-0"},
        "InvalidAssociationID.NotFound",
        "'rtbassoc-0'",
    ),
    ("DeleteRouteTable", {"RouteTableId": "$main"}, "DependencyViolation", "routeTable '$main'"),
]


@pytest.mark.parametrize(("operation", "members", "code", "text"), REFUSED)
def test_what_ec2_refuses_is_refused(
    moto: MotoAdapter, names: Names, operation: str, members: dict[str, Any], code: str, text: str
) -> None:
    """A request that EC2 refuses gets EC2's code and the telling part of its message."""
    with pytest.raises(AwsError) as refused:
        ask(moto, "ec2", operation, **filled(members, names))
    assert refused.value.code == code, refused.value
    assert re.search(filled(text, names), refused.value.message), refused.value


def test_nothing_is_left_of_refused_requests(moto: MotoAdapter, names: Names) -> None:
    """Whatever is refused makes, changes and deletes nothing."""
    before = everything(moto)
    for operation, members, _, _ in REFUSED:
        with pytest.raises(AwsError):
            ask(moto, "ec2", operation, **filled(members, names))
    assert everything(moto) == before


@pytest.mark.parametrize("operation", LISTS[:7] + LISTS[8:])
def test_every_documented_filter_is_known(moto: MotoAdapter, names: Names, operation: str) -> None:
    """A filter that AWS documents is never called invalid, and nothing breaks on it."""
    shape = botocore.session.get_session().get_service_model("ec2").operation_model(operation)
    member = next(name for name in ("Filters", "Filter") if name in shape.input_shape.members)
    text = shape.input_shape.members[member].documentation
    documented = re.findall(r"<li>\s*<p>\s*<code>([^<]+)</code>", text)
    assert documented
    for name in [*(one for one in documented if one != "tag"), "tag:a", "tag-key"]:
        asked = {member: [{"Name": name, "Values": ["vpc-0"]}]}
        try:
            told = ask(moto, "ec2", operation, **asked)
        except UnsupportedOperation:
            continue
        assert [one for one in told.values() if isinstance(one, list) and one] == [], name
