"""Live Tail of one log group: one session after the other, as long as somebody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fargate_kit.core.deadline import Expired, within
from fargate_kit.core.event_stream import EventStream
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, EndpointUnreachable, NotFound, Throttled
from fargate_kit.logs.groups import log_group_arn
from fargate_kit.logs.source import LogSource
from fargate_kit.logs.streams import common_prefix

__all__ = ["LiveTail", "Update"]

# StartLiveTail takes at most this many prefixes (botocore's Logs model).
PREFIXES_PER_SESSION = 100
# AWS sends an update each second, also an empty one ("StartLiveTail", API Reference): after so many
# seconds without one the connection is taken for lost.
SILENT_AFTER = 30.0
# Seconds until a session is tried again: twice as long after each failure.
AGAIN_AFTER = 1.0
LONGEST_AGAIN = 30.0
# What passes by itself: too many sessions in the account, or the service is not well.
PASSING = frozenset({"LimitExceededException", "ServiceUnavailableException"})
# With these a session ends: after three hours, and when it breaks.
TIMED_OUT = "SessionTimeoutException"
BROKEN = "SessionStreamingException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What one second brought.

    Attributes:
        events: In AWS's own form.
        sampled: Whether there were more than the 500 that AWS sends.
    """

    events: Sequence[Mapping[str, Any]]
    sampled: bool


class LiveTail:
    """What is ingested into one group from now on; between sessions there are gaps.

    Args:
        session: Whose clock and api.
        source: Says which group, which streams and which pattern.
        wide: Whether a session is for the streams of later tasks too.
    """

    def __init__(self, session: Session, source: LogSource, *, wide: bool) -> None:
        self.source = source
        self._session = session
        self._wide = wide
        self._stream: EventStream | None = None
        self._prefixes: tuple[str, ...] = ()
        self._arn: str | None = None
        self._failures = 0
        self._again_at = session.clock.now()

    @property
    def is_open(self) -> bool:
        """Whether a session runs."""
        return self._stream is not None

    async def open(self) -> bool:
        """Start a session, if none runs that has all the streams and it is time to try.

        Returns:
            Whether one was started.

        Raises:
            ApiError: AWS refuses it for a reason that does not pass.

        Calls:
            logs:StartLiveTail, logs:DescribeLogGroups (once)
        """
        if self.is_open and self._covers_all():
            return False
        await self.aclose()
        if self._session.clock.now() < self._again_at:
            return False
        self._prefixes = self._wanted()
        try:
            await self._start()
        except (EndpointUnreachable, NotFound, Throttled):
            self._arn = None
            self._fail()
        except ApiError as error:
            if error.code not in PASSING:
                raise
            self._fail()
        return self.is_open

    async def next(self) -> Update | None:
        """Return the next update; None where the session has ended instead."""
        if self._stream is None:
            return None
        try:
            event = await within(self._session.clock, SILENT_AFTER, self._stream.next)
        except (Expired, EndpointUnreachable):
            event = None
        except ApiError as error:
            if error.code not in {TIMED_OUT, BROKEN}:
                raise
            event = None
            if error.code == TIMED_OUT:
                await self.aclose()
                return None
        if event is None:
            await self.aclose()
            self._fail()
            return None
        self._failures = 0
        update = event.get("sessionUpdate", {})
        return Update(
            events=update.get("sessionResults", ()),
            sampled=update.get("sessionMetadata", {}).get("sampled", False),
        )

    async def aclose(self) -> None:
        """End the session; twice is fine."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.aclose()

    async def _start(self) -> None:
        if self._arn is None:
            self._arn = await log_group_arn(self._session, self.source.region, self.source.group)
        asked: dict[str, Any] = {"logGroupIdentifiers": [self._arn]}
        if self._prefixes:
            asked["logStreamNamePrefixes"] = list(self._prefixes)
        if self.source.query.pattern is not None:
            asked["logEventFilterPattern"] = self.source.query.pattern
        api = self._session.api.in_region(self.source.region)
        stream = await api.open_stream("logs", "StartLiveTail", **asked)
        try:
            started = await within(self._session.clock, SILENT_AFTER, stream.next)
        except Expired:
            started = None
        except BaseException:
            await stream.aclose()
            raise
        if started is None:
            await stream.aclose()
            self._fail()
        else:
            self._stream = stream

    def _fail(self) -> None:
        pause = min(LONGEST_AGAIN, AGAIN_AFTER * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        self._again_at = self._session.clock.now() + pause

    def _wanted(self) -> tuple[str, ...]:
        """Return what the names of the streams begin with; nothing for the whole group.

        Names would do too, but a stream that is not there yet may have none.
        """
        if self.source.prefix is not None:
            return (self.source.prefix,) if self.source.prefix else ()
        names = sorted(self.source.streams)
        if self._wide:
            names = sorted({name.rpartition("/")[0] + "/" for name in names})
        if len(names) > PREFIXES_PER_SESSION:
            common = common_prefix(names)
            return (common,) if common else ()
        return tuple(names)

    def _covers_all(self) -> bool:
        return not self._prefixes or all(
            name.startswith(self._prefixes) for name in self.source.streams
        )
