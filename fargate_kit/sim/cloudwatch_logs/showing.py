"""What moto is shown of the events, for the operations on them that are still its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.cloudwatch_logs.facts import Shown, ShownEvent
from fargate_kit.sim.cloudwatch_logs.groups import Groups
from fargate_kit.sim.cloudwatch_logs.identifiers import name_in_arn
from fargate_kit.sim.cloudwatch_logs.store import StreamEvents


def show(
    groups: Groups, region: str, account_id: str, operation: str, params: Mapping[str, Any]
) -> Shown | None:
    """Tell what an operation of moto's needs to see.

    Args:
        groups: The events.
        region: Where they are.
        account_id: Twelve digits.
        operation: As the service model names it.
        params: The request, nothing of it checked.

    Returns:
        Sizes for DescribeLogGroups, events for StartQuery; None if it needs nothing.
    """
    if operation == "DescribeLogGroups":
        sizes = {
            (group.name, stream.name): stream.size
            for group in groups.known
            for stream in group.streams.values()
        }
        return Shown(region=region, sizes=sizes, events={})
    if operation != "StartQuery":
        return None
    events: dict[tuple[str, str], tuple[ShownEvent, ...]] = {}
    for name in _names(params, region, account_id):
        group = groups.find(name)
        for stream in group.streams.values() if group is not None else ():
            events[name, stream.name] = tuple(_events(stream, params))
    return Shown(region=region, sizes={}, events=events)


def _names(params: Mapping[str, Any], region: str, account_id: str) -> list[str]:
    given = [params.get("logGroupName")]
    for member in ("logGroupNames", "logGroupIdentifiers"):
        listed = params.get(member)
        given += listed if isinstance(listed, list) else []
    names = []
    for one in given:
        if isinstance(one, str):
            names.append(name_in_arn(one, region=region, account_id=account_id) or one)
    return list(dict.fromkeys(names))


def _events(stream: StreamEvents, params: Mapping[str, Any]) -> list[ShownEvent]:
    """Give the events of the query's range, which is in seconds."""
    start, end = params.get("startTime"), params.get("endTime")
    low = stream.place((start * 1000, 0)) if isinstance(start, int) else 0
    high = stream.place((end * 1000 + 1, 0)) if isinstance(end, int) else len(stream)
    events = [stream.event(at) for at in range(low, high)]
    return [
        ShownEvent(event.timestamp, event.message, event.ingested_at, event.id) for event in events
    ]
