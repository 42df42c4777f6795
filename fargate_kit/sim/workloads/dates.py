"""Times of day as `date` and the servers write them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# strftime() would speak the language of the machine that the simulator runs on.
_FIELDS: dict[str, Callable[[datetime], str]] = {
    "%": lambda at: "%",
    "n": lambda at: "\n",
    "t": lambda at: "\t",
    "Y": lambda at: f"{at.year:04}",
    "C": lambda at: f"{at.year // 100:02}",
    "y": lambda at: f"{at.year % 100:02}",
    "m": lambda at: f"{at.month:02}",
    "d": lambda at: f"{at.day:02}",
    "e": lambda at: f"{at.day:2}",
    "j": lambda at: f"{at.timetuple().tm_yday:03}",
    "H": lambda at: f"{at.hour:02}",
    "I": lambda at: f"{(at.hour + 11) % 12 + 1:02}",
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "N": lambda at: f"{at.microsecond * 1000:09}",
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "s": lambda at: str(math.floor(at.timestamp())),
    "u": lambda at: str(at.isoweekday()),
    "w": lambda at: str(at.isoweekday() % 7),
    "a": lambda at: _DAYS[at.weekday()][:3],
    "A": lambda at: _DAYS[at.weekday()],
    "b": lambda at: _MONTHS[at.month - 1][:3],
    "h": lambda at: _MONTHS[at.month - 1][:3],
    "B": lambda at: _MONTHS[at.month - 1],
    "Z": lambda at: "UTC",
    "z": lambda at: "+0000",
}
_SHORT_FOR = {
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "R": "%H:%M",
    "D": "%m/%d/%y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "r": "%I:%M:%S %p",
    "c": "%a %b %e %H:%M:%S %Y",
}


def format_time(at: datetime, template: str) -> str:
    """Format a time of day by the conversions of `date`, in English."""
    return re.sub(r"%(.)", lambda match: _field(at, match[1]), template, flags=re.DOTALL)


def _field(at: datetime, letter: str) -> str:
    if letter in _SHORT_FOR:
        return format_time(at, _SHORT_FOR[letter])
    field = _FIELDS.get(letter)
    return field(at) if field else f"%{letter}"
