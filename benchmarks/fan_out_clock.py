"""Clocks that whoever started this process moves, for clients in which several parts sleep.

To sleep is to print for how long, as soon as everybody in the process sleeps, and to go on when a
line comes back. So no client waits in real time, and each sees every moment that it asked for.
"""

from __future__ import annotations

import heapq
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import anyio
import anyio.lowlevel

# How many turns everybody gets before all are taken to be asleep, once no call is under way.
TURNS = 20


class OutsideClock:
    """A clock for the tasks of one event loop."""

    def __init__(self) -> None:
        self._now = 0.0
        self._deadlines: list[float] = []
        self._stirred = 0
        self._calls = 0
        self._answered = anyio.Event()

    def now(self) -> float:
        """Return the nominal seconds that were slept."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Sleep; time passes once everybody sleeps and no call is under way."""
        if seconds <= 0:
            await anyio.lowlevel.checkpoint()
            return
        deadline = self._now + seconds
        heapq.heappush(self._deadlines, deadline)
        self._stirred += 1
        try:
            while self._now < deadline:
                await self._everybody_sleeps(deadline)
                if self._now < deadline:
                    self._now = _slept_until(self._now, self._deadlines[0])
        finally:
            self._stirred += 1
            self._deadlines.remove(deadline)
            heapq.heapify(self._deadlines)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Let no time pass while a call is under way."""
        self._calls += 1
        self._stirred += 1
        try:
            yield
        finally:
            self._calls -= 1
            self._stirred += 1
            self._answered.set()
            self._answered = anyio.Event()

    async def _everybody_sleeps(self, deadline: float) -> None:
        quiet, stirred = 0, self._stirred
        while quiet < TURNS and self._now < deadline:
            if self._calls:
                await self._answered.wait()
            else:
                await anyio.lowlevel.checkpoint()
            quiet = quiet + 1 if self._stirred == stirred else 0
            stirred = self._stirred


class ThreadsClock:
    """A clock for threads: time passes when every one that works has fallen asleep.

    Args:
        threads: How many there are; each tells when it has ended.
    """

    def __init__(self, threads: int) -> None:
        self._awake = threads
        self._now = 0.0
        self._lock = threading.Lock()
        self._order = count()
        self._sleepers: list[tuple[float, int, threading.Event]] = []

    def now(self) -> float:
        """Return the nominal seconds that were slept."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Block the thread for so many nominal seconds."""
        woken = threading.Event()
        with self._lock:
            entry = (self._now + max(0.0, seconds), next(self._order), woken)
            heapq.heappush(self._sleepers, entry)
            self._fewer_awake()
        woken.wait()

    def ended(self) -> None:
        """Say that a thread will not come back."""
        with self._lock:
            self._fewer_awake()

    def _fewer_awake(self) -> None:
        self._awake -= 1
        if self._awake or not self._sleepers:
            return
        self._now = _slept_until(self._now, self._sleepers[0][0])
        while self._sleepers and self._sleepers[0][0] <= self._now:
            heapq.heappop(self._sleepers)[2].set()
            self._awake += 1


def _slept_until(now: float, deadline: float) -> float:
    """Stop the whole process until somebody outside has moved the time to a moment."""
    print(json.dumps({"sleep": deadline - now}), flush=True)
    sys.stdin.readline()
    return deadline
