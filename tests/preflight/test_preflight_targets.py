"""The promise: what keeps a load balancer from a service's tasks is told before it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fargate_kit import Connection, ContainerSpec, Network, Preflight, Service, Target, TaskSpec

Call = Callable[..., Any]


@pytest.fixture
def call(aws: Connection) -> Call:
    """Return what calls AWS by the names of its operations."""
    return aws._session.api.call


@pytest.fixture
def spec() -> TaskSpec:
    """Return a web server."""
    server = ContainerSpec(name="main", image="nginx", ports=[80])
    return TaskSpec(family="web", cpu=256, memory=512, containers=[server])


@pytest.fixture
async def network(aws: Connection, call: Call) -> Network:
    """Return the default network with a group of its own, closed to everybody."""
    found = await aws.default_network()
    group = await call(
        "ec2",
        "CreateSecurityGroup",
        GroupName="tasks",
        Description="tasks",
        VpcId=await vpc_of(call),
    )
    return replace(found, security_groups=[group["GroupId"]])


async def vpc_of(call: Call) -> str:
    """Return the default VPC."""
    vpcs = await call("ec2", "DescribeVpcs", Filters=[{"Name": "is-default", "Values": ["true"]}])
    vpc: str = vpcs["Vpcs"][0]["VpcId"]
    return vpc


async def group_of(call: Call, vpc: str, kind: str = "ip") -> str:
    """Make a target group."""
    reply = await call(
        "elbv2",
        "CreateTargetGroup",
        Name="web",
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        TargetType=kind,
    )
    arn: str = reply["TargetGroups"][0]["TargetGroupArn"]
    return arn


async def listen(call: Call, network: Network, group: str, *, subnets: int = 9) -> str:
    """Give a target group a load balancer with a listener; return the balancer's own group."""
    own = await call(
        "ec2", "CreateSecurityGroup", GroupName="lb", Description="lb", VpcId=await vpc_of(call)
    )
    balancer = await call(
        "elbv2",
        "CreateLoadBalancer",
        Name="web",
        Subnets=list(network.subnets)[:subnets],
        SecurityGroups=[own["GroupId"]],
    )
    await call(
        "elbv2",
        "CreateListener",
        Protocol="HTTP",
        Port=80,
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    found: str = own["GroupId"]
    return found


async def let_in(call: Call, network: Network, port: int, **source: Any) -> None:
    """Open a port of the tasks' group."""
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}
    await call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        GroupId=network.security_groups[0],
        IpPermissions=[rule],
    )


def target(group: str, port: int = 80, container: str = "main") -> Target:
    """Return a target of the web server."""
    return Target(target_group_arn=group, container=container, port=port)


def rules(report: Preflight) -> list[str]:
    """Return the ids of the rules that are broken."""
    return [problem.rule for problem in report.problems]


async def test_port_tells_the_container_where_none_is_named(
    aws: Connection, spec: TaskSpec, network: Network, call: Call
) -> None:
    """As in a service, one container that maps the port is meant; none and several are told."""
    group = await group_of(call, await vpc_of(call))
    here, elsewhere = (Target(target_group_arn=group, port=port) for port in (80, 81))
    found = rules(await aws.check(spec, network=network, targets=[here]))
    assert "target-port" not in found
    report = await aws.check(spec, network=network, targets=[elsewhere])
    assert "no container maps port 81" in str(report)
    second = replace(spec.containers[0], name="second")
    both = replace(spec, containers=[*spec.containers, second])
    report = await aws.check(both, network=network, targets=[here])
    assert "several containers map port 80" in str(report)


async def test_balancer_that_gets_through(
    aws: Connection, call: Call, spec: TaskSpec, network: Network
) -> None:
    """A group with a listener, let in by its balancer's group, is well, for four calls more."""
    group = await group_of(call, await vpc_of(call))
    own = await listen(call, network, group)
    await let_in(call, network, 80, UserIdGroupPairs=[{"GroupId": own}])
    without = aws.calls
    assert await aws.check(spec, network=network)
    between = aws.calls
    report = await aws.check(spec, network=network, targets=[target(group)])
    assert report, str(report)
    assert (aws.calls - between) - (between - without) == {
        "elbv2:DescribeTargetGroups": 1,
        "elbv2:DescribeLoadBalancers": 1,
        "ec2:DescribeSubnets": 1,
        "ec2:DescribeSecurityGroups": 1,
    }


