"""One describe call shared by everybody who waits.

Whoever comes first leads: it waits until a describe is due, asks for every watched key in batches,
and wakes the rest. There is no background task, so polling stops with the last waiter, an error is
raised where somebody awaits it, and a connection may be opened in one task and closed in another.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

import anyio

from fargate_kit.core.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

# Most Fargate tasks start within a minute. What is still watched after that changes seldom, and
# is asked for less often: at most this many times slower.
YOUNG = 60.0
SLOWEST = 6.0


class _Round:
    """One poll: its leader describes the watched keys, its followers await the outcome."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.error: Exception | None = None


class Poller(Generic[K, V]):
    """Answer every waiter from one shared series of describe calls.

    Args:
        describe: Called with at most `batch` keys; returns a value for each of them. A key that it
            leaves out gets no answer in that round, and is asked for again in the next.
        clock: What the polling is timed by.
        every: Seconds between two rounds while some key has been watched for less than a minute;
            after that the pace slows down, to six times as long.
        batch: How many keys one call takes.
        jitter: Spreads the rounds of several processes by up to ten percent.
    """

    def __init__(
        self,
        describe: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]],
        *,
        clock: Clock,
        every: float,
        batch: int,
        jitter: random.Random,
    ) -> None:
        self._describe = describe
        self._clock = clock
        self._every = every
        self._batch = batch
        self._jitter = jitter
        self._watching: Counter[K] = Counter()
        self._latest: dict[K, tuple[int, V]] = {}
        self._since: dict[K, float] = {}
        self._rounds = 0
        self._asked_at = clock.now() - SLOWEST * every
        self._round: _Round | None = None

    async def next(self, key: K, *, after: int = 0) -> tuple[int, V]:
        """Return the round and value of `key` from the first round later than `after`.

        Raises whatever `describe` raised: one failed call, delivered once to everyone who waits.
        """
        self._watching[key] += 1
        self._since.setdefault(key, self._clock.now())
        try:
            while self._latest.get(key, (0,))[0] <= after:
                if (current := self._round) is None:
                    await self._lead()
                else:
                    await current.done.wait()
                    if current.error is not None:
                        raise copy.copy(current.error) from current.error
            return self._latest[key]
        finally:
            self._watching[key] -= 1
            if not self._watching[key]:
                del self._watching[key]
                self._latest.pop(key, None)

    async def _lead(self) -> None:
        self._round = current = _Round()
        try:
            await self._until_due()
            keys = list(self._watching)
            self._asked_at = self._clock.now()
            found: dict[K, V] = {}
            for start in range(0, len(keys), self._batch):
                found.update(await self._describe(keys[start : start + self._batch]))
            self._rounds += 1
            self._latest.update((key, (self._rounds, value)) for key, value in found.items())
            self._forget_the_unwatched()
        except Exception as error:  # not a cancellation: then a follower takes over
            current.error = error
            raise
        finally:
            self._round = None
            current.done.set()

    async def _until_due(self) -> None:
        """Wait for the next round, at least one checkpoint: who starts together, asks together."""
        spread = self._jitter.uniform(0.95, 1.05)
        await self._clock.sleep(0)
        # In slices, because a newcomer may join and bring the round forward.
        while (left := self._asked_at + spread * self._pace() - self._clock.now()) > 0:
            await self._clock.sleep(min(left, self._every))

    def _pace(self) -> float:
        now = self._clock.now()
        youngest = min((now - self._since[key] for key in self._watching), default=0.0)
        return self._every * min(SLOWEST, max(1.0, youngest / YOUNG))

    def _forget_the_unwatched(self) -> None:
        """Drop the age of keys that nobody has come back for."""
        oldest_visit = self._clock.now() - 2 * SLOWEST * self._every
        for key in [key for key in self._since if key not in self._watching]:
            if self._since[key] < oldest_visit:
                del self._since[key]
