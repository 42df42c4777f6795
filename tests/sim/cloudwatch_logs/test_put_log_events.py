"""PutLogEvents takes what AWS takes, refuses what it refuses, and is seen at once."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_logs import EPOCH, Logs

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def stream(logs: Logs) -> Logs:
    """The group `g` with a stream `s`."""
    logs.client.create_log_stream(logGroupName="g", logStreamName="s")
    return logs


def put(logs: Logs, *events: tuple[int, str], group: str = "g", stream: str = "s") -> Any:
    """Write events."""
    return logs.client.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": at, "message": text} for at, text in events],
    )


def refusal(logs: Logs, *events: tuple[int, str], stream: str = "s") -> tuple[str, str]:
    """Give the code and the text with which events are refused."""
    return logs.refused(
        "put_log_events",
        logGroupName="g",
        logStreamName=stream,
        logEvents=[{"timestamp": at, "message": text} for at, text in events],
    )


def test_what_a_client_writes_is_seen(stream: Logs) -> None:
    """Events are found at once, stamped with the world's time of ingestion."""
    stream.wait(7)
    answer = put(stream, (EPOCH, "one"), (EPOCH + 1, "two"))
    assert "rejectedLogEventsInfo" not in answer
    assert len(answer["nextSequenceToken"]) == 56
    assert [(one["message"], one["ingestionTime"]) for one in stream.filter()] == [
        ("one", EPOCH + 7000),
        ("two", EPOCH + 7000),
    ]
    assert [one["message"] for one in stream.get("s")["events"]] == ["one", "two"]


def test_containers_and_clients_share_a_stream(stream: Logs) -> None:
    """Lines of a container and events of a client stand in one order."""
    stream.say("s", (EPOCH + 5, "container"))
    put(stream, (EPOCH + 3, "client"))
    assert stream.found() == ["client", "container"]


def test_what_is_too_old_or_too_new_is_rejected(stream: Logs) -> None:
    """The rest is taken, and the answer tells which were not, by AWS's indexes."""
    answer = put(
        stream,
        (EPOCH - 14 * DAY - 2, "older"),
        (EPOCH - 14 * DAY - 1, "old"),
        (EPOCH - 2 * HOUR, "kept"),
        (EPOCH + 2 * HOUR, "kept too"),
        (EPOCH + 2 * HOUR + 1, "new"),
        (EPOCH + 3 * HOUR, "newer"),
    )
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 2,
        "tooNewLogEventStartIndex": 4,
    }
    assert stream.found() == ["kept", "kept too"]


def test_what_the_retention_would_delete_is_rejected(stream: Logs) -> None:
    """Events from before the group's retention are told apart from those that are too old."""
    stream.client.put_retention_policy(logGroupName="g", retentionInDays=1)
    answer = put(
        stream, (EPOCH - 15 * DAY, "old"), (EPOCH - DAY - 1, "expired"), (EPOCH - DAY, "kept")
    )
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 1,
        "expiredLogEventEndIndex": 2,
    }
    assert stream.found() == ["kept"]


def test_all_can_be_rejected(stream: Logs) -> None:
    """A request of which nothing is taken is no error."""
    answer = put(stream, (EPOCH - 20 * DAY, "old"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert stream.found() == []


def test_order_of_time_is_needed(stream: Logs) -> None:
    """A batch out of order is refused as a whole; equal time stamps are in order."""
    assert refusal(stream, (EPOCH + 1, "b"), (EPOCH, "a")) == (
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
    )
    assert stream.found() == []
    put(stream, (EPOCH, "a"), (EPOCH, "b"))
    assert stream.found() == ["a", "b"]


def test_a_batch_spans_a_day_at_most(stream: Logs) -> None:
    """The span counts for the events that would be taken."""
    put(stream, (EPOCH - 20 * DAY, "old"), (EPOCH - DAY, "a"), (EPOCH, "b"))
    code, text = refusal(stream, (EPOCH - DAY - 1, "a"), (EPOCH, "b"))
    assert (code, "24 hours" in text) == ("InvalidParameterException", True)


def test_sizes_are_limited(stream: Logs) -> None:
    """A batch has 1,048,576 bytes at most, 26 of them beside each message."""
    half = "x" * (524_288 - 26)
    put(stream, (EPOCH, half), (EPOCH, half))
    assert refusal(stream, (EPOCH, half), (EPOCH, half + "x")) == (
        "InvalidParameterException",
        "Upload too large: 1048577 bytes exceeds limit of 1048576",
    )
    assert refusal(stream, (EPOCH, "ü" * 524_288))[1] == (
        "Log event too large: 1048602 bytes exceeds limit of 1048576"
    )
    code, text = refusal(stream, *[(EPOCH, "x")] * 10_001)
    assert (code, "less than or equal to 10000" in text) == ("InvalidParameterException", True)


def test_group_and_stream_must_be_there(stream: Logs) -> None:
    """Nothing is made by writing, and nothing is lost in silence."""
    assert refusal(stream, (EPOCH, "x"), stream="none") == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
    entries = [{"timestamp": EPOCH, "message": "x"}]
    assert stream.refused(
        "put_log_events", logGroupName="none", logStreamName="s", logEvents=entries
    ) == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )


def test_a_sequence_token_means_nothing(stream: Logs) -> None:
    """Whatever token a client sends, its events are taken."""
    for token in ("1", "nonsense"):
        stream.client.put_log_events(
            logGroupName="g",
            logStreamName="s",
            sequenceToken=token,
            logEvents=[{"timestamp": EPOCH, "message": token}],
        )
    assert stream.found() == ["1", "nonsense"]
