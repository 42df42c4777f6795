"""FilterLogEvents finds each event once and in order, over all streams, whatever the page size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulated_logs import Logs

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.cloudwatch_logs import filtering
from fargate_kit.sim.cloudwatch_logs.filtering import Search, search
from fargate_kit.sim.cloudwatch_logs.store import Event, Key, StreamEvents


def test_streams_are_merged_by_time(logs: Logs, epoch: int) -> None:
    """Events come by time stamp, and at one time in order of ingestion, over all streams."""
    logs.say("b", (epoch + 5, "3"), (epoch + 9, "5"))
    logs.wait(1)
    logs.say("a", (epoch + 5, "4"), (epoch, "1"))
    logs.say("c", (epoch, "2"))
    events = logs.filter()
    assert [event["message"] for event in events] == ["1", "2", "3", "4", "5"]
    assert [event["logStreamName"] for event in events] == ["a", "c", "b", "a", "b"]
    assert [event["ingestionTime"] - epoch for event in events] == [1000, 1000, 0, 1000, 0]
    ids = [int(event["eventId"]) for event in events]
    assert ids == sorted(set(ids))
    assert all(len(event["eventId"]) == 56 for event in events)


def test_newest_first(logs: Logs, epoch: int) -> None:
    """With startFromHead false the order is turned round, over all pages."""
    for number in range(10):
        logs.say("ab"[number % 2], (epoch + number // 3, str(number)))
    assert logs.found(startFromHead=False, startTime=epoch, limit=3) == list("9876543210")


def test_newest_first_needs_a_start_since_2024(logs: Logs) -> None:
    """Without a startTime, or with an earlier one, the order cannot be turned round."""
    for more in ({}, {"startTime": 1_704_067_199_999}):
        code, text = logs.refused(
            "filter_log_events", logGroupName="g", startFromHead=False, **more
        )
        assert (code, "January 1, 2024" in text) == ("InvalidParameterException", True)
    assert logs.found(startFromHead=False, startTime=1_704_067_200_000) == []


def test_the_token_keeps_the_direction(logs: Logs, epoch: int) -> None:
    """A page goes on in the direction of its token, whatever startFromHead says."""
    logs.say("a", *[(epoch + number, str(number)) for number in range(4)])
    page = logs.client.filter_log_events(
        logGroupName="g", startTime=epoch, startFromHead=False, limit=2
    )
    rest = logs.client.filter_log_events(logGroupName="g", nextToken=page["nextToken"])
    assert [event["message"] for event in rest["events"]] == ["1", "0"]


def test_time_range_includes_both_ends(logs: Logs, epoch: int) -> None:
    """The range is from startTime to endTime, both included."""
    logs.say("a", *[(epoch + number, str(number)) for number in range(5)])
    assert logs.found(startTime=epoch + 1, endTime=epoch + 3) == ["1", "2", "3"]
    assert logs.found(startTime=epoch + 4) == ["4"]
    assert logs.found(endTime=epoch) == ["0"]
    assert logs.found(startTime=epoch + 3, endTime=epoch + 1) == []


def test_streams_are_chosen_by_name_or_prefix(logs: Logs) -> None:
    """Names choose exactly those streams, each once; a prefix all that begin with it."""
    for stream in ("run/web/1", "run/web/2", "run/db/1"):
        logs.say(stream, stream)
    names = ["run/web/2", "run/db/1", "run/web/2"]
    assert logs.found(logStreamNames=names) == ["run/web/2", "run/db/1"]
    assert logs.found(logStreamNamePrefix="run/web/") == ["run/web/1", "run/web/2"]
    assert logs.found(logStreamNamePrefix="x") == []
    code, text = logs.refused(
        "filter_log_events", logGroupName="g", logStreamNames=["a"], logStreamNamePrefix="a"
    )
    assert (code, "not both" in text) == ("InvalidParameterException", True)


def test_pattern_and_names_and_range_together(logs: Logs, epoch: int) -> None:
    """Only what fulfils all conditions is found."""
    logs.say("a", (epoch, "ERROR old"), (epoch + 5, "ERROR new"), (epoch + 5, "INFO new"))
    logs.say("b", (epoch + 5, "ERROR new"))
    found = logs.filter(logStreamNames=["a"], startTime=epoch + 1, filterPattern="ERROR -old")
    assert [(one["logStreamName"], one["message"]) for one in found] == [("a", "ERROR new")]


def test_group_by_name_or_arn(logs: Logs) -> None:
    """A group is named by its name or its ARN, and by exactly one of two members."""
    logs.say("a", "hello")
    for identifier in ("g", logs.arn()):
        page = logs.client.filter_log_events(logGroupIdentifier=identifier)
        assert [event["message"] for event in page["events"]] == ["hello"]
        assert page["searchedLogStreams"] == []
    for members in ({}, {"logGroupName": "g", "logGroupIdentifier": "g"}):
        assert logs.refused("filter_log_events", **members)[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "members",
    [
        {"logGroupName": "none"},
        {"logGroupIdentifier": "none"},
        {"logGroupIdentifier": "arn:aws:logs:eu-west-1:123456789012:log-group:g"},
        {"logGroupName": "g", "logStreamNames": ["none"]},
    ],
)
def test_what_is_not_there_is_told(logs: Logs, members: dict[str, Any]) -> None:
    """An unknown group or stream is an error, not an empty answer."""
    assert logs.refused("filter_log_events", **members)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"limit": 10_001}, "Value '10001' at 'limit' failed to satisfy constraint: Member must"),
        ({"filterPattern": "x" * 1025}, "length less than or equal to 1024"),
        ({"filterPattern": "a-b"}, "Invalid character(s) in term 'a-b'"),
        ({"filterPattern": "{ $.a }"}, "Invalid filter pattern: one of = != "),
        ({"logStreamNames": ["a:b"]}, "'logStreamNames.1.member' failed"),
        ({"logStreamNames": ["a"] * 101}, "length less than or equal to 100"),
        ({"nextToken": "nonsense"}, "The specified nextToken is invalid."),
        ({"nextToken": "bm9uc2Vuc2U"}, "The specified nextToken is invalid."),
    ],
)
def test_bad_values_are_refused(logs: Logs, members: dict[str, Any], text: str) -> None:
    """A value outside AWS's limits is an InvalidParameterException that names it."""
    code, told = logs.refused("filter_log_events", logGroupName="g", **members)
    assert code == "InvalidParameterException"
    assert text in told


