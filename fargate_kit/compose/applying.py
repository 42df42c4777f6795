"""Makes a plan so: step after step, each told of, and whatever was done is told if one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import anyio
import anyio.lowlevel

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.clusters.cluster import create as create_cluster
from fargate_kit.compose.belonging import project_tags
from fargate_kit.compose.difference import Difference, ServiceChange
from fargate_kit.compose.namespaces import create_namespace
from fargate_kit.compose.plan import LogGroup
from fargate_kit.compose.steps import OnStep, StepEvent, StepState
from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError, NotFound, ProjectIncomplete
from fargate_kit.logs.groups import create_log_group
from fargate_kit.ownership import owned
from fargate_kit.scaling.target_tracking import TargetTracking
from fargate_kit.services.creation import create as create_service
from fargate_kit.services.deployment import TIMEOUT, Deployment
from fargate_kit.services.service import Service
from fargate_kit.tasks.task_definition import TaskDefinition, register
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["apply"]

_Work = Callable[[], Awaitable[object]]


async def apply(
    session: Session,
    difference: Difference,
    *,
    timeout: float | None = TIMEOUT,
    on_step: OnStep | None = None,
) -> None:
    """Do what the difference says, in an order in which each thing comes after what it needs.

    Task definitions come first: by them everything else of a project is found again.

    Args:
        timeout: Seconds on the connection's clock for each deployment; None waits for ever.
        on_step: Told of every step, and of what ECS says meanwhile.

    Raises:
        InvalidSpec: Something stands in the way; nothing was sent.
        ProjectIncomplete: A step failed.
    """
    difference.check()
    applying = _Applying(session, difference, timeout, on_step or (lambda event: None))
    await applying.go()


class _Applying:
    """One run: its steps, and what came of them."""

    def __init__(
        self, session: Session, difference: Difference, timeout: float | None, on_step: OnStep
    ) -> None:
        self._session = session
        self._difference = difference
        self._timeout = timeout
        self._tell = on_step
        self._tags = project_tags(difference.project)
        self._cluster: Cluster | None = None
        self._definitions: dict[str, TaskDefinition] = {}
        self._deployments: dict[str, Deployment] = {}
        self._counted: dict[str, Service] = {}
        self._done: list[str] = []

    async def go(self) -> None:
        """Go through the steps; stop at the first that fails."""
        steps = self._steps()
        for number, (name, work) in enumerate(steps):
            later = [name for name, _ in steps[number + 1 :]]
            self._tell(StepEvent(step=name, state=StepState.BEGINS))
            try:
                await work()
            except FargateError as error:
                self._tell(StepEvent(step=name, state=StepState.FAILED, text=str(error)))
                raise ProjectIncomplete(
                    self._difference.project,
                    str(error),
                    done=self._done,
                    failed=name,
                    not_done=later,
                ) from error
            except anyio.get_cancelled_exc_class():
                self._tell(StepEvent(step=name, state=StepState.INTERRUPTED, text=self._left()))
                raise
            self._done.append(name)
            self._tell(StepEvent(step=name, state=StepState.DONE))

    def _left(self) -> str:
        made = ", ".join(self._done) or "nothing"
        return f"done so far: {made}; `up` goes on, `down` takes it away"

    def _steps(self) -> list[tuple[str, _Work]]:
        asked = self._difference
        steps: list[tuple[str, _Work]] = [
            (f"task definition {change.planned.task.family}", partial(self._register, change))
            for change in asked.services
            if change.register
        ]
        steps += [
            (f"log group {group.name}", partial(_whole, partial(self._log_group, group)))
            for group in asked.log_groups
        ]
        steps += [
            (f"namespace {each.value}", partial(self._namespace, each.value))
            for each in asked.namespaces
        ]
        # Not shielded: who makes a role takes it back if cancelled.
        steps += [
            (f"role {wish.name}", partial(wish.make, self._session, asked.project))
            for wish in asked.roles
        ]
        if asked.makes("cluster"):
            steps.append((f"cluster {asked.cluster}", partial(_whole, self._find_cluster)))
        waited: set[str] = set()
        for change in asked.services:
            for name in change.planned.after:
                if name not in waited and self._waits(name):
                    waited.add(name)
                    steps.append((f"deployment of {name}", partial(self._wait, name)))
            if change:
                steps.append((f"service {change.planned.name}", partial(self._service, change)))
        for change in asked.services:
            name = change.planned.name
            if name not in waited and self._waits(name):
                steps.append((f"deployment of {name}", partial(self._wait, name)))
        steps += [
            (f"removal of service {each.name}", partial(each.delete, force=True))
            for each in asked.removed
        ]
        return steps

    def _waits(self, name: str) -> bool:
        change = next(each for each in self._difference.services if each.planned.name == name)
        return change.deploys or change.count is not None or _is_moving(change)

    async def _register(self, change: ServiceChange) -> None:
        spec = change.planned.task
        with suppress(NotFound):
            newest = await describe_definition(self._session, spec.family)
            if not newest.diff(spec):
                # Somebody else's stays as it is: not even a tag is put on it.
                self._definitions[spec.family] = newest
                return
        tagged = replace(spec, tags={**spec.tags, **self._tags})

        async def make() -> None:
            self._definitions[spec.family] = await register(self._session, tagged)

        await _whole(make)

    async def _log_group(self, group: LogGroup) -> None:
        session = self._session
        if group.region and group.region != session.api.region:
            session = replace(session, api=session.api.in_region(group.region))
        await create_log_group(
            session, group.name, retention_days=group.retention_days, tags=self._tags
        )

    async def _namespace(self, name: str) -> None:
        tags = owned(self._tags, mark=self._session.mark)
        await create_namespace(self._session, name, tags)

    async def _find_cluster(self) -> Cluster:
        if self._cluster is None:
            self._cluster = await create_cluster(
                self._session, self._difference.cluster, tags=self._tags
            )
        return self._cluster

    async def _service(self, change: ServiceChange) -> None:
        service: Service | None = None

        async def make() -> None:
            nonlocal service
            service = await self._make_service(change)

        await _whole(make)
        scaling = change.planned.scaling
        if change.scale and scaling is not None and service is not None:
            policies = [
                make_policy(value)
                for make_policy, value in (
                    (TargetTracking.cpu, scaling.cpu),
                    (TargetTracking.memory, scaling.memory),
                )
                if value
            ]
            await service.autoscale(scaling.minimum, scaling.maximum, *policies, tags=self._tags)

    async def _make_service(self, change: ServiceChange) -> Service:
        planned, present = change.planned, change.present
        definition = self._definitions.get(planned.task.family)
        if present is None:
            service = await create_service(
                self._session,
                (await self._find_cluster()).arn,
                planned.name,
                definition or planned.task.family,
                desired_count=planned.desired_count,
                settings=replace(
                    planned.settings, network=self._difference.network, tags=self._tags
                ),
            )
            self._deployments[planned.name] = service.deployment
            return service
        if change.deploys:
            deployment = await present.deploy(
                definition, desired_count=change.count, force=change.again, **change.settings
            )
            self._deployments[planned.name] = deployment
        elif change.count is not None:
            self._counted[planned.name] = await present.scale(change.count)
        return present

    async def _wait(self, name: str) -> None:
        if name in self._counted:
            await self._counted[name].wait_stable(timeout=self._timeout)
            return
        change = next(each for each in self._difference.services if each.planned.name == name)
        deployment = self._deployments.get(name)
        if deployment is None and change.present is not None:
            deployment = change.present.deployment
        if deployment is not None:
            await self._follow(name, deployment)

    async def _follow(self, name: str, deployment: Deployment) -> None:
        """Wait for a deployment, and pass on what ECS says meanwhile."""
        failures: list[FargateError] = []

        async def listen() -> None:
            with suppress(FargateError):  # whoever waits meets the same, and tells it
                async for event in deployment.events():
                    step = f"deployment of {name}"
                    self._tell(StepEvent(step=step, state=StepState.SAYS, text=event.message))

        async with anyio.create_task_group() as group:
            group.start_soon(listen)
            try:
                await deployment.wait(timeout=self._timeout)
            except FargateError as error:
                failures.append(error)
                group.cancel_scope.cancel()
            # Otherwise the listener ends by itself, with ECS's last words.
        if failures:
            raise failures[0]


def _is_moving(change: ServiceChange) -> bool:
    with suppress(NotFound):
        present = change.present
        return present is not None and present.deployment.rollout_state == "IN_PROGRESS"
    return False


async def _whole(work: _Work) -> None:
    """Do something to its end; whoever is cancelled meanwhile still knows whether it was done."""
    with anyio.CancelScope(shield=True):
        await work()
    await anyio.lowlevel.checkpoint()
