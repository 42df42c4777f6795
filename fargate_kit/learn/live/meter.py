"""What a live lab has cost so far, held against its limit."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Final

from fargate_kit.connections.connection import Connection
from fargate_kit.learn.errors import SpendingLimitReached
from fargate_kit.learn.live.ledger import Ledger
from fargate_kit.learn.spending import Spending, spending

__all__ = ["Meter", "SpendingWarning"]

# Seconds between two looks; between them a lab of the largest size costs less than 0.002 USD.
EVERY: Final = 30.0
WARNS_AT: Final = Decimal("0.8")


class SpendingWarning(UserWarning):
    """A live lab has cost most of what it may cost."""


class Meter:
    """Looks what a lab costs, warns at 80 % of its limit, and ends the lab at 100 %.

    AWS forgets what is gone, so what was seen is summed up as well, and kept in the ledger. The
    larger of both counts. It is an estimate by list prices, and no bill.

    Args:
        aws: Whose mark is counted.
        end: Takes the lab down, and says in words what came of it.
    """

    def __init__(
        self,
        aws: Connection,
        mark: str,
        limit: Decimal,
        ledger: Ledger,
        end: Callable[[], Awaitable[str]],
    ) -> None:
        self._aws = aws
        self._mark = mark
        self._limit = limit
        self._ledger = ledger
        self._end = end
        self._summed = ledger.spent_so_far()
        self._looked: float | None = None
        self._warned = False
        self.last: Spending | None = None

    @property
    def spent(self) -> Decimal:
        """US dollars, as of the last look."""
        return max(self._summed, self.last.so_far if self.last else Decimal(0))

    async def look(self, *, now: bool = False) -> Spending:
        """Look what the lab costs, unless it was looked at a moment ago.

        Args:
            now: Look in any case.

        Raises:
            SpendingLimitReached: The lab has cost its limit, and was ended.
        """
        moment = self._aws.clock.now()
        young = self._looked is not None and moment - self._looked < EVERY
        # What has been ended stays ended: then every call is looked at.
        if self.last is not None and young and not now and self.spent < self._limit:
            return self.last
        seen = await spending(self._aws, mark=self._mark)
        if self.last is not None and self._looked is not None:
            hours = Decimal(str(moment - self._looked)) / 3600
            self._summed += max(self.last.per_hour, seen.per_hour) * hours
        self.last, self._looked = seen, moment
        self._ledger.spent(self.spent)
        await self._judge()
        return seen

    async def _judge(self) -> None:
        spent = self.spent
        if spent >= self._limit:
            then = await self._end()
            raise SpendingLimitReached(spent, self._limit, then=then)
        if spent >= WARNS_AT * self._limit and not self._warned:
            self._warned = True
            words = f"this lab has cost about {spent:.4f} USD of its limit of {self._limit} USD"
            warnings.warn(words, SpendingWarning, stacklevel=3)
