"""Reads Compose's sizes and durations, and AWS's bounds of them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from math import ceil

__all__ = ["bytes_in", "cpu_units", "mebibytes", "seconds_in"]

_BYTES = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([bkmgtp]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
_POWER = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_DURATION_PART = re.compile(r"(\d{1,12}(?:\.\d{0,9})?)(h|ms|us|µs|ns|m|s|d)", re.ASCII)
_SECONDS = {
    "d": Decimal(86400),
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
    "us": Decimal("0.000001"),
    "µs": Decimal("0.000001"),
    "ns": Decimal("0.000000001"),
}


def bytes_in(text: str) -> int:
    """Read a size: `512m`, `1.5gb`, or bytes.

    Raises:
        ValueError: It is none.

    Source: Compose specification, Specifying byte values.
    """
    match = _BYTES.fullmatch(text.strip())
    if match is None:
        raise ValueError("no size: give bytes, or a number with b, k, m or g such as 512m")
    return int(Decimal(match[1]) * 1024 ** _POWER[match[2].lower()])


def mebibytes(text: str) -> tuple[int, bool]:
    """Read a size in MiB, rounded up, and tell whether it was a whole number of them.

    Raises:
        ValueError: It is no size.
    """
    amount = bytes_in(text)
    return ceil(Decimal(amount) / 1024**2), amount % 1024**2 == 0


def cpu_units(text: str) -> int:
    """Read a number of CPUs as AWS's CPU units, rounded up: `0.5` is 512.

    Raises:
        ValueError: It is no number of CPUs.
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or number > 10**6:
        raise ValueError("no number of CPUs: give one such as 0.5 or 2")
    return ceil(number * 1024)


def seconds_in(text: str) -> Decimal:
    """Read a duration: `1m30s`, `500ms`; a number alone is seconds, as the ECS CLI took it.

    Raises:
        ValueError: It is none.

    Source: Compose specification, Specifying durations.
    """
    compact = text.strip()
    if re.fullmatch(r"\d{1,9}", compact, re.ASCII):
        return Decimal(compact)
    total, position = Decimal(0), 0
    for match in _DURATION_PART.finditer(compact):
        if match.start() != position:
            break
        total += Decimal(match[1]) * _SECONDS[match[2]]
        position = match.end()
    if not compact or position != len(compact):
        raise ValueError("no duration: give one such as 30s or 1m30s")
    return total
