"""What a load balancer tells CloudWatch of each minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NAMESPACE = "AWS/ApplicationELB"

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The statistics of one metric in one minute.

    Args:
        dimensions: Names and values.
        unit: CloudWatch's word, e.g. `Count`.
        at: The begin of the minute, in microseconds since the Unix epoch.
    """

    name: str
    dimensions: Dimensions
    unit: str
    at: int
    count: float
    total: float
    least: float
    most: float


@dataclass(slots=True)
class _Tally:
    unit: str
    count: int = 0
    total: float = 0.0
    least: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        self.least = value if not self.count else min(self.least, value)
        self.most = max(self.most, value)
        self.count += 1
        self.total += value


class Minute:
    """Counts what happens in one minute."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, Dimensions], _Tally] = {}
        self._requests: dict[tuple[str, str], int] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not self._tallies

    def count(self, name: str, *dimensions: Dimensions) -> None:
        """Count one event, under each set of dimensions."""
        for one in dimensions:
            self._add(name, one, "Count", 1.0)

    def measure_seconds(self, name: str, value: float, *dimensions: Dimensions) -> None:
        """Take a duration, under each set of dimensions."""
        for one in dimensions:
            self._add(name, one, "Seconds", value)

    def request(self, load_balancer: str, group: str) -> None:
        """Count a request that a target was chosen for."""
        balanced = balancer_dimension(load_balancer)
        self.count("RequestCount", balanced, group_dimensions(load_balancer, group))
        key = (load_balancer, group)
        self._requests[key] = self._requests.get(key, 0) + 1

    def requests(self) -> Iterable[tuple[str, str, int]]:
        """Tell the requests of each load balancer and target group."""
        return [(*key, number) for key, number in self._requests.items()]

    def samples(self, at: int) -> list[Sample]:
        """Give what was counted.

        Args:
            at: The begin of the minute.
        """
        return [
            Sample(
                name=name,
                dimensions=dimensions,
                unit=tally.unit,
                at=at,
                count=tally.count,
                total=tally.total,
                least=tally.least,
                most=tally.most,
            )
            for (name, dimensions), tally in self._tallies.items()
        ]

    def _add(self, name: str, dimensions: Dimensions, unit: str, value: float) -> None:
        tally = self._tallies.get((name, dimensions))
        if tally is None:
            tally = self._tallies[name, dimensions] = _Tally(unit)
        tally.add(value)


def single(name: str, dimensions: Dimensions, value: float, at: int) -> Sample:
    """Give a metric of which a minute has one value."""
    return Sample(
        name=name,
        dimensions=dimensions,
        unit="Count",
        at=at,
        count=1.0,
        total=value,
        least=value,
        most=value,
    )


def balancer_dimension(load_balancer_arn: str) -> Dimensions:
    """Write the dimension of a load balancer: `app/<name>/<id>`."""
    return (("LoadBalancer", load_balancer_arn.split(":loadbalancer/")[-1]),)


def group_dimension(target_group_arn: str) -> Dimensions:
    """Write the dimension of a target group: `targetgroup/<name>/<id>`."""
    return (("TargetGroup", target_group_arn.split(":")[-1]),)


def group_dimensions(load_balancer_arn: str, target_group_arn: str) -> Dimensions:
    """Write the dimensions of a target group behind a load balancer."""
    return (*balancer_dimension(load_balancer_arn), *group_dimension(target_group_arn))
