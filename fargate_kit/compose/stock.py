"""Looks for what there is of a project: what goes, what is kept and why, what is hidden."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.compose.belonging import belongs, could_be_named
from fargate_kit.compose.looking import (
    find_cluster,
    find_definitions,
    find_log_group,
    find_services,
    log_group_tags,
    log_groups_of,
    roles_of,
)
from fargate_kit.compose.namespaces import find_namespace, namespace_tags
from fargate_kit.compose.users import find_users
from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError, NotFound
from fargate_kit.model.values import tags_from_api
from fargate_kit.roles.role import describe as describe_role
from fargate_kit.services.deployment_watch import SERVICES_DESCRIBED_AT_ONCE, describe_services
from fargate_kit.services.service import Service
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["Known", "Stock", "take_stock"]


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
class Stock:
    """What there is of a project.

    Attributes:
        kept: Why something stays, by its kind and name.
        not_seen: What could not be looked for, and why.
        leaving: The groups of tasks whose services were deleted before they had ended.
        in_doubt: Whether something that runs elsewhere may use what was made for the project.
    """

    services: list[Service] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    log_groups: list[tuple[str, str]] = field(default_factory=list)
    namespaces: list[Mapping[str, Any]] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    definitions: list[TaskDefinition] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    not_seen: list[str] = field(default_factory=list)
    leaving: set[str] = field(default_factory=set)
    in_doubt: bool = False

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

    def reasons(self) -> dict[str, str]:
        """Return what stays, with the reason, by kind and name."""
        return {name: f"{name} {reason}" for name, reason in self.kept.items()}


async def take_stock(
    session: Session, project: str, cluster_name: str, *, logs: bool, known: Known
) -> Stock:
    """Look for everything of a project; what runs elsewhere keeps what it uses.

    Args:
        logs: Whether log groups with lines in them go too.
    """
    found = Stock()
    cluster = await find_cluster(session, cluster_name)
    if cluster is not None:
        there = await find_services(session, cluster, project)
        found.services = [each for each in there if belongs(each.tags, project)]
        await _leaving(session, project, found, cluster)
    found.definitions = await find_definitions(session, project)
    await _look_for(found, "roles", partial(_roles, session, project, found, known))
    await _look_for(found, "log groups", partial(_log_groups, session, project, found, logs, known))
    if known.namespace or any(_offers_names(each) for each in found.definitions):
        await _look_for(found, "namespaces", partial(_namespaces, session, project, found))
    if found.definitions or found.roles or found.log_groups or found.namespaces:
        found.in_doubt = True
        what = "what else in the region uses what was made for the project"
        await _look_for(found, what, partial(_spare, session, project, found, cluster))
    if cluster is not None and belongs(cluster.tags, project):
        await _cluster(found, cluster)
    return found


async def _look_for(found: Stock, what: str, look: Callable[[], Awaitable[None]]) -> None:
    try:
        await look()
    except FargateError as error:
        found.not_seen.append(f"could not look for {what}: {error}")


async def _roles(session: Session, project: str, found: Stock, known: Known) -> None:
    named = {name.rpartition("/")[2] for name in known.roles}
    named |= {name for each in found.definitions for name in roles_of(each)}
    for name in sorted(named):
        with suppress(NotFound):
            if belongs((await describe_role(session, name)).tags, project):
                found.roles.append(name)


async def _log_groups(
    session: Session, project: str, found: Stock, logs: bool, known: Known
) -> None:
    named = {(name, region or session.api.region): None for name, region in known.log_groups}
    # Once the definitions are gone, a group that was kept is known by its usual name alone.
    named[f"/ecs/{project}", session.api.region] = None
    for each in found.definitions:
        named |= dict.fromkeys(log_groups_of(each, session.api.region))
    for name, region in named:
        group = await find_log_group(session, name, region)
        if group is None or not belongs(await log_group_tags(session, group), project):
            continue
        if logs or not await _has_lines(session, name, region):
            found.log_groups.append((name, region))
        else:
            found.kept[f"log group {name}"] = "is kept with its lines; logs=True takes it too"


async def _has_lines(session: Session, name: str, region: str) -> bool:
    api = session.api.in_region(region)
    reply = await api.call("logs", "DescribeLogStreams", logGroupName=name, limit=1)
    return bool(reply["logStreams"])


async def _namespaces(session: Session, project: str, found: Stock) -> None:
    namespace = await find_namespace(session, project)
    if namespace is not None and belongs(await namespace_tags(session, namespace), project):
        found.namespaces.append(namespace)


def _offers_names(definition: TaskDefinition) -> bool:
    """Tell whether ports have names, as Service Connect asks for."""
    containers = definition.raw["containerDefinitions"]
    return any("name" in port for each in containers for port in each.get("portMappings", ()))


async def _spare(session: Session, project: str, found: Stock, cluster: Cluster | None) -> None:
    """Keep what a service or task uses that is not taken down."""
    users = await find_users(
        session,
        project,
        {each.family for each in found.definitions},
        cluster_arn=cluster.arn if cluster else None,
        going={*(f"service:{each.name}" for each in found.services), *found.leaving},
    )
    known = {each.arn: each for each in found.definitions}
    used: dict[str, dict[str, None]] = {}
    for arn, names in users.items():
        with suppress(NotFound):
            definition = known.get(arn) or await describe_definition(session, arn)
            for thing in _things_of(definition, session.api.region, found):
                used.setdefault(thing, {}).update(dict.fromkeys(names))
    there = {*found.names(), *found.kept}
    for thing, names_of_users in used.items():
        if thing in there:
            found.kept[thing] = f"is kept: used by {', '.join(list(names_of_users)[:3])}"
    found.definitions = [e for e in found.definitions if f"task definition {e.name}" not in used]
    found.roles = [each for each in found.roles if f"role {each}" not in used]
    found.log_groups = [each for each in found.log_groups if f"log group {each[0]}" not in used]
    found.namespaces = [e for e in found.namespaces if f"namespace {e['Name']}" not in used]
    found.in_doubt = False


def _things_of(definition: TaskDefinition, region: str, found: Stock) -> Iterator[str]:
    """Yield what a task of this revision needs, the revision first."""
    yield f"task definition {definition.name}"
    for name in roles_of(definition):
        yield f"role {name}"
    for name, _ in log_groups_of(definition, region):
        yield f"log group {name}"
    # Whoever only asks for names needs it as well, and no definition tells that.
    for each in found.namespaces:
        yield f"namespace {each['Name']}"


async def _leaving(session: Session, project: str, found: Stock, cluster: Cluster) -> None:
    """Find tasks of services that were deleted and, as AWS has it, are in no list any more."""
    listed = {f"service:{each.name}" for each in found.services}
    unknown = {
        group.removeprefix("service:"): None
        async for task in cluster.tasks()
        if (group := task.group or "").startswith("service:") and group not in listed
    }
    names = [name for name in unknown if could_be_named(name, project)]
    for first in range(0, len(names), SERVICES_DESCRIBED_AT_ONCE):
        chunk = names[first : first + SERVICES_DESCRIBED_AT_ONCE]
        for name, raw in (await describe_services(session, cluster.arn, chunk)).items():
            if raw is None or raw.get("status") == "ACTIVE":
                continue
            if belongs(tags_from_api(raw.get("tags")), project):
                found.leaving.add(f"service:{name}")


async def _cluster(found: Stock, cluster: Cluster) -> None:
    """Tell whether the project's own cluster can go: not while others are in it."""
    own = {each.arn for each in found.services}
    groups = {*(f"service:{each.name}" for each in found.services), *found.leaving}
    others = [each async for each in cluster.services() if each.arn not in own]
    tasks = [each async for each in cluster.tasks() if (each.group or "") not in groups]
    if others or tasks:
        inside = [*(f"service {each.name}" for each in others), *(f"task {e.id}" for e in tasks)]
        found.kept[f"cluster {cluster.name}"] = f"is kept: {', '.join(inside[:3])} is in it"
        return
    found.clusters.append(cluster)
