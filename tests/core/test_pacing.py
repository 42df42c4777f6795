"""Token buckets on our side: never faster than AWS's, in order, and slower after a throttle."""

from __future__ import annotations

import anyio
import pytest
from fake_clock import FakeClock

from fargate_kit.core.api import Api
from fargate_kit.core.pacing import LARGE_REGIONS, Pacing, Rate, TokenBucket, launch_rate

RATE = Rate(burst=100, per_second=20)


async def taken_by(bucket: TokenBucket, clock: FakeClock, count: int, tokens: int) -> list[float]:
    """Let so many callers take tokens at once; return when each got them."""
    moments: list[float] = []

    async def take() -> None:
        await bucket.take(tokens)
        moments.append(clock.now())

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(take)
    return moments


@pytest.mark.parametrize("tokens", [1, 10])
async def test_pace_stays_below_the_bucket(tokens: int) -> None:
    """AWS's own bucket, given the same takings, is never empty; nor is ours much slower."""
    clock = FakeClock()
    moments = await taken_by(TokenBucket(clock, RATE), clock, 300 // tokens, tokens)
    level, at = RATE.burst, 0.0
    for moment in moments:
        level = min(RATE.burst, level + (moment - at) * RATE.per_second) - tokens
        at = moment
        assert level >= 0
    floor = (300 - RATE.burst) / RATE.per_second
    assert floor < moments[-1] < 1.05 * floor


async def test_bucket_fills_up_again() -> None:
    """After a pause the whole burst is there, and no more than that."""
    clock = FakeClock()
    bucket = TokenBucket(clock, RATE)
    await taken_by(bucket, clock, 95, 1)
    await clock.sleep(1000)
    moments = await taken_by(bucket, clock, 96, 1)
    assert moments[94] == moments[0]
    assert moments[95] > moments[94]


async def test_first_come_is_first_served() -> None:
    """A small wish does not overtake a large one that waits."""
    clock = FakeClock()
    bucket = TokenBucket(clock, Rate(burst=10, per_second=1))
    order: list[int] = []

    async def take(tokens: int) -> None:
        await bucket.take(tokens)
        order.append(tokens)

    async with anyio.create_task_group() as group:
        group.start_soon(take, 9)
        await anyio.lowlevel.checkpoint()
        group.start_soon(take, 8)
        await anyio.lowlevel.checkpoint()
        group.start_soon(take, 1)
    assert order == [9, 8, 1]


async def test_cancelled_taker_takes_nothing() -> None:
    """Who stops waiting lets the next one through."""
    clock = FakeClock()
    bucket = TokenBucket(clock, Rate(burst=10, per_second=1))
    await bucket.take(9)
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(bucket.take, 9)
            await anyio.lowlevel.checkpoint()
            scope.cancel()
    before = clock.now()
    await bucket.take(1)
    assert clock.now() - before < 2


async def test_throttle_halves_the_pace_and_it_comes_back() -> None:
    """A throttle empties the bucket and halves the pace; a minute later all is as before."""
    clock = FakeClock()
    bucket = TokenBucket(clock, RATE)
    full = bucket.pace
    bucket.slow_down()
    assert bucket.pace == pytest.approx(full / 2)
    bucket.slow_down()
    assert bucket.pace == pytest.approx(full / 2), "calls under way together met one throttle"
    moments = await taken_by(bucket, clock, 20, 1)
    assert moments[-1] > 1.5
    await clock.sleep(60)
    assert bucket.pace == full


async def test_throttles_in_a_row_slow_down_to_a_floor() -> None:
    """However often AWS throttles, there is some pace left."""
    clock = FakeClock()
    bucket = TokenBucket(clock, RATE)
    for _ in range(20):
        await clock.sleep(1.5)
        bucket.slow_down()
    assert 1 < bucket.pace < 3


async def test_wish_that_never_fits_is_refused() -> None:
    """A bucket that never holds so many says so, instead of waiting for ever."""
    with pytest.raises(ValueError, match="never 100"):
        await TokenBucket(FakeClock(), RATE).take(100)


def api(region: str = "us-east-1") -> Api:
    return Api(region=region)


async def test_launches_on_spot_and_on_demand_are_counted_apart() -> None:
    """Each capacity provider has its own launch rate; RunTask calls share theirs."""
    clock = FakeClock()
    pacing = Pacing(api(), clock)
    for provider in ("FARGATE", "FARGATE_SPOT"):
        for _ in range(9):
            await pacing.before("ecs:RunTask", launches=10, capacity_provider=provider)
    assert clock.now() == 0
    await pacing.before("ecs:RunTask", launches=10)
    assert 0.2 < clock.now() < 0.3


async def test_what_has_no_bucket_does_not_wait() -> None:
    """Operations that nobody makes by the thousand are left alone."""
    clock = FakeClock()
    pacing = Pacing(api(), clock)
    for _ in range(1000):
        await pacing.before("ecs:DescribeClusters")
    assert clock.now() == 0


async def test_retries_of_botocore_are_learned_from() -> None:
    """A throttle that botocore has got over by itself slows the next calls down."""
    clock = FakeClock()
    connection = api()
    pacing = Pacing(connection, clock)
    await pacing.before("ecs:DescribeTasks")
    connection.retries["ecs:DescribeTasks"] += 1
    await pacing.before("ecs:DescribeTasks")
    assert clock.now() > 0.05
    waited = clock.now()
    await pacing.before("ecs:StopTask")
    assert clock.now() == waited


def test_smaller_regions_launch_slower() -> None:
    """The launch rate is the region's: 20 a second in the large ones, 5 elsewhere."""
    assert len(LARGE_REGIONS) == 16
    assert launch_rate("us-east-1").per_second == 20
    assert launch_rate("eu-south-2") == Rate(burst=25, per_second=5)
