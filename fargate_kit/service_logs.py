"""The log of a service: the streams of all its tasks as one, those that start later included."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from fargate_kit import logs as log_streams
from fargate_kit.core.session import Session
from fargate_kit.deployment_tasks import tasks_of_service
from fargate_kit.deployment_watch import services_poller
from fargate_kit.errors import ConfigurationError, NotFound
from fargate_kit.model.values import LogLine, TaskStatus
from fargate_kit.task import Task
from fargate_kit.task_definition import describe as describe_definition

__all__ = ["follow_service", "read_service"]

# While lines keep coming, the service is still looked at as often as this, for new tasks.
LOOK_FOR_TASKS = 5.0


async def read_service(
    session: Session, cluster_arn: str, service_arn: str, *, since: datetime | None = None
) -> list[LogLine]:
    """Return what the service's tasks have written, by time.

    Raises:
        ConfigurationError: No container of the service's tasks uses the awslogs driver.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks, logs:FilterLogEvents; ecs:DescribeTaskDefinition for a
        revision that is not known yet
    """
    streams = _Streams(session, cluster_arn, service_arn)
    await streams.look()
    return await log_streams.read(session, streams.take_new(), since=since)


async def follow_service(
    session: Session, cluster_arn: str, service_arn: str, *, since: datetime | None = None
) -> AsyncIterator[LogLine]:
    """Yield lines as they come, until the service was deleted and no more come.

    New tasks are looked for when ECS says something new of the service. The streams of tasks that
    appear together are asked for together.

    Raises:
        ConfigurationError: No container of the service's tasks uses the awslogs driver.

    Calls:
        ecs:DescribeServices, shared with everyone who waits; those of `read_service()`
    """
    streams = _Streams(session, cluster_arn, service_arn)
    poller, said = services_poller(session, cluster_arn), None
    readers: list[_Together] = []
    looked_at = quiet_since = session.clock.now()
    over, lines = False, list[LogLine]()
    while True:
        now = session.clock.now()
        if not over and (not lines or now - looked_at >= LOOK_FOR_TASKS):
            raw = await poller.next(service_arn)
            looked_at = quiet_since = session.clock.now()
            over = raw is None or raw.get("status") == "INACTIVE"
            news = _news(raw or {})
            if news != said:
                said = news
                await streams.look()
        elif not lines:
            await session.clock.sleep(session.poll_every)
        if new := streams.take_new():
            readers.append(_Together(session, new, since=since))
        lines = await _new_lines(readers)
        readers = [each for each in readers if not each.is_drained(streams, session.clock.now())]
        for line in lines:
            yield line
        if lines:
            quiet_since = session.clock.now()
        elif over and session.clock.now() - quiet_since >= log_streams.DRAINED_AFTER:
            return


class _Streams:
    """The tasks of a service and where they write; each is handed out once."""

    def __init__(self, session: Session, cluster_arn: str, service_arn: str) -> None:
        self._session = session
        self._cluster_arn = cluster_arn
        self._service = service_arn.rpartition("/")[2]
        self._tasks: dict[str, Task] = {}
        self._new: list[log_streams.LogStream] = []

    async def look(self) -> None:
        """Look for the service's tasks.

        Raises:
            ConfigurationError: It has some, and none of them writes a log that can be read.
        """
        found: list[Task] = []
        with suppress(NotFound):
            for desired_status in ("RUNNING", "STOPPED"):
                listed = tasks_of_service(
                    self._session, self._cluster_arn, self._service, desired_status
                )
                found += [task async for task in listed]
        for task in found:
            if task.arn not in self._tasks:
                self._new += await self._of(task)
            self._tasks[task.arn] = task

    def take_new(self) -> list[log_streams.LogStream]:
        """Return the streams that were found since this was last asked."""
        new, self._new = self._new, []
        return new

    def has_ended(self, stream: log_streams.LogStream) -> bool:
        """Whether the task that writes the stream had stopped when it was last looked at."""
        task = next((each for each in self._tasks.values() if stream.name.endswith(each.id)), None)
        return task is None or task.status == TaskStatus.STOPPED

    async def _of(self, task: Task) -> Sequence[log_streams.LogStream]:
        definition = self._session.definitions.get(task.definition_arn)
        if definition is None:
            definition = (await describe_definition(self._session, task.definition_arn)).raw
        streams = log_streams.streams_of(definition, task.id)
        if not streams:
            raise ConfigurationError(
                f"service {self._service} writes no log that can be read: no container of "
                f"{task.definition_arn.rpartition('/')[2]} uses the awslogs driver. Give one a "
                "LogConfiguration.awslogs(group, region=…)."
            )
        return streams


class _Together:
    """Streams that are asked for together, because their tasks appeared together."""

    def __init__(
        self, session: Session, streams: Sequence[log_streams.LogStream], *, since: datetime | None
    ) -> None:
        self._streams = streams
        self._reader = log_streams._Reader(session, streams, since=since)
        self._ended_at: float | None = None

    async def new_lines(self) -> list[LogLine]:
        """Return the lines that were not told yet, by time."""
        return await self._reader.new_lines()

    def is_drained(self, streams: _Streams, now: float) -> bool:
        """Whether the tasks ended so long ago that no late line can come any more."""
        if self._ended_at is None and all(streams.has_ended(each) for each in self._streams):
            self._ended_at = now
        return self._ended_at is not None and now - self._ended_at > log_streams.LATE_WINDOW


async def _new_lines(readers: Sequence[_Together]) -> list[LogLine]:
    found = [line for reader in readers for line in await reader.new_lines()]
    return sorted(found, key=lambda line: line.at)


def _news(raw: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what changes when tasks of a service begin or end."""
    newest: Mapping[str, Any] = next(iter(raw.get("events", ())), {})
    return newest.get("id"), raw.get("runningCount"), raw.get("pendingCount"), raw.get("status")
