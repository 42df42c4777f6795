"""Keeps tasks of a service from being stopped when it is scaled in or deployed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, InvalidSpec
from fargate_kit.model.problems import Rule
from fargate_kit.model.values import moment
from fargate_kit.tasks.task import Task

__all__ = ["TaskProtection", "protect"]

# UpdateTaskProtection takes at most so many tasks, and protects for at most so long (botocore's ECS
# model).
CHANGED_AT_ONCE = 10
LONGEST = 2880
# AWS's own: long enough for most jobs, and the end of one that died with its task unprotected.
USUAL = 120
MINUTES = Rule(
    id="protection-minutes",
    says="A task is protected for 1 to 2880 minutes.",
    source="model, UpdateTaskProtection",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProtection:
    """Whether a task is kept from being stopped, as AWS described it at one moment.

    Attributes:
        expires_at: When the protection ends; None where there is none.
    """

    task_arn: str
    enabled: bool
    expires_at: datetime | None

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        """Parse a member of `protectedTasks` of UpdateTaskProtection."""
        return cls(
            task_arn=raw["taskArn"],
            enabled=raw.get("protectionEnabled", False),
            expires_at=moment(raw.get("expirationDate")),
        )


async def protect(
    session: Session, cluster_arn: str, tasks: Sequence[Task | str], *, minutes: int | None
) -> tuple[TaskProtection, ...]:
    """Protect tasks for so many minutes, or no more.

    Args:
        tasks: Tasks of services, or their ARNs.
        minutes: None takes the protection away.

    Raises:
        InvalidSpec: So long is none protected; nothing was sent.
        ApiError: AWS did not do it for one of them (`.code` is its reason); for others it may have.

    Calls:
        ecs:UpdateTaskProtection for every 10 tasks
    """
    if minutes is not None and not 1 <= minutes <= LONGEST:
        problem = MINUTES.problem(
            "expiresInMinutes",
            given=minutes,
            allowed=f"1 to {LONGEST}",
            remedy="protect again before it ends",
        )
        raise InvalidSpec("task protection", [problem])
    arns = [task if isinstance(task, str) else task.arn for task in tasks]
    found: list[TaskProtection] = []
    failures: list[Mapping[str, Any]] = []
    for first in range(0, len(arns), CHANGED_AT_ONCE):
        reply = await session.api.call(
            "ecs",
            "UpdateTaskProtection",
            cluster=cluster_arn,
            tasks=arns[first : first + CHANGED_AT_ONCE],
            protectionEnabled=minutes is not None,
            **({"expiresInMinutes": minutes} if minutes is not None else {}),
        )
        found += [TaskProtection.from_api(raw) for raw in reply.get("protectedTasks", ())]
        failures += reply.get("failures", ())
    if failures:
        reason = failures[0].get("reason", "Unknown")
        told = "; ".join(
            f"{each.get('arn', '').rpartition('/')[2]}: {each.get('detail') or each.get('reason')}"
            for each in failures
        )
        raise ApiError("ecs:UpdateTaskProtection", reason, told)
    return tuple(found)
