"""The time of day that a container sees."""

from __future__ import annotations

import random

from fargate_kit.sim.workloads import Launch, Say, scripted


def said(speed: float) -> list[str]:
    launch = Launch(
        image="busybox",
        container="main",
        task_id="0",
        private_address="10.0.0.4",
        random=random.Random(0),
        started_at=1_800_000_000.0,
        speed=speed,
    )
    steps = scripted("date +%s; sleep 40; date +%s").run(launch)
    return [step.text for step in steps if isinstance(step, Say)]


def test_clock_of_a_container_goes_with_its_time_stamps() -> None:
    """Forty nominal seconds are two seconds of the day in a world that is twenty times as fast."""
    assert said(speed=1.0) == ["1800000000", "1800000040"]
    assert said(speed=20.0) == ["1800000000", "1800000002"]
