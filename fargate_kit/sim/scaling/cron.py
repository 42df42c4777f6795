"""Cron expressions of six fields, as Application Auto Scaling takes them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

_MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_SEARCHED_YEARS = 40  # longer than the longest pause between two 29ths of February on one weekday


class InvalidCron(ValueError):
    """The expression makes no sense; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """When something recurs: `minutes hours day-of-month month day-of-week year`.

    Args:
        minutes: 0 to 59.
        hours: 0 to 23.
        days: Of the month: numbers, `L` for the last, `LW` and `15W` for weekdays; empty for any.
        months: 1 to 12.
        weekdays: (number, which): 1 is Sunday; which is None for every one, 1 to 5 for the
            first and so on of the month, -1 for the last. Empty for any.
        years: 1970 to 2199.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[str]
    months: frozenset[int]
    weekdays: frozenset[tuple[int, int | None]]
    years: frozenset[int]

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """Find the first time after a moment.

        A time that a change of the clocks leaves out does not come; one that comes twice
        counts the first time only.

        Args:
            moment: Aware of its zone.
            zone: Where the fields are read.

        Returns:
            In UTC; None if there is none in sight.
        """
        local = moment.astimezone(zone)
        last = local.date().replace(year=min(local.year + _SEARCHED_YEARS, _LAST_YEAR), day=1)
        # the day before too: around midnight the clocks may have been put back
        day = local.date() - timedelta(days=1)
        while day <= last:
            if day.month not in self.months or day.year not in self.years:
                day = _next_month(day)
                continue
            if self._falls_on(day):
                for found in self._times(day, zone):
                    if found > moment:
                        return found
            day += timedelta(days=1)
        return None

    def _times(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                there = local.astimezone(UTC)
                if there.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                    yield there

    def _falls_on(self, day: date) -> bool:
        if self.weekdays:
            number = day.isoweekday() % 7 + 1
            last = calendar.monthrange(day.year, day.month)[1]
            place = (day.day + 6) // 7
            return any(
                number == wanted
                and (which in {None, place} or (which == -1 and day.day + 7 > last))
                for wanted, which in self.weekdays
            )
        return not self.days or any(_day_of(one, day) == day.day for one in self.days)


def read_cron(text: str) -> Cron:
    """Read a cron expression, without the word `cron` and its parentheses.

    Source: Application Auto Scaling User Guide, page scheduled-scaling-using-cron-expressions.

    Raises:
        InvalidCron: It is none.
    """
    fields = text.split()
    if len(fields) != 6:
        raise InvalidCron(f"a cron expression has six fields, not {len(fields)}")
    minutes, hours, days, months, weekdays, years = (field.upper() for field in fields)
    if (days == "?") == (weekdays == "?"):
        raise InvalidCron("one of day-of-month and day-of-week must be ?, the other one not")
    return Cron(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        days=_days(days),
        months=_numbers(months, 1, 12, _MONTHS),
        weekdays=_weekdays(weekdays),
        years=_numbers(years, _FIRST_YEAR, _LAST_YEAR),
    )


def _numbers(field: str, least: int, most: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, stride = part.partition("/")
        if span == "*":
            first, last = least, most
        else:
            begin, dash, end = span.partition("-")
            first = _number(begin, least, most, names)
            last = _number(end, least, most, names) if dash else most if slash else first
        step = _number(stride, 1, most, ()) if slash else 1
        if first > last:
            raise InvalidCron(f"{span} runs backwards")
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, least: int, most: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + 1
    if not re.fullmatch(r"[0-9]{1,4}", text) or not least <= int(text) <= most:
        raise InvalidCron(f"{text or 'nothing'} is not between {least} and {most}")
    return int(text)


def _days(field: str) -> frozenset[str]:
    if field in {"*", "?"}:
        return frozenset()
    found: set[str] = set()
    for part in field.split(","):
        if part in {"L", "LW"}:
            found.add(part)
        elif part.endswith("W"):
            found.add(f"{_number(part[:-1], 1, 31, ())}W")
        else:
            found.update(map(str, _numbers(part, 1, 31)))
    return frozenset(found)


def _weekdays(field: str) -> frozenset[tuple[int, int | None]]:
    if field in {"*", "?"}:
        return frozenset()
    found: set[tuple[int, int | None]] = set()
    for part in field.split(","):
        day, sharp, which = part.partition("#")
        if sharp:
            found.add((_number(day, 1, 7, _DAYS), _number(which, 1, 5, ())))
        elif part == "L":
            found.add((7, None))
        elif part.endswith("L"):
            found.add((_number(part[:-1], 1, 7, _DAYS), -1))
        else:
            found.update((number, None) for number in _numbers(part, 1, 7, _DAYS))
    return frozenset(found)


def _day_of(wanted: str, day: date) -> int | None:
    """Tell on which day of a month something falls; None for no day of it."""
    last = calendar.monthrange(day.year, day.month)[1]
    if wanted == "L":
        return last
    if not wanted.endswith("W"):
        return int(wanted)
    number = last if wanted == "LW" else int(wanted[:-1])
    if number > last:
        return None
    weekday = day.replace(day=number).weekday()
    if weekday == calendar.SATURDAY:
        return number - 1 if number > 1 else number + 2
    if weekday == calendar.SUNDAY:
        return number + 1 if number < last else number - 2
    return number


def _next_month(day: date) -> date:
    return date(day.year + 1, 1, 1) if day.month == 12 else date(day.year, day.month + 1, 1)
