"""Deployments that end in different ways, each begun on a service that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.raw_client import REGION
from benchmarks.stepped_world import SteppedWorld, blocking_client

CLUSTER = "benchmark"
SERVICE = "web"
GROUP = "/ecs/web"
TASKS = 2
SECONDS_TO_STAND = 120.0
SECONDS_TO_OVERTAKE = 15.0

GIVES_UP = {"enable": True, "rollback": False}
ROLLS_BACK = {"enable": True, "rollback": True}
NEVER_GIVES_UP = {"enable": False, "rollback": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a deployment ends, and why.

    Attributes:
        name: For the table.
        succeeds: The truth.
        cause: What a reason names that is the true one: one of these words.
        container: Members of the container that is deployed, beside its name.
        breaker: The service's circuit breaker.
        fault: What goes wrong in the world from the deployment on.
        balanced: Whether the service is behind a load balancer.
        overtaken: Whether somebody else deploys a quarter of a minute later.
    """

    name: str
    succeeds: bool = False
    cause: tuple[str, ...]
    container: Mapping[str, Any] = field(default_factory=dict)
    breaker: Mapping[str, Any] = field(default_factory=lambda: NEVER_GIVES_UP)
    fault: Mapping[str, Any] | None = None
    balanced: bool = False
    overtaken: bool = False


def _shell(script: str) -> dict[str, Any]:
    return {"image": "busybox", "command": ["sh", "-c", script]}


GOOD = _shell("sleep 86400")
CRASHES = _shell("echo starting; sleep 4; echo out of luck; exit 3")
GONE = {"image": "registry.invalid/gone:1"}
# `{account}` is the simulated account's.
SECRET = f"arn:aws:secretsmanager:{REGION}:{{account}}:secret:missing-AbCdEf"
NO_ROOM = {"fault": "CapacityUnavailable"}

SCENARIOS = (
    Scenario(
        name="image missing, circuit breaker",
        cause=("CannotPull",),
        container=GONE,
        breaker=GIVES_UP,
    ),
    Scenario(name="image missing", cause=("CannotPull",), container=GONE),
    Scenario(name="crash loop", cause=("exit code 3",), container=CRASHES),
    Scenario(
        name="target never healthy",
        cause=("health check", "Health check", "Request timed out"),
        container=GOOD,
        balanced=True,
    ),
    Scenario(
        name="secret that may not be read, circuit breaker",
        cause=("secret",),
        container={**GOOD, "secrets": [{"name": "PASSWORD", "valueFrom": SECRET}]},
        breaker=GIVES_UP,
    ),
    Scenario(
        name="no capacity, circuit breaker",
        cause=("Capacity",),
        container=GOOD,
        breaker=GIVES_UP,
        fault=NO_ROOM,
    ),
    Scenario(
        name="crash loop, rolled back",
        cause=("exit code 3",),
        container=CRASHES,
        breaker=ROLLS_BACK,
    ),
    Scenario(
        name="overtaken by another",
        cause=("overtaken", "another"),
        container=GOOD,
        breaker=ROLLS_BACK,
        overtaken=True,
    ),
    Scenario(
        name="good, after a lack of capacity",
        succeeds=True,
        cause=(),
        container=GOOD,
        fault={**NO_ROOM, "remaining": 6},
    ),
)


class Stage:
    """A world in which a service stands, and one broken deployment is begun.

    Args:
        world: Whose time is moved.
        scenario: What is to be deployed.
    """

    def __init__(self, world: SteppedWorld, scenario: Scenario) -> None:
        self.world = world
        self.scenario = scenario
        world.begin_anew()
        self._account = world.account_id
        self._ecs = blocking_client("ecs", world.url)
        self._make_the_service_stand()
        self.broken = self._register(scenario.container)

    def spoil(self) -> None:
        """Let begin what goes wrong in the world, now that a deployment is to begin."""
        if self.scenario.fault is not None:
            self.world.plan(self.scenario.fault)
        if self.scenario.overtaken:
            self.world.at(SECONDS_TO_OVERTAKE, self._overtake)

    def deploy(self) -> None:
        """Begin the broken deployment."""
        self._update(self.broken)

    def _make_the_service_stand(self) -> None:
        self._ecs.create_cluster(clusterName=CLUSTER)
        logs = blocking_client("logs", self.world.url)
        logs.create_log_group(logGroupName=GROUP)
        first = {"image": "nginx"} if self.scenario.balanced else GOOD
        balancers = [self._balancer()] if self.scenario.balanced else []
        self._ecs.create_service(
            cluster=CLUSTER,
            serviceName=SERVICE,
            taskDefinition=self._register(first),
            desiredCount=TASKS,
            launchType="FARGATE",
            networkConfiguration=self._network(),
            deploymentConfiguration={"deploymentCircuitBreaker": dict(self.scenario.breaker)},
            loadBalancers=balancers,
        )
        self.world.advance(SECONDS_TO_STAND)
        (service,) = self._ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        states = [each["rolloutState"] for each in service["deployments"]]
        if states != ["COMPLETED"]:
            raise RuntimeError(f"the service does not stand: {states}")

    def _overtake(self) -> None:
        self._update(self._register(_shell("sleep 80001")))

    def _update(self, definition: str) -> None:
        self._ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=definition)

    def _register(self, members: Mapping[str, Any]) -> str:
        secrets = [
            {**each, "valueFrom": each["valueFrom"].format(account=self._account)}
            for each in members.get("secrets", ())
        ]
        logs = {"awslogs-group": GROUP, "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
        main = {
            **members,
            **({"secrets": secrets} if secrets else {}),
            "name": "main",
            "essential": True,
            "portMappings": [{"containerPort": 80}],
            "logConfiguration": {"logDriver": "awslogs", "options": logs},
        }
        reply = self._ecs.register_task_definition(
            family="web",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=f"arn:aws:iam::{self._account}:role/ecsTaskExecutionRole",
            containerDefinitions=[main],
        )
        arn: str = reply["taskDefinition"]["taskDefinitionArn"]
        return arn

    def _network(self) -> dict[str, Any]:
        ec2 = blocking_client("ec2", self.world.url)
        subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]]
        return {"awsvpcConfiguration": {"subnets": subnets, "assignPublicIp": "ENABLED"}}

    def _balancer(self) -> dict[str, Any]:
        elbv2, ec2 = (blocking_client(name, self.world.url) for name in ("elbv2", "ec2"))
        subnets = ec2.describe_subnets()["Subnets"]
        (balancer,) = elbv2.create_load_balancer(
            Name=SERVICE, Subnets=[each["SubnetId"] for each in subnets]
        )["LoadBalancers"]
        (group,) = elbv2.create_target_group(
            Name=SERVICE,
            Protocol="HTTP",
            Port=80,
            VpcId=subnets[0]["VpcId"],
            TargetType="ip",
            HealthCheckIntervalSeconds=10,
        )["TargetGroups"]
        arn: str = group["TargetGroupArn"]
        elbv2.modify_target_group_attributes(
            TargetGroupArn=arn,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}],
        )
        elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        return {"targetGroupArn": arn, "containerName": "main", "containerPort": 80}
