"""One log group as a reader goes through it again and again: by the fewest calls, nothing twice.

A look asks for what is stamped since shortly before the newest line, because lines become readable
some seconds after they were written, and not in order. What was seen in that window is remembered.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fargate_kit.core.clock import present
from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.logs.memory import ToldLines
from fargate_kit.logs.merging import Key, Merging
from fargate_kit.logs.pages import Event, EventPages
from fargate_kit.logs.query import LogQuery, milliseconds
from fargate_kit.logs.streams import LogStream, common_prefix, container_of
from fargate_kit.model.values import LogLine

__all__ = ["LogSource"]

# FilterLogEvents takes at most this many stream names (botocore's Logs model).
STREAMS_PER_CALL = 100
# Seconds by which a line may come late at the least; where lines come later, twice their lateness.
LATE_WINDOW = 30.0
# Seconds: later than that is no lateness, but somebody who fills in the past.
LATEST = 900.0
# Where the window holds more lines than this, most looks go back by less: by twice the lateness
# that all but a few lines keep within, at least by so many seconds. The whole window is read again
# after so many.
READ_AGAIN = 500
USUAL = 0.95
NEAR_WINDOW = 3.0
WINDOW_EVERY = 30.0
# A stream or group that was not there is looked for again after so many seconds.
MISSING_AGAIN = 3.0
# Seconds by which a task's first lines may be stamped before AWS says that it was made.
BEFORE_BEGIN = 60.0
# AWS refuses requests that are signed more than five minutes off; no clock is further away.
CLOCKS_APART = 300.0
# Streams of other tasks under the same prefix may be read along; for so many seconds they are not,
# where they had more to say than ours.
BY_NAME_FOR = 60.0


class LogSource:
    """The streams of one group that are read together.

    Args:
        session: Whose clock and api.
        region: Where the group is.
        group: Its name.
        query: Which lines are wanted.
        prefix: Every stream whose name begins so, and the whole group if empty; None for those
            that are added only.
        must_exist: Whether a group or stream that was never there is an error.
        live: Whether lines come from Live Tail too.
    """

    def __init__(
        self,
        session: Session,
        region: str,
        group: str,
        query: LogQuery,
        *,
        prefix: str | None = None,
        must_exist: bool = False,
        live: bool = False,
    ) -> None:
        self.region = region
        self.group = group
        self.prefix = prefix
        self.query = query
        self.streams: dict[str, LogStream] = {}
        self.pages = 0
        """How many pages the last look took."""
        self.lateness = 0.0
        """By how many seconds a line was ingested after it was stamped, at the most."""
        self._usual_lateness = 0.0
        self._late: Counter[int] = Counter()
        self._session = session
        self._api = session.api.in_region(region)
        self._must_exist = must_exist
        self._told = ToldLines(live=live)
        self._fresh: dict[str, LogStream] = {}
        self._was_there = False
        self._group_again = self._names_again = self._prefix_again = session.clock.now()
        self._floor = query.start
        self._newest = query.start
        self._reads_all = True
        self._window_read_at = session.clock.now()
        self._foreign = self._own = 0
        self._parts: list[EventPages] = []
        self._merging: Merging[Event] = Merging(())
        self._is_whole = True
        self._began = 0.0, query.start, 0

    @property
    def remembered(self) -> int:
        """How many lines are held in mind, none of them with its text."""
        return len(self._told)

    @property
    def overlap(self) -> float:
        """Seconds by which a look goes back where lines are too many for the whole window."""
        return min(self._window, max(NEAR_WINDOW, 2 * self._usual_lateness))

    def add(self, stream: LogStream) -> None:
        """Read a stream too, from its beginning."""
        self.streams[stream.name] = self._fresh[stream.name] = stream

    def remove(self, name: str) -> None:
        """Read a stream no more."""
        self.streams.pop(name, None)
        self._fresh.pop(name, None)

    def begin(self) -> None:
        """Begin a look; `page()` returns what it finds."""
        now = self._session.clock.now()
        self._foreign = self._own = 0
        self._parts = []
        self._began = now, self._newest, milliseconds(present(self._session.clock))
        if now >= self._group_again:
            self._parts, self._is_whole = self._series(now)
        self._merging = Merging(self._parts)

    async def page(self) -> list[tuple[Key, LogLine]] | None:
        """Return more lines of this look that were not told yet, in order; None is its end.

        Raises:
            NotFound: The group was deleted, or was never there although it must be.

        Calls:
            logs:FilterLogEvents
        """
        page = await self._merging.page()
        if page is None:
            self._end()
            return None
        moment = self._began[2]
        lines = ((key, self._taken(event, moment)) for key, event in page)
        return [(key, line) for key, line in lines if line is not None]

    def take_live(self, event: Mapping[str, Any]) -> LogLine | None:
        """Return the line of an event of Live Tail; None if it is not wanted, or was told."""
        stamp, name = event["timestamp"], event["logStreamName"]
        if stamp < self.query.start or (self.query.end is not None and stamp > self.query.end):
            return None
        if not self._has(name) or not self._told.is_new_live(event):
            return None
        return self._line(event)

    # ------------------------------------------------------------------------------ what to ask

    def _series(self, now: float) -> tuple[list[EventPages], bool]:
        """Return the series to read, and whether they go back by the whole window."""
        start, whole = self._start(now)
        if self.prefix is not None:
            return [self._pages_of(start, prefix=self.prefix)], whole
        parts = [self._by_names(names, self._begin(names)) for names in _chunks(self._fresh)]
        known = [name for name in self.streams if name not in self._fresh]
        if len(known) > STREAMS_PER_CALL and now >= self._prefix_again:
            parts.append(self._pages_of(start, prefix=common_prefix(known)))
        else:
            parts += [self._by_names(names, start) for names in _chunks(known)]
        return parts, whole

    def _start(self, now: float) -> tuple[int, bool]:
        """Return from which time stamp on known streams are read."""
        if self._reads_all or now - self._window_read_at >= WINDOW_EVERY:
            return self._floor, True
        return max(self._floor, int(self._newest - self.overlap * 1000)), False

    def _settle(self, newest: int, moment: int) -> None:
        """Go back less far after a look at the whole window.

        Args:
            newest: The newest time stamp that was known when it began: others may have become
                readable while its pages were turned.
            moment: When it began, by the clock of this machine.
        """
        window = int(self._window * 1000)
        if newest > self.query.start:
            self._floor = max(self._floor, newest - window)
        self._floor = max(self._floor, moment - window - int(CLOCKS_APART * 1000))

    def _begin(self, names: Sequence[str]) -> int:
        """Return from which time stamp on streams are read for the first time."""
        begun = [self.streams[name].begun for name in names]
        known = [milliseconds(each) - int(BEFORE_BEGIN * 1000) for each in begun if each]
        return max(self.query.start, min(known)) if len(known) == len(begun) else self.query.start

    @property
    def _window(self) -> float:
        return max(LATE_WINDOW, 2 * self.lateness)

    def _by_names(self, names: Sequence[str], start: int) -> EventPages:
        pages = self._pages_of(start, names=names)
        if self._must_exist or (len(names) > 1 and self._session.clock.now() >= self._names_again):
            return pages
        return pages.by_prefix()

    def _pages_of(self, start: int, **which: Any) -> EventPages:
        return EventPages(
            self._api,
            self.group,
            self.query,
            start,
            missing=self._miss_stream,
            gone=self._miss_group,
            **which,
        )

    def _miss_stream(self, error: NotFound) -> None:
        if self._must_exist:
            raise error
        # A stream appears when its container starts.
        self._names_again = self._session.clock.now() + MISSING_AGAIN

    def _miss_group(self, error: NotFound) -> None:
        if self._was_there:
            raise NotFound(
                error.operation,
                error.code,
                f"log group {self.group} was deleted while it was followed",
                request_id=error.request_id,
            ) from error
        if self._must_exist:
            raise error
        self._group_again = self._session.clock.now() + MISSING_AGAIN

    def _end(self) -> None:
        """Learn from a look that has ended."""
        now, newest, moment = self._began
        self.pages = sum(part.turned for part in self._parts)
        if not self.pages:
            return
        self._was_there = True
        self._fresh.clear()
        if self._is_whole:
            self._reads_all = self._own + self._foreign <= READ_AGAIN
            self._window_read_at = now
            self._settle(newest, moment)
        if self._foreign > self._own and self.pages > 1 + len(self.streams) // STREAMS_PER_CALL:
            self._prefix_again = now + BY_NAME_FOR
        self._learn_lateness()
        self._told.forget_before(self._floor)

    # --------------------------------------------------------------------------- what was found

    def _taken(self, event: Mapping[str, Any], moment: int) -> LogLine | None:
        if not self._has(event["logStreamName"]):
            self._foreign += 1
            return None
        self._own += 1
        if not self._told.is_new(event):
            return None
        stamp, ingested = event["timestamp"], event["ingestionTime"]
        # Lines may be stamped in the future, but not be ingested there.
        self._newest = max(self._newest, min(stamp, ingested))
        late = (ingested - stamp) / 1000
        if late <= LATEST / 2 and ingested > moment - LATEST * 1000:
            self._late[max(0, math.ceil(late))] += 1
            self.lateness = max(self.lateness, late)
        return self._line(event)

    def _learn_lateness(self) -> None:
        """Note how late this look's lines were, leaving out the latest few."""
        usual, left = 0, self._late.total() * USUAL
        for seconds, lines in sorted(self._late.items()):
            if left <= 0:
                break
            usual, left = seconds, left - lines
        self._usual_lateness = max(float(usual), 0.9 * self._usual_lateness)
        self._late.clear()

    def _line(self, event: Mapping[str, Any]) -> LogLine:
        name = event["logStreamName"]
        stream = self.streams.get(name)
        return LogLine(
            at=datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
            container=stream.container if stream is not None else container_of(name),
            text=event["message"].rstrip("\r\n"),
            stream=name,
        )

    def _has(self, name: str) -> bool:
        return name in self.streams or (self.prefix is not None and name.startswith(self.prefix))


def _chunks(names: Iterable[str]) -> list[list[str]]:
    every = list(names)
    return [
        every[first : first + STREAMS_PER_CALL] for first in range(0, len(every), STREAMS_PER_CALL)
    ]
