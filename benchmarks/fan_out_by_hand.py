"""The floor: the fewest lines that start tasks and follow them to their end, on a bare client."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.raw_client import TASKS_DESCRIBED, TASKS_PER_CALL


class ByHand:
    """Starts equal tasks, ten in a call, and asks for those that run, a hundred in a call.

    It keeps nothing but ARNs, and does nothing about failures.

    Attributes:
        ended: Tasks that have stopped.
        succeeded: Those of them with exit code 0.
        runs: RunTask calls.
        looks: DescribeTasks calls.
    """

    def __init__(
        self, ecs: Any, cluster: str, definition: str, count: int, network: dict[str, Any]
    ) -> None:
        self._ecs = ecs
        self._cluster = cluster
        self._count = count
        self._request = {
            "cluster": cluster,
            "taskDefinition": definition,
            "launchType": "FARGATE",
            "networkConfiguration": network,
        }
        self._waiting: list[str] = []
        self.ended = self.succeeded = self.runs = self.looks = 0

    async def start(self, before: Callable[[int], Awaitable[None]] | None = None) -> None:
        """Start all tasks.

        Args:
            before: Awaited before each call with the number of tasks started so far.
        """
        for begun in range(0, self._count, TASKS_PER_CALL):
            if before is not None:
                await before(begun)
            reply = await self._ecs.run_task(
                **self._request,
                count=min(TASKS_PER_CALL, self._count - begun),
                clientToken=str(uuid.uuid4()),
            )
            self.runs += 1
            self._waiting.extend(task["taskArn"] for task in reply["tasks"])

    async def look(self) -> int:
        """Look once at every task that has not stopped; return how many calls that took."""
        stopped: set[str] = set()
        asked = list(self._waiting)
        for first in range(0, len(asked), TASKS_DESCRIBED):
            reply = await self._ecs.describe_tasks(
                cluster=self._cluster,
                tasks=asked[first : first + TASKS_DESCRIBED],
                include=["TAGS"],
            )
            for task in reply["tasks"]:
                if task["lastStatus"] == "STOPPED":
                    stopped.add(task["taskArn"])
                    self.succeeded += task["containers"][0]["exitCode"] == 0
        calls = -(-len(asked) // TASKS_DESCRIBED)
        self.looks += calls
        self.ended += len(stopped)
        self._waiting = [arn for arn in self._waiting if arn not in stopped]
        return calls
