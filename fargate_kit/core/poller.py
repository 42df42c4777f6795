"""One describe call shared by everybody who waits.

Whoever comes first leads: it waits until a look is due, asks for every watched key in batches, and
wakes those whose key has changed. There is no background task, so polling stops with the last
waiter, an error is raised where somebody awaits it, and a connection may be opened in one task and
closed in another. When the leader has its answer, or is cancelled, another waiter takes the lead.
"""

from __future__ import annotations

import copy
import heapq
import math
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
# A round of many calls is followed by a longer pause: the buckets of most operations that describe
# fill by 20 calls a second for a whole account, and three quarters are left to others.
CALLS_A_SECOND = 5.0

_NOTHING: Any = object()


class _Waiter(Generic[V]):
    """Somebody who awaits the next value of a key, or the next that is unlike one it knows."""

    def __init__(self, unlike: V, until: Callable[[V], bool] | None, after: int) -> None:
        self.unlike = unlike
        self.until = until
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
        describe: The source of values, and the only one. Called with at most `batch` keys; returns
            a value for each of them. A key that it leaves out gets no answer in that round, and is
            asked for again in a later one. It may take its time: a source that is told of changes
            waits there for the next, and answers with the newest value that it holds.
        clock: What the polling is timed by.
        every: Seconds between two looks at a key that has been watched for less than a minute;
            after that they get rarer, down to one in six times as long. Many keys are looked at
            less often: all rounds together make at most five calls a second.
        batch: How many keys one call takes. A call that has room is filled up with keys whose
            turn would come next.
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
        self._last_looks: dict[K, float] = {}
        self._rounds = 0
        self._asked_at = -math.inf
        self._pause = 0.0
        self._is_led = False
        self._appointed: _Waiter[V] | None = None

    async def next(
        self, key: K, *, unlike: V = _NOTHING, until: Callable[[V], bool] | None = None
    ) -> V:
        """Return the value of `key` at the first look from now on at which it is not `unlike`.

        Without `unlike`, it is the value at the next look. With `until`, values for which that is
        false wake nobody. Raises whatever `describe` raised: one failed call, delivered once to
        everyone who waits.
        """
        waiter = _Waiter(unlike, until, after=self._rounds)
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
        keys = self._keys_of_a_round()
        self._asked_at = self._clock.now()
        self._rounds += 1
        began = self._rounds
        self._pause = max(self._every, math.ceil(len(keys) / self._batch) / CALLS_A_SECOND)
        for start in range(0, len(keys), self._batch):
            together = keys[start : start + self._batch]
            self._last_looks.update(dict.fromkeys(together, self._clock.now()))
            found = await self._describe(together)
            for key, value in found.items():
                self._tell(key, value, began)
        self._forget_the_unwatched()

    def _keys_of_a_round(self) -> list[K]:
        """Return the keys whose turn it is, and others for as long as a call has room."""
        nearly = self._clock.now() + self._every / 2
        turns = {key: self._turn(key) for key in self._waiters}
        keys = [key for key, turn in turns.items() if turn <= nearly]
        if room := -len(keys) % self._batch:
            later = (key for key, turn in turns.items() if turn > nearly)
            keys += heapq.nsmallest(room, later, key=turns.__getitem__)
        return keys

    def _turn(self, key: K) -> float:
        """Return when a key is to be looked at."""
        if (last_look := self._last_looks.get(key)) is None:
            return -math.inf
        age = last_look - self._since[key]
        return last_look + self._every * min(SLOWEST, max(1.0, age / YOUNG))

    def _tell(self, key: K, value: V, began: int) -> None:
        """Wake those who wait for such a value and were there when the round began."""
        for waiter in self._waiters.get(key, ()):
            if waiter.after >= began or waiter.is_served or not _differ(value, waiter.unlike):
                continue
            if waiter.until is None or waiter.until(value):
                waiter.value = value
                waiter.woken.set()
            else:
                waiter.unlike = value

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
        while (left := self._next_round(spread) - self._clock.now()) > 0:
            await self._clock.sleep(min(left, self._every or left))

    def _next_round(self, spread: float) -> float:
        if self._asked_at == -math.inf:
            return self._asked_at
        earliest = self._asked_at + spread * self._pause
        if self._clock.now() < earliest:
            return earliest
        first_turn = min(map(self._turn, self._waiters), default=earliest)
        return max(earliest, self._asked_at + spread * (first_turn - self._asked_at))

    def _forget_the_unwatched(self) -> None:
        """Drop the age of keys that nobody has come back for."""
        oldest_visit = self._clock.now() - 2 * SLOWEST * self._every
        for key in [key for key in self._since if key not in self._waiters]:
            if self._since[key] < oldest_visit:
                del self._since[key]
                self._last_looks.pop(key, None)


def _differ(value: object, known: object) -> bool:
    return value is not known and (known is _NOTHING or value != known)
