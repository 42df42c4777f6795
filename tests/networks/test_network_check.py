"""The promise: what is said of a network beforehand is what happens to a task in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from fargate_kit import (
    ConfigurationError,
    Connection,
    ContainerSpec,
    LogConfiguration,
    Network,
    Role,
    StartFailed,
    TaskSpec,
)
from fargate_kit.model.fargate_zones import ONLY_IN
from fargate_kit.sim import World

REGION = "us-east-1"
HTTPS_OUT = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
ALL_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
ECR_ENDPOINTS = ("ecr.api", "ecr.dkr")


@dataclass
class Place:
    """A VPC with a subnet for tasks and one beside it, and the ways out that a case gives it."""

    aws: Connection
    vpc: str
    subnet: str
    beside: str
    table: str
    beside_table: str
    group: str
    closed: str
    public_ip: bool = False

    @property
    def network(self) -> Network:
        return Network(
            subnets=[self.subnet], security_groups=[self.group], public_ip=self.public_ip
        )

    async def call(self, operation: str, **members: Any) -> dict[str, Any]:
        return await self.aws._session.api.call("ec2", operation, **members)

    async def gateway(self, table: str | None = None, *, attached: bool = True) -> None:
        made = await self.call("CreateInternetGateway")
        gateway = made["InternetGateway"]["InternetGatewayId"]
        members = {"InternetGatewayId": gateway, "VpcId": self.vpc}
        await self.call("AttachInternetGateway", **members)
        await self.route(table or self.table, GatewayId=gateway)
        if not attached:
            await self.call("DetachInternetGateway", **members)

    async def route(self, table: str, **target: str) -> None:
        await self.call(
            "CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target
        )

    async def nat(self, *, way_out: bool = True, **members: Any) -> str:
        if way_out:
            await self.gateway(self.beside_table)
        if members.get("ConnectivityType") != "private":
            members["AllocationId"] = (await self.call("AllocateAddress"))["AllocationId"]
        made = await self.call("CreateNatGateway", SubnetId=self.beside, **members)
        nat: str = made["NatGateway"]["NatGatewayId"]
        await self.route(self.table, NatGatewayId=nat)
        return nat

    async def endpoints(self, *services: str, group: str | None = None, **members: Any) -> None:
        for service in services:
            await self.call(
                "CreateVpcEndpoint",
                VpcId=self.vpc,
                ServiceName=f"com.amazonaws.{REGION}.{service}",
                VpcEndpointType="Interface",
                SubnetIds=[self.beside],
                SecurityGroupIds=[group or self.group],
                **{"PrivateDnsEnabled": True, **members},
            )

    async def gateway_endpoint(self, table: str | None = None) -> None:
        await self.call(
            "CreateVpcEndpoint",
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.{REGION}.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[table or self.table],
        )

    async def let_in(self, group: str, **source: Any) -> None:
        await self.call(
            "AuthorizeSecurityGroupIngress",
            GroupId=group,
            IpPermissions=[{**HTTPS_OUT, **source}],
        )

    async def let_out_only(self, *permissions: dict[str, Any]) -> None:
        await self.call("RevokeSecurityGroupEgress", GroupId=self.group, IpPermissions=[ALL_OUT])
        if permissions:
            await self.call(
                "AuthorizeSecurityGroupEgress",
                GroupId=self.group,
                IpPermissions=list(permissions),
            )

    async def prefix_list(self) -> str:
        found = await self.call("DescribePrefixLists")
        name = f"com.amazonaws.{REGION}.s3"
        return next(
            str(one["PrefixListId"])
            for one in found["PrefixLists"]
            if one["PrefixListName"] == name
        )


@pytest.fixture
async def place(aws: Connection) -> Place:
    """Return a VPC without any way out."""

    async def call(operation: str, **members: Any) -> dict[str, Any]:
        return await aws._session.api.call("ec2", operation, **members)

    vpc = (await call("CreateVpc", CidrBlock="10.0.0.0/16"))["Vpc"]["VpcId"]
    ids = []
    for number in (0, 1):
        block = f"10.0.{number}.0/24"
        made = await call("CreateSubnet", VpcId=vpc, CidrBlock=block, AvailabilityZone="us-east-1a")
        table = await call("CreateRouteTable", VpcId=vpc)
        ids += [made["Subnet"]["SubnetId"], table["RouteTable"]["RouteTableId"]]
        await call("AssociateRouteTable", SubnetId=ids[-2], RouteTableId=ids[-1])
    groups = [
        (await call("CreateSecurityGroup", VpcId=vpc, GroupName=name, Description=name))["GroupId"]
        for name in ("tasks", "closed")
    ]
    return Place(
        aws=aws,
        vpc=vpc,
        subnet=ids[0],
        table=ids[1],
        beside=ids[2],
        beside_table=ids[3],
        group=groups[0],
        closed=groups[1],
    )


async def nothing(place: Place) -> None:
    pass


async def public(place: Place) -> None:
    await place.gateway()
    place.public_ip = True


async def public_without_address(place: Place) -> None:
    await place.gateway()


async def address_without_gateway(place: Place) -> None:
    place.public_ip = True


async def detached_gateway(place: Place) -> None:
    await place.gateway(attached=False)
    place.public_ip = True


async def nat(place: Place) -> None:
    await place.nat()


async def nat_without_way_out(place: Place) -> None:
    await place.nat(way_out=False)


async def private_nat(place: Place) -> None:
    await place.nat(ConnectivityType="private")


async def deleted_nat(place: Place) -> None:
    await place.call("DeleteNatGateway", NatGatewayId=await place.nat())


async def nat_without_egress(place: Place) -> None:
    await place.nat()
    await place.let_out_only()


async def nat_with_https_out(place: Place) -> None:
    await place.nat()
    await place.let_out_only({**HTTPS_OUT, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})


async def nat_with_http_out(place: Place) -> None:
    await place.nat()
    ranges = [{"CidrIp": "0.0.0.0/0"}]
    await place.let_out_only({**HTTPS_OUT, "FromPort": 80, "ToPort": 80, "IpRanges": ranges})


async def nat_with_halves_out(place: Place) -> None:
    await place.nat()
    halves = [{"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}]
    await place.let_out_only({**HTTPS_OUT, "IpRanges": halves})


async def nat_without_dns(place: Place) -> None:
    await place.nat()
    await place.call("ModifyVpcAttribute", VpcId=place.vpc, EnableDnsSupport={"Value": False})


async def all_endpoints(place: Place) -> None:
    await place.endpoints(*ECR_ENDPOINTS, "logs", "secretsmanager", "ssm")
    await place.gateway_endpoint()
    await place.let_in(place.group, IpRanges=[{"CidrIp": "10.0.0.0/16"}])


async def endpoints_in_by_group(place: Place) -> None:
    await place.endpoints(*ECR_ENDPOINTS, "logs", "secretsmanager", "ssm", group=place.closed)
    await place.gateway_endpoint()
    await place.let_in(place.closed, UserIdGroupPairs=[{"GroupId": place.group}])


async def closed_endpoints(place: Place) -> None:
    await place.endpoints(*ECR_ENDPOINTS, "logs", group=place.closed)
    await place.gateway_endpoint()


async def closed_log_endpoint_beside_nat(place: Place) -> None:
    await place.nat()
    await place.endpoints("logs", group=place.closed)


async def endpoint_without_private_name_beside_nat(place: Place) -> None:
    await place.nat()
    await place.endpoints("logs", group=place.closed, PrivateDnsEnabled=False)


async def endpoints_without_layers(place: Place) -> None:
    await place.endpoints(*ECR_ENDPOINTS, "logs")
    await place.let_in(place.group, IpRanges=[{"CidrIp": "10.0.0.0/16"}])


async def gateway_endpoint_of_another_table(place: Place) -> None:
    await endpoints_without_layers(place)
    await place.gateway_endpoint(place.beside_table)


async def endpoints_with_narrow_egress(place: Place) -> None:
    await all_endpoints(place)
    await place.let_out_only({**HTTPS_OUT, "IpRanges": [{"CidrIp": "10.0.1.0/24"}]})


async def endpoints_with_prefix_list_egress(place: Place) -> None:
    await all_endpoints(place)
    await place.let_out_only(
        {**HTTPS_OUT, "IpRanges": [{"CidrIp": "10.0.1.0/24"}]},
        {**HTTPS_OUT, "PrefixListIds": [{"PrefixListId": await place.prefix_list()}]},
    )


async def endpoints_with_group_egress(place: Place) -> None:
    await all_endpoints(place)
    await place.let_out_only(
        {**HTTPS_OUT, "UserIdGroupPairs": [{"GroupId": place.group}]},
        {**HTTPS_OUT, "PrefixListIds": [{"PrefixListId": await place.prefix_list()}]},
    )


async def own_way_on_premises(place: Place) -> None:
    made = await place.call("CreateVpnGateway", Type="ipsec.1")
    gateway = made["VpnGateway"]["VpnGatewayId"]
    await place.call("AttachVpnGateway", VpcId=place.vpc, VpnGatewayId=gateway)
    await place.route(place.table, GatewayId=gateway)


CASES: dict[Callable[[Place], Awaitable[None]], tuple[str | None, str | None]] = {
    # by the rule that speaks first: an image of Docker Hub, an image of one's own ECR with logs
    nothing: ("network-route", "network-route"),
    public: (None, None),
    public_without_address: ("network-public-ip", "network-public-ip"),
    address_without_gateway: ("network-route", "network-route"),
    detached_gateway: ("network-route", "network-route"),
    nat: (None, None),
    nat_without_way_out: ("network-route", "network-route"),
    private_nat: ("network-route", "network-route"),
    deleted_nat: ("network-route", "network-route"),
    nat_without_egress: ("network-egress", "network-egress"),
    nat_with_https_out: (None, None),
    nat_with_http_out: ("network-egress", "network-egress"),
    nat_with_halves_out: (None, None),
    nat_without_dns: ("network-dns", "network-dns"),
    all_endpoints: ("network-route", None),
    endpoints_in_by_group: ("network-route", None),
    closed_endpoints: ("network-route", "network-endpoint"),
    closed_log_endpoint_beside_nat: (None, "network-endpoint"),
    endpoint_without_private_name_beside_nat: (None, None),
    endpoints_without_layers: ("network-route", "network-route"),
    gateway_endpoint_of_another_table: ("network-route", "network-route"),
    endpoints_with_narrow_egress: ("network-route", "network-egress"),
    endpoints_with_prefix_list_egress: ("network-route", None),
    endpoints_with_group_egress: ("network-route", None),
    own_way_on_premises: (None, None),
}


async def from_hub(aws: Connection) -> TaskSpec:
    main = ContainerSpec(name="main", image="busybox", command=["sleep", "86400"])
    return TaskSpec(family="hub", cpu=256, memory=512, containers=[main])


async def from_ecr(aws: Connection) -> TaskSpec:
    """Return a definition of an image of one's own with logs, and make all it needs."""
    api = aws._session.api
    account = (await api.call("sts", "GetCallerIdentity"))["Account"]
    await api.call("ecr", "CreateRepository", repositoryName="busybox")
    manifest = (
        '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", '
        f'"config": {{"digest": "sha256:{"0" * 64}"}}, "layers": []}}'
    )
    await api.call(
        "ecr", "PutImage", repositoryName="busybox", imageManifest=manifest, imageTag="1"
    )
    await aws.create_log_group("/ecs/web")
    main = ContainerSpec(
        name="main",
        image=f"{account}.dkr.ecr.{REGION}.amazonaws.com/busybox:1",
        command=["sleep", "86400"],
        log_configuration=LogConfiguration.awslogs("/ecs/web", region=REGION),
    )
    spec = TaskSpec(family="own", cpu=256, memory=512, containers=[main])
    role: Role = await aws.create_execution_role(spec, settle=0)
    return replace(spec, execution_role=role)


