"""How many calls it costs that a thousand callers wait for a thousand tasks."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
from aiobotocore.awsrequest import AioAWSResponse
from botocore.compat import HTTPHeaders

import fargate_kit as fk
from benchmarks.measuring import yes_or_no
from benchmarks.raw_client import REGION, TASKS_DESCRIBED, raw_client
from benchmarks.tables import Table
from fargate_kit.sim import World, simulate
from fargate_kit.sim.account import Account
from fargate_kit.sim.request import Request, Response

TASKS = 1000
HOST = "http://fargate.simulated"
SPEC = fk.TaskSpec(
    family="benchmark",
    cpu=256,
    memory=512,
    containers=[fk.ContainerSpec(name="main", image="nginx")],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The DescribeTasks calls of one kind of waiters, until every task ran.

    Attributes:
        calls: By the simulator's own counter.
        rounds: The moments at which any were made.
        fullest: The calls of the round that asked for most tasks.
        floor: What the same rounds would have cost at the least, 100 tasks in each call.
        seconds: Nominal seconds from the first look to the last.
    """

    calls: int
    rounds: int
    fullest: int
    floor: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The same job, waited for in two ways."""

    tasks: int
    ours: Looks
    botocore: Looks

    def table(self) -> Table:
        """Return the counts."""
        floor = math.ceil(self.tasks / TASKS_DESCRIBED)
        rows = [
            self._row("1,000 × `wait_running()`", self.ours, yes_or_no(self.ours.fullest == floor)),
            self._row("1,000 botocore waiters `tasks_running`", self.botocore, ""),
        ]
        return Table(
            name="waiters",
            question=f"{self.tasks:,} callers wait until {self.tasks:,} tasks run: at what cost?",
            headings=(
                "waiters",
                "calls in a full round",
                f"floor: ⌈{self.tasks:,}/{TASKS_DESCRIBED}⌉",
                "at the floor",
                "rounds",
                "calls until all ran",
                "their floor",
                "calls, ours = 1",
            ),
            rows=rows,
            how=(
                "DescribeTasks calls, counted by the simulator. Both ran once, on a step clock, "
                "where counts are exact and repeat: the SDK with five calls a second, botocore's "
                "waiters with their own delay of 6 s, slept on the same clock."
            ),
            details=[
                f"  the last look came {looks.seconds:.1f} nominal seconds after the first ({name})"
                for name, looks in (("ours", self.ours), ("botocore", self.botocore))
            ],
        )

    def _row(self, name: str, looks: Looks, met: str) -> tuple[str, ...]:
        floor = math.ceil(self.tasks / TASKS_DESCRIBED)
        times = looks.calls / self.ours.calls
        counts = (looks.rounds, looks.calls, looks.floor)
        shown = (f"{count:,}" for count in counts)
        return (name, f"{looks.fullest:,}", f"{floor}", met, *shown, f"{times:.1f}")


def run() -> Result:
    """Let the SDK wait in one simulated account, and botocore's waiters in one like it."""
    return Result(
        tasks=TASKS, ours=anyio.run(_wait_with_the_sdk), botocore=anyio.run(_wait_with_botocore)
    )


class _Recorder:
    """Answers from an account in the same process, and notes when which tasks were asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked: Counter[float] = Counter()
        self._calls: Counter[float] = Counter()

    async def send(self, request: fk.TransportRequest) -> fk.TransportResponse:
        """Carry a request of the SDK."""
        await anyio.lowlevel.checkpoint()
        answer = self._answer(request.headers, request.body)
        return fk.TransportResponse(status=answer.status, headers=answer.headers, body=answer.body)

    def before_send(self, request: Any, **_: Any) -> AioAWSResponse:
        """Answer a request of botocore's, as a handler of its event `before-send`."""
        headers = {
            name: value if isinstance(value, str) else value.decode()
            for name, value in request.headers.items()
        }
        answer = self._answer(headers, request.body)
        response = AioAWSResponse(
            request.url,
            answer.status,
            HTTPHeaders.from_pairs(list(answer.headers.items())),
            None,
        )
        response._content = answer.body
        return response

    def looks(self) -> Looks:
        """Sum up.

        Raises:
            AssertionError: The account counted other calls than were seen here.
        """
        counted = self._world.run(lambda account: account.calls["ecs", "DescribeTasks"])
        assert counted == self._calls.total(), (counted, self._calls.total())
        moments = sorted(self._calls)
        fullest = max(moments, key=lambda moment: self._asked[moment])
        return Looks(
            calls=counted,
            rounds=len(moments),
            fullest=self._calls[fullest],
            floor=sum(math.ceil(asked / TASKS_DESCRIBED) for asked in self._asked.values()),
            seconds=moments[-1] - moments[0],
        )

    def _answer(self, headers: Any, body: bytes) -> Response:
        lower = {name.lower(): value for name, value in headers.items()}
        if lower.get("x-amz-target", "").endswith(".DescribeTasks"):
            now = self._world.clock.now()
            self._calls[now] += 1
            self._asked[now] += len(json.loads(body)["tasks"])
        request = Request(method="POST", path="/", query="", headers=lower, body=body)

        def answer(account: Account) -> Response:
            return account.answer(request)

        return self._world.run(answer)


async def _wait_with_the_sdk() -> Looks:
    async with simulate(step=True) as world:
        recorder = _Recorder(world)
        async with fk.connect(
            region=REGION,
            endpoint_url=HOST,
            credentials=fk.Credentials(
                access_key_id="benchmark",
                secret_access_key="benchmark",  # noqa: S106
            ),
            clock=world.clock,
            transport=recorder,
            seed=0,
        ) as aws:
            tasks = await _started(aws)
            async with anyio.create_task_group() as group:
                for task in tasks:
                    group.start_soon(task.wait_running)
        return recorder.looks()


async def _wait_with_botocore() -> Looks:
    async with simulate(step=True) as world:
        recorder = _Recorder(world)
        async with world.connect() as aws:
            tasks = await _started(aws)
        async with raw_client("ecs", HOST) as ecs:
            ecs.meta.events.register("before-send.ecs", recorder.before_send)

            async def wait(task: fk.Task) -> None:
                waiter = ecs.get_waiter("tasks_running")
                waiter._sleep = world.clock.sleep
                await waiter.wait(cluster=task.cluster_arn, tasks=[task.arn])

            async with anyio.create_task_group() as group:
                for task in tasks:
                    group.start_soon(wait, task)
        return recorder.looks()


async def _started(aws: fk.Connection) -> Sequence[fk.Task]:
    cluster = await aws.create_cluster()
    return await cluster.run_many(await aws.register(SPEC), TASKS)
