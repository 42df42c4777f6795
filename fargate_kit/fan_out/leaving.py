"""Leaving a fan-out: what it started is stopped, and what is not its own is not touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

import anyio

from fargate_kit.core.outage import may_pass, outlast
from fargate_kit.core.pacing import Pacing
from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError, NotFound
from fargate_kit.fan_out.job import Identity, belongs_to, tasks_of
from fargate_kit.fan_out.plan import Batch
from fargate_kit.fan_out.retries import STOPPED_BY_US
from fargate_kit.tasks.task import Task

__all__ = ["stop_all", "tasks_of_lost_calls"]

STOPPED_AT_ONCE = 10
# What a call started whose answer was lost may be listed only after a while: it is looked for
# again after so many seconds.
LOOK_AGAIN = (0.0, 2.0, 5.0)


async def tasks_of_lost_calls(
    session: Session,
    pacing: Pacing,
    cluster_arn: str,
    identity: Identity,
    lost: Collection[Batch],
) -> list[Task]:
    """Find the tasks that run of calls of which it is not known whether they did anything.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks
    """
    found: dict[str, Task] = {}
    for pause in LOOK_AGAIN if lost else ():
        await session.clock.sleep(pause)
        tasks = await outlast(
            session.clock,
            lambda: tasks_of(session, pacing, cluster_arn, identity),
            what="what a call has started whose answer was lost is not known",
        )
        for task in tasks:
            ours = identity.job is None or any(belongs_to(task, batch) for batch in lost)
            if ours and task.desired_status == "RUNNING":
                found[task.arn] = task
    return list(found.values())


async def stop_all(session: Session, pacing: Pacing, tasks: Iterable[Task]) -> list[str]:
    """Stop tasks, some at a time; one that cannot be stopped does not keep the others.

    While AWS does not answer, it is asked again, for five minutes at most: what runs costs money.
    After that the rest is not tried.

    Returns:
        A sentence on each that may still run.

    Calls:
        ecs:StopTask for each
    """
    waiting = list(tasks)
    left: list[str] = []
    nothing_answers = False

    async def stop(task: Task) -> None:
        await pacing.before("ecs:StopTask")
        await task.stop(STOPPED_BY_US)

    async def work() -> None:
        nonlocal nothing_answers
        while waiting:
            task = waiting.pop()
            if nothing_answers:
                left.append(f"task {task.arn} may still run: nothing answers")
                continue
            try:
                await outlast(session.clock, partial(stop, task), what="the task was not stopped")
            except NotFound:
                continue
            except FargateError as error:
                nothing_answers = nothing_answers or may_pass(error)
                left.append(f"task {task.arn} may still run: {error}")

    async with anyio.create_task_group() as group:
        for _ in range(min(STOPPED_AT_ONCE, len(waiting))):
            group.start_soon(work)
    return left
