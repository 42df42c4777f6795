"""The awslogs driver: what a container says becomes events of its own log stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

# How the directives of awslogs-datetime-format match, as the driver of the Docker project does.
_DIRECTIVES = {
    "A": r"[^\W\d_]+",
    "a": r"[^\W\d_]+",
    "B": r"[^\W\d_]+",
    "b": r"[^\W\d_]+",
    "d": r"\d{1,2}",
    "f": r"\d{1,9}",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "j": r"\d{1,3}",
    "L": r"\.\d{3}",
    "M": r"\d{1,2}",
    "m": r"\d{1,2}",
    "p": r"[AaPp][Mm]",
    "S": r"\d{1,2}",
    "w": r"[0-6]",
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "Z": r"[A-Z]{1,4}T",
    "z": r"[+-]\d{4}",
    "%": "%",
}


class LogSink(Protocol):
    """Where log events go: CloudWatch Logs."""

    def put_log_events(
        self,
        region: str,
        group: str,
        stream: str,
        events: Sequence[tuple[int, str]],
        *,
        create_group: bool,
    ) -> None:
        """Append to a stream, which is made if it is not there: (ms since the epoch, text)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTarget:
    """The stream of one container, and how its lines become events.

    Args:
        create_group: Whether the group is made if it is missing.
        event_start: What the first line of a multi-line event contains.
    """

    region: str
    group: str
    stream: str
    create_group: bool = False
    event_start: re.Pattern[str] | None = None


def log_target(
    configuration: Mapping[str, Any] | None, *, container: str, task_id: str, region: str
) -> LogTarget | None:
    """Read a container's logConfiguration.

    The stream is `<prefix>/<container>/<task id>` (service model, LogConfiguration).

    Args:
        configuration: The logConfiguration of the definition.
        container: The container's name.
        task_id: The id of its task.
        region: Where the task runs, and its group too unless `awslogs-region` says otherwise.

    Returns:
        The stream; None if the container logs elsewhere.
    """
    if not configuration or configuration.get("logDriver") != "awslogs":
        return None
    options: Mapping[str, str] = configuration.get("options") or {}
    prefix = options.get("awslogs-stream-prefix")
    return LogTarget(
        region=options.get("awslogs-region") or region,
        group=options["awslogs-group"],
        stream=f"{prefix}/{container}/{task_id}" if prefix else task_id,
        create_group=options.get("awslogs-create-group", "").lower() == "true",
        event_start=_event_start(options),
    )


class Silence:
    """Makes streams and drops what is said, for a role that may not write."""

    def __init__(self, sink: LogSink) -> None:
        self._sink = sink

    def put_log_events(
        self,
        region: str,
        group: str,
        stream: str,
        events: Sequence[tuple[int, str]],
        *,
        create_group: bool,
    ) -> None:
        """Make the stream."""
        self._sink.put_log_events(region, group, stream, (), create_group=create_group)


class LogStream:
    """Writes the lines of one container.

    A multi-line event is held back until its next line begins another one, the
    container ends, or nothing has come for a while.

    Args:
        target: The stream.
        sink: Where events go.
        now: Tells the moment in microseconds.
        flush_later: Calls back after a while, for events that are held back.
    """

    def __init__(
        self,
        target: LogTarget,
        sink: LogSink,
        *,
        now: Callable[[], int],
        flush_later: Callable[[Callable[[], None]], object],
    ) -> None:
        self._target = target
        self._sink = sink
        self._now = now
        self._flush_later = flush_later
        self._held: list[str] = []
        self._held_since = 0

    def open(self) -> None:
        """Make the stream, as the driver does before the container starts."""
        self._put([])

    def write(self, lines: Sequence[str]) -> None:
        """Take lines that were said at this moment."""
        if not lines:
            return
        start = self._target.event_start
        if start is None:
            self._put([(self._now() // 1000, line) for line in lines])
            return
        for line in lines:
            if self._held and start.search(line):
                self.flush()
            if not self._held:
                self._held_since = self._now()
                self._flush_later(partial(self._flush_if_since, self._held_since))
            self._held.append(line)

    def flush(self) -> None:
        """Write what is held back."""
        if self._held:
            text = "\n".join(self._held)
            self._held = []
            self._put([(self._held_since // 1000, text)])

    def _flush_if_since(self, since: int) -> None:
        if self._held_since == since:
            self.flush()

    def _put(self, events: Sequence[tuple[int, str]]) -> None:
        target = self._target
        self._sink.put_log_events(
            target.region, target.group, target.stream, events, create_group=target.create_group
        )


def _event_start(options: Mapping[str, str]) -> re.Pattern[str] | None:
    if pattern := options.get("awslogs-multiline-pattern"):
        return re.compile(pattern)
    if form := options.get("awslogs-datetime-format"):
        parts = re.split(r"%(.)", form)
        return re.compile(
            "".join(
                _DIRECTIVES.get(part, re.escape(part)) if index % 2 else re.escape(part)
                for index, part in enumerate(parts)
            )
        )
    return None
