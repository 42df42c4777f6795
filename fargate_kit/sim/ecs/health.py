"""The health check of one container, as its definition asks for it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.state import ContainerState
from fargate_kit.sim.engine import Entry
from fargate_kit.sim.workloads import Launch, Workload

log = logging.getLogger("fargate_kit.sim")


class HealthWatch:
    """Checks a container every interval (service model, HealthCheck).

    A check that passes makes it HEALTHY at once; so many failures in a row as there are
    retries make it UNHEALTHY, and those within the start period do not count. The workload
    answers the checks, unless a fault makes them fail.

    Args:
        ground: The region.
        state: The container.
        workload: What it does.
        changed: Called when its health has changed.
    """

    def __init__(
        self,
        ground: Ground,
        state: ContainerState,
        workload: Workload,
        changed: Callable[[], None],
    ) -> None:
        self._ground = ground
        self._state = state
        self._launch: Launch | None = None
        self._workload = workload
        self._changed = changed
        check = state.definition["healthCheck"]
        self._command = tuple(check["command"])
        self._interval = float(check["interval"])
        self._retries = int(check["retries"])
        self._start_period = float(check.get("startPeriod", 0))
        self._failures = 0
        self._seconds = 0.0
        self._entry: Entry | None = None

    def begin(self, launch: Launch) -> None:
        """Start to check; the first check comes after one interval.

        Args:
            launch: How the container was started this time.
        """
        self.end()
        self._launch = launch
        self._failures = 0
        self._seconds = 0.0
        self._schedule()

    def end(self) -> None:
        """Check no more."""
        if self._entry is not None:
            self._ground.engine.cancel(self._entry)
            self._entry = None

    def _schedule(self) -> None:
        # once there is a verdict, going on to check is no reason to wait for
        self._entry = self._ground.engine.after(
            self._interval,
            self._check,
            background=self._state.health != "UNKNOWN",
            name=f"health check of {self._state.arn}",
        )

    def _check(self) -> None:
        self._seconds += self._interval
        before = self._state.health
        if self._launch is None:
            return
        if self._passes(self._launch):
            self._failures = 0
            self._state.health = "HEALTHY"
        elif before == "HEALTHY" or self._seconds > self._start_period:
            self._failures += 1
            if self._failures >= self._retries:
                self._state.health = "UNHEALTHY"
        self._schedule()
        if self._state.health != before:
            self._changed()

    def _passes(self, launch: Launch) -> bool:
        if self._ground.faults.check_fails(self._state.name, self._state.image):
            return False
        try:
            return self._workload.check(launch, self._command, self._seconds) == 0
        except Exception:  # a workload is code of others: its check fails, not the engine
            log.warning("the health check of %s crashed", self._state.arn, exc_info=True)
            return False