async def test_target_group_without_a_listener_is_told(
    aws: Connection, call: Call, spec: TaskSpec, network: Network
) -> None:
    """ECS would refuse the service."""
    group = await group_of(call, await vpc_of(call))
    report = await aws.check(spec, network=network, targets=[target(group)])
    assert rules(report) == ["target-group-listener"]


async def test_several_mistakes_of_a_target_at_once(
    aws: Connection, call: Call, spec: TaskSpec, network: Network
) -> None:
    """Type, listener and port are told together."""
    group = await group_of(call, await vpc_of(call), kind="instance")
    targets = [target(group, port=8080), target(group, container="side")]
    report = await aws.check(spec, network=network, targets=targets)
    assert rules(report) == [
        "target-port", "target-port",
        "target-group-type", "target-group-listener",
        "target-group-type", "target-group-listener",
    ]  # fmt: skip
    assert "container main maps no port 8080; mapped: 80" in str(report)
    assert "the definition has no container side" in str(report)


async def test_target_group_that_is_not_there_is_told(
    aws: Connection, spec: TaskSpec, network: Network
) -> None:
    """An ARN of nothing is one problem and no crash."""
    arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/x/0123456789abcdef"
    report = await aws.check(spec, network=network, targets=[target(arn)])
    assert rules(report) == ["target-group-missing"]


@pytest.mark.parametrize(
    ("port", "source", "through"),
    [
        (80, {"IpRanges": [{"CidrIp": "172.31.0.0/16"}]}, True),
        (80, {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, True),
        (80, {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, False),
        (81, {"IpRanges": [{"CidrIp": "172.31.0.0/16"}]}, False),
    ],
)
async def test_way_in_is_read_from_the_tasks_groups(
    aws: Connection,
    call: Call,
    spec: TaskSpec,
    network: Network,
    port: int,
    source: dict[str, Any],
    through: bool,
) -> None:
    """The balancer is let in by its group or by the ranges of all its subnets, on that port."""
    group = await group_of(call, await vpc_of(call))
    own = await listen(call, network, group)
    await let_in(call, network, port, **source)
    report = await aws.check(spec, network=network, targets=[target(group)])
    assert rules(report) == ([] if through else ["target-not-let-in"])
    if not through:
        assert f"allow TCP 80 in one of them from {own}." in str(report)


async def test_zone_that_the_balancer_does_not_serve_is_told(
    aws: Connection, call: Call, spec: TaskSpec, network: Network
) -> None:
    """Tasks in a zone without the balancer's subnet get no requests."""
    group = await group_of(call, await vpc_of(call))
    await listen(call, network, group, subnets=2)
    await let_in(call, network, 80, IpRanges=[{"CidrIp": "172.31.0.0/16"}])
    report = await aws.check(spec, network=network, targets=[target(group)])
    assert rules(report) == ["target-zone"]
    assert "us-east-1c" in str(report)


async def test_group_of_another_vpc_is_told(
    aws: Connection, call: Call, spec: TaskSpec, network: Network
) -> None:
    """Its balancer could not send anything to the tasks."""
    vpc = (await call("ec2", "CreateVpc", CidrBlock="10.9.0.0/16"))["Vpc"]["VpcId"]
    group = await group_of(call, vpc)
    await listen(call, network, group)
    report = await aws.check(spec, network=network, targets=[target(group)])
    assert "target-group-vpc" in rules(report)


async def test_service_is_checked_as_it_is_and_as_it_shall_be(
    aws: Connection, call: Call, spec: TaskSpec, network: Network
) -> None:
    """`service.check()` looks at its own definition, network and targets; another may be given."""
    group = await group_of(call, await vpc_of(call))
    await listen(call, network, group)
    cluster = await aws.create_cluster("prod")
    service: Service = await cluster.create_service(
        "web", await aws.register(spec), network=network, targets=[target(group)], desired_count=0
    )
    report = await service.check()
    assert rules(report) == ["target-not-let-in"]
    assert report.subject == "service web with web:1"
    other = replace(spec, containers=[ContainerSpec(name="main", image="nginx", ports=[81])])
    report = await service.check(await aws.register(other))
    assert rules(report) == ["target-port", "target-not-let-in"]
    assert report.subject == "service web with web:2"
