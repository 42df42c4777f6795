"""Real clients over HTTP: sessions stay open, and a client that goes leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.front_door import FrontDoor

AWS = Path(sys.executable).with_name("aws")


@pytest.fixture
def account() -> Iterator[Account]:
    """An account on a fast wall clock, with a group `g`."""
    made = Account(clock=WallClock(20), seed=3, strict=True)
    yield made
    made.close()


@pytest.fixture
def door(account: Account) -> Iterator[FrontDoor]:
    """An open door to the account."""
    with FrontDoor(account) as opened:
        yield opened


@pytest.fixture
def logs(door: FrontDoor, botocore_session: botocore.session.Session) -> Iterator[Any]:
    """A client of CloudWatch Logs, whose group `g` has a stream `s`."""
    client = botocore_session.create_client(
        "logs",
        region_name="us-east-1",
        endpoint_url=door.url,
        config=Config(inject_host_prefix=False, retries={"mode": "standard", "max_attempts": 2}),
    )
    client.create_log_group(logGroupName="g")
    client.create_log_stream(logGroupName="g", logStreamName="s")
    yield client
    client.close()


def put(logs: Any, *lines: str) -> None:
    """Write lines at this moment."""
    now = int(time.time() * 1000)
    entries = [{"timestamp": now, "message": line} for line in lines]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=entries)


def arn(account: Account) -> str:
    """Give the ARN of the group."""
    return f"arn:aws:logs:us-east-1:{account.id}:log-group:g"


def sessions(door: FrontDoor) -> int:
    """Count the sessions that are open."""
    return door.run(lambda: door.account.logs.sessions)


def wait_for_no_session(door: FrontDoor) -> None:
    """Wait until all sessions have ended."""
    deadline = time.monotonic() + 30
    while sessions(door) and time.monotonic() < deadline:
        pass
    assert sessions(door) == 0


def test_a_client_tails(door: FrontDoor, account: Account, logs: Any) -> None:
    """A client of botocore gets the start, updates as time passes, and lines as they come."""
    answer = logs.start_live_tail(
        logGroupIdentifiers=[arn(account)], logEventFilterPattern="-secret"
    )
    stream = iter(answer["responseStream"])
    start = next(stream)["sessionStart"]
    assert start["requestId"] == answer["ResponseMetadata"]["RequestId"]
    assert sessions(door) == 1
    put(logs, "one", "secret", "two")
    seen: list[str] = []
    for message in stream:
        update = message["sessionUpdate"]
        assert update["sessionMetadata"] == {"sampled": False}
        seen += [event["message"] for event in update["sessionResults"]]
        if len(seen) == 2:
            break
    assert seen == ["one", "two"]
    answer["responseStream"].close()
    wait_for_no_session(door)


def test_a_session_times_out_over_http(door: FrontDoor, account: Account, logs: Any) -> None:
    """After three hours of the world the client is told so, and the connection can go on."""
    answer = logs.start_live_tail(logGroupIdentifiers=[arn(account)])
    door.run(lambda: account.engine.change_speed(200_000))
    kinds: list[str] = []
    with pytest.raises(EventStreamError, match="SessionTimeoutException"):
        kinds.extend(kind for message in answer["responseStream"] for kind in message)
    answer["responseStream"].close()
    assert set(kinds) == {"sessionStart", "sessionUpdate"}
    assert sessions(door) == 0
    assert logs.filter_log_events(logGroupName="g")["events"] == []


def test_a_refused_session_is_an_ordinary_error(account: Account, logs: Any) -> None:
    """What AWS refuses before it streams is a ClientError."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.start_live_tail(logGroupIdentifiers=[arn(account) + "none"])


