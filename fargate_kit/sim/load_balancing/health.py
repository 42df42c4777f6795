"""What a target's checks make of its health: pure rules, without a clock."""

from __future__ import annotations

from dataclasses import dataclass

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.facts import HealthSettings
from fargate_kit.sim.load_balancing.protocol import TargetHealth

PASSED: None = None
"""What a check that has passed leaves behind."""


@dataclass(frozen=True, slots=True)
class Course:
    """The health of a target and how its checks went last.

    Args:
        health: What AWS tells.
        streak: Passes in a row; failures in a row where it is negative.
    """

    health: TargetHealth
    streak: int = 0


def matches(matcher: str, status: int) -> bool:
    """Tell whether a matcher such as `200,300-302` has a status (service model, Matcher)."""
    for part in matcher.split(","):
        low, _, high = part.strip().partition("-")
        numbers = low.isdigit() and (high.isdigit() or not high)
        if numbers and int(low) <= status <= int(high or low):
            return True
    return False


def judge(settings: HealthSettings, status: int | None) -> TargetHealth | None:
    """Judge the answer to an HTTP check.

    Args:
        settings: Of the group.
        status: Of the answer; None if the connection was refused.

    Returns:
        None if it has passed, else the health of a target that keeps failing like that.
    """
    if status is None:
        return wording.FAILED
    if matches(settings.matcher, status):
        return PASSED
    return wording.mismatch(status)


def after_check(course: Course, failed: TargetHealth | None, settings: HealthSettings) -> Course:
    """Tell how a target is after one more check.

    A new target needs one pass, one that was unhealthy as many in a row as the group says
    (User Guide for Application Load Balancers, page target-group-health-checks).

    Args:
        course: How it was.
        failed: What `judge` said.
        settings: Of the group.
    """
    health = course.health
    if failed is None:
        streak = max(course.streak, 0) + 1
        needed = 1 if health.state == "initial" else settings.healthy_threshold
        if health.state != "healthy" and streak >= needed:
            return Course(wording.HEALTHY, streak)
        return Course(health, streak)
    streak = min(course.streak, 0) - 1
    if -streak >= settings.unhealthy_threshold:
        return Course(failed, streak)
    return Course(health, streak)
