"""The state of one region's ECS: mutable, and seen by clients only through fresh pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_kit.sim.network import Placement

if TYPE_CHECKING:
    from fargate_kit.sim.ecs.services.state import ServiceState

# All moments are microseconds on the engine's axis.

STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")


@dataclass(slots=True, kw_only=True)
class TaskDefinitionState:
    """One registered revision.

    Args:
        body: What AWS answers of it, apart from status and moments; never given out itself.
    """

    family: str
    revision: int
    arn: str
    body: dict[str, Any]
    registered_at: int
    registered_by: str
    tags: dict[str, str]
    status: str = "ACTIVE"
    deregistered_at: int | None = None
    delete_requested_at: int | None = None

    @property
    def name(self) -> str:
        """`family:revision`."""
        return f"{self.family}:{self.revision}"

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The container definitions, in their order."""
        containers: list[dict[str, Any]] = self.body["containerDefinitions"]
        return containers


@dataclass(slots=True, kw_only=True)
class FamilyState:
    """A family and its revisions; the number of a revision is never given again."""

    name: str
    last_revision: int = 0
    revisions: dict[int, TaskDefinitionState] = field(default_factory=dict)

    def newest_active(self) -> TaskDefinitionState | None:
        """Give the ACTIVE revision of the highest number."""
        active = [one for one in self.revisions.values() if one.status == "ACTIVE"]
        return max(active, key=lambda one: one.revision, default=None)


@dataclass(slots=True, kw_only=True)
class ContainerState:
    """A container of a task.

    Args:
        definition: Its part of the task definition, with the overrides put in.
        checked: Whether the definition has a health check.
    """

    name: str
    arn: str
    image: str
    definition: dict[str, Any]
    essential: bool
    checked: bool
    last_status: str = "PENDING"
    health: str = "UNKNOWN"
    exit_code: int | None = None
    reason: str | None = None
    runtime_id: str | None = None
    image_digest: str | None = None
    started_at: int | None = None


@dataclass(slots=True, kw_only=True)
class AttachmentState:
    """The network interface of a task, as ECS tells it.

    Args:
        placement: Its ids and addresses, once it is there; they stay when it is deleted.
    """

    id: str
    subnet_id: str
    group_ids: tuple[str, ...]
    assign_public_ip: bool
    status: str = "PRECREATED"
    placement: Placement | None = None


@dataclass(slots=True, kw_only=True)
class TaskState:
    """A task, from its creation until it is forgotten.

    Args:
        sequence: Which task of the region it is, counted from 1.
        overrides: As the call gave them.
    """

    id: str
    arn: str
    sequence: int
    cluster: ClusterState
    definition: TaskDefinitionState
    created_at: int
    launch_type: str
    capacity_provider: str | None
    platform_version: str
    platform_family: str
    architecture: str
    cpu: str
    memory: str
    ephemeral_storage: int
    task_role: str | None
    execution_role: str | None
    group: str
    started_by: str | None
    overrides: dict[str, Any]
    enable_execute_command: bool
    availability_zone: str
    attachment: AttachmentState
    containers: list[ContainerState]
    tags: dict[str, str]
    client_token: str | None = None
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    version: int = 1
    connectivity_at: int | None = None
    pull_started_at: int | None = None
    pull_stopped_at: int | None = None
    started_at: int | None = None
    stopping_at: int | None = None
    execution_stopped_at: int | None = None
    stopped_at: int | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None

    @property
    def health(self) -> str:
        """The health over the essential containers that have a health check."""
        told = {one.health for one in self.containers if one.essential and one.checked}
        if not told:
            return "UNKNOWN"
        return next((health for health in ("UNHEALTHY", "UNKNOWN") if health in told), "HEALTHY")

    def container(self, name: str) -> ContainerState | None:
        """Find a container by its name."""
        return next((one for one in self.containers if one.name == name), None)


@dataclass(slots=True, kw_only=True)
class TokenState:
    """What a RunTask call with a client token did."""

    fingerprint: str
    created_at: int
    task_ids: list[str]
    failures: list[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class ClusterState:
    """A cluster and its tasks, in the order of their creation."""

    name: str
    arn: str
    tags: dict[str, str]
    settings: dict[str, str]
    configuration: dict[str, Any] | None = None
    service_connect_namespace: str | None = None
    capacity_providers: list[str] = field(default_factory=list)
    default_strategy: list[dict[str, Any]] = field(default_factory=list)
    providers_put: bool = False
    status: str = "ACTIVE"
    tasks: dict[str, TaskState] = field(default_factory=dict)
    tokens: dict[str, TokenState] = field(default_factory=dict)
    services: dict[str, ServiceState] = field(default_factory=dict)
    _zones: dict[str, Counter[str]] = field(default_factory=dict)

    def services_of(self, status: str) -> int:
        """Count the services of one status."""
        return sum(service.status == status for service in self.services.values())

    @property
    def running(self) -> int:
        """How many tasks are RUNNING."""
        return sum(task.last_status == "RUNNING" for task in self.tasks.values())

    @property
    def pending(self) -> int:
        """How many tasks are on their way to RUNNING."""
        return sum(
            task.last_status in STARTING and task.desired_status == "RUNNING"
            for task in self.tasks.values()
        )

    def add(self, task: TaskState) -> None:
        """Take in a new task, which shall run."""
        self.tasks[task.id] = task
        self._zones.setdefault(task.group, Counter())[task.availability_zone] += 1

    def give_up(self, task: TaskState) -> None:
        """Decide that a task shall run no longer."""
        task.desired_status = "STOPPED"
        zones = self._zones[task.group]
        zones[task.availability_zone] -= 1
        if not zones.total():
            del self._zones[task.group]

    def zones_of(self, group: str) -> Mapping[str, int]:
        """Count the tasks of a group that shall run, by their zones."""
        return self._zones.get(group, {})

    def forget(self, task: TaskState) -> None:
        """Forget a stopped task, and its client token with the last task of it."""
        self.tasks.pop(task.id, None)
        known = self.tokens.get(task.client_token) if task.client_token else None
        if known is not None and not any(one in self.tasks for one in known.task_ids):
            del self.tokens[task.client_token or ""]


@dataclass(slots=True)
class RegionState:
    """All that one region's ECS remembers."""

    clusters: dict[str, ClusterState] = field(default_factory=dict)
    families: dict[str, FamilyState] = field(default_factory=dict)
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    tasks_made: int = 0

    def next_task(self) -> int:
        """Count one more task."""
        self.tasks_made += 1
        return self.tasks_made
