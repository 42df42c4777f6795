"""What a client of the fan-out benchmark does, and what it has spent; any Python can read it."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_CPU = 100.0
"""Seconds after which the end of dask-cloudprovider is not awaited: each look makes a client."""


@dataclass(frozen=True)
class Job:
    """What every client does.

    Attributes:
        count: How many tasks.
        network: A `networkConfiguration`.
    """

    url: str
    cluster: str
    definition: str
    count: int
    network: dict[str, Any]


@dataclass(frozen=True)
class Spent:
    """What a client spent from its first RunTask to the end of its last task.

    Attributes:
        cpu: Seconds of user and system time of this process.
        seconds: Nominal ones.
        memory: MiB by which the process has grown at most; not a number where no /proc tells.
        succeeded: Tasks whose end the client has seen, with exit code 0.
        calls: By operation.
        repeated: Tries that botocore repeated, which it does when it is throttled.
        is_cut_short: Whether the client was stopped before its end: it had spent too much.
    """

    cpu: float
    seconds: float
    memory: float
    succeeded: int
    calls: dict[str, int]
    repeated: int
    is_cut_short: bool = False


class Books:
    """Counts the calls of all botocore clients of this process."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.repeated = 0

    def enter(self, operation: str, reply: dict[str, Any]) -> None:
        """Write down a call that was answered, or refused for good."""
        self.calls[operation] += 1
        self.repeated += reply.get("ResponseMetadata", {}).get("RetryAttempts", 0)


class Measuring:
    """Sums up what is spent from now on."""

    def __init__(self, books: Books, now: Callable[[], float]) -> None:
        self._books = books
        self._calls = Counter(books.calls)
        self._now = now
        self._began = now()
        self._memory = mebibytes("VmRSS")
        self._cpu = time.process_time()

    def cpu(self) -> float:
        """Return seconds of user and system time until now."""
        return time.process_time() - self._cpu

    def spent(self, succeeded: int, *, is_cut_short: bool = False) -> Spent:
        """Return what was spent until now."""
        return Spent(
            cpu=self.cpu(),
            seconds=self._now() - self._began,
            memory=mebibytes("VmHWM") - self._memory,
            succeeded=succeeded,
            calls=dict(self._books.calls - self._calls),
            repeated=self._books.repeated,
            is_cut_short=is_cut_short,
        )


def mebibytes(name: str) -> float:
    """Return a size that the system knows of this process: proc(5)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return math.nan
    sizes = dict(line.split(":", 1) for line in status.splitlines())
    return int(sizes[name].split()[0]) / 1024
