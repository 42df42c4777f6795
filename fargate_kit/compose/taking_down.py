"""Takes down what was made for a project, what uses a thing before the thing, and looks again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.compose.namespaces import delete_namespace
from fargate_kit.compose.steps import OnStep, StepEvent, StepState
from fargate_kit.compose.stock import Known, Stock, take_stock
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError, NotFound, TeardownIncomplete
from fargate_kit.roles.role import describe as describe_role
from fargate_kit.services.service import Service
from fargate_kit.services.waiting import all_stopped
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["OnStep", "TakenDown", "remains", "take_down"]

# DeleteCluster may still count a task for a moment after it has stopped; AWS promises no time.
FREE_WITHIN = 120.0
_IN_USE = frozenset({"ClusterContainsServicesException", "ClusterContainsTasksException"})


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

    What cannot be deleted does not keep the rest from going, except what a service still uses: one
    that could not be deleted, or one that runs in another cluster.

    Raises:
        TeardownIncomplete: Something is left, or could not be looked for.
    """
    tell = on_step or (lambda event: None)
    deleted: list[str] = []
    problems: list[str] = []
    still_run = False
    look = partial(take_stock, session, project, cluster, logs=logs, known=known or Known())
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
        problems = [*dict.fromkeys([*problems, *found.not_seen, *left.not_seen])]
        raise TeardownIncomplete(project, deleted=deleted, left=left.names(), problems=problems)
    kept = {**found.reasons(), **left.reasons()}
    return TakenDown(project=project, deleted=tuple(deleted), kept=tuple(kept.values()))


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
    found = await take_stock(session, project, cluster, logs=logs, known=known or Known())
    return (*found.names(), *found.reasons().values(), *found.not_seen)


def _steps(session: Session, found: Stock) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    services: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        (f"service {each.name}", partial(_remove_service, each)) for each in found.services
    ]
    clusters = [
        (f"cluster {each.name}", partial(_remove_cluster, session, each, found))
        for each in found.clusters
    ]
    if found.in_doubt:
        return [*services, *clusters]
    return [
        *services,
        *((f"role {name}", partial(_remove_role, session, name)) for name in found.roles),
        *(
            (f"log group {name}", partial(_remove_log_group, session, name, region))
            for name, region in found.log_groups
        ),
        *(
            (f"namespace {each['Name']}", partial(delete_namespace, session, each))
            for each in found.namespaces
        ),
        *clusters,
        *(
            (f"task definition {each.name}", partial(_remove_definition, session, each))
            for each in found.definitions
        ),
    ]


async def _remove_service(service: Service) -> None:
    with suppress(NotFound):
        await service.delete(force=True)


async def _remove_role(session: Session, name: str) -> None:
    with suppress(NotFound):
        await (await describe_role(session, name)).delete()


async def _remove_log_group(session: Session, name: str, region: str) -> None:
    with suppress(NotFound):
        await session.api.in_region(region).call("logs", "DeleteLogGroup", logGroupName=name)


async def _remove_cluster(session: Session, cluster: Cluster, found: Stock) -> None:
    """Delete a cluster once the tasks have stopped that a tear-down before this one left behind."""
    deadline = session.clock.now() + FREE_WITHIN
    while True:
        try:
            await all_stopped(await _ending(cluster, found))
            await cluster.delete()
        except NotFound:
            return
        except ApiError as error:
            if error.code not in _IN_USE:
                raise
            if session.clock.now() >= deadline:
                reason = "services or tasks came into it meanwhile; taken down again, it goes"
                raise ApiError(error.operation, error.code, reason) from error
            await session.clock.sleep(session.poll_every)
        else:
            return


async def _ending(cluster: Cluster, found: Stock) -> list[Task]:
    """Return the tasks of a cluster that are about to stop, or have just begun to."""
    tasks = [each async for each in cluster.tasks(desired_status="STOPPED")]
    tasks += [each async for each in cluster.tasks() if each.group in found.leaving]
    return [each for each in tasks if each.status != "STOPPED"]


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
