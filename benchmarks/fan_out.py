"""`python -m benchmarks.fan_out [TASKS]`: how near a fan-out comes to the launch rate.

One-minute tasks at AWS's default rates, on the step clock: the floor is (tasks - burst) / rate. The
vCPU quota is raised, because with the default of 6 it, and not the launch rate, would decide.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import anyio

import fargate_kit as fk
from fargate_kit.core.pacing import LAUNCHES
from fargate_kit.sim import simulate
from fargate_kit.sim.quotas import Quotas

TASKS = 10_000
MOST = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a fan-out took.

    Attributes:
        launched_in: Nominal seconds from the first to the last start.
        ended_in: Nominal seconds to the end of the last task.
        cpu: Seconds of this process, the simulator's included.
        throttles: How often a call was throttled.
    """

    tasks: int
    launched_in: float
    ended_in: float
    cpu: float
    calls: dict[str, int]
    throttles: int

    @property
    def floor(self) -> float:
        """Nominal seconds in which AWS lets so many tasks start."""
        return max(0.0, (self.tasks - LAUNCHES.burst) / LAUNCHES.per_second)


async def measure(tasks: int) -> Result:
    """Run so many tasks to their end."""
    quotas = Quotas(on_demand_vcpu=tasks)
    async with simulate(step=True, quotas=quotas) as world, world.connect() as aws:
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
        assert len({result.arn for result in results if result.succeeded}) == tasks
        assert all(len(result.attempts) == 1 for result in results)
        return Result(
            tasks=tasks,
            launched_in=last - began,
            ended_in=aws.clock.now() - began,
            cpu=time.process_time() - cpu,
            calls=dict(aws.calls - calls),
            throttles=aws._session.api.retries.total(),
        )


def main() -> None:
    """Measure and print; the exit code tells whether the floor was kept to."""
    found = anyio.run(measure, int(sys.argv[1]) if len(sys.argv) > 1 else TASKS)
    ratio = found.launched_in / found.floor if found.floor else 1.0
    print(f"{found.tasks:,} tasks, none lost, none twice; {found.throttles} throttles")
    print(f"launched in {found.launched_in:.1f} s, floor {found.floor:.1f} s, ratio {ratio:.3f}")
    print(f"ended after {found.ended_in:.1f} s; {found.cpu:.1f} s of CPU with the simulator")
    for name, count in sorted(found.calls.items()):
        print(f"{name} {count:,}")
    raise SystemExit(ratio > MOST or found.throttles > 0)


if __name__ == "__main__":
    main()
