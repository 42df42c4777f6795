"""Deployments that do not succeed, each with its true cause, to be waited for in bad weather."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from balanced import WEB

from fargate_kit import (
    CircuitBreaker,
    Cluster,
    Connection,
    ContainerSpec,
    Deployment,
    DeploymentFailed,
    DeploymentOvertaken,
    DeploymentRolledBack,
    LogConfiguration,
    Service,
    ServiceDeleted,
    Target,
    TaskSpec,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import CapacityUnavailable

GROUP = "/ecs/web"
GOES_ON = "sleep 86400"
CRASHES = "echo starting; sleep 4; echo out of luck; exit 3"
GIVES_UP = CircuitBreaker(rollback=False)


class Stage:
    """A calm connection to a world, on which deployments are begun.

    Args:
        world: The simulated Fargate.
        aws: A connection to it.
        cluster: Where the service is.
    """

    def __init__(self, world: World, aws: Connection, cluster: Cluster) -> None:
        self.world = world
        self.aws = aws
        self.cluster = cluster
        self.execution_role = f"arn:aws:iam::{world.account.id}:role/ecsTaskExecutionRole"

    def spec(self, script: str) -> TaskSpec:
        """Return a definition whose one container runs a shell script."""
        logs = LogConfiguration.awslogs(GROUP, region="us-east-1")
        main = ContainerSpec(
            name="main",
            image="busybox",
            command=["sh", "-c", script],
            log_configuration=logs,
        )
        return TaskSpec(
            family="web",
            cpu=256,
            memory=512,
            execution_role=self.execution_role,
            containers=[main],
        )

    async def begun(self, script: str, **settings: Any) -> Deployment:
        """Create the service with a script; return its first deployment."""
        definition = await self.aws.register(self.spec(script))
        service = await self.cluster.create_service("web", definition, **settings)
        return service.deployment

    async def deployed(self, script: str, **settings: Any) -> Deployment:
        """Deploy a script to a service that stands; return that deployment."""
        await (await self.begun(GOES_ON, **settings)).wait()
        return await self.redeployed(script)

    async def redeployed(self, script: str) -> Deployment:
        """Deploy another script to the service as it is."""
        service = await self.service()
        return await service.deploy(await self.aws.register(self.spec(script)))

    async def service(self) -> Service:
        """Return the service as it is now."""
        return await self.cluster.service("web")

    async def target_group(self, path: str) -> str:
        """Make a target group behind a load balancer, whose health checks ask for that path."""
        api = self.aws._session.api
        network = await self.aws.default_network()
        vpcs = await api.call("ec2", "DescribeVpcs")
        groups = await api.call(
            "elbv2",
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
        await api.call(
            "elbv2",
            "ModifyTargetGroupAttributes",
            TargetGroupArn=arn,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}],
        )
        balancers = await api.call(
            "elbv2", "CreateLoadBalancer", Name="web", Subnets=list(network.subnets)
        )
        await api.call(
            "elbv2",
            "CreateListener",
            LoadBalancerArn=balancers["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        return arn


Begin = Callable[[Stage], Awaitable[Deployment]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One way in which a deployment does not succeed.

    Attributes:
        begin: Starts it.
        verdict: The error that is right.
        family: The true cause's; None where there is no cause but somebody's will.
        cause: A part of what the true cause says.
        calls: What a wait costs in calm weather beside its looks, which are DescribeServices.
        meanwhile: What somebody else does eight seconds after the wait began.
    """

    begin: Begin
    verdict: type[DeploymentFailed]
    family: str | None
    cause: str
    calls: Mapping[str, int]
    meanwhile: Callable[[Stage], Awaitable[None]] | None = None


async def _bad_image(stage: Stage) -> Deployment:
    main = ContainerSpec(name="main", image="registry.invalid/gone:1")
    gone = replace(stage.spec(GOES_ON), containers=[main])
    service = await stage.cluster.create_service(
        "web", await stage.aws.register(gone), circuit_breaker=GIVES_UP
    )
    return service.deployment


