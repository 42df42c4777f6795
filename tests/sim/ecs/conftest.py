"""A region of the simulated ECS on a step clock, with plain values for the services beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest

from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.codec import Codec
from fargate_kit.sim.ecs.region import EcsRegion
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.facts import (
    NetworkInterface,
    RepositoryMissing,
    SecurityGroupFact,
    SubnetFact,
)
from fargate_kit.sim.faults import Faults
from fargate_kit.sim.quota_keeping import QuotaKeeper
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Exit, Launch, Say, Step, Wait, Workloads

MODEL = botocore.session.get_session().get_service_model("ecs")
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/application"


@dataclass
class Beside:
    """What ECS knows of EC2, IAM, ECR and Logs, and what it did to them."""

    subnets: dict[str, SubnetFact] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    log_groups: set[tuple[str, str]] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    images: dict[str, dict[str, str]] = field(default_factory=dict)
    foreign_addresses: dict[str, frozenset[str]] = field(default_factory=dict)
    interfaces: dict[str, NetworkInterface] = field(default_factory=dict)
    made_interfaces: list[NetworkInterface] = field(default_factory=list)
    streams: dict[tuple[str, str, str], list[tuple[int, str]]] = field(default_factory=dict)
    made_groups: set[tuple[str, str]] = field(default_factory=set)

    def subnet(self, region: str, subnet_id: str) -> SubnetFact | None:
        return self.subnets.get(subnet_id)

    def security_group(self, region: str, group_id: str) -> SecurityGroupFact | None:
        vpc_id = self.groups.get(group_id)
        return None if vpc_id is None else SecurityGroupFact(id=group_id, vpc_id=vpc_id)

    def default_security_group(self, region: str, vpc_id: str) -> str | None:
        return next((group for group, vpc in self.groups.items() if vpc == vpc_id), None)

    def addresses_in_use(self, region: str, subnet_id: str) -> frozenset[str]:
        mine = {
            one.private_address for one in self.interfaces.values() if one.subnet_id == subnet_id
        }
        return self.foreign_addresses.get(subnet_id, frozenset()) | mine

    def log_group_exists(self, region: str, name: str) -> bool:
        return (region, name) in self.log_groups

    def role_exists(self, arn: str) -> bool:
        return arn in self.roles

    def ecr_image_digest(self, region: str, repository: str, reference: str) -> str | None:
        if repository not in self.images:
            raise RepositoryMissing(repository)
        return self.images[repository].get(reference)

    def create_network_interface(self, interface: NetworkInterface) -> None:
        assert interface.id not in self.interfaces
        self.interfaces[interface.id] = interface
        self.made_interfaces.append(interface)

    def delete_network_interface(self, region: str, interface_id: str) -> None:
        del self.interfaces[interface_id]

    def put_log_events(
        self,
        region: str,
        group: str,
        stream: str,
        events: Sequence[tuple[int, str]],
        *,
        create_group: bool,
    ) -> None:
        if create_group:
            self.made_groups.add((region, group))
            self.log_groups.add((region, group))
        if (region, group) in self.log_groups:
            self.streams.setdefault((region, group, stream), []).extend(events)


@dataclass
class Script:
    """A workload that does what a test says, and remembers how it was started."""

    steps: Callable[[Launch], Iterator[Step]]
    on_stop: Callable[[Launch], Iterator[Step] | None] = lambda launch: iter([Exit(0, after=1)])
    answers: Callable[[float], int] = lambda seconds: 0
    image_size: float = 60.0
    launches: list[Launch] = field(default_factory=list)
    signalled: list[str] = field(default_factory=list)
    checks: list[tuple[tuple[str, ...], float]] = field(default_factory=list)

    def run(self, launch: Launch) -> Iterator[Step]:
        self.launches.append(launch)
        return self.steps(launch)

    def stop(self, launch: Launch) -> Iterator[Step] | None:
        self.signalled.append(launch.container)
        return self.on_stop(launch)

    def check(self, launch: Launch, command: tuple[str, ...], elapsed_seconds: float) -> int:
        self.checks.append((command, elapsed_seconds))
        return self.answers(elapsed_seconds)


class Ecs:
    """One region, called as a client would; every answer is held against botocore's model."""

    def __init__(
        self,
        seed: int = 0,
        *,
        region: str = "us-east-1",
        jitter: float = 0.0,
        actions_at_one_instant: int = 10_000,
    ) -> None:
        self.id = ACCOUNT
        self.engine = Engine(StepClock(), seed, actions_at_one_instant=actions_at_one_instant)
        self.timing = Timing(jitter=jitter)
        self.workloads = Workloads()
        self.faults = Faults()
        self.quotas = QuotaKeeper(self.engine)
        self.moto = self.logs = Beside()
        self.regions: tuple[EcsRegion, ...] = ()
        self.region = EcsRegion(self, region)
        self.regions = (self.region,)
        self.codec = Codec("ecs", strict=True)
        for index, zone in enumerate("abc"):
            self.add_subnet(f"subnet-{zone}", f"10.0.{index}.0/24", zone=zone)
        self.moto.groups["sg-default"] = "vpc-1"
        self.moto.roles |= {ROLE, TASK_ROLE}
        self.workloads.register("app", self.script([]))

    def add_region(self, region: str) -> EcsRegion:
        made = EcsRegion(self, region)
        self.regions = (*self.regions, made)
        return made

    def add_subnet(self, name: str, cidr: str, *, zone: str = "a", vpc: str = "vpc-1") -> str:
        self.moto.subnets[name] = SubnetFact(
            id=name,
            vpc_id=vpc,
            cidr=cidr,
            availability_zone=f"us-east-1{zone}",
            zone_id=f"use1-az-{zone}",
        )
        return name

    def script(self, steps: Sequence[Step], **members: Any) -> Script:
        return Script(steps=lambda launch: iter(steps), **members)

    def image(self, name: str, steps: Sequence[Step] = (), **members: Any) -> Script:
        made = self.script(steps, **members)
        self.workloads.register(name, made)
        return made

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        self.engine.advance()
        answer = self.region.answer(operation, params)
        self.codec.encode(operation, answer)
        return answer

    def refused(self, operation: str, **params: Any) -> AwsError:
        with pytest.raises(AwsError) as caught:
            self.call(operation, **params)
        declared = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
        assert caught.value.code in declared, f"{operation} does not declare {caught.value.code}"
        return caught.value

    def network(self, *subnets: str, **members: Any) -> dict[str, Any]:
        return {
            "awsvpcConfiguration": {
                "subnets": list(subnets or ("subnet-a", "subnet-b", "subnet-c")),
                **members,
            }
        }

    def definition(self, family: str = "web", **members: Any) -> dict[str, Any]:
        return {
            "family": family,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [self.container()],
            **members,
        }

    def container(self, name: str = "main", **members: Any) -> dict[str, Any]:
        return {"name": name, "image": "app", **members}

    def register(self, *containers: Mapping[str, Any], **members: Any) -> str:
        if containers:
            members["containerDefinitions"] = list(containers)
        answer = self.call("RegisterTaskDefinition", **self.definition(**members))
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def cluster(self, name: str = "demo", **members: Any) -> str:
        arn: str = self.call("CreateCluster", clusterName=name, **members)["cluster"]["clusterArn"]
        return arn

    def run(self, definition: str = "web", **members: Any) -> list[dict[str, Any]]:
        params = {
            "cluster": "demo",
            "taskDefinition": definition,
            "networkConfiguration": self.network(),
            **({} if "capacityProviderStrategy" in members else {"launchType": "FARGATE"}),
            **members,
        }
        tasks: list[dict[str, Any]] = self.call("RunTask", **params)["tasks"]
        return tasks

    def start(self, *containers: Mapping[str, Any], **members: Any) -> str:
        """Register, run one task, and tell its ARN."""
        if "demo" not in self.region.state.clusters:
            self.cluster()
        definition = self.register(*containers, **members)
        arn: str = self.run(definition)[0]["taskArn"]
        return arn

    def task(self, arn: str, **params: Any) -> dict[str, Any]:
        answer = self.call("DescribeTasks", cluster="demo", tasks=[arn], **params)
        assert not answer["failures"]
        task: dict[str, Any] = answer["tasks"][0]
        return task

    def containers(self, arn: str) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self.task(arn)["containers"]}

    def wait(self, arn: str, status: str, *, limit: float = 3600.0) -> dict[str, Any]:
        """Step until a task has a status, and no further."""
        self.engine.run_until(lambda: self.task(arn)["lastStatus"] == status, limit=limit)
        return self.task(arn)

    def wait_ready(self, arn: str, name: str, status: str, *, limit: float = 3600.0) -> None:
        """Step until a container has a status."""
        self.engine.run_until(
            lambda: self.containers(arn)[name]["lastStatus"] == status, limit=limit
        )

    def changes(self, arn: str) -> list[tuple[str, str]]:
        """Step until all is settled; tell every pair of last and desired status on the way."""
        seen: list[tuple[str, str]] = []
        while True:
            task = self.task(arn)
            pair = (task["lastStatus"], task["desiredStatus"])
            if not seen or seen[-1] != pair:
                seen.append(pair)
            if not self.engine.pending(background=False):
                return seen
            self.engine.step()

    def lines(self, stream: str, *, group: str = "logs", region: str = "us-east-1") -> list[str]:
        return [text for _, text in self.moto.streams.get((region, group, stream), [])]

    def seconds(self, moment: float) -> float:
        """Tell a moment of an answer as seconds since the clock's epoch."""
        return round(moment - 1_800_000_000, 3)

    def logging(self, **options: str) -> dict[str, Any]:
        return {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "logs",
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "run",
                **options,
            },
        }

    # what tests build steps from
    Exit, Say, Wait = Exit, Say, Wait
    ROLE, TASK_ROLE, ACCOUNT = ROLE, TASK_ROLE, ACCOUNT


@pytest.fixture
def ecs() -> Ecs:
    """A region with three subnets in three zones, one security group and two roles."""
    return Ecs()


@pytest.fixture
def demo(ecs: Ecs) -> Ecs:
    """The region with a cluster `demo` and a definition `web` of one container `main`."""
    ecs.cluster()
    ecs.register()
    return ecs


@pytest.fixture
def new_ecs() -> type[Ecs]:
    """Make further worlds, e.g. with another seed."""
    return Ecs
