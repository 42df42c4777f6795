"""The kinds of planned faults, as values and in JSON form."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


class InvalidFault(ValueError):
    """A fault that cannot be planned; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMissing:
    """Images whose name matches cannot be pulled.

    Args:
        pattern: As in a shell, on the image as the definition spells it.
        remaining: How many pulls fail before the image is there; None for all.
    """

    pattern: str
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityUnavailable:
    """Fargate has no room for more tasks.

    Args:
        provider: `FARGATE`, `FARGATE_SPOT`, or `*` for both.
        zones: The Availability Zones without room; none given means all.
        remaining: How many tasks are refused before there is room again; None for all.
    """

    provider: str = "*"
    zones: tuple[str, ...] = ()
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceTimeout:
    """The network interface of a new task never comes up.

    Args:
        remaining: How many tasks meet this; None for all.
    """

    remaining: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowPull:
    """Images whose name matches take longer to pull.

    Args:
        pattern: As in a shell, on the image as the definition spells it.
        factor: By what the duration is multiplied.
    """

    pattern: str
    factor: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhealthy:
    """Health checks of containers whose image or name matches fail.

    Args:
        pattern: As in a shell, on the container's name or its image.
        remaining: How many single checks fail; None for all.
    """

    pattern: str
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """A request is answered with ThrottlingException and does nothing.

    Args:
        operation: As in a shell, e.g. `RunTask` or `*`.
        remaining: How many requests; None for all.
        service: As the endpoint names it, as in a shell.
    """

    operation: str
    remaining: int | None = 1
    service: str = "ecs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """A request is answered with an error and does nothing.

    Args:
        operation: As in a shell, e.g. `RunTask` or `*`.
        code: The error code, e.g. `AccessDeniedException`.
        message: The text that the client sees.
        remaining: How many requests; None for all.
        service: As the endpoint names it, as in a shell.
        status: The HTTP status; 500 and above makes clients try again.
    """

    operation: str
    code: str
    message: str = ""
    remaining: int | None = 1
    service: str = "ecs"
    status: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseReply:
    """A request does what it says, but its answer is lost: the client sees HTTP 500.

    Args:
        operation: As in a shell, e.g. `RunTask` or `*`.
        remaining: How many requests; None for all.
        service: As the endpoint names it, as in a shell.
    """

    operation: str
    remaining: int | None = 1
    service: str = "ecs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLogLines:
    """Log lines become readable later than they are stamped, each by a delay of its own.

    Args:
        seconds: The longest delay, in nominal seconds; delays are drawn between 0 and it.
        group: As in a shell, on the name of the log group.
        stream: As in a shell, on the name of the log stream.
        remaining: How many lines are late; None for all.
    """

    seconds: float
    group: str = "*"
    stream: str = "*"
    remaining: int | None = None


Fault: TypeAlias = (
    ImageMissing
    | CapacityUnavailable
    | InterfaceTimeout
    | SlowPull
    | Unhealthy
    | Throttle
    | Refuse
    | LoseReply
    | LateLogLines
)

KINDS: Mapping[str, type[Fault]] = {
    kind.__name__: kind
    for kind in (
        ImageMissing,
        CapacityUnavailable,
        InterfaceTimeout,
        SlowPull,
        Unhealthy,
        Throttle,
        Refuse,
        LoseReply,
        LateLogLines,
    )
}


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """Write a fault in JSON form: its members, and its kind as the member `fault`."""
    members = {field.name: getattr(fault, field.name) for field in dataclasses.fields(fault)}
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
    fields = {field.name: field for field in dataclasses.fields(kind)}
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


def listing(names: Iterable[str]) -> str:
    """Write names as messages do."""
    return ", ".join(names)


def check_fault(fault: Fault) -> None:
    """Refuse a fault with a value that makes no sense.

    Raises:
        InvalidFault: The message names the member and what it may be.
    """
    name = type(fault).__name__
    for field in dataclasses.fields(fault):
        value = getattr(fault, field.name)
        if field.name == "remaining":
            fine = value is None or (type(value) is int and value >= 1)
            wanted = "a number of times, 1 or more, or null"
        elif field.name == "zones":
            fine = isinstance(value, tuple) and all(isinstance(zone, str) for zone in value)
            wanted = "a list of Availability Zones"
        elif field.name in {"factor", "seconds"}:
            fine = type(value) in {int, float} and value > 0
            wanted = "a number greater than 0"
        elif field.name == "status":
            fine = type(value) is int and 400 <= value <= 599
            wanted = "an HTTP status from 400 to 599"
        elif field.name == "provider":
            fine = value in ("*", *FARGATE_PROVIDERS)
            wanted = f"one of *, {listing(FARGATE_PROVIDERS)}"
        else:
            fine = isinstance(value, str) and (bool(value) or field.name == "message")
            wanted = "a text"
        if not fine:
            raise InvalidFault(f"{field.name!r} of {name} is {wanted}, not {value!r}")
