"""One follower of a log group, in a process of its own: it counts what it is told, and its memory.

`python -m benchmarks.logs_loss_client URL JOB`, where JOB is JSON. It prints how long it sleeps, a
line each time, and goes on when it gets a line; at the end, what it was told.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import anyio

import fargate_kit as fk
from benchmarks.cpu_client import OutsideClock
from benchmarks.fan_out_books import mebibytes
from benchmarks.raw_client import REGION

GROUP = "benchmark"
# Nominal seconds after the last line in which it could still come twice.
AFTERWARDS = 60.0
# How often memory is looked at, in lines.
LOOK_AT_MEMORY = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is written.

    Attributes:
        a_second: How many lines, over all streams.
        late: Seconds by which a line can be read after its time stamp, at the most.
        look_every: Seconds between two looks of the follower.
    """

    lines: int
    streams: int
    a_second: int
    late: float
    look_every: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of it.

    Attributes:
        behind: Seconds by which a line came after a newer one, at the most.
        memory_early: MiB of this process during the first half of the lines, at the most.
        memory: MiB of this process until the end, at the most.
        seconds: Nominal ones, from the first line to the last.
        looks: FilterLogEvents calls until the end.
        cpu: Seconds of user and system time.
    """

    lost: int
    twice: int
    behind: float
    memory_early: float
    memory: float
    seconds: float
    looks: int
    cpu: float


class DatedClock(OutsideClock):
    """A clock that knows the time of day of the simulated Fargate, which nobody else moves."""

    def __init__(self, began: datetime) -> None:
        super().__init__()
        self._began = began

    def present(self) -> datetime:
        """Return the moment that it is there."""
        return self._began + timedelta(seconds=self.now())


class Counting:
    """Counts lines whose texts are their numbers, in memory that does not grow."""

    def __init__(self, lines: int) -> None:
        self._times = bytearray(lines)
        self._newest = 0.0
        self._early = 0.0
        self.told = 0
        self.behind = 0.0

    def enter(self, line: fk.LogLine) -> None:
        """Count a line."""
        number, at = int(line.text), line.at.timestamp()
        self._times[number] = min(255, self._times[number] + 1)
        self._newest = max(self._newest, at)
        self.behind = max(self.behind, self._newest - at)
        self.told += 1
        if self.told % LOOK_AT_MEMORY == 0 and self.told <= len(self._times) / 2:
            self._early = mebibytes("VmHWM")

    def result(self, *, seconds: float, looks: int, cpu: float) -> Told:
        """Sum up."""
        return Told(
            lost=self._times.count(0),
            twice=sum(times - 1 for times in self._times if times > 1),
            behind=self.behind,
            memory_early=self._early,
            memory=mebibytes("VmHWM"),
            seconds=seconds,
            looks=looks,
            cpu=cpu,
        )


def moment_of(url: str) -> datetime:
    """Return the moment that it is in a simulated Fargate."""
    with urllib.request.urlopen(f"{url}/_sim/clock") as answer:
        return datetime.fromtimestamp(json.load(answer)["now"], UTC)


async def follow(url: str, job: Job, began: datetime) -> Told:
    """Follow the group until a minute after its last line."""
    clock, counting = DatedClock(began), Counting(job.lines)
    key = fk.Credentials(access_key_id="benchmark", secret_access_key="benchmark")  # noqa: S106
    clock.pause(0)
    async with fk.connect(
        region=REGION, endpoint_url=url, credentials=key, clock=clock, poll_every=job.look_every
    ) as aws:
        until = began + timedelta(seconds=job.lines / job.a_second + AFTERWARDS)
        last, cpu = 0.0, time.process_time()
        async for line in aws.logs(GROUP, follow=True, until=until):
            counting.enter(line)
            last = clock.now()
        return counting.result(
            seconds=last,
            looks=aws.calls["logs:FilterLogEvents"],
            cpu=time.process_time() - cpu,
        )


def main() -> None:
    """Follow, and print what was told as JSON."""
    url, text = sys.argv[1:]
    told = anyio.run(follow, url, Job(**json.loads(text)), moment_of(url))
    print(json.dumps({"told": asdict(told)}), flush=True)


if __name__ == "__main__":
    main()
