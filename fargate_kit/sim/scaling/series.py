"""What is known of metrics in the last days, as far as alarms look back."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from operator import attrgetter

from fargate_kit.sim.load_balancing.metrics import Dimensions, Sample

# A week of minutes, the longest time that an alarm looks back (service model, PutMetricAlarm).
MOST_SAMPLES = 7 * 24 * 60 + 60
_AT = attrgetter("at")

Key = tuple[str, str, Dimensions]


class Metrics:
    """The samples of one region, by namespace, name and exactly their dimensions."""

    def __init__(self) -> None:
        self._series: dict[Key, list[Sample]] = {}

    def add(self, namespace: str, samples: Iterable[Sample]) -> None:
        """Take samples in, of whatever age."""
        for sample in samples:
            key = (namespace, sample.name, tuple(sorted(sample.dimensions)))
            series = self._series.setdefault(key, [])
            if series and sample.at < series[-1].at:
                bisect.insort_right(series, sample, key=_AT)
            else:
                series.append(sample)
            if len(series) > MOST_SAMPLES + 1000:
                del series[:1000]

    def values(
        self,
        key: Key,
        statistic: str,
        *,
        unit: str | None,
        period: int,
        end: int,
        number: int,
    ) -> list[float | None]:
        """Give the statistic of each of the last periods, the oldest first.

        Args:
            key: Namespace, name and sorted dimensions.
            statistic: Average, Sum, Minimum, Maximum or SampleCount.
            unit: Look at samples of this unit only.
            period: The length of a period in microseconds of the axis.
            end: The end of the last period; a multiple of the length.
            number: How many periods.

        Returns:
            None for a period without samples.
        """
        series = self._series.get(key, [])
        begin = end - number * period
        found: list[list[Sample]] = [[] for _ in range(number)]
        for sample in series[bisect.bisect_left(series, begin, key=_AT) :]:
            if sample.at >= end:
                break
            if unit is None or sample.unit == unit:
                found[(sample.at - begin) // period].append(sample)
        return [_statistic(statistic, samples) for samples in found]

    def newest_at(self, key: Key) -> int | None:
        """Tell the moment of the last sample; None if there is none."""
        series = self._series.get(key)
        return series[-1].at if series else None


def _statistic(name: str, samples: list[Sample]) -> float | None:
    if not samples:
        return None
    if name == "Minimum":
        return min(one.least for one in samples)
    if name == "Maximum":
        return max(one.most for one in samples)
    count = sum(one.count for one in samples)
    if name == "SampleCount":
        return count
    total = sum(one.total for one in samples)
    if name == "Sum":
        return total
    return total / count if count else None
