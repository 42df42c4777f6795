"""Makes task definitions and services of the drafts, and asks AWS's rules of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fargate_kit.compose.drafts import Draft, Workshop
from fargate_kit.compose.ecs_params import at
from fargate_kit.compose.plan import PlannedRole
from fargate_kit.compose.resources import size_for
from fargate_kit.compose.tree import Found
from fargate_kit.compose.verdicts import refusal
from fargate_kit.model.problems import Problem
from fargate_kit.model.sizes import parse_cpu, parse_memory, smallest_size
from fargate_kit.tasks.container_spec import ContainerSpec
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["USUAL_EXECUTION_ROLE", "Roles", "role_of", "task_of"]

USUAL_EXECUTION_ROLE = "ecsTaskExecutionRole"
# Which key of a service a member of AWS's container definition comes from.
_KEY_OF = {
    "name": "",
    "image": "image",
    "command": "command",
    "entryPoint": "entrypoint",
    "environment": "environment",
    "secrets": "secrets",
    "portMappings": "ports",
    "healthCheck": "healthcheck",
    "logConfiguration": "logging",
    "dependsOn": "depends_on",
    "mountPoints": "volumes",
    "volumesFrom": "volumes_from",
    "stopTimeout": "stop_grace_period",
    "ulimits": "ulimits",
    "systemControls": "sysctls",
    "dockerLabels": "labels",
    "user": "user",
    "workingDirectory": "working_dir",
}
# Found from the Compose file already, in its own words.
_SAID_BEFORE = {"dependency-cycle", "dependency-health", "dependency-itself"}
_CONTAINER = re.compile(r"containerDefinitions\[(\d+)\](?:\.(\w+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The roles of a task definition, each with where it is named."""

    execution: str
    execution_place: str
    task: str | None
    task_place: str


def task_of(
    family: str, drafts: Sequence[Draft], params: Found | None, roles: Roles, shop: Workshop
) -> TaskSpec | None:
    """Return a task definition of these containers; None, with problems noted, if it cannot be."""
    size = _size(drafts, params, shop)
    platform = _platform(drafts, shop)
    if size is None:
        return None
    volumes = {name: raw for draft in drafts for name, raw in draft.volumes.items()}
    containers = [ContainerSpec.from_api(_container(draft, drafts, shop)) for draft in drafts]
    extra: dict[str, Any] = {}
    pid = at(params, "task_definition.pid_mode")
    if any(draft.process_ids_shared for draft in drafts) or (pid and pid.text == "task"):
        extra["pidMode"] = "task"
    spec = TaskSpec(
        family=family,
        cpu=size[0],
        memory=size[1],
        containers=containers,
        execution_role=roles.execution if _needs_execution_role(drafts, params, shop) else None,
        task_role=_task_role(family, drafts, roles),
        operating_system=platform[0] if platform else None,
        cpu_architecture=platform[1] if platform else None,
        volumes=tuple(volumes.values()),
        extra=extra,
    )
    for problem in spec.problems():
        _pass_on(problem, drafts, params, shop)
    for caution in spec.cautions():
        if caution.path.endswith(".logConfiguration"):
            continue  # said where logs are translated, with the way out
        key = _key_of(caution, drafts, params)
        place = key.place if key else family
        shop.ledger.caution(f"{place}: {_for_reader(caution, drafts)}")
    return spec


def role_of(family: str, drafts: Sequence[Draft], roles: Roles) -> PlannedRole | None:
    """Return the task role that `x-aws-policies` and `x-aws-role` ask for."""
    policies = list(dict.fromkeys(each for draft in drafts for each in draft.policies))
    documents = [draft.inline_policy for draft in drafts if draft.inline_policy]
    if roles.task or not (policies or documents):
        return None
    inline = documents[0] if documents else None
    if len(documents) > 1:
        statements = [statement for each in documents for statement in _statements(each)]
        inline = {"Version": "2012-10-17", "Statement": statements}
    return PlannedRole(name=_role_name(family), policies=tuple(policies), inline_policy=inline)


def _statements(document: dict[str, Any]) -> list[Any]:
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _task_role(family: str, drafts: Sequence[Draft], roles: Roles) -> str | None:
    if roles.task:
        return roles.task
    return _role_name(family) if role_of(family, drafts, roles) else None


def _role_name(family: str) -> str:
    return f"{family[:59]}-task"  # IAM takes 64 characters


def _needs_execution_role(drafts: Sequence[Draft], params: Found | None, shop: Workshop) -> bool:
    if shop.choices.execution_role or at(params, "task_definition.task_execution_role"):
        return True
    return any(
        draft.secrets
        or draft.api.keys() & {"logConfiguration", "repositoryCredentials"}
        or ".dkr.ecr." in draft.api.get("image", "")
        for draft in drafts
    )


