"""What a fan-out has cost so far, by list prices: an estimate that a limit is held against."""

from __future__ import annotations

from decimal import Decimal

from fargate_kit.errors import ConfigurationError
from fargate_kit.model.pricing import Prices, UnknownPrice, task_cost
from fargate_kit.model.values import Network
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["Meter"]

HOUR = 3600
# AWS bills the first minute in full ("AWS Fargate Pricing"), and so does the meter.
SHORTEST = 60.0


class Meter:
    """Reckons what tasks of one definition cost.

    Args:
        prices: Taken instead of the table of `model/pricing.py`, which knows few regions.
    """

    def __init__(
        self, definition: TaskDefinition, network: Network, region: str, prices: Prices | None
    ) -> None:
        platform = definition.raw.get("runtimePlatform") or {}
        self._architecture: str | None = platform.get("cpuArchitecture")
        self._operating_system: str | None = platform.get("operatingSystemFamily")
        self._public_ip = network.public_ip
        self._region = region
        self._prices = prices
        self._storage: int | None = (definition.raw.get("ephemeralStorage") or {}).get("sizeInGiB")
        self._by_the_second: dict[tuple[int, int], float] = {}

    def check(self, cpu: int, memory: int) -> None:
        """Refuse to guard a budget without prices.

        Raises:
            ConfigurationError: No price is known; the message says how to give one.
        """
        try:
            self._cost(cpu, memory, HOUR, None)
        except UnknownPrice as error:
            raise ConfigurationError(f"max_cost cannot be held: {error}") from error

    def so_far(self, task: Task, seconds: float) -> float:
        """Return dollars for a task that runs since so many seconds, at the on-demand price.

        Spot is not dearer, so a limit that is held against this is held.
        """
        size = task.cpu, task.memory
        if size not in self._by_the_second:
            self._by_the_second[size] = float(self._cost(*size, HOUR, None)) / HOUR
        return self._by_the_second[size] * max(SHORTEST, seconds)

    def of(self, task: Task) -> Decimal | None:
        """Return dollars for a task that has stopped; None where no price is known."""
        if task.pull_started_at is None or task.stopped_at is None:
            return Decimal(0)
        seconds = (task.stopped_at - task.pull_started_at).total_seconds()
        try:
            return self._cost(task.cpu, task.memory, max(0.0, seconds), task.capacity_provider)
        except UnknownPrice:
            return None

    def _cost(self, cpu: int, memory: int, seconds: float, provider: str | None) -> Decimal:
        return task_cost(
            cpu=cpu,
            memory=memory,
            seconds=seconds,
            region=self._region,
            architecture=self._architecture,
            operating_system=self._operating_system,
            ephemeral_storage=self._storage,
            capacity_provider=provider,
            public_ip=self._public_ip,
            prices=self._prices,
        )
