"""Availability Zone rebalancing: a steady service moves tasks from full zones to empty ones."""

from __future__ import annotations

from collections import Counter

from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.services import wording
from fargate_kit.sim.ecs.services.events import EventLog
from fargate_kit.sim.ecs.services.starting import Starter
from fargate_kit.sim.ecs.services.state import ServiceState

UNBALANCED = "unbalanced"


class Balancer:
    """Balances the services of one region over their zones.

    A task is started in the emptiest zone above the desired count; when it is healthy, one
    of the fullest zone is stopped as any surplus is (Developer Guide, page
    service-rebalancing).
    """

    def __init__(self, ground: Ground, events: EventLog, starter: Starter) -> None:
        self._ground = ground
        self._events = events
        self._starter = starter

    def consider(self, service: ServiceState) -> None:
        """Look at the balance of a steady service, and plan to mend it."""
        if not self._may_be_balanced(service):
            return
        zones = self._zones(service)
        if not moves(zones):
            if UNBALANCED in service.told:
                self._events.resolve(service, UNBALANCED)
                self._events.say(service, wording.BALANCED, zones=describe(zones))
        elif service.balance is None:
            # a zone without room may stay so for ever, and nobody should have to wait for that
            service.balance = self._ground.engine.after(
                self._ground.timing.rebalancing,
                lambda: self._begin(service),
                background=True,
                name=f"balance service {service.name} over its zones",
            )

    def forget(self, service: ServiceState) -> None:
        """Balance a service no more."""
        if service.balance is not None:
            self._ground.engine.cancel(service.balance)
            service.balance = None

    def _begin(self, service: ServiceState) -> None:
        service.balance = None
        if not service.steady or not self._may_be_balanced(service):
            return
        zones = self._zones(service)
        wanted = moves(zones)
        if not wanted:
            return
        self._events.complain(service, UNBALANCED, wording.UNBALANCED, zones=describe(zones))
        primary = service.primary
        room = service.configuration.maximum(service.desired) - primary.roster.living
        for zone, count in wanted.items():
            room -= self._starter.start_in(service, primary, zone, min(count, room))
        if primary.extra:
            service.steady = False
            self._events.hush(service)
        else:
            self.consider(service)

    def _may_be_balanced(self, service: ServiceState) -> bool:
        return (
            service.rebalancing == "ENABLED"
            and service.configuration.maximum(service.desired) > service.desired
        )

    def _zones(self, service: ServiceState) -> Counter[str]:
        zones = Counter({one.availability_zone: 0 for one in service.specification.subnets})
        zones.update(service.primary.roster.all_zones())
        return zones


def moves(zones: Counter[str]) -> Counter[str]:
    """Tell how many tasks each zone must get so that no two zones differ by more than one."""
    held, wanted = Counter(zones), Counter[str]()
    while True:
        least = min(held, key=lambda zone: (held[zone], zone))
        most = max(held, key=lambda zone: (held[zone], zone))
        if held[most] - held[least] < 2:
            return wanted
        held[least] += 1
        held[most] -= 1
        wanted[least] += 1


def describe(zones: Counter[str]) -> str:
    """Write the tasks of each zone as messages do, the fullest zone first."""
    ordered = sorted(zones.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} tasks in {zone}" for zone, count in ordered)
