"""RunTask: tasks get started, and what cannot be handed to the caller is stopped again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import anyio
import anyio.lowlevel

from fargate_kit.core.session import Session
from fargate_kit.errors import InvalidSpec, PlacementFailed
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network, Overrides, tags_to_api
from fargate_kit.network import default_network
from fargate_kit.task import Task
from fargate_kit.task_definition import TaskDefinition, describe
from fargate_kit.task_spec import TaskSpec

__all__ = ["STARTED_AT_ONCE", "run_tasks"]

# RunTask starts 1 to 10 tasks in a call, and its overrides may be so long (botocore's ECS model).
STARTED_AT_ONCE = 10
OVERRIDES_LENGTH = 8192


async def run_tasks(
    session: Session,
    cluster_arn: str,
    definition: TaskDefinition | str,
    overrides: Overrides | None = None,
    *,
    count: int = 1,
    network: Network | None = None,
    capacity_provider: str | None = None,
    platform_version: str | None = None,
    group: str | None = None,
    started_by: str | None = None,
    tags: Mapping[str, str] | None = None,
    enable_execute_command: bool = False,
) -> tuple[Task, ...]:
    """Start so many identical tasks, ten in a call; either all of them, or none stays.

    Each call has a client token of its own, so a call that botocore repeats starts nothing twice.
    A cancellation waits for the answer of the call that is under way, and stops what it started.

    Args:
        definition: A registered revision, or a name that AWS takes: a family or `family:revision`.

    Raises:
        InvalidSpec: Count, overrides or network cannot work; nothing was sent.
        PlacementFailed: Fargate did not take all of them; those that started were stopped.

    Calls:
        ecs:RunTask, once for every ten tasks; ecs:StopTask for what must not stay;
        those of `default_network()` if no network is given
    """
    if isinstance(definition, TaskSpec):
        raise TypeError("register the TaskSpec first: cluster.run(await aws.register(spec))")
    if isinstance(definition, str):
        definition = await describe(session, definition)
    session.definitions.setdefault(definition.arn, definition.raw)
    if network is None:
        network = await session.once(default_network)
    request: dict[str, Any] = {
        "cluster": cluster_arn,
        "taskDefinition": definition.arn,
        "networkConfiguration": network.to_api(),
        "overrides": (overrides or Overrides()).to_api(_main_container(definition)),
        "platformVersion": platform_version,
        "group": group,
        "startedBy": started_by,
        "tags": tags_to_api(tags),
        "enableExecuteCommand": enable_execute_command,
    }
    if capacity_provider is None:
        request["launchType"] = "FARGATE"
    else:
        request["capacityProviderStrategy"] = [{"capacityProvider": capacity_provider, "weight": 1}]
    request = {key: value for key, value in request.items() if value not in (None, [], {})}
    _check(definition, overrides, request, count)
    return await _start_all(session, request, count)


async def _start_all(session: Session, request: dict[str, Any], count: int) -> tuple[Task, ...]:
    started: list[Task] = []
    reasons: list[str] = []
    try:
        while len(started) < count and not reasons:
            wanted = min(STARTED_AT_ONCE, count - len(started))
            tasks, refused = await _start(session, request, wanted)
            started += tasks
            reasons += refused
            # A cancellation that came while the call was shielded is noticed here.
            await anyio.lowlevel.checkpoint()
        if reasons:
            raise PlacementFailed(
                f"Fargate took {len(started)} of {count} tasks: {'; '.join(sorted(set(reasons)))}"
                + (" Those that started were stopped." if started else ""),
                reasons=reasons,
            )
    except BaseException:
        await _stop_all(session, started)
        raise
    return tuple(started)


async def _start(
    session: Session, request: Mapping[str, Any], count: int
) -> tuple[list[Task], list[str]]:
    """Make one call of RunTask, to its end: what it starts must be known, to be stopped."""
    with anyio.CancelScope(shield=True):
        reply = await session.api.call(
            "ecs", "RunTask", **request, count=count, clientToken=str(uuid.uuid4())
        )
    tasks = [Task.from_api(raw, session) for raw in reply["tasks"]]
    reasons = [failure.get("reason", "unknown") for failure in reply.get("failures", ())]
    if not reasons and len(tasks) < count:
        reasons = ["AWS gave no reason"] * (count - len(tasks))
    return tasks, reasons


async def _stop_all(session: Session, tasks: Iterable[Task]) -> None:
    with anyio.CancelScope(shield=True):
        for task in tasks:
            await task.stop("the run that started this task did not succeed")


def _main_container(definition: TaskDefinition) -> str:
    """Return the container that an override means if it names none."""
    containers = definition.raw["containerDefinitions"]
    main: str = (definition.essential or [containers[0]["name"]])[0]
    return main


def _check(
    definition: TaskDefinition,
    overrides: Overrides | None,
    request: Mapping[str, Any],
    count: int,
) -> None:
    found = [*_count_problems(count), *_override_problems(definition, overrides, request)]
    if found:
        raise InvalidSpec(f"this run of {definition.name}", found)


def _count_problems(count: int) -> list[Problem]:
    if count >= 1:
        return []
    return [_problem("count", count, "1 or more", f"count: {count} tasks cannot be started")]


def _override_problems(
    definition: TaskDefinition, overrides: Overrides | None, request: Mapping[str, Any]
) -> list[Problem]:
    found = []
    names: Sequence[str] = [each["name"] for each in definition.raw["containerDefinitions"]]
    asked = [*overrides.containers, overrides.container] if overrides else []
    for name in asked:
        if name is not None and name not in names:
            allowed = ", ".join(names)
            text = f"overrides: {definition.name} has no container {name!r}; it has {allowed}"
            found.append(_problem("overrides", name, allowed, text))
    length = len(_compact(request.get("overrides", {})))
    if length > OVERRIDES_LENGTH:
        text = (
            f"overrides: {length} characters, and AWS takes at most {OVERRIDES_LENGTH}; put long "
            "input into S3 or a parameter and pass its name"
        )
        found.append(_problem("overrides", length, f"at most {OVERRIDES_LENGTH}", text))
    return found


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _problem(path: str, given: Any, allowed: str, message: str) -> Problem:
    return Problem(path=path, rule="run-task", given=given, allowed=allowed, message=message)
