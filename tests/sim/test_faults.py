"""Planned faults and verbs: what they do, how often, and their JSON form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.faults import (
    KINDS,
    CapacityUnavailable,
    Fault,
    Faults,
    ImageMissing,
    InterfaceTimeout,
    InvalidFault,
    LateLogLines,
    LoseReply,
    Refuse,
    SlowPull,
    Throttle,
    Unhealthy,
    fault_from_json,
    fault_to_json,
)

ALL: tuple[Fault, ...] = (
    ImageMissing(pattern="shop/*", remaining=2),
    CapacityUnavailable(provider="FARGATE_SPOT", zones=("us-east-1a",), remaining=3),
    InterfaceTimeout(remaining=None),
    SlowPull(pattern="*", factor=2.5),
    Unhealthy(pattern="web"),
    Throttle(operation="RunTask"),
    Refuse(operation="*", code="AccessDeniedException", message="no", service="logs", status=403),
    LoseReply(operation="RunTask"),
    LateLogLines(seconds=3.0, group="/ecs/*", remaining=5),
)


def test_nothing_goes_wrong_unplanned() -> None:
    """Without a plan nothing goes wrong."""
    faults = Faults()
    assert faults.before("ecs", "RunTask") is False
    assert not faults.image_missing("app")
    assert faults.pull_factor("app") == 1.0
    assert not faults.interface_times_out()
    assert not faults.check_fails("main", "app")
    assert faults.zones_with_room("FARGATE", ["a", "b"]) == ("a", "b")


def test_throttle() -> None:
    """A throttled operation is refused as AWS throttles, as often as planned."""
    faults = Faults()
    faults.plan(Throttle(operation="Run*", remaining=2))
    for _ in range(2):
        with pytest.raises(AwsError, match="Rate exceeded") as caught:
            faults.before("ecs", "RunTask")
        assert (caught.value.code, caught.value.status) == ("ThrottlingException", 400)
        assert faults.before("ecs", "StopTask") is False
        assert faults.before("logs", "RunQuery") is False
    assert faults.before("ecs", "RunTask") is False
    assert faults.planned() == ()


def test_refuse() -> None:
    """An operation is refused with the planned code, text and status, in any service."""
    faults = Faults()
    faults.plan(
        Refuse(operation="PutLogEvents", code="ServiceUnavailable", service="logs", status=503)
    )
    assert faults.before("ecs", "PutLogEvents") is False
    with pytest.raises(AwsError) as caught:
        faults.before("logs", "PutLogEvents")
    assert (caught.value.code, caught.value.status) == ("ServiceUnavailable", 503)


def test_lose_reply() -> None:
    """An operation whose reply is lost is let through once, and marked."""
    faults = Faults()
    faults.plan(LoseReply(operation="RunTask"))
    assert faults.before("ecs", "RunTask") is True
    assert faults.before("ecs", "RunTask") is False


def test_first_planned_strikes_first() -> None:
    """Of two faults that fit, the one planned first strikes first."""
    faults = Faults()
    faults.plan(Refuse(operation="RunTask", code="First"))
    faults.plan(Refuse(operation="RunTask", code="Second"))
    for code in ("First", "Second"):
        with pytest.raises(AwsError, match=code):
            faults.before("ecs", "RunTask")


def test_endless_until_withdrawn() -> None:
    """A fault without a number strikes until it is withdrawn; once withdrawn, once."""
    faults = Faults()
    number = faults.plan(ImageMissing(pattern="app"))
    assert all(faults.image_missing("app") for _ in range(100))
    assert faults.withdraw(number)
    assert not faults.withdraw(number)
    assert not faults.image_missing("app")


def test_planned_tells_what_is_left() -> None:
    """The plan tells how often each fault will still strike."""
    faults = Faults()
    number = faults.plan(ImageMissing(pattern="app", remaining=3))
    faults.plan(SlowPull(pattern="app"))
    faults.image_missing("app")
    assert faults.planned() == (
        (number, ImageMissing(pattern="app", remaining=2)),
        (number + 1, SlowPull(pattern="app")),
    )
    faults.clear()
    assert faults.planned() == ()


def test_capacity_by_provider_and_zone() -> None:
    """Room is missing for one provider, in the planned zones only."""
    faults = Faults()
    faults.plan(CapacityUnavailable(provider="FARGATE_SPOT", zones=("b",)))
    assert faults.zones_with_room("FARGATE", ["a", "b"]) == ("a", "b")
    assert faults.zones_with_room("FARGATE_SPOT", ["a", "b"]) == ("a",)
    assert faults.zones_with_room("FARGATE_SPOT", ["b"]) == ()


def test_capacity_counts_tasks_without_room() -> None:
    """What remains of missing capacity counts tasks that found room nowhere."""
    faults = Faults()
    faults.plan(CapacityUnavailable(zones=("a",), remaining=1))
    assert faults.zones_with_room("FARGATE", ["a", "b"]) == ("b",)
    assert faults.zones_with_room("FARGATE", ["a"]) == ()
    assert faults.zones_with_room("FARGATE", ["a"]) == ("a",)


def test_slow_pulls_multiply() -> None:
    """Several faults on one image slow its pull down together."""
    faults = Faults()
    faults.plan(SlowPull(pattern="app*", factor=2.0))
    faults.plan(SlowPull(pattern="*", factor=5.0))
    assert faults.pull_factor("app:1") == 10.0
    assert faults.pull_factor("other") == 5.0


def test_every_kind_has_a_json_form() -> None:
    """Every fault survives JSON, and every kind of fault is known by its name."""
    assert {type(fault).__name__ for fault in ALL} == set(KINDS)
    for fault in ALL:
        text = json.dumps(fault_to_json(fault))
        assert fault_from_json(json.loads(text)) == fault


def test_json_defaults() -> None:
    """Members with defaults can be left out."""
    assert fault_from_json({"fault": "Throttle", "operation": "RunTask"}) == Throttle(
        operation="RunTask"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "no such fault: None; there are ImageMissing"),
        ({"fault": "Flood"}, "no such fault: 'Flood'"),
        ({"fault": "Throttle"}, "needs the member 'operation'"),
        ({"fault": "Throttle", "operation": "x", "often": 1}, "no member 'often'; it has oper"),
        ({"fault": "Throttle", "operation": 7}, "'operation' of Throttle is a text, not 7"),
        ({"fault": "Throttle", "operation": ""}, "'operation'"),
        ({"fault": "Throttle", "operation": "x", "remaining": 0}, "1 or more"),
        ({"fault": "Throttle", "operation": "x", "remaining": True}, "1 or more"),
        ({"fault": "SlowPull", "pattern": "x", "factor": 0}, "greater than 0"),
        ({"fault": "CapacityUnavailable", "zones": "a"}, "Availability Zones"),
        ({"fault": "CapacityUnavailable", "zones": [1]}, "Availability Zones"),
        ({"fault": "CapacityUnavailable", "provider": "EC2"}, "FARGATE_SPOT"),
        ({"fault": "Refuse", "operation": "x", "code": "c", "status": 200}, "400 to 599"),
    ],
)
def test_bad_json_is_explained(data: dict[str, Any], words: str) -> None:
    """A fault that cannot be planned is refused with what is wrong and what is legal."""
    with pytest.raises(InvalidFault) as caught:
        fault_from_json(data)
    assert words in str(caught.value)


def test_bad_values_are_refused_when_planned() -> None:
    """A fault made in Python is checked like one from JSON."""
    with pytest.raises(InvalidFault, match="1 or more"):
        Faults().plan(ImageMissing(pattern="x", remaining=-1))


class Region:
    """A region that remembers which verbs hit it."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.hits: list[tuple[Any, ...]] = []

    def interrupt_spot(self, task: str) -> bool:
        return self._hit(task, "interrupt_spot")

    def retire(self, task: str) -> bool:
        return self._hit(task, "retire")

    def kill_container(
        self, task: str, container: str | None, exit_code: int, out_of_memory: bool
    ) -> bool:
        return self._hit(task, "kill_container", container, exit_code, out_of_memory)

    def _hit(self, task: str, *what: Any) -> bool:
        if task == self.task:
            self.hits.append(what)
        return task == self.task