async def why_it_does_not_start(aws: Connection, spec: TaskSpec, network: Network) -> str | None:
    """Return what AWS says of a task that does not start; None if it runs."""
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(spec), network=network)
    try:
        await (await task.wait_running()).stop()
    except StartFailed as failed:
        return failed.reason
    return None


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("image", [from_hub, from_ecr], ids=["hub", "ecr"])
async def test_prediction_is_what_happens(
    aws: Connection,
    place: Place,
    case: Callable[[Place], Awaitable[None]],
    image: Callable[[Connection], Awaitable[TaskSpec]],
) -> None:
    """In each network a task starts if nothing was found; else its reason names a host that was."""
    await case(place)
    spec = await image(aws)
    found = await aws.check_network(place.network, spec)
    expected = CASES[case][image is from_ecr]
    assert (found[0].rule if found else None) == expected
    reason = await why_it_does_not_start(aws, spec, place.network)
    assert bool(found) is (reason is not None)
    if reason is not None:
        told = [host for one in found for host in one.allowed.removeprefix("a way to ").split(", ")]
        assert any(host in reason or host.split(".")[0] in reason for host in told)


async def closed_secret_endpoint_beside_nat(place: Place) -> None:
    await place.nat()
    await place.endpoints("secretsmanager", group=place.closed)


