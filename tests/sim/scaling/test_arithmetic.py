"""How many tasks a policy asks for, as tables."""

from __future__ import annotations

import pytest

from fargate_kit.sim.scaling.arithmetic import (
    CHANGE,
    EXACT,
    PERCENT,
    Step,
    find_step,
    percent_change,
    stepped_capacity,
    steps_problem,
    tracked_capacity,
)


@pytest.mark.parametrize(
    ("running", "metric", "target", "capacity"),
    [
        (1, 180.0, 50.0, 4),
        (2, 90.0, 50.0, 4),
        (3, 50.0, 50.0, 3),
        (10, 50.1, 50.0, 11),
        (10, 44.0, 50.0, 9),
        (2, 44.0, 50.0, 2),
        (7, 0.0, 50.0, 0),
        (3, 0.3, 0.1, 9),
    ],
)
def test_tracked_capacity_is_in_proportion(
    running: int, metric: float, target: float, capacity: int
) -> None:
    """The capacity follows the ratio of metric and target, rounded up and not by a trifle."""
    assert tracked_capacity(running, metric, target) == capacity


@pytest.mark.parametrize(
    ("base", "percent", "magnitude", "change"),
    [
        (10, 25, 0, 2),
        (3, 10, 0, 1),
        (10, 10, 0, 1),
        (15, 10, 0, 1),
        (12, 55, 0, 6),
        (3, -10, 0, -1),
        (12, -55, 0, -6),
        (12, -50, 0, -6),
        (4, 25, 2, 2),
        (40, 25, 2, 10),
        (4, -25, 3, -3),
        (0, 50, 0, 0),
        (0, 50, 2, 2),
        (5, 0, 2, 0),
    ],
)
def test_percentages_are_rounded_as_documented(
    base: int, percent: int, magnitude: int, change: int
) -> None:
    """Towards zero beyond one, to one below it, and never less than the least magnitude."""
    assert percent_change(base, percent, magnitude) == change


@pytest.mark.parametrize(
    ("kind", "adjustment", "base", "capacity"),
    [(CHANGE, 3, 4, 7), (CHANGE, -9, 4, 0), (EXACT, 5, 40, 5), (PERCENT, 50, 4, 6)],
)
def test_adjustments_are_applied(kind: str, adjustment: int, base: int, capacity: int) -> None:
    """Each adjustment type reads the number in its own way, and no capacity is negative."""
    assert stepped_capacity(kind, adjustment, base) == capacity


OUT = (
    Step(lower=0, upper=10, adjustment=1),
    Step(lower=10, upper=20, adjustment=2),
    Step(lower=20, upper=None, adjustment=3),
)
IN = (Step(lower=-10, upper=0, adjustment=-1), Step(lower=None, upper=-10, adjustment=-2))


@pytest.mark.parametrize(
    ("steps", "difference", "above", "adjustment"),
    [
        (OUT, 0.0, True, 1),
        (OUT, 9.9, True, 1),
        (OUT, 10.0, True, 2),
        (OUT, 500.0, True, 3),
        (OUT, -1.0, True, None),
        (IN, 0.0, False, -1),
        (IN, -9.9, False, -1),
        (IN, -10.0, False, -2),
        (IN, -11.0, False, -2),
        (IN, 1.0, False, None),
    ],
)
def test_steps_own_one_of_their_bounds(
    steps: tuple[Step, ...], difference: float, above: bool, adjustment: int | None
) -> None:
    """Above the threshold the lower bound belongs to a step, below it the upper one."""
    found = find_step(steps, difference, above=above)
    assert (found and found.adjustment) == adjustment


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        ([(0, None)], None),
        ([(None, 0)], None),
        ([(-10, 0), (None, -10)], None),
        ([(0, 10), (10, None)], None),
        ([(None, None)], "at least one bound"),
        ([(5, 5)], "less than its upper"),
        ([(0, 10), (20, None)], "a gap"),
        ([(0, 15), (10, None)], "an overlap"),
        ([(0, None), (10, None)], "no upper bound"),
        ([(None, -5), (None, 0)], "no lower bound"),
        ([(-10, 0)], "negative lower"),
        ([(0, 10)], "positive upper"),
    ],
)
def test_impossible_steps_are_told(
    bounds: list[tuple[int | None, int | None]], problem: str | None
) -> None:
    """Gaps, overlaps and missing ends are named, and whatever is sound passes."""
    steps = [Step(lower=lower, upper=upper, adjustment=1) for lower, upper in bounds]
    found = steps_problem(steps)
    assert found is None if problem is None else problem in str(found)
