"""One page of GetLogEvents: a stream forwards or backwards, and no event is ever lost.

A forward token does not say how far a client has read but what it has been given: all
that had been ingested up to a number. What comes later is new, whatever its time stamp
says, so a client that goes on with its token gets late events too. Between two such
moments the pages go through what is new in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fargate_kit.sim.cloudwatch_logs.filtering import LARGEST_PAGE
from fargate_kit.sim.cloudwatch_logs.store import Event, Key, StreamEvents, size_of

_FEW = 10_000
_END: Key = 1 << 62, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Which events a request is about.

    Args:
        start: The first time stamp, in milliseconds.
        end: The time stamp before which they end; None for no end.
        limit: Of events in a page.
    """

    start: int = 0
    end: int | None = None
    limit: int = 10_000


@dataclass(frozen=True, slots=True)
class Forward:
    """Where a client stands that goes forwards.

    Args:
        given: The number up to which it has been given all events.
        until: The number of the last event of what it is reading; 0 between two readings.
        after: The last event it was given of that; None at the begin.
    """

    given: int = 0
    until: int = 0
    after: Key | None = None


@dataclass(frozen=True, slots=True)
class Backward:
    """Where a client stands that goes backwards.

    Args:
        before: The first event it was given.
    """

    before: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, its events in order of time, and where to go on in both directions."""

    events: tuple[Event, ...]
    forward: Forward
    backward: Backward


def newest(stream: StreamEvents, wanted: Range) -> Page:
    """Give the last page of a stream."""
    low, high = _places(stream, wanted)
    places, _ = _fill(stream, reversed(range(low, high)), wanted.limit)
    ahead = Forward(given=stream.last_sequence)
    return _page(stream, places[::-1], ahead, nothing_before=(0, 0))


def forward(stream: StreamEvents, wanted: Range, position: Forward) -> Page:
    """Give the page after a position; the position stays the same where nothing is new."""
    reading = position
    low, high = _places(stream, wanted)
    if position.after is None:
        reading = replace(position, until=stream.last_sequence)
    else:
        timestamp, sequence = position.after
        low = max(low, stream.place((timestamp, sequence + 1)))
    places, more = _fill(stream, _new(stream, low, high, reading), wanted.limit)
    if more:
        ahead = replace(reading, after=_key(stream, places[-1]))
    elif places or position.after is not None:
        ahead = Forward(given=reading.until)
    else:
        ahead = position
    return _page(stream, places, ahead, nothing_before=_END)


def backward(stream: StreamEvents, wanted: Range, position: Backward) -> Page:
    """Give the page before a position; the position stays the same where nothing is there."""
    low, high = _places(stream, wanted)
    high = min(high, stream.place(position.before))
    places, _ = _fill(stream, reversed(range(low, high)), wanted.limit)
    timestamp, sequence = position.before
    last = _key(stream, places[0]) if places else (timestamp, sequence - 1)
    ahead = Forward(until=stream.last_sequence, after=last)
    return _page(stream, places[::-1], ahead, nothing_before=position.before)


def _places(stream: StreamEvents, wanted: Range) -> tuple[int, int]:
    high = len(stream) if wanted.end is None else stream.place((wanted.end, 0))
    return stream.place((wanted.start, 0)), high


def _new(stream: StreamEvents, low: int, high: int, reading: Forward) -> Iterable[int]:
    """Yield the places of what is new, in order of time."""
    count = stream.ingested_between(reading.given, reading.until)
    if not count:
        return ()
    if count > _FEW or not reading.given:
        return (
            at
            for _, sequence, at in stream.walk(low, high)
            if reading.given < sequence <= reading.until
        )
    places: list[int] = []  # what is new mostly stands at the end: look for it from there
    for _, sequence, at in stream.walk(low, high, backward=True):
        if reading.given < sequence <= reading.until:
            places.append(at)
            if len(places) == count:
                break
    return reversed(places)


def _fill(stream: StreamEvents, places: Iterable[int], limit: int) -> tuple[list[int], bool]:
    """Take places until a page is full, and tell whether any are left."""
    taken: list[int] = []
    size = 0
    for at in places:
        size += size_of(stream.message(at))
        if len(taken) == limit or (taken and size > LARGEST_PAGE):
            return taken, True
        taken.append(at)
    return taken, False


def _key(stream: StreamEvents, at: int) -> Key:
    event = stream.event(at)
    return event.timestamp, event.sequence


def _page(
    stream: StreamEvents, places: Sequence[int], ahead: Forward, *, nothing_before: Key
) -> Page:
    return Page(
        events=tuple(stream.event(at) for at in places),
        forward=ahead,
        backward=Backward(_key(stream, places[0]) if places else nothing_before),
    )
