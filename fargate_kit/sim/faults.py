"""What goes wrong by plan: faults that wait for their moment, and verbs that strike at once."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Protocol, TypeVar, cast

from fargate_kit.sim import fault_wording
from fargate_kit.sim.engine import Engine, Entry
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.fault_json import check_fault, fault_from_json, fault_to_json, listing
from fargate_kit.sim.fault_kinds import (
    KINDS,
    AddressesExhausted,
    CapacityUnavailable,
    Chanced,
    Crash,
    DropConnection,
    ExpiredCredentials,
    Fault,
    ImageMissing,
    InterfaceTimeout,
    InvalidFault,
    LateLogLines,
    LoseReply,
    OutOfMemory,
    Refuse,
    SlowPull,
    SlowReply,
    SpotInterruption,
    TargetUnhealthy,
    Throttle,
    Unhealthy,
    ZoneOutage,
)
from fargate_kit.sim.request import Protocol as WireProtocol

__all__ = [
    "KINDS",
    "AddressesExhausted",
    "CapacityUnavailable",
    "Crash",
    "DropConnection",
    "ExpiredCredentials",
    "Fate",
    "Fault",
    "Faults",
    "ImageMissing",
    "InterfaceTimeout",
    "InvalidFault",
    "LateLogLines",
    "LoseReply",
    "OutOfMemory",
    "Refuse",
    "SlowPull",
    "SlowReply",
    "SpotInterruption",
    "TargetUnhealthy",
    "Throttle",
    "Unhealthy",
    "ZoneOutage",
    "fault_from_json",
    "fault_to_json",
]

T = TypeVar("T", bound=Chanced)
KILLED = 137


class Struck(Protocol):
    """What faults and verbs can hit: the ECS of one region."""

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

    def spot_tasks(self) -> list[tuple[str, str, str]]:
        """List the Spot tasks that shall run: their ids, groups and zones."""
        ...

    def lose_zones(self, zones: Sequence[str]) -> None:
        """Stop all tasks of some zones, as if their hosts were gone."""
        ...


class Attached(Protocol):
    """Whose regions the verbs search: the account."""

    @property
    def regions(self) -> Sequence[Struck]:
        """The regions used so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a plan makes of one request.

    Args:
        refusal: With what it is refused, before it does anything.
        lost: Whether its answer becomes an HTTP 500.
        dropped: When its connection breaks: `before` or `after` it has done what it says.
        seconds: How late its answer comes, in nominal seconds.
    """

    refusal: AwsError | None = None
    lost: bool = False
    dropped: str | None = None
    seconds: float = 0.0


UNHARMED = Fate()


@dataclass(slots=True)
class _Plan:
    """A planned fault and what is left of it."""

    fault: Fault
    remaining: int | None
    chance: random.Random
    active: bool = False
    entries: list[Entry] = field(default_factory=list)

    def draw(self) -> bool:
        """Draw whether the fault strikes something that fits it."""
        probability = getattr(self.fault, "probability", 1.0)
        return probability >= 1.0 or self.chance.random() < probability


class Faults:
    """The plan of an account: what will go wrong, when, how often still, and how likely."""

    def __init__(self) -> None:
        self._plans: dict[int, _Plan] = {}
        self._next = 1
        self._attached: Attached | None = None
        self._engine: Engine | None = None

    def begin(self, engine: Engine) -> None:
        """Let the time of a world decide when faults are in force; what is planned begins now."""
        if self._engine is engine:
            return
        self._engine = engine
        for number, plan in tuple(self._plans.items()):
            plan.chance = self._chance(number, plan.fault)
            plan.active = False
            self._schedule(number, plan)

    def plan(self, fault: Fault) -> int:
        """Add a fault; of two that fit, the one planned first strikes first.

        Returns:
            Its number, for `withdraw`.

        Raises:
            InvalidFault: A value of it makes no sense.
        """
        check_fault(fault)
        number, self._next = self._next, self._next + 1
        plan = _Plan(fault, getattr(fault, "remaining", None), self._chance(number, fault))
        self._plans[number] = plan
        self._schedule(number, plan)
        return number

    def withdraw(self, number: int) -> bool:
        """Take a fault back.

        Returns:
            Whether it was still planned.
        """
        plan = self._plans.pop(number, None)
        if plan is None:
            return False
        for entry in plan.entries:
            if self._engine is not None:
                self._engine.cancel(entry)
        return True

    def clear(self) -> None:
        """Take every fault back."""
        for number in tuple(self._plans):
            self.withdraw(number)

    def reset(self) -> None:
        """Take every fault back, and number the next one as the first."""
        self.clear()
        self._next = 1

    def planned(self) -> tuple[tuple[int, Fault], ...]:
        """List what is still planned, each fault with the number of times that are left."""
        return tuple(
            (number, _with_remaining(plan.fault, plan.remaining))
            for number, plan in self._plans.items()
        )

    def active(self, number: int) -> bool:
        """Tell whether a fault is planned, and in force at this moment."""
        return number in self._plans and self._plans[number].active

    def before(
        self,
        service: str,
        operation: str,
        *,
        access_key: str | None = None,
        protocol: WireProtocol = WireProtocol.JSON,
    ) -> Fate:
        """Ask before an operation is run what becomes of it.

        Args:
            service: As the endpoint names it.
            operation: As the service model names it.
            access_key: With which the request is signed, if it is.
            protocol: In which a refusal is written.
        """
        fate, struck = UNHARMED, False
        for number, plan in tuple(self._plans.items()):
            fault = plan.fault
            if not plan.active or (struck and not isinstance(fault, SlowReply)):
                continue
            if isinstance(fault, ExpiredCredentials):
                fits = access_key is not None and fnmatchcase(access_key, fault.access_key)
            elif isinstance(fault, Throttle | Refuse | LoseReply | DropConnection | SlowReply):
                fits = fnmatchcase(service, fault.service)
                fits = fits and fnmatchcase(operation, fault.operation)
            else:
                continue
            if not fits or not plan.draw():
                continue
            self._spend(number)
            struck = struck or not isinstance(fault, SlowReply)
            fate = _fate(fate, fault, protocol)
        return fate

    def image_missing(self, image: str) -> bool:
        """Tell whether this pull of an image fails."""
        return self._strikes(ImageMissing, lambda one: fnmatchcase(image, one.pattern)) is not None

    def pull_factor(self, image: str) -> float:
        """Tell how much longer than usual this pull of an image takes."""
        factor = 1.0
        for number, plan in self._in_force(SlowPull):
            fault = cast(SlowPull, plan.fault)
            if fnmatchcase(image, fault.pattern) and plan.draw():
                factor *= fault.factor
                self._spend(number)
        return factor

    def interface_times_out(self) -> bool:
        """Tell whether the network interface of this new task never comes up."""
        return self._strikes(InterfaceTimeout, lambda _: True) is not None

    def addresses_exhausted(self, subnet: str) -> bool:
        """Tell whether a subnet has no address for one more task."""
        return (
            self._strikes(AddressesExhausted, lambda one: fnmatchcase(subnet, one.subnet))
            is not None
        )

    def crash(self, container: str, image: str) -> tuple[float, int, bool] | None:
        """Tell how a container that is started now ends by plan.

        Returns:
            After how many nominal seconds, with which exit code, and whether for its memory.
        """

        def fits(fault: Crash | OutOfMemory) -> bool:
            return fnmatchcase(container, fault.pattern) or fnmatchcase(image, fault.pattern)

        crashed = self._strikes(Crash, fits)
        if crashed is not None:
            return crashed.seconds, crashed.exit_code, False
        killed = self._strikes(OutOfMemory, fits)
        return None if killed is None else (killed.seconds, KILLED, True)

    def check_fails(self, container: str, image: str) -> bool:
        """Tell whether this health check of a container fails."""
        return (
            self._strikes(
                Unhealthy,
                lambda one: fnmatchcase(container, one.pattern) or fnmatchcase(image, one.pattern),
            )
            is not None
        )

    def target_times_out(self, target_group: str, address: str) -> bool:
        """Tell whether this health check of a target by its load balancer times out."""
        return (
            self._strikes(
                TargetUnhealthy,
                lambda one: (
                    fnmatchcase(target_group, one.target_group)
                    and fnmatchcase(address, one.address)
                ),
            )
            is not None
        )

    def zones_with_room(self, provider: str, zones: Sequence[str]) -> tuple[str, ...]:
        """Tell where one more task finds room.

        Args:
            provider: `FARGATE` or `FARGATE_SPOT`.
            zones: The zones that would do.

        Returns:
            Those of them that have room, in their order.
        """
        full: list[int] = []
        left = list(zones)
        for number, plan in tuple(self._plans.items()):
            fault = plan.fault
            if not plan.active or not isinstance(fault, CapacityUnavailable | ZoneOutage):
                continue
            if isinstance(fault, CapacityUnavailable) and fault.provider not in {"*", provider}:
                continue
            room = [zone for zone in left if fault.zones and zone not in fault.zones]
            if len(room) < len(left) and plan.draw():
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

        def fits(fault: LateLogLines) -> bool:
            return fnmatchcase(group, fault.group) and fnmatchcase(stream, fault.stream)

        if not any(
            fits(cast(LateLogLines, plan.fault)) for _, plan in self._in_force(LateLogLines)
        ):
            return []
        struck = (self._strikes(LateLogLines, fits) for _ in range(lines))
        return [0.0 if fault is None else float(fault.seconds) for fault in struck]

    def attach(self, account: Attached) -> None:
        """Let faults and verbs hit the tasks of an account."""
        self._attached = account

    def interrupt_spot(self, task: str) -> None:
        """Give a Fargate Spot task its warning: SIGTERM now, SIGKILL after its stop time-out.

        Args:
            task: Its id or ARN.

        Raises:
            LookupError: No region has such a task.
            InvalidFault: The task does not run on Fargate Spot, or has ended.
        """
        self._hit(task, lambda region: region.interrupt_spot(task))

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
        self._hit(
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
        self._hit(task, lambda region: region.retire(task))

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

    def _hit(self, task: str, verb: Callable[[Struck], bool]) -> None:
        regions = self._attached.regions if self._attached else ()
        if not any(verb(region) for region in regions):
            raise LookupError(f"no simulated region has a task {task}")

    def _chance(self, number: int, fault: Fault) -> random.Random:
        seed = getattr(fault, "seed", None)
        if seed is not None:
            return random.Random(f"fault {seed}")
        if self._engine is None:
            return random.Random(f"fault {number}")
        return self._engine.random("fault", number)

    def _schedule(self, number: int, plan: _Plan) -> None:
        """Bring a fault into force at its time, and take it back at its end."""
        fault, engine = plan.fault, self._engine
        if engine is None:
            plan.active = not fault.after
            return
        name = type(fault).__name__
        if fault.until is not None:
            plan.entries.append(
                engine.after(
                    fault.until,
                    partial(self._leave_force, number),
                    background=True,
                    name=f"end of {name}",
                )
            )
        if not fault.after:
            self._enter_force(number)
            return
        plan.entries.append(
            engine.after(
                fault.after,
                partial(self._enter_force, number),
                background=True,
                name=f"beginning of {name}",
            )
        )

    def _enter_force(self, number: int) -> None:
        plan = self._plans[number]
        plan.active = True
        regions = self._attached.regions if self._attached else ()
        if isinstance(plan.fault, ZoneOutage):
            for region in regions:
                region.lose_zones(plan.fault.zones)
        if isinstance(plan.fault, SpotInterruption):
            self._interrupt(number, plan, plan.fault, regions)

    def _leave_force(self, number: int) -> None:
        self.withdraw(number)

    def _interrupt(
        self, number: int, plan: _Plan, fault: SpotInterruption, regions: Sequence[Struck]
    ) -> None:
        for region in regions:
            for task, group, zone in region.spot_tasks():
                hit = fnmatchcase(group, fault.group) and (not fault.zones or zone in fault.zones)
                if hit and number in self._plans and plan.draw():
                    region.interrupt_spot(task)
                    self._spend(number)
        self.withdraw(number)

    def _in_force(self, kind: type[Any]) -> Iterator[tuple[int, _Plan]]:
        return (
            (number, plan)
            for number, plan in tuple(self._plans.items())
            if plan.active and isinstance(plan.fault, kind)
        )

    def _strikes(self, kind: type[T], fits: Callable[[T], bool]) -> T | None:
        """Find the first fault of a kind that strikes, and count it."""
        for number, plan in self._in_force(kind):
            fault = cast(T, plan.fault)
            if fits(fault) and plan.draw():
                self._spend(number)
                return fault
        return None

    def _spend(self, number: int) -> None:
        plan = self._plans[number]
        if plan.remaining is None:
            return
        plan.remaining -= 1
        if plan.remaining < 1:
            self.withdraw(number)


def _fate(fate: Fate, fault: Fault, protocol: WireProtocol) -> Fate:
    """Add to what becomes of a request what a fault that strikes it says."""
    if isinstance(fault, SlowReply):
        return dataclasses.replace(fate, seconds=fate.seconds + fault.seconds)
    if isinstance(fault, DropConnection):
        return dataclasses.replace(fate, dropped=fault.moment)
    if isinstance(fault, LoseReply):
        return dataclasses.replace(fate, lost=True)
    if isinstance(fault, Throttle):
        refusal = fault_wording.THROTTLED.error()
    elif isinstance(fault, Refuse):
        refusal = AwsError(fault.code, fault.message, status=fault.status)
    else:
        refusal = fault_wording.expired(protocol)
    return dataclasses.replace(fate, refusal=refusal)


def _with_remaining(fault: Fault, remaining: int | None) -> Fault:
    if not isinstance(fault, Chanced):
        return fault
    return cast(Fault, dataclasses.replace(fault, remaining=remaining))
