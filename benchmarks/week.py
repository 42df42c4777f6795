"""How long a simulated week of an auto-scaled service takes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import anyio

import fargate_kit as fk
from benchmarks.measuring import yes_or_no
from benchmarks.tables import Table
from fargate_kit.sim import simulate

HOUR, DAY = 3600.0, 86_400.0
WEEK = 7 * DAY
MOST_SECONDS = 20.0
TASKS = 50
LEAST, MOST, TARGET = 20, 80, 50
USUAL = float(TASKS * TARGET)
# The week of a service whose load never changes, and that of one that people use by day.
LOADS: dict[str, Callable[[float], float]] = {
    "always the same": lambda seconds: USUAL,
    "day and night": lambda seconds: USUAL * (1 + 0.4 * math.sin(2 * math.pi * seconds / DAY)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What one week showed.

    Attributes:
        least: How many tasks were wanted at the least.
        most: How many at the most.
        started: How many tasks were started in all, those of the beginning included.
        decisions: How often the count was changed by scaling.
        seconds: Real seconds, of the world and of who looks at it.
    """

    load: str
    least: int
    most: int
    started: int
    decisions: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Every week."""

    weeks: tuple[Week, ...]

    def table(self) -> Table:
        """Return what happened, and how much faster than time."""
        return Table(
            name="week",
            question="How long does a simulated week of an auto-scaled service take?",
            headings=(
                "load",
                "tasks wanted",
                "tasks started",
                "changes by scaling",
                "times as fast as time",
                f"below {MOST_SECONDS:g} s",
            ),
            rows=[
                (
                    week.load,
                    f"{week.least}" if week.least == week.most else f"{week.least} to {week.most}",
                    f"{week.started:,}",
                    f"{week.decisions:,}",
                    f"{WEEK / week.seconds:,.0f}",
                    yes_or_no(week.seconds < MOST_SECONDS),
                )
                for week in self.weeks
            ],
            how=(
                f"A service of {TASKS} tasks, {LEAST} to {MOST} allowed, tracking {TARGET} percent "
                "of CPU, with its metrics, alarms and logs, for seven days on a step clock in one "
                "process; it is looked at every hour. Once."
            ),
            details=[f"  {week.load}: {week.seconds:.1f} s" for week in self.weeks],
        )


def run() -> Result:
    """Let each week pass."""
    return Result(weeks=tuple(anyio.run(_pass, load) for load in LOADS))


async def _pass(load: str) -> Week:
    async with simulate(step=True) as world, world.connect() as aws:
        service = await _service(aws)
        scaling = await service.autoscale(LEAST, MOST, fk.TargetTracking.cpu(TARGET))
        world.set_load(service, cpu=LOADS[load])
        tasks: set[str] = set()
        counts = []
        began = time.perf_counter()
        for _ in range(round(WEEK / HOUR)):
            await aws.clock.sleep(HOUR)
            counts.append((await service.refresh()).desired_count)
            for status in ("RUNNING", "STOPPED"):
                tasks |= {task.arn async for task in service.tasks(desired_status=status)}
        seconds = time.perf_counter() - began
        decisions = [each async for each in scaling.activities()]
        return Week(
            load=load,
            least=min(counts),
            most=max(counts),
            started=len(tasks),
            decisions=len(decisions),
            seconds=seconds,
        )


async def _service(aws: fk.Connection) -> fk.Service:
    """Make a service whose tasks all run."""
    spec = fk.TaskSpec(
        family="week",
        cpu=256,
        memory=512,
        containers=[fk.ContainerSpec(name="main", image="nginx", command=["sleep", "infinity"])],
    )
    cluster = await aws.create_cluster("week")
    definition = await aws.register(spec)
    return await (
        await cluster.create_service("web", definition, desired_count=TASKS)
    ).wait_stable()
