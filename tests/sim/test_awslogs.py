"""The awslogs driver: its stream, its events, its multi-line modes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fargate_kit.sim.awslogs import LogStream, LogTarget, log_target


class Sink:
    """Where a test looks for the events."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str, bool]] = []
        self.events: list[tuple[int, str]] = []

    def put_log_events(
        self,
        region: str,
        group: str,
        stream: str,
        events: Sequence[tuple[int, str]],
        *,
        create_group: bool,
    ) -> None:
        self.calls.append((region, group, stream, create_group))
        self.events += events


class Desk:
    """A log stream under test with its clock and what it wants to be called for later."""

    def __init__(self, **options: str) -> None:
        self.sink = Sink()
        self.now = 5_000_000
        self.later: list[Callable[[], None]] = []
        target = _target(**options)
        assert target is not None
        self.stream = LogStream(
            target, self.sink, now=lambda: self.now, flush_later=self.later.append
        )


def _target(driver: str = "awslogs", **options: str) -> LogTarget | None:
    configuration: dict[str, Any] = {
        "logDriver": driver,
        "options": {"awslogs-group": "g", "awslogs-stream-prefix": "run", **options},
    }
    return log_target(configuration, container="main", task_id="0af3", region="us-east-1")


def test_stream_name() -> None:
    """The stream is prefix, container and task; the region is the task's unless named."""
    target = _target()
    assert target is not None
    assert (target.region, target.group, target.stream) == ("us-east-1", "g", "run/main/0af3")
    elsewhere = _target(**{"awslogs-region": "eu-west-1", "awslogs-create-group": "true"})
    assert elsewhere is not None
    assert (elsewhere.region, elsewhere.create_group) == ("eu-west-1", True)


@pytest.mark.parametrize("driver", ["splunk", "awsfirelens"])
def test_other_drivers_log_elsewhere(driver: str) -> None:
    """Only the awslogs driver has a stream."""
    assert _target(driver) is None
    assert log_target(None, container="main", task_id="0", region="us-east-1") is None


@pytest.mark.parametrize("mode", ["blocking", "non-blocking"])
def test_lines_become_events(mode: str) -> None:
    """In either mode every line is an event with its moment in milliseconds."""
    desk = Desk(mode=mode)
    desk.stream.open()
    assert desk.sink.calls == [("us-east-1", "g", "run/main/0af3", False)]
    desk.stream.write(["one", "two"])
    desk.now += 1_234_567
    desk.stream.write(["three"])
    desk.stream.write([])
    assert desk.sink.events == [(5000, "one"), (5000, "two"), (6234, "three")]
    assert len(desk.sink.calls) == 3


def test_multiline_pattern() -> None:
    """Lines up to the next one that matches are one event, with the moment of its first line."""
    desk = Desk(**{"awslogs-multiline-pattern": "^(INFO|ERROR)"})
    desk.stream.write(["ERROR no table", "  at a", "  at b"])
    assert desk.sink.events == []
    desk.now += 1_000_000
    desk.stream.write(["  at c", "INFO next"])
    assert desk.sink.events == [(5000, "ERROR no table\n  at a\n  at b\n  at c")]
    desk.stream.flush()
    assert desk.sink.events[1:] == [(6000, "INFO next")]
    desk.stream.flush()
    assert len(desk.sink.events) == 2


def test_multiline_event_is_not_held_for_ever() -> None:
    """An event that is held back is written when its time has come, and not twice."""
    desk = Desk(**{"awslogs-multiline-pattern": "^>"})
    desk.stream.write(["> one"])
    desk.now += 1_000_000
    desk.stream.write(["> two"])
    assert desk.sink.events == [(5000, "> one")]
    desk.later[0]()
    assert desk.sink.events == [(5000, "> one")]
    desk.later[1]()
    assert desk.sink.events == [(5000, "> one"), (6000, "> two")]


@pytest.mark.parametrize(
    ("form", "start", "other"),
    [
        ("%Y-%m-%d %H:%M:%S", "2026-11-23 10:00:00 boom", "  at 2026"),
        ("[%b %d, %Y %H:%M:%S]", "[Nov 23, 2026 10:00:00] boom", "Nov"),
        ("%H:%M:%S.%f", "x 10:00:00.123 boom", "10-00-00"),
        ("%y%%", "26% boom", "26 boom"),
        ("%I:%M %p", "10:00 PM boom", "10:00 XM"),
    ],
)
def test_datetime_format(form: str, start: str, other: str) -> None:
    """A date of the given form begins an event."""
    desk = Desk(**{"awslogs-datetime-format": form})
    desk.stream.write([start, other, start])
    assert desk.sink.events == [(5000, f"{start}\n{other}")]
