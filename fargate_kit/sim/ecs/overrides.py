"""The overrides of RunTask: what may be overridden, and what may come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fargate_kit.model.sizes import parse_cpu, parse_memory
from fargate_kit.model.task_rules import problems
from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.launch import effective_containers
from fargate_kit.sim.ecs.pictures import copy
from fargate_kit.sim.ecs.references import References
from fargate_kit.sim.ecs.registration import refuse
from fargate_kit.sim.ecs.state import TaskDefinitionState

MOST_CHARACTERS = 8192  # service model, RunTask overrides
_TASK_MEMBERS = ("cpu", "memory", "taskRoleArn", "executionRoleArn", "ephemeralStorage")


def check_overrides(
    definition: TaskDefinitionState, given: Mapping[str, Any], references: References
) -> dict[str, Any]:
    """Check the overrides of a request against its task definition.

    Args:
        definition: What shall be run.
        given: The request's overrides.
        references: For the ARNs of roles.

    Returns:
        The overrides as AWS answers them: sizes in units, roles as ARNs.

    Raises:
        AwsError: They are too long, name no container of the definition, or make a task
            that Fargate does not run.
    """
    if len(json.dumps(given, separators=(",", ":"), ensure_ascii=False)) > MOST_CHARACTERS:
        raise wording.OVERRIDES_TOO_LONG.error()
    names = {container["name"] for container in definition.containers}
    for override in given.get("containerOverrides") or ():
        name = override.get("name")
        if not name:
            raise wording.OVERRIDE_WITHOUT_NAME.error()
        if name not in names:
            raise wording.OVERRIDE_UNKNOWN_CONTAINER.error(name=name)
    if given.get("inferenceAcceleratorOverrides"):
        raise wording.OVERRIDE_NOT_ON_FARGATE.error(member="inferenceAcceleratorOverrides")
    checked: dict[str, Any] = copy(dict(given))
    for role in ("taskRoleArn", "executionRoleArn"):
        if checked.get(role):
            checked[role] = references.role(checked[role])
    _check_result(definition, checked)
    for member, parse in (("cpu", parse_cpu), ("memory", parse_memory)):
        if checked.get(member):
            checked[member] = str(parse(checked[member]))
    return checked


def _check_result(definition: TaskDefinitionState, overrides: Mapping[str, Any]) -> None:
    """Hold the definition with its overrides against the rules of definitions."""
    if not overrides:
        return
    body = definition.body
    effective = {
        **{key: value for key, value in body.items() if key != "requiresAttributes"},
        **{member: overrides[member] for member in _TASK_MEMBERS if overrides.get(member)},
        "family": definition.family,
        "containerDefinitions": effective_containers(definition.containers, overrides),
    }
    for problem in problems(effective):
        raise refuse(problem, effective)
