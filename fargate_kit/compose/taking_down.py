"""Takes down what was made for a project, what uses a thing before the thing, and looks again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.compose.belonging import belongs
from fargate_kit.compose.looking import (
    find_cluster,
    find_definitions,
    find_log_group,
    find_services,
    log_group_tags,
)
from fargate_kit.compose.namespaces import delete_namespace, find_namespace, namespace_tags
from fargate_kit.compose.steps import OnStep, StepEvent, StepState
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError, NotFound, TeardownIncomplete
from fargate_kit.roles.role import describe as describe_role
from fargate_kit.services.service import Service
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["OnStep", "TakenDown", "remains", "take_down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDown:
    """What was taken down of a project; nothing else of it was left when it was looked at again.

    Attributes:
        deleted: What is gone, in the order in which it went.
        kept: What was made for the project and stays on purpose, with the reason.
    """

    project: str
    deleted: tuple[str, ...]
    kept: tuple[str, ...]

    def __str__(self) -> str:
        head = f"{len(self.deleted)} things of project {self.project!r} are gone"
        if not self.deleted:
            head = f"there was nothing of project {self.project!r}"
        return "\n".join([head, *(f"  - {each}" for each in self.deleted), *self.kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a project's files name, where no task definition of it may be left to tell.

    Attributes:
        log_groups: Names, each with its region.
        namespace: Whether Service Connect has a namespace for it.
    """

    roles: tuple[str, ...] = ()
    log_groups: tuple[tuple[str, str], ...] = ()
    namespace: bool = False


@dataclass(slots=True, kw_only=True)
class _Found:
    """What there is of a project."""

    services: list[Service] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    log_groups: list[tuple[str, str]] = field(default_factory=list)
    namespaces: list[Mapping[str, Any]] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    definitions: list[TaskDefinition] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    not_seen: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        """Return what is there and should not be."""
        return [
            *(f"service {each.name}" for each in self.services),
            *(f"role {each}" for each in self.roles),
            *(f"log group {name}" for name, _ in self.log_groups),
            *(f"namespace {each['Name']}" for each in self.namespaces),
            *(f"cluster {each.name}" for each in self.clusters),
            *(f"task definition {each.name}" for each in self.definitions),
        ]


async def take_down(
    session: Session,
    project: str,
    cluster: str,
    *,
    logs: bool = False,
    known: Known | None = None,
    on_step: OnStep | None = None,
) -> TakenDown:
    """Delete what was made for a project, and prove that nothing is left.

    What cannot be deleted does not keep the rest from going, except what a service still uses.

    Raises:
        TeardownIncomplete: Something is left, or could not be looked for.
    """
    tell = on_step or (lambda event: None)
    deleted: list[str] = []
    problems: list[str] = []
    still_run = False
    look = partial(_look, session, project, cluster, logs, known or Known())
    found = await look()
    # Definitions go last: by them the roles and log groups are found when it is asked again.
    for name, work in _steps(session, found):
        if problems and (name.startswith("task definition") or still_run):
            break
        tell(StepEvent(step=name, state=StepState.BEGINS))
        try:
            await work()
        except FargateError as error:
            problems.append(f"{name} could not be deleted: {error}")
            still_run = still_run or name.startswith("service ")
            tell(StepEvent(step=name, state=StepState.FAILED, text=str(error)))
        else:
            deleted.append(name)
            tell(StepEvent(step=name, state=StepState.DONE))
    # A cluster is free when the project's services are gone; only then it is known who is in it.
    left = await look()
    if left.names() or left.not_seen:
        raise TeardownIncomplete(
            project, deleted=deleted, left=left.names(), problems=[*problems, *left.not_seen]
        )
    return TakenDown(project=project, deleted=tuple(deleted), kept=tuple(found.kept))


async def remains(
    session: Session,
    project: str,
    cluster: str,
    *,
    logs: bool = False,
    known: Known | None = None,
) -> tuple[str, ...]:
    """Return what there is of a project, in words: what would go, what would stay, what is hidden.

    Calls:
        those of `RunningProject.down()` that look
    """
    found = await _look(session, project, cluster, logs, known or Known())
    return (*found.names(), *found.kept, *found.not_seen)


def _steps(session: Session, found: _Found) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    return [
        *((f"service {each.name}", partial(_remove_service, each)) for each in found.services),
        *((f"role {name}", partial(_remove_role, session, name)) for name in found.roles),
        *(
            (f"log group {name}", partial(_remove_log_group, session, name, region))
            for name, region in found.log_groups
        ),
        *(
            (f"namespace {each['Name']}", partial(delete_namespace, session, each))
            for each in found.namespaces
        ),
        *((f"cluster {each.name}", partial(_remove_cluster, each)) for each in found.clusters),
        *(
            (f"task definition {each.name}", partial(_remove_definition, session, each))
            for each in found.definitions
        ),
    ]


