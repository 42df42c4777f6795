"""Reading the configuration of a scaling policy from a request."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.load_balancing.metrics import Dimensions
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.arithmetic import PERCENT, Step, steps_problem
from fargate_kit.sim.scaling.state import (
    PREDICTIVE,
    STEP,
    TRACKING,
    USUAL_COOLDOWN,
    Stepping,
    Tracking,
)

MOST_STEPS = 20  # General Reference, Application Auto Scaling endpoints and quotas
_MEMBERS = {
    STEP: "StepScalingPolicyConfiguration",
    TRACKING: "TargetTrackingScalingPolicyConfiguration",
    PREDICTIVE: "PredictiveScalingPolicyConfiguration",
}
_OF_SERVICE = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
}
_BY_REQUESTS = "ALBRequestCountPerTarget"
_LABEL = re.compile(r"(app/[^/]+/[^/]+)/(targetgroup/[^/]+/[^/]+)")

Params = Mapping[str, Any]


def read_configuration(
    params: Params, cluster: str, service: str, held: Tracking | Stepping | None
) -> Tracking | Stepping:
    """Read a policy's configuration; that of a held policy stays if none is given.

    Raises:
        UnsupportedOperation: It is of a kind that is not simulated.
        AwsError: It makes no sense.
    """
    kind = params.get("PolicyType")
    if kind is None:
        if held is None:
            raise wording.POLICY_TYPE_REQUIRED.error()
        kind = STEP if isinstance(held, Stepping) else TRACKING
    if kind == PREDICTIVE:
        raise _not_simulated("Predictive scaling is not.")
    given = [member for member in _MEMBERS.values() if params.get(member) is not None]
    if given == [] and held is not None and isinstance(held, Stepping) == (kind == STEP):
        return held
    if given != [_MEMBERS[kind]]:
        raise wording.CONFIGURATION_REQUIRED.error(kind=kind, member=_MEMBERS[kind])
    asked = params[_MEMBERS[kind]]
    if kind == STEP:
        return _read_stepping(asked)
    return _read_tracking(asked, cluster, service)


def _read_stepping(asked: Params) -> Stepping:
    kind, given = asked.get("AdjustmentType"), asked.get("StepAdjustments")
    if kind is None or not given:
        raise wording.ADJUSTMENT_REQUIRED.error()
    if len(given) > MOST_STEPS:
        raise wording.TOO_MANY_STEPS.error(most=MOST_STEPS)
    steps = tuple(
        Step(
            lower=one.get("MetricIntervalLowerBound"),
            upper=one.get("MetricIntervalUpperBound"),
            adjustment=one["ScalingAdjustment"],
        )
        for one in given
    )
    problem = steps_problem(steps)
    if problem is None and kind == "ExactCapacity" and any(one.adjustment < 0 for one in steps):
        problem = "an exact capacity must not be negative"
    if problem is not None:
        raise wording.STEPS_INVALID.error(problem=problem)
    magnitude = asked.get("MinAdjustmentMagnitude")
    if magnitude is not None and kind != PERCENT:
        raise wording.MAGNITUDE_NOT_ALLOWED.error()
    if magnitude is not None and magnitude < 1:
        raise wording.MAGNITUDE_INVALID.error()
    return Stepping(
        kind=kind,
        steps=steps,
        magnitude=magnitude or 0,
        cooldown=_cooldown(asked, "Cooldown"),
        aggregation=asked.get("MetricAggregationType", "Average"),
        asked=asked,
    )


def _read_tracking(asked: Params, cluster: str, service: str) -> Tracking:
    target = float(asked["TargetValue"])
    if not 0 < target < math.inf:
        raise wording.TARGET_VALUE_INVALID.error(given=target)
    predefined: Any = asked.get("PredefinedMetricSpecification")
    customized = asked.get("CustomizedMetricSpecification")
    if (predefined is None) == (customized is None):
        raise wording.ONE_METRIC.error()
    unit: str | None = None
    if customized is not None:
        namespace, metric, dimensions, statistic, unit = _customized(customized)
    else:
        namespace, metric, dimensions, statistic = _predefined(predefined, cluster, service)
    return Tracking(
        target=target,
        namespace=namespace,
        metric=metric,
        dimensions=dimensions,
        statistic=statistic,
        unit=unit,
        out_cooldown=_cooldown(asked, "ScaleOutCooldown"),
        in_cooldown=_cooldown(asked, "ScaleInCooldown"),
        scale_in=not asked.get("DisableScaleIn", False),
        asked=asked,
    )


def _predefined(asked: Params, cluster: str, service: str) -> tuple[str, str, Dimensions, str]:
    kind, label = asked["PredefinedMetricType"], asked.get("ResourceLabel")
    if kind == _BY_REQUESTS:
        if label is None:
            raise wording.LABEL_REQUIRED.error(metric=kind)
        found = _LABEL.fullmatch(label)
        if found is None:
            raise wording.LABEL_INVALID.error(given=label)
        dimensions = (("LoadBalancer", found[1]), ("TargetGroup", found[2]))
        return "AWS/ApplicationELB", "RequestCountPerTarget", dimensions, "Sum"
    if kind.startswith("ECSService") and kind.endswith("HighResolution"):
        raise _not_simulated("Metrics at a resolution of 20 seconds are not.")
    if kind not in _OF_SERVICE:
        raise wording.METRIC_OF_OTHER_SERVICE.error(metric=kind)
    if label is not None:
        raise wording.LABEL_NOT_ALLOWED.error(metric=kind)
    dimensions = (("ClusterName", cluster), ("ServiceName", service))
    return "AWS/ECS", _OF_SERVICE[kind], dimensions, "Average"


def _customized(asked: Params) -> tuple[str, str, Dimensions, str, str | None]:
    if asked.get("Metrics"):
        raise _not_simulated("Metric math is not.")
    if not (asked.get("Namespace") and asked.get("MetricName") and asked.get("Statistic")):
        raise wording.METRIC_INCOMPLETE.error()
    dimensions = tuple((one["Name"], one["Value"]) for one in asked.get("Dimensions") or ())
    return (
        asked["Namespace"],
        asked["MetricName"],
        tuple(sorted(dimensions)),
        asked["Statistic"],
        asked.get("Unit"),
    )


def _cooldown(asked: Params, member: str) -> int:
    given: int = asked.get(member, USUAL_COOLDOWN)
    if given < 0:
        raise wording.COOLDOWN_NEGATIVE.error(member=member, given=given)
    return given


def _not_simulated(note: str) -> UnsupportedOperation:
    return UnsupportedOperation(
        "application-autoscaling",
        "PutScalingPolicy with this configuration",
        f"Target tracking of a metric per minute and step scaling are simulated. {note}",
    )
