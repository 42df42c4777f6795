"""`sleep` and `date`, on the container's nominal time."""

from __future__ import annotations

import math
import re

from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.process import FOREVER, Process, Running

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_LONGEST = 3650 * 86_400.0


def seconds_of(word: str) -> float | None:
    """Read an interval such as `2`, `0.5` or `3m`; None if it is none."""
    if word in {"infinity", "inf"}:
        return math.inf
    match = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smhd]?)", word, re.ASCII)
    return float(match[1]) * _UNITS[match[2]] if match else None


def sleep(process: Process) -> Running:
    """Let time pass: the sum of the intervals."""
    if len(process.arguments) < 2:
        return (yield from process.complain("sleep: missing operand"))
    total = 0.0
    for word in process.arguments[1:]:
        seconds = seconds_of(word)
        if seconds is None:
            return (yield from process.complain(f"sleep: invalid number '{word}'"))
        total += seconds
    if total > _LONGEST:
        yield FOREVER
    yield from process.sleep(total)
    return 0


def date(process: Process) -> Running:
    """Write the time of day in UTC, which is the zone of every container here."""
    template = "%a %b %e %H:%M:%S %Z %Y"
    for word in process.arguments[1:]:
        if word.startswith("+"):
            template = word[1:]
        elif word in {"-I", "-Idate", "--iso-8601"}:
            template = "%F"
        elif word in {"-Iseconds", "--iso-8601=seconds"}:
            template = "%FT%T+00:00"
        elif word not in {"-u", "--utc"}:
            return (yield from process.complain(f"date: {word}: this option is not simulated"))
    yield from process.write(format_time(process.now(), template) + "\n")
    return 0
