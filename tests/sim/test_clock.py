"""Two clocks: one passes by itself at a speed, the other one stands until it is moved."""

from __future__ import annotations

import time

import pytest

from fargate_kit.sim.clock import StepClock, WallClock


def test_a_step_clock_starts_at_its_epoch_and_stands() -> None:
    """It tells the same moment until it is moved."""
    clock = StepClock(epoch=1_000)
    assert clock.now() == clock.now() == 1_000_000_000
    clock.move_to(1_000_500_000)
    assert clock.now() == 1_000_500_000


def test_a_step_clock_never_goes_back() -> None:
    """Moving it into the past moves nothing."""
    clock = StepClock()
    now = clock.now()
    clock.move_to(now - 1)
    assert clock.now() == now


def test_a_wall_clock_tells_real_time_at_any_speed() -> None:
    """Time stamps are real time; only durations are scaled."""
    clock = WallClock(speed=1_000)
    before = clock.now()
    assert abs(before / 1e6 - time.time()) < 5
    assert clock.now() >= before
    assert clock.ticks(10) == 10_000
    assert WallClock().ticks(0.25) == 250_000


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_is_a_positive_number(speed: float) -> None:
    """Any other speed is refused, at the beginning and later."""
    with pytest.raises(ValueError, match="positive number"):
        WallClock(speed)
    clock = WallClock(3)
    with pytest.raises(ValueError, match="positive number"):
        clock.set_speed(speed)
    assert clock.speed == 3
