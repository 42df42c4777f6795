"""A Live Tail session tells each second what was ingested, and ends as AWS's does."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import ClientError
from botocore.model import Shape, StructureShape
from botocore.parsers import EventStreamJSONParser
from botocore.session import Session
from simulated_logs import EPOCH, Logs

from fargate_kit.sim.account import Account
from fargate_kit.sim.cloudwatch_logs import wording
from fargate_kit.sim.codec import _check
from fargate_kit.sim.faults import LoseReply
from fargate_kit.sim.request import Response
from fargate_kit.sim.streaming import StreamingResponse


class Reader:
    """Reads a session with botocore's own parser, and checks it against the service model."""

    def __init__(self, answer: StreamingResponse) -> None:
        self.answer = answer
        self.kinds: list[str] = []
        self._buffer = EventStreamBuffer()
        self._parser = EventStreamJSONParser()
        model = Session().get_service_model("logs").operation_model("StartLiveTail")
        self._shape: Shape = model.output_shape.members["responseStream"]

    def read(self) -> list[dict[str, Any]]:
        """Give the messages that are there by now."""
        self._buffer.add_data(self.answer.stream.read() or b"")
        told = []
        for message in self._buffer:
            headers = message.headers
            self.kinds.append(headers.get(":event-type") or headers[":exception-type"])
            if self.kinds[-1] != "initial-response":
                response = message.to_response_dict()
                parsed = self._parser.parse(response, self._shape)
                told.append(parsed)
                if response["status_code"] == 200:
                    assert isinstance(self._shape, StructureShape)
                    _check(parsed, self._shape, "StartLiveTail")
        return told

    def updates(self) -> list[dict[str, Any]]:
        """Give the updates that are there by now."""
        return [one["sessionUpdate"] for one in self.read() if "sessionUpdate" in one]

    def lines(self) -> list[str]:
        """Give the lines that are there by now."""
        return [event["message"] for one in self.updates() for event in one["sessionResults"]]

    @property
    def ended(self) -> bool:
        return self.answer.stream.read() is None


def test_a_session_begins_with_what_was_asked(logs: Logs) -> None:
    """The first message is the one all event streams begin with, the second repeats the request."""
    answer = logs.start_tail(logStreamNamePrefixes=["run/"], logEventFilterPattern="ERROR")
    assert answer.headers["content-type"] == "application/vnd.amazon.eventstream"
    reader = Reader(answer)
    (begin,) = reader.read()
    assert reader.kinds == ["initial-response", "sessionStart"]
    start = begin["sessionStart"]
    assert start == {
        "requestId": answer.headers["x-amzn-requestid"],
        "sessionId": start["sessionId"],
        "logGroupIdentifiers": [logs.arn()],
        "logStreamNamePrefixes": ["run/"],
        "logEventFilterPattern": "ERROR",
    }
    assert start["sessionId"] != start["requestId"]


def test_each_second_has_an_update(logs: Logs) -> None:
    """Updates come though nothing is said, and tell what was ingested since the last."""
    logs.say("s", "before the start")
    reader = Reader(logs.start_tail())
    reader.read()
    logs.wait(2)
    assert [one["sessionResults"] for one in reader.updates()] == [[], []]
    logs.say("s", (EPOCH + 1, "one"), "two")
    logs.wait(0.5)
    assert reader.read() == []
    logs.wait(0.5)
    (update,) = reader.updates()
    assert update == {
        "sessionMetadata": {"sampled": False},
        "sessionResults": [
            {
                "logStreamName": "s",
                "logGroupIdentifier": logs.arn(),
                "message": text,
                "timestamp": at,
                "ingestionTime": EPOCH + 2000,
            }
            for text, at in (("one", EPOCH + 1), ("two", EPOCH + 2000))
        ],
    }


def test_only_what_was_asked_for_comes(logs: Logs) -> None:
    """Groups, streams by name or prefix, and the pattern choose the lines."""
    logs.client.create_log_group(logGroupName="h")
    readers = [
        Reader(logs.start_tail("g", "h")),
        Reader(logs.start_tail(logStreamNames=["run/web/1", "later"])),
        Reader(logs.start_tail(logStreamNamePrefixes=["run/db", "x"])),
        Reader(logs.start_tail(logEventFilterPattern="{ $.n > 1 }")),
    ]
    logs.say("run/web/1", '{"n": 1}')
    logs.say("run/db/1", '{"n": 2}')
    logs.say("later", "three")
    logs.say("s", "four", group="h")
    logs.say("s", "five", group="other")
    logs.wait(1)
    assert [reader.lines() for reader in readers] == [
        ['{"n": 1}', '{"n": 2}', "three", "four"],
        ['{"n": 1}', "three"],
        ['{"n": 2}'],
        ['{"n": 2}'],
    ]


def test_more_than_500_are_sampled(logs: Logs) -> None:
    """An update has 500 events at most, in their order, and says that it is a sample."""
    reader = Reader(logs.start_tail())
    logs.say("s", *map(str, range(1200)))
    logs.wait(1)
    logs.say("s", *map(str, range(500)))
    logs.wait(1)
    first, second = reader.updates()
    assert first["sessionMetadata"] == {"sampled": True}
    sample = [int(event["message"]) for event in first["sessionResults"]]
    assert len(sample) == 500
    assert sample == sorted(set(sample))
    assert max(sample) > 1000
    assert second["sessionMetadata"] == {"sampled": False}
    assert len(second["sessionResults"]) == 500


def test_a_slow_reader_loses_the_oldest(logs: Logs) -> None:
    """Ten updates are kept for who does not read."""
    reader = Reader(logs.start_tail())
    for second in range(25):
        logs.say("s", str(second))
        logs.wait(1)
    assert reader.lines() == [str(second) for second in range(15, 25)]


