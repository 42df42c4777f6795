"""The targets of a region: who is registered where, and how each one is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fargate_kit.sim.engine import Entry
from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.health import Course
from fargate_kit.sim.load_balancing.protocol import TargetHealth, TargetOwner

ANY_ZONE = "all"


@dataclass(slots=True, kw_only=True, eq=False)
class TargetState:
    """One target of one group.

    Args:
        number: Which registration of the region it is; the order of targets follows it.
        zone: Its Availability Zone, or `all`.
        peered: Whether its address is outside the VPC of its group.
        owner: Who answers, if whoever registered it said so.
        course: Its health, and how its checks went.
        healthy_since: In microseconds of the axis; None while it is not healthy.
        entry: What happens next: its next check, or the end of its draining.
        verdict: A check that waits for its time-out.
        left: Who wants to be told when it is gone.
    """

    group: str
    address: str
    port: int
    number: int
    zone: str
    peered: bool = False
    owner: TargetOwner | None = None
    course: Course = field(default_factory=lambda: Course(wording.NOT_IN_USE))
    healthy_since: int | None = None
    entry: Entry | None = None
    verdict: Entry | None = None
    left: list[Callable[[], None]] = field(default_factory=list)

    @property
    def health(self) -> TargetHealth:
        """What AWS tells of it."""
        return self.course.health

    @property
    def key(self) -> tuple[str, int]:
        """Its address and port, by which its group knows it."""
        return self.address, self.port

    @property
    def draining(self) -> bool:
        """Whether it is on its way out."""
        return self.health.state == "draining"


class Targets:
    """The registered targets by group, address and port, in the order of registration."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[tuple[str, int], TargetState]] = {}
        self._registered = 0

    def __iter__(self) -> Iterator[TargetState]:
        return iter([one for group in self._groups.values() for one in group.values()])

    def of(self, group: str) -> list[TargetState]:
        """List a group's targets, those that drain too."""
        return list(self._groups.get(group, {}).values())

    def find(self, group: str, address: str, port: int) -> TargetState | None:
        """Find a target."""
        return self._groups.get(group, {}).get((address, port))

    def add(self, group: str, address: str, port: int, *, zone: str, peered: bool) -> TargetState:
        """Register a target under its address and port, in the place of any other one."""
        self._registered += 1
        target = TargetState(
            group=group,
            address=address,
            port=port,
            number=self._registered,
            zone=zone,
            peered=peered,
        )
        members = self._groups.setdefault(group, {})
        members.pop(target.key, None)
        members[target.key] = target
        return target

    def remove(self, target: TargetState) -> None:
        """Forget a target."""
        members = self._groups.get(target.group, {})
        if members.get(target.key) is target:
            del members[target.key]
        if not members:
            self._groups.pop(target.group, None)
