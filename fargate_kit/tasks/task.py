"""One task: a frozen picture of it, and the verbs that lead to the next."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Self
from weakref import WeakValueDictionary

from fargate_kit.core.deadline import Expired, check_timeout, within
from fargate_kit.core.outage import outlast
from fargate_kit.core.pacing import pacing_of
from fargate_kit.core.poller import Poller
from fargate_kit.core.session import Session
from fargate_kit.errors import (
    ConfigurationError,
    ExitedNonZero,
    NotFound,
    StartFailed,
    WaitTimeout,
)
from fargate_kit.logs import logs as log_streams
from fargate_kit.model.values import (
    Container,
    LogLine,
    NetworkInterface,
    TaskStatus,
    moment,
    tags_from_api,
)
from fargate_kit.model.verdicts import failing_container, why_it_stopped
from fargate_kit.networks import network as networks
from fargate_kit.tasks.task_definition import describe as describe_definition

__all__ = ["DESCRIBED_AT_ONCE", "Task", "describe", "phases"]

# DescribeTasks takes at most this many (botocore's ECS model).
DESCRIBED_AT_ONCE = 100
# Just after RunTask, DescribeTasks may not know the task yet ("eventual consistency" in the API
# reference of RunTask); for this many seconds MISSING means "not yet".
VISIBLE_WITHIN = 60.0
_PHASES = (TaskStatus.RUNNING, TaskStatus.STOPPED)


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class Task:
    """A task as AWS described it at one moment.

    Attributes:
        definition_arn: The revision that it runs.
        status: Where it is in its life.
        desired_status: `RUNNING`, or `STOPPED` as soon as it is to end.
        version: Grows with every change of the task.
        raw: AWS's own answer.
    """

    arn: str
    cluster_arn: str
    definition_arn: str
    status: TaskStatus
    desired_status: str
    containers: tuple[Container, ...]
    network_interface: NetworkInterface | None
    cpu: int
    memory: int
    launch_type: str | None
    capacity_provider: str | None
    availability_zone: str | None
    platform_version: str | None
    group: str | None
    started_by: str | None
    health_status: str
    stop_code: str | None
    stopped_reason: str | None
    created_at: datetime | None
    connectivity_at: datetime | None
    pull_started_at: datetime | None
    pull_stopped_at: datetime | None
    started_at: datetime | None
    stopping_at: datetime | None
    execution_stopped_at: datetime | None
    stopped_at: datetime | None
    version: int
    tags: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse a member of `tasks` of DescribeTasks or RunTask."""
        interfaces = [
            attachment
            for attachment in raw.get("attachments", ())
            if attachment.get("type") == "ElasticNetworkInterface"
        ]
        return cls(
            arn=raw["taskArn"],
            cluster_arn=raw["clusterArn"],
            definition_arn=raw["taskDefinitionArn"],
            status=TaskStatus(raw.get("lastStatus", "")),
            desired_status=raw.get("desiredStatus", ""),
            containers=tuple(Container.from_api(each) for each in raw.get("containers", ())),
            network_interface=NetworkInterface.from_api(interfaces[0]) if interfaces else None,
            cpu=int(raw.get("cpu") or 0),
            memory=int(raw.get("memory") or 0),
            launch_type=raw.get("launchType"),
            capacity_provider=raw.get("capacityProviderName"),
            availability_zone=raw.get("availabilityZone"),
            platform_version=raw.get("platformVersion"),
            group=raw.get("group"),
            started_by=raw.get("startedBy"),
            health_status=raw.get("healthStatus", "UNKNOWN"),
            stop_code=raw.get("stopCode"),
            stopped_reason=raw.get("stoppedReason"),
            created_at=moment(raw.get("createdAt")),
            connectivity_at=moment(raw.get("connectivityAt")),
            pull_started_at=moment(raw.get("pullStartedAt")),
            pull_stopped_at=moment(raw.get("pullStoppedAt")),
            started_at=moment(raw.get("startedAt")),
            stopping_at=moment(raw.get("stoppingAt")),
            execution_stopped_at=moment(raw.get("executionStoppedAt")),
            stopped_at=moment(raw.get("stoppedAt")),
            version=raw.get("version", 0),
            tags=tags_from_api(raw.get("tags")),
            raw=raw,
            _session=session,
        )

    def __str__(self) -> str:
        return f"task {self.id} of {self.definition_arn.rpartition('/')[2]}: {self.status}"

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def exit_code(self) -> int | None:
        """The exit code of the first essential container; None while it runs or if it never ran."""
        names = self._essential()
        return next((each.exit_code for each in self.containers if each.name in names), None)

    @property
    def succeeded(self) -> bool:
        """Whether the task ran and every essential container ended with 0."""
        return (
            self.status == TaskStatus.STOPPED
            and self.started_at is not None
            and failing_container(self.containers, self._essential()) is None
        )

    async def refresh(self) -> Task:
        """Return the task as it is now; this picture stays what it is.

        Raises:
            NotFound: AWS has forgotten the task: stopped ones are kept for about an hour.

        Calls:
            ecs:DescribeTasks
        """
        found = await describe(self._session, self.cluster_arn, [self.arn])
        if (task := found[self.arn]) is None:
            raise _missing(self.arn)
        return task

    async def changes(self) -> AsyncIterator[Task]:
        """Yield this picture and each one that differs from it, until the task has stopped.

        Changes that AWS makes between two looks are seen together. Leaving early costs nothing.

        Calls:
            ecs:DescribeTasks, shared with everyone who waits
        """
        yield self
        task, watch = self, _Watch(self)
        while task.status != TaskStatus.STOPPED:
            earlier, task = task, await watch.change(task)
            # A time stamp may come a moment before the change that it belongs to.
            if (task.version, task.status) != (earlier.version, earlier.status):
                yield task

    async def wait_running(self, *, timeout: float | None = None) -> Task:
        """Wait until the task runs, or has run.

        Waiting is shared: N waiters cost ⌈N/100⌉ DescribeTasks calls a round.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.

        Returns:
            The task, RUNNING, or past that if it was short.

        Raises:
            StartFailed: It stopped without ever having run; with AWS's reason and the remedy.
            WaitTimeout: It did not run in time; `.last` is the last picture's status.
            Throttled, ApiError, EndpointUnreachable: AWS told nothing for five minutes.

        Calls:
            ecs:DescribeTasks
        """
        return await self._wait(_runs_or_ran, "run", timeout)

    async def wait_stopped(self, *, timeout: float | None = None) -> Task:
        """Wait until the task has stopped, however it ended.

        Waiting is shared: N waiters cost ⌈N/100⌉ DescribeTasks calls a round.

        Args:
            timeout: Seconds on the connection's clock; None waits for ever.

        Returns:
            The stopped task. `raise_for_exit()` turns a bad end into an error.

        Raises:
            WaitTimeout: It had not stopped in time; `.last` is the last picture's status.
            Throttled, ApiError, EndpointUnreachable: AWS told nothing for five minutes.

        Calls:
            ecs:DescribeTasks
        """
        return await self._wait(lambda task: task.status == TaskStatus.STOPPED, "stop", timeout)

    async def stop(self, reason: str = "stopped with fargate_kit") -> Task:
        """Ask AWS to stop the task; `wait_stopped()` waits until it has.

        Args:
            reason: Becomes the task's `stopped_reason`.

        Raises:
            NotFound: AWS has forgotten the task.

        Calls:
            ecs:StopTask
        """
        reply = await self._session.api.call(
            "ecs", "StopTask", cluster=self.cluster_arn, task=self.arn, reason=reason
        )
        return Task.from_api(reply["task"], self._session)

    def logs(
        self,
        *,
        follow: bool = False,
        since: datetime | timedelta | None = None,
        until: datetime | None = None,
        pattern: str | None = None,
        live: bool = False,
    ) -> AsyncGenerator[LogLine, None]:
        """Yield what the task's containers wrote to CloudWatch Logs, by time.

        Args:
            follow: Go on with new lines, until the task has stopped and its log is drained.
            since: Leave out lines before this moment, or those of longer ago.
            until: Leave out lines after this moment.
            pattern: A filter pattern of CloudWatch Logs: AWS leaves out what does not match.
            live: Follow with Live Tail: new lines come within about a second, and AWS charges by
                the minute. What Live Tail leaves out comes as it would without.

        Raises:
            ConfigurationError: No container of the task uses the awslogs driver.
            InvalidSpec: The moments or the pattern make no sense.
            NotFound: The log group was deleted while it was followed.

        Calls:
            logs:FilterLogEvents; ecs:DescribeTaskDefinition if the revision is not known yet;
            ecs:DescribeTasks, shared with everyone who waits, when following;
            logs:StartLiveTail and logs:DescribeLogGroups, if live
        """
        query = log_streams.log_query(self._session, since=since, until=until, pattern=pattern)
        reader = log_streams.reader_of(self._session, query, live=live)
        watch, found = _Watch(self), False

        async def find() -> None:
            nonlocal found
            if not found:
                reader.add(await self._log_streams())
                found = True

        async def ended() -> bool:
            return (await watch.next()).status == TaskStatus.STOPPED

        return log_streams.lines_of(
            self._session, reader, prepare=find, ended=ended if follow or live else None
        )

    async def public_ip(self) -> str | None:
        """Return the public IPv4 address; None if the task has none, or not any more.

        Calls:
            ec2:DescribeNetworkInterfaces
        """
        interface = self.network_interface
        if interface is None or interface.id is None:
            return None
        return (await networks.public_ips(self._session, [interface.id])).get(interface.id)

    def raise_for_exit(self) -> Task:
        """Return the task itself if it ended well, or has not ended.

        Raises:
            StartFailed: It stopped without ever having run.
            ExitedNonZero: An essential container ended with something other than 0. Where the
                task's definition is not known here, every container is taken for essential.
        """
        if self.status != TaskStatus.STOPPED:
            return self
        if self.started_at is None:
            raise self._start_failed()
        failed = failing_container(self.containers, self._essential())
        if failed is None:
            return self
        reason, _ = why_it_stopped(self.stopped_reason, self.stop_code, [failed])
        raise ExitedNonZero(
            f"task {self.id}: container {failed.name} ended with exit code {failed.exit_code}: "
            f"{reason}",
            task_arn=self.arn,
            reason=reason,
            container=failed.name,
            exit_code=failed.exit_code,
        )

    async def _wait(self, done: Any, what: str, timeout: float | None) -> Task:
        check_timeout(timeout)
        last = self

        async def look() -> Task:
            nonlocal last
            watch = _Watch(self)
            while not done(last):
                last = await watch.change(last)
            return last

        try:
            return await within(self._session.clock, timeout, look)
        except Expired:
            raise WaitTimeout(
                f"task {self.id} did not {what} within {timeout:g} s; last seen: {last.status}",
                last=last.status,
            ) from None

    def _start_failed(self) -> StartFailed:
        reason, family = why_it_stopped(self.stopped_reason, self.stop_code, self.containers)
        return StartFailed(
            f"task {self.id} did not start: {reason}\n{family.remedy}",
            task_arn=self.arn,
            reason=reason,
            family=family.family,
            remedy=family.remedy,
            transient=family.transient,
        )

    def _essential(self) -> Sequence[str]:
        definition = self._session.definitions.get(self.definition_arn)
        if definition is None:
            return [container.name for container in self.containers]
        return [
            container["name"]
            for container in definition["containerDefinitions"]
            if container.get("essential", True)
        ]

    async def _log_streams(self) -> tuple[log_streams.LogStream, ...]:
        definition = self._session.definitions.get(self.definition_arn)
        if definition is None:
            definition = (await describe_definition(self._session, self.definition_arn)).raw
        streams = log_streams.streams_of(definition, self.id, begun=self.created_at)
        if not streams:
            raise ConfigurationError(
                f"task {self.id} writes no log that can be read: no container of "
                f"{self.definition_arn.rpartition('/')[2]} uses the awslogs driver. Give one a "
                "LogConfiguration.awslogs(group, region=…)."
            )
        return streams


