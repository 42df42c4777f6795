"""How many tasks a scaling policy asks for: pure arithmetic."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

CHANGE, EXACT, PERCENT = "ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step adjustment; its bounds are differences from the alarm's threshold.

    Args:
        lower: None for minus infinity.
        upper: None for plus infinity.
        adjustment: Tasks or percent, by the adjustment type.
    """

    lower: float | None = None
    upper: float | None = None
    adjustment: int


def tracked_capacity(running: int, metric: float, target: float) -> int:
    """Tell with how many tasks a metric in proportion to their number would meet its target.

    It is rounded up both ways: a scale-in never leaves too few (Application Auto Scaling
    User Guide, page target-tracking-scaling-policy-overview).
    """
    return math.ceil(round(running * metric / target, 9))


def stepped_capacity(kind: str, adjustment: int, base: int, magnitude: int = 0) -> int:
    """Apply a step adjustment.

    Args:
        kind: The adjustment type.
        adjustment: Tasks or percent.
        base: The capacity that is adjusted.
        magnitude: By how many tasks a percentage changes the capacity at least.
    """
    if kind == EXACT:
        return adjustment
    if kind == CHANGE:
        return max(0, base + adjustment)
    return max(0, base + percent_change(base, adjustment, magnitude))


def percent_change(base: int, percent: int, magnitude: int = 0) -> int:
    """Round a percentage of a capacity to whole tasks.

    Between 0 and 1 becomes 1, more is rounded down; downwards likewise towards zero
    (Application Auto Scaling User Guide, page application-auto-scaling-step-scaling-policies).
    """
    exact = abs(base * percent) / 100
    size = math.floor(exact) if exact > 1 else math.ceil(exact)
    if percent:
        size = max(size, magnitude)
    return size if percent > 0 else -size


def find_step(steps: Sequence[Step], difference: float, *, above: bool) -> Step | None:
    """Find the step for a breach.

    Args:
        steps: Without overlaps.
        difference: The metric less the alarm's threshold.
        above: Above the threshold the lower bound belongs to a step, below it the upper one.
    """
    for step in steps:
        lower = -math.inf if step.lower is None else step.lower
        upper = math.inf if step.upper is None else step.upper
        if (lower <= difference < upper) if above else (lower < difference <= upper):
            return step
    return None


def steps_problem(steps: Sequence[Step]) -> str | None:
    """Tell what is wrong with a policy's steps (service model, StepAdjustment)."""
    if any(one.lower is None and one.upper is None for one in steps):
        return "at least one bound of a step adjustment must be given"
    if any(
        one.lower is not None and one.upper is not None and one.lower >= one.upper for one in steps
    ):
        return "the lower bound of a step adjustment must be less than its upper bound"
    for name in ("lower", "upper"):
        if sum(getattr(one, name) is None for one in steps) > 1:
            return f"at most one step adjustment can have no {name} bound"
    ordered = sorted(steps, key=lambda one: -math.inf if one.lower is None else one.lower)
    for one, other in itertools.pairwise(ordered):
        if one.upper != other.lower:
            wrong = "a gap between" if _ends_before(one, other) else "an overlap of"
            return f"there is {wrong} step adjustments"
    least, most = ordered[0].lower, ordered[-1].upper
    if least is not None and least < 0:
        return "with a negative lower bound, one step adjustment must have no lower bound"
    if most is not None and most > 0:
        return "with a positive upper bound, one step adjustment must have no upper bound"
    return None


def _ends_before(one: Step, other: Step) -> bool:
    return one.upper is not None and other.lower is not None and one.upper < other.lower
