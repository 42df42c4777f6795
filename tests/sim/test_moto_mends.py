"""Where moto answers unlike AWS: what its backends do once they are put right."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto_accounts import REGION, ClientTo

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.facts import NetworkInterface
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.moto_surfaces import loaded


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id="111122224444", seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture
def ec2(moto: MotoAdapter, client_to: ClientTo) -> Any:
    """A client of EC2."""
    return client_to(moto.forward, "ec2")


def nat_gateway(ec2: Any, **tags: str) -> tuple[str, str]:
    """Make a NAT gateway in the first subnet; tell its id and that of its address."""
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    made = ec2.create_nat_gateway(
        SubnetId=subnet,
        AllocationId=address,
        TagSpecifications=[{"ResourceType": "natgateway", "Tags": listed}],
    )
    return made["NatGateway"]["NatGatewayId"], address


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("tag:stage", "test", [0]),
        ("tag:stage", "t*", [0]),
        ("tag:stage", "prod", [1]),
        ("tag:stage", "none", []),
        ("tag-key", "stage", [0, 1]),
        ("tag-key", "owner", [1]),
    ],
)
def test_nat_gateways_are_found_by_their_tags(
    ec2: Any, name: str, value: str, found: list[int]
) -> None:
    """A filter of tags leaves out the gateways that it does not fit (service model)."""
    made = [nat_gateway(ec2, stage="test")[0], nat_gateway(ec2, stage="prod", owner="me")[0]]
    told = ec2.describe_nat_gateways(Filter=[{"Name": name, "Values": [value]}])["NatGateways"]
    assert [one["NatGatewayId"] for one in told] == [made[number] for number in found]


def test_a_deleted_nat_gateway_leaves_its_address_and_no_interface(ec2: Any) -> None:
    """The address stays the account's and is free; the gateway is shown as deleted."""
    gateway, address = nat_gateway(ec2)
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1
    for _ in range(2):
        ec2.delete_nat_gateway(NatGatewayId=gateway)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    (left,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert "AssociationId" not in left
    (told,) = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
    assert told["State"] == "deleted"


def test_a_deleted_subnet_leaves_its_route_table(ec2: Any) -> None:
    """No association with the subnet is left, and the table can be deleted."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in range(2)
    ]
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.delete_subnet(SubnetId=subnets[0])
    (told,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert [one["SubnetId"] for one in told["Associations"]] == [subnets[1]]
    ec2.delete_subnet(SubnetId=subnets[1])
    ec2.delete_route_table(RouteTableId=table)


def test_what_is_in_use_is_not_deleted(ec2: Any) -> None:
    """Subnet, group, network and gateway are refused until what uses them is gone."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("worn", "named")
    )
    pair = [{"GroupId": other}]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": pair}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    made = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
    with pytest.raises(AwsError, match=f"The subnet '{subnet}' has dependencies"):
        ec2.delete_subnet(SubnetId=subnet)
    for one in (group, other):
        with pytest.raises(AwsError, match=f"resource {one} has a dependent object"):
            ec2.delete_security_group(GroupId=one)
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=group)
    ec2.delete_security_group(GroupId=other)
    ec2.delete_subnet(SubnetId=subnet)
    with pytest.raises(AwsError, match=f"The vpc '{vpc}' has dependencies"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_vpc(VpcId=vpc)


def test_a_task_keeps_its_interface_its_subnet_and_its_gateway(moto: MotoAdapter, ec2: Any) -> None:
    """What a task uses can neither be deleted nor cut off from its public address."""
    subnet = ec2.describe_subnets()["Subnets"][0]
    interface = NetworkInterface(
        id="eni-0123456789abcdef0",
        region=REGION,
        subnet_id=subnet["SubnetId"],
        vpc_id=subnet["VpcId"],
        availability_zone=subnet["AvailabilityZone"],
        account=moto.account_id,
        private_address="172.31.0.9",
        private_dns_name="ip-172-31-0-9.ec2.internal",
        mac_address="0a:00:00:00:00:09",
        group_ids=(ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"],),
        description="of a task",
        public_address="203.0.113.9",
    )
    moto.create_network_interface(interface)
    gateway = ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    with pytest.raises(AwsError, match=r"InvalidParameterValue: .* is currently in use"):
        ec2.delete_network_interface(NetworkInterfaceId=interface.id)
    with pytest.raises(AwsError, match="has some mapped public address"):
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=subnet["VpcId"])
    moto.delete_network_interface(REGION, interface.id)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=subnet["VpcId"])


