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
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.capacity_providers import provider_problems
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network, Overrides, tags_to_api
from fargate_kit.networks.network import default_network
from fargate_kit.ownership import owned
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition, describe
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = [
    "OVERRIDES_LENGTH",
    "STARTED_AT_ONCE",
    "call_run_task",
    "compact",
    "main_container",
    "override_problems",
    "run_request",
    "run_tasks",
]

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
        TypeError: An argument of another type; nothing was sent.
        PlacementFailed: Fargate did not take all of them; those that started were stopped.

    Calls:
        ecs:RunTask, once for every ten tasks; ecs:StopTask for what must not stay;
        those of `default_network()` if no network is given
    """
    _check_types(definition, overrides, count, network, tags)
    _check(definition, overrides, count, capacity_provider)
    if isinstance(definition, str):
        definition = await describe(session, definition)
        _check(definition, overrides, count, capacity_provider)
    session.definitions.setdefault(definition.arn, definition.raw)
    if network is None:
        network = await session.once(default_network)
    request = run_request(
        session,
        cluster_arn,
        definition,
        (overrides or Overrides()).to_api(main_container(definition)),
        network=network,
        capacity_provider=capacity_provider,
        platform_version=platform_version,
        group=group,
        started_by=started_by,
        tags=tags,
        enable_execute_command=enable_execute_command,
    )
    return await _start_all(session, request, count)


def run_request(
    session: Session,
    cluster_arn: str,
    definition: TaskDefinition,
    overrides: Mapping[str, Any],
    *,
    network: Network,
    capacity_provider: str | None = None,
    platform_version: str | None = None,
    group: str | None = None,
    started_by: str | None = None,
    tags: Mapping[str, str] | None = None,
    enable_execute_command: bool = False,
) -> dict[str, Any]:
    """Return the members of a RunTask call, apart from its count and its client token.

    Args:
        overrides: As AWS takes them.
        capacity_provider: `FARGATE` or `FARGATE_SPOT`; None is the launch type FARGATE.
    """
    request: dict[str, Any] = {
        "cluster": cluster_arn,
        "taskDefinition": definition.arn,
        "networkConfiguration": network.to_api(),
        "overrides": overrides,
        "platformVersion": platform_version,
        "group": group,
        "startedBy": started_by,
        "tags": tags_to_api(owned(tags, mark=session.mark)),
        "enableExecuteCommand": enable_execute_command,
    }
    if capacity_provider is None:
        request["launchType"] = "FARGATE"
    else:
        request["capacityProviderStrategy"] = [{"capacityProvider": capacity_provider, "weight": 1}]
    return {key: value for key, value in request.items() if value not in (None, [], {})}


async def call_run_task(
    session: Session, request: Mapping[str, Any], *, count: int, client_token: str
) -> dict[str, Any]:
    """Make one call of RunTask, to its end: what it starts must be known, to be stopped.

    A cancellation waits for the answer.

    Args:
        request: What `run_request()` returned.
        count: 1 to 10.
        client_token: A call that is made again with the same token starts nothing twice.

    Calls:
        ecs:RunTask
    """
    with anyio.CancelScope(shield=True):
        reply: dict[str, Any] = await session.api.call(
            "ecs", "RunTask", **request, count=count, clientToken=client_token
        )
    return reply


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
    reply = await call_run_task(session, request, count=count, client_token=str(uuid.uuid4()))
    tasks = [Task.from_api(raw, session) for raw in reply["tasks"]]
    reasons = [failure.get("reason", "unknown") for failure in reply.get("failures", ())]
    if not reasons and len(tasks) < count:
        reasons = ["AWS gave no reason"] * (count - len(tasks))
    return tasks, reasons


async def _stop_all(session: Session, tasks: Iterable[Task]) -> None:
    with anyio.CancelScope(shield=True):
        for task in tasks:
            await task.stop("the run that started this task did not succeed")


def main_container(definition: TaskDefinition) -> str:
    """Return the container that overrides mean if they name none."""
    containers = definition.raw["containerDefinitions"]
    main: str = (definition.essential or [containers[0]["name"]])[0]
    return main


def _check(
    definition: TaskDefinition | str,
    overrides: Overrides | None,
    count: int,
    capacity_provider: str | None,
) -> None:
    """Refuse what cannot work; overrides are held against a definition that is more than a name."""
    found = _count_problems(count)
    name = definition
    if isinstance(definition, TaskDefinition):
        name = definition.name
        given = (overrides or Overrides()).to_api(main_container(definition))
        found += override_problems(definition, overrides, given)
    if capacity_provider is not None:
        found += provider_problems("capacity_provider", capacity_provider)
    if found:
        raise InvalidSpec(f"this run of {name}", found)


def _check_types(definition: Any, overrides: Any, count: Any, network: Any, tags: Any) -> None:
    if isinstance(definition, TaskSpec):
        raise TypeError("register the TaskSpec first: cluster.run(await aws.register(spec))")
    if not isinstance(definition, TaskDefinition | str):
        allowed = "a TaskDefinition, or a name such as 'report:3'"
        raise wrong_argument("definition", definition, allowed)
    if not isinstance(overrides, Overrides | None):
        remedy = "such as Overrides(command=[…])"
        raise wrong_argument("overrides", overrides, "Overrides or None", remedy, hidden=True)
    if not isinstance(network, Network | None):
        remedy = "such as Network(subnets=[…])"
        raise wrong_argument("network", network, "a Network or None", remedy)
    if isinstance(count, bool) or not isinstance(count, int):
        raise wrong_argument("count", count, "a whole number")
    if not isinstance(tags, Mapping | None):
        raise wrong_argument("tags", tags, "a mapping or None", "such as {name: value}")


def _count_problems(count: int) -> list[Problem]:
    if count >= 1:
        return []
    return [_problem("count", count, "1 or more", f"count: {count} tasks cannot be started")]


def override_problems(
    definition: TaskDefinition,
    overrides: Overrides | None,
    raw: Mapping[str, Any],
    path: str = "overrides",
) -> list[Problem]:
    """Return what is wrong with the overrides of one run.

    Args:
        raw: The same as AWS takes them.
        path: How the problems name them.
    """
    found = []
    names: Sequence[str] = [each["name"] for each in definition.raw["containerDefinitions"]]
    asked = [*overrides.containers, overrides.container] if overrides else []
    for name in asked:
        if name is not None and name not in names:
            allowed = ", ".join(names)
            text = f"{path}: {definition.name} has no container {name!r}; it has {allowed}"
            found.append(_problem(path, name, allowed, text))
    length = len(compact(raw))
    if length > OVERRIDES_LENGTH:
        text = (
            f"{path}: {length} characters, and AWS takes at most {OVERRIDES_LENGTH}; put long "
            "input into S3 or a parameter and pass its name"
        )
        found.append(_problem(path, length, f"at most {OVERRIDES_LENGTH}", text))
    return found


def compact(value: Any) -> str:
    """Return a value as JSON without spaces, which is how AWS counts its length."""
    return json.dumps(value, separators=(",", ":"))


def _problem(path: str, given: Any, allowed: str, message: str) -> Problem:
    return Problem(path=path, rule="run-task", given=given, allowed=allowed, message=message)
