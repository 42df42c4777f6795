"""A region with a cluster, a task definition and a load balancing that does as it is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fargate_kit.sim.load_balancing.protocol import TargetHealth, TargetOwner

GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef"
_TASK = re.compile(r"[0-9a-f]{32}")


@dataclass
class Group:
    """A target group as the fake load balancing has it."""

    vpc: str = "vpc-1"
    kind: str = "ip"
    listener: bool = True


@dataclass
class Balancing:
    """Load balancing on the step clock: a target is healthy after a while, and drains for one."""

    ecs: Any
    groups: dict[str, Group] = field(default_factory=dict)
    targets: dict[tuple[str, str, int], str] = field(default_factory=dict)
    watchers: list[Callable[[str, str, int], None]] = field(default_factory=list)
    healthy_after: float | None = 10.0
    delay: float = 30.0
    becomes: str = "healthy"
    description: str = "Health checks failed with these codes: [500]"

    def register(self, arn: str, address: str, port: int, task: TargetOwner | None) -> None:
        self.tell((arn, address, port), "initial")
        if self.healthy_after is not None:
            self.ecs.engine.after(
                self.healthy_after, lambda: self.tell((arn, address, port), self.becomes)
            )

    def deregister(self, arn: str, address: str, port: int, *, done: Callable[[], None]) -> None:
        key = (arn, address, port)
        if key not in self.targets:
            self.ecs.engine.after(0, done)
            return
        self.targets[key] = "draining"

        def gone() -> None:
            del self.targets[key]
            done()

        self.ecs.engine.after(self.delay, gone)

    def tell(self, key: tuple[str, str, int], state: str) -> None:
        if state != "initial" and self.targets.get(key) not in {"initial", "healthy", "unhealthy"}:
            return
        self.targets[key] = state
        for watcher in self.watchers:
            watcher(*key)

    def health(self, arn: str, address: str, port: int) -> TargetHealth:
        state = self.targets.get((arn, address, port), "unused")
        if state == "unhealthy":
            return TargetHealth(state, "Target.ResponseCodeMismatch", self.description)
        return TargetHealth(state)

    def watch(self, changed: Callable[[str, str, int], None]) -> None:
        self.watchers.append(changed)

    def exists(self, arn: str) -> bool:
        return arn in self.groups

    def has_listener(self, arn: str) -> bool:
        return self.groups[arn].listener

    def target_type(self, arn: str) -> str | None:
        return self.groups[arn].kind

    def target_port(self, arn: str) -> int | None:
        return 80

    def target_vpc(self, arn: str) -> str | None:
        return self.groups[arn].vpc

    def deregistration_delay(self, arn: str) -> float:
        return self.delay


class World:
    """One region with services, in the words of the tests."""

    GROUP = GROUP

    def __init__(self, ecs: Any) -> None:
        self.ecs = ecs
        self.engine = ecs.engine
        self.call = ecs.call
        self.refused = ecs.refused
        self.balancing = Balancing(ecs)
        self.balancing.groups[GROUP] = Group()
        ecs.region.load_balancing = self.balancing
        ecs.cluster(capacityProviders=["FARGATE", "FARGATE_SPOT"])
        ecs.register(ecs.container(portMappings=[{"containerPort": 80}]))

    def create(self, name: str = "web", **members: Any) -> dict[str, Any]:
        params = {
            "cluster": "demo",
            "serviceName": name,
            "taskDefinition": "web",
            "desiredCount": 2,
            "networkConfiguration": self.ecs.network(),
            **({} if "capacityProviderStrategy" in members else {"launchType": "FARGATE"}),
            **members,
        }
        params = {member: value for member, value in params.items() if value is not None}
        service: dict[str, Any] = self.call("CreateService", **params)["service"]
        return service

    def update(self, name: str = "web", **members: Any) -> dict[str, Any]:
        answer = self.call("UpdateService", cluster="demo", service=name, **members)
        service: dict[str, Any] = answer["service"]
        return service

    def delete(self, name: str = "web", **members: Any) -> dict[str, Any]:
        answer = self.call("DeleteService", cluster="demo", service=name, **members)
        service: dict[str, Any] = answer["service"]
        return service

    def service(self, name: str = "web", **members: Any) -> dict[str, Any]:
        answer = self.call("DescribeServices", cluster="demo", services=[name], **members)
        assert not answer["failures"]
        service: dict[str, Any] = answer["services"][0]
        return service

    def steady(self, name: str = "web", **members: Any) -> dict[str, Any]:
        """Create a service and wait until it is steady."""
        self.create(name, **members)
        self.engine.settle()
        service = self.service(name)
        assert self.messages(name)[-1].endswith("has reached a steady state.")
        return service

    def until(
        self, condition: Callable[[dict[str, Any]], bool], *, limit: float = 7200.0
    ) -> dict[str, Any]:
        """Step until a condition holds for the picture of the service."""
        self.engine.run_until(lambda: condition(self.service()), limit=limit)
        return self.service()

    def counts(self, name: str = "web") -> list[tuple[str, int, int, int]]:
        """Each deployment's status, desired, running and pending count."""
        return [
            (one["status"], one["desiredCount"], one["runningCount"], one["pendingCount"])
            for one in self.service(name)["deployments"]
        ]

    def messages(self, name: str = "web") -> list[str]:
        """The events, the oldest first."""
        return [event["message"] for event in reversed(self.service(name)["events"])]

    def outline(self, name: str = "web") -> list[str]:
        """The events, the oldest first, without ids and the service's name."""
        said = []
        for message in self.messages(name):
            text = message.replace(f"(service {name}) ", "").replace(f"(service {name}, ", "(")
            text = text.replace(GROUP, "GROUP")
            text = re.sub(r" \(task [0-9a-f]{32}\)(?= [(.]|\.)", " T", text)
            text = re.sub(r"(T )+(?=T)", "", text)
            text = re.sub(r"\(task [0-9a-f]{32}\)", "(task T)", text)
            said.append(re.sub(r"ecs-svc/\d+", "D", text))
        return said

    def tasks(self, name: str = "web", status: str = "RUNNING") -> list[dict[str, Any]]:
        arns: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = self.call(
                "ListTasks", cluster="demo", serviceName=name, desiredStatus=status, **token
            )
            arns += page["taskArns"]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        found: list[dict[str, Any]] = []
        for first in range(0, len(arns), 100):
            part = arns[first : first + 100]
            answer = self.call("DescribeTasks", cluster="demo", tasks=part, include=["TAGS"])
            found += answer["tasks"]
        return found

    def stop(self, task: dict[str, Any]) -> None:
        self.call("StopTask", cluster="demo", task=task["taskArn"])

    def register(self, image: str, **members: Any) -> str:
        """Register the next revision of `web`, whose one container has this image."""
        container = self.ecs.container(image=image, portMappings=[{"containerPort": 80}], **members)
        arn: str = self.ecs.register(container)
        return arn

    def crashing(self, *, after: float = 0.0) -> str:
        """Register a revision whose container runs for so long and exits with 1."""
        self.ecs.image("crash", [self.ecs.Exit(1, after=after)])
        return self.register("crash")

    def missing(self) -> str:
        """Register a revision whose image cannot be pulled."""
        return self.register("registry.invalid/nothing:1")

    def sick(self, *, after: float = 0.0) -> str:
        """Register a revision whose container fails its health check from some second on."""
        self.ecs.image("sick", [], answers=lambda seconds: 1 if seconds > after else 0)
        return self.register(
            "sick",
            healthCheck={"command": ["CMD", "check"], "interval": 10, "retries": 2},
        )

    def breaker(self, **members: Any) -> dict[str, Any]:
        """A deployment configuration with the circuit breaker on."""
        breaker = {"enable": True, "rollback": True, **members}
        return {"deploymentCircuitBreaker": breaker}

    def releases(self, name: str = "web") -> list[dict[str, Any]]:
        """The service deployments, described, the newest first."""
        listed = self.call("ListServiceDeployments", cluster="demo", service=name)
        arns = [one["serviceDeploymentArn"] for one in listed["serviceDeployments"]]
        answer = self.call("DescribeServiceDeployments", serviceDeploymentArns=arns)
        assert not answer["failures"]
        described = {one["serviceDeploymentArn"]: one for one in answer["serviceDeployments"]}
        return [described[arn] for arn in arns]

    def behind(self, **members: Any) -> dict[str, Any]:
        """The members of a service behind the load balancer."""
        return {
            "loadBalancers": [
                {"targetGroupArn": GROUP, "containerName": "main", "containerPort": 80}
            ],
            **members,
        }


@pytest.fixture
def world(ecs: Any) -> World:
    """A region with a cluster `demo`, a definition `web` and a target group."""
    return World(ecs)


@pytest.fixture
def new_world(new_ecs: Any) -> Callable[..., World]:
    """Make further worlds, e.g. with another seed."""
    return lambda *args, **members: World(new_ecs(*args, **members))