async def open_secret_endpoint_beside_nat(place: Place) -> None:
    await closed_secret_endpoint_beside_nat(place)
    await place.let_in(place.closed, UserIdGroupPairs=[{"GroupId": place.group}])


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (nat, None),
        (closed_secret_endpoint_beside_nat, "network-endpoint"),
        (open_secret_endpoint_beside_nat, None),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
async def test_secrets_are_looked_at(
    aws: Connection,
    place: Place,
    case: Callable[[Place], Awaitable[None]],
    expected: str | None,
) -> None:
    """Whether Secrets Manager is reached is found beforehand, and is what happens."""
    await case(place)
    made = await aws._session.api.call(
        "secretsmanager", "CreateSecret", Name="db", SecretString="hidden"
    )
    spec = await from_hub(aws)
    main = replace(spec.containers[0], secrets={"PASSWORD": made["ARN"]})
    spec = replace(spec, containers=[main])
    spec = replace(spec, execution_role=await aws.create_execution_role(spec, settle=0))
    found = await aws.check_network(place.network, spec)
    assert [problem.rule for problem in found] == ([expected] if expected else [])
    reason = await why_it_does_not_start(aws, spec, place.network)
    assert (reason is None) is (expected is None)
    if reason is not None:
        assert "secrets manager" in reason


