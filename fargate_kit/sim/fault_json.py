"""Planned faults in JSON form, and what each of their members may be."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fargate_kit.sim.fault_kinds import KINDS, Chanced, Fault, InvalidFault, Timed

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
MOMENTS = ("before", "after")


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """Write a fault in JSON form: its members, and its kind as the member `fault`."""
    members = {name: getattr(fault, name) for name in members_of(type(fault))}
    return {
        "fault": type(fault).__name__,
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in members.items()
        },
    }


def fault_from_json(data: Mapping[str, Any]) -> Fault:
    """Read a fault in JSON form.

    Args:
        data: e.g. `{"fault": "Throttle", "operation": "RunTask", "remaining": 2}`.

    Raises:
        InvalidFault: There is no such kind, or a member is missing, unknown or wrong.
    """
    members = dict(data)
    name = members.pop("fault", None)
    if not isinstance(name, str) or name not in KINDS:
        raise InvalidFault(f"no such fault: {name!r}; there are {listing(KINDS)}")
    kind = KINDS[name]
    fields = members_of(kind)
    unknown = [member for member in members if member not in fields]
    if unknown:
        raise InvalidFault(f"{name} has no member {unknown[0]!r}; it has {listing(fields)}")
    missing = [
        field.name
        for field in fields.values()
        if field.default is dataclasses.MISSING and field.name not in members
    ]
    if missing:
        raise InvalidFault(f"{name} needs the member {missing[0]!r}")
    if isinstance(members.get("zones"), list):
        members["zones"] = tuple(members["zones"])
    fault = kind(**members)
    check_fault(fault)
    return fault


def members_of(kind: type[Fault]) -> dict[str, dataclasses.Field[Any]]:
    """Give the members of a kind, its own ones first, then those that many kinds have."""
    common = {field.name for base in (Chanced, Timed) for field in dataclasses.fields(base)}
    fields = dataclasses.fields(kind)
    ordered = sorted(fields, key=lambda field: field.name in common)
    return {field.name: field for field in ordered}


def listing(names: Iterable[str]) -> str:
    """Write names as messages do."""
    return ", ".join(names)


def check_fault(fault: Fault) -> None:
    """Refuse a fault with a value that makes no sense.

    Raises:
        InvalidFault: The message names the member and what it may be.
    """
    name = type(fault).__name__
    for member in members_of(type(fault)):
        value = getattr(fault, member)
        fits, wanted = _RULES.get(member, _TEXT)
        if not fits(value):
            raise InvalidFault(f"{member!r} of {name} is {wanted}, not {value!r}")
    if fault.until is not None and fault.until <= fault.after:
        raise InvalidFault(
            f"'until' of {name} is later than 'after', {fault.after!r}, not {fault.until!r}"
        )
    if name == "ZoneOutage" and not getattr(fault, "zones", ()):
        raise InvalidFault("'zones' of ZoneOutage has at least one Availability Zone, not ()")


def allowed_values(member: str) -> str:
    """Say what a member of a fault may be."""
    return _RULES.get(member, _TEXT)[1]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)


_Rule = tuple[Callable[[Any], bool], str]
_TEXT: _Rule = (lambda value: isinstance(value, str) and bool(value), "a text")
_POSITIVE: _Rule = (lambda value: _is_number(value) and value > 0, "a number greater than 0")
_RULES: Mapping[str, _Rule] = {
    "remaining": (
        lambda value: value is None or (type(value) is int and value >= 1),
        "a number of times, 1 or more, or null",
    ),
    "after": (lambda value: _is_number(value) and value >= 0, "a number of seconds, 0 or more"),
    "until": (
        lambda value: value is None or (_is_number(value) and value > 0),
        "a number of seconds greater than 0, or null",
    ),
    "probability": (
        lambda value: _is_number(value) and 0 < value <= 1,
        "a number above 0 and up to 1",
    ),
    "seed": (lambda value: value is None or type(value) is int, "a whole number, or null"),
    "zones": (
        lambda value: (
            isinstance(value, tuple) and all(isinstance(zone, str) and zone for zone in value)
        ),
        "a list of Availability Zones",
    ),
    "factor": _POSITIVE,
    "seconds": _POSITIVE,
    "status": (
        lambda value: type(value) is int and 400 <= value <= 599,
        "an HTTP status from 400 to 599",
    ),
    "exit_code": (
        lambda value: type(value) is int and 0 <= value <= 255,
        "a number from 0 to 255",
    ),
    "provider": (
        lambda value: value in ("*", *FARGATE_PROVIDERS),
        f"one of *, {listing(FARGATE_PROVIDERS)}",
    ),
    "moment": (lambda value: value in MOMENTS, f"one of {listing(MOMENTS)}"),
    "message": (lambda value: isinstance(value, str), "a text"),
}
