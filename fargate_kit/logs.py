"""Reading and following CloudWatch log streams: late lines arrive, none arrives twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, NotFound
from fargate_kit.model.values import LogLine
from fargate_kit.ownership import owned

__all__ = ["LogStream", "create_log_group", "delete_log_group", "follow", "read", "streams_of"]

# FilterLogEvents takes at most this many stream names (botocore's Logs model).
STREAMS_PER_CALL = 100
# Lines become readable some seconds after they were written, and not in order: every look goes
# back by this many seconds, and what was seen in that window is remembered.
LATE_WINDOW = 30.0
# A stream that was not there is looked for again after so many seconds.
MISSING_AGAIN = 3.0
# A follower of what has ended leaves when no line has come for this many seconds.
DRAINED_AFTER = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStream:
    """Where one container of one task writes."""

    group: str
    region: str
    name: str
    container: str


def streams_of(definition: Mapping[str, Any], task_id: str) -> tuple[LogStream, ...]:
    """Return the streams of a task: `<prefix>/<container>/<task id>` for each awslogs container.

    The form is the one that botocore's ECS model documents for `awslogs-stream-prefix`.
    """
    found = []
    for container in definition["containerDefinitions"]:
        configuration = container.get("logConfiguration") or {}
        options = configuration.get("options") or {}
        if configuration.get("logDriver") == "awslogs" and "awslogs-stream-prefix" in options:
            found.append(
                LogStream(
                    group=options["awslogs-group"],
                    region=options["awslogs-region"],
                    name=f"{options['awslogs-stream-prefix']}/{container['name']}/{task_id}",
                    container=container["name"],
                )
            )
    return tuple(found)


async def read(
    session: Session, streams: Sequence[LogStream], *, since: datetime | None = None
) -> list[LogLine]:
    """Return what the streams hold now, by time.

    Calls:
        logs:FilterLogEvents
    """
    reader = _Reader(session, streams, since=since)
    return await reader.new_lines()


async def follow(
    session: Session,
    streams: Sequence[LogStream],
    *,
    ended: Callable[[], Awaitable[bool]],
    since: datetime | None = None,
) -> AsyncIterator[LogLine]:
    """Yield lines as they come, until what writes them has ended and no more come.

    Each look costs one FilterLogEvents call for each log group (and for every 100 streams).

    Args:
        ended: Says whether the writers have ended; asked only while no lines come.
        since: Lines before this moment are left out.

    Calls:
        logs:FilterLogEvents
    """
    reader = _Reader(session, streams, since=since)
    over, quiet_since = False, session.clock.now()
    while True:
        lines = await reader.new_lines()
        for line in lines:
            yield line
        if lines:
            quiet_since = session.clock.now()
        elif over and session.clock.now() - quiet_since >= DRAINED_AFTER:
            return
        elif not over and (over := await ended()):
            quiet_since = session.clock.now()
            continue
        await session.clock.sleep(session.poll_every)


class _Reader:
    """Reads the same streams again and again, and tells only what is new."""

    def __init__(
        self, session: Session, streams: Sequence[LogStream], *, since: datetime | None
    ) -> None:
        self._session = session
        self._from = _milliseconds(since) if since else 0
        self._newest = self._from
        self._seen: dict[str, int] = {}
        self._missing: dict[tuple[str, str, str], float] = {}
        self._streams: dict[tuple[str, str], dict[str, LogStream]] = {}
        for stream in streams:
            self._streams.setdefault((stream.region, stream.group), {})[stream.name] = stream

    async def new_lines(self) -> list[LogLine]:
        """Return the lines that were not told yet, by time."""
        found: list[tuple[int, str, LogLine]] = []
        start = max(self._from, self._newest - int(LATE_WINDOW * 1000))
        for (region, group), streams in self._streams.items():
            for names in self._asked_together(region, group, list(streams)):
                for event in await self._events(region, group, names, start):
                    if (line := self._taken(event, streams)) is not None:
                        found.append((event["timestamp"], event["eventId"], line))
        self._forget_before(self._newest - int(LATE_WINDOW * 1000))
        return [line for _, _, line in sorted(found, key=lambda item: item[:2])]

    def _asked_together(self, region: str, group: str, names: list[str]) -> list[list[str]]:
        """Return the names for each call: streams that were missing are asked for apart, later."""
        now = self._session.clock.now()
        missing = [name for name in names if (region, group, name) in self._missing]
        there = [name for name in names if name not in missing]
        return [
            *(
                there[first : first + STREAMS_PER_CALL]
                for first in range(0, len(there), STREAMS_PER_CALL)
            ),
            *([name] for name in missing if self._missing[region, group, name] <= now),
        ]

    async def _events(
        self, region: str, group: str, names: list[str], start: int
    ) -> list[dict[str, Any]]:
        pages = self._session.api.in_region(region).pages(
            "logs", "FilterLogEvents", logGroupName=group, logStreamNames=names, startTime=start
        )
        try:
            events = [event async for page in pages for event in page["events"]]
        except NotFound:
            # A stream appears with its first line, and until then AWS refuses the whole call.
            if len(names) == 1:
                again = self._session.clock.now() + MISSING_AGAIN
                self._missing[region, group, names[0]] = again
                return []
            middle = len(names) // 2
            return [
                *await self._events(region, group, names[:middle], start),
                *await self._events(region, group, names[middle:], start),
            ]
        for name in names:
            self._missing.pop((region, group, name), None)
        return events

    def _taken(self, event: Mapping[str, Any], streams: Mapping[str, LogStream]) -> LogLine | None:
        if event["eventId"] in self._seen:
            return None
        timestamp: int = event["timestamp"]
        self._seen[event["eventId"]] = timestamp
        self._newest = max(self._newest, timestamp)
        stream = streams[event["logStreamName"]]
        return LogLine(
            at=datetime.fromtimestamp(timestamp / 1000, UTC),
            container=stream.container,
            text=event["message"].rstrip("\r\n"),
            stream=stream.name,
        )

    def _forget_before(self, oldest: int) -> None:
        """Keep only the ids that a further look could bring again."""
        if len(self._seen) > 10_000:
            self._seen = {key: at for key, at in self._seen.items() if at >= oldest}


async def create_log_group(
    session: Session,
    name: str,
    *,
    retention_days: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> bool:
    """Make sure that a log group is there.

    Returns:
        Whether it was made just now.

    Calls:
        logs:CreateLogGroup, logs:PutRetentionPolicy (with a retention)
    """
    try:
        await session.api.call(
            "logs", "CreateLogGroup", logGroupName=name, tags=owned(tags, mark=session.mark)
        )
    except ApiError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
        return False
    if retention_days is not None:
        await session.api.call(
            "logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=retention_days
        )
    return True


async def delete_log_group(session: Session, name: str) -> None:
    """Delete a log group and every line in it; one that is not there is fine.

    Calls:
        logs:DeleteLogGroup
    """
    try:
        await session.api.call("logs", "DeleteLogGroup", logGroupName=name)
    except NotFound:
        return


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
