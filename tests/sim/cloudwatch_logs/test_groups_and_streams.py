"""Events follow the groups and streams that moto holds, and moto sees the events it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from simulated_logs import EPOCH, ClientTo, Logs

from fargate_kit.sim.account import Account
from fargate_kit.sim.moto_surfaces import Moto

DAY = 86_400_000


def described(logs: Logs, **members: Any) -> list[dict[str, Any]]:
    """Give the streams of all pages."""
    found: list[dict[str, Any]] = []
    for _ in range(100):
        page = logs.client.describe_log_streams(logGroupName="g", **members)
        found += page["logStreams"]
        if "nextToken" not in page:
            return found
        members["nextToken"] = page["nextToken"]
    raise AssertionError("the pages have no end")


def names(logs: Logs, **members: Any) -> list[str]:
    """Give the names of the streams of all pages."""
    return [stream["logStreamName"] for stream in described(logs, **members)]


def test_a_stream_is_described_with_its_events(logs: Logs) -> None:
    """Its times are those of its events and of the world; its bytes are always 0."""
    logs.wait(3)
    logs.client.create_log_stream(logGroupName="g", logStreamName="s")
    logs.wait(1)
    logs.say("s", (EPOCH + 9, "b"), (EPOCH + 2, "a"))
    (stream,) = described(logs)
    assert stream == {
        "logStreamName": "s",
        "creationTime": EPOCH + 3000,
        "firstEventTimestamp": EPOCH + 2,
        "lastEventTimestamp": EPOCH + 9,
        "lastIngestionTime": EPOCH + 4000,
        "uploadSequenceToken": stream["uploadSequenceToken"],
        "arn": f"{logs.arn()}:log-stream:s",
        "storedBytes": 0,
    }


def test_streams_come_by_name_or_by_last_event(logs: Logs) -> None:
    """Each order can be turned round; streams without events are the oldest."""
    logs.client.create_log_stream(logGroupName="g", logStreamName="d")
    for name, at in (("b", 5), ("c", 9), ("a", 7)):
        logs.say(name, (EPOCH + at, name))
    assert names(logs) == ["a", "b", "c", "d"]
    assert names(logs, descending=True) == ["d", "c", "b", "a"]
    assert names(logs, orderBy="LastEventTime") == ["d", "b", "a", "c"]
    assert names(logs, orderBy="LastEventTime", descending=True) == ["c", "a", "b", "d"]
    assert names(logs, logStreamNamePrefix="b") == ["b"]
    code, _ = logs.refused(
        "describe_log_streams", logGroupName="g", orderBy="LastEventTime", logStreamNamePrefix="a"
    )
    assert code == "InvalidParameterException"


@pytest.mark.parametrize("order", ["LogStreamName", "LastEventTime"])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_streams_are_complete(logs: Logs, order: str, descending: bool) -> None:
    """Every stream comes once, whatever the size of the pages; 50 is the greatest."""
    for number in range(60):
        logs.say(f"s{number:02}", (EPOCH + number // 7, "x"))
    for limit in (7, 50):
        found = names(logs, orderBy=order, descending=descending, limit=limit)
        assert len(found) == 60
        assert found == sorted(found, reverse=descending)
    page = logs.client.describe_log_streams(logGroupName="g")
    assert len(page["logStreams"]) == 50
    assert logs.refused("describe_log_streams", logGroupName="g", limit=51)[0] == (
        "InvalidParameterException"
    )
    logs.say("x", "y", group="h")
    code, text = logs.refused("describe_log_streams", logGroupName="h", nextToken=page["nextToken"])
    assert (code, text) == ("InvalidParameterException", "The specified nextToken is invalid.")


def test_a_group_has_the_size_of_its_events(logs: Logs) -> None:
    """DescribeLogGroups tells the bytes, as AWS counts them, and the world's time."""
    logs.wait(2)
    logs.say("a", "four", group="h")
    logs.say("b", "ü", group="h")
    empty, full = logs.client.describe_log_groups()["logGroups"]
    assert (empty["storedBytes"], full["storedBytes"]) == (0, 4 + 26 + 2 + 26)
    assert (empty["creationTime"], full["creationTime"]) == (EPOCH, EPOCH + 2000)


