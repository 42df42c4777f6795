"""Planned faults and verbs: what they do, how often, and their JSON form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.fault_json import allowed_values, members_of
from fargate_kit.sim.faults import (
    KINDS,
    UNHARMED,
    AddressesExhausted,
    CapacityUnavailable,
    Crash,
    DropConnection,
    ExpiredCredentials,
    Fault,
    Faults,
    ImageMissing,
    InterfaceTimeout,
    InvalidFault,
    LateLogLines,
    LoseReply,
    OutOfMemory,
    Refuse,
    SlowPull,
    SlowReply,
    SpotInterruption,
    TargetUnhealthy,
    Throttle,
    Unhealthy,
    ZoneOutage,
    fault_from_json,
    fault_to_json,
)
from fargate_kit.sim.request import Protocol

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
    ZoneOutage(zones=("us-east-1a", "us-east-1b"), after=60.0, until=600.0),
    SpotInterruption(group="service:web", zones=("us-east-1a",), remaining=2, after=3.5),
    AddressesExhausted(subnet="subnet-1", probability=0.25, seed=7),
    Crash(pattern="web", seconds=2.0, exit_code=3, until=60.0),
    OutOfMemory(pattern="web", seconds=5),
    TargetUnhealthy(target_group="*web*", address="10.0.0.1"),
    DropConnection(operation="RunTask", moment="after"),
    SlowReply(operation="*", seconds=1.5, service="*"),
    ExpiredCredentials(access_key="ASIA*", after=900.0),
)


class Beginning:
    """Faults in a world of their own."""

    def __init__(self, seed: int = 0) -> None:
        self.engine = Engine(StepClock(), seed)
        self.faults = Faults()
        self.faults.begin(self.engine)


def test_nothing_goes_wrong_unplanned() -> None:
    """Without a plan nothing goes wrong."""
    faults = Faults()
    assert faults.before("ecs", "RunTask") == UNHARMED
    assert faults.crash("main", "app") is None
    assert not faults.addresses_exhausted("subnet-1")
    assert not faults.target_times_out("group", "10.0.0.1")
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
        refusal = faults.before("ecs", "RunTask").refusal
        assert refusal is not None
        assert (refusal.code, refusal.status) == ("ThrottlingException", 400)
        assert refusal.message == "Rate exceeded"
        assert faults.before("ecs", "StopTask") == UNHARMED
        assert faults.before("logs", "RunQuery") == UNHARMED
    assert faults.before("ecs", "RunTask") == UNHARMED
    assert faults.planned() == ()


def test_refuse() -> None:
    """An operation is refused with the planned code, text and status, in any service."""
    faults = Faults()
    faults.plan(
        Refuse(operation="PutLogEvents", code="ServiceUnavailable", service="logs", status=503)
    )
    assert faults.before("ecs", "PutLogEvents") == UNHARMED
    refusal = faults.before("logs", "PutLogEvents").refusal
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("ServiceUnavailable", 503)


def test_lose_reply() -> None:
    """An operation whose reply is lost is let through once, and marked."""
    faults = Faults()
    faults.plan(LoseReply(operation="RunTask"))
    assert faults.before("ecs", "RunTask").lost
    assert faults.before("ecs", "RunTask") == UNHARMED


def test_drop_connection() -> None:
    """A request loses its connection before or after it has done what it says."""
    faults = Faults()
    faults.plan(DropConnection(operation="RunTask"))
    faults.plan(DropConnection(operation="RunTask", moment="after"))
    assert [faults.before("ecs", "RunTask").dropped for _ in range(3)] == ["before", "after", None]


def test_slow_replies_add_up_and_go_with_anything_else() -> None:
    """Several delays of one reply add up, whatever else happens to it."""
    faults = Faults()
    faults.plan(SlowReply(operation="*", seconds=2))
    faults.plan(Throttle(operation="RunTask"))
    faults.plan(SlowReply(operation="RunTask", seconds=0.5))
    fate = faults.before("ecs", "RunTask")
    assert fate.seconds == 2.5
    assert fate.refusal is not None
    assert faults.before("ecs", "StopTask").seconds == 2


@pytest.mark.parametrize(
    ("protocol", "code", "status"),
    [
        (Protocol.JSON, "ExpiredTokenException", 400),
        (Protocol.QUERY, "ExpiredToken", 403),
        (Protocol.EC2, "RequestExpired", 400),
    ],
)
def test_expired_credentials(protocol: Protocol, code: str, status: int) -> None:
    """From its moment on a key is refused everywhere, as each service says it; others are not."""
    here = Beginning()
    here.faults.plan(ExpiredCredentials(access_key="ASIA*", after=900))

    def told(key: str | None) -> tuple[str, int] | None:
        refusal = here.faults.before("any", "Any", access_key=key, protocol=protocol).refusal
        return None if refusal is None else (refusal.code, refusal.status)

    assert told("ASIA1") is None
    here.engine.advance_by(900)
    assert told("ASIA1") == told("ASIA2") == (code, status)
    assert told("AKIA1") is None
    assert told(None) is None


def test_a_fault_is_in_force_from_its_beginning_to_its_end() -> None:
    """A fault strikes nothing before its moment and nothing after its end, and then is gone."""
    here = Beginning()
    number = here.faults.plan(ImageMissing(pattern="app", after=10, until=30))
    seen = []
    for _ in range(5):
        seen.append((here.faults.image_missing("app"), here.faults.active(number)))
        here.engine.advance_by(9.9)
    assert seen == [(False, False), (False, False), (True, True), (True, True), (False, False)]
    assert here.faults.planned() == ()


def test_a_withdrawn_fault_does_not_begin() -> None:
    """A fault that is taken back before its moment never strikes."""
    here = Beginning()
    number = here.faults.plan(Throttle(operation="*", after=10))
    assert here.faults.withdraw(number)
    here.engine.advance_by(20)
    assert here.faults.before("ecs", "RunTask") == UNHARMED
    assert here.engine.pending() == []


def test_windows_of_a_plan_without_a_world_count_from_its_begin() -> None:
    """What is planned before there is a world begins with the world."""
    faults, engine = Faults(), Engine(StepClock(), 0)
    faults.plan(ImageMissing(pattern="app", after=5))
    faults.plan(ImageMissing(pattern="web"))
    assert faults.image_missing("web")
    assert not faults.image_missing("app")
    engine.advance_by(100)
    faults.begin(engine)
    assert not faults.image_missing("app")
    engine.advance_by(5)
    assert faults.image_missing("app")


def test_chance_is_drawn_from_the_seed() -> None:
    """A probable fault strikes about as often as it says, the same times in every run."""

    def strikes(world: int, seed: int | None = None) -> list[bool]:
        here = Beginning(world)
        here.faults.plan(ImageMissing(pattern="app", probability=0.3, seed=seed))
        return [here.faults.image_missing("app") for _ in range(1000)]

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert strikes(1, seed=9) == strikes(2, seed=9) != strikes(1)
    assert 250 < sum(strikes(1)) < 350


def test_what_remains_counts_strikes_and_not_chances() -> None:
    """An improbable fault that strikes twice does so, however long it takes."""
    here = Beginning()
    here.faults.plan(ImageMissing(pattern="app", probability=0.1, remaining=2))
    assert sum(here.faults.image_missing("app") for _ in range(500)) == 2


def test_crashes_and_kills() -> None:
    """A container that starts is told when it ends, with what, and whether for its memory."""
    faults = Faults()
    faults.plan(Crash(pattern="web", seconds=2, exit_code=3, remaining=1))
    faults.plan(OutOfMemory(pattern="acme/*", seconds=5))
    assert faults.crash("web", "acme/web") == (2, 3, False)
    assert faults.crash("web", "acme/web") == (5, 137, True)
    assert faults.crash("web", "nginx") is None


def test_a_zone_that_is_out_has_no_room() -> None:
    """No provider finds room in a zone that is out, until it is back."""
    here = Beginning()
    here.faults.plan(ZoneOutage(zones=("a",), until=60))
    for provider in ("FARGATE", "FARGATE_SPOT"):
        assert here.faults.zones_with_room(provider, ["a", "b"]) == ("b",)
    assert here.faults.zones_with_room("FARGATE", ["a"]) == ()
    here.engine.advance_by(60)
    assert here.faults.zones_with_room("FARGATE", ["a"]) == ("a",)


def test_reset_numbers_faults_anew() -> None:
    """After a reset the plan is empty, and the next fault has the first number."""
    here = Beginning()
    assert here.faults.plan(Throttle(operation="*")) == 1
    here.faults.plan(Throttle(operation="*", after=5))
    here.faults.reset()
    assert here.faults.planned() == ()
    assert here.engine.pending() == []
    assert here.faults.plan(Throttle(operation="*")) == 1


def test_every_member_of_every_kind_says_what_it_may_be() -> None:
    """Each kind takes a time window, and each member that is wrong is named with what is right."""
    for kind in KINDS.values():
        members = members_of(kind)
        assert {"after", "until"} <= members.keys()
        for member in members:
            example = fault_to_json(next(one for one in ALL if type(one) is kind))
            with pytest.raises(InvalidFault) as caught:
                fault_from_json({**example, member: {}})
            assert f"'{member}' of {kind.__name__} is {allowed_values(member)}" in str(caught.value)


def test_first_planned_strikes_first() -> None:
    """Of two faults that fit, the one planned first strikes first."""
    faults = Faults()
    faults.plan(Refuse(operation="RunTask", code="First"))
    faults.plan(Refuse(operation="RunTask", code="Second"))
    for code in ("First", "Second"):
        refusal = faults.before("ecs", "RunTask").refusal
        assert refusal is not None
        assert refusal.code == code


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
        ({"fault": "Throttle", "operation": "x", "after": -1}, "'after' of Throttle is a number"),
        ({"fault": "Throttle", "operation": "x", "after": 9, "until": 9}, "later than 'after', 9"),
        ({"fault": "Throttle", "operation": "x", "probability": 0}, "above 0 and up to 1"),
        ({"fault": "Throttle", "operation": "x", "seed": "s"}, "whole number, or null"),
        ({"fault": "DropConnection", "operation": "x", "moment": "now"}, "before, after"),
        ({"fault": "ZoneOutage"}, "needs the member 'zones'"),
        ({"fault": "ZoneOutage", "zones": []}, "at least one Availability Zone"),
        ({"fault": "ZoneOutage", "zones": ["a"], "remaining": 1}, "no member 'remaining'"),
        ({"fault": "Crash", "pattern": "x", "exit_code": 256}, "0 to 255"),
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

    def spot_tasks(self) -> list[tuple[str, str, str]]:
        return [(self.task, f"service:{self.task}", "us-east-1a")]

    def lose_zones(self, zones: Sequence[str]) -> None:
        self.hits.append(("lose_zones", *zones))

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


def test_faults_strike_at_their_moment() -> None:
    """A zone fails, and Spot takes tasks back, at the planned moment and in every region."""
    here, owner = Beginning(), Owner()
    here.faults.attach(owner)
    here.faults.plan(ZoneOutage(zones=("z",), after=5))
    here.faults.plan(SpotInterruption(group="service:t2", after=7))
    here.faults.plan(SpotInterruption(zones=("us-east-1b",)))
    assert [region.hits for region in owner.regions] == [[], []]
    here.engine.advance_by(6)
    assert [region.hits for region in owner.regions] == [[("lose_zones", "z")]] * 2
    here.engine.advance_by(6)
    assert owner.regions[0].hits == [("lose_zones", "z")]
    assert owner.regions[1].hits == [("lose_zones", "z"), ("interrupt_spot",)]
    assert len(here.faults.planned()) == 1


def test_spot_takes_back_as_many_tasks_as_planned() -> None:
    """What remains of a Spot interruption counts the tasks that it hits."""
    here, owner = Beginning(), Owner()
    here.faults.attach(owner)
    here.faults.plan(SpotInterruption(remaining=1))
    assert [region.hits for region in owner.regions] == [[("interrupt_spot",)], []]
    assert here.faults.planned() == ()


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
