"""Requests drawn from botocore's shapes: whatever comes, an answer of the model or its error."""

from __future__ import annotations

import json
import random
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

from fargate_kit.sim.errors import AwsError

MODEL = botocore.session.get_session().get_service_model("ecs")
PREFIX = "arn:aws:ecs:us-east-1:123456789012"
TEXTS = (
    "",
    "demo",
    "web",
    "web:1",
    "main",
    "app",
    "256",
    "512",
    "x" * 300,
    "ü",
    "a b",
    "aws:x",
    "0" * 32,
    "arn:",
    f"{PREFIX}:cluster/demo",
    f"{PREFIX}:task-definition/web:1",
    f"{PREFIX}:task/demo/{'0' * 32}",
    "subnet-a",
    "FARGATE",
    "FARGATE_SPOT",
    "awslogs",
    "arn:aws:iam::123456789012:role/execution",
)
NUMBERS = (-1, 0, 1, 2, 10, 100, 101, 256, 65536, 2**40)


def _draw(shape: Shape, chance: random.Random, depth: int = 0) -> Any:
    if isinstance(shape, StructureShape):
        return {
            name: _draw(member, chance, depth + 1)
            for name, member in shape.members.items()
            if name in shape.required_members or chance.random() < 0.6 / (depth + 1)
        }
    if isinstance(shape, ListShape):
        return [_draw(shape.member, chance, depth + 1) for _ in range(chance.randrange(3))]
    if isinstance(shape, MapShape):
        return {
            chance.choice(TEXTS): _draw(shape.value, chance, depth + 1)
            for _ in range(chance.randrange(3))
        }
    if shape.type_name == "boolean":
        return chance.random() < 0.5
    if shape.type_name in {"integer", "long"}:
        return chance.choice(NUMBERS)
    if shape.type_name in {"double", "float"}:
        return chance.random()
    allowed = getattr(shape, "enum", None)
    return chance.choice(allowed if allowed and chance.random() < 0.8 else TEXTS)


def _request(demo: Any, operation: str, number: int) -> dict[str, Any]:
    """Draw a request; every other one has enough that is right to get somewhere."""
    shape = MODEL.operation_model(operation).input_shape
    chance = random.Random(f"{operation} {number}")
    params: dict[str, Any] = _draw(shape, chance)
    if number % 2:
        return params
    demo.cluster()
    demo.register()
    about_tasks = {"task", "tasks", "resourceArn"} & set(shape.members)
    task = demo.run()[0]["taskArn"] if about_tasks else ""
    about_services = {
        "service",
        "services",
        "serviceDeploymentArn",
        "serviceDeploymentArns",
        "serviceRevisionArns",
        "namespace",
    }
    known = {
        **(_service(demo) if about_services & set(shape.members) else {}),
        **demo.definition(),
        "capacityProviders": ["FARGATE"],
        "cluster": "demo",
        "clusters": ["demo"],
        "count": 1,
        "desiredCount": 1,
        "expiresInMinutes": 5,
        "force": True,
        "launchType": "FARGATE",
        "name": "containerInsights",
        "networkConfiguration": demo.network(),
        "protectionEnabled": True,
        "resourceArn": task,
        "serviceName": "web",
        "tags": [{"key": "a", "value": "b"}],
        "task": task,
        "taskDefinition": "web:1",
        "tasks": [task],
        "value": "enabled",
    }
    wrong = chance.sample(sorted(params), k=min(len(params), 1))
    right = set(shape.required_members) - set(wrong)
    right |= {name for name in shape.members if name in known and chance.random() < 0.9}
    return _only(params, wrong) | _only({**params, **known}, sorted(right))


def _service(demo: Any) -> dict[str, Any]:
    """Create a service that is being deployed, and name it and its deployment."""
    demo.call("UpdateCluster", cluster="demo", serviceConnectDefaults={"namespace": "inside"})
    name = f"web-{len(demo.region.state.clusters['demo'].services)}"
    answer = demo.call(
        "CreateService",
        cluster="demo",
        serviceName=name,
        taskDefinition="web",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=demo.network(),
    )
    return {
        "service": name,
        "services": [name],
        "serviceDeploymentArn": answer["service"]["currentServiceDeployment"],
        "serviceDeploymentArns": [answer["service"]["currentServiceDeployment"]],
        "serviceRevisionArns": [answer["service"]["currentServiceRevisions"][0]["arn"]],
        "namespace": "inside",
    }


def _only(params: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: params[name] for name in names}


def _outcome(demo: Any, operation: str, params: dict[str, Any]) -> str:
    """Answer a request through JSON, and tell the code of the refusal, or `answered`."""
    try:
        decoded = demo.codec.decode(operation, json.dumps(params).encode())
        demo.codec.encode(operation, demo.region.answer(operation, decoded))
    except AwsError as refusal:
        return refusal.code
    return "answered"


def test_random_requests_answered(new_ecs: Any) -> None:
    """A random request is answered by the model, or refused with an error that it declares."""
    seen: set[tuple[str, str]] = set()
    for operation in new_ecs().region.operations:
        demo = new_ecs()
        expected = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
        expected |= {"SerializationException", "answered"}
        for number in range(80):
            request = _request(demo, operation, number)
            outcome = _outcome(demo, operation, request)
            assert outcome in expected, (operation, outcome, request)
            seen.add((operation, outcome))
        demo.engine.advance_by(60)
    answered = {operation for operation, outcome in seen if outcome == "answered"}
    assert answered == set(new_ecs().region.operations)
