"""The kinds of planned faults, as values: what goes wrong, when, how often and how likely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


class InvalidFault(ValueError):
    """A fault that cannot be planned; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """When a fault is in force, counted from the moment at which it is planned.

    Args:
        after: Nominal seconds until it begins.
        until: Nominal seconds until it ends, longer than `after`; None for no end.
    """

    after: float = 0.0
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chanced(Timed):
    """How often and how likely a fault strikes whatever fits it.

    Args:
        remaining: How often it strikes; None for as often as something fits.
        probability: How likely it strikes each time; 1 is always.
        seed: From which chance is drawn; None takes the world's own seed.
    """

    remaining: int | None = None
    probability: float = 1.0
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMissing(Chanced):
    """Images whose name matches cannot be pulled; `remaining` counts pulls.

    Args:
        pattern: As in a shell, on the image as the definition spells it.
    """

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowPull(Chanced):
    """Images whose name matches take longer to pull; `remaining` counts pulls.

    Args:
        pattern: As in a shell, on the image as the definition spells it.
        factor: By what the duration is multiplied.
    """

    pattern: str
    factor: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityUnavailable(Chanced):
    """Fargate has no room for more tasks; `remaining` counts the tasks that find room nowhere.

    Args:
        provider: `FARGATE`, `FARGATE_SPOT`, or `*` for both.
        zones: The Availability Zones without room; none given means all.
    """

    provider: str = "*"
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneOutage(Timed):
    """Availability Zones fail: their tasks stop at once, and no task is placed there.

    Args:
        zones: Their names, e.g. `us-east-1a`.
    """

    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotInterruption(Chanced):
    """At its beginning Fargate Spot takes back the capacity of tasks; `remaining` counts them.

    Args:
        group: As in a shell, on the group of the task, e.g. `service:web`.
        zones: The Availability Zones that are hit; none given means all.
    """

    group: str = "*"
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceTimeout(Chanced):
    """The network interface of a new task never comes up; `remaining` counts tasks."""

    remaining: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressesExhausted(Chanced):
    """Subnets have no address left for new tasks; `remaining` counts tasks.

    Args:
        subnet: As in a shell, on the id of the subnet.
    """

    subnet: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash(Chanced):
    """Containers whose image or name matches exit soon after each start; `remaining` counts starts.

    Args:
        pattern: As in a shell, on the container's name or its image.
        seconds: Nominal seconds from the start to the exit.
        exit_code: What the container exits with.
    """

    pattern: str
    seconds: float = 1.0
    exit_code: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfMemory(Chanced):
    """Containers whose image or name matches are killed for their memory; `remaining` counts.

    Args:
        pattern: As in a shell, on the container's name or its image.
        seconds: Nominal seconds from the start to the kill.
    """

    pattern: str
    seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhealthy(Chanced):
    """Health checks of containers whose image or name matches fail; `remaining` counts checks.

    Args:
        pattern: As in a shell, on the container's name or its image.
    """

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetUnhealthy(Chanced):
    """A load balancer's checks of targets time out; `remaining` counts checks.

    Args:
        target_group: As in a shell, on the ARN of the target group.
        address: As in a shell, on the private address of the target.
    """

    target_group: str = "*"
    address: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLogLines(Chanced):
    """Log lines become readable later than they are stamped; `remaining` counts lines.

    Args:
        seconds: The longest delay, in nominal seconds; delays are drawn between 0 and it.
        group: As in a shell, on the name of the log group.
        stream: As in a shell, on the name of the log stream.
    """

    seconds: float
    group: str = "*"
    stream: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRequest(Chanced):
    """A fault of requests.

    Args:
        operation: As in a shell, e.g. `RunTask` or `*`.
        service: As the endpoint names it, as in a shell.
    """

    operation: str
    service: str = "ecs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(OnRequest):
    """A request is answered with ThrottlingException and does nothing."""

    remaining: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(OnRequest):
    """A request is answered with an error and does nothing.

    Args:
        code: The error code, e.g. `AccessDeniedException`.
        message: The text that the client sees.
        status: The HTTP status; 500 and above makes clients try again.
    """

    code: str
    message: str = ""
    remaining: int | None = 1
    status: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseReply(OnRequest):
    """A request does what it says, but its answer is lost: the client sees HTTP 500."""

    remaining: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DropConnection(OnRequest):
    """The connection of a request breaks, and no answer comes.

    Args:
        moment: `before` the request does anything, or `after` it has done what it says.
    """

    remaining: int | None = 1
    moment: str = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowReply(OnRequest):
    """A request does at once what it says, but its answer comes late.

    Args:
        seconds: Nominal seconds, as all durations here: a world that is 20 times as fast
            waits a 20th of them.
    """

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredCredentials(Chanced):
    """Requests that are signed with an access key are refused, because its token has expired.

    Args:
        access_key: As in a shell, on the id of the access key.
    """

    access_key: str = "*"


Fault: TypeAlias = (
    ImageMissing
    | SlowPull
    | CapacityUnavailable
    | ZoneOutage
    | SpotInterruption
    | InterfaceTimeout
    | AddressesExhausted
    | Crash
    | OutOfMemory
    | Unhealthy
    | TargetUnhealthy
    | LateLogLines
    | Throttle
    | Refuse
    | LoseReply
    | DropConnection
    | SlowReply
    | ExpiredCredentials
)

KINDS: Mapping[str, type[Fault]] = {
    kind.__name__: kind
    for kind in (
        ImageMissing,
        SlowPull,
        CapacityUnavailable,
        ZoneOutage,
        SpotInterruption,
        InterfaceTimeout,
        AddressesExhausted,
        Crash,
        OutOfMemory,
        Unhealthy,
        TargetUnhealthy,
        LateLogLines,
        Throttle,
        Refuse,
        LoseReply,
        DropConnection,
        SlowReply,
        ExpiredCredentials,
    )
}
