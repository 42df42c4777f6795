"""The door serves an account over HTTP on a thread of its own, and closes without a trace."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.front_door import FrontDoor, PortInUse


@pytest.fixture
def account() -> Iterator[Account]:
    """An account on a fast wall clock."""
    made = Account(clock=WallClock(1000), seed=3, strict=True)
    yield made
    made.close()


@pytest.fixture
def door(account: Account) -> Iterator[FrontDoor]:
    """An open door to the account."""
    with FrontDoor(account) as opened:
        yield opened


def client(session: botocore.session.Session, door: FrontDoor, service: str) -> Any:
    """Make a client of botocore with its ordinary retries."""
    return session.create_client(
        service,
        region_name="eu-west-1",
        endpoint_url=door.url,
        config=Config(retries={"mode": "standard", "max_attempts": 3}),
    )


def get(door: FrontDoor, path: str) -> dict[str, Any]:
    """Read JSON from the door with nothing but the standard library."""
    with urllib.request.urlopen(door.url + path, timeout=30) as response:
        told: dict[str, Any] = json.load(response)
    return told


def post(door: FrontDoor, path: str, wish: object) -> dict[str, Any]:
    """Send JSON to the door."""
    request = urllib.request.Request(door.url + path, data=json.dumps(wish).encode())
    with urllib.request.urlopen(request, timeout=30) as response:
        told: dict[str, Any] = json.load(response)
    return told


def test_an_ordinary_client_is_served(
    door: FrontDoor, botocore_session: botocore.session.Session
) -> None:
    """ECS, a query service and a REST service with large bodies answer over one port."""
    ecs = client(botocore_session, door, "ecs")
    arn = ecs.create_cluster(clusterName="prod")["cluster"]["clusterArn"]
    assert ecs.list_clusters()["clusterArns"] == [arn]
    assert client(botocore_session, door, "ec2").describe_vpcs()["Vpcs"][0]["IsDefault"]
    s3 = client(botocore_session, door, "s3")
    s3.create_bucket(Bucket="demo", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    body = bytes(range(256)) * 20_000
    s3.put_object(Bucket="demo", Key="a b/ü", Body=body)
    assert s3.get_object(Bucket="demo", Key="a b/ü")["Body"].read() == body
    assert s3.head_object(Bucket="demo", Key="a b/ü")["ContentLength"] == len(body)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket="demo", Key="nothing")


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ecs", "StartTask", {"containerInstances": ["x"], "taskDefinition": "web"}),
        ("logs", "ListAnomalies", {}),
        ("elbv2", "DescribeTrustStoreRevocations", {"TrustStoreArn": "x"}),
        ("ec2", "DescribeBundleTasks", {}),
        ("lambda", "GetAccountSettings", {}),
    ],
)
def test_what_is_not_simulated_is_asked_once(
    door: FrontDoor,
    botocore_session: botocore.session.Session,
    service: str,
    operation: str,
    arguments: dict[str, Any],
) -> None:
    """One request goes over the wire, and one clear error comes back."""
    sent: list[str] = []
    asking = client(botocore_session, door, service)
    asking.meta.events.register("before-send", lambda request, **_: sent.append(request.url))
    with pytest.raises(ClientError, match=rf"UnsupportedOperation.*{service} {operation}"):
        getattr(asking, xform_name(operation))(**arguments)
    assert len(sent) == 1


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(door: FrontDoor) -> None:
    """`Expect: 100-continue`, as S3 clients say it, is answered before the body is there."""
    connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
    connection.sendall(
        b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
        b"X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n\r\n"
    )
    with connection, connection.makefile("rb") as answer:
        assert answer.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert answer.readline() == b"\r\n"
        connection.sendall(b"{}")
        assert answer.readline() == b"HTTP/1.1 200 OK\r\n"


def test_time_passes_without_requests(door: FrontDoor, account: Account) -> None:
    """The one timer runs what is due, in order, while nobody asks anything."""
    seen: list[str] = []
    done = threading.Event()

    def plan() -> None:
        account.engine.after(60, lambda: seen.append("second"))
        account.engine.after(20, lambda: seen.append("first"))
        account.engine.after(90, done.set)

    door.run(plan)
    assert done.wait(30)
    assert seen == ["first", "second"]


def test_the_timer_follows_the_speed(account: Account) -> None:
    """What would take an hour happens at once when the speed is raised."""
    done = threading.Event()
    with FrontDoor(account) as door:
        door.run(lambda: account.engine.change_speed(1))
        door.run(lambda: account.engine.after(3600, done.set))
        assert post(door, "/_sim/clock", {"speed": 1_000_000})["speed"] == 1_000_000
        assert done.wait(30)


def test_an_action_that_fails_does_not_stop_the_timer(
    door: FrontDoor, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """The failure goes to the log, and what is due later still runs."""
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("broken action")

    def plan() -> None:
        account.engine.after(1, fail)
        account.engine.after(2, done.set)

    door.run(plan)
    assert done.wait(30)
    assert "broken action" in caplog.text


def test_a_runaway_does_not_keep_the_door_busy(
    account: Account,
    caplog: pytest.LogCaptureFixture,
    botocore_session: botocore.session.Session,
) -> None:
    """The timer gives up on an endless cascade, and requests are told of it."""
    account.engine = Engine(account.engine.clock, actions_at_one_instant=100)
    runs: list[int] = []
    begun = threading.Event()

    def forever() -> None:
        runs.append(1)
        begun.set()
        account.engine.after(0, forever, name="the cascade")

    with FrontDoor(account) as door:
        door.run(lambda: account.engine.after(1, forever))
        assert begun.wait(30)
        told = get(door, "/_sim/clock")
        counted = len(runs)
        assert told["due_in"] == 0
        assert get(door, "/_sim/clock")["kind"] == "wall"
        assert len(runs) == counted
        with pytest.raises(ClientError, match=r"SimulatorError.*the cascade"):
            client(botocore_session, door, "ecs").list_clusters()
    assert "the cascade" in caplog.text


def test_run_touches_the_account_between_requests(door: FrontDoor, account: Account) -> None:
    """A function runs on the door's thread, sees the present, and its result comes back."""
    seen: list[str] = []
    moved: list[int] = []

    def touch() -> str:
        seen.append(threading.current_thread().name)
        moved.append(abs(account.engine.clock.now() - account.engine.now))
        return door.run(lambda: account.id)

    assert door.run(touch) == account.id
    assert seen == ["fargate-kit-sim"]
    assert moved[0] < 1_000_000

    def fail() -> None:
        raise LookupError("no such task")

    with pytest.raises(LookupError, match="no such task"):
        door.run(fail)


