"""The tasks of a cluster, listed and described."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fargate_kit.core.session import Session
from fargate_kit.tasks.task import DESCRIBED_AT_ONCE, Task
from fargate_kit.tasks.task import describe as describe_tasks

__all__ = ["list_task_arns", "list_tasks"]


async def list_tasks(
    session: Session,
    cluster_arn: str,
    *,
    desired_status: str = "RUNNING",
    family: str | None = None,
    service: str | None = None,
    started_by: str | None = None,
) -> AsyncIterator[Task]:
    """Yield a cluster's tasks.

    Args:
        desired_status: `RUNNING` (which those that are starting have as well) or `STOPPED`
            (for about an hour).
        started_by: AWS takes it only without the other filters.

    Raises:
        NotFound: AWS does not know the cluster, or the service.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks for every 100
    """
    listed = list_task_arns(
        session,
        cluster_arn,
        desired_status=desired_status,
        family=family,
        service=service,
        started_by=started_by,
    )
    arns = [arn async for arn in listed]
    for first in range(0, len(arns), DESCRIBED_AT_ONCE):
        chunk = arns[first : first + DESCRIBED_AT_ONCE]
        for task in (await describe_tasks(session, cluster_arn, chunk)).values():
            if task is not None:
                yield task


async def list_task_arns(
    session: Session,
    cluster_arn: str,
    *,
    desired_status: str = "RUNNING",
    family: str | None = None,
    service: str | None = None,
    started_by: str | None = None,
) -> AsyncIterator[str]:
    """Yield the ARNs of a cluster's tasks; the arguments are those of `list_tasks()`.

    Calls:
        ecs:ListTasks
    """
    filters = {"family": family, "serviceName": service, "startedBy": started_by}
    pages = session.api.pages(
        "ecs",
        "ListTasks",
        cluster=cluster_arn,
        desiredStatus=desired_status,
        **{name: value for name, value in filters.items() if value is not None},
    )
    async for page in pages:
        for arn in page["taskArns"]:
            yield arn
