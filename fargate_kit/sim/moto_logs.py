"""What is read from moto's log groups and streams, and what they are shown of events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fargate_kit.sim.cloudwatch_logs.facts import LogGroupFact, LogStreamFact, Shown


def group(logs: Any, name: str) -> LogGroupFact | None:
    """Look a group up, and take out of it the lines that other services of moto wrote."""
    found = logs.groups.get(name)
    if found is None:
        return None
    return LogGroupFact(
        name=name,
        arn=str(found.arn),
        retention_days=int(found.retention_in_days) if found.retention_in_days else None,
        subscribed=bool(found.subscription_filters),
        identity=found,
        streams=tuple(_stream(stream) for stream in found.streams.values()),
    )


def open_stream(logs: Any, group_name: str, stream: str, create_group: bool) -> None:
    """Make a stream if it is not there, and its group if that is wanted."""
    if create_group:
        logs.ensure_log_group(group_name)
    if group_name in logs.groups:
        logs.ensure_log_stream(group_name, stream)


def deliver(logs: Any, group_name: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
    """Pass events on to subscription filters, and keep none of them."""
    found = logs.groups.get(group_name)
    if found is None or stream not in found.streams:
        return
    writing = found.streams[stream]
    kept, writing.events = writing.events, []
    try:
        writing.put_log_events([{"timestamp": at, "message": text} for at, text in events])
    finally:
        writing.events = kept


@contextmanager
def showing(logs: Any, shown: Shown) -> Iterator[None]:
    """Let moto see sizes and events while it answers a request."""
    for (group_name, name), size in shown.sizes.items():
        if (stream := _find(logs, group_name, name)) is not None:
            stream.stored_bytes = size
    seen = []
    for (group_name, name), events in shown.events.items():
        if (stream := _find(logs, group_name, name)) is not None:
            seen.append((stream, stream.events))
            stream.events = [*stream.events, *events]
    try:
        yield
    finally:
        for stream, events in seen:
            stream.events = events


def _find(logs: Any, group_name: str, name: str) -> Any:
    found = logs.groups.get(group_name)
    return None if found is None else found.streams.get(name)


def _stream(stream: Any) -> LogStreamFact:
    foreign = tuple((event.timestamp, event.message) for event in stream.events)
    stream.events = []
    made: datetime = stream.creation_time
    return LogStreamFact(
        name=str(stream.log_stream_name),
        arn=str(stream.arn),
        created_at=round(made.replace(tzinfo=UTC).timestamp() * 1000),
        identity=stream,
        foreign=foreign,
    )
