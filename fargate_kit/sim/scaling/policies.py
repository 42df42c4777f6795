"""PutScalingPolicy, DescribeScalingPolicies and DeleteScalingPolicy."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.activities import seconds
from fargate_kit.sim.scaling.alarm_book import AlarmBook
from fargate_kit.sim.scaling.alarms import AlarmFact
from fargate_kit.sim.scaling.listing import asked_for, check_asked, page_of
from fargate_kit.sim.scaling.names import Names, called, read_resource
from fargate_kit.sim.scaling.policy_inputs import read_configuration
from fargate_kit.sim.scaling.state import (
    DIMENSION,
    NAMESPACE,
    STEP,
    TRACKING,
    PolicyState,
    TargetState,
    Tracking,
)
from fargate_kit.sim.scaling.targets import TargetBook

MOST_POLICIES = 50  # of a target; General Reference
# Seen at work, and not documented: aws/containers-roadmap #1208.
HIGH_PERIODS, LOW_PERIODS, LOW_SHARE = 3, 15, 0.9

Params = Mapping[str, Any]


class PolicyOperations:
    """The operations on scaling policies.

    Args:
        engine: Whose time passes.
        names: Draws ARNs.
        book: The targets.
        alarms: The alarms.
    """

    def __init__(self, engine: Engine, names: Names, book: TargetBook, alarms: AlarmBook) -> None:
        self._engine = engine
        self._names = names
        self._book = book
        self._alarms = alarms

    def put(self, params: Params) -> dict[str, Any]:
        """Make or change a policy; target tracking has its alarms made."""
        cluster, service = read_resource(params)
        target = self._book.find(params)
        name = params["PolicyName"]
        held = target.policies.get(name)
        configuration = read_configuration(
            params, cluster, service, held.configuration if held else None
        )
        self._check_metric(target, name, configuration)
        if held is None:
            if len(target.policies) >= MOST_POLICIES:
                raise wording.TOO_MANY_POLICIES.error(most=MOST_POLICIES)
            held = target.policies[name] = PolicyState(
                name=name,
                arn=self._names.policy(target.resource_id, name),
                created_at=self._engine.now,
                configuration=configuration,
            )
        held.configuration = configuration
        if isinstance(configuration, Tracking):
            self._track(target, held, configuration)
        else:
            self._alarms.delete([held.high, held.low])
            held.high = held.low = ""
        return {"PolicyARN": held.arn, "Alarms": self._own_alarms(held)}

    def delete(self, params: Params) -> dict[str, Any]:
        """Delete a policy, and the alarms that it had made."""
        target = self._book.all.get(params["ResourceId"])
        policy = target.policies.get(params["PolicyName"]) if target else None
        if target is None or policy is None:
            raise wording.POLICY_MISSING.error(**called(params), name=params["PolicyName"])
        self.remove(target, policy)
        return {}

    def remove(self, target: TargetState, policy: PolicyState) -> None:
        """Take a policy and its alarms away."""
        del target.policies[policy.name]
        self._alarms.delete([policy.high, policy.low])

    def describe(self, params: Params) -> dict[str, Any]:
        """Describe policies."""
        check_asked(params)
        wanted = params.get("PolicyNames")
        found = [
            (target, policy)
            for target in sorted(self._book.all.values(), key=lambda one: one.resource_id)
            if asked_for(params, target.resource_id)
            for policy in sorted(target.policies.values(), key=lambda one: one.name)
            if not wanted or policy.name in wanted
        ]
        return page_of(
            "DescribeScalingPolicies",
            params,
            found,
            member="ScalingPolicies",
            key=lambda one: (one[0].resource_id, one[1].name),
            picture=lambda one: self._picture(*one),
        )

    def forecast(self, params: Params) -> dict[str, Any]:
        """Refuse: predictive scaling is not simulated."""
        raise UnsupportedOperation("application-autoscaling", "GetPredictiveScalingForecast")

    def _check_metric(self, target: TargetState, name: str, configuration: object) -> None:
        for other in target.policies.values():
            tracked = other.configuration
            if (
                other.name != name
                and isinstance(configuration, Tracking)
                and isinstance(tracked, Tracking)
                and configuration.same_metric(tracked)
            ):
                raise wording.METRIC_TAKEN.error()

    def _track(self, target: TargetState, policy: PolicyState, configuration: Tracking) -> None:
        """Make or change the alarms of a policy."""
        if not policy.high:
            root = f"TargetTracking-{target.resource_id}"
            policy.high = f"{root}-AlarmHigh-{self._names.uuid()}"
            policy.low = f"{root}-AlarmLow-{self._names.uuid()}"
        low = round(configuration.target * LOW_SHARE, 12)
        self._alarms.put([
            self._alarm(policy, configuration, policy.high, HIGH_PERIODS, configuration.target),
            self._alarm(policy, configuration, policy.low, LOW_PERIODS, low),
        ])

    def _alarm(
        self,
        policy: PolicyState,
        configuration: Tracking,
        name: str,
        periods: int,
        threshold: float,
    ) -> AlarmFact:
        above = name == policy.high
        return AlarmFact(
            name=name,
            arn=self._names.alarm(name),
            description=wording.TRACKING_ALARM.say(arn=policy.arn),
            namespace=configuration.namespace,
            metric=configuration.metric,
            dimensions=tuple(sorted(configuration.dimensions)),
            statistic=configuration.statistic,
            unit=configuration.unit,
            evaluation_periods=periods,
            threshold=threshold,
            comparison="GreaterThanThreshold" if above else "LessThanThreshold",
            alarm_actions=(policy.arn,),
            reason=wording.INITIAL_REASON.say(),
        )

    def _own_alarms(self, policy: PolicyState) -> list[dict[str, str]]:
        return [
            {"AlarmName": name, "AlarmARN": self._names.alarm(name)}
            for name in (policy.high, policy.low)
            if name
        ]

    def _picture(self, target: TargetState, policy: PolicyState) -> dict[str, Any]:
        tracked = isinstance(policy.configuration, Tracking)
        kind = TRACKING if tracked else STEP
        alarms = self._own_alarms(policy)
        if not tracked:
            alarms = [
                {"AlarmName": one.name, "AlarmARN": one.arn}
                for one in self._alarms.naming(policy.arn)
            ]
        return {
            "PolicyARN": policy.arn,
            "PolicyName": policy.name,
            "ServiceNamespace": NAMESPACE,
            "ResourceId": target.resource_id,
            "ScalableDimension": DIMENSION,
            "PolicyType": kind,
            f"{kind}PolicyConfiguration": copy.deepcopy(dict(policy.configuration.asked)),
            "Alarms": alarms,
            "CreationTime": seconds(policy.created_at),
        }
