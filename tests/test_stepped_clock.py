"""The clock of a world whose time is stepped."""

from __future__ import annotations

import anyio
import pytest

from fargate_kit.sim import World


async def test_long_sleeper_does_not_overtake_short_ones(world: World) -> None:
    """Time never jumps past somebody who makes calls between two short sleeps."""
    moments: list[float] = []

    async def look_often() -> None:
        async with world.connect() as aws:
            for _ in range(60):
                await world.clock.sleep(1)
                _ = [cluster async for cluster in aws.clusters()]
                moments.append(world.clock.now())

    async with anyio.create_task_group() as group:
        group.start_soon(world.clock.sleep, 600)
        group.start_soon(look_often)

    assert moments == [pytest.approx(second) for second in range(1, 61)]
    assert world.clock.now() == 600


async def test_sleepers_wake_in_their_order(world: World) -> None:
    """Who sleeps shorter wakes earlier, at the very moment."""
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        for _ in range(3):
            await world.clock.sleep(seconds)
            woken.append((name, world.clock.now()))

    async with anyio.create_task_group() as group:
        for name, seconds in {"a": 15, "b": 10, "c": 7}.items():
            group.start_soon(sleeper, name, seconds)

    assert [moment for _, moment in woken] == [7, 10, 14, 15, 20, 21, 30, 30, 45]
