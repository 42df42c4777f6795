"""Reading log streams again and again: what is new, in order, by the fewest calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from fargate_kit.core.clock import present
from fargate_kit.core.session import Session
from fargate_kit.logs.merging import Merging
from fargate_kit.logs.query import LogQuery, milliseconds
from fargate_kit.logs.source import LogSource
from fargate_kit.logs.streams import LogStream
from fargate_kit.model.values import LogLine

__all__ = ["LogReader"]

# Where nothing comes, looks become less frequent: after so many seconds, down to so many times.
QUIET_AFTER = 10.0
SLOWEST = 5.0
# A follower of what has ended leaves when no line has come for this many seconds; where lines come
# later than that, twice their lateness.
DRAINED_AFTER = 5.0


class LogReader:
    """Reads any number of streams, of any number of groups and regions, and tells only what is new.

    A look costs one FilterLogEvents call for each group, as long as what was said within the late
    window fits a page: by the names of up to 100 streams, else by what their names begin with.

    Args:
        session: Whose clock and api.
        query: Which lines are wanted.
        streams: Where they are written.
        live: Whether lines come from Live Tail too.
    """

    def __init__(
        self,
        session: Session,
        query: LogQuery,
        streams: Iterable[LogStream] = (),
        *,
        live: bool = False,
    ) -> None:
        self._session = session
        self._query = query
        self._live = live
        self._sources: dict[tuple[str, str], LogSource] = {}
        self._looked_at = session.clock.now()
        self._merging: Merging[LogLine] = Merging(())
        self.add(streams)

    @property
    def sources(self) -> Sequence[LogSource]:
        """The groups that are read."""
        return tuple(self._sources.values())

    @property
    def remembered(self) -> int:
        """How many lines are held in mind so that they are not told twice."""
        return sum(source.remembered for source in self.sources)

    @property
    def drained_after(self) -> float:
        """Seconds without a line after which nothing more is awaited from who has ended."""
        return max([DRAINED_AFTER, *(2 * source.lateness for source in self.sources)])

    @property
    def is_past(self) -> bool:
        """Whether the moment has passed after which no lines are wanted."""
        end = self._query.end
        return end is not None and milliseconds(present(self._session.clock)) > end

    def add(self, streams: Iterable[LogStream]) -> None:
        """Read more streams, each from its beginning."""
        for stream in streams:
            where = (stream.region, stream.group)
            if where not in self._sources:
                self._sources[where] = LogSource(
                    self._session, *where, self._query, live=self._live
                )
            self._sources[where].add(stream)

    def remove(self, streams: Iterable[LogStream]) -> None:
        """Read streams no more."""
        for stream in streams:
            where = (stream.region, stream.group)
            if where in self._sources:
                self._sources[where].remove(stream.name)
                if not self._sources[where].streams:
                    del self._sources[where]

    def add_group(
        self, region: str, group: str, *, names: Sequence[str] | None, prefix: str
    ) -> None:
        """Read a group that must be there.

        Args:
            names: Streams that must be there; None for all whose names begin with `prefix`.
            prefix: What names begin with; empty for all.
        """
        source = LogSource(
            self._session,
            region,
            group,
            self._query,
            prefix=prefix if names is None else None,
            must_exist=True,
            live=self._live,
        )
        for name in names or ():
            source.add(LogStream(region=region, group=group, name=name, container=""))
        self._sources[region, group] = source

    async def begin(self) -> None:
        """Begin a look; `page()` returns what it finds."""
        self._looked_at = self._session.clock.now()
        for source in self.sources:
            source.begin()
        self._merging = Merging(self.sources)

    async def page(self) -> list[LogLine] | None:
        """Return more lines of this look that were not told yet, by time; None is its end.

        Raises:
            NotFound: A group was deleted, or was never there although it must be.

        Calls:
            logs:FilterLogEvents
        """
        page = await self._merging.page()
        return None if page is None else [line for _, line in page]

    async def pause(self, quiet: float) -> None:
        """Wait until the next look is due.

        Args:
            quiet: Seconds for which no line has come.
        """
        pace = self._session.poll_every * min(SLOWEST, max(1.0, quiet / QUIET_AFTER))
        # What takes several pages is not read more than about three times.
        busy = [source.overlap / 2 for source in self.sources if source.pages > 2]
        due = self._looked_at + max([pace, *busy]) - self._session.clock.now()
        await self._session.clock.sleep(max(0.0, due))

    async def ask(self, ended: Callable[[], Awaitable[bool]]) -> bool:
        """Ask whether the writers have ended."""
        return await ended()

    async def aclose(self) -> None:
        """Let go of nothing: this reader holds no connection."""