def test_a_deleted_stream_takes_its_events_along(logs: Logs) -> None:
    """What is written after it was made again begins anew, and old tokens are refused."""
    logs.say("s", "old")
    logs.say("t", "other")
    token = logs.get("s")["nextForwardToken"]
    logs.client.delete_log_stream(logGroupName="g", logStreamName="s")
    assert logs.found() == ["other"]
    with pytest.raises(ClientError, match="log stream does not exist"):
        logs.get("s")
    logs.client.create_log_stream(logGroupName="g", logStreamName="s")
    assert logs.get("s")["events"] == []
    with pytest.raises(ClientError, match="nextToken is invalid"):
        logs.get("s", token)
    logs.say("s", "new")
    assert logs.found(logStreamNames=["s"]) == ["new"]


def test_a_deleted_group_takes_its_events_along(logs: Logs) -> None:
    """A group that was made again has no events, though nobody looked in between."""
    logs.say("s", "old")
    logs.client.delete_log_group(logGroupName="g")
    logs.client.create_log_group(logGroupName="g")
    logs.client.create_log_stream(logGroupName="g", logStreamName="s")
    assert logs.client.describe_log_groups()["logGroups"][0]["storedBytes"] == 0
    assert logs.found() == []
    logs.client.delete_log_group(logGroupName="g")
    assert logs.refused("filter_log_events", logGroupName="g")[0] == "ResourceNotFoundException"


def test_lines_for_a_missing_group_are_lost(account: Account, logs: Logs) -> None:
    """A container whose group is gone writes into nothing, unless it may make the group."""
    put = account.logs.put_log_events
    put("us-east-1", "none", "s", [(EPOCH, "lost")], create_group=False)
    assert [group["logGroupName"] for group in logs.client.describe_log_groups()["logGroups"]] == [
        "g"
    ]
    put("us-east-1", "none", "s", [(EPOCH, "kept")], create_group=True)
    assert logs.found(logGroupName="none") == ["kept"]


def test_an_open_stream_is_there_before_its_first_line(account: Account, logs: Logs) -> None:
    """A container that has said nothing yet has a stream without events."""
    account.logs.put_log_events("us-east-1", "g", "s", [], create_group=False)
    assert names(logs) == ["s"]
    logs.say("s", "", "one", "")
    assert logs.found() == ["one"]


def test_retention_deletes(logs: Logs) -> None:
    """Some days after the retention of a group has passed, its events are gone."""
    logs.say("s", "old")
    logs.client.put_retention_policy(logGroupName="g", retentionInDays=1)
    logs.wait(4 * 86_400)
    assert logs.found() == ["old"]
    logs.say("s", "new")
    logs.wait(1)
    assert logs.found() == ["new"]
    (group,) = logs.client.describe_log_groups()["logGroups"]
    assert (group["retentionInDays"], group["storedBytes"]) == (1, 3 + 26)
    logs.client.delete_retention_policy(logGroupName="g")
    logs.wait(40 * 86_400)
    assert logs.found() == ["new"]


def test_a_reset_forgets_all(account: Account, client_to: ClientTo, logs: Logs) -> None:
    """After a reset there is no group, and one of the same name is empty."""
    logs.say("s", "old")
    account.reset()
    assert logs.client.describe_log_groups()["logGroups"] == []
    logs.client.create_log_group(logGroupName="g")
    assert logs.found() == []


def written_by_moto(account: Account, write: Callable[[Any], object]) -> None:
    """Change the backend as another service of moto does, and let a request of it pass."""

    def touch(moto: Moto) -> None:
        write(account.moto._backend(moto, "logs", "us-east-1"))

    account.moto._read(touch)
    account.logs.heed("PutEvents")


