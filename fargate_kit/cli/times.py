"""Times on the command line: how long, since when, and how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import typer

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")


def seconds_of(text: str, *, option: str) -> float:
    """Read a duration such as `90s`, `10m`, `2h` or `1d`; a plain number is seconds.

    Args:
        option: Where it was given, for the message.

    Raises:
        BadParameter: It is none, or 0.
    """
    found = _DURATION.fullmatch(text.strip())
    seconds = float(found[1]) * _UNITS[found[2] or "s"] if found else 0.0
    if not seconds:
        raise typer.BadParameter(
            f"{text!r} is no duration: give 90s, 10m, 2h or 1d", param_hint=option
        )
    return seconds


def moment_of(text: str | None, *, option: str, now: datetime) -> datetime | None:
    """Read a moment: a duration before now, or a date and time, which is UTC if it says nothing.

    Raises:
        BadParameter: It is neither.
    """
    if text is None:
        return None
    if _DURATION.fullmatch(text.strip()):
        return now - timedelta(seconds=seconds_of(text, option=option))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time: give 90s, 10m, 2h, 1d or 2026-08-01T12:00", param_hint=option
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def age(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in one unit: `40s`, `12m`, `3h` or `5d`."""
    if at is None:
        return ""
    seconds = max(0, int((now - at).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def clock_time(at: datetime, now: datetime) -> str:
    """Return a moment in UTC; the day only where it is not today."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M:%S}"
