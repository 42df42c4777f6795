"""One describe call shared by everybody who waits.

Whoever comes first leads: it waits until a look is due, asks for every watched key in batches, and
wakes those whose key has changed. There is no background task, so polling stops with the last
waiter, an error is raised where somebody awaits it, and a connection may be opened in one task and
closed in another. When the leader has its answer, or is cancelled, another waiter takes the lead.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import anyio

from fargate_kit.core.clock import Clock

K = TypeVar("K")
V = TypeVar("V")

# Most Fargate tasks start within a minute. What is still watched after that changes seldom, and
# is asked for less often: at most this many times slower.
YOUNG = 60.0
SLOWEST = 6.0

_NOTHING: Any = object()


class _Waiter(Generic[V]):
    """Somebody who awaits the next value of a key, or the next that is unlike one it knows."""

    def __init__(self, unlike: V, after: int) -> None:
        self.unlike = unlike
        self.after = after
        self.value: V = _NOTHING
        self.error: Exception | None = None
        self.woken = anyio.Event()

    @property
    def is_served(self) -> bool:
        return self.value is not _NOTHING or self.error is not None


class Poller(Generic[K, V]):
    """Answer every waiter from one shared series of describe calls.

    Args:
        describe: Called with at most `batch` keys; returns a value for each of them. A key that it
            leaves out gets no answer in that round, and is asked for again in the next.
        clock: What the polling is timed by.
        every: Seconds between two rounds while some key has been watched for less than a minute;
            after that the pace slows down, to six times as long.
        batch: How many keys one call takes.
        jitter: Spreads the rounds of several processes by five percent either way.
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
        self._waiters: dict[K, list[_Waiter[V]]] = {}
        self._since: dict[K, float] = {}
        self._rounds = 0
        self._asked_at = clock.now() - SLOWEST * every
        self._is_led = False
        self._appointed: _Waiter[V] | None = None

    async def next(self, key: K, *, unlike: V = _NOTHING) -> V:
        """Return the value of `key` at the first look from now on at which it is not `unlike`.

        Without `unlike`, it is the value at the next look. Raises whatever `describe` raised: one
        failed call, delivered once to everyone who waits.
        """
        waiter = _Waiter(unlike, after=self._rounds)
        self._waiters.setdefault(key, []).append(waiter)
        self._since.setdefault(key, self._clock.now())
        try:
            while not waiter.is_served:
                if self._is_led:
                    await waiter.woken.wait()
                    waiter.woken = anyio.Event()
                    if self._appointed is waiter:
                        # Somebody else took the lead first; whoever leaves next appoints anew.
                        self._appointed = None
                else:
                    await self._lead(waiter)
        finally:
            self._leave(key, waiter)
        if waiter.error is not None:
            raise waiter.error
        return waiter.value

    async def _lead(self, leader: _Waiter[V]) -> None:
        """Look in rounds until the leader itself has its answer."""
        self._is_led = True
        try:
            while not leader.is_served:
                await self._until_due()
                await self._look()
        except Exception as error:  # not a cancellation: then another takes the lead
            for waiters in self._waiters.values():
                for waiter in waiters:
                    if waiter is not leader:
                        waiter.error = copy.copy(error)
                        waiter.error.__cause__ = error
                        waiter.woken.set()
            raise
        finally:
            self._is_led = False

    async def _look(self) -> None:
        keys = list(self._waiters)
        self._asked_at = self._clock.now()
        self._rounds += 1
        began = self._rounds
        for start in range(0, len(keys), self._batch):
            found = await self._describe(keys[start : start + self._batch])
            for key, value in found.items():
                self._tell(key, value, began)
        self._forget_the_unwatched()

    def _tell(self, key: K, value: V, began: int) -> None:
        """Wake those who wait for such a value and were there when the round began."""
        for waiter in self._waiters.get(key, ()):
            if waiter.after < began and (
                waiter.unlike is _NOTHING or (value is not waiter.unlike and value != waiter.unlike)
            ):
                waiter.value = value
                waiter.woken.set()

    def _leave(self, key: K, waiter: _Waiter[V]) -> None:
        """Take a waiter off the list, and see that somebody leads those who are left."""
        others = self._waiters[key]
        others.remove(waiter)
        if not others:
            del self._waiters[key]
        if self._appointed is waiter:
            self._appointed = None
        if self._is_led or self._appointed is not None:
            return
        for waiters in self._waiters.values():
            for candidate in waiters:
                if not candidate.is_served:
                    self._appointed = candidate
                    candidate.woken.set()
                    return

    async def _until_due(self) -> None:
        """Wait for the next round, at least one checkpoint: who starts together, asks together."""
        spread = self._jitter.uniform(0.95, 1.05)
        await self._clock.sleep(0)
        # In slices, because a newcomer may join and bring the round forward.
        while (left := self._asked_at + spread * self._pace() - self._clock.now()) > 0:
            await self._clock.sleep(min(left, self._every))

    def _pace(self) -> float:
        now = self._clock.now()
        youngest = min((now - self._since[key] for key in self._waiters), default=0.0)
        return self._every * min(SLOWEST, max(1.0, youngest / YOUNG))

    def _forget_the_unwatched(self) -> None:
        """Drop the age of keys that nobody has come back for."""
        oldest_visit = self._clock.now() - 2 * SLOWEST * self._every
        for key in [key for key in self._since if key not in self._waiters]:
            if self._since[key] < oldest_visit:
                del self._since[key]
