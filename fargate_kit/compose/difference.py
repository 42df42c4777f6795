"""How a plan differs from what runs: plain values that can be shown before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fargate_kit.compose.plan import LogGroup, PlannedService, Reference
from fargate_kit.errors import InvalidSpec
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network
from fargate_kit.services.service import Service

if TYPE_CHECKING:
    from fargate_kit.compose.role_wishes import RoleWish
    from fargate_kit.compose.running_project import RunningProject
    from fargate_kit.compose.steps import OnStep
    from fargate_kit.connections.connection import Connection

__all__ = ["Action", "Difference", "Item", "ServiceChange"]


class Action(StrEnum):
    """What becomes of a thing."""

    MAKE = "make"
    CHANGE = "change"
    LEAVE = "leave"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of a project, and what is to become of it.

    Attributes:
        kind: `log group`, `namespace`, `role`, `cluster`, `task definition` or `service`.
        details: What changes, a line for each; values that look like secrets are masked.
    """

    kind: str
    name: str
    action: Action
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChange:
    """What a service of the plan needs to be as planned.

    Attributes:
        present: The service as it runs; None if it is to be made.
        register: Whether its task definition differs from what it runs.
        settings: Arguments of `Service.deploy()` besides definition and count.
        count: The count to set; None leaves it.
        scale: Whether its auto scaling is to be set.
        again: Whether the same is to be deployed anew, because it failed last time.
    """

    planned: PlannedService
    present: Service | None = None
    register: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None
    scale: bool = False
    again: bool = False

    @property
    def deploys(self) -> bool:
        """Whether a new deployment begins."""
        return self.present is None or self.register or bool(self.settings) or self.again

    def __bool__(self) -> bool:
        return self.deploys or self.count is not None or self.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What `up` would do; false if everything is as planned.

    Attributes:
        cluster: The cluster's name.
        network: Where the tasks go, with the default VPC's ids where the files name none.
        items: Every thing of the project, in the order in which it is made.
        problems: What must be mended before anything can be made.
        not_seen: What could not be looked at.
        log_groups: Those that are to be made.
        roles: Those that are to be made or brought in line.
        namespaces: Those that are to be made.
    """

    project: str
    region: str
    cluster: str
    network: Network | None
    items: tuple[Item, ...]
    services: tuple[ServiceChange, ...]
    removed: tuple[Service, ...] = ()
    problems: tuple[Problem, ...] = ()
    not_seen: tuple[str, ...] = ()
    log_groups: tuple[LogGroup, ...] = field(default=(), repr=False)
    roles: tuple[RoleWish, ...] = field(default=(), repr=False)
    namespaces: tuple[Reference, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return any(item.action is not Action.LEAVE for item in self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __str__(self) -> str:
        marks = {"make": "+", "change": "~", "leave": "=", "remove": "-"}
        lines = []
        for item in self.items:
            lines.append(f"{marks[item.action]} {item}")
            lines += [f"    {detail}" for detail in item.details]
        lines += [f"! {problem}" for problem in self.problems]
        return "\n".join(lines)

    def check(self) -> Difference:
        """Return this if nothing stands in the way.

        Raises:
            InvalidSpec: Every problem at once.
        """
        if self.problems:
            raise InvalidSpec(f"Compose project {self.project!r} in {self.region}", self.problems)
        return self

    async def apply(
        self, aws: Connection, *, timeout: float | None = 1800.0, on_step: OnStep | None = None
    ) -> RunningProject:
        """Do what it says, and wait until every service has its tasks.

        Args:
            timeout: Seconds on the connection's clock for each deployment; None waits for ever.
            on_step: Told of every step, and of what ECS says meanwhile.

        Raises:
            InvalidSpec: Something stands in the way; nothing was made.
            ProjectIncomplete: A step failed.

        Calls:
            those of `Plan.up()`, without those of `compare()`
        """
        from fargate_kit.compose.applying import apply
        from fargate_kit.compose.running_project import find_project

        await apply(aws._session, self, timeout=timeout, on_step=on_step)
        return await find_project(aws._session, self.project, self.cluster)

    def makes(self, kind: str) -> bool:
        """Tell whether something of the kind is to be made."""
        return any(item.kind == kind and item.action is Action.MAKE for item in self.items)

    def count(self) -> dict[str, int]:
        """Count the things by what becomes of them."""
        return {str(action): sum(item.action is action for item in self.items) for action in Action}

    def facts(self) -> dict[str, Any]:
        """Return the difference as JSON takes it."""
        return {
            "project": self.project,
            "region": self.region,
            "cluster": self.cluster,
            "changes": bool(self),
            "items": [
                {
                    "kind": item.kind,
                    "name": item.name,
                    "action": str(item.action),
                    "details": list(item.details),
                }
                for item in self.items
            ],
            "problems": [
                {"path": each.path, "rule": each.rule, "message": each.message}
                for each in self.problems
            ],
            "not_seen": list(self.not_seen),
        }