class Owner:
    """An account of two regions."""

    def __init__(self) -> None:
        self.regions = (Region("t1"), Region("t2"))


def test_verbs_find_their_region() -> None:
    """A verb hits the region that has the task, and no other one."""
    faults, owner = Faults(), Owner()
    faults.attach(owner)
    faults.perform({"verb": "interrupt_spot", "task": "t2"})
    faults.perform({"verb": "kill_container", "task": "t2", "container": "web", "exit_code": 3})
    faults.perform({"verb": "kill_container", "task": "t2", "out_of_memory": True})
    faults.perform({"verb": "retire", "task": "t2"})
    assert owner.regions[0].hits == []
    assert owner.regions[1].hits == [
        ("interrupt_spot",),
        ("kill_container", "web", 3, False),
        ("kill_container", None, 137, True),
        ("retire",),
    ]


def test_verb_on_unknown_task() -> None:
    """A verb on a task that no region has is an error that names it."""
    faults = Faults()
    with pytest.raises(LookupError, match="t9"):
        faults.interrupt_spot("t9")
    faults.attach(Owner())
    with pytest.raises(LookupError, match="t9"):
        faults.retire("t9")


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ({"verb": "dance", "task": "t1"}, "no such verb: 'dance'; there are interrupt_spot"),
        ({"task": "t1"}, "no such verb: None"),
        ({"verb": "retire"}, "needs the id or ARN of a task"),
        ({"verb": "retire", "task": "t1", "exit_code": 1}, "no member 'exit_code'"),
        ({"verb": "kill_container", "task": "t1", "exit_code": "1"}, "'exit_code'"),
        ({"verb": "kill_container", "task": "t1", "exit_code": True}, "'exit_code'"),
    ],
)
def test_bad_verb_is_explained(verb: dict[str, Any], words: str) -> None:
    """A verb that cannot be performed is refused with what is wrong."""
    faults = Faults()
    faults.attach(Owner())
    with pytest.raises(InvalidFault) as caught:
        faults.perform(verb)
    assert words in str(caught.value)