class _Watch:
    """Follows one task through the poller that its cluster's tasks share.

    Waiting outlasts AWS's troubles; `phase()` does not, for those who bear them for many tasks.
    """

    def __init__(self, task: Task) -> None:
        self._arn = task.arn
        self._clock = task._session.clock
        self._poller: Poller[str, Any] = _poller(task._session, task.cluster_arn)
        self._seen = False
        self._began = self._clock.now()

    async def next(self) -> Task:
        """Return the task at the next look.

        Raises:
            NotFound: AWS has forgotten the task, or never knew it.
        """
        return self._taken(await self._look()) or await self.next()

    async def change(self, last: Task) -> Task:
        """Return the task at the first look at which it differs from a picture.

        Raises:
            NotFound: AWS has forgotten the task, or never knew it.
        """
        # Not before it was seen: what AWS does not know yet is asked for at every look.
        unlike: dict[str, Any] = {"unlike": last} if self._seen else {}
        task = self._taken(await self._look(**unlike))
        return task if task is not None and task != last else await self.change(last)

    async def phase(self, last: Task) -> Task:
        """Return the task at the first look at which it runs, if it did not, or has stopped.

        Raises:
            NotFound: AWS has forgotten the task, or never knew it.
        """

        def has_come(task: Task | None) -> bool:
            return task is None or (task.status in _PHASES and task.status != last.status)

        until: dict[str, Any] = {"until": has_come} if self._seen else {}
        task = self._taken(await self._poller.next(self._arn, **until))
        return task if task is not None and has_come(task) else await self.phase(last)

    async def _look(self, **wish: Any) -> Task | None:
        what = f"how {self._arn} stands is not known"
        task: Task | None = await outlast(
            self._clock, partial(self._poller.next, self._arn, **wish), what=what
        )
        return task

    def _taken(self, task: Task | None) -> Task | None:
        if task is None and (self._seen or self._clock.now() - self._began > VISIBLE_WITHIN):
            raise _missing(self._arn)
        self._seen = self._seen or task is not None
        return task


