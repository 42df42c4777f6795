"""The simulation is looked at and steered by requests in plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.request import Request

ECS = "AmazonEC2ContainerServiceV20141113"


@pytest.fixture
def account() -> Iterator[Account]:
    """An account on a step clock."""
    made = Account(clock=StepClock(), seed=3, strict=True)
    yield made
    made.close()


@pytest.fixture
def walled() -> Iterator[Account]:
    """An account on a wall clock."""
    made = Account(clock=WallClock(20), seed=4, strict=True)
    yield made
    made.close()


def say(
    account: Account, method: str, path: str, wish: object = None, *, status: int = 200
) -> dict[str, Any]:
    """Send a control request and check its status."""
    body = b"" if wish is None else json.dumps(wish).encode()
    response = account.answer(Request(method=method, path=path, query="", headers={}, body=body))
    assert response.headers["content-type"] == "application/json"
    assert (response.status, "error" in json.loads(response.body)) == (status, status != 200)
    told: dict[str, Any] = json.loads(response.body)
    return told


def call(account: Account, operation: str, **members: Any) -> dict[str, Any]:
    """Call an operation of ECS."""
    response = account.answer(
        Request(
            method="POST",
            path="/",
            query="",
            headers={"x-amz-target": f"{ECS}.{operation}"},
            body=json.dumps(members).encode(),
        )
    )
    answer: dict[str, Any] = json.loads(response.body)
    return answer


@pytest.mark.parametrize("path", ["/_sim", "/_sim/", "/"])
def test_the_overview_tells_what_is_running(account: Account, path: str) -> None:
    """Account, clock, planned faults, and the calls so far by service and operation."""
    call(account, "ListClusters")
    call(account, "ListClusters")
    call(account, "BakeBread")
    told = say(account, "GET", path)
    assert told["account_id"] == account.id
    assert told["seed"] == 3
    assert told["default_region"] == "us-east-1"
    assert told["clock"]["kind"] == "step"
    assert told["clock"]["now"] == 1_800_000_000
    assert told["calls"] == {"ecs": {"BakeBread": 1, "ListClusters": 2}}
    assert told["tasks"] == {"us-east-1": {}}
    assert told["faults"] == []


def test_a_step_clock_is_moved(account: Account) -> None:
    """Time passes by seconds, to the next event, or until nothing is left to happen."""
    seen: list[int] = []
    for seconds in (5, 10, 60):
        account.engine.after(seconds, lambda: seen.append(account.engine.now))
    told = say(account, "GET", "/_sim/clock")
    assert (told["due_in"], told["settled"]) == (5, False)
    assert say(account, "POST", "/_sim/clock", {"advance": 7.5})["now"] == 1_800_000_007.5
    assert len(seen) == 1
    assert say(account, "POST", "/_sim/clock", {"step": True})["now"] == 1_800_000_010
    told = say(account, "POST", "/_sim/clock", {"settle": True})
    assert (told["now"], told["due_in"], told["settled"]) == (1_800_000_060, None, True)
    assert len(seen) == 3


def test_a_wall_clock_gets_another_speed(walled: Account) -> None:
    """What remains of a duration passes at the new speed."""
    entry = walled.engine.after(3600, lambda: None)
    before = entry.due
    told = say(walled, "POST", "/_sim/clock", {"speed": 200})
    assert (told["kind"], told["speed"]) == ("wall", 200)
    assert entry.due < before
    assert told["due_in"] == pytest.approx(18, abs=1)


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ({"advance": -1}, "0 seconds or more"),
        ({"advance": "soon"}, "takes a number"),
        ({"advance": True}, "takes a number"),
        ({"step": 3}, "takes true"),
        ({"speed": 2}, "has a speed"),
        ({"rewind": True}, "cannot rewind"),
        ({}, "say one of"),
        ({"step": True, "settle": True}, "say one of"),
        ([1], "not a JSON object"),
    ],
)
def test_a_senseless_wish_is_refused(account: Account, wish: object, text: str) -> None:
    """The error says what can be said instead, and no time passes."""
    assert text in say(account, "POST", "/_sim/clock", wish, status=400)["error"]
    assert say(account, "GET", "/_sim/clock")["now"] == 1_800_000_000


def test_a_wall_clock_cannot_be_moved(walled: Account) -> None:
    """Whoever wants to step needs a step clock, and is told so."""
    for wish in ({"advance": 1}, {"step": True}, {"settle": True}):
        assert "wall clock" in say(walled, "POST", "/_sim/clock", wish, status=400)["error"]


def test_a_world_that_does_not_settle_is_told(account: Account) -> None:
    """Settling for ever ends in an error that names what goes on."""

    def again() -> None:
        account.engine.after(86_400, again, name="the endless")

    again()
    assert (
        "the endless" in say(account, "POST", "/_sim/clock", {"settle": True}, status=400)["error"]
    )


def test_faults_are_planned_listed_and_taken_back(account: Account) -> None:
    """A fault strikes from the next request on, until it is withdrawn or used up."""
    fault = {"fault": "Throttle", "operation": "ListClusters", "remaining": 2}
    number = say(account, "POST", "/_sim/faults", fault)["number"]
    assert call(account, "ListClusters")["__type"] == "ThrottlingException"
    (listed,) = say(account, "GET", "/_sim/faults")["faults"]
    assert listed.items() >= {"number": number, "service": "ecs", **fault, "remaining": 1}.items()
    assert listed["active"]
    assert say(account, "POST", "/_sim/faults", {"withdraw": number}) == {"faults": []}
    assert "clusterArns" in call(account, "ListClusters")
    say(account, "POST", "/_sim/faults", fault)
    assert say(account, "POST", "/_sim/faults", {"clear": True}) == {"faults": []}


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ({"fault": "Earthquake"}, "Earthquake"),
        ({"fault": "Throttle"}, "operation"),
        ({"fault": "Throttle", "operation": "X", "mood": 1}, "mood"),
        ({"verb": "retire", "task": "4f"}, "no simulated region has a task 4f"),
        ({"verb": "dance"}, "dance"),
        ({"withdraw": 99}, "99"),
        ({"withdraw": [1]}, "[1]"),
        ({"clear": False}, "say"),
        ({}, "say"),
    ],
)
def test_a_senseless_fault_is_refused(account: Account, wish: object, text: str) -> None:
    """The error names what is wrong, and nothing is planned."""
    assert text in say(account, "POST", "/_sim/faults", wish, status=400)["error"]
    assert account.faults.planned() == ()


def test_a_fault_for_later_is_told_as_one(account: Account) -> None:
    """A fault says over HTTP when it begins and ends, and whether it is in force."""
    fault = {
        "fault": "Throttle",
        "operation": "ListClusters",
        "after": 10,
        "until": 20,
        "remaining": None,
    }
    say(account, "POST", "/_sim/faults", fault)
    seen = []
    for _ in range(3):
        told = [one["active"] for one in say(account, "GET", "/_sim/faults")["faults"]]
        seen.append((told, call(account, "ListClusters").get("__type")))
        say(account, "POST", "/_sim/clock", {"advance": 10})
    assert seen == [([False], None), ([True], "ThrottlingException"), ([], None)]


@pytest.mark.parametrize("seconds", [1e308, -1, "x"])
def test_a_clock_is_not_moved_by_nonsense(account: Account, seconds: object) -> None:
    """What no clock can do is told, and never breaks the simulator."""
    say(account, "POST", "/_sim/clock", {"advance": seconds}, status=400)
    assert account.engine.now == 1_800_000_000_000_000


@pytest.mark.parametrize("path", ["/_sim/reset", "/moto-api/reset"])
def test_reset_begins_anew(account: Account, path: str) -> None:
    """Both ways to reset forget the clusters and the calls."""
    call(account, "CreateCluster", clusterName="prod")
    assert say(account, "POST", path) == {"status": "ok"}
    assert call(account, "ListClusters")["clusterArns"] == []
    assert account.calls.total() == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_sim/weather"),
        ("DELETE", "/_sim/clock"),
        ("POST", "/moto-api/seed"),
        ("GET", "/moto-api/data.json"),
    ],
)
def test_what_is_not_there_is_told(account: Account, method: str, path: str) -> None:
    """The error lists what is there; moto's own switches, which all accounts share, are not."""
    told = say(account, method, path, status=400)["error"]
    assert f"{method} {path} is not there" in told
    assert "POST /_sim/clock" in told


def test_a_body_that_is_not_json_is_refused(account: Account) -> None:
    """Form data and broken JSON are told apart from a wish."""
    request = Request(method="POST", path="/_sim/clock", query="", headers={}, body=b"advance=5")
    response = account.answer(request)
    assert response.status == 400
    assert b"not JSON" in response.body
