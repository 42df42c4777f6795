"""The pytest plugin, as those use it who test their own code."""

from __future__ import annotations

import pytest

from fargate_kit.sim import World, simulate


async def test_fixture_gives_a_world(simulated_fargate: World) -> None:
    """The fixture is there without an import, and ten minutes pass in no time."""
    async with simulated_fargate.connect() as aws:
        assert [each async for each in aws.clusters()] == []
        await aws.clock.sleep(600)
        assert aws.clock.now() == 600


def test_each_test_has_a_world_of_its_own(simulated_fargate: World) -> None:
    """Ids repeat from test to test, because each begins anew."""
    with simulate(step=True) as other:
        assert other.account.id != simulated_fargate.account.id
    with simulate(step=True) as again:
        assert again.account.id == other.account.id


def test_running_clock_is_not_entered_without_async() -> None:
    """A world that is served is awaited, and says so."""
    with pytest.raises(RuntimeError, match="async with"), simulate(speed=20):
        pass
