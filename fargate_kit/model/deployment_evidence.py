"""Why a deployment did not succeed: what is known of it, and the cause that follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from fargate_kit.model.reasons import UNKNOWN, Reason
from fargate_kit.model.service_events import EventKind, ServiceEvent
from fargate_kit.model.target_remedies import target_remedy
from fargate_kit.model.values import Container, LogLine

__all__ = [
    "Cause",
    "Evidence",
    "StoppedTask",
    "TargetHealth",
    "cause_of",
    "culprit",
    "lasting_cause",
]

# So many tasks that stopped for the same lasting reason are no accident.
SAME_REASON = 3
# An exit code that a container has because somebody else ended it: 128 + SIGKILL and SIGTERM.
_KILLED = frozenset({137, 143})
# Families of reasons in which the exit code is the container's own.
_BY_ITSELF = frozenset({"exit", "memory"})
_UNHEALTHY = (
    "A target does not pass its load balancer's health check. Check the check's path, port and "
    "expected code, that the task's security group lets the balancer in, and that the task has "
    "time to start (health check grace period)."
)
_UNUSED = (
    "The load balancer does not use the target. Give the target group a listener, and the load "
    "balancer a subnet in every zone that the service's tasks may run in."
)
_ENDED_WELL = (
    "The container ended with 0, and a service starts it again for ever. Let its main process keep "
    "running in the foreground, or run it as a task instead of a service."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedTask:
    """A task of a deployment that stopped, and why.

    Attributes:
        reason: AWS's most telling words.
        family: The kind of reason, such as `image`, `network` or `exit`.
        remedy: What to do about it, in plain words.
        transient: Whether starting again may help without changing anything.
        container: The container that ended the task, as far as one did.
        exit_code: Its exit code; None if it never ran.
        ran: Seconds from its start to its end; None if it never ran.
        stopped_at: When it began to stop.
    """

    arn: str
    reason: str
    family: str
    remedy: str
    transient: bool
    stop_code: str | None
    container: str | None
    exit_code: int | None
    ran: float | None
    stopped_at: datetime | None

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def is_failure(self) -> bool:
        """Whether it went wrong, rather than being stopped by somebody who wanted it so."""
        return self.family != "scaling" and self.stop_code != "UserInitiated"

    def __str__(self) -> str:
        code = f", exit code {self.exit_code}" if self.exit_code is not None else ""
        return f"task {self.id} ({self.family}{code}): {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealth:
    """How a load balancer sees one target of the service.

    Attributes:
        state: `initial`, `healthy`, `unhealthy`, `unused`, `draining` or `unavailable`.
        reason: AWS's code, such as `Target.ResponseCodeMismatch`.
        description: AWS's words.
        zone: The Availability Zone that it is in, where AWS tells it.
    """

    target_group_arn: str
    address: str
    port: int | None
    state: str
    reason: str | None
    description: str | None
    zone: str | None = None

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], target_group_arn: str) -> Self:
        """Parse a member of `TargetHealthDescriptions` of DescribeTargetHealth."""
        target, health = raw.get("Target", {}), raw.get("TargetHealth", {})
        return cls(
            target_group_arn=target_group_arn,
            address=target.get("Id", ""),
            port=target.get("Port"),
            state=health.get("State", ""),
            reason=health.get("Reason"),
            description=health.get("Description"),
            zone=target.get("AvailabilityZone"),
        )

    @property
    def remedy(self) -> str | None:
        """What to do about it, in plain words; None where nothing is to be done."""
        return target_remedy(self.state, self.reason)

    def __str__(self) -> str:
        why = self.description or self.reason
        return f"target {self.address}:{self.port} is {self.state}{f': {why}' if why else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The reason that explains most of what went wrong.

    Attributes:
        said: AWS's own words.
        family: The kind of reason, such as `image`, `capacity` or `health check`.
        remedy: What to do about it, in plain words.
        transient: Whether trying again may help without changing anything.
        task: The newest task that stopped for it, if one did.
        count: How many tasks stopped for it.
    """

    said: str
    family: str
    remedy: str
    transient: bool
    task: StoppedTask | None = None
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a deployment that did not succeed.

    Attributes:
        service: The service's name.
        deployment_id: `ecs-svc/…`.
        definition_arn: The revision that it was to bring.
        rollout_state: What AWS last said of it: `IN_PROGRESS`, `COMPLETED` or `FAILED`; empty where
            AWS does not show the deployment any more.
        status: The status of AWS's service deployment, such as `ROLLBACK_SUCCESSFUL`; None where it
            was not asked for.
        rolled_back_to: The service revision that ECS went back to.
        cause: The reason that explains most of it.
        stopped_tasks: This deployment's tasks that went wrong, the newest first.
        events: What ECS said of trouble since the deployment began, the oldest first.
        log: The last lines of the container that failed, the oldest first.
        targets: The service's targets, where it has load balancers.
        not_seen: What could not be looked at, and why: evidence may be missing there.
    """

    service: str
    deployment_id: str
    definition_arn: str
    rollout_state: str
    status: str | None
    rolled_back_to: str | None
    desired_count: int
    running_count: int
    pending_count: int
    failed_tasks: int
    cause: Cause
    stopped_tasks: tuple[StoppedTask, ...] = ()
    events: tuple[ServiceEvent, ...] = ()
    log: tuple[LogLine, ...] = ()
    targets: tuple[TargetHealth, ...] = ()
    not_seen: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """What to do about it, in plain words."""
        return self.cause.remedy

    @property
    def family(self) -> str:
        """The kind of reason, such as `image`, `capacity` or `health check`."""
        return self.cause.family

    @property
    def container(self) -> str | None:
        """The container that failed, as far as one did."""
        return self.cause.task.container if self.cause.task else None

    def __str__(self) -> str:
        counts = (
            f"{self.running_count} of {self.desired_count} tasks run, {self.pending_count} pending"
        )
        lines = [f"{self.cause.said} ({counts})", self.cause.remedy]
        lines += [str(task) for task in self.stopped_tasks[:3]]
        lines += [str(event) for event in self.events[-3:]]
        lines += [str(target) for target in self.targets if target.state != "healthy"][:3]
        lines += [str(line) for line in self.log]
        lines += [f"not seen: {each}" for each in self.not_seen]
        return "\n".join(line for line in lines if line)


def culprit(containers: Sequence[Container], essential: Sequence[str]) -> Container | None:
    """Return the container that ended a stopped task; None if none ended it.

    One that AWS gives a reason for comes first, then one that ended by itself: when an essential
    container ends, the others are killed.

    Args:
        containers: The task's containers.
        essential: Names of those whose end ends the task; empty where that is not known.
    """
    explained = [container for container in containers if container.reason]
    judged = [one for one in containers if not essential or one.name in essential]
    ended = [one for one in judged if one.exit_code is not None]
    by_itself = [one for one in ended if one.exit_code not in _KILLED]
    badly = [one for one in by_itself if one.exit_code]
    return next(iter([*explained, *badly, *by_itself, *ended]), None)


def lasting_cause(
    stopped: Sequence[StoppedTask], events: Sequence[ServiceEvent], failed_tasks: int
) -> Cause | None:
    """Return why a deployment will not succeed without a change, if that is plain by now.

    Args:
        stopped: The deployment's tasks that stopped, the newest first.
        events: What ECS said since the deployment began.
        failed_tasks: How many of its tasks AWS counts as failed.
    """
    cause = _of_tasks([task for task in stopped if not task.transient])
    if cause is not None and cause.count >= SAME_REASON:
        return cause
    placing = _of_events([event for event in events if event.kind is EventKind.UNPLACED])
    if placing is not None and not placing.transient and placing.family != UNKNOWN.family:
        return placing if failed_tasks >= SAME_REASON else None
    return None


def cause_of(
    stopped: Sequence[StoppedTask],
    events: Sequence[ServiceEvent],
    targets: Sequence[TargetHealth] = (),
    *,
    said: str = "",
) -> Cause:
    """Return the reason that explains most of what went wrong.

    Tasks that failed say more than events, and those more than what AWS says of the deployment.

    Args:
        stopped: The deployment's tasks that stopped, the newest first.
        events: What ECS said of trouble since the deployment began, the oldest first.
        targets: The service's targets.
        said: What AWS says of the deployment itself.
    """
    cause = _of_tasks(stopped) or _of_events(events)
    ill = next((target for target in targets if target.state == "unhealthy"), None)
    if ill is not None and (cause is None or cause.family in {"health check", "start"}):
        return Cause(
            said=f"{cause.said}; {ill}" if cause else str(ill),
            family="health check",
            remedy=_UNHEALTHY,
            transient=False,
            task=cause.task if cause else None,
            count=cause.count if cause else 0,
        )
    idle = next((target for target in targets if target.state == "unused"), None)
    if idle is not None and cause is None:
        return Cause(said=str(idle), family="load balancer", remedy=_UNUSED, transient=False)
    if cause is not None:
        return cause
    return Cause(
        said=said or "AWS gave no reason",
        family=UNKNOWN.family,
        remedy=UNKNOWN.remedy,
        transient=UNKNOWN.transient,
    )


def _of_tasks(stopped: Sequence[StoppedTask]) -> Cause | None:
    failures = [task for task in stopped if task.is_failure]
    if not failures:
        return None
    same, count = Counter(_likeness(task) for task in failures).most_common(1)[0]
    newest = next(task for task in failures if _likeness(task) == same)
    remedy = newest.remedy
    if newest.family == "exit" and newest.exit_code == 0:
        remedy = _ENDED_WELL
    exited = newest.family in _BY_ITSELF and newest.container is not None
    where = f" (container {newest.container}, exit code {newest.exit_code})" if exited else ""
    return Cause(
        said=f"{newest.reason}{where}",
        family=newest.family,
        remedy=remedy,
        transient=newest.transient,
        task=newest,
        count=count,
    )


def _likeness(task: StoppedTask) -> tuple[str, str, int | None]:
    """Tell what makes two ends the same; the code of a killed container says nothing."""
    return task.family, task.remedy, task.exit_code if task.family in _BY_ITSELF else None


def _of_events(events: Sequence[ServiceEvent]) -> Cause | None:
    for event in reversed(events):
        reason: Reason | None = event.reason
        if reason is not None:
            return Cause(
                said=event.message,
                family=reason.family,
                remedy=reason.remedy,
                transient=reason.transient,
            )
    return None
