"""The life of a target: registered, checked again and again, drained, gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fargate_kit.sim.engine import Engine, Entry
from fargate_kit.sim.load_balancing import wording
from fargate_kit.sim.load_balancing.facts import TRAFFIC_PORT, HealthSettings, TargetGroupFact
from fargate_kit.sim.load_balancing.health import Course, after_check, judge
from fargate_kit.sim.load_balancing.mirror import Mirror
from fargate_kit.sim.load_balancing.protocol import Reach, TargetHealth, TargetOwner
from fargate_kit.sim.load_balancing.targets import ANY_ZONE, Targets, TargetState
from fargate_kit.sim.timing import Timing

FindOwner = Callable[[str, str | None], TargetOwner | None]
"""Tells who has an address in a VPC (None for any VPC), if anybody has."""

CHECKER = "ELB-HealthChecker/2.0"


class TargetLives:
    """Moves targets through their states (User Guide, page target-group-health-checks).

    A real load balancer has nodes in several zones, each of which checks every target;
    this one checks as if it had one node.

    Args:
        engine: Whose time passes.
        timing: The nominal durations.
        region: For the random streams.
        mirror: What is configured.
        targets: Who is registered.
        find_owner: Tells who is behind an address.

    `lost_by_plan` says of a target group and an address whether a check is lost on its way.
    """

    def __init__(
        self,
        engine: Engine,
        timing: Timing,
        region: str,
        mirror: Mirror,
        targets: Targets,
        find_owner: FindOwner,
    ) -> None:
        self._engine = engine
        self._timing = timing
        self._region = region
        self._mirror = mirror
        self._targets = targets
        self._find_owner = find_owner
        self._settings: dict[str, HealthSettings] = {}
        self.observers: list[Callable[[str, str, int], None]] = []
        self.lost_by_plan: Callable[[str, str], bool] = lambda group, address: False

    def register(
        self,
        group: TargetGroupFact,
        address: str,
        port: int,
        *,
        zone: str = ANY_ZONE,
        peered: bool = False,
        owner: TargetOwner | None = None,
    ) -> None:
        """Take a target in; one that is there already stays as it is, unless it drains."""
        known = self._targets.find(group.arn, address, port)
        if known is not None and not known.draining:
            known.owner = owner or known.owner
            return
        if known is not None:
            self._cancel(known)
            self._tell_left(known)
        target = self._targets.add(group.arn, address, port, zone=zone, peered=peered)
        target.owner = owner
        self._settings.setdefault(group.arn, group.health)
        self._enter(target, group)

    def deregister(self, target: TargetState, done: Callable[[], None] | None = None) -> None:
        """Let a target drain; one that drains already goes on doing so.

        Args:
            target: A registered target.
            done: Called when it is gone.
        """
        if done is not None:
            target.left.append(done)
        if target.draining:
            return
        self._cancel(target)
        group = self._mirror.facts.target_groups.get(target.group)
        delay = group.deregistration_delay if group is not None else 0.0
        if target.health.state == "unused" or not delay:
            self._remove(target)
            return
        target.entry = self._after(delay, self._remove, target, "drain")
        self._change(target, Course(wording.DRAINING))

    def reconcile(self) -> None:
        """Follow a change of the configuration."""
        groups = self._mirror.facts.target_groups
        for target in self._targets:
            group = groups.get(target.group)
            if group is None:
                self._cancel(target)
                self._remove(target)
            elif not target.draining:
                self._follow(target, group)
        self._settings = {arn: group.health for arn, group in groups.items()}

    def owner_of(self, target: TargetState) -> TargetOwner | None:
        """Tell who answers for a target; None if nobody has its address."""
        if target.owner is not None:
            return target.owner
        group = self._mirror.facts.target_groups.get(target.group)
        vpc_id = group.vpc_id if group is not None and not target.peered else None
        return self._find_owner(target.address, vpc_id)

    def _follow(self, target: TargetState, group: TargetGroupFact) -> None:
        unused = self._unused(target, group)
        unchecked = target.health == wording.UNCHECKED
        if unused is not None:
            if target.health != unused:
                self._cancel(target)
                self._change(target, Course(unused))
        elif target.health.state == "unused" or unchecked == group.health.enabled:
            self._cancel(target)
            self._enter(target, group)
        elif group.health != self._settings.get(group.arn):
            self._hasten(target, group.health.interval)

    def _unused(self, target: TargetState, group: TargetGroupFact) -> TargetHealth | None:
        users = self._mirror.facts.users(group.arn)
        if not users:
            return wording.NOT_IN_USE
        if target.zone != ANY_ZONE and not any(target.zone in one.zones for one in users):
            return wording.ZONE_NOT_ENABLED
        return None

    def _enter(self, target: TargetState, group: TargetGroupFact) -> None:
        unused = self._unused(target, group)
        if unused is not None:
            self._change(target, Course(unused))
        elif not group.health.enabled:
            self._change(target, Course(wording.UNCHECKED))
        else:
            seconds = self._spread(self._timing.target_registration, target)
            target.entry = self._after(seconds, self._begin_checks, target, "register")
            self._change(target, Course(wording.REGISTERING))

    def _begin_checks(self, target: TargetState) -> None:
        group = self._mirror.facts.target_groups.get(target.group)
        if group is None:
            return
        first = self._spread(self._timing.target_first_check, target)
        seconds = min(first, group.health.interval)
        target.entry = self._after(seconds, self._check, target, "check")
        self._change(target, Course(wording.CHECKING))

    def _check(self, target: TargetState) -> None:
        target.entry = None
        group = self._mirror.facts.target_groups.get(target.group)
        if group is None:  # it is deleted, and the targets are about to go
            return
        settings = group.health
        owner = self.owner_of(target)
        port = target.port if settings.port == TRAFFIC_PORT else int(settings.port)
        lost = self.lost_by_plan(target.group, target.address)
        if lost or owner is None or (reach := owner.reach(port)) is Reach.LOST:
            # AWS wants time-outs shorter than intervals, so one verdict waits at most
            seconds = min(settings.timeout, settings.interval)
            target.verdict = self._after(seconds, self._time_out, target, "time out")
        elif reach is Reach.REFUSED:
            self._judged(target, wording.FAILED, settings)
        else:
            users = self._mirror.facts.users(group.arn)
            peer = users[0].address if users else target.address
            self._judged(target, _ask(owner, target.address, port, group, peer), settings)
        target.entry = self._after(settings.interval, self._check, target, "check")

    def _time_out(self, target: TargetState) -> None:
        target.verdict = None
        group = self._mirror.facts.target_groups.get(target.group)
        if group is not None:
            self._judged(target, wording.TIMED_OUT, group.health)

    def _judged(
        self, target: TargetState, failed: TargetHealth | None, settings: HealthSettings
    ) -> None:
        self._change(target, after_check(target.course, failed, settings))

    def _hasten(self, target: TargetState, interval: float) -> None:
        """Check sooner if the interval has become shorter than what is left of the old one."""
        entry, ticks = target.entry, self._engine.clock.ticks(interval)
        if entry is None or target.health == wording.REGISTERING:
            return
        if entry.due > self._engine.now + ticks:
            self._engine.cancel(entry)
            target.entry = self._after(interval, self._check, target, "check")

    def _remove(self, target: TargetState) -> None:
        target.entry = None
        self._targets.remove(target)
        for observer in self.observers:
            observer(target.group, target.address, target.port)
        self._tell_left(target)

    def _tell_left(self, target: TargetState) -> None:
        for done in target.left:
            self._engine.after(0, done, name=f"tell that target {target.address} is gone")
        target.left = []

    def _change(self, target: TargetState, course: Course) -> None:
        before, target.course = target.health, course
        if course.health == before:
            return
        target.healthy_since = self._engine.now if course.health.state == "healthy" else None
        for observer in self.observers:
            observer(target.group, target.address, target.port)

    def _cancel(self, target: TargetState) -> None:
        for entry in (target.entry, target.verdict):
            if entry is not None:
                self._engine.cancel(entry)
        target.entry = target.verdict = None

    def _after(
        self, seconds: float, action: Callable[[TargetState], None], target: TargetState, verb: str
    ) -> Entry:
        # once there is a verdict, going on to check is no reason to wait for
        settled = target.health.state in {"healthy", "unhealthy"} and verb != "drain"
        return self._engine.after(
            seconds,
            partial(action, target),
            background=settled,
            name=f"{verb} target {target.address}:{target.port}",
        )

    def _spread(self, seconds: float, target: TargetState) -> float:
        chance = self._engine.random("target", self._region, target.number, seconds)
        return self._timing.spread(seconds, chance)


def _ask(
    owner: TargetOwner, address: str, port: int, group: TargetGroupFact, peer: str
) -> TargetHealth | None:
    """Check a target that accepts connections.

    Nothing here speaks gRPC, so such a check passes when the connection is accepted.
    """
    settings = group.health
    if settings.protocol not in {"HTTP", "HTTPS"} or group.protocol_version == "GRPC":
        return None
    usual = 443 if settings.protocol == "HTTPS" else 80
    headers = {
        "host": address if port == usual else f"{address}:{port}",
        "connection": "close",
        "user-agent": CHECKER,
        "accept-encoding": "gzip, compressed",
    }
    answer = owner.respond(port, "GET", settings.path, headers, b"", peer=peer)
    return judge(settings, None if answer is None else answer.status)
