"""What goes wrong by plan: faults that wait for their moment, and verbs that strike at once."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.fault_kinds import (
    KINDS,
    CapacityUnavailable,
    Fault,
    ImageMissing,
    InterfaceTimeout,
    InvalidFault,
    LateLogLines,
    LoseReply,
    Refuse,
    SlowPull,
    Throttle,
    Unhealthy,
    check_fault,
    fault_from_json,
    fault_to_json,
    listing,
)

__all__ = [
    "KINDS",
    "CapacityUnavailable",
    "Fault",
    "Faults",
    "ImageMissing",
    "InterfaceTimeout",
    "InvalidFault",
    "LateLogLines",
    "LoseReply",
    "Refuse",
    "SlowPull",
    "Throttle",
    "Unhealthy",
    "fault_from_json",
    "fault_to_json",
]


class Struck(Protocol):
    """What a verb can hit: the ECS of one region."""

    def interrupt_spot(self, task: str) -> bool:
        """Take a Spot task's capacity back; tell whether the task is known here."""
        ...

    def kill_container(
        self, task: str, container: str | None, exit_code: int, out_of_memory: bool
    ) -> bool:
        """Kill a container of a running task; tell whether the task is known here."""
        ...

    def retire(self, task: str) -> bool:
        """Stop a task because its host is retired; tell whether the task is known here."""
        ...


class Attached(Protocol):
    """Whose regions the verbs search: the account."""

    @property
    def regions(self) -> Sequence[Struck]:
        """The regions used so far."""
        ...


