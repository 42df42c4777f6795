"""Reading and following CloudWatch logs: late lines arrive, none arrives twice."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from fargate_kit.core.session import Session
from fargate_kit.logs.groups import create_log_group, delete_log_group
from fargate_kit.logs.live_reader import LiveReader
from fargate_kit.logs.query import LogQuery, Since, log_query
from fargate_kit.logs.reader import LogReader
from fargate_kit.logs.streams import LogStream, streams_of
from fargate_kit.model.values import LogLine

__all__ = [
    "LogQuery",
    "LogReader",
    "LogStream",
    "create_log_group",
    "delete_log_group",
    "group_logs",
    "lines_of",
    "log_query",
    "reader_of",
    "streams_of",
]


def reader_of(
    session: Session,
    query: LogQuery,
    streams: Iterable[LogStream] = (),
    *,
    live: bool = False,
    wide: bool = False,
) -> LogReader:
    """Return what reads streams: by looks, or with Live Tail between them.

    Args:
        live: Whether new lines come from Live Tail.
        wide: Whether a Live Tail session is for the streams of later tasks too.
    """
    if live:
        return LiveReader(session, query, streams, wide=wide)
    return LogReader(session, query, streams)


async def lines_of(
    session: Session,
    reader: LogReader,
    *,
    ended: Callable[[], Awaitable[bool]] | None = None,
    asked_every: float = math.inf,
    prepare: Callable[[], Awaitable[None]] | None = None,
) -> AsyncGenerator[LogLine, None]:
    """Yield what a reader finds: once, or as it comes, until its writers have ended.

    Looks are a poll apart while lines come, and less frequent where it is quiet.

    Args:
        reader: Reads the streams; it is closed at the end.
        ended: Says whether the writers have ended, asked only while no lines come; None for one
            look only.
        asked_every: Seconds after which it is asked although lines come.
        prepare: Called before each look.

    Raises:
        NotFound: A log group was deleted meanwhile.

    Calls:
        logs:FilterLogEvents; those of `LiveReader` if it is one
    """
    clock = session.clock
    over, quiet_since = False, clock.now()
    asked_at = quiet_since
    try:
        while True:
            told = False
            if prepare is not None:
                await prepare()
            await reader.begin()
            while (page := await reader.page()) is not None:
                told = told or bool(page)
                for line in page:
                    yield line
            if told:
                quiet_since = clock.now()
            elif over and clock.now() - quiet_since >= reader.drained_after:
                return
            if ended is None:
                return
            if not over:
                over = reader.is_past
                if not over and (not told or clock.now() - asked_at >= asked_every):
                    over = await reader.ask(ended)
                    asked_at = clock.now()
                if over:
                    quiet_since = clock.now()
                    continue
            await reader.pause(0.0 if over else clock.now() - quiet_since)
    finally:
        await reader.aclose()


def group_logs(
    session: Session,
    group: str,
    *,
    streams: Sequence[str] | None,
    prefix: str | None,
    follows: bool,
    since: Since,
    until: datetime | None,
    pattern: str | None,
    live: bool,
) -> AsyncGenerator[LogLine, None]:
    """Yield the lines of a log group, by time.

    Args:
        streams: Only these; None for all.
        prefix: Only those whose names begin so.
        follows: Whether to go on with new lines, until `until` or for ever.
        since: A moment, or how long ago.
        until: A moment, also one to come.
        pattern: A filter pattern of CloudWatch Logs.
        live: Whether new lines come from Live Tail; that follows too.

    Raises:
        InvalidSpec: Every problem at once, before any call.
        NotFound: The group or a named stream is not there, or was deleted while it was followed.

    Calls:
        logs:FilterLogEvents; those of `LiveReader` if live
    """
    query = log_query(
        session, since=since, until=until, pattern=pattern, streams=streams, prefix=prefix
    )
    reader = reader_of(session, query, live=live)
    reader.add_group(session.api.region, group, names=streams, prefix=prefix or "")
    return lines_of(session, reader, ended=_never if follows or live else None)


async def _never() -> bool:
    return False