def test_a_nat_gateway_that_never_was_is_not_found(ec2: Any) -> None:
    """The error is EC2's, and not a failure of the simulator."""
    with pytest.raises(AwsError, match="NatGatewayNotFound"):
        ec2.delete_nat_gateway(NatGatewayId="nat-0123456789abcdef0")


def test_a_protected_load_balancer_is_not_deleted(moto: MotoAdapter, client_to: ClientTo) -> None:
    """DeleteLoadBalancer is refused until the protection is taken off (service model)."""
    ec2, elbv2 = client_to(moto.forward, "ec2"), client_to(moto.forward, "elbv2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    made = elbv2.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]

    def protect(value: str) -> None:
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[attribute])

    protect("true")
    with pytest.raises(AwsError, match=f"OperationNotPermitted.*{arn}.*deletion protection"):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert len(elbv2.describe_load_balancers()["LoadBalancers"]) == 1
    protect("false")
    for _ in range(2):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    with pytest.raises(AwsError, match="LoadBalancerNotFound"):
        elbv2.describe_load_balancers(LoadBalancerArns=[arn])


def test_a_reset_account_is_put_right_again(moto: MotoAdapter, client_to: ClientTo) -> None:
    """The backends that an account gets after a reset are as good as the first."""
    nat_gateway(client_to(moto.forward, "ec2"), stage="test")
    moto.reset()
    ec2 = client_to(moto.forward, "ec2")
    nat_gateway(ec2, stage="test")
    wrong = [{"Name": "tag:stage", "Values": ["prod"]}]
    assert ec2.describe_nat_gateways(Filter=wrong)["NatGateways"] == []


def test_canary_moto_itself_needs_the_mends() -> None:
    """What moto answers without them; when this fails, a mend may go."""
    moto, account = loaded(), "333344446666"
    try:
        ec2 = moto.backend("ec2")[account][REGION]
        elbv2 = moto.backend("elbv2")[account][REGION]
        subnet = next(iter(next(iter(ec2.subnets.values())).values()))
        gateway = ec2.create_nat_gateway(subnet.id, None, tags={"stage": "test"})
        assert ec2.describe_nat_gateways({"tag:stage": ["prod"]}, None) == [gateway]
        ec2.delete_nat_gateway(gateway.id)
        assert gateway._eni.id in ec2.enis
        table = ec2.create_route_table(subnet.vpc_id)
        ec2.associate_route_table(table.id, subnet_id=subnet.id)
        ec2.delete_subnet(subnet.id)
        assert subnet.id in table._associations.values()
        place = ec2.create_subnet(subnet.vpc_id, "172.31.128.0/24")
        interface = ec2.create_network_interface(place, "172.31.128.9")
        interface.status = "in-use"
        gateway = ec2.create_internet_gateway()
        ec2.attach_internet_gateway(gateway.id, subnet.vpc_id)
        ec2.detach_internet_gateway(gateway.id, subnet.vpc_id)
        ec2.delete_network_interface(interface.id)
        elbv2.load_balancers["web"] = SimpleNamespace(attrs={"deletion_protection.enabled": "true"})
        elbv2.delete_load_balancer("web")
        assert elbv2.load_balancers == {}
    finally:
        moto.purge(account)