class Faults:
    """The plan of an account: what will go wrong, and how often still."""

    def __init__(self) -> None:
        self._planned: dict[int, Fault] = {}
        self._remaining: dict[int, int | None] = {}
        self._next = 1
        self._attached: Attached | None = None

    def plan(self, fault: Fault) -> int:
        """Add a fault; of two that fit, the one planned first strikes first.

        Returns:
            Its number, for `withdraw`.

        Raises:
            InvalidFault: A value of it makes no sense.
        """
        check_fault(fault)
        number, self._next = self._next, self._next + 1
        self._planned[number] = fault
        self._remaining[number] = getattr(fault, "remaining", None)
        return number

    def withdraw(self, number: int) -> bool:
        """Take a fault back.

        Returns:
            Whether it was still planned.
        """
        self._remaining.pop(number, None)
        return self._planned.pop(number, None) is not None

    def clear(self) -> None:
        """Take every fault back."""
        self._planned.clear()
        self._remaining.clear()

    def planned(self) -> tuple[tuple[int, Fault], ...]:
        """List what is still planned, each fault with the number of times that are left."""
        return tuple(
            (number, _with_remaining(fault, self._remaining[number]))
            for number, fault in self._planned.items()
        )

    def before(self, service: str, operation: str) -> bool:
        """Ask before an operation is run.

        Args:
            service: As the endpoint names it.
            operation: As the service model names it.

        Returns:
            Whether the answer of the operation must be lost after it has run.

        Raises:
            AwsError: The request is refused, and nothing of it may happen.
        """
        for number, fault in tuple(self._planned.items()):
            if not isinstance(fault, Throttle | Refuse | LoseReply):
                continue
            if not fnmatch.fnmatchcase(service, fault.service):
                continue
            if not fnmatch.fnmatchcase(operation, fault.operation):
                continue
            self._spend(number)
            if isinstance(fault, LoseReply):
                return True
            if isinstance(fault, Throttle):
                raise AwsError("ThrottlingException", "Rate exceeded")
            raise AwsError(fault.code, fault.message, status=fault.status)
        return False

    def image_missing(self, image: str) -> bool:
        """Tell whether this pull of an image fails."""
        for number, fault in tuple(self._planned.items()):
            if isinstance(fault, ImageMissing) and fnmatch.fnmatchcase(image, fault.pattern):
                self._spend(number)
                return True
        return False

    def pull_factor(self, image: str) -> float:
        """Tell how much longer than usual a pull takes."""
        factor = 1.0
        for fault in self._planned.values():
            if isinstance(fault, SlowPull) and fnmatch.fnmatchcase(image, fault.pattern):
                factor *= fault.factor
        return factor

    def interface_times_out(self) -> bool:
        """Tell whether the network interface of this new task never comes up."""
        for number, fault in tuple(self._planned.items()):
            if isinstance(fault, InterfaceTimeout):
                self._spend(number)
                return True
        return False

    def check_fails(self, container: str, image: str) -> bool:
        """Tell whether this health check of a container fails."""
        for number, fault in tuple(self._planned.items()):
            if isinstance(fault, Unhealthy) and (
                fnmatch.fnmatchcase(container, fault.pattern)
                or fnmatch.fnmatchcase(image, fault.pattern)
            ):
                self._spend(number)
                return True
        return False

    def zones_with_room(self, provider: str, zones: Sequence[str]) -> tuple[str, ...]:
        """Tell where one more task finds room.

        A fault's `remaining` counts the tasks that find room nowhere.

        Args:
            provider: `FARGATE` or `FARGATE_SPOT`.
            zones: The zones that would do.

        Returns:
            Those of them that have room, in their order.
        """
        full: list[int] = []
        left = list(zones)
        for number, fault in self._planned.items():
            if isinstance(fault, CapacityUnavailable) and fault.provider in {"*", provider}:
                room = [zone for zone in left if fault.zones and zone not in fault.zones]
                if len(room) < len(left):
                    full.append(number)
                left = room
        if not left:
            for number in full:
                self._spend(number)
        return tuple(left)

    def log_delays(self, group: str, stream: str, lines: int) -> list[float]:
        """Tell how late lines of a log stream may become readable.

        Args:
            group: The name of the log group.
            stream: The name of the log stream.
            lines: How many there are.

        Returns:
            For each line the longest delay in nominal seconds, 0 for none; empty if no
            line is late.
        """
        fitting = [
            (number, fault.seconds)
            for number, fault in self._planned.items()
            if isinstance(fault, LateLogLines)
            and fnmatch.fnmatchcase(group, fault.group)
            and fnmatch.fnmatchcase(stream, fault.stream)
        ]
        if not fitting:
            return []
        delays = []
        for _ in range(lines):
            planned = [one for one in fitting if one[0] in self._planned]
            delays.append(float(planned[0][1]) if planned else 0.0)
            if planned:
                self._spend(planned[0][0])
        return delays

    def attach(self, account: Attached) -> None:
        """Let verbs hit the tasks of an account."""
        self._attached = account

    def interrupt_spot(self, task: str) -> None:
        """Give a Fargate Spot task its warning: SIGTERM now, SIGKILL after its stop time-out.

        Args:
            task: Its id or ARN.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task does not run on Fargate Spot, or has ended.
        """
        self._strike(task, lambda region: region.interrupt_spot(task))

    def kill_container(
        self,
        task: str,
        container: str | None = None,
        *,
        exit_code: int = 137,
        out_of_memory: bool = False,
    ) -> None:
        """Kill a container of a running task.

        Args:
            task: Its id or ARN.
            container: Its name; None for the first essential one.
            exit_code: What it exits with.
            out_of_memory: Whether it is said to have used too much memory.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task has no such container, or it does not run.
        """
        self._strike(
            task,
            lambda region: region.kill_container(task, container, exit_code, out_of_memory),
        )

    def retire(self, task: str) -> None:
        """Stop a task because AWS maintains the host under it.

        Args:
            task: Its id or ARN.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task has ended.
        """
        self._strike(task, lambda region: region.retire(task))

    def perform(self, verb: Mapping[str, Any]) -> None:
        """Do what a verb in JSON form says.

        Args:
            verb: e.g. `{"verb": "kill_container", "task": "4f…", "container": "web"}`.

        Raises:
            InvalidFault: There is no such verb, or a member is missing, unknown or wrong.
            LookupError: No region has such a task.
        """
        members = dict(verb)
        name = members.pop("verb", None)
        allowed: dict[str, dict[str, type]] = {
            "interrupt_spot": {},
            "retire": {},
            "kill_container": {"container": str, "exit_code": int, "out_of_memory": bool},
        }
        if not isinstance(name, str) or name not in allowed:
            raise InvalidFault(f"no such verb: {name!r}; there are {listing(allowed)}")
        task = members.pop("task", None)
        if not isinstance(task, str):
            raise InvalidFault(f"{name} needs the id or ARN of a task, not {task!r}")
        for member, value in members.items():
            wanted = allowed[name].get(member)
            if wanted is None:
                raise InvalidFault(f"{name} has no member {member!r}")
            if type(value) is not wanted and not (member == "container" and value is None):
                raise InvalidFault(f"{member!r} of {name} is a {wanted.__name__}, not {value!r}")
        getattr(self, name)(task, **members)

    def _strike(self, task: str, verb: Callable[[Struck], bool]) -> None:
        regions = self._attached.regions if self._attached else ()
        if not any(verb(region) for region in regions):
            raise LookupError(f"no simulated region has a task {task}")

    def _spend(self, number: int) -> None:
        remaining = self._remaining[number]
        if remaining is None:
            return
        self._remaining[number] = remaining - 1
        if remaining <= 1:
            self.withdraw(number)


def _with_remaining(fault: Fault, remaining: int | None) -> Fault:
    if not hasattr(fault, "remaining"):
        return fault
    return cast(Fault, dataclasses.replace(cast(Any, fault), remaining=remaining))
