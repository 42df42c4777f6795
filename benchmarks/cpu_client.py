"""One client that runs many tasks to their end, in a process whose CPU seconds are counted.

`python -m benchmarks.cpu_client KIND JOB`, where KIND is `sdk` or `raw` and JOB is JSON. It prints
how long it sleeps, a line each time, and goes on when it gets a line; at the end, what it spent.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import anyio
import anyio.lowlevel

import fargate_kit as fk
from benchmarks.fan_out_by_hand import ByHand
from benchmarks.raw_client import REGION, raw_client

SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What both clients do.

    Attributes:
        count: How many tasks.
        every: Nominal seconds between two looks.
        network: A `networkConfiguration`.
    """

    url: str
    cluster: str
    definition: str
    count: int
    every: float
    network: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a client spent from its first RunTask to the end of its last task.

    Attributes:
        cpu: Seconds of user and system time of this process.
        run_calls: RunTask calls.
        describe_calls: DescribeTasks calls.
    """

    cpu: float
    run_calls: int
    describe_calls: int


class OutsideClock:
    """A clock that whoever started this process moves: to sleep is to let somebody else go on.

    It suits clients of which one part sleeps at a time, as these do.
    """

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Return the nominal seconds that were slept."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Give everybody in this process a turn, then everybody outside."""
        await anyio.lowlevel.checkpoint()
        if seconds > 0:
            self.pause(seconds)

    def pause(self, seconds: float) -> None:
        """Stop the whole process until the time has passed."""
        print(json.dumps({"sleep": seconds}), flush=True)
        sys.stdin.readline()
        self._now += seconds


async def with_the_sdk(job: Job) -> Spent:
    """Run the job as a user of the SDK writes it."""
    clock = OutsideClock()
    async with fk.connect(
        region=REGION,
        endpoint_url=job.url,
        credentials=fk.Credentials(
            access_key_id="benchmark",
            secret_access_key="benchmark",  # noqa: S106
        ),
        clock=clock,
        poll_every=job.every,
        seed=SEED,
    ) as aws:
        cluster = await aws.cluster(job.cluster)
        definition = await aws.task_definition(job.definition)
        vpc = job.network["awsvpcConfiguration"]
        network = fk.Network(
            subnets=vpc["subnets"], security_groups=vpc["securityGroups"], public_ip=True
        )

        async def wait(task: fk.Task) -> None:
            (await task.wait_stopped()).raise_for_exit()

        async def work() -> tuple[int, int]:
            tasks = await cluster.run_many(definition, job.count, network=network)
            async with anyio.create_task_group() as group:
                for task in tasks:
                    group.start_soon(wait, task)
            return aws.calls["ecs:RunTask"], aws.calls["ecs:DescribeTasks"]

        return await _measured(work, clock)


async def with_a_raw_loop(job: Job) -> Spent:
    """Run the job with the fewest lines that make the same calls at the same pace."""
    clock, jitter = OutsideClock(), random.Random(SEED)
    async with raw_client("ecs", job.url) as ecs:
        await ecs.describe_clusters(clusters=[job.cluster])
        await ecs.describe_task_definition(taskDefinition=job.definition)

        loop = ByHand(ecs, job.cluster, job.definition, job.count, job.network)

        async def work() -> tuple[int, int]:
            await loop.start()
            while loop.ended < job.count:
                await loop.look()
                await clock.sleep(job.every * jitter.uniform(0.95, 1.05))
            assert loop.succeeded == job.count
            return loop.runs, loop.looks

        return await _measured(work, clock)


async def _measured(work: Callable[[], Awaitable[tuple[int, int]]], clock: OutsideClock) -> Spent:
    clock.pause(0)
    began = time.process_time()
    runs, looks = await work()
    return Spent(cpu=time.process_time() - began, run_calls=runs, describe_calls=looks)


def main() -> None:
    """Run one client and print what it spent, as JSON."""
    kind, job = sys.argv[1:]
    client = {"sdk": with_the_sdk, "raw": with_a_raw_loop}[kind]
    spent = anyio.run(client, Job(**json.loads(job)))
    print(json.dumps({"spent": asdict(spent)}), flush=True)


if __name__ == "__main__":
    main()
