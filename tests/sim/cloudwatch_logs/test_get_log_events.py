"""GetLogEvents reads a stream both ways, and a tail by its tokens never loses an event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_logs import Logs

from fargate_kit.sim.cloudwatch_logs.store import StreamEvents
from fargate_kit.sim.cloudwatch_logs.stream_pages import (
    Backward,
    Forward,
    Range,
    backward,
    forward,
    newest,
)


def texts(page: dict[str, Any]) -> list[str]:
    """Give the messages of a page."""
    return [event["message"] for event in page["events"]]


def test_without_a_token_the_newest_page_comes(logs: Logs, epoch: int) -> None:
    """The last events come in order of time, with the three members that AWS gives."""
    logs.wait(2)
    logs.say("s", (epoch + 2, "b"), (epoch + 1, "a"), (epoch + 3, "c"))
    page = logs.get("s", limit=2)
    assert page["events"] == [
        {"timestamp": epoch + 2, "message": "b", "ingestionTime": epoch + 2000},
        {"timestamp": epoch + 3, "message": "c", "ingestionTime": epoch + 2000},
    ]
    assert texts(logs.get("s", page["nextBackwardToken"], limit=2)) == ["a"]
    assert texts(logs.get("s", page["nextForwardToken"], limit=2)) == []


def test_end_time_is_excluded(logs: Logs, epoch: int) -> None:
    """The range begins with startTime and ends before endTime."""
    logs.say("s", *[(epoch + number, str(number)) for number in range(5)])
    page = logs.get("s", startFromHead=True, startTime=epoch + 1, endTime=epoch + 3)
    assert texts(page) == ["1", "2"]
    assert texts(logs.get("s", startTime=epoch + 1, endTime=epoch + 3)) == ["1", "2"]


def test_at_the_end_the_token_stays_the_same(logs: Logs) -> None:
    """Who has read all gets back the token that was sent, forwards and backwards."""
    logs.say("s", "1", "2", "3")
    page = logs.get("s", startFromHead=True, limit=2)
    last = logs.get("s", page["nextForwardToken"], startFromHead=True, limit=2)
    assert texts(last) == ["3"]
    assert last["nextForwardToken"] != page["nextForwardToken"]
    for _ in range(3):
        again = logs.get("s", last["nextForwardToken"], startFromHead=True)
        assert texts(again) == []
        assert again["nextForwardToken"] == last["nextForwardToken"]
    back = logs.get("s", page["nextBackwardToken"])
    assert texts(back) == []
    assert back["nextBackwardToken"] == page["nextBackwardToken"]


def test_the_token_stays_though_events_come_outside_the_range(logs: Logs, epoch: int) -> None:
    """A reading with an endTime comes to its end while the stream goes on."""
    logs.say("s", (epoch, "1"))
    page = logs.get("s", startFromHead=True, endTime=epoch + 5)
    logs.say("s", (epoch + 9, "2"))
    again = logs.get("s", page["nextForwardToken"], startFromHead=True, endTime=epoch + 5)
    assert texts(again) == []
    assert again["nextForwardToken"] == page["nextForwardToken"]


def test_an_old_token_tails_a_stream(logs: Logs) -> None:
    """The token of the end gives what is said afterwards, each line once."""
    logs.say("s", "1")
    token = logs.get("s")["nextForwardToken"]
    assert texts(logs.get("s", token)) == []
    logs.say("s", "2")
    logs.say("s", "3")
    page = logs.get("s", token)
    assert texts(page) == ["2", "3"]
    assert texts(logs.get("s", page["nextForwardToken"])) == []


def test_a_late_event_is_not_lost(logs: Logs, epoch: int) -> None:
    """An event with an early time stamp that comes after the reading comes with the next page."""
    logs.say("s", (epoch + 10, "ten"), (epoch + 20, "twenty"))
    page = logs.get("s", startFromHead=True)
    logs.say("s", (epoch + 15, "late"), (epoch + 30, "thirty"))
    page = logs.get("s", page["nextForwardToken"], startFromHead=True)
    assert texts(page) == ["late", "thirty"]
    assert texts(logs.get("s", page["nextForwardToken"], startFromHead=True)) == []


def test_an_empty_stream_can_be_tailed(logs: Logs) -> None:
    """A stream that has said nothing yet has tokens, and they find what it says."""
    logs.client.create_log_stream(logGroupName="g", logStreamName="s")
    for page in (logs.get("s"), logs.get("s", startFromHead=True)):
        assert page["events"] == []
        assert page["nextForwardToken"].startswith("f/")
        assert page["nextBackwardToken"].startswith("b/")
        again = logs.get("s", page["nextForwardToken"])
        assert again["nextForwardToken"] == page["nextForwardToken"]
    logs.say("s", "first")
    assert texts(logs.get("s", page["nextForwardToken"])) == ["first"]


def test_forwards_after_backwards(logs: Logs) -> None:
    """The forward token of a page leads to the page after it."""
    logs.say("s", *"abcdef")
    end = logs.get("s", limit=2)
    middle = logs.get("s", end["nextBackwardToken"], limit=2)
    assert texts(middle) == ["c", "d"]
    assert texts(logs.get("s", middle["nextForwardToken"], limit=3)) == ["e", "f"]
    start = logs.get("s", middle["nextBackwardToken"], limit=2)
    before = logs.get("s", start["nextBackwardToken"], limit=2)
    assert texts(before) == []
    assert texts(logs.get("s", before["nextForwardToken"], limit=9)) == list("abcdef")


def test_the_end_leads_back_to_the_last_page(logs: Logs) -> None:
    """The backward token of an empty page at the end gives the newest events."""
    logs.say("s", *"abc")
    end = logs.get("s", logs.get("s")["nextForwardToken"])
    assert texts(logs.get("s", end["nextBackwardToken"], limit=2)) == ["b", "c"]


def test_pages_end_at_a_megabyte(logs: Logs) -> None:
    """A page is cut by size in both directions, and nothing is left out."""
    sizes = [600_000, 600_000, 10, 900_000]
    logs.say("s", *["x" * size for size in sizes])
    page = logs.get("s", startFromHead=True)
    seen = texts(page)
    while texts(page):
        page = logs.get("s", page["nextForwardToken"], startFromHead=True)
        seen += texts(page)
    assert [len(text) for text in seen] == sizes
    assert [len(text) for text in texts(logs.get("s"))] == [10, 900_000]


def test_what_is_not_there_is_told(logs: Logs) -> None:
    """An unknown group or stream is an error with AWS's text."""
    assert logs.refused("get_log_events", logGroupName="none", logStreamName="s") == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
    assert logs.refused("get_log_events", logGroupName="g", logStreamName="s") == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
    logs.say("s", "x")
    page = logs.client.get_log_events(logGroupIdentifier=logs.arn(), logStreamName="s")
    assert texts(page) == ["x"]


