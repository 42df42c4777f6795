"""Where containers write: the log streams of a task, or of anything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["LogStream", "common_prefix", "container_of", "streams_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStream:
    """Where one container of one task writes.

    Attributes:
        begun: When the task was made, before which there is nothing; None where nobody knows.
    """

    group: str
    region: str
    name: str
    container: str
    begun: datetime | None = None


def streams_of(
    definition: Mapping[str, Any], task_id: str, *, begun: datetime | None = None
) -> tuple[LogStream, ...]:
    """Return the streams of a task: `<prefix>/<container>/<task id>` for each awslogs container.

    The form is the one that botocore's ECS model documents for `awslogs-stream-prefix`.

    Args:
        definition: What the task runs, as AWS describes it.
        task_id: The last part of its ARN.
        begun: When the task was made.
    """
    found = []
    for container in definition["containerDefinitions"]:
        configuration = container.get("logConfiguration") or {}
        options = configuration.get("options") or {}
        if configuration.get("logDriver") == "awslogs" and "awslogs-stream-prefix" in options:
            found.append(
                LogStream(
                    group=options["awslogs-group"],
                    region=options["awslogs-region"],
                    name=f"{options['awslogs-stream-prefix']}/{container['name']}/{task_id}",
                    container=container["name"],
                    begun=begun,
                )
            )
    return tuple(found)


def container_of(stream: str) -> str:
    """Return the container that a stream's name tells, or the name where it tells none."""
    parts = stream.split("/")
    return parts[-2] if len(parts) > 2 else stream


def common_prefix(names: Iterable[str]) -> str:
    """Return what all names begin with, letter by letter."""
    every = sorted(names)
    if not every:
        return ""
    first, last = every[0], every[-1]
    alike = (at for at, letter in enumerate(first) if not last.startswith(letter, at))
    return first[: next(alike, len(first))]
