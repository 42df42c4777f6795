"""By what a fan-out knows its tasks again: after a lost answer, and after a crash."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fargate_kit.core.pacing import Pacing
from fargate_kit.core.session import Session
from fargate_kit.fan_out.plan import Batch
from fargate_kit.fan_out.retries import STOPPED_BY_US
from fargate_kit.tasks.task import DESCRIBED_AT_ONCE, Task, describe

__all__ = ["Identity", "Sighting", "belongs_to", "is_earlier_life", "sightings", "tasks_of"]

PREFIX = "fargate-kit/"
INPUT_TAG = "fargate-kit:input"
ATTEMPT_TAG = "fargate-kit:attempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The name under which tasks are started.

    Attributes:
        job: The caller's name for the work; None if nobody will take it up again.
        started_by: What ListTasks finds the tasks by.
    """

    job: str | None
    started_by: str

    @classmethod
    def of(cls, job: str | None) -> Identity:
        """Return the identity of a job, or of a run that nobody else knows."""
        return cls(job=job, started_by=f"{PREFIX}{job or uuid.uuid4().hex}")

    def tags(self, batch: Batch) -> dict[str, str]:
        """Return the tags by which another process tells what a task is for."""
        if self.job is None:
            return {}
        return {INPUT_TAG: _input_mark(batch), ATTEMPT_TAG: str(batch.attempt)}

    def client_token(self, request: Mapping[str, Any], batch: Batch) -> str:
        """Return the token of a call: the same for the same call, in whatever process."""
        facts = [request, len(batch.inputs), _input_mark(batch), batch.attempt, batch.life]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A task of an earlier process, and which attempt it is."""

    attempt: int
    task: Task


def is_earlier_life(raw: Mapping[str, Any]) -> bool:
    """Tell whether AWS answered with a task that counts for nothing any more.

    One that an earlier process stopped on leaving; or one that stopped so long ago that AWS knows
    its ARN alone ("Idempotency" in the ECS API Reference).
    """
    return "taskDefinitionArn" not in raw or raw.get("stoppedReason") == STOPPED_BY_US


async def tasks_of(
    session: Session, pacing: Pacing, cluster_arn: str, identity: Identity
) -> list[Task]:
    """Return the tasks of a job: those that run, and those that stopped within about an hour.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks for every 100
    """
    arns: dict[str, None] = {}
    # In this order: what stops in between is in the first list already.
    for desired_status in ("RUNNING", "STOPPED"):
        await pacing.before("ecs:ListTasks")
        pages = session.api.pages(
            "ecs",
            "ListTasks",
            cluster=cluster_arn,
            startedBy=identity.started_by,
            desiredStatus=desired_status,
        )
        async for page in pages:
            arns.update(dict.fromkeys(page["taskArns"]))
            await pacing.before("ecs:ListTasks")
    found: list[Task] = []
    names = list(arns)
    for first in range(0, len(names), DESCRIBED_AT_ONCE):
        await pacing.before("ecs:DescribeTasks")
        described = await describe(session, cluster_arn, names[first : first + DESCRIBED_AT_ONCE])
        found += [task for task in described.values() if task is not None]
    return found


def sightings(tasks: Iterable[Task]) -> dict[tuple[str, int], list[Sighting]]:
    """Sort a job's tasks by digest and ordinal of their input, the last attempt last.

    A task without our tags is left out: StopTask takes them away.
    """
    calls: dict[tuple[str, int, int], list[Task]] = {}
    for task in tasks:
        digest, _, first = task.tags.get(INPUT_TAG, "").partition("+")
        number = task.tags.get(ATTEMPT_TAG, "")
        if not (first.isdigit() and number.isdigit()) or task.stopped_reason == STOPPED_BY_US:
            continue
        calls.setdefault((digest, int(first), int(number)), []).append(task)
    found: dict[tuple[str, int], list[Sighting]] = {}
    for (digest, ordinal, attempt), together in sorted(calls.items(), key=lambda call: call[0]):
        for offset, task in enumerate(sorted(together, key=lambda task: task.arn)):
            sighting = Sighting(attempt=attempt, task=task)
            found.setdefault((digest, ordinal + offset), []).append(sighting)
    for seen in found.values():
        seen.sort(key=lambda sighting: sighting.attempt)
    return found


def belongs_to(task: Task, batch: Batch) -> bool:
    """Tell whether a task of a job was started for a batch."""
    return task.tags.get(INPUT_TAG) == _input_mark(batch)


def _input_mark(batch: Batch) -> str:
    return f"{batch.first.digest}+{batch.first.ordinal}"
