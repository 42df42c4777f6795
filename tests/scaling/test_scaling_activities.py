"""The promise: what scaling did is told, oldest first, with no gap and no repetition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import anyio
import pytest

from fargate_kit import Connection, Scaling, ScalingActivity, Service, TargetTracking, TaskSpec
from fargate_kit.sim import World

DESCRIBE = "application-autoscaling:DescribeScalingActivities"


@pytest.fixture
async def service(aws: Connection, shell: Callable[..., TaskSpec]) -> Service:
    """Return a service of one task that stands."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    return await (await cluster.create_service("web", definition)).wait_stable()


@pytest.fixture
async def scaling(service: Service) -> Scaling:
    """Return its scaling, without a policy."""
    return await service.autoscale(1, 200)


async def change(service: Service, times: int) -> None:
    """Make so many activities: each new minimum is one, and lowers the service again is none."""
    for number in range(times):
        await service.autoscale(1, 1)
        await service.autoscale(2 + number % 2, 200)
        await service._session.clock.sleep(1)


async def test_activities_are_told_once_and_in_order(
    aws: Connection, service: Service, scaling: Scaling
) -> None:
    """More than a page of them is read to its end, the oldest first."""
    await change(service, 35)
    before = aws.calls
    told = [activity async for activity in scaling.activities()]
    assert (aws.calls - before)[DESCRIBE] == 2
    assert len(told) == 69
    assert len({activity.id for activity in told}) == len(told)
    assert told == sorted(told, key=lambda activity: activity.started_at)
    assert told[0].description == "Setting desired count to 2."
    assert told[0].cause == "minimum capacity was set to 2"
    late = told[-1].started_at - timedelta(seconds=3)
    some = [activity async for activity in scaling.activities(since=late)]
    assert some == [activity for activity in told if activity.started_at >= late]


async def test_followed_activities_miss_none_and_repeat_none(
    aws: Connection, service: Service, scaling: Scaling
) -> None:
    """Bursts of more than a page between two looks are told whole; it ends with the scaling."""
    told: list[ScalingActivity] = []

    async def follow() -> None:
        async for activity in scaling.activities(follow=True):
            told.append(activity)

    async with anyio.create_task_group() as group:
        await change(service, 3)
        group.start_soon(follow)
        await aws.clock.sleep(5)
        assert len(told) == 5
        for _ in range(30):
            await service.autoscale(1, 1)
            await service.autoscale(2, 200)
        await aws.clock.sleep(1500)
        await change(service, 3)
        await aws.clock.sleep(30)
        await scaling.remove()
    whole = [activity.id async for activity in scaling.activities()]
    assert [activity.id for activity in told] == whole
    assert len(set(whole)) == len(whole) == 71


async def test_followers_share_their_looks(
    aws: Connection, service: Service, scaling: Scaling
) -> None:
    """Ten who follow cost no more looks than one: a second apart at first, six later on."""
    seen = [0] * 10

    async def follow(number: int) -> None:
        async for _ in scaling.activities(follow=True):
            seen[number] += 1

    before, began = aws.calls, aws.clock.now()
    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(follow, number)
        await change(service, 1)
        await aws.clock.sleep(600)
        group.cancel_scope.cancel()
    assert seen == [1] * 10
    assert (aws.calls - before)[DESCRIBE] <= (aws.clock.now() - began) / 2


async def test_what_was_not_scaled_is_told_with_its_reason(
    world: World, aws: Connection, service: Service
) -> None:
    """An alarm that goes off at the maximum changes nothing; who asks is told why."""
    scaling = await service.autoscale(1, 1, TargetTracking.cpu(50))
    world.account.scaling("us-east-1").set_load("prod", "web", cpu=100)
    await aws.clock.sleep(600)
    assert [activity async for activity in scaling.activities()] == []
    (held,) = [activity async for activity in scaling.activities(not_scaled=True)]
    assert (held.status, held.not_scaled) == ("Failed", ("AlreadyAtMaxCapacity",))
    assert "triggered policy cpu" in str(held)