@pytest.mark.parametrize("token", ["nonsense", "f/", "b/x", "f/bm9uc2Vuc2U", "x/AAAA"])
def test_a_bad_token_is_refused(logs: Logs, token: str) -> None:
    """A token that was not given by this service is an InvalidParameterException."""
    logs.say("s", "x")
    assert logs.refused("get_log_events", logGroupName="g", logStreamName="s", nextToken=token) == (
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )


def test_a_token_is_for_its_stream_and_direction(logs: Logs) -> None:
    """Neither another stream nor the other direction takes a token, and after a day nobody."""
    logs.say("s", "x")
    logs.say("t", "y")
    page = logs.get("s")
    named = {"logGroupName": "g", "logStreamName": "t"}
    for token in (page["nextForwardToken"], page["nextBackwardToken"]):
        assert "invalid" in logs.refused("get_log_events", **named, nextToken=token)[1]
    turned = "b" + page["nextForwardToken"][1:]
    named["logStreamName"] = "s"
    assert "invalid" in logs.refused("get_log_events", **named, nextToken=turned)[1]
    logs.wait(86_401)
    _, text = logs.refused("get_log_events", **named, nextToken=page["nextForwardToken"])
    assert text == "The specified nextToken has expired."


def stream_of(timestamps: list[int]) -> StreamEvents:
    """Make a stream of events in their order of ingestion."""
    made = StreamEvents(name="s", arn="", created_at=0, identity=object(), number=1)
    for sequence, timestamp in enumerate(timestamps, 1):
        made.add(timestamp, sequence, 0, str(sequence))
    return made


TIMES = st.lists(st.integers(0, 9), max_size=30)


@given(TIMES, st.integers(1, 9))
def test_any_page_size_reads_a_stream_once(timestamps: list[int], limit: int) -> None:
    """From the head or from the tail, all events come once and in order of time."""
    stream = stream_of(timestamps)
    order = sorted(enumerate(timestamps, 1), key=lambda one: (one[1], one[0]))
    expected = [sequence for sequence, _ in order]
    wanted = Range(limit=limit)

    onward, position = [], Forward()
    for _ in range(100):
        page = forward(stream, wanted, position)
        onward += [event.sequence for event in page.events]
        if page.forward == position:
            break
        position = page.forward
    assert onward == expected

    page = newest(stream, wanted)
    backwards: list[int] = []
    place: Backward | None = None
    for _ in range(100):
        backwards = [event.sequence for event in page.events] + backwards
        if page.backward == place:
            break
        place = page.backward
        page = backward(stream, wanted, place)
    assert backwards == expected


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=12),
    st.integers(1, 5),
    st.booleans(),
)
def test_a_tail_gets_every_event_once(
    batches: list[list[int]], limit: int, from_head: bool
) -> None:
    """However late events are and however pages fall, a follower gets each once."""
    stream = stream_of([5, 3])
    wanted = Range(limit=limit)
    page = forward(stream, wanted, Forward()) if from_head else newest(stream, wanted)
    seen = [event.sequence for event in page.events]
    missed = 0 if from_head else 2 - len(seen)
    total = 2
    for batch in [*batches, *([[]] * 200)]:
        for timestamp in batch:
            total += 1
            stream.add(timestamp, total, 0, str(total))
        page = forward(stream, wanted, page.forward)
        seen += [event.sequence for event in page.events]
        assert [event.timestamp for event in page.events] == sorted(
            event.timestamp for event in page.events
        )
    assert len(seen) == len(set(seen)) == total - missed
