"""Durations and moments, as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer

from fargate_kit.cli.times import age, clock_time, moment_of, seconds_of

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86400), ("45", 45), ("1.5h", 5400)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    """A number with a unit, or a number of seconds."""
    assert seconds_of(text, option="--timeout") == seconds


@pytest.mark.parametrize("text", ["", "0", "soon", "-5m", "10 weeks", "1h30", "nan"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The message says what may be given."""
    with pytest.raises(typer.BadParameter, match="give 90s, 10m, 2h or 1d"):
        seconds_of(text, option="--timeout")


def test_moments_are_read() -> None:
    """A duration is before now; a date without a zone is UTC."""
    assert moment_of("10m", option="--since", now=NOW) == NOW - timedelta(minutes=10)
    assert moment_of("2026-08-01T11:00", option="--since", now=NOW) == NOW - timedelta(hours=1)
    assert moment_of("2026-08-01T13:00+02:00", option="--since", now=NOW) == NOW - timedelta(
        hours=1
    )
    assert moment_of(None, option="--since", now=NOW) is None
    with pytest.raises(typer.BadParameter, match="is no time"):
        moment_of("yesterday", option="--since", now=NOW)


def test_ages_have_one_unit() -> None:
    """What is young is told in seconds, what is old in days; the future is now."""
    ages = [age(NOW - timedelta(seconds=each), NOW) for each in (-5, 0, 119, 120, 7200, 900000)]
    assert ages == ["0s", "0s", "119s", "2m", "2h", "10d"]
    assert age(None, NOW) == ""


def test_day_is_told_where_it_is_not_today() -> None:
    """Yesterday's events have their date."""
    assert clock_time(NOW, NOW) == "12:00:00"
    assert clock_time(NOW - timedelta(days=1), NOW) == "2026-07-31 12:00:00"
