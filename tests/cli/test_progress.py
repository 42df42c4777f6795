"""Whoever waits is told for what, and not too often."""

from __future__ import annotations

import anyio.lowlevel
import pytest
from fake_clock import FakeClock

from fargate_kit.cli.progress import Progress
from fargate_kit.cli.running import beside


async def notes_of(what: str | None, seconds: float) -> list[str]:
    """Return what is said during a wait."""
    clock, said = FakeClock(), list[str]()
    progress = Progress(clock, said.append)

    async def work() -> None:
        progress.wait_for(what)
        await clock.sleep(seconds)

    await beside(work, progress.tell)
    return said


async def test_long_wait_is_noted() -> None:
    """The first note comes soon, the later ones at a slower pace, each with what and how long."""
    assert await notes_of("AWS to answer", 100.5) == [
        f"still waiting for AWS to answer ({seconds} s)" for seconds in (5, 15, 30, 60, 90)
    ]


async def test_short_wait_and_wait_of_no_interest_are_silent() -> None:
    """Nobody hears of a wait of seconds, nor of a task that simply runs."""
    assert await notes_of("AWS to answer", 4.5) == []
    assert await notes_of(None, 300.5) == []


async def test_each_wait_begins_anew() -> None:
    """The silence is counted from the last thing that happened."""
    clock, said = FakeClock(), list[str]()
    progress = Progress(clock, said.append)

    async def work() -> str:
        for what in ("one", "two", "three"):
            progress.wait_for(what)
            await clock.sleep(4.5)
        return "done"

    assert await beside(work, progress.tell) == "done"
    assert said == []


async def test_error_of_the_work_comes_as_it_is() -> None:
    """The companion does not wrap what goes wrong."""

    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await beside(work, Progress(FakeClock(), print).tell)
