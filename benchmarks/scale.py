"""What the simulator costs with a hundred, a thousand and ten thousand running tasks."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import anyio

from benchmarks.processes import Server, served, simulator
from benchmarks.raw_client import network_of, raw_client, register
from benchmarks.tables import Table

COUNTS = (100, 1_000, 10_000)
CLUSTER = "benchmark"
# Fast enough that the machine decides how long it takes, and not Fargate's own delays.
FAST = 200.0
PACES = (1.0, 20.0)
SECONDS_TO_SETTLE = 300.0
SECONDS_BETWEEN_LOOKS = 0.25
IDLE_SECONDS = 6.0
MOST_IDLE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a service with so many tasks costs.

    Attributes:
        memory: MiB that the server has grown by since it served nothing.
        seconds: Until the service was steady.
        cpu_seconds: Of the server, until then.
        idle: Percent of a core that the running tasks take, for each pace of the clock.
    """

    tasks: int
    memory: float
    seconds: float
    cpu_seconds: float
    idle: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every count showed."""

    measured: tuple[Measured, ...]

    def table(self) -> Table:
        """Return the costs, and how they grow."""
        first = self.measured[0]
        return Table(
            name="scale",
            question="What does the simulator cost with many running tasks?",
            headings=(
                "tasks",
                "memory a task",
                "time a task until steady, 100 tasks = 1",
                "CPU a task until steady, 100 tasks = 1",
                *(f"idle CPU at speed {pace:g}" for pace in PACES),
                f"at most {MOST_IDLE:g} % idle at speed 1",
            ),
            rows=[
                (
                    f"{each.tasks:,}",
                    f"{each.memory * 1024 / each.tasks:.0f} KiB",
                    f"{each.seconds / each.tasks / (first.seconds / first.tasks):.1f}",
                    f"{each.cpu_seconds / each.tasks / (first.cpu_seconds / first.tasks):.1f}",
                    *(f"{percent:.1f} %" for percent in each.idle),
                    "yes" if each.idle[0] <= MOST_IDLE else "NO",
                )
                for each in self.measured
            ],
            how=(
                "One service of nginx without logs, scaled from nothing by one UpdateService on a "
                f"clock {FAST:g} times as fast as Fargate's, so that the machine sets the pace; a "
                "new server for each count. Percent of one core; memory is what the process has "
                "grown by since it served nothing."
            ),
            details=[
                f"  {each.tasks:,} tasks: {each.memory:.0f} MiB, "
                f"{each.seconds:.1f} seconds and "
                f"{each.cpu_seconds:.1f} CPU seconds until steady"
                for each in self.measured
            ],
        )


def run() -> Result:
    """Measure each count with a server of its own."""
    measured = []
    for tasks in COUNTS:
        with served(simulator(FAST)) as server:
            measured.append(anyio.run(_measure, server, tasks))
    return Result(measured=tuple(measured))


async def _measure(server: Server, tasks: int) -> Measured:
    async with raw_client("ecs", server.url) as ecs, aiohttp.ClientSession() as http:
        await ecs.create_cluster(clusterName=CLUSTER)
        await ecs.create_service(
            cluster=CLUSTER,
            serviceName="many",
            taskDefinition=await register(ecs, image="nginx"),
            desiredCount=0,
            launchType="FARGATE",
            networkConfiguration=await network_of(server.url, subnets=6),
        )
        await _steady(ecs, 0)
        memory, cpu = _memory(server), server.cpu_seconds()
        began = time.perf_counter()
        await ecs.update_service(cluster=CLUSTER, service="many", desiredCount=tasks)
        await _steady(ecs, tasks)
        seconds = time.perf_counter() - began
        cpu_seconds = server.cpu_seconds() - cpu
        grown = _memory(server) - memory
        idle = [await _idle(http, server, pace) for pace in PACES]
    return Measured(
        tasks=tasks,
        memory=grown,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        idle=tuple(idle),
    )


async def _steady(ecs: Any, tasks: int) -> None:
    """Wait until so many tasks run, and the service says that it is steady.

    Raises:
        TimeoutError: It takes too long.
    """
    with anyio.fail_after(SECONDS_TO_SETTLE):
        while True:
            reply = await ecs.describe_services(cluster=CLUSTER, services=["many"])
            service = reply["services"][0]
            if service["runningCount"] == tasks and _says_steady(service["events"]):
                return
            await anyio.sleep(SECONDS_BETWEEN_LOOKS)


def _says_steady(events: Sequence[Any]) -> bool:
    return bool(events) and "has reached a steady state" in events[0]["message"]


async def _idle(http: aiohttp.ClientSession, server: Server, pace: float) -> float:
    """Return the percentage of a core that the server takes while nobody asks."""
    async with http.post(f"{server.url}/_sim/clock", json={"speed": pace}) as answer:
        answer.raise_for_status()
    await anyio.sleep(1)
    before, began = server.cpu_seconds(), time.perf_counter()
    await anyio.sleep(IDLE_SECONDS)
    return 100 * (server.cpu_seconds() - before) / (time.perf_counter() - began)


def _memory(server: Server) -> float:
    """Return the resident memory of a server in MiB."""
    pages = Path(f"/proc/{server.process_id}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
