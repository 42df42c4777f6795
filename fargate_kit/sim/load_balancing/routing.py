"""Which target of a group gets a request."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fargate_kit.sim.load_balancing.facts import TargetGroupFact
from fargate_kit.sim.load_balancing.targets import TargetState
from fargate_kit.sim.load_balancing.wheel import Wheel

_COUNT = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"
_PERCENTAGE = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"
_SERVING = frozenset({"healthy", "unavailable"})
_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Candidates:
    """The targets that may get a request.

    Args:
        targets: In the order of registration.
        fail_open: Whether there are too few healthy ones, so that the others get requests too.
    """

    targets: tuple[TargetState, ...]
    fail_open: bool


def candidates(group: TargetGroupFact, targets: Sequence[TargetState]) -> Candidates:
    """Tell which targets may get a request.

    With fewer healthy ones than the group's attributes ask for, all of them get requests:
    the load balancer fails open (User Guide, page target-group-health-checks).
    """
    registered = [one for one in targets if one.health.state not in {"draining", "unused"}]
    healthy = [one for one in registered if one.health.state in _SERVING]
    if len(healthy) >= _needed(group, len(registered)):
        return Candidates(tuple(healthy), False)
    return Candidates(tuple(registered), True)


def weights(
    group: TargetGroupFact, targets: Sequence[TargetState], age: Callable[[TargetState], float]
) -> dict[tuple[str, int], float]:
    """Tell the share of each target: all the same but for those that start slowly.

    Args:
        group: Its attribute `slow_start.duration_seconds` says how slowly.
        targets: The candidates.
        age: Tells for how many nominal seconds a target has been healthy.
    """
    slow = group.seconds("slow_start.duration_seconds", 0.0)
    ages = {one.key: age(one) for one in targets}
    warm = any(each >= slow for each in ages.values())
    if not slow or not warm:  # newcomers among themselves do not start slowly
        return dict.fromkeys(ages, 1.0)
    return {key: min(1.0, max(_LEAST_SHARE, each / slow)) for key, each in ages.items()}


class Router:
    """Chooses targets, group by group.

    Answers take no time here, so no request is ever outstanding: the algorithm
    `least_outstanding_requests` comes to the same as `round_robin`.
    """

    def __init__(self) -> None:
        self._wheels: dict[str, Wheel[tuple[str, int]]] = {}
        self._groups: dict[str, Wheel[str]] = {}

    def group(self, rule_arn: str, groups: Sequence[tuple[str, int]]) -> str | None:
        """Choose a target group by weight; None if none has any."""
        if len(groups) == 1 and groups[0][1] > 0:
            return groups[0][0]
        wheel = self._groups.setdefault(rule_arn, Wheel())
        return wheel.turn({arn: float(weight) for arn, weight in groups})

    def target(
        self,
        group: TargetGroupFact,
        targets: Sequence[TargetState],
        age: Callable[[TargetState], float],
        chance: random.Random,
    ) -> TargetState | None:
        """Choose a target by the group's algorithm.

        Args:
            group: The group.
            targets: The candidates.
            age: Tells for how many nominal seconds a target has been healthy.
            chance: For the algorithm `weighted_random`.
        """
        if not targets:
            return None
        if group.attributes.get("load_balancing.algorithm.type") == "weighted_random":
            return chance.choice(targets)
        wheel = self._wheels.setdefault(group.arn, Wheel())
        chosen = wheel.turn(weights(group, targets, age))
        return next(one for one in targets if one.key == chosen)


def _needed(group: TargetGroupFact, registered: int) -> int:
    """Tell how many healthy targets there must be."""
    count = _number(group.attributes.get(_COUNT, "1"))
    percentage = _number(group.attributes.get(_PERCENTAGE, "off"))
    return max(1, count, math.ceil(registered * percentage / 100))


def _number(text: str) -> int:
    return int(text) if str(text).isdigit() else 0