def test_many_clients_at_once_are_served(
    door: FrontDoor, account: Account, botocore_session: botocore.session.Session
) -> None:
    """Requests from many threads are answered one by one, none is lost."""
    ecs = client(botocore_session, door, "ecs")
    logs = client(botocore_session, door, "logs")

    def work(number: int) -> None:
        ecs.create_cluster(clusterName=f"c{number}")
        logs.create_log_group(logGroupName=f"g{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert len(ecs.list_clusters()["clusterArns"]) == 40
    assert account.calls["ecs", "CreateCluster"] == 40
    assert account.calls["logs", "CreateLogGroup"] == 40


def test_a_taken_port_is_told(door: FrontDoor) -> None:
    """The error names the port and the way out, and leaves nothing behind."""
    second = Account(clock=WallClock(), seed=9)
    threads = threading.active_count()
    with pytest.raises(PortInUse, match=f"port {door.port} .*another port, or for port 0"):
        FrontDoor(second, port=door.port).start()
    assert threading.active_count() == threads
    second.close()


def test_only_this_machine_is_served(account: Account) -> None:
    """Any other address than 127.0.0.1 is refused before a socket is made."""
    with pytest.raises(ValueError, match=r"0\.0\.0\.0"):
        FrontDoor(account, host="0.0.0.0")  # noqa: S104


def test_a_closed_door_leaves_nothing(account: Account) -> None:
    """The port is free, the thread has ended, and clients that were connected are let go."""
    threads = set(threading.enumerate())
    door = FrontDoor(account)
    door.start()
    with pytest.raises(RuntimeError, match="opens once"):
        door.start()
    connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
    connection.sendall(b"GET /_sim/clock HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(15) == b"HTTP/1.1 200 OK"
    door.stop()
    door.stop()
    while connection.recv(4096):
        pass
    connection.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", door.port), timeout=5)
    with pytest.raises(RuntimeError, match="not open"):
        door.run(lambda: None)
    account.close()
    assert set(threading.enumerate()) <= threads
    gc.collect()  # a socket or loop that is still open would be an error here


def test_a_door_closes_while_a_request_waits(account: Account) -> None:
    """A client whose answer moto still prepares does not keep the door open."""
    gate = threading.Event()
    door = FrontDoor(account).start()
    account.moto._submit(lambda _: gate.wait(30))
    connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
    connection.sendall(
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Logs_20140328.DescribeLogGroups\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
    deadline = time.monotonic() + 30
    while not account.calls and time.monotonic() < deadline:
        door.run(lambda: None)
    assert account.calls.total() == 1
    door.stop()
    connection.close()
    gate.set()
    account.close()


def test_a_step_clock_stands_behind_a_door(botocore_session: botocore.session.Session) -> None:
    """Other processes move the time of a stepped account by requests, and nothing else does."""
    account = Account(clock=StepClock(), seed=3, strict=True)
    with FrontDoor(account) as door:
        door.run(lambda: account.engine.after(30, lambda: None))
        client(botocore_session, door, "ecs").list_clusters()
        assert get(door, "/_sim/clock")["due_in"] == 30
        assert post(door, "/_sim/clock", {"settle": True})["now"] == 1_800_000_030
        assert len(client(botocore_session, door, "ec2").describe_subnets()["Subnets"]) == 3
    account.close()


def test_a_body_that_is_too_large_is_refused(door: FrontDoor) -> None:
    """More than 64 MiB are not taken, and the door goes on."""
    connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
    connection.sendall(b"POST /demo/key HTTP/1.1\r\nHost: x\r\nContent-Length: 70000000\r\n\r\n")
    refused = False
    with connection, connection.makefile("rb") as answer:
        try:
            for _ in range(70):
                connection.sendall(bytes(1_000_000))
            refused = b" 413 " in answer.readline()
        except (BrokenPipeError, ConnectionResetError):
            refused = True
    assert refused
    assert get(door, "/_sim/clock")["kind"] == "wall"
