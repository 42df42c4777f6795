"""The engine runs actions in one order, at their own times, and repeats itself exactly."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.sim.clock import StepClock, WallClock
from fargate_kit.sim.engine import Engine, EngineRunaway, NotSettled, WrongClock

STATES = ("PENDING", "ACTIVATING", "RUNNING", "STOPPING", "STOPPED")


class HandClock(WallClock):
    """A wall clock whose hands a test moves."""

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__(speed)
        self.present = 1_000_000_000

    def now(self) -> int:
        """Tell where the hands stand."""
        return self.present

    def pass_time(self, seconds: float) -> None:
        """Let real seconds pass."""
        self.present += round(seconds * 1_000_000)


@pytest.fixture
def engine() -> Engine:
    """An engine on a step clock."""
    return Engine(StepClock(), seed=7)


def history(seed: int, tasks: int = 300) -> str:
    """Live many jittered lives and digest everything that happened, in order."""
    engine = Engine(StepClock(), seed)
    seen: list[tuple[object, ...]] = []

    def live(task: int, states: tuple[str, ...]) -> None:
        stream = engine.random("task", task, states[0])

        def enter() -> None:
            seen.append((engine.now, task, states[0]))
            if states[1:]:
                live(task, states[1:])

        engine.after(round(stream.uniform(1, 10), 1), enter)

    def housekeep() -> None:
        seen.append((engine.now, "housekeeping"))
        engine.after(60, housekeep, background=True)

    housekeep()
    for task in range(tasks):
        live(task, STATES)
    engine.settle()
    assert len(seen) > tasks * len(STATES)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def test_actions_run_in_order_of_time_and_then_of_scheduling(engine: Engine) -> None:
    """Earlier actions run first, and of two at one time the one scheduled first."""
    seen: list[str] = []
    engine.after(2, lambda: seen.append("late"))
    engine.after(1, lambda: seen.append("first of two"))
    engine.after(1, lambda: seen.append("second of two"))
    engine.advance_by(5)
    assert seen == ["first of two", "second of two", "late"]


def test_an_action_sees_its_own_due_time(engine: Engine) -> None:
    """While an action runs, `now` is its due time, and what it schedules counts from there."""
    began = engine.now
    seen: list[int] = []

    def chain() -> None:
        seen.append(engine.now - began)
        if len(seen) < 3:
            engine.after(1.5, chain)

    engine.after(1.5, chain)
    engine.advance_by(100)
    assert seen == [1_500_000, 3_000_000, 4_500_000]
    assert engine.now - began == 100_000_000


def test_actions_that_run_late_keep_their_times() -> None:
    """A loop that was busy for a while changes no history on a wall clock."""
    clock = HandClock(speed=20)
    engine = Engine(clock)
    began = engine.now
    seen: list[float] = []

    def chain() -> None:
        seen.append((engine.now - began) / 1e6)
        engine.after(5, chain)

    engine.after(5, chain)
    clock.pass_time(1.1)
    engine.advance()
    assert seen == [0.25, 0.5, 0.75, 1.0]


def test_an_action_due_at_once_runs_in_the_same_advance(engine: Engine) -> None:
    """What an action schedules for its own instant runs after all that is due then."""
    seen: list[str] = []

    def first() -> None:
        seen.append("first")
        engine.after(0, lambda: seen.append("kicked"))

    engine.after(1, first)
    engine.after(1, lambda: seen.append("second"))
    engine.step()
    assert seen == ["first", "second", "kicked"]


def test_a_cancelled_action_never_runs(engine: Engine) -> None:
    """A cancelled action is gone, also for the next due time, and cancelling twice is fine."""
    seen: list[str] = []
    entry = engine.after(1, lambda: seen.append("cancelled"))
    engine.after(2, lambda: seen.append("kept"))
    engine.cancel(entry)
    engine.cancel(entry)
    assert not entry.pending
    assert engine.next_due() == engine.now + 2_000_000
    engine.settle()
    assert seen == ["kept"]
    engine.cancel(entry)
    assert engine.settled


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_an_action_cannot_be_due_before_now_or_never(engine: Engine, seconds: float) -> None:
    """A negative or endless delay is refused and schedules nothing."""
    with pytest.raises(ValueError, match="0 seconds or more"):
        engine.after(seconds, lambda: None)
    assert engine.next_due() is None


def test_settle_leaves_background_actions(engine: Engine) -> None:
    """Settling ends when only recurring housekeeping is left, and runs what falls due till then."""
    seen: list[str] = []

    def housekeep() -> None:
        seen.append("housekeeping")
        engine.after(60, housekeep, background=True)

    engine.after(60, housekeep, background=True)
    engine.after(150, lambda: seen.append("done"))
    engine.settle()
    assert seen == ["housekeeping", "housekeeping", "done"]
    assert engine.settled
    assert engine.next_due() is not None


def test_settle_gives_up_and_says_what_is_due(engine: Engine) -> None:
    """A world that never settles is an error that names what goes on."""

    def again() -> None:
        engine.after(10, again, name="tick of the service")

    again()
    with pytest.raises(NotSettled, match="tick of the service"):
        engine.settle(limit=3600)
    with pytest.raises(NotSettled, match="tick of the service"):
        engine.settle(instants=5)


def test_run_until_stops_at_the_instant_of_the_condition(engine: Engine) -> None:
    """The clock stands where the condition first held."""
    began = engine.now
    seen: list[int] = []
    for second in (1, 2, 3):
        engine.after(second, lambda: seen.append(engine.now))
    engine.run_until(lambda: len(seen) == 2, limit=60)
    assert engine.clock.now() - began == 2_000_000
    engine.run_until(lambda: len(seen) == 2, limit=0)


def test_run_until_gives_up_at_its_limit(engine: Engine) -> None:
    """A condition that does not come true is an error, and the clock stands at the limit."""
    began = engine.now
    engine.after(90, lambda: None, name="too late")
    with pytest.raises(NotSettled, match="too late"):
        engine.run_until(lambda: False, limit=30)
    assert engine.clock.now() - began == 30_000_000


def test_step_goes_to_the_next_instant_only(engine: Engine) -> None:
    """A step runs everything due at one instant and nothing after it."""
    seen: list[str] = []
    engine.after(1, lambda: seen.append("a"))
    engine.after(1, lambda: seen.append("b"))
    engine.after(2, lambda: seen.append("c"))
    assert engine.step()
    assert seen == ["a", "b"]
    assert engine.step()
    assert not engine.step()


def test_runaway_is_an_error_that_names_the_action() -> None:
    """Actions that schedule actions without time passing end in an error, not in a hang."""
    engine = Engine(StepClock(), actions_at_one_instant=50)

    def forever() -> None:
        engine.after(0, forever, name="reconcile web")

    engine.after(1, forever)
    with pytest.raises(EngineRunaway, match=r"50 actions.*reconcile web"):
        engine.step()
    with pytest.raises(EngineRunaway):
        engine.advance_by(1)


def test_many_actions_at_one_instant_over_many_requests_are_no_runaway() -> None:
    """The bound counts a cascade, not the requests that arrive while a step clock stands."""
    engine = Engine(StepClock(), actions_at_one_instant=50)
    for _ in range(200):
        engine.after(0, lambda: None)
        engine.advance()


def test_an_action_that_raises_stops_nothing_else(engine: Engine) -> None:
    """The error comes out of the advance; the rest stays scheduled and runs at the next."""
    seen: list[str] = []

    def fail() -> None:
        raise RuntimeError("broken action")

    engine.after(1, fail)
    engine.after(1, lambda: seen.append("next"))
    with pytest.raises(RuntimeError, match="broken action"):
        engine.advance_by(5)
    engine.advance_by(5)
    assert seen == ["next"]
    assert engine.settled


def test_an_action_cannot_advance_its_engine(engine: Engine) -> None:
    """Time is never moved from inside an action."""
    engine.after(1, engine.advance)
    with pytest.raises(RuntimeError, match="not advance the engine"):
        engine.step()


def test_streams_of_different_purposes_are_independent(engine: Engine) -> None:
    """A draw for one purpose shifts no other, and a purpose always begins alike."""
    first = engine.random("task", "4f")
    expected = [first.random() for _ in range(3)]
    engine.random("task", "50").random()
    assert [engine.random("task", "4f").random(), *expected[1:]] == expected
    assert engine.random("task", "50").random() != expected[0]
    assert engine.random("a", "b").random() != engine.random("a/b").random()
    assert Engine(StepClock(), seed=8).random("task", "4f").random() != expected[0]


def test_the_same_seed_replays_exactly() -> None:
    """One seed has one history, and another seed another one."""
    assert history(7) == history(7)
    assert history(7) != history(8)


def test_replay_does_not_depend_on_the_process() -> None:
    """Another process, with another hash seed, lives the same history."""
    code = (
        "import importlib.util; "
        f"spec = importlib.util.spec_from_file_location('replayed', {__file__!r}); "
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module); "
        "print(module.history(7))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert printed.stdout.strip() == history(7)


def test_change_of_speed_rescales_what_remains() -> None:
    """Half of ten seconds at speed 1 and the other half at speed 5 take six seconds."""
    clock = HandClock(speed=1)
    engine = Engine(clock)
    began = engine.now
    entry = engine.after(10, lambda: None)
    clock.pass_time(5)
    engine.change_speed(5)
    assert entry.due - began == 6_000_000
    assert engine.next_due() == entry.due
    later = engine.after(5, lambda: None)
    assert later.due == entry.due


@given(
    delays=st.lists(st.integers(0, 2_000), min_size=1, max_size=30),
    speeds=st.lists(st.floats(0.01, 1_000_000), min_size=1, max_size=4),
)
def test_change_of_speed_keeps_the_order(delays: list[int], speeds: list[float]) -> None:
    """However often the speed changes, actions run in the order in which they would have run."""

    def order(changes: list[float]) -> list[int]:
        clock = HandClock(speed=1)
        engine = Engine(clock)
        seen: list[int] = []

        def note(number: int) -> Callable[[], None]:
            return lambda: seen.append(number)

        for number, milliseconds in enumerate(delays):
            engine.after(milliseconds / 1_000_000, note(number))
        for speed in changes:
            engine.change_speed(speed)
        clock.pass_time(1_000)
        engine.advance()
        return seen

    assert order(speeds) == order([])
    assert sorted(order(speeds)) == list(range(len(delays)))


def test_only_the_right_clock_does_what_is_asked(engine: Engine) -> None:
    """A wall clock cannot be moved, and a step clock has no speed."""
    walled = Engine(WallClock())
    for move in (walled.step, walled.settle, lambda: walled.advance_by(1)):
        with pytest.raises(WrongClock, match="wall clock"):
            move()
    with pytest.raises(WrongClock, match="moves by itself"):
        walled.advance(walled.clock.now() + 60_000_000)
    with pytest.raises(WrongClock, match="only a wall clock has a speed"):
        engine.change_speed(2)


def test_reset_takes_everything_back(engine: Engine) -> None:
    """After a reset nothing is due, and the present is the same."""
    engine.after(1, lambda: None)
    engine.after(1, lambda: None, background=True)
    engine.advance_by(0.5)
    now = engine.now
    engine.reset()
    assert (engine.next_due(), engine.settled, engine.now) == (None, True, now)
