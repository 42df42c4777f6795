"""What `fargate-kit doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster

__all__ = ["Finding", "busy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: Such as `network`.
        state: `ok`; `problem` keeps tasks from running; `caution` may; `unknown` was not seen.
        text: What was found.
        remedies: What to do about it.
    """

    name: str
    state: str
    text: str
    remedies: tuple[str, ...] = ()


def busy(cluster: Cluster) -> str:
    """Return how many services and tasks are in a cluster, in words."""
    services, tasks = cluster.active_services, cluster.running_tasks
    return f"{services} service{'s' * (services != 1)}, {tasks} running task{'s' * (tasks != 1)}"
