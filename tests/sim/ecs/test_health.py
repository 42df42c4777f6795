"""Container health checks, and the health of a task."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.faults import Unhealthy


def _check(**members: Any) -> dict[str, Any]:
    return {"command": ["CMD-SHELL", "curl -f localhost"], "interval": 10, **members}


def test_without_check_health_is_unknown(demo: Any) -> None:
    """A container without a health check is UNKNOWN for ever, and so is its task."""
    arn = demo.start(demo.container())
    demo.engine.settle()
    demo.engine.advance_by(600)
    assert demo.task(arn)["healthStatus"] == "UNKNOWN"
    assert demo.containers(arn)["main"]["healthStatus"] == "UNKNOWN"


def test_first_pass_makes_healthy(demo: Any) -> None:
    """The first check comes after one interval, and its success makes the container HEALTHY."""
    app = demo.image("app")
    arn = demo.start(demo.container(healthCheck=_check()))
    demo.wait(arn, "RUNNING")
    before = demo.task(arn)
    demo.engine.advance_by(9)
    assert demo.task(arn)["healthStatus"] == "UNKNOWN"
    demo.engine.advance_by(1)
    after = demo.task(arn)
    assert after["healthStatus"] == after["containers"][0]["healthStatus"] == "HEALTHY"
    assert after["version"] == before["version"] + 1
    assert app.checks == [(("CMD-SHELL", "curl -f localhost"), 10.0)]


def test_failures_in_a_row_make_unhealthy(demo: Any) -> None:
    """As many failures in a row as there are retries make a container UNHEALTHY."""
    demo.image("app", answers=lambda seconds: 1 if seconds >= 30 else 0)
    arn = demo.start(demo.container(healthCheck=_check(retries=3)))
    demo.wait(arn, "RUNNING")
    demo.engine.advance_by(49)
    assert demo.task(arn)["healthStatus"] == "HEALTHY"
    demo.engine.advance_by(1)
    assert demo.task(arn)["healthStatus"] == "UNHEALTHY"
    assert demo.task(arn)["lastStatus"] == "RUNNING"


def test_single_failures_are_forgiven(demo: Any) -> None:
    """Failures with a success between them do not add up."""
    demo.image("app", answers=lambda seconds: int(seconds % 30 != 0))
    arn = demo.start(demo.container(healthCheck=_check(retries=3)))
    demo.wait(arn, "RUNNING")
    demo.engine.advance_by(600)
    assert demo.task(arn)["healthStatus"] == "HEALTHY"


def test_start_period_forgives(demo: Any) -> None:
    """Failures within the start period do not count; a success within it does."""
    demo.image("app", answers=lambda seconds: int(seconds < 60))
    patient = demo.start(demo.container(healthCheck=_check(retries=2, startPeriod=55)))
    strict = demo.start(demo.container(healthCheck=_check(retries=2)), family="strict")
    demo.wait(patient, "RUNNING")
    demo.engine.advance_by(50)
    assert demo.task(patient)["healthStatus"] == "UNKNOWN"
    assert demo.task(strict)["healthStatus"] == "UNHEALTHY"
    demo.engine.advance_by(10)
    assert demo.task(patient)["healthStatus"] == "HEALTHY"
    assert demo.task(strict)["healthStatus"] == "HEALTHY"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("HEALTHY", "HEALTHY", "HEALTHY"),
        ("HEALTHY", "UNHEALTHY", "UNHEALTHY"),
        ("UNKNOWN", "HEALTHY", "UNKNOWN"),
        ("UNKNOWN", "UNHEALTHY", "UNHEALTHY"),
    ],
)
def test_task_health_over_essential_containers(
    demo: Any, first: str, second: str, expected: str
) -> None:
    """UNHEALTHY wins, then UNKNOWN; only essential containers with a check count."""
    answers = {"HEALTHY": 0, "UNHEALTHY": 1}
    containers = []
    for name, health in (("one", first), ("two", second), ("three", "UNHEALTHY")):
        if health != "UNKNOWN":
            code = answers[health]
            demo.image(name, answers=lambda seconds, code=code: code)
        interval = 300 if health == "UNKNOWN" else 10
        containers.append(
            demo.container(
                name,
                image=name if health != "UNKNOWN" else "app",
                essential=name != "three",
                healthCheck=_check(retries=1, interval=interval),
            )
        )
    arn = demo.start(*containers, demo.container("plain"))
    demo.wait(arn, "RUNNING")
    demo.engine.advance_by(20)
    assert demo.task(arn)["healthStatus"] == expected
    assert demo.containers(arn)["three"]["healthStatus"] == "UNHEALTHY"


def test_planned_ill_health(demo: Any) -> None:
    """A fault makes the checks of a container fail, by its name or image, as often as it says."""
    arn = demo.start(demo.container(healthCheck=_check(retries=2)))
    demo.engine.settle()
    assert demo.task(arn)["healthStatus"] == "HEALTHY"
    demo.faults.plan(Unhealthy(pattern="ma*", remaining=2))
    demo.engine.advance_by(20)
    assert demo.task(arn)["healthStatus"] == "UNHEALTHY"
    demo.engine.advance_by(10)
    assert demo.task(arn)["healthStatus"] == "HEALTHY"


def test_checks_end_with_the_container(demo: Any) -> None:
    """A stopped container is checked no more."""
    app = demo.image("app")
    arn = demo.start(demo.container(healthCheck=_check()))
    demo.engine.settle()
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    count = len(app.checks)
    demo.engine.advance_by(600)
    assert len(app.checks) == count
