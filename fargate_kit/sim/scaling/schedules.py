"""Schedule expressions: `at(...)`, `rate(...)` and `cron(...)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fargate_kit.sim.scaling.cron import Cron, InvalidCron, read_cron

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_RATE = re.compile(r"rate\(([1-9]\d{0,8}) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\((.*)\)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


class InvalidSchedule(ValueError):
    """The expression makes no sense; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """At one moment, in microseconds since the Unix epoch."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Again and again after so many nominal seconds."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """By a cron expression that is read in a time zone."""

    cron: Cron
    zone: tzinfo

    def next_after(self, moment: int) -> int | None:
        """Find the first time after a moment, both in microseconds; None if there is none."""
        after = _EPOCH + timedelta(microseconds=moment)
        found = self.cron.next_after(after, self.zone)
        return None if found is None else microseconds(found)


Schedule = Once | Every | Calendar


def read_schedule(text: str, timezone: str | None = None) -> Schedule:
    """Read a schedule expression.

    Source: Application Auto Scaling User Guide, page scheduled-scaling-using-cron-expressions.

    Args:
        text: As the request has it.
        timezone: An IANA name, for `at` and `cron`; UTC if None.

    Raises:
        InvalidSchedule: It is none, or there is no such time zone.
    """
    zone = _zone(timezone)
    if found := _AT.fullmatch(text):
        try:
            local = datetime.fromisoformat(found[1]).replace(tzinfo=zone)
        except ValueError as wrong:
            raise InvalidSchedule(str(wrong)) from None
        return Once(at=microseconds(local))
    if found := _RATE.fullmatch(text):
        number = int(found[1])
        if (number == 1) == bool(found[3]):
            raise InvalidSchedule("the unit is singular after 1, and plural after other numbers")
        return Every(seconds=number * _SECONDS[found[2]])
    if found := _CRON.fullmatch(text):
        try:
            return Calendar(cron=read_cron(found[1]), zone=zone)
        except InvalidCron as wrong:
            raise InvalidSchedule(str(wrong)) from None
    raise InvalidSchedule("a schedule is at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)")


def microseconds(moment: datetime) -> int:
    """Tell an aware moment in microseconds since the Unix epoch."""
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _zone(name: str | None) -> tzinfo:
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSchedule(f"there is no time zone {name}") from None
