"""How near a fan-out of many tasks comes to the launch rate that AWS allows."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio

import fargate_kit as fk
from benchmarks.measuring import yes_or_no
from benchmarks.tables import Table
from fargate_kit.core.pacing import LAUNCHES
from fargate_kit.sim import simulate
from fargate_kit.sim.quotas import Quotas

COUNTS = (500, 2_000, 10_000)
MOST = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a fan-out of so many tasks took.

    Attributes:
        launched_in: Nominal seconds from the first to the last start.
        ended_in: Nominal seconds to the end of the last task.
        lost: Inputs without the result of a task that succeeded.
        twice: Tasks beyond the first of an input.
        throttles: Tries that botocore repeated, which it does when AWS throttles.
        calls: By operation.
        cpu: Seconds of this process, the simulator's included.
    """

    tasks: int
    launched_in: float
    ended_in: float
    lost: int
    twice: int
    throttles: int
    calls: Mapping[str, int]
    cpu: float

    @property
    def floor(self) -> float:
        """Nominal seconds in which AWS lets so many tasks start."""
        return (self.tasks - LAUNCHES.burst) / LAUNCHES.per_second

    @property
    def is_as_promised(self) -> bool:
        """Whether the pace is held, and nothing is lost, doubled or throttled."""
        faults = self.lost + self.twice + self.throttles
        return faults == 0 and self.launched_in <= MOST * self.floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every count showed."""

    measured: Sequence[Measured]

    def table(self) -> Table:
        """Return the times against the floor, and the calls."""
        return Table(
            name="fan_out_scale",
            question="How near does a fan-out of one-minute tasks come to AWS's launch rate?",
            headings=(
                "tasks",
                "floor",
                "launched, floor = 1",
                "at most",
                "all ended after",
                "RunTask",
                "DescribeTasks",
                "other calls",
                "throttled",
                "lost",
                "twice",
                "met",
            ),
            rows=[
                (
                    f"{each.tasks:,}",
                    f"{each.floor:g} s",
                    f"{each.launched_in / each.floor:.3f}",
                    f"{MOST}",
                    f"{each.ended_in:.0f} s",
                    f"{each.calls['ecs:RunTask']:,}",
                    f"{each.calls['ecs:DescribeTasks']:,}",
                    f"{_others(each.calls)}",
                    f"{each.throttles}",
                    f"{each.lost}",
                    f"{each.twice}",
                    yes_or_no(each.is_as_promised),
                )
                for each in self.measured
            ],
            how=(
                "One run each on a step clock, with the simulator in the same process and AWS's "
                f"published buckets on; seconds are nominal. The floor is (tasks - "
                f"{LAUNCHES.burst:g}) / {LAUNCHES.per_second:g}. The vCPU quota is raised to what "
                "the tasks need: with the default of 6 vCPU it, and not the launch rate, decides."
            ),
            details=[
                f"  {each.tasks:,} tasks: {each.cpu:.1f} s of CPU with the simulator"
                for each in self.measured
            ],
        )


def run() -> Result:
    """Measure each count in a world of its own."""
    return Result(measured=[anyio.run(measure, tasks) for tasks in COUNTS])


async def measure(tasks: int) -> Measured:
    """Run so many tasks to their end."""
    async with (
        simulate(step=True, quotas=Quotas(on_demand_vcpu=tasks)) as world,
        world.connect() as aws,
    ):
        cluster = await aws.create_cluster("benchmark")
        main = fk.ContainerSpec(name="main", image="busybox", command=["sleep", "60"])
        definition = await aws.register(
            fk.TaskSpec(family="minute", cpu=256, memory=512, containers=[main])
        )
        network = await aws.default_network()
        calls, began, cpu, last = aws.calls, aws.clock.now(), time.process_time(), 0.0

        def look(event: fk.FanOutEvent) -> None:
            nonlocal last
            if event.kind == fk.FanOutEventKind.STARTED:
                last = aws.clock.now()

        async with cluster.fan_out(
            definition,
            [fk.Overrides()] * tasks,
            limit=tasks,
            network=network,
            capacity="on-demand",
            on_event=look,
        ) as done:
            results = await done.results()
        arns = {result.arn for result in results if result.succeeded}
        spent = Counter(aws.calls)
        spent.subtract(calls)
        return Measured(
            tasks=tasks,
            launched_in=last - began,
            ended_in=aws.clock.now() - began,
            lost=tasks - len(arns),
            twice=sum(len(result.attempts) - 1 for result in results),
            throttles=aws._session.api.retries.total(),
            calls=spent,
            cpu=time.process_time() - cpu,
        )


def _others(calls: Mapping[str, int]) -> int:
    return sum(calls.values()) - calls["ecs:RunTask"] - calls["ecs:DescribeTasks"]


def main() -> None:
    """Measure one count, and print."""
    result = Result(measured=[anyio.run(measure, int(sys.argv[1]))])
    print(result.table().plain())
    raise SystemExit(not result.measured[0].is_as_promised)


if __name__ == "__main__":
    main()
