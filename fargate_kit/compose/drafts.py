"""What a translation works on: the choices made, and a draft for every service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fargate_kit.compose.project import Project
from fargate_kit.compose.tree import Found
from fargate_kit.compose.verdicts import Ledger

__all__ = ["Choices", "Draft", "Topology", "Workshop", "bounded"]


class Topology(StrEnum):
    """How a project becomes task definitions.

    `ONE_TASK` puts every service as a container into one task definition, as the ECS CLI did;
    `SERVICE_EACH` makes a task definition and an ECS service of every Compose service.
    """

    ONE_TASK = "one-task"
    SERVICE_EACH = "service-each"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the files leave open, or what is to replace what they say.

    Attributes:
        region: For logs, where the files name none; without one nothing is logged by default.
        execution_role: Instead of the one in `ecs-params.yml`, or of `ecsTaskExecutionRole`.
        task_role: Instead of the one in `ecs-params.yml`.
        subnets: Instead of those in `ecs-params.yml`.
        security_groups: Instead of those in `ecs-params.yml`.
        default_network: Use the default VPC's network, whatever the files say.
    """

    topology: Topology = Topology.ONE_TASK
    region: str | None = None
    execution_role: str | None = None
    task_role: str | None = None
    subnets: Sequence[str] = ()
    security_groups: Sequence[str] = ()
    default_network: bool = False


@dataclass(slots=True, kw_only=True)
class Draft:
    """A service on its way to a container definition.

    Attributes:
        api: Members of AWS's container definition.
        volumes: Members of the task definition's `volumes`, by name.
        cpu: CPU units, where the files say any.
        memory: MiB, the hard limit.
        reservation: MiB that are kept.
        needs: Services that come first, with `START`, `HEALTHY` or `SUCCESS`.
        set_by: The Compose key that a value came from, so that another source can overrule it.
        service: Members of CreateService.
    """

    name: str
    container: str
    found: Found
    api: dict[str, Any] = field(default_factory=dict, repr=False)
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    volumes: dict[str, dict[str, Any]] = field(default_factory=dict)
    cpu: int | None = None
    memory: int | None = None
    reservation: int | None = None
    essential: bool = True
    platform: tuple[str, str] | None = None
    process_ids_shared: bool = False
    needs: dict[str, str] = field(default_factory=dict)
    set_by: dict[str, Found] = field(default_factory=dict)
    replicas: int | None = None
    service: dict[str, Any] = field(default_factory=dict)
    scaling: dict[str, int] = field(default_factory=dict)
    policies: list[str] = field(default_factory=list)
    inline_policy: dict[str, Any] | None = None
    retention_days: int | None = None

    def get(self, *keys: str) -> Found | None:
        """Return what the Compose file says at a key, or at a way of keys."""
        found: Found | None = self.found
        for key in keys:
            found = found.get(key) if found else None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What every part of the translation has at hand."""

    project: Project
    choices: Choices
    ledger: Ledger
    drafts: Mapping[str, Draft]
    efs_volumes: Mapping[str, Mapping[str, Any]]

    @property
    def one_task(self) -> bool:
        """Tell whether every service becomes a container of one task definition."""
        return self.choices.topology is Topology.ONE_TASK


def bounded(found: Found, number: int, lowest: int, highest: int, what: str, ledger: Ledger) -> int:
    """Return a number within AWS's bounds; one outside is altered to the nearest."""
    nearest = min(max(number, lowest), highest)
    if nearest != number:
        ledger.altered(found, f"{number} becomes {nearest}: AWS takes {lowest} to {highest} {what}")
    return nearest