def test_two_bad_values_are_told_at_once(logs: Logs) -> None:
    """All values that are out of bounds are in one message."""
    _, told = logs.refused(
        "filter_log_events", logGroupName="g", limit=20_000, logStreamNamePrefix="a*"
    )
    assert told.startswith("2 validation errors detected: ")


def test_a_token_is_for_its_group_and_for_a_day(logs: Logs) -> None:
    """A token of another group, or one older than a day, is refused."""
    logs.say("a", "1", "2")
    logs.say("a", "1", group="h")
    token = logs.client.filter_log_events(logGroupName="g", limit=1)["nextToken"]
    code, text = logs.refused("filter_log_events", logGroupName="h", nextToken=token)
    assert (code, text) == ("InvalidParameterException", "The specified nextToken is invalid.")
    logs.wait(86_400)
    assert logs.found(nextToken=token) == ["2"]
    logs.wait(1)
    _, text = logs.refused("filter_log_events", logGroupName="g", nextToken=token)
    assert text == "The specified nextToken has expired."


def test_a_page_ends_at_a_megabyte(logs: Logs) -> None:
    """Large events make short pages, and one that fills a page alone is given alone."""
    large = "x" * 700_000
    logs.say("a", large, large, "small", "ü" * 500_000)
    page = logs.client.filter_log_events(logGroupName="g")
    assert len(page["events"]) == 1
    assert [len(text) for text in logs.found()] == [700_000, 700_000, 5, 500_000]


