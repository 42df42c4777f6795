"""Time limits on a clock that is passed in."""

from __future__ import annotations

import anyio
import pytest
from fake_clock import FakeClock

from fargate_kit.core.clock import RealClock
from fargate_kit.core.deadline import Expired, within


async def test_result_comes_back_in_time() -> None:
    """What is done in time is returned, and no time is lost."""
    clock = FakeClock()

    async def work() -> str:
        await clock.sleep(3)
        return "done"

    assert await within(clock, 10, work) == "done"
    assert clock.now() == 3


async def test_late_work_is_cancelled_at_the_deadline() -> None:
    """The limit holds to the moment, on the clock that was given."""
    clock = FakeClock()

    async def work() -> None:
        await clock.sleep(100)

    with pytest.raises(Expired):
        await within(clock, 10, work)
    assert clock.now() == 10


async def test_error_of_the_work_is_raised_as_it_is() -> None:
    """No exception group comes between the work and its caller."""

    async def work() -> None:
        raise LookupError("nothing")

    with pytest.raises(LookupError, match="nothing"):
        await within(FakeClock(), 10, work)


async def test_no_limit_waits_for_ever() -> None:
    """None is no limit."""
    clock = FakeClock()

    async def work() -> float:
        await clock.sleep(10**6)
        return clock.now()

    assert await within(clock, None, work) == 10**6


async def test_time_that_is_over_already_is_an_expired_limit() -> None:
    """Who reckons what is left on a slow machine may get less than nothing."""

    async def work() -> None:
        await anyio.sleep_forever()

    with pytest.raises(Expired):
        await within(RealClock(), -3.0, work)
