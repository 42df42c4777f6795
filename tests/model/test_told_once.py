"""A reason is told once, whether the task, a container or both have it."""

from __future__ import annotations

import pytest

from fargate_kit.model.values import Container
from fargate_kit.model.verdicts import why_it_stopped

PULL = "CannotPullContainerError: pull access denied for gone"


@pytest.mark.parametrize(
    ("task", "container", "said"),
    [
        (PULL, PULL, PULL),
        (f"{PULL}, after 5 attempts", PULL, f"{PULL}, after 5 attempts"),
        ("CannotPullContainerError: pull access denied", PULL, PULL),
        ("CannotPullContainerError: pull access denied. ", PULL, PULL),
        (None, PULL, PULL),
        ("Task failed to start", PULL, f"Task failed to start ({PULL})"),
    ],
)
def test_reason_is_told_once(task: str | None, container: str, said: str) -> None:
    """Where one text has the other in it, the longer one is told; two that differ are both told."""
    main = Container.from_api({"name": "main", "reason": container})
    assert why_it_stopped(task, "TaskFailedToStart", [main])[0] == said
