"""The promise: `wait_quiet()` returns when scaling has rested for so long, and not before."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import Connection, NotFound, Service, StepScaling, TaskSpec, WaitTimeout
from fargate_kit.sim import World

HURRIED = (
    StepScaling.cpu(above={70: 1}, minutes=1, cooldown=0),
    StepScaling.cpu(below={60: -1}, minutes=1, cooldown=0),
)


@pytest.fixture
async def service(aws: Connection, shell: Callable[..., TaskSpec]) -> Service:
    """Return a service of two tasks that stands."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=2)
    return await service.wait_stable()


async def test_rest_is_waited_for_from_the_call_on(aws: Connection, service: Service) -> None:
    """Where nothing happens, it takes as long as was asked for, and little more."""
    scaling = await service.autoscale(1, 4)
    began = aws.clock.now()
    assert (await scaling.wait_quiet(600)).maximum == 4
    assert 600 <= aws.clock.now() - began < 615


async def test_change_begins_the_time_anew(world: World, aws: Connection, service: Service) -> None:
    """The time counts from when a change is done, not from when it was begun."""
    world.set_load(service, cpu=150)
    scaling = await service.autoscale(1, 4, HURRIED[0])
    await scaling.wait_quiet(300)
    (activity,) = [each async for each in scaling.activities()]
    assert activity.ended_at is not None
    assert 300 <= world_seconds(world) - activity.ended_at.timestamp() < 315
    assert (await service.refresh()).running_count == 3


async def test_scaling_that_never_rests_is_told_with_what_it_did_last(
    world: World, aws: Connection, service: Service
) -> None:
    """Flapping ends a wait at its time limit, exactly, and the error names the newest change."""
    world.set_load(service, cpu=150)
    scaling = await service.autoscale(1, 4, *HURRIED)
    began = aws.clock.now()
    with pytest.raises(
        WaitTimeout, match=r"not quiet for 300 s within 1200 s.*desired count"
    ) as up:
        await scaling.wait_quiet(300, timeout=1200)
    assert aws.clock.now() - began == pytest.approx(1200)
    assert up.value.last.description.startswith("Setting desired count to")


async def test_scaling_that_is_gone_is_told(aws: Connection, service: Service) -> None:
    """Who waits for the rest of what somebody removed gets the reason."""
    scaling = await service.autoscale(1, 4)
    await scaling.remove()
    with pytest.raises(NotFound, match="not scaled automatically"):
        await scaling.wait_quiet(30)


async def test_waiters_share_their_looks(aws: Connection, service: Service) -> None:
    """Ten waiters cost no more calls than one."""
    scaling = await service.autoscale(1, 4)
    counts = []
    for waiters in (1, 10):
        before = aws.calls
        async with anyio.create_task_group() as group:
            for _ in range(waiters):
                group.start_soon(scaling.wait_quiet, 300)
        made = aws.calls - before
        counts.append(made["application-autoscaling:DescribeScalingActivities"])
    assert counts[1] <= counts[0] + 10


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("600", TypeError, 'seconds: given "600"; allowed: a number of seconds'),
        (-1, ValueError, "0 or more"),
        (float("nan"), ValueError, "0 or more"),
    ],
)
async def test_time_that_is_none_is_refused(
    aws: Connection, service: Service, given: object, error: type[Exception], says: str
) -> None:
    """Nothing is looked at before the seconds are seconds."""
    scaling = await service.autoscale(1, 4)
    before = aws.calls
    with pytest.raises(error, match=says):
        await scaling.wait_quiet(given)  # type: ignore[arg-type]
    assert aws.calls == before


def world_seconds(world: World) -> float:
    """Return the present of a world on a step clock, in the seconds of its time stamps."""
    return world.account.engine.now / 1_000_000
