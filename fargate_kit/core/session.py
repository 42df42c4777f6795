"""What a resource holds: the api, the clock, and the pollers that all resources share."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import anyio

from fargate_kit.core.api import Api
from fargate_kit.core.clock import Clock
from fargate_kit.core.poller import Poller
from fargate_kit.ownership import MADE

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Session:
    """The machinery of one connection.

    Args:
        api: Calls AWS.
        clock: Times every wait.
        poll_every: Seconds between two looks at something young.
        jitter: Where the pollers draw their spread from.
        mark: The value of the ownership tag on everything that is made through this session.
    """

    api: Api
    clock: Clock
    poll_every: float
    jitter: random.Random = field(default_factory=random.Random)
    mark: str = MADE
    definitions: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Registered task definitions by ARN: a revision never changes, so one look is enough."""
    _pollers: dict[Hashable, Poller[str, Any]] = field(default_factory=dict)
    _found: dict[Hashable, Any] = field(default_factory=dict)
    _locks: WeakValueDictionary[Hashable, anyio.Lock] = field(default_factory=WeakValueDictionary)

    async def once(self, find: Callable[[Session], Awaitable[T]]) -> T:
        """Return what `find` found, asking only the first time."""
        async with self.lock("once", find):
            if find not in self._found:
                self._found[find] = await find(self)
            found: T = self._found[find]
            return found

    def lock(self, *name: Hashable) -> anyio.Lock:
        """Return the lock of that name, shared by everybody who asks while it is in use."""
        lock = self._locks.get(name)
        if lock is None:
            self._locks[name] = lock = anyio.Lock()
        return lock

    def poller(
        self,
        name: Hashable,
        describe: Callable[[Sequence[str]], Awaitable[Mapping[str, Any]]],
        *,
        batch: int,
    ) -> Poller[str, Any]:
        """Return the poller of that name; the first caller's `describe` makes it."""
        if name not in self._pollers:
            self._pollers[name] = Poller(
                describe,
                clock=self.clock,
                every=self.poll_every,
                batch=batch,
                jitter=self.jitter,
            )
        return self._pollers[name]
