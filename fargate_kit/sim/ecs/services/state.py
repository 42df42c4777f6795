"""The state of services: mutable, and seen by clients only through fresh pictures."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.ecs.services.configuration import Configuration
from fargate_kit.sim.ecs.services.roster import Member, Roster
from fargate_kit.sim.ecs.state import ClusterState, TaskDefinitionState
from fargate_kit.sim.engine import Entry
from fargate_kit.sim.facts import SubnetFact

# All moments are microseconds on the engine's axis.

MOST_EVENTS = 100
ONGOING = frozenset({
    "PENDING",
    "IN_PROGRESS",
    "STOP_REQUESTED",
    "ROLLBACK_REQUESTED",
    "ROLLBACK_IN_PROGRESS",
})


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """A container port that a target group sends requests to."""

    target_group_arn: str
    container: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """What the tasks of one revision are.

    Args:
        launch_type: FARGATE; None where a strategy says where tasks run.
        strategy: Checked items, with their defaults; empty for a launch type.
        platform_asked: As the request says it, e.g. LATEST.
        platform_version: A number.
        network: As the request has it.
    """

    definition: TaskDefinitionState
    launch_type: str | None
    strategy: tuple[Mapping[str, Any], ...]
    platform_asked: str
    platform_version: str
    platform_family: str
    network: Mapping[str, Any]
    subnets: tuple[SubnetFact, ...]
    group_ids: tuple[str, ...]
    assign_public_ip: bool
    balanced: tuple[Balanced, ...] = ()
    monitoring: Mapping[str, Any] | None = None
    service_connect: Mapping[str, Any] | None = None

    def same_tasks(self, other: Specification) -> bool:
        """Tell whether a change to `other` needs no deployment (service model, UpdateService)."""
        return (
            self.definition is other.definition
            and self.platform_version == other.platform_version
            and {one.id for one in self.subnets} == {one.id for one in other.subnets}
            and set(self.group_ids) == set(other.group_ids)
            and self.assign_public_ip == other.assign_public_ip
            and set(self.balanced) == set(other.balanced)
            and self.monitoring == other.monitoring
            and (self.service_connect or _OFF) == (other.service_connect or _OFF)
        )


_OFF: Mapping[str, Any] = {"enabled": False}


@dataclass(slots=True, kw_only=True, eq=False)
class RevisionState:
    """A service revision: what was to be deployed, as it was then.

    Args:
        digests: Digest by container, once the first task has pulled its images.
    """

    arn: str
    created_at: int
    specification: Specification
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class DeploymentState:
    """One of a service's deployments, as DescribeServices tells them.

    Args:
        id: `ecs-svc/` and 19 digits.
        desired: How many tasks it shall have; of the newest one the service's own number.
        failed: Consecutive failures.
        established: Whether it is one to keep tasks of while another one replaces it.
        wave: How often starts were tried in vain, one after the other.
        retry_at: Before when nothing is started; None for at once.
        retry: The kick at that moment.
        complete_at: Before when it is not complete.
        extra: How many tasks it may have above `desired` to balance zones.
    """

    id: str
    revision: RevisionState
    created_at: int
    updated_at: int
    desired: int
    rollout_reason: str
    status: str = "PRIMARY"
    rollout_state: str = "IN_PROGRESS"
    roster: Roster = field(default_factory=Roster)
    failed: int = 0
    established: bool = False
    wave: int = 0
    retry_at: int | None = None
    retry: Entry | None = None
    complete_at: int = 0
    extra: int = 0

    def absorb(self, member: Member) -> None:
        """Let a member that was started to balance zones count like any other, or no more."""
        if member.extra:
            member.extra = False
            self.extra = max(0, self.extra - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The tasks of a revision at one moment."""

    requested: int
    running: int
    pending: int


@dataclass(slots=True, kw_only=True, eq=False)
class ReleaseState:
    """A service deployment: the move from some revisions to another one.

    Args:
        target: The revision to be deployed.
        sources: The revisions that it replaces.
        status: PENDING to SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL or ROLLBACK_FAILED.
        rollback_to: The revision to which it is or was rolled back.
        failures: What the circuit breaker has counted.
        tallies: The tasks of its revisions when it ended, by ARN of the revision.
    """

    arn: str
    created_at: int
    updated_at: int
    target: RevisionState
    sources: tuple[RevisionState, ...]
    configuration: Configuration
    status: str = "PENDING"
    reason: str | None = None
    started_at: int | None = None
    finished_at: int | None = None
    stopped_at: int | None = None
    rollback_to: RevisionState | None = None
    rollback_reason: str | None = None
    rollback_at: int | None = None
    failures: int = 0
    threshold: int = 0
    breaker: str = "DISABLED"
    tallies: dict[str, Tally] | None = None

    @property
    def ongoing(self) -> bool:
        """Whether it has not ended."""
        return self.status in ONGOING


@dataclass(frozen=True, slots=True, kw_only=True)
class EventState:
    """One message of a service."""

    id: str
    created_at: int
    message: str


@dataclass(slots=True, kw_only=True, eq=False)
class ServiceState:
    """A service.

    Args:
        desired: As the last request has it.
        specification: Of the tasks that are started from now on: that of its newest deployment,
            or of the one rolled back to, with what was changed since without a deployment.
        deployments: The newest first; none of an INACTIVE service.
        candidate: The deployment to roll back to: the last one that is COMPLETED.
        releases: The service deployments, the oldest first.
        events: The newest first.
        steady: Whether the last word was that it is steady.
        told: When a problem was told, by its kind, until it is resolved.
        kick: The reconcile that is due.
        again: Whether one reconcile is not enough at this instant.
        balance: The next time that its balance over the zones is looked at.
        heartbeat: The next time that it says it is steady.
        registered: Targets by group that were registered, and are not told yet.
        left: Deployment and groups of each task that drains and is not told yet.
    """

    name: str
    arn: str
    cluster: ClusterState
    created_at: int
    created_by: str
    role_arn: str
    desired: int
    configuration: Configuration
    grace: int
    tags: dict[str, str]
    propagate_tags: str
    managed_tags: bool
    execute_command: bool
    rebalancing: str
    specification: Specification
    status: str = "ACTIVE"
    deployments: list[DeploymentState] = field(default_factory=list)
    candidate: DeploymentState | None = None
    releases: list[ReleaseState] = field(default_factory=list)
    revisions: dict[str, RevisionState] = field(default_factory=dict)
    events: deque[EventState] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    events_told: int = 0
    last_event_at: int = 0
    steady: bool = False
    told: dict[str, int] = field(default_factory=dict)
    kick: Entry | None = None
    again: bool = False
    balance: Entry | None = None
    heartbeat: Entry | None = None
    registered: Counter[str] = field(default_factory=Counter)
    left: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def group(self) -> str:
        """The group of its tasks."""
        return f"service:{self.name}"

    def uses(self, definition: TaskDefinitionState) -> bool:
        """Tell whether one of its deployments, or its rollback, is of a task definition."""
        kept = [*self.deployments, *([self.candidate] if self.candidate else [])]
        return any(one.revision.specification.definition is definition for one in kept)

    @property
    def primary(self) -> DeploymentState:
        """The newest deployment, or the one rolled back to."""
        return self.deployments[0]

    @property
    def older(self) -> list[DeploymentState]:
        """The deployments that are being replaced."""
        return self.deployments[1:]

    @property
    def release(self) -> ReleaseState:
        """The last service deployment."""
        return self.releases[-1]
