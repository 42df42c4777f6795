"""Reading log streams with Live Tail: within about a second, its gaps filled by looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from fargate_kit.core.deadline import Expired, within
from fargate_kit.core.session import Session
from fargate_kit.logs.live_tail import LiveTail
from fargate_kit.logs.query import LogQuery
from fargate_kit.logs.reader import LogReader
from fargate_kit.logs.source import LogSource
from fargate_kit.logs.streams import LogStream
from fargate_kit.model.values import LogLine

__all__ = ["LiveReader"]

# Seconds after which is looked for what no session has told: AWS drops the oldest lines of a
# session that is read too slowly, and does not say so. Where it is quiet, up to three times that.
LOOK_EVERY = 10.0
SLOWEST = 3.0
# Seconds for which the reading of a session is put off to ask whether the writers have ended.
ASKED_FOR = 1.0


class LiveReader(LogReader):
    """Reads streams with a Live Tail session for each group.

    A session tells each second what was ingested, no more than 500 lines of it, and for three hours
    at the most. What it leaves out is found by looks: when one begins, after an update that was
    sampled, while none runs, and every ten to thirty seconds. So no line is lost, and none is told
    twice; one that was left out comes as late as without Live Tail.

    AWS charges sessions by the minute. One runs until the iterator has ended or is closed.

    Args:
        session: Whose clock and api.
        query: Which lines are wanted.
        streams: Where they are written.
        wide: Whether a session is for the streams of later tasks too.
    """

    def __init__(
        self,
        session: Session,
        query: LogQuery,
        streams: Iterable[LogStream] = (),
        *,
        wide: bool = False,
    ) -> None:
        self._wide = wide
        self._tails: dict[LogSource, LiveTail] = {}
        self._gap = True
        self._quiet = 0.0
        self._live_lines: list[LogLine] = []
        self._looks = False
        super().__init__(session, query, streams, live=True)

    @property
    def drained_after(self) -> float:
        """Seconds without a line after which nothing more is awaited: a look is among them."""
        return LOOK_EVERY + super().drained_after

    async def begin(self) -> None:
        """Wait for what the next second brings, and begin a look where one is due.

        Raises:
            ApiError: AWS refuses Live Tail for a reason that does not pass.

        Calls:
            logs:StartLiveTail, logs:DescribeLogGroups (once)
        """
        running = await self._sessions()
        self._live_lines = await self._updates(running)
        every = LOOK_EVERY * min(SLOWEST, max(1.0, self._quiet / LOOK_EVERY))
        self._looks = self._gap or self._session.clock.now() - self._looked_at >= every
        if self._looks:
            self._gap = len(running) < len(self._tails)
            await super().begin()

    async def page(self) -> list[LogLine] | None:
        """Return more lines, those of the sessions first; None is the end for this second.

        Raises:
            NotFound: A group was deleted, or was never there although it must be.

        Calls:
            logs:FilterLogEvents
        """
        if self._live_lines:
            lines, self._live_lines = self._live_lines, []
            return lines
        return await super().page() if self._looks else None

    async def pause(self, quiet: float) -> None:
        """Wait until the next look is due; sessions are waited for in `begin()`.

        Args:
            quiet: Seconds for which no line has come.
        """
        self._quiet = quiet
        if not all(tail.is_open for tail in self._tails.values()):
            await super().pause(0.0)

    async def ask(self, ended: Callable[[], Awaitable[bool]]) -> bool:
        """Ask whether the writers have ended, for no longer than a second."""
        try:
            return await within(self._session.clock, ASKED_FOR, ended)
        except Expired:
            return False

    async def aclose(self) -> None:
        """End the sessions."""
        for tail in self._tails.values():
            await tail.aclose()

    async def _sessions(self) -> list[LiveTail]:
        """Return the sessions that ran already; others are started, if need be."""
        for source in [each for each in self._tails if each not in self.sources]:
            await self._tails.pop(source).aclose()
        running = []
        for source in self.sources:
            tail = self._tails.setdefault(source, LiveTail(self._session, source, wide=self._wide))
            if await tail.open() or not tail.is_open:
                self._gap = True
            else:
                running.append(tail)
        return running

    async def _updates(self, running: Iterable[LiveTail]) -> list[LogLine]:
        """Read one update of each session, and return what was not told yet, by time."""
        found = []
        for tail in running:
            update = await tail.next()
            if update is None:
                self._gap = True
                continue
            self._gap = self._gap or update.sampled
            for event in update.events:
                if (line := tail.source.take_live(event)) is not None:
                    found.append((event["timestamp"], event["ingestionTime"], line))
        return [line for _, _, line in sorted(found, key=lambda each: each[:2])]
