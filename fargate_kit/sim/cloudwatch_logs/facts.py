"""What CloudWatch Logs knows of its groups and streams, and what moto knows of its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStreamFact:
    """A stream as it is described.

    Args:
        created_at: Milliseconds since the Unix epoch.
        identity: Another object for every stream that was ever made, also of the same
            name; it means nothing else.
        foreign: Lines that other services wrote since the last look: milliseconds since
            the Unix epoch, and the text.
    """

    name: str
    arn: str
    created_at: int
    identity: object
    foreign: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupFact:
    """A group as it is described.

    Args:
        retention_days: None for ever.
        subscribed: Whether a subscription filter wants its events.
        identity: As with streams.
    """

    name: str
    arn: str
    retention_days: int | None
    subscribed: bool
    identity: object
    streams: tuple[LogStreamFact, ...]


class ShownEvent(NamedTuple):
    """An event as an operation of moto sees it; the names are moto's."""

    timestamp: int
    message: str
    ingestion_time: int
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What moto is shown of the events of its streams while it answers one request.

    Args:
        sizes: Bytes by group and stream.
        events: Events by group and stream.
    """

    region: str
    sizes: Mapping[tuple[str, str], int]
    events: Mapping[tuple[str, str], Sequence[ShownEvent]]


class Records(Protocol):
    """Who holds groups and streams: facts are read at once, effects never answer."""

    def log_group(self, region: str, name: str) -> LogGroupFact | None:
        """Look a group up, and take out of it the lines that other services wrote."""
        ...

    def open_log_stream(self, region: str, group: str, stream: str, *, create_group: bool) -> None:
        """Make a stream if it is not there, and its group too if that is wanted."""
        ...

    def deliver_log_events(
        self, region: str, group: str, stream: str, events: Sequence[tuple[int, str]]
    ) -> None:
        """Pass events on to the subscription filters of a group."""
        ...
