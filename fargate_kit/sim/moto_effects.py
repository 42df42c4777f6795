"""What the simulation has moto show; it is written in batches, before moto is next asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from fargate_kit.sim import (
    moto_alarms,
    moto_load_balancing,
    moto_logs,
    moto_records,
    moto_schedules,
)
from fargate_kit.sim.facts import NetworkInterface
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.moto_dates import dated
from fargate_kit.sim.moto_surfaces import Moto
from fargate_kit.sim.moto_turns import MotoTurns
from fargate_kit.sim.scaling.alarms import AlarmFact


class MotoEffects(MotoTurns):
    """The writes into moto's part of an account."""

    @functools.cached_property
    def metric_observers(self) -> list[Callable[[str, str, Sequence[Sample]], None]]:
        """Who is told of statistics when they are put: by region, namespace and samples."""
        return []

    def create_network_interface(self, interface: NetworkInterface) -> None:
        """Have EC2 show an interface exactly as it is given."""
        self._effect(
            lambda moto: moto_records.show_interface(self._ec2(moto, interface.region), interface)
        )

    def delete_network_interface(self, region: str, interface_id: str) -> None:
        """Have EC2 forget an interface; one that is not there is forgotten already."""
        self._effect(lambda moto: self._ec2(moto, region).enis.pop(interface_id, None))

    def activate_load_balancer(self, region: str, arn: str) -> None:
        """Have Elastic Load Balancing show that a load balancer is active, if it is there."""

        def write(moto: Moto) -> None:
            balancer = self._backend(moto, "elbv2", region).load_balancers.get(arn)
            if balancer is not None:
                balancer.state = "active"

        self._effect(write)

    def open_log_stream(self, region: str, group: str, stream: str, *, create_group: bool) -> None:
        """Make a log stream if it is not there, and its group too if that is wanted."""
        now = self._now()

        def write(moto: Moto) -> None:
            with dated(now, "logs"):
                logs = self._backend(moto, "logs", region)
                moto_logs.open_stream(logs, group, stream, create_group)

        if create_group:
            self._facts.pop(("log group", region, group), None)
        self._effect(write)

    def deliver_log_events(
        self, region: str, group: str, stream: str, events: Sequence[tuple[int, str]]
    ) -> None:
        """Pass events on to the subscription filters of a log group, and keep none of them."""
        self._effect(
            lambda moto: moto_logs.deliver(
                self._backend(moto, "logs", region), group, stream, events
            )
        )

    def put_metrics(self, region: str, namespace: str, samples: Sequence[Sample]) -> None:
        """Give CloudWatch statistics of a period, however long it is past."""
        for observe in self.metric_observers:
            observe(region, namespace, samples)
        self._effect(
            lambda moto: moto_load_balancing.put_metrics(
                self._backend(moto, "cloudwatch", region), namespace, samples
            )
        )

    def put_alarm(self, region: str, alarm: AlarmFact) -> None:
        """Have CloudWatch show an alarm; the state of one that is there already stays."""
        now = self._now()

        def write(moto: Moto) -> None:
            with dated(now, "cloudwatch"):
                moto_alarms.put(self._backend(moto, "cloudwatch", region), alarm)

        self._effect(write)

    def set_alarm_state(
        self, region: str, name: str, state: str, reason: str, data: str | None
    ) -> None:
        """Have CloudWatch show another state of an alarm; one that is gone stays so."""
        now = self._now()

        def write(moto: Moto) -> None:
            with dated(now, "cloudwatch"):
                cloudwatch = self._backend(moto, "cloudwatch", region)
                moto_alarms.set_state(cloudwatch, name, state, reason, data)

        self._effect(write)

    def delete_alarms(self, region: str, names: Sequence[str]) -> None:
        """Have CloudWatch forget alarms, as far as they are there."""
        self._effect(
            lambda moto: self._backend(moto, "cloudwatch", region).delete_alarms(list(names))
        )

    def delete_schedule(self, region: str, group: str, name: str) -> None:
        """Have EventBridge Scheduler forget a schedule, if it is there."""
        self._effect(
            lambda moto: moto_schedules.delete(
                self._backend(moto, "scheduler", region), group, name
            )
        )