async def test_default_network_is_fine(aws: Connection) -> None:
    """In the default network, with public addresses, nothing is in the way; without, it is told."""
    spec = await from_hub(aws)
    assert await aws.check_network(None, spec) == ()
    network = await aws.default_network(public_ip=False)
    (problem,) = await aws.check_network(network, spec)
    assert problem.rule == "network-public-ip"
    assert str(problem) == (
        "from every subnet a task cannot reach registry-1.docker.io (Docker Hub): its route table "
        "leads to an internet gateway, and tasks get no public address; say public_ip=True, or "
        "lead it to a public NAT gateway."
    )


async def test_remedy_names_the_endpoints(aws: Connection, place: Place) -> None:
    """Where endpoints would do, the remedy names exactly those that are missing."""
    (problem,) = await aws.check_network(place.network, await from_ecr(aws))
    assert str(problem).endswith(
        "add a route to an internet gateway or a public NAT gateway, or VPC endpoints for ecr.api, "
        "ecr.dkr, s3, logs."
    )


async def test_looking_costs_six_calls(aws: Connection, place: Place) -> None:
    """The check is six calls, one more with a NAT gateway, one more with endpoints elsewhere."""
    spec = await from_hub(aws)
    looks = {
        "ec2:DescribeSubnets": 1,
        "ec2:DescribeSecurityGroups": 1,
        "ec2:DescribeRouteTables": 1,
        "ec2:DescribeInternetGateways": 1,
        "ec2:DescribeVpcEndpoints": 1,
        "ec2:DescribeVpcAttribute": 1,
    }
    before = aws.calls
    await aws.check_network(place.network, spec)
    assert aws.calls - before == looks
    await nat(place)
    await place.endpoints("logs")
    before = aws.calls
    await aws.check_network(place.network, spec)
    assert aws.calls - before == looks | {"ec2:DescribeNatGateways": 1, "ec2:DescribeSubnets": 2}


