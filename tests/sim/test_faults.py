"""The plan of faults: what it answers to whom, when, how often and how likely."""

from __future__ import annotations

import pytest

from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.faults import (
    UNHARMED,
    CapacityUnavailable,
    Crash,
    DropConnection,
    ExpiredCredentials,
    Faults,
    ImageMissing,
    InvalidFault,
    LoseReply,
    OutOfMemory,
    Refuse,
    SlowPull,
    SlowReply,
    Throttle,
    ZoneOutage,
)
from fargate_kit.sim.request import Protocol


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


def test_bad_values_are_refused_when_planned() -> None:
    """A fault made in Python is checked like one from JSON."""
    with pytest.raises(InvalidFault, match="1 or more"):
        Faults().plan(ImageMissing(pattern="x", remaining=-1))
