"""The promise: scaling that cannot be set up whole is as it was before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from balanced import everything

from fargate_kit import (
    ApiError,
    Connection,
    Scaling,
    Schedule,
    Service,
    StepScaling,
    TargetTracking,
    TaskSpec,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

SCALING = "application-autoscaling"
STEPS = [
    (SCALING, "RegisterScalableTarget"),
    (SCALING, "PutScalingPolicy"),
    ("cloudwatch", "PutMetricAlarm"),
    (SCALING, "PutScheduledAction"),
]


@pytest.fixture
async def service(aws: Connection, shell: Callable[..., TaskSpec]) -> Service:
    """Return a service without tasks."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    return await cluster.create_service("web", definition, desired_count=0)


async def first(service: Service) -> Scaling:
    """Begin scaling, in seven steps."""
    return await service.autoscale(
        0,
        10,
        TargetTracking.cpu(50),
        StepScaling.memory(above={80: 1}),
        schedules=[Schedule.every("hourly", hours=1, minimum=1)],
    )


async def second(service: Service) -> Scaling:
    """Change all of it, and add to it."""
    return await service.autoscale(
        0,
        20,
        TargetTracking.cpu(60),
        StepScaling.memory(above={85: 2}),
        TargetTracking.memory(70),
        schedules=[
            Schedule.every("hourly", hours=2, minimum=2),
            Schedule.every("daily", days=1, maximum=9),
        ],
    )


def cancel_at(api: Any, scope: anyio.CancelScope, operation: str) -> Any:
    """Return a call that cancels the scope while an operation is under way."""
    original = api.call

    async def call(service: str, name: str, /, **members: Any) -> dict[str, Any]:
        if name == operation:
            scope.cancel()
        reply: dict[str, Any] = await original(service, name, **members)
        return reply

    return call


@pytest.mark.parametrize(("name", "operation"), STEPS)
async def test_step_that_is_refused_leaves_nothing(
    world: World, aws: Connection, service: Service, name: str, operation: str
) -> None:
    """No target, policy, alarm or schedule is there where one of them was refused."""
    world.account.faults.plan(Refuse(service=name, operation=operation, code="AccessDenied"))
    with pytest.raises(ApiError, match=operation):
        await first(service)
    assert await everything(aws) == {"services": ["web"]}


@pytest.mark.parametrize("operation", [operation for _, operation in STEPS])
async def test_cancelled_step_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, aws: Connection, service: Service, operation: str
) -> None:
    """Who is cancelled while AWS sets up a thing takes that thing back as well."""
    scope = anyio.CancelScope()
    with monkeypatch.context() as patch, scope:
        patch.setattr(aws._session.api, "call", cancel_at(aws._session.api, scope, operation))
        await first(service)
    assert scope.cancelled_caught
    assert await everything(aws) == {"services": ["web"]}


@pytest.mark.parametrize(("name", "operation"), STEPS)
async def test_change_that_is_refused_restores_what_was(
    world: World, aws: Connection, service: Service, name: str, operation: str
) -> None:
    """Bounds, policies, alarms and schedules are again what they were before the change."""
    before = await first(service)
    world.account.faults.plan(Refuse(service=name, operation=operation, code="AccessDenied"))
    with pytest.raises(ApiError, match=operation):
        await second(service)
    assert settings(await service.scaling()) == settings(before)


@pytest.mark.parametrize("operation", [operation for _, operation in STEPS])
async def test_change_that_is_cancelled_restores_what_was(
    monkeypatch: pytest.MonkeyPatch, aws: Connection, service: Service, operation: str
) -> None:
    """A cancellation in the middle of a change is no half change."""
    before = await first(service)
    scope = anyio.CancelScope()
    with monkeypatch.context() as patch, scope:
        patch.setattr(aws._session.api, "call", cancel_at(aws._session.api, scope, operation))
        await second(service)
    assert scope.cancelled_caught
    assert settings(await service.scaling()) == settings(before)


async def test_service_that_aws_does_not_know_yet_is_tried_again(
    world: World, aws: Connection, service: Service
) -> None:
    """Just after the registration a policy may be refused, and is put again."""
    late = Refuse(
        service=SCALING, operation="PutScalingPolicy", code="ObjectNotFoundException", remaining=2
    )
    world.account.faults.plan(late)
    assert len((await first(service)).policies) == 2
    assert aws.calls[f"{SCALING}:PutScalingPolicy"] == 4


def settings(scaling: Scaling) -> Any:
    """Return what was asked for, without moments and ids."""
    return (
        (scaling.minimum, scaling.maximum),
        {policy.name: policy.configuration for policy in scaling.policies},
        {alarm.name: alarm.threshold for alarm in scaling.alarms},
        set(scaling.schedules),
    )