async def test_full_subnet_is_told(aws: Connection, place: Place, world: World) -> None:
    """A subnet without free addresses is named."""
    await public(place)
    made = await place.call(
        "CreateSubnet", VpcId=place.vpc, CidrBlock="10.0.9.0/28", AvailabilityZone="us-east-1a"
    )
    small = made["Subnet"]["SubnetId"]
    await place.call("AssociateRouteTable", SubnetId=small, RouteTableId=place.table)
    for _ in range(made["Subnet"]["AvailableIpAddressCount"]):
        await place.call("CreateNetworkInterface", SubnetId=small)
    network = replace(place.network, subnets=[place.subnet, small])
    assert await aws.free_addresses(network) == {place.subnet: 251, small: 0}
    (problem,) = await aws.check_network(network, await from_hub(aws))
    assert problem.rule == "network-addresses"
    assert problem.given == [small]


async def test_part_of_the_internet_is_said_to_be_unsure(aws: Connection, place: Place) -> None:
    """Egress to some ranges of the internet may be enough or not, and that is what is said."""
    await nat(place)
    await place.let_out_only({**HTTPS_OUT, "IpRanges": [{"CidrIp": "52.0.0.0/8"}]})
    (problem,) = await aws.check_network(place.network, await from_hub(aws))
    assert problem.rule == "network-egress-in-part"
    assert "52.0.0.0/8 only" in str(problem)


async def test_what_is_missing_is_told(aws: Connection, place: Place) -> None:
    """Subnets and groups that are not there, or of another VPC, are named."""
    spec = await from_hub(aws)
    default = await aws.default_network()
    for network, text in (
        (Network(subnets=["subnet-0", place.subnet]), "there is no subnet subnet-0"),
        (Network(subnets=[place.subnet, *default.subnets]), "they are of several"),
        (
            Network(subnets=[place.subnet], security_groups=default.security_groups),
            "there is no security group",
        ),
    ):
        (problem,) = await aws.check_network(network, spec)
        assert text in str(problem)


async def test_default_group_counts_where_none_is_named(aws: Connection, place: Place) -> None:
    """Without a group of its own a task is in the VPC's default group."""
    await nat(place)
    spec = await from_hub(aws)
    network = Network(subnets=[place.subnet])
    assert await aws.check_network(network, spec) == ()
    chosen = [
        {"Name": "vpc-id", "Values": [place.vpc]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    found = await place.call("DescribeSecurityGroups", Filters=chosen)
    group = found["SecurityGroups"][0]["GroupId"]
    await place.call("RevokeSecurityGroupEgress", GroupId=group, IpPermissions=[ALL_OUT])
    (problem,) = await aws.check_network(network, spec)
    assert group in str(problem)
    assert await why_it_does_not_start(aws, spec, network)


async def test_zones_without_fargate_are_left_out(
    aws: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subnets in zones without Fargate are told, and neither found nor made."""
    everywhere = await aws.default_network()
    monkeypatch.setitem(ONLY_IN, REGION, frozenset({"use1-az1", "use1-az2"}))
    found = await aws.default_network()
    assert len(found.subnets) == 2
    (problem,) = await aws.check_network(everywhere, await from_hub(aws))
    assert problem.rule == "network-zone"
    assert problem.given == [each for each in everywhere.subnets if each not in found.subnets]
    made = await aws.create_network("lesson")
    assert made.zones == ("us-east-1b", "us-east-1c")
    with pytest.raises(ConfigurationError, match="pass zones=2"):
        await aws.create_network("lesson", zones=3)
    monkeypatch.setitem(ONLY_IN, REGION, frozenset())
    with pytest.raises(ConfigurationError, match="no default subnets in zones with Fargate"):
        await aws.default_network()
