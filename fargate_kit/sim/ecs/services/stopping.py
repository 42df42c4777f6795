"""How a service has its tasks stopped, and what it says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.lifecycle import Lifecycle
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.events import EventLog
from fargate_kit.sim.ecs.services.roster import GOES_FIRST, Member, Standing
from fargate_kit.sim.ecs.services.starting import TOLD_AT_ONCE, list_tasks
from fargate_kit.sim.ecs.services.state import DeploymentState, ServiceState
from fargate_kit.sim.ecs.services.targets import Targets

PROTECTED = "protected"


class Stopper:
    """Stops the tasks of one region's services."""

    def __init__(
        self, ground: Ground, lifecycle: Lifecycle, events: EventLog, targets: Targets
    ) -> None:
        self._ground = ground
        self._lifecycle = lifecycle
        self._events = events
        self._targets = targets

    def choose(
        self,
        service: ServiceState,
        deployment: DeploymentState,
        count: int,
        standings: Sequence[Standing] = GOES_FIRST,
    ) -> list[tuple[Member, Standing]]:
        """Choose members to be stopped, from now on LEAVING; protected ones are passed over.

        Returns:
            The members, each with how it stood.
        """
        chosen: list[tuple[Member, Standing]] = []
        specification = deployment.revision.specification
        if deployment is service.primary:
            specification = service.specification
        strategy = specification.strategy
        for _ in range(count):
            member = deployment.roster.victim(strategy, standings)
            if member is None:
                break
            chosen.append((member, self.take(deployment, member)))
        return chosen

    def take(self, deployment: DeploymentState, member: Member) -> Standing:
        """Choose one member; give how it stood."""
        stood = member.standing
        deployment.absorb(member)
        deployment.roster.move(member, Standing.LEAVING)
        return stood

    def dismiss(
        self,
        service: ServiceState,
        deployment: DeploymentState,
        chosen: Sequence[tuple[Member, Standing]],
    ) -> None:
        """Stop chosen members, and say so."""
        if not chosen:
            return
        for member, stood in chosen:
            ailment = member.ailment if stood is Standing.UNHEALTHY else None
            if ailment is not None:
                self._tell_ailment(service, member)
            reason = ailment or wording.SCALING.say(id=deployment.id)
            self._lifecycle.stop(member.task, "ServiceSchedulerInitiated", reason)
        running = [member for member, stood in chosen if stood is not Standing.STARTING]
        if pending := len(chosen) - len(running):
            self._events.say(service, wording.STOPPED_PENDING, count=pending)
        for first in range(0, len(running), TOLD_AT_ONCE):
            part = running[first : first + TOLD_AT_ONCE]
            self._events.say(service, wording.STOPPED, count=len(part), tasks=list_tasks(part))
        self.tell_drained(service)

    def drain(self, service: ServiceState, deployment: DeploymentState, member: Member) -> bool:
        """Have a member leave its target groups; tell whether it is in any."""
        groups = self._targets.drain(member)
        if groups:
            service.left.append((deployment.id, groups))
        return bool(groups)

    def tell_drained(self, service: ServiceState) -> None:
        """Say which targets have begun to drain since it was last said."""
        left, service.left = service.left, []
        groups: Counter[str] = Counter(arn for _, arns in left for arn in arns)
        for arn, count in groups.items():
            self._events.say(service, wording.DEREGISTERED, count=count, arn=arn)
        for identity, count in Counter(identity for identity, _ in left).items():
            self._events.say(service, wording.DRAINING, id=identity, count=count)

    def tell_registered(self, service: ServiceState) -> None:
        """Say which targets were registered since it was last said."""
        registered, service.registered = service.registered, Counter()
        for arn, count in registered.items():
            self._events.say(service, wording.REGISTERED, count=count, arn=arn)

    def _tell_ailment(self, service: ServiceState, member: Member) -> None:
        sick = [one for one in self._targets.health(member) if one[1].state == "unhealthy"]
        if not sick or member.ailment == wording.FAILED_CONTAINER_CHECKS.say():
            self._events.say(service, wording.CONTAINER_UNHEALTHY, task=member.task.id)
        for target, health in sick:
            self._events.say(
                service,
                wording.TARGET_UNHEALTHY,
                task=member.task.id,
                port=target.port,
                arn=target.group_arn,
                reason=health.description or health.reason or "Health checks failed",
            )