@pytest.mark.parametrize("stepped", [False, True])
def test_a_broken_connection_leaves_nothing(stepped: bool) -> None:
    """Though no update is due, the session of a client that is gone ends at once."""
    clock = StepClock() if stepped else WallClock(1 / 1000)
    account = Account(clock=clock, seed=3, strict=True)
    with FrontDoor(account) as door:
        put = account.logs.put_log_events
        door.run(lambda: put("us-east-1", "g", "s", [], create_group=True))
        before = door.run(lambda: len(account.engine.pending()))
        body = json.dumps({"logGroupIdentifiers": [arn(account)]}).encode()
        head = (
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Logs_20140328.StartLiveTail\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
        connection.sendall(head.encode() + body)
        assert connection.recv(12) == b"HTTP/1.1 200"
        assert sessions(door) == 1
        connection.close()
        wait_for_no_session(door)
        assert door.run(lambda: len(account.engine.pending())) == before
    account.close()


def test_a_stepped_world_is_tailed(botocore_session: botocore.session.Session) -> None:
    """Behind a door on a step clock updates come when the clock is moved."""
    account = Account(clock=StepClock(), seed=3, strict=True)
    with FrontDoor(account) as door:
        client = botocore_session.create_client(
            "logs",
            region_name="us-east-1",
            endpoint_url=door.url,
            config=Config(inject_host_prefix=False),
        )
        client.create_log_group(logGroupName="g")
        answer = client.start_live_tail(logGroupIdentifiers=[arn(account)])
        stream = iter(answer["responseStream"])
        assert "sessionStart" in next(stream)

        def say_and_wait() -> None:
            account.logs.put_log_events("us-east-1", "g", "s", [(5, "x")], create_group=False)
            account.engine.advance_by(2)

        door.run(say_and_wait)
        updates = [next(stream)["sessionUpdate"]["sessionResults"] for _ in range(2)]
        assert [[event["message"] for event in update] for update in updates] == [["x"], []]
        answer["responseStream"].close()
        client.close()
    account.close()


def test_a_door_closes_beside_an_open_session(account: Account) -> None:
    """A session does not keep the door open; its client sees the end of the connection."""
    door = FrontDoor(account).start()
    put = account.logs.put_log_events
    door.run(lambda: put("us-east-1", "g", "s", [], create_group=True))
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    client = session.create_client(
        "logs",
        region_name="us-east-1",
        endpoint_url=door.url,
        config=Config(inject_host_prefix=False, retries={"max_attempts": 0}),
    )
    answer = client.start_live_tail(logGroupIdentifiers=[arn(account)])
    ended = threading.Event()

    def read() -> None:
        with contextlib.suppress(Exception):
            list(answer["responseStream"])
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    door.stop()
    assert ended.wait(30)
    reader.join(30)
    answer["responseStream"].close()
    client.close()
    assert account.logs.sessions == 0


def test_a_client_that_does_not_read_holds_nobody_up() -> None:
    """While one client leaves its session unread, others are served and memory is bounded."""
    account = Account(clock=StepClock(), seed=3)
    put = account.logs.put_log_events
    lines = [(index, "x" * 10_000) for index in range(500)]

    def say_and_wait() -> None:
        put("us-east-1", "g", "s", lines, create_group=True)
        account.engine.advance_by(1)

    with FrontDoor(account) as door:
        door.run(say_and_wait)
        body = json.dumps({"logGroupIdentifiers": [arn(account)]}).encode()
        connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Logs_20140328.StartLiveTail\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        assert connection.recv(12) == b"HTTP/1.1 200"
        for _ in range(30):
            door.run(say_and_wait)
        (tail,) = door.run(lambda: tuple(account.logs._tails["us-east-1"]))
        assert len(tail._updates) == 10
        connection.close()
        wait_for_no_session(door)
    account.close()


def command(door: FrontDoor, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Write a command of the AWS CLI and its environment."""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": door.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "PYTHONUNBUFFERED": "1",
    }
    return [str(AWS), "logs", *arguments], environment


def test_the_cli_filters(door: FrontDoor, logs: Any) -> None:
    """`aws logs filter-log-events` pages by itself, and finds by pattern."""
    put(logs, *[f"line {number}" for number in range(7)], "other")
    line, environment = command(
        door, "filter-log-events", "--log-group-name", "g", "--filter-pattern", "line"
    )
    line += ["--page-size", "3", "--query", "events[].message", "--output", "json"]
    done = subprocess.run(line, env=environment, capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout) == [f"line {number}" for number in range(7)]


def test_the_cli_tails(door: FrontDoor, account: Account, logs: Any) -> None:
    """`aws logs start-live-tail` prints lines as they come, and ends when it is told to."""
    line, environment = command(door, "start-live-tail", "--log-group-identifiers", arn(account))
    running = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while not sessions(door) and running.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(0.02)
        assert sessions(door) == 1
        put(logs, "one", "two")
        assert running.stdout is not None
        assert [running.stdout.readline().strip() for _ in range(2)] == ["one", "two"]
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
        wait_for_no_session(door)
    finally:
        running.kill()
        running.communicate()
