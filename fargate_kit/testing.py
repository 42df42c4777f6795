"""A pytest plugin for people whose own code talks to ECS: a simulated Fargate for each test.

Installing `fargate-kit[sim]` is all it takes; the fixture is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fargate_kit.sim import World


@pytest.fixture
def simulated_fargate() -> Iterator[World]:
    """Give each test a simulated Fargate of its own, on a step clock.

    Time moves only while everybody sleeps, and the same test sees the same ids in every run.
    `async with simulated_fargate.connect() as aws` opens a connection; it works under anyio's
    plugin, pytest-asyncio and pytest-trio, because the fixture itself awaits nothing.
    """
    from fargate_kit.sim import simulate

    with simulate(step=True) as world:
        yield world
