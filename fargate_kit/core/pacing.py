"""Token buckets on this side of the wire, shaped like AWS's, so that its own are not emptied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import anyio

from fargate_kit.core.api import Api
from fargate_kit.core.clock import Clock
from fargate_kit.core.session import Session

__all__ = ["LAUNCHES", "RATES", "Pacing", "Rate", "TokenBucket", "launch_rate", "pacing_of"]

# Ours stay a little below AWS's: a request that was held up in the network arrives together with
# its successors.
OF_THE_RATE = 0.99
OF_THE_BURST = 0.95
# A throttle halves the pace, down to this part of it; it comes back over so many seconds.
SLOWEST = 1 / 16
RECOVERY = 60.0
# Calls that were under way together meet the same throttle: it counts once in so many seconds.
SAME_THROTTLE = 1.0
# Who waits looks up this often, because a throttle may have changed the pace meanwhile.
LOOK_UP = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a bucket holds, and how fast it fills.

    Attributes:
        burst: Tokens.
        per_second: Tokens.
    """

    burst: float
    per_second: float


# "Request throttling for the Amazon ECS API" (API Reference) and "AWS Fargate throttling quotas"
# (Developer Guide); both may be raised for an account, which nobody is told of here.
RATES: Mapping[str, Rate] = {
    "cluster resource modify": Rate(burst=100, per_second=40),
    "cluster resource read": Rate(burst=100, per_second=20),
    "RunTask on Fargate": Rate(burst=20, per_second=20),
}
BUCKETS_OF: Mapping[str, tuple[str, ...]] = {
    "ecs:RunTask": ("cluster resource modify", "RunTask on Fargate"),
    "ecs:StopTask": ("cluster resource modify",),
    "ecs:DescribeTasks": ("cluster resource read",),
    "ecs:ListTasks": ("cluster resource read",),
}
# Tasks that may be launched, on-demand and Spot counted apart.
LAUNCHES = Rate(burst=100, per_second=20)
LAUNCHES_ELSEWHERE = Rate(burst=25, per_second=5)
LARGE_REGIONS = frozenset({
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
})


def launch_rate(region: str) -> Rate:
    """Return how many tasks Fargate launches in a region by default."""
    return LAUNCHES if region in LARGE_REGIONS else LAUNCHES_ELSEWHERE


class TokenBucket:
    """Lets callers through at a pace, first come, first served.

    Args:
        clock: What the pace is timed by.
        rate: AWS's; a little less is taken.
    """

    def __init__(self, clock: Clock, rate: Rate) -> None:
        self._clock = clock
        self._burst = rate.burst * OF_THE_BURST
        self._full_pace = rate.per_second * OF_THE_RATE
        self._tokens = self._burst
        self._filled_at = clock.now()
        self._slowed_to = self._full_pace
        self._slowed_at = self._filled_at
        self._turn = anyio.Lock()
        self._queue = 0

    @property
    def pace(self) -> float:
        """Tokens a second, as far as the last throttle allows."""
        since = self._clock.now() - self._slowed_at
        return min(self._full_pace, self._slowed_to + since * self._full_pace / RECOVERY)

    async def take(self, tokens: int = 1) -> None:
        """Wait until there are so many tokens, and take them.

        Raises:
            ValueError: More than the bucket ever holds.
        """
        if tokens > self._burst:
            raise ValueError(f"the bucket holds {self._burst:g} tokens, never {tokens}")
        if self._queue or self._lacks(tokens):
            await self._wait_for(tokens)
        self._tokens -= tokens

    def slow_down(self) -> None:
        """Halve the pace and empty the bucket: AWS has asked to slow down."""
        now = self._clock.now()
        slowed = self._slowed_to < self._full_pace
        if slowed and now - self._slowed_at < SAME_THROTTLE:
            return
        self._slowed_to = max(self.pace / 2, self._full_pace * SLOWEST)
        self._slowed_at = self._filled_at = now
        self._tokens = 0.0

    async def _wait_for(self, tokens: int) -> None:
        self._queue += 1
        try:
            async with self._turn:
                while self._lacks(tokens):
                    await self._clock.sleep(min((tokens - self._tokens) / self.pace, LOOK_UP))
        finally:
            self._queue -= 1

    def _lacks(self, tokens: int) -> bool:
        now = self._clock.now()
        gained = (now - self._filled_at) * self.pace
        self._tokens, self._filled_at = min(self._burst, self._tokens + gained), now
        # A clock that counts in microseconds may be one short.
        return self._tokens < tokens - 1e-4


class Pacing:
    """The buckets of one connection; what others do in the same account, it only learns.

    Args:
        api: Whose retries tell of throttles.
        clock: What the pace is timed by.
    """

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._buckets = {name: TokenBucket(clock, rate) for name, rate in RATES.items()}
        self._launches: dict[str, TokenBucket] = {}
        self._retries: dict[str, int] = {}

    async def before(
        self, operation: str, *, launches: int = 0, capacity_provider: str = "FARGATE"
    ) -> None:
        """Wait until an operation may be called.

        Args:
            operation: Such as `ecs:RunTask`; one that has no bucket here does not wait.
            launches: How many tasks the call starts.
            capacity_provider: Where it starts them.
        """
        self._learn(operation)
        if launches:
            await self._launched_by(capacity_provider).take(launches)
        for name in BUCKETS_OF.get(operation, ()):
            await self._buckets[name].take()

    def slow_down(self, operation: str) -> None:
        """Learn that an operation was throttled."""
        for name in BUCKETS_OF.get(operation, ()):
            self._buckets[name].slow_down()
        if operation == "ecs:RunTask":
            for bucket in self._launches.values():
                bucket.slow_down()

    def _learn(self, operation: str) -> None:
        """Take botocore's own retries since the last call for a throttle."""
        retries = self._api.retries[operation]
        if retries > self._retries.get(operation, 0):
            self.slow_down(operation)
        self._retries[operation] = retries

    def _launched_by(self, capacity_provider: str) -> TokenBucket:
        if capacity_provider not in self._launches:
            rate = launch_rate(self._api.region)
            self._launches[capacity_provider] = TokenBucket(self._clock, rate)
        return self._launches[capacity_provider]


async def pacing_of(session: Session) -> Pacing:
    """Return the buckets that everybody on a connection shares."""
    return await session.once(_pacing)


async def _pacing(session: Session) -> Pacing:
    return Pacing(session.api, session.clock)