def test_what_other_services_write_is_seen(account: Account, logs: Logs) -> None:
    """Lines that moto's own services put into a stream stand among the others, each once."""
    logs.say("s", (EPOCH + 1, "a"), (EPOCH + 9, "c"))
    entry = {"timestamp": EPOCH + 5, "message": "b"}
    written_by_moto(account, lambda backend: backend.groups["g"].put_log_events("s", [entry]))
    for _ in range(2):
        assert logs.found() == ["a", "b", "c"]
    tail = logs.start_tail()
    written_by_moto(account, lambda backend: backend.groups["g"].put_log_events("s", [entry]))
    logs.wait(1)
    assert b'"message":"b"' in (tail.stream.read() or b"")
    tail.stream.close()


def test_a_group_that_another_service_replaces_is_new(account: Account, logs: Logs) -> None:
    """Groups come and go by other services as well, and their events with them."""
    logs.say("s", "first")

    def replace(backend: Any) -> None:
        backend.delete_log_group("g")
        backend.ensure_log_group("g")

    written_by_moto(account, replace)
    logs.say("s", "second")
    assert logs.found() == ["second"]
    written_by_moto(account, lambda backend: backend.delete_log_group("g"))
    assert logs.refused("filter_log_events", logGroupName="g")[0] == "ResourceNotFoundException"


def test_subscriptions_are_served(logs: Logs) -> None:
    """A subscription filter gets what is written, and the group keeps each event once."""
    logs.client.create_log_group(logGroupName="h")
    logs.client.create_log_stream(logGroupName="h", logStreamName="s")
    logs.say("s", "before")
    named = {"logGroupName": "g", "filterName": "f"}
    logs.client.put_subscription_filter(
        **named, filterPattern="", destinationArn=f"{logs.arn('h')}:*"
    )
    logs.say("s", "after")
    assert logs.found() == ["before", "after"]
    assert logs.found(logGroupName="h") == ["after"]
    logs.client.delete_subscription_filter(**named)
    logs.say("s", "later")
    assert logs.found(logGroupName="h") == ["after"]


def test_insights_sees_the_events(logs: Logs) -> None:
    """A query of moto's Insights reads the events of its range, and leaves nothing behind."""
    logs.say("s", (EPOCH, "one"), (EPOCH + 1000, "two"), (EPOCH + 9000, "three"))
    seconds = EPOCH // 1000
    query = logs.client.start_query(
        logGroupName="g",
        startTime=seconds,
        endTime=seconds + 5,
        queryString="fields @timestamp, @message",
    )
    results = logs.client.get_query_results(queryId=query["queryId"])["results"]
    found = [{one["field"]: one["value"] for one in row}["@message"] for row in results]
    assert sorted(found) == ["one", "two"]
    assert logs.found() == ["one", "two", "three"]
    assert logs.refused("start_query", logGroupName="none", startTime=1, endTime=2, queryString="")


def test_metric_filters_can_be_tried(logs: Logs) -> None:
    """TestMetricFilter tells what matches, by number from 0, and what is extracted."""
    lines = ["GET /a 200 12", "GET /b 404 7", "PUT /c 500 3"]
    answer = logs.client.test_metric_filter(
        filterPattern="[verb, path, status >= 400, ms]", logEventMessages=lines
    )
    assert answer["matches"] == [
        {
            "eventNumber": 1,
            "eventMessage": "GET /b 404 7",
            "extractedValues": {"$verb": "GET", "$path": "/b", "$status": "404", "$ms": "7"},
        },
        {
            "eventNumber": 2,
            "eventMessage": "PUT /c 500 3",
            "extractedValues": {"$verb": "PUT", "$path": "/c", "$status": "500", "$ms": "3"},
        },
    ]
    code, _ = logs.refused("test_metric_filter", filterPattern="[a", logEventMessages=["x"])
    assert code == "InvalidParameterException"


def test_all_else_is_still_motos(logs: Logs) -> None:
    """Tags, retention and subscription filters are kept as before."""
    logs.client.tag_resource(resourceArn=logs.arn(), tags={"a": "b"})
    assert logs.client.list_tags_for_resource(resourceArn=logs.arn())["tags"] == {"a": "b"}
    assert logs.client.describe_subscription_filters(logGroupName="g")["subscriptionFilters"] == []
    assert logs.refused("list_anomalies")[0] == "UnsupportedOperation"
