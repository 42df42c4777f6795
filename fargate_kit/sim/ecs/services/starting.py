"""How a service starts tasks: where, how many at once, and how long it waits after failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fargate_kit.sim.ecs.capacity_providers import share_out
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.launch import Launcher, LaunchOrder
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.events import EventLog
from fargate_kit.sim.ecs.services.rollouts import Rollouts
from fargate_kit.sim.ecs.services.roster import Member
from fargate_kit.sim.ecs.services.state import DeploymentState, ServiceState

# One message names so many tasks at most.
TOLD_AT_ONCE = 10
UNPLACED, INCONSISTENT = "unplaced", "inconsistent"
# So many rounds in which no task reached RUNNING are retried at once.
_PATIENCE = 2


class Starter:
    """Starts the tasks of one region's services.

    Args:
        ground: The region.
        launcher: Starts them.
        events: Where it is told.
        rollouts: Counts those that find no room.
        joined: Told of every new member.
        kick: Has a service reconciled.
    """

    def __init__(
        self,
        ground: Ground,
        launcher: Launcher,
        events: EventLog,
        rollouts: Rollouts,
        *,
        joined: Callable[[ServiceState, DeploymentState, Member], None],
        kick: Callable[[ServiceState], None],
    ) -> None:
        self._ground = ground
        self._launcher = launcher
        self._events = events
        self._rollouts = rollouts
        self._joined = joined
        self._kick = kick

    def start(
        self, service: ServiceState, deployment: DeploymentState, count: int, *, replaced: int = 0
    ) -> int:
        """Start tasks of a deployment, unless it has to wait after failures.

        Args:
            service: The service.
            deployment: Which of its deployments.
            count: How many.
            replaced: How many of them take the place of unhealthy ones.

        Returns:
            How many were started.
        """
        if count <= 0 or self._waits(service, deployment):
            return 0
        started, failed, reason = self._launch(service, deployment, count)
        for first in range(0, len(started), TOLD_AT_ONCE):
            part = started[first : first + TOLD_AT_ONCE]
            self._tell_started(service, part, min(replaced, len(part)))
            replaced -= min(replaced, len(part))
        if reason is None:
            self._events.resolve(service, UNPLACED)
        else:
            self._unplaced(service, deployment, failed, reason, bool(started))
        return len(started)

    def start_in(
        self, service: ServiceState, deployment: DeploymentState, zone: str, count: int
    ) -> int:
        """Start tasks in one zone, above the desired count.

        Returns:
            How many found room.
        """
        started, _, _ = self._launch(service, deployment, count, zone)
        for member in started:
            member.extra = True
        deployment.extra += len(started)
        if started:
            self._events.say(
                service,
                wording.REBALANCING,
                count=len(started),
                zone=zone,
                tasks=list_tasks(started),
            )
        return len(started)

    def never_ran(self, service: ServiceState, deployment: DeploymentState, member: Member) -> None:
        """Take note that a task stopped without having been RUNNING.

        The tasks that were started together count as one attempt. After a few attempts the
        scheduler waits longer and longer (Developer Guide, page service-throttle-logic).
        """
        if member.wave != deployment.wave:
            return
        deployment.wave += 1
        if deployment.wave > _PATIENCE:
            self._events.complain(service, INCONSISTENT, wording.INCONSISTENT)
            self._wait(deployment)

    def ran(self, service: ServiceState, deployment: DeploymentState) -> None:
        """Take note that a task is RUNNING: there is no reason to wait any more."""
        if deployment.wave:
            deployment.wave = 0
            deployment.retry_at = None
            self._events.resolve(service, INCONSISTENT)

    def _launch(
        self,
        service: ServiceState,
        deployment: DeploymentState,
        count: int,
        zone: str | None = None,
    ) -> tuple[list[Member], int, str | None]:
        """Launch tasks as fast as the quotas allow; those that have to wait come later.

        AWS publishes launch rates, and that the scheduler tries again what is throttled
        (Developer Guide, pages throttling and service-event-messages-list).

        Returns:
            The tasks, how many of them found no room, and why.
        """
        order = self._order(service, deployment)
        if zone is not None:
            there = [one for one in order.subnets if one.availability_zone == zone]
            order = replace(order, subnets=tuple(there))
        members: list[Member] = []
        failed = 0
        reason: str | None = None
        for provider, number in self._providers(service, deployment, count):
            granted = self._ground.limits.grant_launches(service.arn, provider, number)
            if granted < number:
                self._launch_later(service, deployment)
            tasks, failures = self._launcher.launch(
                order, [provider] * granted, spread=deployment.roster.zones(provider)
            )
            for task in tasks:
                member = Member(task=task, wave=deployment.wave)
                members.append(member)
                self._joined(service, deployment, member)
            failed += len(failures)
            if failures:
                reason = failures[-1]["reason"]
        return members, failed, reason

    def _launch_later(self, service: ServiceState, deployment: DeploymentState) -> None:
        """Have what is beyond the launch rate started a little later."""
        engine = self._ground.engine
        later = engine.now + engine.clock.ticks(self._ground.timing.launch_retry)
        deployment.retry_at = max(later, deployment.retry_at or later)
        self._retry(service, deployment)

    def _providers(
        self, service: ServiceState, deployment: DeploymentState, count: int
    ) -> list[tuple[str | None, int]]:
        specification = deployment.revision.specification
        if deployment is service.primary:
            specification = service.specification
        strategy = specification.strategy
        if not strategy:
            return [(None, count)]
        placed = {name or "": n for name, n in deployment.roster.providers().items()}
        chosen = share_out(strategy, count, placed=placed)
        return [(name, chosen.count(name)) for name in dict.fromkeys(chosen)]

    def _order(self, service: ServiceState, deployment: DeploymentState) -> LaunchOrder:
        specification = deployment.revision.specification
        return LaunchOrder(
            cluster=service.cluster,
            definition=specification.definition,
            platform_version=specification.platform_version,
            subnets=specification.subnets,
            group_ids=specification.group_ids,
            assign_public_ip=specification.assign_public_ip,
            group=service.group,
            started_by=deployment.id,
            tags=task_tags(service, deployment),
            enable_execute_command=service.execute_command,
        )

    def _tell_started(self, service: ServiceState, members: list[Member], replaced: int) -> None:
        values: dict[str, Any] = {"count": len(members), "tasks": list_tasks(members)}
        if replaced:
            self._events.say(service, wording.REPLACED, replaced=replaced, **values)
        else:
            self._events.say(service, wording.STARTED, **values)

    def _unplaced(
        self,
        service: ServiceState,
        deployment: DeploymentState,
        count: int,
        reason: str,
        some_started: bool,
    ) -> None:
        for _ in range(count):
            self._rollouts.count_failure(service, deployment)
        if some_started:
            self._events.complain(
                service,
                UNPLACED,
                wording.PARTLY_UNPLACED,
                count=count,
                id=deployment.id,
                reason=reason,
            )
        else:
            self._events.complain(service, UNPLACED, wording.UNPLACED, reason=reason)
        deployment.wave += 1
        self._wait(deployment)
        self._retry(service, deployment)

    def _waits(self, service: ServiceState, deployment: DeploymentState) -> bool:
        retry_at = deployment.retry_at
        if retry_at is None or self._ground.engine.now >= retry_at:
            return False
        self._retry(service, deployment)
        return True

    def _wait(self, deployment: DeploymentState) -> None:
        timing, engine = self._ground.timing, self._ground.engine
        doublings = max(0, deployment.wave - _PATIENCE - 1)
        seconds = min(timing.start_retry_limit, timing.start_retry * 2.0 ** min(doublings, 32))
        deployment.retry_at = engine.now + engine.clock.ticks(seconds)

    def _retry(self, service: ServiceState, deployment: DeploymentState) -> None:
        """Have the service reconciled when the deployment may start tasks again."""
        engine = self._ground.engine
        if deployment.retry is not None:
            engine.cancel(deployment.retry)
        left = (deployment.retry_at or engine.now) - engine.now
        deployment.retry = engine.after(
            left / engine.clock.ticks(1.0),
            lambda: self._kick(service),
            name=f"start tasks of service {service.name} again",
        )


def task_tags(service: ServiceState, deployment: DeploymentState) -> dict[str, str]:
    """Tell the tags of a task that is started now (service model, propagateTags)."""
    tags: dict[str, str] = {}
    if service.managed_tags:
        tags = {
            "aws:ecs:clusterName": service.cluster.name,
            "aws:ecs:serviceName": service.name,
        }
    if service.propagate_tags == "SERVICE":
        tags |= service.tags
    elif service.propagate_tags == "TASK_DEFINITION":
        tags |= deployment.revision.specification.definition.tags
    return tags


def list_tasks(members: list[Member]) -> str:
    """Name tasks as messages do: `(task 4f…) (task 5a…)`."""
    return " ".join(f"(task {member.task.id})" for member in members)
