"""Finds what a command names; where there is none, tells what was meant perhaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fargate_kit.cli.desk import Desk

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
    from fargate_kit.services.service import Service
    from fargate_kit.tasks.task import Task
    from fargate_kit.tasks.task_definition import TaskDefinition
    from fargate_kit.tasks.task_spec import TaskSpec

__all__ = [
    "find_cluster",
    "find_definition",
    "find_service",
    "find_task",
    "is_file",
    "looks_like_a_task",
]

# So many names are told where none is near.
TOLD = 8
# The whole id of a task, and what `ps` shows of it.
WHOLE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PART_OF_ID = re.compile(r"[0-9a-f]{4,31}")


async def find_cluster(desk: Desk, name: str) -> Cluster:
    """Look up a cluster.

    Raises:
        NotFound: There is none; with the names that are near.
    """
    from fargate_kit.errors import FargateError, NotFound

    desk.asks(f"looking for cluster {name}")
    try:
        return await desk.aws.cluster(name)
    except NotFound as error:
        missing = f"there is no cluster {name!r} in {desk.aws.region}"
        try:
            names = [each.name async for each in desk.aws.clusters()]
        except FargateError:
            names = None
        hint = _hint(name, names, none="there is none at all", option=" (--cluster)")
        raise NotFound(error.operation, error.code, missing + hint) from None


async def find_service(desk: Desk, cluster: Cluster, name: str) -> Service:
    """Look up a service of a cluster.

    Raises:
        NotFound: There is none; with the names that are near.
    """
    from fargate_kit.errors import FargateError, NotFound

    desk.asks(f"looking for service {name}")
    try:
        return await cluster.service(name)
    except NotFound as error:
        missing = f"there is no service {name!r} in cluster {cluster.name}"
        try:
            names = [each.name async for each in cluster.services()]
        except FargateError:
            names = None
        hint = _hint(name, names, none="the cluster has no services")
        raise NotFound(error.operation, error.code, missing + hint) from None


def looks_like_a_task(name: str) -> bool:
    """Tell whether a name is the ARN or the id of a task, or the beginning of an id."""
    return ":task/" in name or bool(WHOLE_ID.fullmatch(name) or PART_OF_ID.fullmatch(name))


async def find_task(desk: Desk, cluster: Cluster, name: str) -> Task:
    """Look up a task of a cluster by its ARN, its id, or the beginning of its id.

    Raises:
        NotFound: There is none, or several begin so.
    """
    from fargate_kit.errors import NotFound

    desk.asks(f"looking for task {name}")
    if ":task/" in name or WHOLE_ID.fullmatch(name):
        try:
            return await cluster.task(name)
        except NotFound as error:
            kept = (
                "AWS keeps stopped tasks for about an hour; `fargate-kit ps --stopped` lists them"
            )
            reason = f"there is no task {name!r} in cluster {cluster.name}: {kept}"
            raise NotFound(error.operation, error.code, reason) from None
    tasks = {
        task.id: task
        for desired_status in ("RUNNING", "STOPPED")
        async for task in cluster.tasks(desired_status=desired_status)
    }
    found = [id for id in tasks if name and id.startswith(name)]
    if len(found) == 1:
        return tasks[found[0]]
    if found:
        reason = f"several tasks of cluster {cluster.name} begin with {name!r}: {_some(found)}"
    else:
        reason = f"there is no task {name!r} in cluster {cluster.name}"
        reason += _hint(name, [id[:8] for id in tasks], none="the cluster has no tasks")
    raise NotFound("ecs:ListTasks", "MISSING", reason)


def is_file(what: str) -> bool:
    """Tell whether a name is that of a file, or `-` for standard input."""
    return what == "-" or what.endswith(".json")


async def find_definition(desk: Desk, what: str) -> TaskSpec | TaskDefinition:
    """Read a definition's file, every problem of it checked, or look up a registered revision.

    Raises:
        InvalidSpec: Every problem of the file.
        NotFound: There is none of that name.
    """
    if is_file(what):
        from fargate_kit.cli.check import read_spec

        return read_spec(what).check()
    from fargate_kit.errors import NotFound

    desk.asks(f"looking for {what}")
    try:
        return await desk.aws.task_definition(what)
    except NotFound as error:
        reason = f"there is no task definition {what!r} in {desk.aws.region}; a file ends in .json"
        raise NotFound(error.operation, error.code, reason) from None


def _hint(name: str, names: Sequence[str] | None, *, none: str, option: str = "") -> str:
    """Return what may have been meant.

    Args:
        names: None if they could not be looked for.
        none: What is said if there are none.
    """
    if names is None:
        return ""
    if not names:
        return f": {none}"
    near = get_close_matches(name.rpartition("/")[2], names, n=3, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(near)}{option}?"
    return f"; there {'are' if len(names) > 1 else 'is'} {_some(sorted(names))}{option}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - TOLD
    return ", ".join(names[:TOLD]) + (f" and {more} more" if more > 0 else "")
