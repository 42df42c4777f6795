"""An account on a step clock with clients, a cluster, and roles as a test wants them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads import Exit, Launch, Say, Step

TASKS = "ecs-tasks.amazonaws.com"


@dataclass
class Recorder:
    """A workload that says one line and remembers with what it was started."""

    launches: list[Launch] = field(default_factory=list)
    image_size: float = 10.0

    def run(self, launch: Launch) -> Iterator[Step]:
        self.launches.append(launch)
        yield Say("started")

    def stop(self, launch: Launch) -> Iterator[Step]:
        yield Exit(0, after=1)

    def check(self, launch: Launch, command: tuple[str, ...], elapsed_seconds: float) -> int:
        return 0


class Here:
    """One account and what a test does with it."""

    def __init__(self, client_to: Callable[..., Any], **account: Any) -> None:
        self.account = Account(clock=StepClock(), timing=Timing(jitter=0.0), strict=True, **account)
        self.id = self.account.id
        self.app = Recorder()
        self.account.workloads.register("app", self.app)
        self._client_to = client_to
        self._clients: dict[str, Any] = {}
        self.client("ecs").create_cluster(clusterName="demo")
        subnets = self.client("ec2").describe_subnets()["Subnets"]
        self.subnet: str = subnets[0]["SubnetId"]
        self.vpc: str = subnets[0]["VpcId"]

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._client_to(self.account.answer, service)
        return self._clients[service]

    def as_user(self, key: dict[str, str], service: str) -> Any:
        """Make a client that signs with a key of IAM."""
        session = botocore.session.Session()
        token = key.get("SessionToken")
        session.set_credentials(key["AccessKeyId"], key["SecretAccessKey"], token)
        client = session.create_client(service, region_name="us-east-1")
        from_factory = self.client(service)

        def send(request: Any, **_: object) -> AWSResponse:
            handlers = from_factory.meta.events.emit("before-send", request=request)
            answer: AWSResponse = next(value for _, value in handlers if value is not None)
            return answer

        client.meta.events.register("before-send", send)
        return client

    def role(
        self,
        *statements: dict[str, Any],
        name: str = "execution",
        trusted: str = TASKS,
        condition: dict[str, Any] | None = None,
    ) -> str:
        trust: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"Service": trusted},
            "Action": "sts:AssumeRole",
        }
        if condition:
            trust["Condition"] = condition
        document = {"Version": "2012-10-17", "Statement": [trust]}
        made = self.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(document)
        )
        if statements:
            self.client("iam").put_role_policy(
                RoleName=name,
                PolicyName="own",
                PolicyDocument=json.dumps({
                    "Version": "2012-10-17",
                    "Statement": list(statements),
                }),
            )
        arn: str = made["Role"]["Arn"]
        return arn

    def allow(self, action: str | list[str], resource: str = "*") -> dict[str, Any]:
        return {"Effect": "Allow", "Action": action, "Resource": resource}

    def deny(self, action: str | list[str], resource: str = "*") -> dict[str, Any]:
        return {"Effect": "Deny", "Action": action, "Resource": resource}

    def register(self, *, image: str = "app", role: str | None = None, **container: Any) -> str:
        task_role = container.pop("taskRoleArn", None)
        definition: dict[str, Any] = {
            "family": "web",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [{"name": "main", "image": image, **container}],
        }
        if role:
            definition["executionRoleArn"] = role
        if task_role:
            definition["taskRoleArn"] = task_role
        answer = self.client("ecs").register_task_definition(**definition)
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def run(
        self,
        definition: str,
        *,
        subnet: str | None = None,
        public: bool = True,
        groups: tuple[str, ...] = (),
        seconds: float = 60.0,
    ) -> dict[str, Any]:
        """Run a task, let time pass, and describe it."""
        network: dict[str, Any] = {
            "subnets": [subnet or self.subnet],
            "assignPublicIp": "ENABLED" if public else "DISABLED",
        }
        if groups:
            network["securityGroups"] = list(groups)
        made = self.client("ecs").run_task(
            cluster="demo",
            taskDefinition=definition,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )
        arn = made["tasks"][0]["taskArn"]
        self.pass_time(seconds)
        answer = self.client("ecs").describe_tasks(cluster="demo", tasks=[arn])
        task: dict[str, Any] = answer["tasks"][0]
        return task

    def start(self, *, seconds: float = 60.0, public: bool = True, **given: Any) -> dict[str, Any]:
        """Register, run one task, let time pass, and describe it."""
        return self.run(self.register(**given), public=public, seconds=seconds)

    def pass_time(self, seconds: float) -> None:
        clock = self.account.engine.clock
        assert isinstance(clock, StepClock)
        clock.move_to(clock.now() + round(seconds * 1_000_000))
        self.account.advance()

    def logging(self, group: str = "/ecs/web", **options: str) -> dict[str, Any]:
        return {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": group,
                "awslogs-region": "us-east-1",
                "awslogs-stream-prefix": "run",
                **options,
            },
        }

    def lines(self, group: str = "/ecs/web") -> list[str]:
        events = self.client("logs").filter_log_events(logGroupName=group)["events"]
        return [event["message"] for event in events]

    def user(self, *statements: dict[str, Any], name: str = "bob") -> dict[str, str]:
        """Make a user with a policy and a key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            iam.put_user_policy(
                UserName=name, PolicyName="own", PolicyDocument=json.dumps(document)
            )
        key: dict[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
        return key


@pytest.fixture
def here(client_to: Callable[..., Any]) -> Iterator[Here]:
    """An account that does not look at its callers."""
    made = Here(client_to)
    yield made
    made.account.close()


@pytest.fixture
def guarded(client_to: Callable[..., Any]) -> Iterator[Here]:
    """An account that holds its callers against their policies."""
    made = Here(client_to, enforce_iam=True)
    yield made
    made.account.close()


@pytest.fixture
def new_here(client_to: Callable[..., Any]) -> Callable[[], Here]:
    """Make accounts, one after the other; whoever makes one closes it."""
    return lambda: Here(client_to)
