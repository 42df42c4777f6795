"""Whatever a client says to ECS, it gets an answer or an error of AWS, and time goes on."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.request import Request

ROUNDS = 12
WORDS = [
    *("", "a", "ü", "x" * 300, "a/b/c", "arn:", "0" * 32, "256", "512", "enabled"),
    *("default", "prod", "web", "web:1", "main", "nginx", "FARGATE", "RUNNING", "STOPPED"),
    *("awsvpc", "awslogs", "subnet-1", "serviceLongArnFormat"),
    "arn:aws:ecs:us-east-1:{id}:cluster/default",
    "arn:aws:ecs:us-east-1:{id}:task-definition/web:1",
    "arn:aws:iam::{id}:role/ecsTaskExecutionRole",
]
NUMBERS = (0, 1, 2, -1, 5, 10, 11, 80, 100, 65_536, 2**31, 2**63)


class Babble:
    """Says random things that have the right shape."""

    def __init__(self, seed: int, account_id: str) -> None:
        self._random = random.Random(seed)
        self._words = [word.format(id=account_id) for word in WORDS]

    def value(self, shape: Shape, depth: int = 0) -> Any:
        """Say a value of a shape."""
        if isinstance(shape, StructureShape):
            return {
                name: self.value(member, depth + 1)
                for name, member in shape.members.items()
                if depth < 6 and (name in shape.required_members or self._random.random() < 0.3)
            }
        if isinstance(shape, ListShape):
            count = self._random.choice([0, 1, 1, 2, 3]) if depth < 6 else 0
            return [self.value(shape.member, depth + 1) for _ in range(count)]
        if isinstance(shape, MapShape):
            count = self._random.choice([0, 1, 2])
            return {
                self._random.choice(self._words): self.value(shape.value, depth + 1)
                for _ in range(count)
            }
        if isinstance(shape, StringShape):
            known = shape.enum if shape.enum and self._random.random() < 0.8 else self._words
            return self._random.choice(known)
        if shape.type_name == "boolean":
            return self._random.random() < 0.5
        return self._random.choice(NUMBERS)


@pytest.fixture
def account() -> Iterator[Account]:
    """A strict account on a step clock."""
    made = Account(clock=StepClock(), seed=1, strict=True)
    yield made
    made.close()


def test_any_request_to_ecs_is_answered_as_aws_would(account: Account) -> None:
    """Requests of all operations, senseless but well-formed, never break the simulator."""
    model = botocore.session.get_session().get_service_model("ecs")
    babble = Babble(7, account.id)
    broken: dict[str, str] = {}
    answered = set()
    for _ in range(ROUNDS):
        for name in model.operation_names:
            shape = model.operation_model(name).input_shape
            members = babble.value(shape) if shape is not None else {}
            response = account.answer(
                Request(
                    method="POST",
                    path="/",
                    query="",
                    headers={"x-amz-target": f"AmazonEC2ContainerServiceV20141113.{name}"},
                    body=json.dumps(members).encode(),
                )
            )
            answer = json.loads(response.body)
            code = answer.get("__type", "")
            if response.status == 200:
                answered.add(name)
            elif response.status != 400 or code == "SimulatorError":
                broken[name] = answer["message"]
        account.engine.advance_by(20)
    assert broken == {}
    assert {"CreateCluster", "DescribeClusters", "ListTasks"} <= answered
