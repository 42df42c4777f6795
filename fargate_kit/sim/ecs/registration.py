"""What becomes of a task definition on its way in: refusals, unit forms, and AWS's defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.model.problems import Problem
from fargate_kit.model.sizes import parse_cpu, parse_memory
from fargate_kit.model.task_rules import RULES, problems
from fargate_kit.sim.ecs import registration_wording as wording
from fargate_kit.sim.ecs.pictures import copy
from fargate_kit.sim.ecs.references import References
from fargate_kit.sim.errors import AwsError

_COMPATIBILITIES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")


def refuse(problem: Problem, definition: Mapping[str, Any]) -> AwsError:
    """Put a problem into AWS's words."""
    index = problem.path.removeprefix("containerDefinitions[").partition("]")[0]
    containers = definition.get("containerDefinitions") or ()
    name = containers[int(index)].get("name", index) if index.isdigit() else ""
    refusal = wording.REGISTRATION.get(problem.rule, wording.UNWORDED)
    return refusal.error(
        message=problem.message,
        path=problem.path,
        member=problem.path.rpartition(".")[2].partition("[")[0],
        given="null" if problem.given is None else problem.given,
        container=name,
        cpu=definition.get("cpu"),
        memory=definition.get("memory"),
    )


def check(definition: Mapping[str, Any]) -> bool:
    """Check a definition that shall be registered.

    With FARGATE among the requiresCompatibilities every rule counts; without it those of
    Fargate only decide whether Fargate can run it (Developer Guide, page
    task_definition_parameters).

    Args:
        definition: As the request has it.

    Returns:
        Whether Fargate can run it.

    Raises:
        AwsError: The first thing that AWS refuses.
    """
    required: Sequence[str] = definition.get("requiresCompatibilities") or ()
    for one in required:
        if one not in _COMPATIBILITIES:
            raise wording.REGISTRATION["unknown-value"].error(
                path="requiresCompatibilities", given=one
            )
    found = problems(definition)
    for problem in found:
        if "FARGATE" in required or not RULES[problem.rule].fargate:
            raise refuse(problem, definition)
    return not any(problem.rule != "requires-fargate" for problem in found)


def registered(
    definition: Mapping[str, Any], references: References, *, on_fargate: bool
) -> dict[str, Any]:
    """Make what AWS answers of a checked definition, apart from revision and moments.

    Args:
        definition: As the request has it.
        references: For the ARNs of roles.
        on_fargate: Whether Fargate can run it.
    """
    body: dict[str, Any] = {
        key: copy(value) for key, value in definition.items() if key not in {"family", "tags"}
    }
    if "cpu" in body:
        body["cpu"] = str(parse_cpu(body["cpu"]))
    if "memory" in body:
        body["memory"] = str(parse_memory(body["memory"]))
    for role in ("taskRoleArn", "executionRoleArn"):
        if body.get(role):
            body[role] = references.role(body[role])
        else:
            body.pop(role, None)
    one_network = body.get("networkMode") == "awsvpc"
    body["containerDefinitions"] = [
        _container(one, one_network) for one in body["containerDefinitions"]
    ]
    body["volumes"] = [_volume(one) for one in body.get("volumes", [])]
    body.setdefault("placementConstraints", [])
    body["compatibilities"] = ["EC2", "FARGATE"] if on_fargate else ["EC2"]
    if not body.get("requiresCompatibilities"):
        body.pop("requiresCompatibilities", None)
    return body


def _container(given: Mapping[str, Any], one_network: bool) -> dict[str, Any]:
    container = dict(given)
    container.setdefault("cpu", 0)
    container.setdefault("essential", True)
    for member in ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"):
        container.setdefault(member, [])
    for mapping in container["portMappings"]:
        mapping.setdefault("protocol", "tcp")
        if one_network and "containerPort" in mapping:
            mapping["hostPort"] = mapping["containerPort"]
    for variable in container["environment"]:
        variable.setdefault("value", "")
    if check := container.get("healthCheck"):
        container["healthCheck"] = {"interval": 30, "timeout": 5, "retries": 3, **check}
    return container


def _volume(given: Mapping[str, Any]) -> dict[str, Any]:
    volume = dict(given)
    if not any(key.endswith("VolumeConfiguration") for key in volume) and not volume.get(
        "configuredAtLaunch"
    ):
        volume.setdefault("host", {})
    return volume
