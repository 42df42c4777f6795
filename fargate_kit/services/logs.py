"""The log of a service: the streams of all its tasks as one, those that start later included."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import ConfigurationError, NotFound
from fargate_kit.logs import logs as log_streams
from fargate_kit.model.values import LogLine, TaskStatus
from fargate_kit.services.deployment_watch import services_poller
from fargate_kit.tasks.listing import list_tasks
from fargate_kit.tasks.task import Task
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["service_logs"]

# While lines keep coming, the service is still looked at as often as this, for new tasks.
LOOK_FOR_TASKS = 5.0
# Seconds for which a stopped task's streams are read on: later lines do not come.
READ_ON = 30.0


def service_logs(
    session: Session,
    cluster_arn: str,
    service_arn: str,
    query: log_streams.LogQuery,
    *,
    follows: bool,
    live: bool = False,
) -> AsyncGenerator[LogLine, None]:
    """Yield what the service's tasks have written, by time, and what they and later ones write.

    New tasks are looked for when ECS says something new of the service. All streams are read
    together.

    Args:
        query: Which lines are wanted.
        follows: Whether to go on until the service was deleted and no more lines come.
        live: Whether new lines come from Live Tail.

    Raises:
        ConfigurationError: No container of the service's tasks uses the awslogs driver.
        NotFound: A log group was deleted meanwhile.

    Calls:
        ecs:ListTasks, ecs:DescribeTasks, logs:FilterLogEvents; ecs:DescribeTaskDefinition for a
        revision that is not known yet; ecs:DescribeServices, shared with everyone who waits, when
        following; those of `LiveReader` if live
    """
    tasks = _Streams(session, cluster_arn, service_arn)
    reader = log_streams.reader_of(session, query, live=live, wide=True)
    watch = _Watch(session, cluster_arn, service_arn, tasks, reader)
    return log_streams.lines_of(
        session,
        reader,
        ended=watch.ended if follows else None,
        asked_every=LOOK_FOR_TASKS,
        prepare=watch.prepare,
    )


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
                listed = list_tasks(
                    self._session,
                    self._cluster_arn,
                    service=self._service,
                    desired_status=desired_status,
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
        streams = log_streams.streams_of(definition, task.id, begun=task.created_at)
        if not streams:
            raise ConfigurationError(
                f"service {self._service} writes no log that can be read: no container of "
                f"{task.definition_arn.rpartition('/')[2]} uses the awslogs driver. Give one a "
                "LogConfiguration.awslogs(group, region=…)."
            )
        return streams


class _Watch:
    """Keeps a reader in step with a service: new tasks' streams come, ended tasks' go."""

    def __init__(
        self,
        session: Session,
        cluster_arn: str,
        service_arn: str,
        streams: _Streams,
        reader: log_streams.LogReader,
    ) -> None:
        self._clock = session.clock
        self._poller = services_poller(session, cluster_arn)
        self._service_arn = service_arn
        self._streams = streams
        self._reader = reader
        self._said: tuple[Any, ...] | None = None
        self._has_news = True
        self._ended_at: dict[log_streams.LogStream, float | None] = {}

    async def ended(self) -> bool:
        """Wait for the next look at the service; tell whether it is gone."""
        raw = await self._poller.next(self._service_arn)
        news = _news(raw or {})
        self._has_news = self._has_news or news != self._said
        self._said = news
        return raw is None or raw.get("status") == "INACTIVE"

    async def prepare(self) -> None:
        """Look for tasks, if something has happened, and tell the reader of their streams."""
        if self._has_news:
            await self._streams.look()
            self._has_news = False
            new = self._streams.take_new()
            self._reader.add(new)
            self._ended_at.update(dict.fromkeys(new))
        for stream in self._drained():
            self._reader.remove([stream])
            del self._ended_at[stream]

    def _drained(self) -> list[log_streams.LogStream]:
        """Return the streams whose tasks ended so long ago that no line can come any more."""
        now, drained = self._clock.now(), []
        for stream, ended_at in self._ended_at.items():
            if ended_at is None and self._streams.has_ended(stream):
                self._ended_at[stream] = now
            elif ended_at is not None and now - ended_at > READ_ON + self._reader.drained_after:
                drained.append(stream)
        return drained


def _news(raw: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what changes when tasks of a service begin or end."""
    newest: Mapping[str, Any] = next(iter(raw.get("events", ())), {})
    return newest.get("id"), raw.get("runningCount"), raw.get("pendingCount"), raw.get("status")
