"""Counting requests and hosts, and telling CloudWatch each minute."""

from __future__ import annotations

from fargate_kit.sim.engine import Engine, Entry
from fargate_kit.sim.load_balancing.metrics import (
    NAMESPACE,
    Minute,
    Sample,
    balancer_dimension,
    group_dimension,
    group_dimensions,
    single,
)
from fargate_kit.sim.load_balancing.mirror import Mirror
from fargate_kit.sim.load_balancing.targets import Targets

_MINUTE = 60.0


class Recorder:
    """Tells CloudWatch of every nominal minute in which there is anything to tell.

    There is while requests come, and while a group behind a load balancer has targets. The
    time stamp is that of the axis, so on a fast clock the minutes lie closer together.
    Source: User Guide for Application Load Balancers, page load-balancer-cloudwatch-metrics.

    Args:
        engine: Whose minutes pass.
        region: Where the metrics are kept.
        mirror: What is configured.
        targets: Who is registered.
    """

    def __init__(self, engine: Engine, region: str, mirror: Mirror, targets: Targets) -> None:
        self._engine = engine
        self._region = region
        self._mirror = mirror
        self._targets = targets
        self._minute = Minute()
        self._entry: Entry | None = None
        self._began = 0

    def begin(self) -> None:
        """Begin to count, unless it has been begun; the next full minute is told."""
        if self._entry is not None:
            return
        length = self._engine.clock.ticks(_MINUTE)
        self._began = self._engine.now // length * length
        rest = (self._began + length - self._engine.now) / self._engine.clock.ticks(1.0)
        self._entry = self._engine.after(
            rest, self._tell, background=True, name=f"metrics of load balancing in {self._region}"
        )

    def chosen(self, load_balancer: str, group: str, *, fail_open: bool) -> None:
        """Count a request that a target was chosen for."""
        self.begin()
        self._minute.request(load_balancer, group)
        if fail_open:
            self._minute.count(
                "UnhealthyRoutingRequestCount", group_dimensions(load_balancer, group)
            )

    def target_answered(self, load_balancer: str, group: str, status: int, seconds: float) -> None:
        """Count what a target has answered, and how soon."""
        both = balancer_dimension(load_balancer), group_dimensions(load_balancer, group)
        self._minute.count(f"HTTPCode_Target_{status // 100}XX_Count", *both)
        self._minute.measure_seconds("TargetResponseTime", seconds, *both)

    def connection_failed(self, load_balancer: str, group: str) -> None:
        """Count a connection to a target that did not come about."""
        both = balancer_dimension(load_balancer), group_dimensions(load_balancer, group)
        self._minute.count("TargetConnectionErrorCount", *both)

    def event(self, name: str, load_balancer: str) -> None:
        """Count an event of a load balancer as a whole."""
        self.begin()
        self._minute.count(name, balancer_dimension(load_balancer))

    def answered(self, load_balancer: str, status: int, *, by_target: bool) -> None:
        """Count what the load balancer itself has answered."""
        if by_target or status < 300:
            return
        self.event(f"HTTPCode_ELB_{status // 100}XX_Count", load_balancer)
        if status in {500, 502, 503, 504}:
            self.event(f"HTTPCode_ELB_{status}_Count", load_balancer)

    def _tell(self) -> None:
        self._entry = None
        minute, self._minute = self._minute, Minute()
        hosts = self._hosts()
        samples = [*minute.samples(self._began), *self._per_target(minute), *hosts]
        if samples:
            self._mirror.tell(NAMESPACE, samples)
        if hosts or not minute.empty:
            self.begin()

    def _hosts(self) -> list[Sample]:
        """Tell how many hosts of each group are healthy, and how many are not."""
        samples = []
        facts = self._mirror.facts
        for arn in facts.target_groups:
            states = [one.health.state for one in self._targets.of(arn)]
            if all(state in {"draining", "unused"} for state in states):
                continue
            for user in facts.users(arn):
                dimensions = group_dimensions(user.arn, arn)
                for name, state in (
                    ("HealthyHostCount", "healthy"),
                    ("UnHealthyHostCount", "unhealthy"),
                ):
                    samples.append(single(name, dimensions, states.count(state), self._began))
        return samples

    def _per_target(self, minute: Minute) -> list[Sample]:
        """Tell the requests of each group by target: by healthy target, if there are any."""
        samples = []
        for load_balancer, group, requests in minute.requests():
            states = [one.health.state for one in self._targets.of(group) if not one.draining]
            hosts = states.count("healthy") or len(states) or 1
            for dimensions in (group_dimension(group), group_dimensions(load_balancer, group)):
                name = "RequestCountPerTarget"
                samples.append(single(name, dimensions, requests / hosts, self._began))
        return samples
