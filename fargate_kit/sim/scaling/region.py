"""The Application Auto Scaling of one region: its operations, and what happens each minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from fargate_kit.sim.codec import JSON_CONTENT_TYPE, Codec
from fargate_kit.sim.ecs.region import EcsRegion
from fargate_kit.sim.engine import Engine, Entry
from fargate_kit.sim.errors import AwsError, UnsupportedOperation
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.request import Response
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.activities import Activities
from fargate_kit.sim.scaling.alarm_book import AlarmBook, Records
from fargate_kit.sim.scaling.fleet import Fleet
from fargate_kit.sim.scaling.history import HistoryItem
from fargate_kit.sim.scaling.limits import check_values
from fargate_kit.sim.scaling.loads import Demand, Load, Loads
from fargate_kit.sim.scaling.names import Names
from fargate_kit.sim.scaling.policies import PolicyOperations
from fargate_kit.sim.scaling.scaler import Scaler
from fargate_kit.sim.scaling.scheduled import ScheduledActions
from fargate_kit.sim.scaling.series import Metrics
from fargate_kit.sim.scaling.state import TargetState
from fargate_kit.sim.scaling.targets import TargetBook, TargetOperations

_MINUTE = 60.0
# Nominal seconds after the end of a minute at which its metrics are there and alarms are
# evaluated; load balancers tell theirs at the end itself.
_LATER = 2.0

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


class OwningAccount(Protocol):
    """The account to which a region belongs."""

    engine: Engine

    @property
    def id(self) -> str:
        """Twelve digits."""
        ...

    @property
    def moto(self) -> Records:
        """CloudWatch, where alarms and metrics are shown."""
        ...

    @property
    def regions(self) -> tuple[EcsRegion, ...]:
        """The ECS of each region that has been used."""
        ...


class ScalingRegion:
    """Scales the ECS services of one region, and evaluates its CloudWatch alarms.

    While there are services, targets or alarms, every nominal minute services tell CloudWatch
    of their CPU and memory, alarms are evaluated, and policies act.

    Args:
        account: Whose engine, services and CloudWatch are used.
        region: e.g. `eu-west-1`.
        strict: Check every answer against botocore's model.
    """

    def __init__(self, account: OwningAccount, region: str, *, strict: bool = False) -> None:
        engine = account.engine
        self.region = region
        self._engine = engine
        self._records = account.moto
        self._codec = Codec("application-autoscaling", strict=strict)
        self._metrics = Metrics()
        self._loads = Loads(engine)
        self._fleet = Fleet(
            lambda: next((one for one in account.regions if one.region == region), None)
        )
        self._targets = TargetBook()
        self._alarms = AlarmBook(engine, region, account.moto, self._metrics, self._is_policy)
        self._activities = Activities(engine, region)
        self._scaler = Scaler(engine, self._fleet, self._alarms, self._metrics, self._activities)
        names = Names(region, account.id, engine.random("scaling", region))
        self._policies = PolicyOperations(engine, names, self._targets, self._alarms)
        self._scheduled = ScheduledActions(
            engine, names, self._targets, self._activities, self._scaler.keep_bounds
        )
        self._operations = self._table(names)
        self._entry: Entry | None = None

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that are answered, as the service model names them."""
        return tuple(sorted(self._operations))

    @property
    def alarm_history(self) -> tuple[HistoryItem, ...]:
        """What has happened to alarms, the oldest first."""
        return self._alarms.history

    def answer(self, operation: str, body: bytes, request_id: str) -> Response:
        """Answer a request to Application Auto Scaling.

        Raises:
            AwsError: AWS would refuse the request; nothing has changed.
            UnsupportedOperation: It is not simulated.
        """
        try:
            params = self._codec.decode(operation, body)
        except AwsError as refusal:
            if refusal.code != "InvalidParameterException":
                raise
            raise AwsError(wording.VALIDATION, refusal.message) from None
        check_values(operation, params)
        run = self._operations.get(operation)
        if run is None:
            raise UnsupportedOperation("application-autoscaling", operation)
        result = run(params)
        self.begin()
        return Response(
            status=200,
            headers={"content-type": JSON_CONTENT_TYPE, "x-amzn-requestid": request_id},
            body=self._codec.encode(operation, result),
        )

    def set_load(
        self,
        cluster: str,
        service: str,
        *,
        cpu: Demand | None = None,
        memory: Demand | None = None,
    ) -> Load:
        """Set the demand on a service, which its running tasks share.

        Args:
            cluster: The name of the cluster.
            service: The name of the service.
            cpu: Percent of one task's CPU: 180 are 90 percent of each of two tasks, and a
                task has no more than 100. Or a pure function from the nominal seconds since
                it was set to that number. None leaves it as it is.
            memory: Likewise.

        Raises:
            LookupError: There is no such service.
            ValueError: A demand is negative or not a finite number.
        """
        if self._fleet.find(cluster, service) is None:
            raise LookupError(f"there is no active service {service!r} in cluster {cluster!r}")
        self._loads.set(cluster, service, cpu=cpu, memory=memory)
        self.begin()
        load = self._loads.get(cluster, service)
        assert load is not None  # noqa: S101 - it was set just now
        return load

    def load(self, cluster: str, service: str) -> Load | None:
        """Tell the demand on a service; None if nothing was said of it."""
        return self._loads.get(cluster, service)

    def begin(self) -> None:
        """Begin to look each minute, unless that was begun or there is nothing to look at."""
        if self._entry is not None or self._idle():
            return
        clock = self._engine.clock
        length, later = clock.ticks(_MINUTE), clock.ticks(_LATER)
        due = (self._engine.now - later) // length * length + length + later
        self._entry = self._engine.after(
            (due - self._engine.now) / clock.ticks(1.0),
            self._minute,
            background=True,
            name=f"metrics, alarms and scaling in {self.region}",
        )

    def observe(self, namespace: str, samples: Sequence[Sample]) -> None:
        """Take note of metrics that another service of the simulation has told."""
        self._metrics.add(namespace, samples)

    def cloudwatch_changed(self) -> None:
        """Follow what clients have done to alarms and metrics."""
        if self._alarms.refresh():
            self._consider()
        self.begin()

    def _minute(self) -> None:
        self._entry = None
        self._measure()
        self._alarms.evaluate()
        for target in list(self._targets.all.values()):
            self._scheduled.catch_up(target)
        self._consider()
        self.begin()

    def _consider(self) -> None:
        for target in list(self._targets.all.values()):
            self._scaler.consider(target)

    def _measure(self) -> None:
        """Tell CloudWatch what the tasks of each service used in the last minute."""
        length = self._engine.clock.ticks(_MINUTE)
        at = self._engine.now // length * length - length
        samples = []
        for service in self._fleet.all():
            if not service.running:
                continue
            used = self._loads.utilization(service.cluster, service.name, service.running)
            dimensions = (("ClusterName", service.cluster), ("ServiceName", service.name))
            samples += [
                Sample(
                    name=name,
                    dimensions=dimensions,
                    unit="Percent",
                    at=at,
                    count=float(service.running),
                    total=value * service.running,
                    least=value,
                    most=value,
                )
                for name, value in zip(("CPUUtilization", "MemoryUtilization"), used, strict=True)
            ]
        if samples:
            self._records.put_metrics(self.region, "AWS/ECS", samples)

    def _idle(self) -> bool:
        if self._targets.all or not self._alarms.empty:
            return False
        return next(self._fleet.all(), None) is None

    def _is_policy(self, arn: str) -> bool:
        return any(
            policy.arn == arn
            for target in self._targets.all.values()
            for policy in target.policies.values()
        )

    def _remove(self, target: TargetState) -> None:
        for policy in list(target.policies.values()):
            self._policies.remove(target, policy)
        self._scheduled.remove_all(target)
        target.ongoing = None

    def _table(self, names: Names) -> dict[str, Operation]:
        targets = TargetOperations(
            self._engine,
            names,
            self._targets,
            self._fleet,
            self._activities,
            changed=self._scaler.keep_bounds,
            removed=self._remove,
        )
        return {
            "DeleteScalingPolicy": self._policies.delete,
            "DeleteScheduledAction": self._scheduled.delete,
            "DeregisterScalableTarget": targets.deregister,
            "DescribeScalableTargets": targets.describe,
            "DescribeScalingActivities": targets.describe_activities,
            "DescribeScalingPolicies": self._policies.describe,
            "DescribeScheduledActions": self._scheduled.describe,
            "GetPredictiveScalingForecast": self._policies.forecast,
            "ListTagsForResource": targets.list_tags,
            "PutScalingPolicy": self._policies.put,
            "PutScheduledAction": self._scheduled.put,
            "RegisterScalableTarget": targets.register,
            "TagResource": targets.tag,
            "UntagResource": targets.untag,
        }