def _container(draft: Draft, drafts: Sequence[Draft], shop: Workshop) -> dict[str, Any]:
    beside = {each.name for each in drafts}
    raw: dict[str, Any] = {
        "name": draft.container,
        **draft.api,
        "image": draft.api.get("image", ""),
        "essential": draft.essential,
    }
    if draft.environment:
        raw["environment"] = [
            {"name": name, "value": value} for name, value in draft.environment.items()
        ]
    if draft.secrets:
        raw["secrets"] = [
            {"name": name, "valueFrom": value} for name, value in draft.secrets.items()
        ]
    needs = {name: condition for name, condition in draft.needs.items() if name in beside}
    if needs:
        raw["dependsOn"] = [
            {"containerName": shop.drafts[name].container, "condition": condition}
            for name, condition in needs.items()
        ]
    numbers = {
        "cpu": draft.cpu,
        "memory": draft.memory,
        "memoryReservation": draft.reservation,
    }
    return {**raw, **{key: number for key, number in numbers.items() if number is not None}}


def _size(drafts: Sequence[Draft], params: Found | None, shop: Workshop) -> tuple[int, int] | None:
    """Return CPU units and MiB of the task: what `task_size` says, otherwise the smallest legal."""
    said_cpu = at(params, "task_definition.task_size.cpu_limit")
    said_memory = at(params, "task_definition.task_size.mem_limit")
    numbers: list[int | None] = []
    for found, parse in ((said_cpu, parse_cpu), (said_memory, parse_memory)):
        try:
            numbers.append(parse(found.text) if found else None)
        except ValueError as error:
            numbers.append(None)
            if found is not None:
                shop.ledger.refused(found, str(error), rule="size")
    cpu, memory = numbers
    if cpu is not None and memory is not None:
        return cpu, memory
    size = size_for(drafts, shop)
    if size is None:
        return None
    if cpu is None and memory is None:
        return size.cpu, size.memory
    widened = smallest_size(cpu or size.cpu, memory or size.memory)
    return (widened.cpu, widened.memory) if widened else (size.cpu, size.memory)


def _platform(drafts: Sequence[Draft], shop: Workshop) -> tuple[str, str] | None:
    said = [draft for draft in drafts if draft.platform]
    for draft in said[1:]:
        if draft.platform != said[0].platform and (found := draft.get("platform")):
            shop.ledger.refused(
                found,
                f"{said[0].name} asks for another platform, and a task has one",
                "use one platform, or --topology service-each",
                rule="platform",
            )
    return said[0].platform if said else None


def _key_of(problem: Problem, drafts: Sequence[Draft], params: Found | None) -> Found | None:
    """Return the key of the file that a member of the task definition comes from."""
    match = _CONTAINER.match(problem.path)
    if match and int(match[1]) < len(drafts):
        draft, member = drafts[int(match[1])], match[2] or ""
        name = _KEY_OF.get(member, member)
        return draft.set_by.get(member) or (draft.get(name) if name else None) or draft.found
    if problem.path in {"cpu", "memory"}:
        return at(params, "task_definition.task_size")
    if problem.path in {"executionRoleArn", "taskRoleArn"}:
        way = "task_execution_role" if problem.path == "executionRoleArn" else "task_role_arn"
        return at(params, f"task_definition.{way}")
    return None


def _for_reader(problem: Problem, drafts: Sequence[Draft]) -> str:
    """Return the message with the container's name instead of its number."""
    match = _CONTAINER.match(problem.path)
    text = problem.message.rstrip(".")
    if match and int(match[1]) < len(drafts):
        for number, draft in enumerate(drafts):
            text = text.replace(f"containerDefinitions[{number}]", draft.container)
    return text


def _badly_named(shop: Workshop) -> bool:
    return any(problem.rule == "compose-project-name" for problem in shop.ledger.problems)


def _badly_called(draft: Draft, shop: Workshop) -> bool:
    """Tell whether it is said already that no container can have the service's name."""
    return any(
        problem.rule == "compose-service-name" and problem.path == draft.found.path
        for problem in shop.ledger.problems
    )


def _pass_on(
    problem: Problem, drafts: Sequence[Draft], params: Found | None, shop: Workshop
) -> None:
    """Say what AWS would refuse at the key of the file that it comes from."""
    match = _CONTAINER.match(problem.path)
    if match and match[2] == "image" and "image" not in drafts[int(match[1])].api:
        return  # it is said already that there is none
    if match and match[2] == "name" and _badly_called(drafts[int(match[1])], shop):
        return
    if problem.rule in _SAID_BEFORE or (problem.path == "family" and _badly_named(shop)):
        return
    key, reason = _key_of(problem, drafts, params), _for_reader(problem, drafts)
    if key is not None:
        shop.ledger.refused(key, f"AWS refuses it: {reason}", rule=problem.rule)
    else:
        place = drafts[0].found.place if len(drafts) == 1 else shop.project.root.place.file
        shop.ledger.problem(refusal("the task", place, reason, "", problem.rule))
