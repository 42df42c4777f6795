"""Decides from values alone whether a task started, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from fargate_kit.model.reasons import STOPPED_BY_USER, Reason, reason_for
from fargate_kit.model.values import Container, TaskStatus

__all__ = ["HAS_STARTED", "IS_ENDING", "failing_container", "why_it_stopped"]

# A task that runs may be seen for the first time when it is already ending.
IS_ENDING = frozenset({
    TaskStatus.DEACTIVATING,
    TaskStatus.STOPPING,
    TaskStatus.DEPROVISIONING,
    TaskStatus.STOPPED,
    TaskStatus.DELETED,
})
HAS_STARTED = frozenset({TaskStatus.RUNNING, TaskStatus.DEACTIVATING})


def why_it_stopped(
    stopped_reason: str | None, stop_code: str | None, containers: Sequence[Container]
) -> tuple[str, Reason]:
    """Return AWS's most telling words on why a task stopped, and the family they belong to.

    A container's own reason says more than the task's, which is often only that an essential
    container exited.
    """
    own = next((container.reason for container in containers if container.reason), None)
    said = stopped_reason or ""
    if own and own not in said:
        # Where one text has the other in it, the longer one says it all.
        said = own if said.rstrip(". ") in own else f"{said} ({own})"
    if stop_code == "UserInitiated" and not own:
        # The reason is whatever the user wrote, which may well name memory or an image.
        return said or stop_code, STOPPED_BY_USER
    return said or stop_code or "no reason given", reason_for(own, stopped_reason, stop_code)


def failing_container(
    containers: Sequence[Container], essential: Sequence[str]
) -> Container | None:
    """Return the container whose end makes a stopped task a failure; None if all went well.

    Args:
        containers: The task's containers.
        essential: Names of those that must end with 0; the others may end as they like.
    """
    judged = [container for container in containers if container.name in essential]
    return next((container for container in judged if container.exit_code != 0), None)
