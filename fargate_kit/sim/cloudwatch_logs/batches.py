"""Which events of a PutLogEvents request are taken.

Source: service model, PutLogEvents. Time stamps are compared as they are, whatever the
speed of the world's clock.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fargate_kit.sim.cloudwatch_logs import wording
from fargate_kit.sim.cloudwatch_logs.store import size_of

LARGEST_BATCH = 1_048_576
LARGEST_EVENT = 1_048_576
DAY = 86_400_000
OLDEST = 14 * DAY
NEWEST = 2 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What becomes of a request's events.

    Args:
        events: Those that are taken: milliseconds since the Unix epoch, and the text.
        rejected: The answer's `rejectedLogEventsInfo`; empty if all are taken.
    """

    events: Sequence[tuple[int, str]]
    rejected: Mapping[str, int]


def read_batch(
    log_events: Sequence[Mapping[str, Any]], *, now: int, retention_days: int | None
) -> Batch:
    """Sort out what a request brings.

    Args:
        log_events: As the request has them.
        now: Milliseconds since the Unix epoch.
        retention_days: Of the group; None for ever.

    Raises:
        AwsError: The batch is too large, not in order of time, or spans more than a day;
            nothing of it is taken.
    """
    events = [(one["timestamp"], one["message"]) for one in log_events]
    times = [timestamp for timestamp, _ in events]
    if any(earlier > later for earlier, later in pairwise(times)):
        raise wording.NOT_CHRONOLOGICAL.error()
    _check_sizes([message for _, message in events])
    rejected: dict[str, int] = {}
    first, end = bisect_left(times, now - OLDEST), bisect_right(times, now + NEWEST)
    if first:
        rejected["tooOldLogEventEndIndex"] = first
    if retention_days is not None and (expired := bisect_left(times, now - retention_days * DAY)):
        rejected["expiredLogEventEndIndex"] = expired
        first = max(first, expired)
    if end < len(times):
        rejected["tooNewLogEventStartIndex"] = end
    taken = events[first:end]
    if taken and taken[-1][0] - taken[0][0] > DAY:
        raise wording.SPAN_TOO_LONG.error()
    return Batch(events=taken, rejected=rejected)


def _check_sizes(messages: Sequence[str]) -> None:
    total = 0
    for message in messages:
        size = size_of(message)
        if size > LARGEST_EVENT:
            raise wording.EVENT_TOO_LARGE.error(size=size, limit=LARGEST_EVENT)
        total += size
    if total > LARGEST_BATCH:
        raise wording.BATCH_TOO_LARGE.error(size=total, limit=LARGEST_BATCH)
