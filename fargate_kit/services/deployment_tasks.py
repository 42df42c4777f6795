"""The tasks of one deployment that have stopped, and what the failing container last said."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from fargate_kit.core.outage import may_pass
from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError
from fargate_kit.model.deployment_evidence import StoppedTask, culprit
from fargate_kit.model.values import LogLine, TaskStatus
from fargate_kit.model.verdicts import why_it_stopped
from fargate_kit.tasks.listing import list_task_arns, list_tasks
from fargate_kit.tasks.task import DESCRIBED_AT_ONCE, Task
from fargate_kit.tasks.task import describe as describe_tasks
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["DeploymentTasks"]

LAST_LINES = 10
# A log is read from so long before the end of its task.
LAST_WORDS = timedelta(minutes=5)
# So many of the failed tasks are asked for a log, because the newest lines may not be there yet.
LOGS_TRIED = 3
# A running task that is this much older than the failed ones became shows that it can go well.
HOLDS_OUT = 30.0
MUCH_LONGER = 1.5


class DeploymentTasks:
    """Finds the tasks of one deployment that stopped; each is described until it has stopped."""

    def __init__(
        self,
        session: Session,
        *,
        cluster_arn: str,
        service: str,
        deployment_id: str,
        definition_arn: str,
    ) -> None:
        self._session = session
        self._cluster_arn = cluster_arn
        self._service = service
        self._deployment_id = deployment_id
        self._definition_arn = definition_arn
        self._tasks: dict[str, Task] = {}
        self._others: set[str] = set()
        self._essential: tuple[str, ...] | None = None

    @property
    def stopped(self) -> tuple[StoppedTask, ...]:
        """Those that were found, the newest first."""
        tasks = sorted(self._tasks.values(), key=lambda task: str(task.stopping_at), reverse=True)
        return tuple(_stopped(task, self._essential or ()) for task in tasks)

    async def look(self) -> None:
        """Look for tasks of the deployment that have stopped, or are about to.

        Raises:
            NotFound: AWS does not know the service any more.

        Calls:
            ecs:ListTasks; ecs:DescribeTasks for those that had not stopped yet;
            ecs:DescribeTaskDefinition once if the revision is not known yet
        """
        if self._essential is None:
            self._essential = await self._essentials()
        listed = list_task_arns(
            self._session, self._cluster_arn, service=self._service, desired_status="STOPPED"
        )
        arns = [arn async for arn in listed if not self._is_settled(arn)]
        for first in range(0, len(arns), DESCRIBED_AT_ONCE):
            chunk = arns[first : first + DESCRIBED_AT_ONCE]
            found = await describe_tasks(self._session, self._cluster_arn, chunk)
            for arn, task in found.items():
                if task is None:
                    continue  # listed, but not described yet: the next look asks again
                if task.started_by == self._deployment_id:
                    self._tasks[arn] = task
                else:
                    self._others.add(arn)

    async def one_holds_out(self) -> bool:
        """Whether a task of the deployment runs for much longer than those that failed did.

        Calls:
            ecs:ListTasks, ecs:DescribeTasks for every 100
        """
        lives = [task.ran for task in self.stopped if task.is_failure and task.ran is not None]
        needed = MUCH_LONGER * max(lives, default=0.0) + HOLDS_OUT
        ends = [task.stopped_at for task in self.stopped if task.is_failure and task.stopped_at]
        newest = max(ends, default=None)
        listed = list_tasks(self._session, self._cluster_arn, service=self._service)
        own = [task async for task in listed if task.started_by == self._deployment_id]
        return newest is not None and any(
            (newest - task.started_at).total_seconds() > needed
            for task in own
            if task.started_at is not None and task.health_status != "UNHEALTHY"
        )

    async def last_words(self, cause: StoppedTask) -> tuple[LogLine, ...]:
        """Return the last lines of the container that failed.

        Args:
            cause: The task that is asked first; older ones that stopped alike come after it.

        Raises:
            FargateError: The log cannot be read.

        Calls:
            logs:FilterLogEvents
        """
        alike = [
            task
            for task in self.stopped
            if (task.family, task.container) == (cause.family, cause.container)
            and task.ran is not None
        ]
        for stopped in sorted(alike, key=lambda task: task.arn != cause.arn)[:LOGS_TRIED]:
            task = self._tasks[stopped.arn]
            since = stopped.stopped_at - LAST_WORDS if stopped.stopped_at else None
            lines: deque[LogLine] = deque(maxlen=LAST_LINES)
            async for line in task.logs(since=since):
                if line.container == stopped.container:
                    lines.append(line)
            if lines:
                return tuple(lines)
        return ()

    def _is_settled(self, arn: str) -> bool:
        task = self._tasks.get(arn)
        return arn in self._others or (task is not None and task.status == TaskStatus.STOPPED)

    async def _essentials(self) -> tuple[str, ...] | None:
        """Return the essential containers; none where the revision may not be read.

        None is returned where AWS cannot tell for now.
        """
        definition = self._session.definitions.get(self._definition_arn)
        if definition is None:
            try:
                definition = (await describe_definition(self._session, self._definition_arn)).raw
            except FargateError as error:
                if may_pass(error):
                    return None
        containers = definition["containerDefinitions"] if definition else ()
        return tuple(each["name"] for each in containers if each.get("essential", True))


def _stopped(task: Task, essential: tuple[str, ...]) -> StoppedTask:
    reason, family = why_it_stopped(task.stopped_reason, task.stop_code, task.containers)
    ended_by = culprit(task.containers, essential)
    ended_at = task.execution_stopped_at or task.stopping_at or task.stopped_at
    ran = None
    if task.started_at is not None and ended_at is not None:
        ran = (ended_at - task.started_at).total_seconds()
    return StoppedTask(
        arn=task.arn,
        reason=reason,
        family=family.family,
        remedy=family.remedy,
        transient=family.transient,
        stop_code=task.stop_code,
        container=ended_by.name if ended_by else None,
        exit_code=ended_by.exit_code if ended_by else None,
        ran=ran,
        stopped_at=task.stopping_at or task.stopped_at,
    )
