"""A connection in a fixture of pytest-asyncio, as users have it: set-up and test are two tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fargate_kit import Connection
from fargate_kit.sim import simulate


@pytest_asyncio.fixture
async def aws() -> AsyncIterator[Connection]:
    """Return a connection that is opened in one task, and closed in another than it is used in."""
    async with simulate(speed=200) as world, world.connect() as aws:
        yield aws


@pytest.mark.asyncio
async def test_connection_lives_in_a_fixture(aws: Connection) -> None:
    """A connection that a pytest-asyncio fixture opened works in the test, and closes cleanly."""
    cluster = await aws.create_cluster("prod")
    assert (await cluster.refresh()).status == "ACTIVE"
