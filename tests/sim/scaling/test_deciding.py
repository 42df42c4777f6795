"""What a policy wants at one moment: bounds, cooldowns, deployments, suspension."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.scaling.arithmetic import Step
from fargate_kit.sim.scaling.deciding import (
    Hold,
    Outcome,
    Situation,
    Wish,
    step,
    track_in,
    track_out,
)
from fargate_kit.sim.scaling.state import Stepping, Suspension, Tracking

TRACKING = Tracking(
    target=50.0,
    namespace="AWS/ECS",
    metric="CPUUtilization",
    dimensions=(),
    statistic="Average",
    unit=None,
    out_cooldown=60,
    in_cooldown=120,
    scale_in=True,
    asked={},
)


def stepping(kind: str, adjustment: int) -> Stepping:
    """A policy whose steps all say the same."""
    steps = (
        Step(lower=0.0, upper=None, adjustment=adjustment),
        Step(lower=None, upper=0.0, adjustment=adjustment),
    )
    return Stepping(
        kind=kind, steps=steps, magnitude=0, cooldown=90, aggregation="Average", asked={}
    )


def at(desired: int, running: int | None = None, **members: Any) -> Situation:
    """A target of 1 to 10 tasks."""
    bounds = {"minimum": 1, "maximum": 10, **members}
    return Situation(desired=desired, running=desired if running is None else running, **bounds)


def said(outcome: Outcome) -> int | str | None:
    """The capacity, or the code."""
    if isinstance(outcome, Wish):
        return outcome.capacity
    return outcome.code if isinstance(outcome, Hold) else None


@pytest.mark.parametrize(
    ("situation", "metric", "wanted"),
    [
        (at(2), 90.0, 4),
        (at(2), 1000.0, 10),
        (at(10), 90.0, "AlreadyAtMaxCapacity"),
        (at(12), 90.0, "AlreadyAtMaxCapacity"),
        (at(4, 2), 90.0, "AlreadyAtDesiredCapacity"),  # the base is what runs
        (at(4, out_base=2), 90.0, None),  # what was added counts as part of the next step
        (at(4, out_base=2), 120.0, 5),  # a larger one goes on during the cooldown
        (at(2, deploying=True), 90.0, 4),  # a deployment stops no scale-out
        (at(2, in_cooldown=True), 90.0, 4),
        (at(2, suspended=Suspension(scaling_out=True)), 90.0, None),
        (at(2, suspended=Suspension(scaling_in=True)), 90.0, 4),
        (at(1, minimum=3), 60.0, 3),  # below the minimum, to the minimum first
        (at(0, minimum=0), 500.0, 1),  # from none, the smallest step
        (at(0, minimum=0, fresh=False), 500.0, None),
        (at(3, 0), 500.0, None),  # they are on their way
        (at(2), float("inf"), None),
    ],
)
def test_tracking_scales_out(situation: Situation, metric: float, wanted: int | str | None) -> None:
    """A metric above its target asks for what would meet it, within bounds and cooldown."""
    assert said(track_out(situation, TRACKING, metric)) == wanted


@pytest.mark.parametrize(
    ("situation", "metric", "wanted"),
    [
        (at(4), 7.5, 1),
        (at(10), 40.0, 8),
        (at(4), 0.0, 1),
        (at(2), 44.0, "AutoScalingAnticipatedFlapping"),
        (at(1), 5.0, "AlreadyAtMinCapacity"),
        (at(1, minimum=3), 5.0, "AlreadyAtMinCapacity"),
        (at(12), 49.0, 10),  # above the maximum, to the maximum first
        (at(4, deploying=True), 7.5, "TargetServicePutResourceAsUnscalable"),
        (at(4, in_cooldown=True), 7.5, None),
        (at(4, out_base=2), 7.5, 1),
        (at(4, 6), 7.5, None),  # still on the way down
        (at(4, suspended=Suspension(scaling_in=True)), 7.5, None),
        (at(1, minimum=0), 0.0, 0),
    ],
)
def test_tracking_scales_in(situation: Situation, metric: float, wanted: int | str | None) -> None:
    """A metric below its target gives up what it surely can, and nothing in between."""
    assert said(track_in(situation, TRACKING, metric)) == wanted


def test_scale_in_can_be_disabled() -> None:
    """With DisableScaleIn a policy never asks for less, and says nothing about it."""
    policy = Tracking(**{
        **{name: getattr(TRACKING, name) for name in Tracking.__slots__},
        "scale_in": False,
    })
    assert track_in(at(4), policy, 5.0) is None


@pytest.mark.parametrize(
    ("situation", "kind", "adjustment", "wanted"),
    [
        (at(2), "ChangeInCapacity", 2, 4),
        (at(9), "ChangeInCapacity", 5, 10),
        (at(10), "ChangeInCapacity", 1, "AlreadyAtMaxCapacity"),
        (at(3, out_base=1), "ChangeInCapacity", 2, None),
        (at(3, out_base=1), "ChangeInCapacity", 3, 4),  # 2 were added: 1 more
        (at(1, minimum=3), "ChangeInCapacity", 2, 5),  # to the minimum, and on from there
        (at(4), "ChangeInCapacity", -1, 3),
        (at(4, in_cooldown=True), "ChangeInCapacity", -1, None),
        (at(4, deploying=True), "ChangeInCapacity", -1, "TargetServicePutResourceAsUnscalable"),
        (at(12), "ChangeInCapacity", -1, 9),
        (at(3, 4), "ChangeInCapacity", -1, "AlreadyAtDesiredCapacity"),
        (at(1), "ChangeInCapacity", -1, "AlreadyAtMinCapacity"),
        (at(4), "PercentChangeInCapacity", 50, 6),
        (at(4), "ExactCapacity", 7, 7),
        (at(7), "ExactCapacity", 4, 4),
        (at(7), "ExactCapacity", 7, "AlreadyAtDesiredCapacity"),
    ],
)
def test_steps_scale(
    situation: Situation, kind: str, adjustment: int, wanted: int | str | None
) -> None:
    """A step is applied to what runs, within bounds, and counts what a cooldown has added."""
    assert said(step(situation, stepping(kind, adjustment), 1.0, above=True)) == wanted


def test_no_step_for_a_breach() -> None:
    """Where no step has the breach, nothing is wanted."""
    policy = Stepping(
        kind="ChangeInCapacity",
        steps=(Step(lower=10.0, upper=None, adjustment=1),),
        magnitude=0,
        cooldown=0,
        aggregation="Average",
        asked={},
    )
    assert step(at(2), policy, 5.0, above=True) is None
