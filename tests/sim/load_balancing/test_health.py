"""What checks make of a target's health, as tables of the rule alone."""

from __future__ import annotations

import pytest

from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.facts import HealthSettings
from fargate_kit.sim.load_balancing.health import Course, after_check, judge, matches
from fargate_kit.sim.load_balancing.protocol import TargetHealth

SETTINGS = HealthSettings(healthy_threshold=3, unhealthy_threshold=2)
STARTS = {
    "initial": wording.CHECKING,
    "healthy": wording.HEALTHY,
    "unhealthy": wording.TIMED_OUT,
}


@pytest.mark.parametrize(
    ("matcher", "status", "expected"),
    [
        ("200", 200, True),
        ("200", 201, False),
        ("200,202", 202, True),
        ("200-299", 250, True),
        ("200-299,301", 300, False),
        ("200-299, 301", 301, True),
        ("nonsense,200", 200, True),
        ("", 200, False),
    ],
)
def test_matcher_has_numbers_and_ranges(matcher: str, status: int, expected: bool) -> None:
    """A matcher is a list of codes and of ranges of codes, both ends included."""
    assert matches(matcher, status) is expected


def test_judge_names_what_was_wrong() -> None:
    """A wrong status is named in the description, a refused connection has its own reason."""
    assert judge(SETTINGS, 200) is None
    assert judge(SETTINGS, 404) == TargetHealth(
        "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]"
    )
    assert judge(SETTINGS, None) == TargetHealth(
        "unhealthy", "Target.FailedHealthChecks", "Health checks failed"
    )


@pytest.mark.parametrize(
    ("start", "checks", "states"),
    [
        ("initial", "p", "healthy"),
        ("initial", "f", "initial"),
        ("initial", "fp", "initial healthy"),
        ("initial", "ff", "initial unhealthy"),
        ("initial", "fpf", "initial healthy healthy"),
        ("healthy", "ff", "healthy unhealthy"),
        ("healthy", "fpfpf", "healthy healthy healthy healthy healthy"),
        ("unhealthy", "ppp", "unhealthy unhealthy healthy"),
        ("unhealthy", "ppfppp", "unhealthy unhealthy unhealthy unhealthy unhealthy healthy"),
        ("unhealthy", "pppff", "unhealthy unhealthy healthy healthy unhealthy"),
    ],
)
def test_health_follows_the_checks(start: str, checks: str, states: str) -> None:
    """A new target needs one pass, others the healthy threshold; failures need theirs in a row."""
    course = Course(STARTS[start])
    seen = []
    for check in checks:
        course = after_check(course, None if check == "p" else wording.FAILED, SETTINGS)
        seen.append(course.health.state)
    assert seen == states.split()


def test_reason_is_that_of_the_last_failure() -> None:
    """An unhealthy target whose checks fail otherwise now says so at once."""
    course = Course(wording.CHECKING)
    for failed in (wording.TIMED_OUT, wording.mismatch(503), wording.mismatch(500)):
        course = after_check(course, failed, SETTINGS)
    assert course.health == wording.mismatch(500)


def test_thresholds_may_change_on_the_way() -> None:
    """What counts is the threshold at the time of the check."""
    course = after_check(Course(wording.HEALTHY), wording.FAILED, SETTINGS)
    strict = HealthSettings(unhealthy_threshold=1)
    assert after_check(Course(wording.HEALTHY), wording.FAILED, strict).health.state == "unhealthy"
    patient = HealthSettings(unhealthy_threshold=3)
    assert after_check(course, wording.FAILED, patient).health.state == "healthy"
