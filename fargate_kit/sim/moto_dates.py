"""The clocks that moto reads, told a moment of an account for as long as it answers."""

from __future__ import annotations

import datetime
import functools
import importlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

# The services of moto that live in the account's time, and their modules that read a clock
# without moto's own function for it. STS is not here because clients hold the end of its keys
# against the clock of the machine; others, as SQS, wait in a loop until the clock has moved.
DATED: Mapping[str, tuple[str, ...]] = {
    "cloudwatch": ("moto.cloudwatch.models",),
    "ec2": (),
    "ecr": ("moto.ecr.models",),
    "elbv2": (),
    "events": (),
    "iam": (),
    "logs": (),
    "s3": ("moto.s3.models",),
    "secretsmanager": ("moto.secretsmanager.models",),
    "servicediscovery": (),
    "ssm": (),
}

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class _InPlaceOf:
    """Stands for something, but for what is replaced."""

    def __init__(self, original: Any, **replaced: Any) -> None:
        vars(self).update(replaced)
        self._original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


@contextmanager
def dated(moment: int, service: str) -> Iterator[None]:
    """Have all that moto makes for a service stamped with a moment.

    Args:
        moment: Microseconds since the Unix epoch.
        service: One of `DATED`; any other keeps the clock of the machine.
    """
    if service not in DATED:
        yield
        return
    told = _telling(_EPOCH + datetime.timedelta(microseconds=moment))
    kept = [(module, name, vars(module)[name]) for module, name, _ in _clocks(service)]
    for module, name, kind in _clocks(service):
        setattr(module, name, told[kind])
    try:
        yield
    finally:
        for module, name, clock in kept:
            setattr(module, name, clock)


@functools.cache
def _clocks(service: str) -> tuple[tuple[ModuleType, str, str], ...]:
    """Find the clocks of a service: in which module, under which name, and of what kind."""
    found = [(importlib.import_module("moto.core.utils"), "datetime", "module")]
    for module in map(importlib.import_module, DATED[service]):
        if "time" in vars(module):
            found.append((module, "time", "time"))
        kind = "class" if isinstance(vars(module)["datetime"], type) else "module"
        found.append((module, "datetime", kind))
    return tuple(found)


def _telling(moment: datetime.datetime) -> Mapping[str, _InPlaceOf]:
    """Make what stands for the module `time`, the module `datetime`, and its class."""

    def now(tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    day = _InPlaceOf(datetime.datetime, now=now, today=now)
    return {
        "time": _InPlaceOf(time, time=moment.timestamp),
        "module": _InPlaceOf(datetime, datetime=day),
        "class": day,
    }