async def _crash_loop(stage: Stage) -> Deployment:
    return await stage.begun(CRASHES, circuit_breaker=None)


async def _unhealthy(stage: Stage) -> Deployment:
    target = Target(
        target_group_arn=await stage.target_group("/no-such-page"), container="main", port=80
    )
    logs = LogConfiguration.awslogs(GROUP, region="us-east-1")
    main = replace(WEB.containers[0], log_configuration=logs)
    spec = replace(WEB, containers=[main], execution_role=stage.execution_role)
    service = await stage.cluster.create_service(
        "web",
        await stage.aws.register(spec),
        targets=[target],
        health_check_grace_period=0,
        circuit_breaker=None,
    )
    return service.deployment


async def _unplaced(stage: Stage) -> Deployment:
    stage.world.account.faults.plan(CapacityUnavailable())
    return await stage.begun(GOES_ON, circuit_breaker=GIVES_UP)


async def _rolled_back(stage: Stage) -> Deployment:
    return await stage.deployed(CRASHES, desired_count=2)


async def _overtaken(stage: Stage) -> Deployment:
    return await stage.deployed("sleep 80001")


async def _overtake(stage: Stage) -> None:
    await stage.redeployed("sleep 80002")


async def _deleted(stage: Stage) -> Deployment:
    return await stage.begun(GOES_ON)


async def _delete(stage: Stage) -> None:
    await (await stage.service()).delete(force=True)


BROKEN: Mapping[str, Broken] = {
    "bad image": Broken(
        begin=_bad_image,
        verdict=DeploymentFailed,
        family="image",
        cause="CannotPullContainerError",
        calls={
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 5,
            "ecs:DescribeTasks": 5,
            "ecs:ListServiceDeployments": 1,
            "ecs:DescribeServiceDeployments": 1,
        },
    ),
    "crash loop": Broken(
        begin=_crash_loop,
        verdict=DeploymentFailed,
        family="exit",
        cause="container main, exit code 3",
        calls={
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 7,
            "ecs:DescribeTasks": 7,
            "logs:FilterLogEvents": 1,
        },
    ),
    "unhealthy target": Broken(
        begin=_unhealthy,
        verdict=DeploymentFailed,
        family="health check",
        cause="failed ELB health checks",
        calls={
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 14,
            "ecs:DescribeTasks": 9,
            "elbv2:DescribeTargetHealth": 1,
            "logs:FilterLogEvents": 1,
        },
    ),
    "unplaced": Broken(
        begin=_unplaced,
        verdict=DeploymentFailed,
        family="capacity",
        cause="Capacity is unavailable",
        calls={
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 5,
            "ecs:ListServiceDeployments": 1,
            "ecs:DescribeServiceDeployments": 1,
        },
    ),
    "rolled back": Broken(
        begin=_rolled_back,
        verdict=DeploymentRolledBack,
        family="exit",
        cause="container main, exit code 3",
        calls={
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 4,
            "ecs:DescribeTasks": 4,
            "ecs:ListServiceDeployments": 1,
            "ecs:DescribeServiceDeployments": 21,
            "logs:FilterLogEvents": 1,
        },
    ),
    "overtaken": Broken(
        begin=_overtaken,
        verdict=DeploymentOvertaken,
        family=None,
        cause="",
        calls={
            "ecs:ListServiceDeployments": 1,
            "ecs:DescribeServiceDeployments": 1,
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 1,
            "ecs:DescribeTasks": 1,
        },
        meanwhile=_overtake,
    ),
    "deleted": Broken(
        begin=_deleted,
        verdict=ServiceDeleted,
        family=None,
        cause="",
        calls={
            "ecs:DescribeTaskDefinition": 1,
            "ecs:ListTasks": 1,
            "ecs:DescribeTasks": 1,
        },
        meanwhile=_delete,
    ),
}
