"""Waits for a service to become what it shall be, and for tasks to be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import anyio

from fargate_kit.core.deadline import Expired, look_within
from fargate_kit.core.outage import outlast
from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound, WaitTimeout
from fargate_kit.services.deployment_watch import services_poller
from fargate_kit.tasks.task import Task

__all__ = [
    "all_stopped",
    "is_inactive",
    "is_stable",
    "missing_service",
    "primary_id",
    "wait_for_service",
]


async def wait_for_service(
    session: Session,
    last: Mapping[str, Any],
    done: Callable[[Mapping[str, Any]], bool],
    *,
    what: str,
    left: float | None,
    timeout: float | None,
) -> Mapping[str, Any]:
    """Look at a service, together with everyone who waits, until it is as it shall be.

    Args:
        last: The service as AWS described it last.
        done: Says whether a description of it is the one that is waited for.
        what: What it shall do, for the error: `become stable`.
        left: Seconds on the connection's clock; None waits for ever.
        timeout: The seconds that the caller named, for the error.

    Returns:
        AWS's description of it.

    Raises:
        NotFound: AWS does not know the service any more.
        WaitTimeout: The time was up.
        Throttled, ApiError, EndpointUnreachable: AWS told nothing for five minutes.

    Calls:
        ecs:DescribeServices, shared with everyone who waits
    """
    arn, name = last["serviceArn"], last["serviceName"]
    poller = services_poller(session, last["clusterArn"])
    clock = session.clock
    began = clock.now()

    async def look() -> Mapping[str, Any]:
        raw: Mapping[str, Any] | None = await outlast(
            clock, partial(poller.next, arn), what=f"how service {name} stands is not known"
        )
        if raw is None:
            raise missing_service(name)
        return raw

    try:
        while True:
            spent = clock.now() - began
            last = await look_within(clock, None if left is None else left - spent, look)
            if done(last):
                return last
    except Expired:
        raise WaitTimeout(
            f"service {name} did not {what} within {timeout:g} s; last seen: "
            f"{last.get('runningCount', 0)} of {last.get('desiredCount', 0)} tasks, "
            f"{last.get('status')}",
            last=last.get("status"),
        ) from None


async def all_stopped(tasks: Iterable[Task]) -> None:
    """Wait for tasks together, so that they share their looks.

    Calls:
        ecs:DescribeTasks, shared with everyone who waits
    """

    async def stopped(task: Task) -> None:
        with suppress(NotFound):
            await task.wait_stopped()

    try:
        async with anyio.create_task_group() as group:
            for task in tasks:
                group.start_soon(stopped, task)
    except BaseExceptionGroup as several:
        if len(several.exceptions) == 1:
            raise several.exceptions[0] from None
        raise


def is_stable(raw: Mapping[str, Any]) -> bool:
    """Whether a service has one deployment, completed, and as many tasks as it shall have.

    Raises:
        NotFound: It was deleted.
    """
    if raw.get("status") != "ACTIVE":
        raise missing_service(raw["serviceName"])
    deployments = raw.get("deployments", ())
    return (
        len(deployments) == 1
        and deployments[0].get("rolloutState") == "COMPLETED"
        and raw.get("runningCount", 0) == raw.get("desiredCount", 0)
        and raw.get("pendingCount", 0) == 0
    )


def is_inactive(raw: Mapping[str, Any]) -> bool:
    """Whether a service was deleted and its tasks are stopping."""
    return raw.get("status") == "INACTIVE"


def primary_id(raw: Mapping[str, Any]) -> str | None:
    """Return the id of a service's newest deployment."""
    for each in raw.get("deployments", ()):
        if each.get("status") == "PRIMARY":
            found: str | None = each.get("id")
            return found
    return None


def missing_service(name: str) -> NotFound:
    """Return the error for a service that is not there."""
    return NotFound(
        "ecs:DescribeServices", "MISSING", f"there is no service {name!r} in the cluster (any more)"
    )
