"""The tasks of one deployment, counted by how they stand, so that no event looks at them all."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.sim.ecs.state import TaskState
from fargate_kit.sim.engine import Entry

Place = tuple[str | None, str]
"""(capacity provider, Availability Zone)"""


class Standing(enum.IntEnum):
    """What a task is worth to its deployment.

    STARTING is on its way to RUNNING; WAITING is RUNNING, but not counted as healthy yet;
    UNHEALTHY is RUNNING and to be replaced; LEAVING is to be stopped and not further than
    DEACTIVATING; GONE is STOPPING or later.
    """

    STARTING = 0
    WAITING = 1
    HEALTHY = 2
    UNHEALTHY = 3
    LEAVING = 4
    GONE = 5


LIVING = (Standing.STARTING, Standing.WAITING, Standing.HEALTHY, Standing.UNHEALTHY)
RUNNING = (Standing.WAITING, Standing.HEALTHY, Standing.UNHEALTHY)
# Who has to go first when there are too many: what never was healthy before what is.
GOES_FIRST = (Standing.STARTING, Standing.WAITING, Standing.HEALTHY)


@dataclass(frozen=True, slots=True)
class Target:
    """A task's entry in a target group."""

    group_arn: str
    address: str
    port: int


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """A task as its service sees it.

    Args:
        wave: In which round of starts of its deployment it was started.
        ran: Whether it ever was RUNNING.
        proven: Whether it ever was healthy.
        extra: Whether it was started above the desired count, to balance zones, and does not
            count as healthy yet.
        ailment: Why it is unhealthy, as its stoppedReason will say.
        targets: Where it is registered.
        draining: In how many target groups it still drains.
        protected_until: When its protection ends, in microseconds; None without one.
        timer: When it is judged again, if nothing else happens.
        expiry: The end of its protection.
    """

    task: TaskState
    wave: int = 0
    standing: Standing = Standing.STARTING
    ran: bool = False
    proven: bool = False
    extra: bool = False
    ailment: str | None = None
    targets: list[Target] = field(default_factory=list)
    draining: int = 0
    protected_until: int | None = None
    timer: Entry | None = None
    expiry: Entry | None = None

    @property
    def place(self) -> Place:
        """Where it runs."""
        return self.task.capacity_provider, self.task.availability_zone

    @property
    def living(self) -> bool:
        """Whether it runs or is to run."""
        return self.standing <= Standing.UNHEALTHY


class Roster:
    """The members of one deployment that are not GONE.

    Every question but `members` is answered without going through the members. `living` is
    how many run or are to run.
    """

    def __init__(self) -> None:
        # Both by standing; the second without the protected ones, which are not to be stopped.
        self._standing: list[dict[str, Member]] = [{} for _ in Standing]
        self._free: list[dict[Place, dict[str, Member]]] = [{} for _ in Standing]
        self._living: Counter[Place] = Counter()
        self.living = 0

    def add(self, member: Member) -> None:
        """Take a new member in."""
        self._enter(member, member.standing)

    def move(self, member: Member, standing: Standing) -> None:
        """Change how a member stands; a member that is GONE is dropped."""
        if member.standing is standing:
            return
        self._leave(member)
        self._enter(member, standing)

    def protect(self, member: Member, until: int | None) -> None:
        """Set or end the protection of a member."""
        self._leave(member)
        member.protected_until = until
        self._enter(member, member.standing)

    def count(self, *standings: Standing) -> int:
        """Count the members of some standings."""
        return sum(map(len, map(self._standing.__getitem__, standings)))

    @property
    def running(self) -> int:
        """How many are RUNNING."""
        return self.count(*RUNNING)

    @property
    def pending(self) -> int:
        """How many are on their way to RUNNING."""
        return self.count(Standing.STARTING)

    @property
    def healthy(self) -> int:
        """How many are healthy."""
        return self.count(Standing.HEALTHY)

    @property
    def good(self) -> int:
        """How many run or are to run, without those to be replaced."""
        return self.living - self.count(Standing.UNHEALTHY)

    @property
    def empty(self) -> bool:
        """Whether every member is GONE."""
        return not self.living and not self._standing[Standing.LEAVING]

    @property
    def protected(self) -> int:
        """How many living members are protected."""
        return self.living - sum(
            len(members) for one in LIVING for members in self._free[one].values()
        )

    def members(self, *standings: Standing) -> Iterator[Member]:
        """Go through the members of some standings, in the order in which they came to it."""
        for one in standings:
            yield from list(self._standing[one].values())

    def zones(self, provider: str | None) -> Counter[str]:
        """Count the living members of a capacity provider in each zone."""
        return Counter({zone: n for (name, zone), n in self._living.items() if name == provider})

    def all_zones(self) -> Counter[str]:
        """Count the living members in each zone."""
        found: Counter[str] = Counter()
        for (_, zone), number in self._living.items():
            found[zone] += number
        return found

    def providers(self) -> Counter[str | None]:
        """Count the living members of each capacity provider."""
        found: Counter[str | None] = Counter()
        for (name, _), number in self._living.items():
            found[name] += number
        return found

    def victim(
        self, strategy: Sequence[Mapping[str, Any]], standings: Iterable[Standing] = GOES_FIRST
    ) -> Member | None:
        """Choose the member that is best stopped.

        What never was healthy goes first; then whoever is of the capacity provider that has
        most above its share, in the fullest zone; of those the one that stands so longest,
        but of the starting ones the last.

        Args:
            strategy: The capacity provider strategy; empty for a launch type.
            standings: Which to choose from, the first of them that has anybody.

        Returns:
            The member; None if all of these are protected or there are none.
        """
        excess = self._excess(strategy)
        for standing in standings:
            places = {place: members for place, members in self._free[standing].items() if members}
            if places:
                best = max(
                    places,
                    key=lambda place: (excess[place[0]], self._living[place], place[1]),
                )
                members = places[best]
                youngest = standing is Standing.STARTING
                return next(reversed(members.values()) if youngest else iter(members.values()))
        return None

    def _excess(self, strategy: Sequence[Mapping[str, Any]]) -> dict[str | None, float]:
        held = self.providers()
        excess: dict[str | None, float] = {name: float("inf") for name in held}
        for item in strategy:
            above = held[item["capacityProvider"]] - item["base"]
            if item["weight"]:
                excess[item["capacityProvider"]] = above / item["weight"]
            elif above <= 0:
                excess[item["capacityProvider"]] = float("-inf")
        return excess

    def _enter(self, member: Member, standing: Standing) -> None:
        member.standing = standing
        if standing is Standing.GONE:
            return
        key = member.task.id
        self._standing[standing][key] = member
        if member.protected_until is None:
            self._free[standing].setdefault(member.place, {})[key] = member
        if standing <= Standing.UNHEALTHY:
            self._living[member.place] += 1
            self.living += 1

    def _leave(self, member: Member) -> None:
        key, standing = member.task.id, member.standing
        if self._standing[standing].pop(key, None) is None:
            return
        self._free[standing].get(member.place, {}).pop(key, None)
        if standing <= Standing.UNHEALTHY:
            self.living -= 1
            self._living[member.place] -= 1
            if not self._living[member.place]:
                del self._living[member.place]
