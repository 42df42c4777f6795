"""What load balancing offers to whoever runs tasks, and what it asks of them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fargate_kit.sim.workloads.behaviour import HttpAnswer


class Reach(enum.Enum):
    """What becomes of a connection to a port of a target."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOST = "lost"  # nobody says anything, so it times out


class TargetOwner(Protocol):
    """Whoever is behind the address of a target: a task."""

    def reach(self, port: int) -> Reach:
        """Say what becomes of a connection to a port."""
        ...

    def respond(
        self,
        port: int,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        peer: str,
    ) -> HttpAnswer | None:
        """Answer an HTTP request.

        Args:
            port: Of the container.
            method: Such as `GET`.
            path: With the query.
            headers: Names in lower case.
            body: The content.
            peer: The address of the load balancer, from which the connection comes.

        Returns:
            The answer, its log lines already written; None if the connection was refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """The health of a target as DescribeTargetHealth tells it (service model, TargetHealth).

    Args:
        state: `initial`, `healthy`, `unhealthy`, `unused`, `draining` or `unavailable`.
        reason: The reason code; None for a healthy target.
        description: AWS's sentence for it; None for a healthy target.
    """

    state: str
    reason: str | None = None
    description: str | None = None


class LoadBalancing(Protocol):
    """The load balancing of one region, as services use it."""

    def register(
        self, target_group_arn: str, address: str, port: int, task: TargetOwner | None
    ) -> None:
        """Add a target; it becomes healthy by the group's own checks.

        Args:
            target_group_arn: A group that exists, or nothing happens.
            address: An IP address.
            port: Where the target listens.
            task: Who answers; None for whatever task has the address when it is asked.
        """
        ...

    def deregister(
        self, target_group_arn: str, address: str, port: int, *, done: Callable[[], None]
    ) -> None:
        """Take a target out: it drains for the group's deregistration delay and is gone.

        Args:
            target_group_arn: The group.
            address: The target's address.
            port: The target's port.
            done: Called once when it is gone, never before this call returns; soon if there
                is no such target.
        """
        ...

    def health(self, target_group_arn: str, address: str, port: int) -> TargetHealth:
        """Tell the health; `unused` with `Target.NotRegistered` if there is no such target."""
        ...

    def watch(self, changed: Callable[[str, str, int], None]) -> None:
        """Have every change of a target's health told: group, address, port."""
        ...

    def exists(self, target_group_arn: str) -> bool:
        """Tell whether there is such a target group."""
        ...

    def has_listener(self, target_group_arn: str) -> bool:
        """Tell whether a listener of a load balancer forwards to the group."""
        ...

    def target_type(self, target_group_arn: str) -> str | None:
        """Tell `ip`, `instance`, `lambda` or `alb`; None if there is no such group."""
        ...

    def target_port(self, target_group_arn: str) -> int | None:
        """Tell the port on which the group's targets listen unless they say otherwise."""
        ...

    def target_vpc(self, target_group_arn: str) -> str | None:
        """Tell the id of the group's VPC."""
        ...

    def deregistration_delay(self, target_group_arn: str) -> float:
        """Tell for how many seconds a target drains; 0 if there is no such group."""
        ...
