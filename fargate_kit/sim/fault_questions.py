"""What the services ask of the plan, each at the moment at which something may go wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import cast

from fargate_kit.sim import fault_wording
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.fault_kinds import (
    AddressesExhausted,
    CapacityUnavailable,
    Crash,
    DropConnection,
    ExpiredCredentials,
    Fault,
    ImageMissing,
    InterfaceTimeout,
    LateLogLines,
    LoseReply,
    OutOfMemory,
    Refuse,
    SlowPull,
    SlowReply,
    TargetUnhealthy,
    Throttle,
    Unhealthy,
    ZoneOutage,
)
from fargate_kit.sim.fault_plan import FaultPlan
from fargate_kit.sim.request import Protocol

KILLED = 137


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


class FaultQuestions(FaultPlan):
    """The questions; an answer that something goes wrong counts as a strike."""

    def before(
        self,
        service: str,
        operation: str,
        *,
        access_key: str | None = None,
        protocol: Protocol = Protocol.JSON,
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


def _fate(fate: Fate, fault: Fault, protocol: Protocol) -> Fate:
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
