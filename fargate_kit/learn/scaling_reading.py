"""What the pictures of auto scaling are made of, read from the SDK's own pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fargate_kit.core.clock import present
from fargate_kit.core.session import Session
from fargate_kit.learn.reading import badge_of
from fargate_kit.learn.views.scaling_chart import (
    WINDOW,
    ActivityLine,
    Cooldown,
    CpuPoint,
    Threshold,
)
from fargate_kit.learn.views.scaling_rules import AlarmRow, PolicyRow, ScalingRules
from fargate_kit.scaling.activities import ScalingActivity
from fargate_kit.scaling.names import scaled
from fargate_kit.scaling.pictures import ScalingAlarm, ScalingPolicy
from fargate_kit.scaling.scaling import Scaling
from fargate_kit.services.service import Service

__all__ = [
    "activity_lines",
    "at_of",
    "cooldown_of",
    "count_of",
    "cpu_of",
    "latest_activities",
    "scaling_rules_of",
    "thresholds_of",
]

LATEST = 20
MINUTE = 60
_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
_METRICS = {
    "ECSServiceAverageCPUUtilization": "CPU",
    "ECSServiceAverageMemoryUtilization": "memory",
    "ALBRequestCountPerTarget": "requests per target and minute",
    "CPUUtilization": "CPU",
    "MemoryUtilization": "memory",
}
# AWS's own words: "Setting desired count to 4.", "... triggered policy cpu".
_COUNT = re.compile(r"desired count to (\d+)")
_POLICY = re.compile(r"triggered policy (.+)$")


def at_of(session: Session, moment: datetime) -> float:
    """Return where a time stamp of AWS is on the connection's clock, in nominal seconds."""
    ago = (present(session.clock) - moment).total_seconds()
    return session.clock.now() - ago * _speed(session)


def _speed(session: Session) -> float:
    """Return how many seconds of Fargate one second of AWS's time stamps is: those are real."""
    speed: float = getattr(session.clock, "speed", 1.0)
    return speed


def activity_lines(activities: Iterable[ScalingActivity]) -> tuple[ActivityLine, ...]:
    """Read activities as the lists show them, in their order."""
    return tuple(
        ActivityLine(
            at=f"{each.started_at:%H:%M:%S}",
            status=each.status,
            text=each.description or each.message or "",
            cause=each.cause + (f" ({', '.join(each.not_scaled)})" if each.not_scaled else ""),
        )
        for each in activities
    )


def count_of(activity: ScalingActivity) -> int | None:
    """Read the count that an activity set; None if it says none."""
    found = _COUNT.search(activity.description)
    return int(found[1]) if found else None


async def latest_activities(service: Service) -> list[ScalingActivity]:
    """Look up what scaling did last, the newest first, also of a service that is scaled no more.

    Calls:
        application-autoscaling:DescribeScalingActivities
    """
    reply = await service._session.api.call(
        "application-autoscaling",
        "DescribeScalingActivities",
        MaxResults=LATEST,
        **scaled(service._scaled_as),
    )
    return [ScalingActivity.from_api(raw) for raw in reply["ScalingActivities"]]


async def cpu_of(service: Service, *, since: float = WINDOW) -> list[CpuPoint]:
    """Look up the average CPU use of the service's tasks, minute by minute, the oldest first.

    Args:
        since: For how many seconds back.

    Calls:
        cloudwatch:GetMetricStatistics
    """
    session = service._session
    speed = _speed(session)
    now = present(session.clock)
    reply = await session.api.call(
        "cloudwatch",
        "GetMetricStatistics",
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Dimensions=[
            {"Name": "ClusterName", "Value": service.cluster_arn.rpartition("/")[2]},
            {"Name": "ServiceName", "Value": service.name},
        ],
        StartTime=now - timedelta(seconds=since / speed),
        EndTime=now + timedelta(seconds=1),
        # A fast account has its minutes within seconds.
        Period=MINUTE if speed <= 1 else 1,
        Statistics=["Average"],
    )
    points = sorted(reply["Datapoints"], key=lambda each: each["Timestamp"])
    return [
        CpuPoint(at=at_of(session, each["Timestamp"]) + MINUTE, percent=each["Average"])
        for each in points
    ]


def thresholds_of(scaling: Scaling) -> tuple[Threshold, ...]:
    """Read what the policies look for in the CPU use: targets, or the thresholds of steps."""
    found = []
    for policy in scaling.policies:
        if policy.target is not None:
            if _metric(policy) == "CPU":
                found.append(Threshold(percent=policy.target, words=f"target {policy.target:g} %"))
            continue
        found += [
            Threshold(percent=alarm.threshold, words=f"{policy.name} at {alarm.threshold:g} %")
            for alarm in scaling.alarms
            if alarm.name in policy.alarm_names
            and alarm.threshold is not None
            and alarm.metric == "CPUUtilization"
        ]
    return tuple(found)


def cooldown_of(scaling: Scaling, activities: Sequence[ScalingActivity]) -> Cooldown | None:
    """Read from the newest activity which cooldown it began; None if it began none.

    During a scale-out's cooldown what was added counts; during a scale-in's, nothing is taken away
    (ECS Developer Guide, service-auto-scaling).

    Args:
        activities: The newest first.
    """
    done = [each for each in activities if count_of(each) is not None]
    newest = done[0] if done else None
    if newest is None or newest.ended_at is None:
        return None
    named = _POLICY.search(newest.cause)
    policy = scaling.policy(named[1]) if named else None
    if policy is None:
        return None
    outward = _is_outward(policy, newest, done[1] if len(done) > 1 else None)
    seconds = _seconds(policy.configuration, outward=outward)
    since = at_of(scaling._session, newest.ended_at)
    words = "after scaling out" if outward else "after scaling in"
    return Cooldown(words=words, since=since, until=since + seconds) if seconds else None


