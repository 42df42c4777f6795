"""One client that runs many tasks to their end, in a process of its own.

`python -m benchmarks.fan_out_client KIND JOB`, where JOB is JSON. It prints how long it sleeps, a
line each time, and goes on when it gets a line; at the end, what it spent.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, cast

import anyio
import boto3
from aiobotocore.client import AioBaseClient
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import WaiterError

import fargate_kit as fk
from benchmarks.fan_out_books import Books, Job, Measuring, Spent
from benchmarks.fan_out_by_hand import ByHand
from benchmarks.fan_out_clock import OutsideClock, ThreadsClock
from benchmarks.raw_client import REGION, TASKS_PER_CALL, raw_client

# AWS's launch rate in the large regions, which whoever writes a loop has to know.
BURST, A_SECOND = 100, 20
# Looks at all tasks that have not stopped, once a second, but no more than so many calls a second.
EVERY, CALLS_A_SECOND = 1.0, 5.0
# With more threads, boto3's waiters ask for more than the account's 20 calls a second.
THREADS = 100


async def with_the_sdk(job: Job) -> Spent:
    """Run the job as a user of the SDK writes it."""
    clock, books = OutsideClock(), Books()
    _watch_async_calls(clock, books)
    key = fk.Credentials(access_key_id="benchmark", secret_access_key="benchmark")  # noqa: S106
    async with fk.connect(
        region=REGION, endpoint_url=job.url, credentials=key, clock=clock, seed=0
    ) as aws:
        cluster = await aws.cluster(job.cluster)
        definition = await aws.task_definition(job.definition)
        vpc = job.network["awsvpcConfiguration"]
        network = fk.Network(
            subnets=vpc["subnets"], security_groups=vpc["securityGroups"], public_ip=True
        )
        measuring = Measuring(books, clock.now)
        async with cluster.fan_out(
            definition,
            [fk.Overrides()] * job.count,
            limit=job.count,
            network=network,
            capacity="on-demand",
        ) as done:
            succeeded = [result.succeeded async for result in done]
        return measuring.spent(sum(succeeded))


async def with_a_raw_loop(job: Job) -> Spent:
    """Run the job with the fewest lines that stay below AWS's buckets."""
    clock, books = OutsideClock(), Books()
    _watch_async_calls(clock, books)
    async with raw_client("ecs", job.url) as ecs:
        await ecs.describe_task_definition(taskDefinition=job.definition)
        loop = ByHand(ecs, job.cluster, job.definition, job.count, job.network)
        measuring = Measuring(books, clock.now)

        async def pause(begun: int) -> None:
            if begun >= BURST:
                await clock.sleep(TASKS_PER_CALL / A_SECOND)

        async with anyio.create_task_group() as group:
            group.start_soon(loop.start, pause)
            while loop.ended < job.count:
                calls = await loop.look()
                await clock.sleep(max(EVERY, calls / CALLS_A_SECOND))
        return measuring.spent(loop.succeeded)


def with_boto3(job: Job) -> Spent:
    """Run the job with boto3, a thread and a waiter for each task."""
    threads = min(THREADS, job.count)
    clock, books = ThreadsClock(threads), Books()
    _watch_calls(books)
    ecs = boto3.client(
        "ecs",
        region_name=REGION,
        endpoint_url=job.url,
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106
        # Mode "standard" would give up: all threads of a client share its allowance of retries.
        config=Config(
            retries={"mode": "legacy", "total_max_attempts": 10}, max_pool_connections=threads
        ),
    )
    ecs.describe_task_definition(taskDefinition=job.definition)
    # botocore's waiters and its own retries sleep by this, and nobody else here does.
    time.sleep = cast(Any, clock.sleep)

    def one() -> bool:
        reply = ecs.run_task(
            cluster=job.cluster,
            taskDefinition=job.definition,
            launchType="FARGATE",
            networkConfiguration=job.network,
        )
        while not reply["tasks"]:
            # The launch rate is told as a failure in an answer, which botocore does not repeat.
            time.sleep(1)
            reply = ecs.run_task(
                cluster=job.cluster,
                taskDefinition=job.definition,
                launchType="FARGATE",
                networkConfiguration=job.network,
            )
        arn = reply["tasks"][0]["taskArn"]
        try:
            ecs.get_waiter("tasks_stopped").wait(cluster=job.cluster, tasks=[arn])
            task = ecs.describe_tasks(cluster=job.cluster, tasks=[arn])["tasks"][0]
        except (WaiterError, ecs.exceptions.ClientError):
            # Throttled ten times in a row: the end of this task is not seen any more.
            return False
        return bool(task["containers"][0]["exitCode"] == 0)

    def many(share: int) -> int:
        try:
            return sum(one() for _ in range(share))
        finally:
            clock.ended()

    measuring = Measuring(books, clock.now)
    shares = [len(range(first, job.count, threads)) for first in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        succeeded = sum(pool.map(many, shares))
    return measuring.spent(succeeded)


def _watch_async_calls(clock: OutsideClock, books: Books) -> None:
    call = AioBaseClient._make_api_call

    async def watched(self: Any, operation: str, parameters: Any) -> Any:
        with clock.call():
            reply = await call(self, operation, parameters)
        books.enter(operation, reply)
        return reply

    AioBaseClient._make_api_call = watched


def _watch_calls(books: Books) -> None:
    call = BaseClient._make_api_call

    def watched(self: Any, operation: str, parameters: Any) -> Any:
        reply = call(self, operation, parameters)
        books.enter(operation, reply)
        return reply

    BaseClient._make_api_call = watched


def main() -> None:
    """Run one client and print what it spent, as JSON."""
    kind, text = sys.argv[1:]
    job = Job(**json.loads(text))
    if kind == "boto3":
        spent = with_boto3(job)
    else:
        spent = anyio.run({"sdk": with_the_sdk, "raw": with_a_raw_loop}[kind], job)
    print(json.dumps({"spent": asdict(spent)}), flush=True)


if __name__ == "__main__":
    main()
