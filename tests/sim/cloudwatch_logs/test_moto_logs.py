"""What the simulator relies on in moto's CloudWatch Logs, one test a surface."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from simulated_logs import EPOCH, ClientTo

from fargate_kit.sim.cloudwatch_logs.facts import LogGroupFact, Shown, ShownEvent
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.request import Request

REGION = "us-east-1"


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter whose account lives at the first moment of a step clock."""
    made = MotoAdapter(account_id="111122223333", seed=1, inline=True, now=lambda: EPOCH * 1000)
    yield made
    made.close()


def found(moto: MotoAdapter, name: str = "g") -> LogGroupFact:
    """Look up a group that is there."""
    group = moto.log_group(REGION, name)
    assert group is not None
    return group


def test_a_group_is_looked_up(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: LogsBackend.groups, and of a group its arn, retention and subscriptions."""
    assert moto.log_group(REGION, "g") is None
    logs = client_to(moto.forward, "logs")
    logs.create_log_group(logGroupName="g")
    group = found(moto)
    assert group.arn == f"arn:aws:logs:us-east-1:{moto.account_id}:log-group:g"
    assert (group.retention_days, group.subscribed, group.streams) == (None, False, ())
    logs.put_retention_policy(logGroupName="g", retentionInDays=7)
    logs.create_log_group(logGroupName="h")
    arn = found(moto, "h").arn + ":*"
    logs.put_subscription_filter(
        logGroupName="g", filterName="f", filterPattern="", destinationArn=arn
    )
    again = found(moto)
    assert (again.retention_days, again.subscribed) == (7, True)
    assert again.identity is group.identity
    logs.delete_log_group(logGroupName="g")
    logs.create_log_group(logGroupName="g")
    assert found(moto).identity is not group.identity


def test_a_stream_is_made_once(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: ensure_log_group, ensure_log_stream, and of a stream its name and arn."""
    moto.open_log_stream(REGION, "g", "s", create_group=False)
    assert moto.log_group(REGION, "g") is None
    for _ in range(2):
        moto.open_log_stream(REGION, "g", "s", create_group=True)
    (stream,) = found(moto).streams
    assert (stream.name, stream.foreign) == ("s", ())
    assert stream.arn == f"{found(moto).arn}:log-stream:s"
    client_to(moto.forward, "logs").delete_log_stream(logGroupName="g", logStreamName="s")
    moto.open_log_stream(REGION, "g", "s", create_group=False)
    assert found(moto).streams[0].identity is not stream.identity


def test_groups_and_streams_have_the_time_of_the_account(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Relies on: moto's own utcnow, LogStream.creation_time."""
    of_the_machine = importlib.import_module("moto.core.utils").datetime
    moto.open_log_stream(REGION, "g", "s", create_group=True)
    logs = client_to(moto.forward, "logs")
    logs.create_log_stream(logGroupName="g", logStreamName="t")
    assert [stream.created_at for stream in found(moto).streams] == [EPOCH, EPOCH]
    assert logs.describe_log_groups()["logGroups"][0]["creationTime"] == EPOCH
    assert importlib.import_module("moto.core.utils").datetime is of_the_machine


def test_lines_of_other_services_are_taken_out(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: LogStream.events, and of an event its timestamp and message."""
    moto.open_log_stream(REGION, "g", "s", create_group=True)
    client_to(moto.forward, "logs").put_log_events(
        logGroupName="g",
        logStreamName="s",
        logEvents=[
            {"timestamp": EPOCH, "message": "a"},
            {"timestamp": EPOCH + 1, "message": "b"},
        ],
    )
    assert found(moto).streams[0].foreign == ((EPOCH, "a"), (EPOCH + 1, "b"))
    assert found(moto).streams[0].foreign == ()


def test_delivered_events_are_not_kept(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: LogStream.put_log_events serves subscription filters."""
    for group in ("g", "h"):
        moto.open_log_stream(REGION, group, "s", create_group=True)
    client_to(moto.forward, "logs").put_subscription_filter(
        logGroupName="g",
        filterName="f",
        filterPattern="",
        destinationArn=found(moto, "h").arn + ":*",
    )
    moto.deliver_log_events(REGION, "g", "s", [(EPOCH, "a")])
    moto.deliver_log_events(REGION, "g", "none", [(EPOCH, "a")])
    moto.deliver_log_events(REGION, "none", "s", [(EPOCH, "a")])
    moto.flush()
    assert found(moto).streams[0].foreign == ()
    assert found(moto, "h").streams[0].foreign == ((EPOCH, "a"),)


def test_moto_sees_what_it_is_shown_and_no_longer(moto: MotoAdapter, client_to: ClientTo) -> None:
    """Relies on: LogStream.stored_bytes, and StartQuery reading LogStream.events at once."""
    moto.open_log_stream(REGION, "g", "s", create_group=True)
    event = ShownEvent(EPOCH, "hello", EPOCH, "id")
    shown = Shown(
        region=REGION,
        sizes={("g", "s"): 31, ("none", "s"): 1},
        events={("g", "s"): [event], ("g", "none"): [event]},
    )

    def forward(request: Request) -> Any:
        return moto.forward(request, shown=shown)

    logs = client_to(forward, "logs")
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 31
    query = logs.start_query(
        logGroupName="g",
        startTime=EPOCH // 1000 - 1,
        endTime=EPOCH // 1000 + 1,
        queryString="fields @message",
    )
    (row,) = logs.get_query_results(queryId=query["queryId"])["results"]
    assert {"field": "@message", "value": "hello"} in row
    assert found(moto).streams[0].foreign == ()
