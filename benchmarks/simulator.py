"""How many requests a second the simulated Fargate answers, against moto's own server."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import anyio

from benchmarks.measuring import Comparison, yes_or_no
from benchmarks.processes import moto_server, served, simulator
from benchmarks.raw_client import (
    TASKS_DESCRIBED,
    TASKS_PER_CALL,
    network_of,
    raw_client,
    register,
)
from benchmarks.tables import Table

RUNS = 5
AT_LEAST = 4.0
SPEED = 20.0
CLUSTER = "benchmark"
SECONDS_TO_START = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One kind of request, and how many are sent by how many callers at once."""

    name: str
    requests: int
    callers: int


LOADS = (
    Load(name="DescribeTasks of 1 task", requests=60, callers=1),
    Load(name="DescribeTasks of 1 task", requests=100, callers=10),
    Load(name="DescribeTasks of 100 tasks", requests=8, callers=1),
    Load(name="DescribeTasks of 100 tasks", requests=10, callers=10),
    Load(name="RunTask of 1 task", requests=60, callers=1),
    Load(name="RunTask of 1 task", requests=100, callers=10),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Requests a second under each load."""

    rates: tuple[tuple[Load, Comparison], ...]

    def table(self) -> Table:
        """Return the ratios."""
        return Table(
            name="simulator",
            question="How many requests a second does the simulator answer, against moto's server?",
            headings=(
                "request",
                "callers",
                "requests a second, moto = 1",
                "single turns",
                "at least",
                "met",
            ),
            rows=[
                (
                    load.name,
                    f"{load.callers}",
                    f"{compared.ratio:.1f}",
                    compared.spread,
                    f"{AT_LEAST:.0f}",
                    yes_or_no(compared.ratio >= AT_LEAST),
                )
                for load, compared in self.rates
            ],
            how=(
                f"Medians of {RUNS} turns; each server in a process of its own, the same "
                "aiobotocore client in a third. moto's tasks are made to stay RUNNING."
            ),
            details=[
                f"  {load.name}, {load.callers} callers: {median(compared.ours):.0f} requests a "
                f"second, moto {median(compared.theirs):.0f}"
                for load, compared in self.rates
            ],
        )


def run() -> Result:
    """Start both servers, put the same tasks into them, and send to them in turns."""
    with served(simulator(SPEED)) as ours, served(moto_server()) as theirs:
        return anyio.run(_measure, ours, theirs)


class _Side:
    """A server with a hundred running tasks, and a client of it."""

    def __init__(self, ecs: Any, definition: str, network: dict[str, Any]) -> None:
        self._ecs = ecs
        self._definition = definition
        self._network = network
        self._arns: list[str] = []

    async def prepare(self) -> None:
        """Start the tasks and wait until they run."""
        while len(self._arns) < TASKS_DESCRIBED:
            reply = await self._run_task(count=TASKS_PER_CALL)
            self._arns += [task["taskArn"] for task in reply["tasks"]]
        with anyio.fail_after(SECONDS_TO_START):
            running = False
            while not running:
                tasks = (await self._describe(self._arns))["tasks"]
                running = all(task["lastStatus"] == "RUNNING" for task in tasks)

    async def rate(self, load: Load) -> float:
        """Send the requests of a load, and return how many were answered in a second."""
        send: Callable[[], Awaitable[Any]] = {
            "DescribeTasks of 1 task": partial(self._describe, self._arns[:1]),
            "DescribeTasks of 100 tasks": partial(self._describe, self._arns),
            "RunTask of 1 task": partial(self._run_task, count=1),
        }[load.name]

        async def call() -> None:
            for _ in range(load.requests // load.callers):
                await send()

        began = time.perf_counter()
        async with anyio.create_task_group() as group:
            for _ in range(load.callers):
                group.start_soon(call)
        return load.requests // load.callers * load.callers / (time.perf_counter() - began)

    async def _describe(self, arns: list[str]) -> Any:
        return await self._ecs.describe_tasks(cluster=CLUSTER, tasks=arns)

    async def _run_task(self, *, count: int) -> Any:
        return await self._ecs.run_task(
            cluster=CLUSTER,
            taskDefinition=self._definition,
            launchType="FARGATE",
            networkConfiguration=self._network,
            count=count,
        )


async def _measure(our_url: str, their_url: str) -> Result:
    async with AsyncExitStack() as stack:
        sides = []
        for url in (our_url, their_url):
            ecs = await stack.enter_async_context(raw_client("ecs", url))
            await ecs.create_cluster(clusterName=CLUSTER)
            definition = await register(ecs, image="nginx")
            side = _Side(ecs, definition, await network_of(url))
            await side.prepare()
            sides.append(side)
        return Result(rates=tuple([(load, await _compare(load, *sides)) for load in LOADS]))


async def _compare(load: Load, ours: _Side, theirs: _Side) -> Comparison:
    rates: tuple[list[float], list[float]] = ([], [])
    for turn in range(RUNS + 1):
        for side, taken in zip((ours, theirs), rates, strict=True):
            rate = await side.rate(load)
            if turn:  # the first one opens connections
                taken.append(rate)
    return Comparison(ours=tuple(rates[0]), theirs=tuple(rates[1]))
