"""What the parts of one fan-out share, and the task group in which they work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.abc

from fargate_kit.core.pacing import Pacing
from fargate_kit.core.session import Session
from fargate_kit.fan_out.cost import Meter
from fargate_kit.fan_out.job import Identity
from fargate_kit.fan_out.ledger import Ledger
from fargate_kit.fan_out.queue import CallQueue
from fargate_kit.fan_out.settings import Settings
from fargate_kit.fan_out.spill import Spill
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["Shared", "Work"]


class Work:
    """Runs the coroutines of a fan-out; the first error of one of them ends all."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._group: anyio.abc.TaskGroup

    async def run(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Work until everything has ended, an error has come, or it is cancelled."""
        # A group of its own: an error ends the work, and is told where results are awaited.
        async with anyio.create_task_group() as self._group:
            self._ledger.when_failed = self._group.cancel_scope.cancel
            self.start(work, *arguments)

    def start(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Let something go on beside the others."""
        self._group.start_soon(self._guarded, work, *arguments)

    async def _guarded(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Let an error end everything where the results are awaited, not in the middle of it."""
        try:
            await work(*arguments)
        except Exception as error:
            self._ledger.fail(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the parts of one fan-out share.

    Attributes:
        spill: Where long values go; None if there are none.
    """

    session: Session
    cluster_arn: str
    definition: TaskDefinition
    identity: Identity
    settings: Settings
    ledger: Ledger
    queue: CallQueue
    pacing: Pacing
    meter: Meter
    work: Work
    spill: Spill | None
