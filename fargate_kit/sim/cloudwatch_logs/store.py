"""The events of one log stream, sorted by time, and of one group."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

Key: TypeAlias = tuple[int, int]
"""Where an event stands among all of its region: its time stamp, then its number."""

OVERHEAD = 26
"""Bytes that an event counts beside its message (service model, PutLogEvents)."""


class Event(NamedTuple):
    """One log event.

    Args:
        timestamp: Milliseconds since the Unix epoch.
        sequence: Its number in the region, in order of ingestion.
        ingested_at: Milliseconds since the Unix epoch.
    """

    timestamp: int
    sequence: int
    ingested_at: int
    message: str

    @property
    def id(self) -> str:
        """A number of the length of AWS's own; its order is that of the events."""
        return str((self.timestamp << 144) + (self.sequence << 80))


class StreamEvents:
    """A stream with its events, in columns: in order of time stamps, then of ingestion.

    Args:
        name: Of the stream.
        arn: Of the stream.
        created_at: Milliseconds since the Unix epoch.
        identity: Tells it from others of the same name.
        number: Tells its tokens from those of other streams.
    """

    __slots__ = (
        "_in_order",
        "_ingested",
        "_messages",
        "_sequences",
        "_timestamps",
        "arn",
        "created_at",
        "identity",
        "last_ingestion",
        "name",
        "number",
        "size",
    )

    def __init__(
        self, *, name: str, arn: str, created_at: int, identity: object, number: int
    ) -> None:
        self.name = name
        self.arn = arn
        self.created_at = created_at
        self.identity = identity
        self.number = number
        self.size = 0
        self.last_ingestion: int | None = None
        self._timestamps = array("q")
        self._sequences = array("q")
        self._ingested = array("q")
        self._messages: list[str] = []
        self._in_order = array("q")

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, timestamp: int, sequence: int, ingested_at: int, message: str) -> None:
        """Take an event in; `sequence` is greater than that of any event before."""
        timestamps = self._timestamps
        if not timestamps or timestamp >= timestamps[-1]:
            timestamps.append(timestamp)
            self._sequences.append(sequence)
            self._ingested.append(ingested_at)
            self._messages.append(message)
        else:
            at = bisect_right(timestamps, timestamp)
            timestamps.insert(at, timestamp)
            self._sequences.insert(at, sequence)
            self._ingested.insert(at, ingested_at)
            self._messages.insert(at, message)
        self._in_order.append(sequence)
        self.last_ingestion = ingested_at
        self.size += size_of(message)

    def event(self, at: int) -> Event:
        """Give the event at a place."""
        return Event(
            self._timestamps[at], self._sequences[at], self._ingested[at], self._messages[at]
        )

    def message(self, at: int) -> str:
        """Give the message at a place."""
        return self._messages[at]

    def place(self, key: Key) -> int:
        """Tell how many events stand before a key."""
        timestamp, sequence = key
        low = bisect_left(self._timestamps, timestamp)
        high = bisect_right(self._timestamps, timestamp, low)
        return bisect_left(self._sequences, sequence, low, high)

    def walk(
        self, low: int, high: int, *, backward: bool = False
    ) -> Iterator[tuple[int, int, int]]:
        """Yield time stamp, number and place of the events between two places."""
        timestamps, sequences = self._timestamps, self._sequences
        for at in reversed(range(low, high)) if backward else range(low, high):
            yield timestamps[at], sequences[at], at

    def ingested_between(self, after: int, until: int) -> int:
        """Count the events with a number greater than `after` and not greater than `until`."""
        return bisect_right(self._in_order, until) - bisect_right(self._in_order, after)

    @property
    def last_sequence(self) -> int:
        """The number of the event that was ingested last; 0 if there is none."""
        return self._in_order[-1] if self._in_order else 0

    @property
    def span(self) -> tuple[int, int] | None:
        """The time stamps of the first and the last event; None if there is none."""
        timestamps = self._timestamps
        return (timestamps[0], timestamps[-1]) if timestamps else None

    def forget_before(self, timestamp: int) -> None:
        """Drop the events that are older than a time stamp."""
        end = bisect_left(self._timestamps, timestamp)
        if end:
            self.size -= sum(size_of(message) for message in self._messages[:end])
            for column in (self._timestamps, self._sequences, self._ingested, self._messages):
                del column[:end]


class GroupEvents:
    """A group with its streams.

    Args:
        name: Of the group.
        arn: Of the group.
        identity: Tells it from others of the same name.
    """

    __slots__ = (
        "_kept_since",
        "arn",
        "identity",
        "looked_at",
        "name",
        "retention_days",
        "streams",
        "subscribed",
    )

    def __init__(self, *, name: str, arn: str, identity: object) -> None:
        self.name = name
        self.arn = arn
        self.identity = identity
        self.retention_days: int | None = None
        self.subscribed = False
        self.looked_at = -1
        self.streams: dict[str, StreamEvents] = {}
        self._kept_since = 0

    def keep_since(self, timestamp: int) -> None:
        """Drop the events that are older than a time stamp, which is heeded to the second."""
        if timestamp - self._kept_since >= 1000:
            self._kept_since = timestamp
            for stream in self.streams.values():
                stream.forget_before(timestamp)


def size_of(message: str) -> int:
    """Count the bytes of an event as CloudWatch Logs does (service model, PutLogEvents)."""
    length = len(message) if message.isascii() else len(message.encode("utf-8", "replace"))
    return length + OVERHEAD