def test_a_session_ends_after_three_hours(logs: Logs) -> None:
    """The last message is SessionTimeoutException, and then the stream is at its end."""
    reader = Reader(logs.start_tail())
    logs.wait(10_799)
    reader.read()
    assert not reader.ended
    logs.wait(1)
    (last,) = reader.read()
    assert last["Error"]["Message"] == wording.TAIL_TIMED_OUT.say()
    assert reader.kinds[-1] == "SessionTimeoutException"
    assert reader.ended
    assert logs.account.logs.sessions == 0


def test_who_reads_is_woken(logs: Logs) -> None:
    """The reader is called for every update and for the end."""
    answer = logs.start_tail()
    calls: list[str] = []
    answer.stream.when_ready(lambda: calls.append("ready"))
    logs.wait(3)
    assert len(calls) == 3
    answer.stream.close()
    assert len(calls) == 4


def test_a_closed_session_leaves_nothing(logs: Logs) -> None:
    """Neither a session nor an entry of the engine is left, and closing twice is fine."""
    before = len(logs.account.engine.pending())
    answer = logs.start_tail()
    assert len(logs.account.engine.pending()) > before
    logs.wait(2)
    answer.stream.close()
    answer.stream.close()
    assert answer.stream.read() is None
    assert len(logs.account.engine.pending()) == before
    assert logs.account.logs.sessions == 0


def test_sessions_do_not_keep_a_world_from_settling(logs: Logs) -> None:
    """An open session is housekeeping: the world settles beside it."""
    answer = logs.start_tail()
    logs.account.engine.settle()
    assert logs.account.engine.settled
    answer.stream.close()


def test_a_reset_breaks_sessions_off(logs: Logs) -> None:
    """Who reads is told with SessionStreamingException, and nothing is left."""
    reader = Reader(logs.start_tail())
    reader.read()
    logs.account.reset()
    (last,) = reader.read()
    assert last["Error"]["Message"] == wording.TAIL_BROKEN_OFF.say()
    assert reader.kinds[-1] == "SessionStreamingException"
    assert reader.ended
    assert logs.account.logs.sessions == 0
    assert logs.account.engine.pending() == []


def test_fifteen_sessions_at_once(logs: Logs) -> None:
    """The sixteenth is refused until one has ended."""
    answers = [logs.start_tail() for _ in range(15)]
    refused = logs.account.start_answer(logs.ask("StartLiveTail", logGroupIdentifiers=[logs.arn()]))
    assert isinstance(refused, Response)
    assert b"LimitExceededException" in refused.body
    answers[3].stream.close()
    answers[3] = logs.start_tail()
    for answer in answers:
        answer.stream.close()


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"logGroupIdentifiers": ["g"]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": ["arn:aws:logs:us-east-1:1:log-group:g"]}, "ResourceNotFound"),
        ({"logGroupIdentifiers": []}, "InvalidParameterException"),
        ({"logGroupIdentifiers": ["{arn}"] * 11}, "InvalidParameterException"),
        ({"logGroupIdentifiers": ["{arn}none"]}, "ResourceNotFoundException"),
        ({"logGroupIdentifiers": ["{arn}:*"]}, "InvalidParameterException"),
        ({"logStreamNames": ["a"], "logStreamNamePrefixes": ["a"]}, "InvalidParameterException"),
        (
            {"logGroupIdentifiers": ["{arn}", "{arn}2"], "logStreamNames": ["a"]},
            "InvalidParameterException",
        ),
        ({"logEventFilterPattern": "a-b"}, "InvalidParameterException"),
    ],
)
def test_bad_sessions_are_refused(logs: Logs, members: dict[str, Any], code: str) -> None:
    """Requests that AWS refuses are refused before anything is sent, and leave nothing."""
    logs.client.create_log_group(logGroupName="g2")
    members = {"logGroupIdentifiers": ["{arn}"], **members}
    arns = [one.replace("{arn}", logs.arn()) for one in members.pop("logGroupIdentifiers")]
    answer = logs.account.start_answer(
        logs.ask("StartLiveTail", logGroupIdentifiers=arns, **members)
    )
    assert isinstance(answer, Response)
    assert (answer.status, code.encode() in answer.body) == (400, True)
    assert logs.account.logs.sessions == 0


def test_whole_answers_only_is_refused(logs: Logs) -> None:
    """Account.answer, which gives whole answers, says clearly who can read a session."""
    with pytest.raises(ClientError, match=r"UnsupportedOperation.*front door") as refused:
        logs.client.start_live_tail(logGroupIdentifiers=[logs.arn()])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert logs.account.logs.sessions == 0


def test_a_lost_reply_leaves_no_session(logs: Logs) -> None:
    """A reply that is lost by plan is a 500, and nobody tails."""
    logs.faults.plan(LoseReply(operation="StartLiveTail", service="logs"))
    answer = logs.account.start_answer(logs.ask("StartLiveTail", logGroupIdentifiers=[logs.arn()]))
    assert isinstance(answer, Response)
    assert answer.status == 500
    assert logs.account.logs.sessions == 0


def test_some_regions_have_no_live_tail(account: Account, logs: Logs) -> None:
    """In China it is refused, as nothing serves it there."""
    request = logs.ask("StartLiveTail", logGroupIdentifiers=["arn:x"])
    headers = {
        **request.headers,
        "authorization": "AWS4-HMAC-SHA256 Credential=A/20260101/cn-north-1/logs/aws4_request",
    }
    request = type(request)(method="POST", path="/", query="", headers=headers, body=request.body)
    answer = account.answer(request)
    assert b"InvalidOperationException" in answer.body
