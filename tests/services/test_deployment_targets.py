"""The promise: a target that never turns healthy is told with the load balancer's own words."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit import (
    Cluster,
    Connection,
    ContainerSpec,
    DeploymentFailed,
    InvalidSpec,
    PortMapping,
    Target,
    TaskDefinition,
    TaskSpec,
)

SPEC = TaskSpec(
    family="web",
    cpu=256,
    memory=512,
    containers=[ContainerSpec(name="main", image="nginx", ports=[PortMapping(container_port=80)])],
)


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def definition(aws: Connection) -> TaskDefinition:
    """Return a web server."""
    return await aws.register(SPEC)


async def target_group(aws: Connection, path: str) -> str:
    """Make a target group behind a load balancer, whose health checks ask for that path."""
    api = aws._session.api
    network = await aws.default_network()
    vpcs = await api.call("ec2", "DescribeVpcs")

    async def call(operation: str, **members: Any) -> dict[str, Any]:
        return await api.call("elbv2", operation, **members)

    groups = await call(
        "CreateTargetGroup",
        Name="web",
        Protocol="HTTP",
        Port=80,
        VpcId=vpcs["Vpcs"][0]["VpcId"],
        TargetType="ip",
        HealthCheckPath=path,
        HealthCheckIntervalSeconds=10,
    )
    arn: str = groups["TargetGroups"][0]["TargetGroupArn"]
    await call(
        "ModifyTargetGroupAttributes",
        TargetGroupArn=arn,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}],
    )
    balancers = await call("CreateLoadBalancer", Name="web", Subnets=list(network.subnets))
    await call(
        "CreateListener",
        LoadBalancerArn=balancers["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return arn


async def test_unhealthy_target_is_the_cause(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """The tasks run, the health check fails: code, target group and remedy are told."""
    arn = await target_group(aws, "/no-such-page")
    service = await cluster.create_service(
        "web",
        definition,
        targets=[Target(target_group_arn=arn, container="main", port=80)],
        health_check_grace_period=0,
    )
    with pytest.raises(DeploymentFailed, match="failed ELB health checks") as raised:
        await service.deployment.wait()
    evidence = raised.value.evidence
    assert evidence.family == "health check"
    assert "expected code" in evidence.remedy
    assert any("[404]" in event.message for event in evidence.events)
    assert {task.stop_code for task in evidence.stopped_tasks} == {"ServiceSchedulerInitiated"}
    assert aws.calls["elbv2:DescribeTargetHealth"] == 1


async def test_healthy_target_completes(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """Behind a load balancer a new task gets a minute by default, and the service shows it."""
    arn = await target_group(aws, "/")
    target = Target(target_group_arn=arn, container="main", port=80)
    service = await cluster.create_service("web", definition, targets=[target])
    assert service.health_check_grace_period == 60
    assert service.targets == (target,)
    assert (await service.deployment.wait()).rollout_state == "COMPLETED"
    assert aws.calls["elbv2:DescribeTargetHealth"] == 0


async def test_port_that_is_not_mapped_is_refused(
    aws: Connection, cluster: Cluster, definition: TaskDefinition
) -> None:
    """A target is held against the definition before anything is sent."""
    targets = [
        Target(target_group_arn="arn:x", container="main", port=8080),
        Target(target_group_arn="arn:x", container="side", port=80),
    ]
    with pytest.raises(InvalidSpec) as refused:
        await cluster.create_service("web", definition, targets=targets)
    assert [problem.path for problem in refused.value.problems] == [
        "loadBalancers[0].containerPort",
        "loadBalancers[1].containerName",
    ]
    assert aws.calls["ecs:CreateService"] == 0
