"""Schedule expressions: which are read, and when they come."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fargate_kit.sim.scaling.schedules import (
    Calendar,
    Every,
    InvalidSchedule,
    Once,
    microseconds,
    read_schedule,
)


def stamp(text: str) -> int:
    """A moment of UTC in microseconds."""
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("fields", "after", "comes"),
    [
        ("0 9 * * ? *", "2027-01-15T08:00", "2027-01-15T09:00"),
        ("0 9 * * ? *", "2027-01-15T09:00", "2027-01-16T09:00"),
        ("*/15 * * * ? *", "2027-01-15T08:16", "2027-01-15T08:30"),
        ("5/20 8 * * ? *", "2027-01-15T08:30", "2027-01-15T08:45"),
        ("0 8-10,20 ? * MON-FRI *", "2027-01-15T20:00", "2027-01-18T08:00"),
        ("0 0 1 JAN,jul ? *", "2027-01-15T00:00", "2027-07-01T00:00"),
        ("0 0 L * ? *", "2027-02-10T00:00", "2027-02-28T00:00"),
        ("0 0 31 * ? *", "2027-02-01T00:00", "2027-03-31T00:00"),
        ("0 0 29 2 ? *", "2027-01-15T00:00", "2028-02-29T00:00"),
        ("0 0 LW * ? *", "2027-02-01T00:00", "2027-02-26T00:00"),
        ("0 0 2W * ? *", "2027-05-01T00:00", "2027-05-03T00:00"),
        ("0 0 1W * ? *", "2027-05-01T00:00", "2027-05-03T00:00"),
        ("15 10 ? * 6L 2027-2028", "2027-01-15T00:00", "2027-01-29T10:15"),
        ("0 0 ? * 2#1 *", "2027-01-15T00:00", "2027-02-01T00:00"),
        ("0 0 ? * L *", "2027-01-15T00:00", "2027-01-16T00:00"),
        ("59 23 31 12 ? 2026", "2027-01-15T00:00", None),
    ],
)
def test_cron_comes(fields: str, after: str, comes: str | None) -> None:
    """A cron expression of six fields comes at the next minute that fits all of them."""
    schedule = read_schedule(f"cron({fields})")
    assert isinstance(schedule, Calendar)
    assert schedule.next_after(stamp(after)) == (None if comes is None else stamp(comes))


def test_cron_follows_the_clocks_of_its_zone() -> None:
    """Nine in New York is 14 h UTC in winter and 13 h in summer."""
    schedule = read_schedule("cron(0 9 * * ? *)", "America/New_York")
    assert isinstance(schedule, Calendar)
    assert schedule.next_after(stamp("2027-01-15T00:00")) == stamp("2027-01-15T14:00")
    assert schedule.next_after(stamp("2027-07-15T00:00")) == stamp("2027-07-15T13:00")


def test_cron_passes_over_a_time_that_is_left_out() -> None:
    """Half past two does not come in the night in which the clocks jump over it."""
    schedule = read_schedule("cron(30 2 * * ? *)", "Europe/Berlin")
    assert isinstance(schedule, Calendar)
    assert schedule.next_after(stamp("2027-03-27T12:00")) == stamp("2027-03-29T00:30")


def test_cron_comes_once_where_a_time_comes_twice() -> None:
    """In the night in which the clocks are put back, half past two counts once."""
    schedule = read_schedule("cron(30 2 * * ? *)", "Europe/Berlin")
    assert isinstance(schedule, Calendar)
    first = schedule.next_after(stamp("2027-10-30T12:00"))
    assert first == stamp("2027-10-31T00:30")
    assert schedule.next_after(first) == stamp("2027-11-01T01:30")


def test_once_and_every() -> None:
    """`at` is a moment of its zone, and `rate` a number of seconds."""
    assert read_schedule("at(2027-01-15T09:00:30)") == Once(at=stamp("2027-01-15T09:00:30"))
    assert read_schedule("at(2027-01-15T09:00:00)", "Asia/Tokyo") == Once(
        at=stamp("2027-01-15T00:00:00")
    )
    assert read_schedule("rate(1 hour)") == Every(seconds=3600)
    assert read_schedule("rate(5 minutes)") == Every(seconds=300)
    assert read_schedule("rate(2 days)") == Every(seconds=172_800)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("0 9 * * ? *", "a schedule is"),
        ("cron(0 9 * * *)", "six fields"),
        ("cron(0 9 * * * *)", "must be ?"),
        ("cron(0 9 ? * ? *)", "must be ?"),
        ("cron(60 9 * * ? *)", "between 0 and 59"),
        ("cron(0 9 * 13 ? *)", "between 1 and 12"),
        ("cron(0 9 ? * 0 *)", "between 1 and 7"),
        ("cron(0 9-8 * * ? *)", "backwards"),
        ("cron(0/0 9 * * ? *)", "between 1 and 59"),
        ("cron(a 9 * * ? *)", "between"),
        ("rate(5 minute)", "plural"),
        ("rate(1 hours)", "singular"),
        ("rate(0 minutes)", "a schedule is"),
        ("at(2027-02-30T00:00:00)", "day"),
        ("at(tomorrow)", "a schedule is"),
    ],
)
def test_nonsense_is_refused(expression: str, problem: str) -> None:
    """What is no schedule is refused with the reason."""
    with pytest.raises(InvalidSchedule, match=problem.replace("?", r"\?")):
        read_schedule(expression)


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", ""])
def test_unknown_zones_are_refused(zone: str) -> None:
    """A name that is no time zone is refused, whatever it looks like."""
    with pytest.raises(InvalidSchedule, match="no time zone"):
        read_schedule("cron(0 9 * * ? *)", zone)
