"""Live Tail: a session tells each second what was ingested.

Source: service model, StartLiveTail: one `sessionStart`, then a `sessionUpdate` each second
with at most 500 events, sampled if there are more; for a slow reader 10 updates or 5,000
events are kept and the oldest dropped; after three hours the session times out. 15 sessions
at once: CloudWatch Logs User Guide, "CloudWatch Logs quotas". Not in China and GovCloud
Regions: CloudWatch Logs User Guide, "Troubleshoot with CloudWatch Logs Live Tail".
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fargate_kit.sim.cloudwatch_logs import event_stream, wording
from fargate_kit.sim.cloudwatch_logs.store import Event
from fargate_kit.sim.engine import Engine, Entry

EVERY = 1.0
EVENTS_PER_UPDATE = 500
UPDATES_KEPT = 10
SESSION_ENDS_AFTER = 3 * 3600.0
SESSIONS_AT_ONCE = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class TailRequest:
    """What a session is about.

    Args:
        groups: The names of the groups, each with the ARN by which the client named it.
        names: The streams; None for all.
        prefixes: With what the names of the streams begin; None for all.
        matches: Asked with each message.
        echo: What `sessionStart` repeats of the request.
    """

    groups: Mapping[str, str]
    names: frozenset[str] | None
    prefixes: tuple[str, ...] | None
    matches: Callable[[str], bool]
    echo: Mapping[str, Any]

    def covers(self, group: str, stream: str) -> bool:
        """Say whether the session is about a stream."""
        if group not in self.groups or (self.names is not None and stream not in self.names):
            return False
        return self.prefixes is None or stream.startswith(self.prefixes)


class LiveTail:
    """One session; its bytes are what the client reads.

    Args:
        engine: Whose clock it lives on.
        request: What it is about.
        start: The members of `sessionStart`.
        chance: From which samples are drawn.
        look: Called before each update, so that nothing is overlooked.
        closed: Called once, when the session has ended for whatever reason.
    """

    def __init__(
        self,
        engine: Engine,
        request: TailRequest,
        *,
        start: Mapping[str, Any],
        chance: random.Random,
        look: Callable[[Iterable[str]], None],
        closed: Callable[[LiveTail], None],
    ) -> None:
        self.request = request
        self._engine = engine
        self._chance = chance
        self._look = look
        self._closed = closed
        self._wake: Callable[[], None] = _nobody
        self._first = event_stream.initial_response() + event_stream.event("sessionStart", start)
        self._last = b""
        self._come: list[dict[str, Any]] = []
        self._updates: deque[dict[str, Any]] = deque(maxlen=UPDATES_KEPT)
        self._running = True
        self._tick: Entry = self._after(EVERY, self._update)
        self._limit: Entry = self._after(SESSION_ENDS_AFTER, self._time_out)

    def offer(self, group: str, stream: str, events: Sequence[Event]) -> None:
        """Take what was ingested, if the session is about it."""
        if not self.request.covers(group, stream):
            return
        arn, matches = self.request.groups[group], self.request.matches
        self._come.extend(
            {
                "logStreamName": stream,
                "logGroupIdentifier": arn,
                "message": event.message,
                "timestamp": event.timestamp,
                "ingestionTime": event.ingested_at,
            }
            for event in events
            if matches(event.message)
        )

    def read(self) -> bytes | None:
        """Take what is there by now; None at the end."""
        parts = [self._first, *(event_stream.event("sessionUpdate", one) for one in self._updates)]
        parts.append(self._last)
        self._first = self._last = b""
        self._updates.clear()
        data = b"".join(parts)
        return data if data or self._running else None

    def when_ready(self, wake: Callable[[], None]) -> None:
        """Have `wake` called whenever there is something to read."""
        self._wake = wake

    def close(self) -> None:
        """End the session, because nobody reads it any more; twice is fine."""
        self._updates.clear()
        self._first = self._last = b""
        self._end()

    def break_off(self) -> None:
        """End the session from the side of the service."""
        text = wording.TAIL_BROKEN_OFF.say()
        self._finish(event_stream.exception("SessionStreamingException", text))

    def _time_out(self) -> None:
        text = wording.TAIL_TIMED_OUT.say()
        self._finish(event_stream.exception("SessionTimeoutException", text))

    def _update(self) -> None:
        self._tick = self._after(EVERY, self._update)
        self._look(self.request.groups)
        results, self._come = self._come, []
        sampled = len(results) > EVENTS_PER_UPDATE
        if sampled:
            places = sorted(self._chance.sample(range(len(results)), EVENTS_PER_UPDATE))
            results = [results[at] for at in places]
        self._updates.append({"sessionMetadata": {"sampled": sampled}, "sessionResults": results})
        self._wake()

    def _finish(self, last: bytes) -> None:
        if self._running:
            self._last = last
            self._end()

    def _end(self) -> None:
        if not self._running:
            return
        self._running = False
        self._engine.cancel(self._tick)
        self._engine.cancel(self._limit)
        self._come.clear()
        self._closed(self)
        self._wake()

    def _after(self, seconds: float, action: Callable[[], None]) -> Entry:
        return self._engine.after(seconds, action, background=True, name="Live Tail")


def _nobody() -> None:
    """Wake nobody: no one waits yet."""
