"""The promise: what is no number, policy or schedule is told in one line, before any call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fargate_kit import Connection, Schedule, Service, StepScaling, TargetTracking, TaskSpec


@pytest.fixture
async def service(aws: Connection, shell: Callable[..., TaskSpec]) -> Service:
    """Return a service."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    return await cluster.create_service("web", definition, desired_count=0)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("1", 4), r'^minimum: given "1"; allowed: a whole number of tasks\.$'),
        ((None, 4), "^minimum: given None"),
        ((1, 4.5), "^maximum: given 4.5"),
        ((True, 4), "^minimum: given true"),
        ((1, 4, 50), r"^policy: given 50; .*TargetTracking\.cpu\(50\)"),
        ((1, 4, [TargetTracking.cpu(50)]), "^policy: given a list"),
        ((1, 4, TargetTracking.cpu("50")), r"^cpu\.TargetValue: given \"50\""),  # type: ignore[arg-type]
        ((1, 4, TargetTracking.cpu(50, scale_in_cooldown=1.5)), "ScaleInCooldown: given 1.5"),  # type: ignore[arg-type]
        ((1, 4, StepScaling.cpu(above=70)), r"^cpu-above\.above: given 70; .*\{70: 1\}"),  # type: ignore[arg-type]
        ((1, 4, StepScaling.cpu(above={70: "1"})), r"above\[70\]: given \"1\"; allowed: whole"),  # type: ignore[dict-item]
        ((1, 4, StepScaling.cpu(above={"70": 1})), r"^cpu-above\.above: given \"70\""),  # type: ignore[dict-item]
        ((1, 4, StepScaling.cpu(above={70: 1}, minutes="3")), r"minutes: given \"3\""),  # type: ignore[arg-type]
    ],
)
async def test_wrong_kind_is_told_in_one_line(
    aws: Connection, service: Service, asked: tuple[Any, ...], says: str
) -> None:
    """The argument is named with what was given and what is taken, and nothing was sent."""
    before = aws.calls
    with pytest.raises(TypeError, match=says):
        await service.autoscale(*asked)
    assert aws.calls == before


@pytest.mark.parametrize("schedules", [Schedule.every("day", days=1, minimum=1), ["0 8 * * *"]])
async def test_schedules_are_a_list_of_schedules(
    aws: Connection, service: Service, schedules: Any
) -> None:
    """One schedule alone, and a text, are told from a list of schedules."""
    before = aws.calls
    with pytest.raises(TypeError, match=r"^schedules: given .*a list of Schedule"):
        await service.autoscale(1, 4, schedules=schedules)
    assert aws.calls == before