async def _look(
    session: Session, project: str, cluster_name: str, logs: bool, known: Known
) -> _Found:
    found = _Found()
    cluster = await find_cluster(session, cluster_name)
    if cluster is not None:
        there = await find_services(session, cluster, project)
        found.services = [each for each in there if belongs(each.tags, project)]
    found.definitions = await find_definitions(session, project)
    await _look_for(found, "roles", partial(_roles, session, project, found, known))
    await _look_for(found, "log groups", partial(_log_groups, session, project, found, logs, known))
    if known.namespace or any(_offers_names(each) for each in found.definitions):
        await _look_for(found, "namespaces", partial(_namespaces, session, project, found))
    if cluster is not None and belongs(cluster.tags, project):
        await _cluster(session, found, cluster)
    return found


async def _look_for(found: _Found, what: str, look: Callable[[], Awaitable[None]]) -> None:
    try:
        await look()
    except FargateError as error:
        found.not_seen.append(f"could not look for {what}: {error}")


async def _roles(session: Session, project: str, found: _Found, known: Known) -> None:
    named = {name.rpartition("/")[2] for name in known.roles} | {
        arn.rpartition("/")[2]
        for each in found.definitions
        for arn in (each.raw.get("executionRoleArn"), each.raw.get("taskRoleArn"))
        if arn
    }
    for name in sorted(named):
        with suppress(NotFound):
            if belongs((await describe_role(session, name)).tags, project):
                found.roles.append(name)


async def _log_groups(
    session: Session, project: str, found: _Found, logs: bool, known: Known
) -> None:
    named = {(name, region or session.api.region): None for name, region in known.log_groups}
    # Once the definitions are gone, a group that was kept is known by its usual name alone.
    named[f"/ecs/{project}", session.api.region] = None
    for each in found.definitions:
        for container in each.raw["containerDefinitions"]:
            options = (container.get("logConfiguration") or {}).get("options") or {}
            if group := options.get("awslogs-group"):
                named[group, options.get("awslogs-region") or session.api.region] = None
    for name, region in named:
        group = await find_log_group(session, name, region)
        if group is None or not belongs(await log_group_tags(session, group), project):
            continue
        if logs or not await _has_lines(session, name, region):
            found.log_groups.append((name, region))
        else:
            found.kept.append(f"log group {name} is kept with its lines; logs=True takes it too")


async def _has_lines(session: Session, name: str, region: str) -> bool:
    api = session.api.in_region(region)
    reply = await api.call("logs", "DescribeLogStreams", logGroupName=name, limit=1)
    return bool(reply["logStreams"])


async def _namespaces(session: Session, project: str, found: _Found) -> None:
    namespace = await find_namespace(session, project)
    if namespace is not None and belongs(await namespace_tags(session, namespace), project):
        found.namespaces.append(namespace)


def _offers_names(definition: TaskDefinition) -> bool:
    """Tell whether ports have names, as Service Connect asks for."""
    containers = definition.raw["containerDefinitions"]
    return any("name" in port for each in containers for port in each.get("portMappings", ()))


async def _cluster(session: Session, found: _Found, cluster: Cluster) -> None:
    """Tell whether the project's own cluster can go: not while others are in it."""
    own = {each.arn for each in found.services}
    others = [each async for each in cluster.services() if each.arn not in own]
    tasks = [each async for each in cluster.tasks() if not _is_of(each.group or "", found.services)]
    if others or tasks:
        inside = [*(f"service {each.name}" for each in others), *(f"task {e.id}" for e in tasks)]
        found.kept.append(f"cluster {cluster.name} is kept: {', '.join(inside[:3])} is in it")
        return
    found.clusters.append(cluster)


def _is_of(group: str, services: Sequence[Service]) -> bool:
    return group in {f"service:{each.name}" for each in services}


async def _remove_service(service: Service) -> None:
    with suppress(NotFound):
        await service.delete(force=True)


async def _remove_role(session: Session, name: str) -> None:
    with suppress(NotFound):
        await (await describe_role(session, name)).delete()


async def _remove_log_group(session: Session, name: str, region: str) -> None:
    with suppress(NotFound):
        await session.api.in_region(region).call("logs", "DeleteLogGroup", logGroupName=name)


async def _remove_cluster(cluster: Cluster) -> None:
    with suppress(NotFound):
        await cluster.delete()


async def _remove_definition(session: Session, definition: TaskDefinition) -> None:
    """Deregister a revision and ask AWS to delete it, which it does when nothing uses it."""
    with suppress(NotFound):
        if definition.status == "ACTIVE":
            await definition.deregister()
        reply = await session.api.call(
            "ecs", "DeleteTaskDefinitions", taskDefinitions=[definition.arn]
        )
        for failure in reply.get("failures", ()):
            raise ApiError(
                "ecs:DeleteTaskDefinitions",
                failure.get("reason", "UNKNOWN"),
                failure.get("detail") or definition.arn,
            )
