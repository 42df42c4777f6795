"""One page of FilterLogEvents: events of several streams in one order, found by a pattern."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fargate_kit.sim.cloudwatch_logs.store import Event, Key, StreamEvents, size_of

LARGEST_PAGE = 1_048_576
"""Bytes of events in one page: 1 MB (service model, FilterLogEvents)."""
EVENTS_SEARCHED = 50_000
"""Events that are looked at for one page, so that no request holds up the others for long."""

_FOREVER = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for.

    Args:
        matches: Asked with each message; None if all match.
        start: The first time stamp, in milliseconds.
        end: The last time stamp, in milliseconds; None for no end.
        newest_first: The order.
        after: The event after which the search goes on, in that order.
        limit: Of events in the page.
    """

    matches: Callable[[str], bool] | None
    start: int = 0
    end: int | None = None
    newest_first: bool = False
    after: Key | None = None
    limit: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was found.

    Args:
        events: Each with the name of its stream.
        next: After which event the search goes on; None if it has ended.
    """

    events: tuple[tuple[str, Event], ...]
    next: Key | None


def search(streams: Sequence[StreamEvents], wanted: Search) -> Page:
    """Search streams, in order of time stamps, then of ingestion.

    A page may be short, or empty, though the search has not ended: it ends after a number
    of events that were looked at, as AWS's does.
    """
    found: list[tuple[str, Event]] = []
    last: Key | None = None
    size = 0
    for searched, (timestamp, sequence, at, stream) in enumerate(_in_order(streams, wanted)):
        if searched == EVENTS_SEARCHED or len(found) == wanted.limit:
            return Page(events=tuple(found), next=last)
        message = stream.message(at)
        if wanted.matches is None or wanted.matches(message):
            size += size_of(message)
            if found and size > LARGEST_PAGE:
                return Page(events=tuple(found), next=last)
            found.append((stream.name, stream.event(at)))
        last = timestamp, sequence
    return Page(events=tuple(found), next=None)


def _in_order(
    streams: Sequence[StreamEvents], wanted: Search
) -> Iterator[tuple[int, int, int, StreamEvents]]:
    low: Key = wanted.start, 0
    high: Key = _FOREVER if wanted.end is None else wanted.end + 1, 0
    if wanted.after is not None and wanted.newest_first:
        high = min(high, wanted.after)
    elif wanted.after is not None:
        timestamp, sequence = wanted.after
        low = max(low, (timestamp, sequence + 1))
    walks = [
        _walk(stream, first, last, wanted.newest_first)
        for stream in streams
        if (first := stream.place(low)) < (last := stream.place(high))
    ]
    if len(walks) == 1:
        return walks[0]
    # Numbers are unique in a region, so the order never comes to the streams themselves.
    return heapq.merge(*walks, reverse=wanted.newest_first)


def _walk(
    stream: StreamEvents, low: int, high: int, backward: bool
) -> Iterator[tuple[int, int, int, StreamEvents]]:
    for timestamp, sequence, at in stream.walk(low, high, backward=backward):
        yield timestamp, sequence, at, stream
