"""The promise: very many lines over many streams, some of them late; none lost, none twice."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import anyio
import pytest
from log_lines import Outcome, outcome

from fargate_kit import Connection, LogLine
from fargate_kit.core.clock import present
from fargate_kit.logs.logs import lines_of, reader_of
from fargate_kit.logs.query import log_query
from fargate_kit.sim import World, simulate

LINES, STREAMS, A_SECOND, LATE = 20_000, 200, 100, 3.0


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a world whose answers are not checked: there are thousands of lines in them."""
    async with simulate(step=True) as world:
        yield world


async def test_twenty_thousand_late_lines(world: World, aws: Connection) -> None:
    """All of them come, once each and in order but for their lateness; what is kept is bounded."""
    await aws.create_log_group("g")
    chance = random.Random(0)
    query = log_query(
        aws._session, until=present(world.clock) + timedelta(seconds=LINES / A_SECOND + 60)
    )
    reader = reader_of(aws._session, query)
    reader.add_group("us-east-1", "g", names=None, prefix="")
    told: list[LogLine] = []
    kept = {"early": 0, "late": 0}

    async def never() -> bool:
        return False

    async def follow() -> None:
        async for line in lines_of(aws._session, reader, ended=never):
            told.append(line)
            # By then lines have been forgotten that were told.
            half = "early" if len(told) < LINES / 2 else "late"
            kept[half] = max(kept[half], reader.remembered)

    async def write() -> None:
        for first in range(0, LINES, A_SECOND):
            now = world.account.engine.now // 1000
            for number in range(first, first + A_SECOND):
                stamp = now - int(chance.uniform(0, LATE) * 1000)
                world.account.logs.put_log_events(
                    "us-east-1",
                    "g",
                    f"web/main/{number % STREAMS}",
                    [(stamp, str(number))],
                    create_group=False,
                )
            await world.clock.sleep(1)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        tasks.start_soon(write)
    found = outcome([str(number) for number in range(LINES)], told)
    assert found == Outcome(lost=0, twice=0, behind=found.behind)
    assert 0 < found.behind <= LATE
    assert kept["late"] <= 1.1 * kept["early"] < LINES / 2
