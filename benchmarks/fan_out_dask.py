"""dask-cloudprovider's launcher, in its own environment: it starts tasks, waits until they run.

`python -m benchmarks.fan_out_dask JOB` with a Python that has dask-cloudprovider. It prints how
long it sleeps, a line each time, and goes on when it gets a line; at the end, what it spent.

The launcher looks without a pause until its task runs, so each of its calls takes some time here.
It knows no end of a task: when all run, they are stopped, as its own `close()` does it.
"""

from __future__ import annotations

import asyncio  # noqa: TID251 - dask's own loop is one of asyncio
import heapq
import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, cast

from aiobotocore.client import AioBaseClient
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import get_session
from botocore.exceptions import ClientError
from dask_cloudprovider.aws.ecs import Task
from dask_cloudprovider.utils import timeout

from benchmarks.fan_out_books import MOST_CPU, Books, Job, Measuring, Spent

REGION = "us-east-1"
# Nominal seconds that an answer takes; all moments are multiples of it.
ROUND_TRIP = 0.1
# How many turns everybody gets before all are taken to be asleep, once no call is under way.
TURNS = 10
BEGINNING = datetime(2027, 1, 15)

real_sleep = asyncio.sleep


class OutsideClock:
    """A clock for very many sleepers: one coroutine moves it when all of them sleep."""

    def __init__(self) -> None:
        self._ticks = 0
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._calls = 0

    def now(self) -> float:
        """Return the nominal seconds that were slept."""
        return self._ticks * ROUND_TRIP

    async def sleep(self, seconds: float, result: Any = None) -> Any:
        """Sleep until the clock has been moved so far."""
        if seconds <= 0:
            return await real_sleep(0, result)
        woken = asyncio.get_running_loop().create_future()
        due = self._ticks + math.ceil(seconds / ROUND_TRIP)
        heapq.heappush(self._sleepers, (due, next(self._order), woken))
        await woken
        return result

    @contextmanager
    def call(self) -> Iterator[None]:
        """Let no time pass while a call is under way."""
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1

    async def move(self, *, until: Callable[[], bool]) -> None:
        """Move the time whenever everybody sleeps, until it is enough."""
        quiet = 0
        while not until():
            await real_sleep(0.001 if self._calls else 0)
            quiet = 0 if self._calls else quiet + 1
            if quiet < TURNS or not self._sleepers:
                continue
            quiet, due = 0, self._sleepers[0][0]
            print(json.dumps({"sleep": (due - self._ticks) * ROUND_TRIP}), flush=True)
            sys.stdin.readline()
            self._ticks = due
            while self._sleepers and self._sleepers[0][0] <= due:
                woken = heapq.heappop(self._sleepers)[2]
                if not woken.done():
                    woken.set_result(None)


def watch_calls(clock: OutsideClock, books: Books) -> None:
    """Count every call, and let it take its time."""
    call, send = AioBaseClient._make_api_call, AIOHTTPSession.send

    async def watched(self: Any, operation: str, parameters: Any) -> Any:
        try:
            reply = await call(self, operation, parameters)
        except ClientError as error:
            books.enter(operation, error.response)
            raise
        books.enter(operation, reply)
        return reply

    async def sent(self: Any, request: Any) -> Any:
        await clock.sleep(ROUND_TRIP)
        with clock.call():
            return await send(self, request)

    AioBaseClient._make_api_call = watched
    AIOHTTPSession.send = sent


def overlook_activating() -> None:
    """Show the launcher no ACTIVATING, which it takes for a failure and leaves the task running."""
    update = Task._update_task

    async def updated(self: Any) -> None:
        await update(self)
        if self.task["lastStatus"] == "ACTIVATING":
            self.task["lastStatus"] = "PENDING"

    Task._update_task = updated


def watch_time(clock: OutsideClock) -> None:
    """Give the launcher and botocore's retries this clock for the time of day."""

    class Moment(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return BEGINNING + timedelta(seconds=clock.now())

    timeout.datetime = Moment
    asyncio.sleep = cast(Any, clock.sleep)


async def work(job: Job, clock: OutsideClock) -> Spent:
    """Start the tasks as dask's cluster does, all at once, and close those that run."""
    books = Books()
    watch_calls(clock, books)
    watch_time(clock)
    overlook_activating()
    vpc = job.network["awsvpcConfiguration"]
    client = partial(
        get_session().create_client,
        region_name=REGION,
        endpoint_url=job.url,
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106
    )
    tasks = [
        Task(
            client,
            job.cluster,
            job.definition,
            vpc["subnets"],
            vpc["securityGroups"],
            True,
            {},
            {},
        )
        for _ in range(job.count)
    ]
    for task in tasks:
        task.task_type = "worker"
    measuring = Measuring(books, clock.now)
    closed = 0

    async def all_of_them() -> None:
        nonlocal closed
        begun = await asyncio.gather(*(task.start() for task in tasks), return_exceptions=True)
        running = [task for task, error in zip(tasks, begun, strict=True) if error is None]
        ended = await asyncio.gather(*(task.close() for task in running), return_exceptions=True)
        closed = sum(error is None for error in ended)

    working = asyncio.ensure_future(all_of_them())
    moving = asyncio.ensure_future(clock.move(until=lambda: measuring.cpu() > MOST_CPU))
    await asyncio.wait([working, moving], return_when=asyncio.FIRST_COMPLETED)
    spent = measuring.spent(closed, is_cut_short=not working.done())
    for each in (working, moving):
        each.cancel()
    await asyncio.gather(working, moving, return_exceptions=True)
    return spent


def main() -> None:
    """Run the job and print what it spent, as JSON."""
    job = Job(**json.loads(sys.argv[1]))
    spent = asyncio.run(work(job, OutsideClock()))
    print(json.dumps({"spent": asdict(spent)}), flush=True)


if __name__ == "__main__":
    main()