async def describe(
    session: Session,
    cluster_arn: str,
    arns: Sequence[str],
    known: Mapping[str, Task] | WeakValueDictionary[str, Task] = MappingProxyType({}),
) -> dict[str, Task | None]:
    """Look at no more than 100 tasks of one cluster; None for those that AWS does not know.

    Args:
        known: Earlier pictures; a task that has not changed is not read anew.

    Calls:
        ecs:DescribeTasks
    """
    reply = await session.api.call(
        "ecs", "DescribeTasks", cluster=cluster_arn, tasks=list(arns), include=["TAGS"]
    )
    found: dict[str, Task | None] = dict.fromkeys(arns)
    for raw in reply["tasks"]:
        earlier = known.get(raw["taskArn"])
        same = earlier is not None and earlier.raw == raw
        found[raw["taskArn"]] = earlier if same else Task.from_api(raw, session)
    return found


async def phases(task: Task) -> AsyncIterator[Task]:
    """Yield the picture in which a task runs, and that in which it has stopped, if it has not.

    Whoever follows thousands of tasks is not woken for all that happens to them in between.

    Raises:
        NotFound: AWS has forgotten the task, or never knew it.

    Calls:
        ecs:DescribeTasks, shared with everyone who waits
    """
    watch = _Watch(task)
    while task.status != TaskStatus.STOPPED:
        task = await watch.phase(task)
        yield task


def _poller(session: Session, cluster_arn: str) -> Poller[str, Any]:
    # Whoever waits holds the picture that it knows; one that nobody holds is forgotten.
    known: WeakValueDictionary[str, Task] = WeakValueDictionary()

    async def look(arns: Sequence[str]) -> dict[str, Task | None]:
        await (await pacing_of(session)).before("ecs:DescribeTasks")
        found = await describe(session, cluster_arn, arns, known)
        known.update({arn: task for arn, task in found.items() if task is not None})
        return found

    return session.poller(("tasks", cluster_arn), look, batch=DESCRIBED_AT_ONCE)


def _runs_or_ran(task: Task) -> bool:
    if task.status == TaskStatus.RUNNING or task.started_at is not None:
        return True
    if task.status == TaskStatus.STOPPED:
        raise task._start_failed()
    return False


def _missing(arn: str) -> NotFound:
    return NotFound("ecs:DescribeTasks", "MISSING", f"AWS does not know the task {arn} (any more)")