def _is_outward(
    policy: ScalingPolicy, newest: ScalingActivity, before: ScalingActivity | None
) -> bool:
    """Tell whether tasks were added: by the steps, the alarm's name, or the count before."""
    changes = [
        step["ScalingAdjustment"] for step in policy.configuration.get("StepAdjustments", ())
    ]
    if changes and policy.configuration.get("AdjustmentType") != "ExactCapacity":
        return any(change > 0 for change in changes)
    if "-AlarmLow-" in newest.cause:
        return False
    if "-AlarmHigh-" in newest.cause or before is None:
        return True
    return (count_of(newest) or 0) > (count_of(before) or 0)


def _seconds(configuration: Mapping[str, Any], *, outward: bool) -> float:
    name = "ScaleOutCooldown" if outward else "ScaleInCooldown"
    return float(configuration.get(name, configuration.get("Cooldown", 0)))


def scaling_rules_of(scaling: Scaling) -> ScalingRules:
    """Read the rules by which a service is scaled."""
    parts = (
        (scaling.suspension.scale_in, "scaling in"),
        (scaling.suspension.scale_out, "scaling out"),
        (scaling.suspension.scheduled, "schedules"),
    )
    return ScalingRules(
        name=scaling.resource_id.rpartition("/")[2],
        minimum=scaling.minimum,
        maximum=scaling.maximum,
        policies=tuple(_policy_row(each, scaling.alarms) for each in scaling.policies),
        alarms=tuple(_alarm_row(each) for each in scaling.alarms),
        schedules=tuple(
            f"{each.name}, {each.expression}: {_bounds(each.minimum, each.maximum)}"
            for each in scaling.schedules
        ),
        rests=", ".join(words for rests, words in parts if rests),
        badge=badge_of(scaling._session),
    )


def _bounds(minimum: int | None, maximum: int | None) -> str:
    said = ((minimum, "at least"), (maximum, "at most"))
    return ", ".join(f"{words} {count}" for count, words in said if count is not None)


def _policy_row(policy: ScalingPolicy, alarms: Sequence[ScalingAlarm]) -> PolicyRow:
    configuration = policy.configuration
    if policy.target is not None:
        out, back = (_seconds(configuration, outward=each) for each in (True, False))
        metric = _metric(policy)
        unit = " percent" if metric in {"CPU", "memory"} else ""
        only = ", and takes no task away" if configuration.get("DisableScaleIn") else ""
        return PolicyRow(
            name=policy.name,
            kind="target tracking",
            wants=f"keeps {metric} near {policy.target:g}{unit}{only}",
            pauses=f"{out:g} s after scaling out, {back:g} s after scaling in",
        )
    own = [
        each for each in alarms if each.name in policy.alarm_names and each.threshold is not None
    ]
    threshold = own[0].threshold if own else None
    metric = _METRICS.get(own[0].metric, own[0].metric) if own else "the metric"
    steps = "; ".join(
        _step(step, threshold, str(configuration.get("AdjustmentType")))
        for step in configuration.get("StepAdjustments", ())
    )
    return PolicyRow(
        name=policy.name,
        kind="steps",
        wants=f"{metric} {steps}",
        pauses=f"{_seconds(configuration, outward=True):g} s",
    )


def _metric(policy: ScalingPolicy) -> str:
    predefined = policy.configuration.get("PredefinedMetricSpecification") or {}
    kind = str(predefined.get("PredefinedMetricType", "a metric of its own"))
    return _METRICS.get(kind, kind)


def _step(step: Mapping[str, Any], threshold: float | None, kind: str) -> str:
    """Say a step in the metric's own values; AWS counts from the alarm's threshold."""
    low, high = step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")
    zero = 0.0 if threshold is None else threshold
    where = "" if threshold is not None else " from the threshold"
    if low is not None and high is not None:
        span = f"{zero + low:g} to {zero + high:g}{where}"
    elif low is not None:
        span = f"from {zero + low:g} on{where}"
    elif high is not None:
        span = f"up to {zero + high:g}{where}"
    else:
        span = "at any value"
    change = step["ScalingAdjustment"]
    if kind == "ExactCapacity":
        return f"{span}: {change} tasks"
    unit = " percent" if kind == "PercentChangeInCapacity" else " task" + "s" * (abs(change) != 1)
    return f"{span}: {change:+d}{unit}"


def _alarm_row(alarm: ScalingAlarm) -> AlarmRow:
    raw = alarm.raw
    comparison = _COMPARISONS.get(raw.get("ComparisonOperator", ""), "against")
    minutes = raw.get("EvaluationPeriods", 0) * raw.get("Period", 0) / MINUTE
    metric = _METRICS.get(alarm.metric, alarm.metric)
    value = "?" if alarm.threshold is None else f"{alarm.threshold:g}"
    long = f" for {minutes:g} min" if minutes else ""
    return AlarmRow(
        name=alarm.name,
        state=alarm.state,
        looks_for=f"{metric} {comparison} {value}{long}",
        reason=alarm.reason,
    )
