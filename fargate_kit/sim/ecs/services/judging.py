"""Whether a task of a service counts as healthy, and why not."""

from __future__ import annotations

from dataclasses import dataclass

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.roster import Member, Standing
from fargate_kit.sim.ecs.services.state import ServiceState
from fargate_kit.sim.ecs.services.targets import Targets

# A group that does not check its targets calls them `unavailable`, and sends requests to them.
_PASSING = frozenset({"healthy", "unavailable"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a RUNNING task is worth at this moment.

    Args:
        standing: WAITING, HEALTHY or UNHEALTHY.
        ailment: Why it is unhealthy, as its stoppedReason says it.
        again_at: When it has to be judged again, in microseconds; None if only a change
            of its health can change the verdict.
    """

    standing: Standing
    ailment: str | None = None
    again_at: int | None = None


class Judge:
    """Judges the RUNNING tasks of one region's services.

    Source: service model, DeploymentConfiguration.minimumHealthyPercent and
    healthCheckGracePeriodSeconds.
    """

    def __init__(self, ground: Ground, targets: Targets) -> None:
        self._ground = ground
        self._targets = targets

    def judge(self, service: ServiceState, member: Member) -> Verdict:
        """Judge a RUNNING member.

        Without load balancer and health check a task counts when it has run for 40 s; with
        a check, when the essential containers that have one are HEALTHY; with target
        groups, when all of them say so too. For as long as the grace period goes on, what
        would be unhealthy is still waited for.
        """
        task = member.task
        checked = any(one.checked and one.essential for one in task.containers)
        health = self._targets.health(member)
        if (ailment := self._ailment(member, checked)) is not None:
            grace_ends = self._after_start(member, service.grace)
            if self._ground.engine.now < grace_ends:
                return Verdict(Standing.WAITING, again_at=grace_ends)
            return Verdict(Standing.UNHEALTHY, ailment)
        if checked and task.health != "HEALTHY":
            return Verdict(Standing.WAITING)
        if any(one.state not in _PASSING for _, one in health):
            return Verdict(Standing.WAITING)
        if not checked and not health:
            counts = self._after_start(member, self._ground.timing.counts_as_healthy)
            if self._ground.engine.now < counts:
                return Verdict(Standing.WAITING, again_at=counts)
        return Verdict(Standing.HEALTHY)

    def _ailment(self, member: Member, checked: bool) -> str | None:
        if checked and member.task.health == "UNHEALTHY":
            return wording.FAILED_CONTAINER_CHECKS.say()
        for target, health in self._targets.health(member):
            if health.state == "unhealthy":
                return wording.FAILED_TARGET_CHECKS.say(arn=target.group_arn)
        return None

    def _after_start(self, member: Member, seconds: float) -> int:
        started = member.task.started_at or self._ground.engine.now
        return started + self._ground.engine.clock.ticks(seconds)
