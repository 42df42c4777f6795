"""What following logs loses, how long lines take, and what it costs, beside other tools."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import anyio

from benchmarks.processes import (
    ROOT,
    NoEnvironment,
    client_environment,
    environment,
    served,
    simulator,
)
from benchmarks.raw_client import REGION, raw_client
from benchmarks.tables import Table

STREAMS = (1, 20, 200)
SECONDS = 8.0
LINES_A_SECOND = 100
LATE = 3.0
SECONDS_TO_BEGIN = 40.0
SECONDS_TO_DRAIN = 8.0
GROUP = "benchmark"
_LINE = re.compile(r"[PW]\d+-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What one follower made of the lines.

    Attributes:
        lines: How many were written.
        rate: Lines that came in a second, from the first written to the last told.
        delays: Seconds from the moment at which a line could be read until it was told.
        calls: To CloudWatch Logs, in a second.
    """

    follower: str
    streams: int
    lines: int
    lost: int
    twice: int
    rate: float
    delays: tuple[float, ...]
    calls: float

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        in_order = sorted(self.delays) or [math.nan]
        late = in_order[int(0.95 * (len(in_order) - 1))]
        return (
            self.follower,
            f"{self.streams:,}",
            f"{self.lines:,}",
            f"{self.lost:,}",
            f"{self.twice:,}",
            f"{self.rate:,.0f}",
            f"{median(in_order):.1f} s",
            f"{late:.1f} s",
            f"{self.calls:.1f}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every follower made of its lines, and why one is not among them."""

    followed: tuple[Followed, ...]
    missing: str = ""

    def table(self) -> Table:
        """Return what was lost, and what it took."""
        return Table(
            name="logs",
            question="What does following logs lose, and what does it cost?",
            headings=(
                "follower",
                "streams",
                "lines",
                "lost",
                "twice",
                "lines a second",
                "delay, median",
                "delay, 95 %",
                "calls a second",
            ),
            rows=[each.row for each in self.followed],
            how=(
                f"Lines are stamped up to {LATE:g} seconds before they can be read, as many as "
                f"{LINES_A_SECOND} a second for {SECONDS:g} seconds; each follower is a process "
                "that prints them, one after the other against the same simulator at Fargate's "
                f"own pace. Delays count from the moment at which a line can be read.{self.missing}"
            ),
        )


def run() -> Result:
    """Measure every follower, one after the other."""
    with served(simulator(1.0)) as server:
        arn = anyio.run(_group, server.url)
        followers, missing = _followers(server.url, arn)
        followed = [
            anyio.run(_measure, server.url, name, command, streams)
            for streams in STREAMS
            for name, command in followers.items()
        ]
    return Result(followed=tuple(followed), missing=missing)


def _followers(url: str, arn: str) -> tuple[dict[str, Sequence[str]], str]:
    ours = (sys.executable, "-m", "benchmarks.logs_client", url, GROUP)
    followers: dict[str, Sequence[str]] = {
        "fargate_kit": (*ours, "looks"),
        "fargate_kit, live": (*ours, "live"),
    }
    missing = ""
    try:
        awslogs = str(client_environment("awslogs") / "bin" / "awslogs")
    except NoEnvironment as reason:
        missing = f" awslogs was left out: {reason}."
    else:
        watch = ("--watch", "--watch-interval", "1", "--start", "1m")
        followers["awslogs"] = (awslogs, "get", GROUP, "ALL", *watch, "--no-group", "--no-stream")
    followers["aws logs start-live-tail"] = (
        sys.executable, "-m", "awscli", "logs", "start-live-tail", "--log-group-identifiers", arn,
    )  # fmt: skip
    return followers, missing


async def _group(url: str) -> str:
    async with raw_client("logs", url) as logs:
        await logs.create_log_group(logGroupName=GROUP)
        groups = await logs.describe_log_groups(logGroupNamePrefix=GROUP)
    arn: str = groups["logGroups"][0]["arn"]
    return arn.removesuffix(":*")


class _Ears:
    """Notes when a process says which line."""

    def __init__(self, output: Any) -> None:
        self.heard: defaultdict[str, list[float]] = defaultdict(list)
        self._output = output
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for text in self._output:
            for name in _LINE.findall(text):
                self.heard[name].append(time.perf_counter())


@contextmanager
def _following(url: str, command: Sequence[str]) -> Any:
    settings = {
        **environment(),
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # nobody is called stream-127.0.0.1
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=settings, cwd=ROOT
    )
    try:
        yield _Ears(process.stdout)
    finally:
        process.kill()
        process.wait()


async def _measure(url: str, name: str, command: Sequence[str], streams: int) -> Followed:
    chance = random.Random(0)
    prefix = f"{time.time_ns()}"
    async with _writer(url, [f"{prefix}/{number}" for number in range(streams)]) as put:
        with _following(url, command) as ears:
            began = await _until_it_listens(put, ears)
            calls, asked_at = _calls(url), time.perf_counter()
            could_be_read: dict[str, float] = {}
            number = 0
            while (now := time.perf_counter()) - asked_at < SECONDS:
                due = int((now - asked_at) * LINES_A_SECOND)
                while number < due:
                    text = f"W{began}-{number}"
                    await put(number % streams, text, late=chance.uniform(0.0, LATE))
                    could_be_read[text] = time.perf_counter()
                    number += 1
                await anyio.sleep(0.01)
            for _ in range(int(SECONDS_TO_DRAIN * 10)):
                if all(text in ears.heard for text in could_be_read):
                    break
                await anyio.sleep(0.1)
            seconds = time.perf_counter() - asked_at
            asked = _calls(url) - calls
    heard = {text: ears.heard[text] for text in could_be_read if text in ears.heard}
    ends = max((times[0] for times in heard.values()), default=math.nan)
    return Followed(
        follower=name,
        streams=streams,
        lines=number,
        lost=number - len(heard),
        twice=sum(len(times) - 1 for times in heard.values()),
        rate=len(heard) / (ends - asked_at),
        delays=tuple(times[0] - could_be_read[text] for text, times in heard.items()),
        calls=asked / seconds,
    )


async def _until_it_listens(put: Any, ears: _Ears) -> int:
    """Write lines that do not count until one is told; return a number for those that do.

    Raises:
        RuntimeError: None is told for too long.
    """
    number, began = random.Random().randrange(10**9), time.perf_counter()
    while time.perf_counter() - began < SECONDS_TO_BEGIN:
        await put(0, f"P{number}-0", late=0.0)
        await anyio.sleep(0.5)
        if any(text.startswith("P") for text in ears.heard):
            return number
    raise RuntimeError("a follower tells nothing")


@asynccontextmanager
async def _writer(url: str, streams: Sequence[str]) -> AsyncIterator[Any]:
    async with raw_client("logs", url) as logs:
        for stream in streams:
            await logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)

        async def put(stream: int, text: str, *, late: float) -> None:
            stamp = int((time.time() - late) * 1000)
            await logs.put_log_events(
                logGroupName=GROUP,
                logStreamName=streams[stream],
                logEvents=[{"timestamp": stamp, "message": text}],
            )

        yield put


def _calls(url: str) -> int:
    with urllib.request.urlopen(f"{url}/_sim") as answer:
        counted: dict[str, int] = json.load(answer)["calls"].get("logs", {})
    return sum(count for name, count in counted.items() if name != "PutLogEvents")
