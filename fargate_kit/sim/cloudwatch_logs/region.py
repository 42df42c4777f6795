"""One region's CloudWatch Logs: the operations that are about events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.cloudwatch_logs import tokens, wording
from fargate_kit.sim.cloudwatch_logs.batches import read_batch
from fargate_kit.sim.cloudwatch_logs.describing import describe_log_streams
from fargate_kit.sim.cloudwatch_logs.filtering import Search, search
from fargate_kit.sim.cloudwatch_logs.groups import Groups
from fargate_kit.sim.cloudwatch_logs.identifiers import group_name
from fargate_kit.sim.cloudwatch_logs.inputs import check_values
from fargate_kit.sim.cloudwatch_logs.patterns import InvalidPattern, Pattern, compile_pattern
from fargate_kit.sim.cloudwatch_logs.store import Event, GroupEvents, StreamEvents
from fargate_kit.sim.cloudwatch_logs.stream_pages import (
    Backward,
    Forward,
    Page,
    Range,
    backward,
    forward,
    newest,
)
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import UnsupportedOperation

Deliver = Callable[[str, str, list[tuple[int, str]]], None]

# 1 January 2024 in milliseconds (service model, FilterLogEvents.startFromHead).
_NEWEST_FIRST_SINCE = 1_704_067_200_000
_TOKEN_LIFE = 86_400.0
_FILTER, _FORWARD, _BACKWARD = "filter", "forward", "backward"


class LogsRegion:
    """Answers the operations on events in one region; all others are moto's.

    Args:
        region: e.g. `eu-west-1`.
        account_id: Twelve digits.
        engine: Whose clock is used.
        groups: The events.
        deliver: Takes the events of a client in, at once or by plan later.
    """

    def __init__(
        self, region: str, account_id: str, engine: Engine, groups: Groups, deliver: Deliver
    ) -> None:
        self.region = region
        self.groups = groups
        self._account_id = account_id
        self._engine = engine
        self._deliver = deliver
        self._operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "DescribeLogStreams": self._describe_log_streams,
            "FilterLogEvents": self._filter_log_events,
            "GetLogEvents": self._get_log_events,
            "PutLogEvents": self._put_log_events,
            "TestMetricFilter": self._test_metric_filter,
        }

    def answer(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation.

        Args:
            operation: As the service model names it.
            params: The request, its types checked.

        Raises:
            AwsError: AWS would refuse the request; nothing has changed.
            UnsupportedOperation: The operation is not about events.
        """
        run = self._operations.get(operation)
        if run is None:
            raise UnsupportedOperation("logs", operation)
        check_values(operation, params)
        return run(params)

    def group(self, params: Mapping[str, Any]) -> GroupEvents:
        """Find the group that a request is about.

        Raises:
            AwsError: There is none.
        """
        name = group_name(params, region=self.region, account_id=self._account_id)
        found = self.groups.find(name)
        if found is None:
            raise wording.GROUP_MISSING.error()
        return found

    def _put_log_events(self, params: Mapping[str, Any]) -> dict[str, Any]:
        group = self.group(params)
        stream = _stream(group, params["logStreamName"])
        batch = read_batch(
            params["logEvents"], now=self.groups.now, retention_days=group.retention_days
        )
        self._deliver(group.name, stream.name, list(batch.events))
        answer: dict[str, Any] = {"nextSequenceToken": f"{stream.last_sequence:056d}"}
        if batch.rejected:
            answer["rejectedLogEventsInfo"] = dict(batch.rejected)
        return answer

    def _filter_log_events(self, params: Mapping[str, Any]) -> dict[str, Any]:
        group = self.group(params)
        wanted = self._search(group, params)
        page = search(_chosen(group, params), wanted)
        answer: dict[str, Any] = {
            "events": [_filtered(name, event) for name, event in page.events],
            "searchedLogStreams": [],
        }
        if page.next is not None:
            answer["nextToken"] = tokens.seal(
                _FILTER, self._engine.now, group.name, int(wanted.newest_first), *page.next
            )
        return answer

    def _search(self, group: GroupEvents, params: Mapping[str, Any]) -> Search:
        newest_first = not params.get("startFromHead", True)
        if newest_first and params.get("startTime", 0) < _NEWEST_FIRST_SINCE:
            raise wording.TAIL_TOO_EARLY.error()
        after = None
        if (token := params.get("nextToken")) is not None:
            name, descending, timestamp, sequence = self._unseal(_FILTER, token)
            if name != group.name:
                raise wording.TOKEN_INVALID.error()
            newest_first, after = bool(descending), (timestamp, sequence)
        pattern = read_pattern(params.get("filterPattern", ""))
        return Search(
            matches=None if pattern.is_empty else pattern.matches,
            start=params.get("startTime", 0),
            end=params.get("endTime"),
            newest_first=newest_first,
            after=after,
            limit=params.get("limit", 10_000),
        )

    def _get_log_events(self, params: Mapping[str, Any]) -> dict[str, Any]:
        stream = _stream(self.group(params), params["logStreamName"])
        wanted = Range(
            start=params.get("startTime", 0),
            end=params.get("endTime"),
            limit=params.get("limit", 10_000),
        )
        token = params.get("nextToken")
        position: Forward | Backward | None = None
        if token is not None:
            position = self._position(stream, token)
            page = _turn(stream, wanted, position)
        elif params.get("startFromHead", False):
            page = forward(stream, wanted, Forward())
        else:
            page = newest(stream, wanted)
        return {
            "events": [_output(event) for event in page.events],
            "nextForwardToken": (
                token if page.forward == position else self._forward_token(stream, page.forward)
            ),
            "nextBackwardToken": (
                token if page.backward == position else self._backward_token(stream, page.backward)
            ),
        }

    def _position(self, stream: StreamEvents, token: str) -> Forward | Backward:
        kind, _, sealed = token.partition("/")
        if kind == "f":
            number, given, until, *after = self._unseal(_FORWARD, sealed)
            position: Forward | Backward = Forward(given, until, tuple(after) or None)
        elif kind == "b":
            number, *before = self._unseal(_BACKWARD, sealed)
            position = Backward((before[0], before[1]))
        else:
            raise wording.TOKEN_INVALID.error()
        if number != stream.number:
            raise wording.TOKEN_INVALID.error()
        return position

    def _forward_token(self, stream: StreamEvents, position: Forward) -> str:
        parts = (stream.number, position.given, position.until, *(position.after or ()))
        return f"f/{tokens.seal(_FORWARD, self._engine.now, *parts)}"

    def _backward_token(self, stream: StreamEvents, position: Backward) -> str:
        parts = (stream.number, *position.before)
        return f"b/{tokens.seal(_BACKWARD, self._engine.now, *parts)}"

    def _unseal(self, kind: str, token: str) -> list[Any]:
        life = self._engine.clock.ticks(_TOKEN_LIFE)
        return tokens.unseal(kind, self._engine.now, token, life=life)

    def _describe_log_streams(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return describe_log_streams(self.group(params), params, self._unseal, self._engine.now)

    def _test_metric_filter(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Try a pattern; events are counted from 0, as the API Reference's examples do."""
        pattern = read_pattern(params["filterPattern"])
        return {
            "matches": [
                {
                    "eventNumber": number,
                    "eventMessage": message,
                    "extractedValues": pattern.extract(message),
                }
                for number, message in enumerate(params["logEventMessages"])
                if pattern.matches(message)
            ]
        }


def read_pattern(text: str) -> Pattern:
    """Compile a filter pattern.

    Raises:
        AwsError: It makes no sense.
    """
    try:
        return compile_pattern(text)
    except InvalidPattern as refusal:
        raise wording.PATTERN_INVALID.error(reason=refusal) from None


def _turn(stream: StreamEvents, wanted: Range, position: Forward | Backward) -> Page:
    if isinstance(position, Forward):
        return forward(stream, wanted, position)
    return backward(stream, wanted, position)


def _chosen(group: GroupEvents, params: Mapping[str, Any]) -> list[StreamEvents]:
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names is not None and prefix is not None:
        raise wording.NAMES_OR_PREFIX.error()
    if names is not None:
        return [_stream(group, name) for name in dict.fromkeys(names)]
    return [
        stream
        for name, stream in group.streams.items()
        if prefix is None or name.startswith(prefix)
    ]


def _stream(group: GroupEvents, name: str) -> StreamEvents:
    """Find a stream; one that is missing among many is an error too (OBS, rds_exporter 123)."""
    found = group.streams.get(name)
    if found is None:
        raise wording.STREAM_MISSING.error()
    return found


def _output(event: Event) -> dict[str, Any]:
    return {
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingested_at,
    }


def _filtered(stream: str, event: Event) -> dict[str, Any]:
    return {"logStreamName": stream, "eventId": event.id, **_output(event)}
