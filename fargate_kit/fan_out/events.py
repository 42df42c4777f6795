"""What a fan-out tells while it goes on: typed events, and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from fargate_kit.fan_out.result import TaskResult
from fargate_kit.tasks.task import Task

__all__ = ["FanOutEvent", "FanOutEventKind", "OnEvent", "Progress"]


class FanOutEventKind(StrEnum):
    """What has just happened."""

    REATTACHED = "reattached"
    """A task that an earlier process had started under the same job was found."""
    STARTED = "started"
    """AWS has taken a task."""
    RUNNING = "running"
    """Its containers run."""
    REFUSED = "refused"
    """Fargate had no room, or AWS asked to slow down; it is tried again."""
    RETRIED = "retried"
    """A task failed for a reason that may pass, and the input gets another."""
    ENDED = "ended"
    """An input has its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a fan-out has come, in inputs.

    Attributes:
        waiting: Not started, or waiting for another try.
        starting: Taken by AWS, and not running yet.
        retried: Tasks that were started beyond the first of an input.
    """

    total: int
    waiting: int
    starting: int
    running: int
    succeeded: int
    failed: int
    retried: int

    @property
    def ended(self) -> int:
        """Inputs that have their result."""
        return self.succeeded + self.failed

    def __str__(self) -> str:
        counted = [
            f"{count} {name}"
            for name, count in (
                ("waiting", self.waiting),
                ("starting", self.starting),
                ("running", self.running),
                ("succeeded", self.succeeded),
                ("failed", self.failed),
                ("retried", self.retried),
            )
            if count
        ]
        return f"{self.total} inputs" + (": " + ", ".join(counted) if counted else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutEvent:
    """Something that happened to one input.

    Attributes:
        index: The input's place among the inputs; of a refused call, the first one's.
        attempt: Which try of it.
        task: The task it is about, if there is one.
        reason: AWS's words, where something went wrong.
        result: The result of an input that has ended.
        progress: How far everything has come.
    """

    kind: FanOutEventKind
    index: int
    attempt: int
    progress: Progress
    task: Task | None = None
    reason: str = ""
    result: TaskResult[Any] | None = None


OnEvent: TypeAlias = Callable[[FanOutEvent], object]
