"""Connections that break, by plan or because a client leaves, and answers that come late."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from fargate_kit.core.transport import TransportRequest
from fargate_kit.sim import simulate
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.faults import DropConnection, Fault, SlowReply
from fargate_kit.sim.front_door import FrontDoor

CREATE = b'{"clusterName": "half"}'
HEAD = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
    b"X-Amz-Target: AmazonEC2ContainerServiceV20141113.CreateCluster\r\n\r\n"
)


@pytest.fixture
def door() -> Iterator[FrontDoor]:
    """A served account that lives fast."""
    account = Account(clock=WallClock(1000), seed=3, strict=True)
    with FrontDoor(account) as opened:
        yield opened
    account.close()


def client(session: botocore.session.Session, door: FrontDoor, attempts: int, **config: Any) -> Any:
    """Make a client of ECS."""
    return session.create_client(
        "ecs",
        region_name="us-east-1",
        endpoint_url=door.url,
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}, **config),
    )


def clusters(door: FrontDoor) -> list[str]:
    """Name the clusters, without asking over HTTP."""
    return door.run(lambda: sorted(door.account.ecs("us-east-1").state.clusters))


def until(condition: Callable[[], bool]) -> None:
    """Ask the door's thread again and again, until a condition holds."""
    assert any(condition() for _ in range(100_000))


def post(door: FrontDoor, path: str, wish: object) -> dict[str, Any]:
    """Send JSON to the door."""
    request = urllib.request.Request(door.url + path, data=json.dumps(wish).encode())
    with urllib.request.urlopen(request, timeout=30) as response:
        told: dict[str, Any] = json.load(response)
    return told


@pytest.mark.parametrize(("moment", "made"), [("before", []), ("after", ["prod"])])
def test_a_connection_breaks_by_plan(
    door: FrontDoor, botocore_session: botocore.session.Session, moment: str, made: list[str]
) -> None:
    """botocore sees a closed connection, and what was asked has happened only in one case."""
    fault = {"fault": "DropConnection", "operation": "CreateCluster", "moment": moment}
    post(door, "/_sim/faults", fault)
    ecs = client(botocore_session, door, 1)
    with pytest.raises(ConnectionClosedError):
        ecs.create_cluster(clusterName="prod")
    assert clusters(door) == made
    assert ecs.create_cluster(clusterName="prod")["cluster"]["status"] == "ACTIVE"


def test_a_client_that_tries_again_gets_through(
    door: FrontDoor, botocore_session: botocore.session.Session
) -> None:
    """botocore's own retries outlive a connection that breaks, of moto's services too."""
    post(door, "/_sim/faults", {"fault": "DropConnection", "operation": "*", "service": "*"})
    ecs = client(botocore_session, door, 3)
    assert ecs.list_clusters()["clusterArns"] == []
    post(door, "/_sim/faults", {"fault": "DropConnection", "operation": "*", "service": "ec2"})
    ec2 = botocore_session.create_client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=door.url,
        config=Config(retries={"mode": "standard"}),
    )
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1


def test_an_answer_comes_late_on_the_clock_of_the_world() -> None:
    """On a step clock that is served a late answer waits until the clock has been moved."""
    account = Account(clock=StepClock(), seed=3, strict=True)
    with FrontDoor(account) as door:
        door.run(lambda: account.faults.plan(SlowReply(operation="CreateCluster", seconds=90)))
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
        target = "AmazonEC2ContainerServiceV20141113.CreateCluster"
        connection.request("POST", "/", body=CREATE, headers={"X-Amz-Target": target})
        until(lambda: bool(clusters(door)))
        assert [entry.name for entry in account.engine.pending()] == ["a late answer"]
        post(door, "/_sim/clock", {"advance": 90})
        assert json.loads(connection.getresponse().read())["cluster"]["clusterName"] == "half"
        connection.close()
    account.close()


def test_a_client_that_does_not_wait_for_a_late_answer_leaves_nothing_behind() -> None:
    """What holds an answer back ends with the client that wanted it."""
    account = Account(clock=StepClock(), seed=3, strict=True)
    with FrontDoor(account) as door:
        door.run(lambda: account.faults.plan(SlowReply(operation="CreateCluster", seconds=90)))
        with socket.create_connection(("127.0.0.1", door.port), timeout=30) as connection:
            connection.sendall(HEAD % len(CREATE) + CREATE)
            until(lambda: bool(clusters(door)))
        until(lambda: door.run(lambda: not account.engine.pending()))
        assert clusters(door) == ["half"]
    account.close()


@pytest.mark.parametrize("sent", [0, 20, 120, len(HEAD) + 10])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_leaves_in_the_middle_changes_nothing(
    door: FrontDoor, sent: int, how: str
) -> None:
    """Half a request does nothing, whoever comes next is served, and no thread is left."""
    whole = HEAD % len(CREATE) + CREATE
    assert sent < len(whole)
    for _ in range(20):
        connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
        connection.sendall(whole[:sent])
        if how == "reset":
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()
    with urllib.request.urlopen(door.url + "/_sim/", timeout=30) as response:
        assert json.load(response)["calls"] == {}
    assert clusters(door) == []


def test_a_client_that_leaves_before_the_answer_has_said_all(door: FrontDoor) -> None:
    """A whole request is done, though nobody is there any more for its answer."""
    connection = socket.create_connection(("127.0.0.1", door.port), timeout=30)
    connection.sendall(HEAD % len(CREATE) + CREATE)
    connection.close()
    until(lambda: bool(clusters(door)))
    with urllib.request.urlopen(door.url + "/_sim/", timeout=30) as response:
        assert json.load(response)["calls"] == {"ecs": {"CreateCluster": 1}}


async def test_the_sdk_in_process_outlives_a_break() -> None:
    """A connection that breaks once, after the request was done, costs a second attempt."""
    fault = DropConnection(operation="CreateCluster", moment="after")
    async with (
        simulate(step=True, strict=True, faults=[fault]) as world,
        world.connect() as aws,
    ):
        assert (await aws.create_cluster("prod")).name == "prod"
        assert world.account.calls["ecs", "CreateCluster"] == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (DropConnection(operation="*"), ConnectionClosedError),
        (SlowReply(operation="*", seconds=61), ReadTimeoutError),
    ],
)
async def test_what_breaks_in_process_is_what_botocore_says(
    fault: Fault, error: type[Exception]
) -> None:
    """The transport of a step clock raises the errors that botocore raises on a socket."""
    async with simulate(step=True, strict=True, faults=[fault]) as world:
        request = TransportRequest(
            method="POST",
            url="http://fargate.simulated/",
            headers={"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters"},
            body=b"{}",
        )
        with pytest.raises(error, match=r"fargate\.simulated"):
            await world.transport().send(request)


async def test_a_slow_reply_in_process_takes_the_time_of_the_world() -> None:
    """A late answer lets nominal time pass; one that is later than a minute is given up once."""
    async with (
        simulate(step=True, strict=True) as world,
        world.connect() as aws,
    ):
        world.account.faults.plan(SlowReply(operation="CreateCluster", seconds=12, remaining=1))
        began = aws.clock.now()
        await aws.create_cluster("prod")
        assert aws.clock.now() - began == 12
        world.account.faults.plan(SlowReply(operation="DescribeClusters", seconds=61, remaining=1))
        await aws.cluster("prod")
        assert aws.clock.now() - began == 72
