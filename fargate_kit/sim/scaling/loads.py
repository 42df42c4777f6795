"""How much there is to do for the tasks of services, as a test or a slider says."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from fargate_kit.sim.engine import Engine

# Percent of what one task may use.
IDLE_CPU, IDLE_MEMORY = 0.5, 5.0
FULL = 100.0  # a task cannot use more than it has

Demand = float | Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The demand on a service; None for a metric that nothing was said of."""

    cpu: Demand | None = None
    memory: Demand | None = None
    since: int


class Loads:
    """The demand on each service of a region.

    A demand is told in percent of one task: 180 are 90 percent of each of two tasks, and
    of one task all that it has. It may be a function of the nominal seconds since it was set.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loads: dict[tuple[str, str], Load] = {}

    def set(self, cluster: str, service: str, *, cpu: Demand | None, memory: Demand | None) -> None:
        """Set the demand on a service; what is None stays as it is.

        Raises:
            ValueError: A demand is negative or not a finite number.
        """
        for name, demand in (("cpu", cpu), ("memory", memory)):
            if isinstance(demand, int | float):
                _check(name, demand)
        old = self._loads.get((cluster, service))
        self._loads[cluster, service] = Load(
            cpu=cpu if cpu is not None or old is None else old.cpu,
            memory=memory if memory is not None or old is None else old.memory,
            since=self._engine.now,
        )

    def get(self, cluster: str, service: str) -> Load | None:
        """Tell the demand on a service; None if nothing was said of it."""
        return self._loads.get((cluster, service))

    def utilization(self, cluster: str, service: str, running: int) -> tuple[float, float]:
        """Tell how much of its CPU and memory each of a service's running tasks uses.

        Args:
            cluster: The name of the cluster.
            service: Its name.
            running: How many tasks share the demand; 1 or more.

        Raises:
            ValueError: A function gave a demand that is negative or not a finite number.
        """
        load = self._loads.get((cluster, service))
        if load is None:
            return IDLE_CPU, IDLE_MEMORY
        seconds = (self._engine.now - load.since) / self._engine.clock.ticks(1.0)
        return (
            _share("cpu", load.cpu, seconds, running, IDLE_CPU),
            _share("memory", load.memory, seconds, running, IDLE_MEMORY),
        )


def _share(name: str, demand: Demand | None, seconds: float, running: int, idle: float) -> float:
    if demand is None:
        return idle
    value = demand(seconds) if callable(demand) else demand
    _check(name, value)
    return min(FULL, value / running)


def _check(name: str, value: float) -> None:
    if not 0 <= value < math.inf:
        raise ValueError(f"the demand on {name} is 0 percent or more, not {value!r}")