def test_a_long_search_gives_empty_pages(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without events but with a token is no end: the search goes on."""
    monkeypatch.setattr(filtering, "EVENTS_SEARCHED", 10)
    logs.say("a", *["no"] * 25, "yes", *["no"] * 4)
    page = logs.client.filter_log_events(logGroupName="g", filterPattern="yes")
    assert page["events"] == []
    assert page["nextToken"]
    assert logs.found(filterPattern="yes") == ["yes"]


def test_the_last_full_page_has_no_token(logs: Logs) -> None:
    """Where nothing is left to search the token is left out."""
    logs.say("a", "1", "2")
    assert "nextToken" not in logs.client.filter_log_events(logGroupName="g", limit=2)


def test_regions_are_apart(account: Account, logs: Logs, client_to: Any) -> None:
    """A group of the same name in another region has events of its own."""
    logs.say("a", "here")
    far = client_to(account.answer, "logs", "eu-west-1")
    far.create_log_group(logGroupName="g")
    assert far.filter_log_events(logGroupName="g")["events"] == []


def test_the_same_lines_have_the_same_ids(client_to: Any) -> None:
    """Ids, times and tokens repeat in every run of the same requests."""
    pages = []
    for _ in range(2):
        account = Account(clock=StepClock(), seed=8, strict=True)
        client = client_to(account.answer, "logs")
        client.create_log_group(logGroupName="g")
        client.create_log_stream(logGroupName="g", logStreamName="s")
        now = account.engine.now // 1000
        entries = [{"timestamp": now + number, "message": str(number)} for number in range(5)]
        client.put_log_events(logGroupName="g", logStreamName="s", logEvents=entries)
        page = client.filter_log_events(logGroupName="g", limit=3)
        told = client.describe_log_streams(logGroupName="g")["logStreams"]
        groups = client.describe_log_groups()["logGroups"]
        pages.append((page["events"], page["nextToken"], told, groups))
        account.close()
    assert pages[0] == pages[1]


def filled(lines: list[tuple[int, int]]) -> list[StreamEvents]:
    """Make three streams of lines, each with its stream and time stamp."""
    streams = [
        StreamEvents(name=f"s{n}", arn="", created_at=0, identity=object(), number=n)
        for n in range(3)
    ]
    for sequence, (stream, timestamp) in enumerate(lines, 1):
        text = f"{timestamp} {'even' if timestamp % 2 == 0 else 'odd'}"
        streams[stream].add(timestamp, sequence, 0, text)
    return streams


def pages(streams: list[StreamEvents], **members: Any) -> list[tuple[str, Event]]:
    """Give the events of all pages of a search."""
    found: list[tuple[str, Event]] = []
    after: Key | None = None
    for _ in range(1000):
        page = search(streams, Search(after=after, **members))
        found += page.events
        if page.next is None:
            return found
        after = page.next
    raise AssertionError("the pages have no end")


LINES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12)), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    lines=LINES,
    limit=st.integers(1, 12),
    budget=st.integers(1, 12),
    newest_first=st.booleans(),
    start=st.integers(0, 13),
    end=st.none() | st.integers(0, 13),
    odd=st.booleans(),
)
def test_any_page_size_gives_the_same_events_once(
    monkeypatch: pytest.MonkeyPatch,
    lines: list[tuple[int, int]],
    limit: int,
    budget: int,
    newest_first: bool,
    start: int,
    end: int | None,
    odd: bool,
) -> None:
    """However events are cut into pages, all come, each once, in the one order."""
    monkeypatch.setattr(filtering, "EVENTS_SEARCHED", budget)
    streams = filled(lines)
    expected = sorted(
        (timestamp, sequence, stream)
        for sequence, (stream, timestamp) in enumerate(lines, 1)
        if start <= timestamp and (end is None or timestamp <= end) and (not odd or timestamp % 2)
    )
    found = pages(
        streams,
        matches=(lambda message: "odd" in message) if odd else None,
        start=start,
        end=end,
        newest_first=newest_first,
        limit=limit,
    )
    told = [(event.timestamp, event.sequence, int(name[1:])) for name, event in found]
    assert told == (expected[::-1] if newest_first else expected)
