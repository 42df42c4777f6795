"""CloudWatch Logs of an account on a step clock, with shorthands for what tests do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError

from fargate_kit.sim.account import Account
from fargate_kit.sim.faults import Faults
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.streaming import StreamingResponse

EPOCH = 1_800_000_000_000
"""The first moment of a step clock, in milliseconds."""


class ClientTo(Protocol):
    """Make a client of botocore whose requests go to `answer`, as tests/sim/conftest.py does."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = "us-east-1"
    ) -> Any:
        """Make one."""
        ...


class Logs:
    """One account's CloudWatch Logs with a group `g`, and shorthands for what tests do."""

    def __init__(self, account: Account, client_to: ClientTo) -> None:
        self.account = account
        self.client = client_to(account.answer, "logs")
        self.client.create_log_group(logGroupName="g")

    @property
    def faults(self) -> Faults:
        return self.account.faults

    @property
    def now(self) -> int:
        """The present in milliseconds."""
        return self.account.engine.now // 1000

    def wait(self, seconds: float) -> None:
        self.account.engine.advance_by(seconds)

    def say(self, stream: str, *lines: str | tuple[int, str], group: str = "g") -> None:
        """Have a container say lines, now or at milliseconds of its own."""
        events = [(self.now, line) if isinstance(line, str) else line for line in lines]
        self.account.logs.put_log_events("us-east-1", group, stream, events, create_group=True)

    def filter(self, **members: Any) -> list[dict[str, Any]]:
        """Give the events of all pages."""
        found: list[dict[str, Any]] = []
        members = {"logGroupName": "g", **members}
        for _ in range(10_000):
            page = self.client.filter_log_events(**members)
            found += page["events"]
            if "nextToken" not in page:
                return found
            members["nextToken"] = page["nextToken"]
        raise AssertionError("the pages have no end")

    def found(self, **members: Any) -> list[str]:
        """Give the messages of all pages."""
        return [event["message"] for event in self.filter(**members)]

    def get(self, stream: str, token: str | None = None, **members: Any) -> dict[str, Any]:
        """Give one page of a stream."""
        if token is not None:
            members["nextToken"] = token
        page: dict[str, Any] = self.client.get_log_events(
            logGroupName="g", logStreamName=stream, **members
        )
        return page

    def refused(self, operation: str, **members: Any) -> tuple[str, str]:
        """Give the code and the text with which an operation is refused."""
        with pytest.raises(ClientError) as caught:
            getattr(self.client, operation)(**members)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    def arn(self, group: str = "g") -> str:
        return f"arn:aws:logs:us-east-1:{self.account.id}:log-group:{group}"

    def ask(self, operation: str, **members: Any) -> Request:
        """Write a request."""
        return Request(
            method="POST",
            path="/",
            query="",
            headers={"x-amz-target": f"Logs_20140328.{operation}"},
            body=json.dumps(members).encode(),
        )

    def start_tail(self, *groups: str, **members: Any) -> StreamingResponse:
        """Start a Live Tail session."""
        arns = [self.arn(group) for group in groups or ("g",)]
        answer = self.account.start_answer(
            self.ask("StartLiveTail", logGroupIdentifiers=arns, **members)
        )
        assert isinstance(answer, StreamingResponse)
        return answer
