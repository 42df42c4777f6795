"""DescribeLogStreams: moto's streams with the times of their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.cloudwatch_logs import tokens, wording
from fargate_kit.sim.cloudwatch_logs.store import GroupEvents, StreamEvents

_KIND = "streams"


def describe_log_streams(
    group: GroupEvents,
    params: Mapping[str, Any],
    unseal: Callable[[str, str], list[Any]],
    now: int,
) -> dict[str, Any]:
    """Answer DescribeLogStreams.

    Streams without events are the oldest where the order is by their last event.

    Source: service model, DescribeLogStreams.

    Args:
        group: Whose streams.
        params: The request.
        unseal: Reads a token of a kind.
        now: The present in microseconds.

    Raises:
        AwsError: The request makes no sense.
    """
    by_time = params.get("orderBy") == "LastEventTime"
    prefix = params.get("logStreamNamePrefix")
    if by_time and prefix is not None:
        raise wording.PREFIX_WITH_EVENT_TIME.error()
    descending = params.get("descending", False)
    streams = sorted(
        (one for one in group.streams.values() if one.name.startswith(prefix or "")),
        key=lambda one: _place(one, by_time),
        reverse=descending,
    )
    if (token := params.get("nextToken")) is not None:
        name, *place = unseal(_KIND, token)
        if name != group.name:
            raise wording.TOKEN_INVALID.error()
        after = (place[0], place[1])
        streams = [
            one
            for one in streams
            if (_place(one, by_time) < after if descending else _place(one, by_time) > after)
        ]
    limit = params.get("limit", 50)
    answer: dict[str, Any] = {"logStreams": [_picture(one) for one in streams[:limit]]}
    if len(streams) > limit:
        last = _place(streams[limit - 1], by_time)
        answer["nextToken"] = tokens.seal(_KIND, now, group.name, *last)
    return answer


def _place(stream: StreamEvents, by_time: bool) -> tuple[int, str]:
    span = stream.span if by_time else None
    return (span[1] if span else 0), stream.name


def _picture(stream: StreamEvents) -> dict[str, Any]:
    """Describe a stream; its bytes are not told any more, and sequence tokens mean nothing."""
    picture: dict[str, Any] = {
        "logStreamName": stream.name,
        "creationTime": stream.created_at,
        "arn": stream.arn,
        "storedBytes": 0,
    }
    if stream.span is not None:
        picture["firstEventTimestamp"], picture["lastEventTimestamp"] = stream.span
    if stream.last_ingestion is not None:
        picture["lastIngestionTime"] = stream.last_ingestion
        picture["uploadSequenceToken"] = f"{stream.last_sequence:056d}"
    return picture
