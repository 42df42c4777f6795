"""What a scaling policy wants at one moment: pure rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.scaling.arithmetic import (
    EXACT,
    find_step,
    stepped_capacity,
    tracked_capacity,
)
from fargate_kit.sim.scaling.state import Stepping, Suspension, Tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A scalable target at one moment.

    Args:
        deploying: Whether a deployment runs, during which nothing is scaled in.
        out_base: During the cooldown after a scale-out, the capacity before it.
        in_cooldown: Whether the cooldown after a scale-in runs.
        fresh: Whether there is a datapoint from after the target was scaled in to none.
    """

    desired: int
    running: int
    minimum: int
    maximum: int
    deploying: bool = False
    out_base: int | None = None
    in_cooldown: bool = False
    fresh: bool = True
    suspended: Suspension = field(default_factory=Suspension)

    def clamp(self, capacity: int) -> int:
        """Bring a capacity between the bounds."""
        return max(self.minimum, min(capacity, self.maximum))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A capacity that a policy asks for.

    Args:
        outward: Whether it is a scale-out.
        cooldown: Seconds.
        base: The capacity that it was computed from.
    """

    capacity: int
    outward: bool
    cooldown: int
    base: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why a policy cannot have what its alarm is about (API reference, NotScaledReason)."""

    code: str
    members: Mapping[str, int]

    def picture(self) -> dict[str, Any]:
        """Give it as the service model has it."""
        return {"Code": self.code, **self.members}


Outcome = Wish | Hold | None


def track_out(at: Situation, policy: Tracking, metric: float) -> Outcome:
    """Tell what a policy wants whose metric is above its target.

    The computation starts from the running count; from none, the first step is one task.
    During the cooldown after a scale-out it starts from the capacity before that one, so that
    what was added counts (Developer Guide, page service-auto-scaling).
    """
    if at.suspended.scaling_out or not math.isfinite(metric):
        return None
    if at.running:
        base = at.running if at.out_base is None else max(1, min(at.running, at.out_base))
        wanted = tracked_capacity(base, metric, policy.target)
    elif at.desired or not at.fresh:
        return None
    else:
        base, wanted = 0, 1
    return _outward(at, wanted, policy.out_cooldown, base)


def track_in(at: Situation, policy: Tracking, metric: float) -> Outcome:
    """Tell what a policy wants whose metric is well below its target.

    Source: Developer Guide, page service-auto-scaling.
    """
    if not policy.scale_in or not math.isfinite(metric):
        return None
    held = _held_in(at)
    if held is not None or _blocked_in(at) or at.running > at.desired or not at.running:
        return held
    capacity = at.clamp(tracked_capacity(at.running, metric, policy.target))
    if capacity < at.desired:
        return Wish(capacity=capacity, outward=False, cooldown=policy.in_cooldown, base=at.running)
    return Hold(code="AutoScalingAnticipatedFlapping", members={})


def step(at: Situation, policy: Stepping, difference: float, *, above: bool) -> Outcome:
    """Tell what a step policy wants.

    Args:
        at: The target.
        policy: Its steps.
        difference: The metric less the alarm's threshold.
        above: Whether the breach is an upward one.
    """
    found = find_step(policy.steps, difference, above=above)
    if found is None:
        return None
    exact = policy.kind == EXACT
    outward = found.adjustment > (at.desired if exact else 0)
    if outward:
        if at.suspended.scaling_out:
            return None
        base = at.running if at.out_base is None else min(at.running, at.out_base)
        if at.desired < at.minimum:
            base = max(base, at.minimum)
        wanted = stepped_capacity(policy.kind, found.adjustment, base, policy.magnitude)
        return _outward(at, wanted, policy.cooldown, base)
    held = _held_in(at)
    if held is not None or _blocked_in(at):
        return held
    base = min(at.running, at.maximum)
    capacity = at.clamp(stepped_capacity(policy.kind, found.adjustment, base, policy.magnitude))
    if capacity < at.desired:
        return Wish(capacity=capacity, outward=False, cooldown=policy.cooldown, base=base)
    return Hold(code="AlreadyAtDesiredCapacity", members={"CurrentCapacity": at.desired})


def _outward(at: Situation, wanted: int, cooldown: int, base: int) -> Outcome:
    if at.desired >= at.maximum:
        return Hold(code="AlreadyAtMaxCapacity", members={"MaxCapacity": at.maximum})
    capacity = at.clamp(wanted)
    if capacity > at.desired:
        return Wish(capacity=capacity, outward=True, cooldown=cooldown, base=base)
    if at.out_base is not None:
        return None
    return Hold(code="AlreadyAtDesiredCapacity", members={"CurrentCapacity": at.desired})


def _blocked_in(at: Situation) -> bool:
    return at.in_cooldown or at.suspended.scaling_in


def _held_in(at: Situation) -> Hold | None:
    if _blocked_in(at):
        return None
    if at.desired <= at.minimum:
        return Hold(code="AlreadyAtMinCapacity", members={"MinCapacity": at.minimum})
    if at.deploying:
        return Hold(code="TargetServicePutResourceAsUnscalable", members={})
    return None
