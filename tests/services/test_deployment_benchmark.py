"""The benchmark of broken deployments: it is fair to who gives up, and to whom it cannot run."""

from __future__ import annotations

import pytest

from benchmarks.deployment_clients import FAILED, GAVE_UP, SUCCEEDED, Answer
from benchmarks.deployment_scenarios import SCENARIOS
from benchmarks.deployments import LONGEST_REASON, Result, Told, shortened
from benchmarks.stepped_world import SteppedWorld

BROKEN = next(each for each in SCENARIOS if each.cause == ("exit code 3",))
GOOD = next(each for each in SCENARIOS if each.succeeds)


def told(scenario: object, verdict: str, reason: str = "") -> Told:
    answer = Answer(verdict=verdict, reason=reason, seconds=33.4, calls=1234)
    return Told(scenario=scenario, client="somebody", answer=answer)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scenario", "verdict", "right"),
    [
        (BROKEN, FAILED, True),
        (BROKEN, SUCCEEDED, False),
        (BROKEN, GAVE_UP, False),
        (GOOD, SUCCEEDED, True),
        (GOOD, FAILED, False),
        (GOOD, GAVE_UP, False),
    ],
)
def test_truth_decides_who_was_right(scenario: object, verdict: str, right: bool) -> None:
    """A failure is right of a broken deployment alone, and giving up of none."""
    assert told(scenario, verdict).is_right is right


def test_cause_has_to_be_named() -> None:
    """That something failed is not yet why."""
    assert told(BROKEN, FAILED, "container main, exit code 3").names_the_cause
    assert not told(BROKEN, FAILED, "tasks failed to start").names_the_cause


def test_rows_tell_all() -> None:
    """A row has the verdict, its truth, the seconds, the calls and the words."""
    long = "container main, exit code 3, " + "x" * LONGEST_REASON
    result = Result(told=(told(BROKEN, FAILED, long), told(GOOD, SUCCEEDED)), missing={})
    broken, good = result.table().rows
    assert broken[1:7] == ("somebody", FAILED, "yes", "yes", "33 s", "1,234")
    assert broken[7] == shortened(long) != long
    assert good[3:5] == ("yes", "")
    assert "somebody was right 2 times of 2, and named the cause 1 times of 1." in (
        result.table().how
    )


def test_client_that_cannot_be_had_is_said() -> None:
    """No figure stands for a client that was not run."""
    nobody = Told(scenario=BROKEN, client="somebody", answer=None)
    table = Result(told=(nobody,), missing={"somebody": "no package index answers"}).table()
    assert table.rows == [(BROKEN.name, "somebody", "", "", "", "", "", "not measured")]
    assert "somebody could not be run: no package index answers." in table.how


def test_eight_deployments_are_broken() -> None:
    """There are eight ways to fail, each with the words of its cause, and one good deployment."""
    assert sum(not each.succeeds for each in SCENARIOS) == 8
    assert all(each.cause for each in SCENARIOS if not each.succeeds)
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)


def test_what_is_planned_happens_while_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """An act in the middle of a long sleep comes at its own moment, and then the rest passes."""
    monkeypatch.setattr(SteppedWorld, "_post", lambda self, path, wish: {})
    world, happened = SteppedWorld("http://127.0.0.1:1"), []
    world.advance(5)
    for seconds in (20, 10):
        world.at(seconds, lambda: happened.append(world.passed))
    world.advance(12)
    assert (happened, world.passed) == ([15], 17)
    world.advance(100)
    assert (happened, world.passed) == ([15, 25], 117)
