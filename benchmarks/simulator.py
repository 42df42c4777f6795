"""How many requests a second the simulated Fargate answers, against moto's own server."""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

import aiohttp
import anyio

from benchmarks.measuring import Comparison, yes_or_no
from benchmarks.processes import Server, moto_server, served, simulator
from benchmarks.raw_client import (
    REGION,
    SERVICES_DESCRIBED,
    TASKS_DESCRIBED,
    TASKS_PER_CALL,
    network_of,
    raw_client,
    register,
)
from benchmarks.tables import Table

RUNS = 3
SPEED = 20.0
CLUSTER = "benchmark"
SECONDS_TO_START = 60.0
MOMENTS_TO_REST = 200
# Who signs nothing still says whom it means: both servers route by the scope of the signature.
SCOPE = f"AWS4-HMAC-SHA256 Credential=benchmark/20260101/{REGION}/ecs/aws4_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests of one kind, sent by so many callers at once.

    Attributes:
        about: How many tasks or services a request is about.
        seconds: How long a turn takes.
        at_least: How many times moto's rate ours shall be.
    """

    operation: str
    about: int
    callers: int
    seconds: float
    at_least: float


LOADS = (
    Load(operation="DescribeTasks", about=1, callers=1, seconds=0.5, at_least=4),
    Load(operation="DescribeTasks", about=1, callers=10, seconds=0.5, at_least=4),
    Load(operation="DescribeTasks", about=100, callers=1, seconds=1.0, at_least=8),
    Load(operation="DescribeTasks", about=100, callers=10, seconds=1.0, at_least=8),
    Load(operation="DescribeServices", about=10, callers=1, seconds=0.5, at_least=5),
    Load(operation="DescribeServices", about=10, callers=10, seconds=0.5, at_least=5),
    Load(operation="RunTask", about=1, callers=1, seconds=0.5, at_least=5),
    Load(operation="RunTask", about=1, callers=10, seconds=0.5, at_least=5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one load showed.

    Attributes:
        plain: Requests a second, with an HTTP client that only reads the answer.
        botocore: Requests a second, with aiobotocore.
        cpu: Seconds of the server's CPU for one request of the plain client.
    """

    load: Load
    plain: Comparison
    botocore: Comparison
    cpu: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every load showed."""

    measured: tuple[Measured, ...]

    def table(self) -> Table:
        """Return the ratios."""
        return Table(
            name="simulator",
            question="How many requests a second does the simulator answer, against moto's server?",
            headings=(
                "request",
                "callers",
                "plain HTTP, moto = 1",
                "single turns",
                "at least",
                "met",
                "aiobotocore, moto = 1",
                "server CPU, ours = 1",
            ),
            rows=[
                (
                    f"{each.load.operation} of {each.load.about}",
                    f"{each.load.callers}",
                    f"{each.plain.ratio:.1f}",
                    each.plain.spread,
                    f"{each.load.at_least:.0f}",
                    yes_or_no(each.plain.ratio >= each.load.at_least),
                    f"{each.botocore.ratio:.1f}",
                    "?" if math.isnan(each.cpu.ratio) else f"{1 / each.cpu.ratio:.1f}",
                )
                for each in self.measured
            ],
            how=(
                f"Requests a second, medians of {RUNS} turns; each server in a process of its own, "
                f"the client in a third. Our simulator runs {SPEED:g} times as fast as Fargate, "
                "and has come to rest before moto's turn. moto's tasks are made to stay RUNNING."
            ),
            details=[
                f"  {each.load.operation} of {each.load.about}, {each.load.callers} at once, "
                f"{name}: "
                f"{median(rates.ours):.0f} a second, moto {median(rates.theirs):.0f}"
                for each in self.measured
                for name, rates in (("plain HTTP", each.plain), ("aiobotocore", each.botocore))
            ],
        )


def run() -> Result:
    """Start both servers, put the same tasks into them, and send to them in turns."""
    with served(simulator(SPEED)) as ours, served(moto_server()) as theirs:
        return anyio.run(_measure, ours, theirs)


class _Side:
    """A server with a hundred running tasks and ten services, and two clients of it.

    Args:
        simulated: Whether tasks go on to live after the answer, as they do on our side.
    """

    def __init__(
        self, server: Server, ecs: Any, http: aiohttp.ClientSession, *, simulated: bool
    ) -> None:
        self.server = server
        self._simulated = simulated
        self._ecs = ecs
        self._http = http
        self._run: dict[str, Any] = {}
        self._arns: list[str] = []
        self._services: list[str] = []

    async def prepare(self) -> None:
        """Start the tasks and wait until they run; make services without tasks.

        Raises:
            RuntimeError: One of them stopped.
            TimeoutError: They do not run.
        """
        await self._ecs.create_cluster(clusterName=CLUSTER)
        self._run = {
            "cluster": CLUSTER,
            "taskDefinition": await register(self._ecs, image="nginx"),
            "launchType": "FARGATE",
            "networkConfiguration": await network_of(self.server.url),
        }
        while len(self._arns) < TASKS_DESCRIBED:
            reply = await self._ecs.run_task(**self._run, count=TASKS_PER_CALL)
            self._arns += [task["taskArn"] for task in reply["tasks"]]
        for number in range(SERVICES_DESCRIBED):
            name = f"service-{number}"
            await self._ecs.create_service(**self._run, serviceName=name, desiredCount=0)
            self._services.append(name)
        with anyio.fail_after(SECONDS_TO_START):
            running = False
            while not running:
                tasks = (await self._ecs.describe_tasks(cluster=CLUSTER, tasks=self._arns))["tasks"]
                running = all(task["lastStatus"] == "RUNNING" for task in tasks)
                if stopped := [task for task in tasks if task["desiredStatus"] == "STOPPED"]:
                    raise RuntimeError(f"a task did not start: {stopped[0]['stoppedReason']}")

    async def rest(self) -> None:
        """Wait until nothing is left to happen to the tasks that were started.

        Raises:
            TimeoutError: It took too many moments.
        """
        if not self._simulated:
            return
        for _ in range(MOMENTS_TO_REST):
            async with self._http.get(f"{self.server.url}/_sim/clock") as answer:
                clock = await answer.json()
            if clock["settled"]:
                return
            await anyio.sleep(clock["due_in"] + 0.05)
        raise TimeoutError("the simulator does not come to rest")

    async def botocore(self, load: Load) -> None:
        """Send one request of a load with aiobotocore."""
        call = {
            "DescribeServices": self._ecs.describe_services,
            "DescribeTasks": self._ecs.describe_tasks,
            "RunTask": self._ecs.run_task,
        }
        await call[load.operation](**self._parameters(load))

    async def plain(self, load: Load) -> None:
        """Send one request of a load, and read the answer without looking into it.

        Raises:
            aiohttp.ClientResponseError: The server did not answer with 200.
        """
        parameters = self._parameters(load)
        if load.operation == "RunTask":
            parameters["clientToken"] = str(uuid.uuid4())  # as botocore does it
        async with self._http.post(
            self.server.url,
            data=json.dumps(parameters),
            headers={
                "Authorization": f"{SCOPE}, SignedHeaders=host, Signature=none",
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"AmazonEC2ContainerServiceV20141113.{load.operation}",
            },
            raise_for_status=True,
        ) as answer:
            await answer.read()

    def _parameters(self, load: Load) -> dict[str, Any]:
        if load.operation == "RunTask":
            return {**self._run, "count": load.about}
        if load.operation == "DescribeServices":
            return {"cluster": CLUSTER, "services": self._services[: load.about]}
        return {"cluster": CLUSTER, "tasks": self._arns[: load.about]}


async def _measure(ours: Server, theirs: Server) -> Result:
    async with AsyncExitStack() as stack:
        sides = []
        for server, simulated in ((ours, True), (theirs, False)):
            ecs = await stack.enter_async_context(raw_client("ecs", server.url))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            sides.append(_Side(server, ecs, http, simulated=simulated))
            await sides[-1].prepare()
        return Result(measured=tuple([await _compare(load, sides) for load in LOADS]))


async def _compare(load: Load, sides: Sequence[_Side]) -> Measured:
    plain: list[list[float]] = [[], []]
    botocore: list[list[float]] = [[], []]
    cpu: list[list[float]] = [[], []]
    for side in sides:
        for send in (side.plain, side.botocore):
            await _rate(load, send, seconds=0)  # opens connections
        await side.rest()
    for _ in range(RUNS):
        for index, side in enumerate(sides):
            before = side.server.cpu_seconds()
            sent, took = await _rate(load, side.plain, seconds=load.seconds)
            await side.rest()
            plain[index].append(sent / took)
            cpu[index].append((side.server.cpu_seconds() - before) / sent)
            sent, took = await _rate(load, side.botocore, seconds=load.seconds)
            await side.rest()
            botocore[index].append(sent / took)
    return Measured(
        load=load,
        plain=Comparison(ours=tuple(plain[0]), theirs=tuple(plain[1])),
        botocore=Comparison(ours=tuple(botocore[0]), theirs=tuple(botocore[1])),
        cpu=Comparison(ours=tuple(cpu[0]), theirs=tuple(cpu[1])),
    )


async def _rate(
    load: Load, send: Callable[[Load], Awaitable[None]], *, seconds: float
) -> tuple[int, float]:
    """Send requests for some seconds, at least one for each caller.

    Returns:
        How many were answered, and the seconds until the last one was.
    """
    began = time.perf_counter()
    answered = 0

    async def call() -> None:
        nonlocal answered
        late = False
        while not late:
            await send(load)
            answered += 1
            late = time.perf_counter() - began >= seconds

    async with anyio.create_task_group() as group:
        for _ in range(load.callers):
            group.start_soon(call)
    return answered, time.perf_counter() - began
