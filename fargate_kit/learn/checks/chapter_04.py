"""Checks of notebook 04: bounds, a target, steps, a service that flaps, and a fixed count again."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.learn.scaling_reading import at_of, count_of, cpu_of, latest_activities
from fargate_kit.model.values import moment
from fargate_kit.scaling.activities import ScalingActivity
from fargate_kit.scaling.pictures import ScalingPolicy
from fargate_kit.scaling.scaling import Scaling
from fargate_kit.services.service import Service

RUNNING, BUSY, TARGET = 2, 90, 50
PREDICTED = math.ceil(RUNNING * BUSY / TARGET)
STEPS = {70.0: 1, 85.0: 2}
# Nominal seconds, and how many changes in them are too many. A wait of ten minutes and the alarm's
# own time stamp are not of one clock, so half a minute is forgiven.
WATCHED, FORGIVEN, FLAPS = 600.0, 30.0, 3
# Percent of one task: less than this would not have flapped either.
LEAST_LOAD = 100.0


@checks("4.1")
async def bounds(scene: Scene) -> AsyncIterator[Finding]:
    """The service is scaled between 1 and 4."""
    service = await _service(scene)
    yield Finding(service is not None, "there is a service named web", "one" if service else "none")
    scaling = await _scaling(service)
    yield _is_scaled(scaling)
    if scaling is not None:
        saw = f"{scaling.minimum} to {scaling.maximum}"
        yield Finding(saw == "1 to 4", "between 1 and 4 tasks", saw)


@checks("4.2")
async def target(scene: Scene) -> AsyncIterator[Finding]:
    """A policy keeps the CPU at 50, and has its two alarms."""
    scaling = await _scaling(await _service(scene))
    yield _is_scaled(scaling)
    if scaling is None:
        return
    saw = f"{scaling.minimum} to {scaling.maximum}"
    yield Finding(saw == "1 to 4", "the bounds are still 1 and 4", saw)
    tracking = [each for each in scaling.policies if each.target is not None]
    yield Finding(bool(tracking), "it has a target tracking policy", _named(scaling.policies))
    if not tracking:
        return
    policy = tracking[0]
    specification = policy.configuration.get("PredefinedMetricSpecification") or {}
    metric = specification.get("PredefinedMetricType", "another metric")
    wanted = "ECSServiceAverageCPUUtilization"
    yield Finding(metric == wanted, "it looks at the CPU of the service", metric)
    yield Finding(policy.target == TARGET, f"its target is {TARGET}", f"{policy.target:g}")
    known = [each for each in scaling.alarms if each.name in policy.alarm_names]
    saw = ", ".join(f"{each.metric} at {each.threshold:g}" for each in known) or "none"
    yield Finding(len(known) == 2, "CloudWatch has its two alarms", saw)


@checks("4.3")
async def predicted(scene: Scene) -> AsyncIterator[Finding]:
    """The number of tasks was predicted, and a target brought it about."""
    what = f"your prediction for {RUNNING} tasks at {BUSY} percent with a target of {TARGET}"
    yield scene.answered("4.3", PREDICTED, what=what)
    done = await _activities(await _service(scene))
    tracked = [each for each in done if "TargetTracking-" in each.cause]
    what = f"a target has set the count to {PREDICTED}"
    yield Finding(PREDICTED in _counts(tracked), what, _told(tracked))


@checks("4.4")
async def steps(scene: Scene) -> AsyncIterator[Finding]:
    """A step policy with its alarm has taken the place of the target, and has acted."""
    service = await _service(scene)
    scaling = await _scaling(service)
    yield _is_scaled(scaling)
    if scaling is None:
        return
    policies = scaling.policies
    tracking = [each for each in policies if each.target is not None]
    yield Finding(not tracking, "no target pulls at the same rope", _named(tracking))
    found = [each for each in policies if each.kind == "StepScaling"]
    yield Finding(bool(found), "it has a step policy", _named(policies))
    seen = [_steps_of(scaling, each) for each in found]
    what = "it adds a task from 70 percent on, and two from 85 on"
    yield Finding(STEPS in seen, what, "; ".join(map(_steps_told, seen)) or "no steps")
    names = [name for each in found for name in each.alarm_names]
    alarms = [each for each in scaling.alarms if each.name in names]
    right = [each for each in alarms if each.metric == "CPUUtilization" and each.threshold == 70]
    saw = ", ".join(f"{each.metric} at {each.threshold:g}" for each in alarms) or "no alarm"
    yield Finding(bool(right), "an alarm on the CPU at 70 percent makes it act", saw)
    done = await _activities(service)
    stepped = [each for each in done if any(f"policy {own.name}" in each.cause for own in found)]
    yield Finding(4 in _counts(stepped), "it has set the count to 4", _told(stepped))


@checks("4.5")
async def quiet(scene: Scene) -> AsyncIterator[Finding]:
    """Under load, and able to go both ways, the service has rested for ten minutes."""
    service = await _service(scene)
    scaling = await _scaling(service)
    yield _is_scaled(scaling)
    if service is None or scaling is None:
        return
    ways = {way for each in scaling.policies for way in _ways(each)}
    saw = " and ".join(sorted(ways)) or "neither"
    yield Finding(ways == {"out", "in"}, "its policies may scale out and in", saw)
    points = await cpu_of(service)
    load = points[-1].percent * service.running_count if points else 0.0
    what = "it has about 150 percent of a task to do"
    yield Finding(load >= LEAST_LOAD, what, f"about {load:.0f}")
    now, mended = scene.aws.clock.now(), _mended_at(scene, scaling)
    watched = min(now - mended, WATCHED)
    what = "ten minutes have passed since a policy was changed"
    yield Finding(watched >= WATCHED - FORGIVEN, what, f"{watched / 60:.1f} minutes")
    since = max(mended, now - WATCHED)
    done = [
        each
        for each in await _activities(service)
        if at_of(scene.aws._session, each.started_at) >= since
    ]
    what = f"in which scaling has made fewer than {FLAPS} changes"
    yield Finding(len(done) < FLAPS, what, f"{len(done)}")


@checks("4.6")
async def fixed(scene: Scene) -> AsyncIterator[Finding]:
    """The service is scaled no more, no alarm is left, and two tasks run."""
    service = await _service(scene)
    yield Finding(service is not None, "there is a service named web", "one" if service else "none")
    if service is None:
        return
    scaling = await _scaling(service)
    saw = str(scaling) if scaling is not None else "it is not"
    yield Finding(scaling is None, "it is not scaled automatically", saw)
    left = [each["AlarmName"] for each in await _alarms(scene)]
    yield Finding(not left, "no alarm of it is left", ", ".join(left) or "none")
    counts = f"{service.running_count} of {service.desired_count}"
    yield Finding(counts == "2 of 2", "it has 2 of 2 tasks", counts)


async def _service(scene: Scene) -> Service | None:
    try:
        return await (await scene.aws.cluster(scene.name("shop"))).service("web")
    except NotFound:
        return None


async def _scaling(service: Service | None) -> Scaling | None:
    try:
        return await service.scaling() if service is not None else None
    except NotFound:
        return None


def _is_scaled(scaling: Scaling | None) -> Finding:
    saw = "it is" if scaling is not None else "it is not"
    return Finding(scaling is not None, "the service web is scaled automatically", saw)


async def _activities(service: Service | None) -> list[ScalingActivity]:
    return await latest_activities(service) if service is not None else []


async def _alarms(scene: Scene) -> list[dict[str, Any]]:
    """List the alarms on metrics of the service."""
    reply = await scene.call("cloudwatch", "DescribeAlarms")
    own = {("ClusterName", scene.name("shop")), ("ServiceName", "web")}
    return [
        each
        for each in reply["MetricAlarms"]
        if own <= {(one["Name"], one["Value"]) for one in each.get("Dimensions", ())}
    ]


def _counts(activities: Sequence[ScalingActivity]) -> set[int | None]:
    return {count_of(each) for each in activities}


def _told(activities: Sequence[ScalingActivity]) -> str:
    counts = [str(count_of(each)) for each in reversed(activities)]
    return f"it was set to {', then '.join(counts)}" if counts else "no change"


def _named(policies: Sequence[ScalingPolicy]) -> str:
    return ", ".join(f"{each.name} ({each.kind})" for each in policies) or "no policy"


def _steps_of(scaling: Scaling, policy: ScalingPolicy) -> dict[float, int]:
    """Return from which value of the metric on a policy makes which change."""
    thresholds = [
        each.threshold
        for each in scaling.alarms
        if each.name in policy.alarm_names and each.threshold is not None
    ]
    zero = thresholds[0] if thresholds else 0.0
    found = policy.configuration.get("StepAdjustments", ())
    return {
        zero + each.get("MetricIntervalLowerBound", -math.inf): each["ScalingAdjustment"]
        for each in found
    }


def _steps_told(steps: dict[float, int]) -> str:
    return ", ".join(f"{change:+d} from {value:g} on" for value, change in sorted(steps.items()))


def _ways(policy: ScalingPolicy) -> set[str]:
    """Return whether a policy may scale out, in, or both."""
    if policy.target is not None:
        return {"out"} if policy.configuration.get("DisableScaleIn") else {"out", "in"}
    changes = [
        each["ScalingAdjustment"] for each in policy.configuration.get("StepAdjustments", ())
    ]
    return {"out" for change in changes if change > 0} | {"in" for change in changes if change < 0}


def _mended_at(scene: Scene, scaling: Scaling) -> float:
    """Return when a policy's alarm was changed last, on the connection's clock."""
    stamps = [moment(each.raw.get("AlarmConfigurationUpdatedTimestamp")) for each in scaling.alarms]
    known = [at_of(scene.aws._session, each) for each in stamps if each is not None]
    return max(known, default=scene.aws.clock.now())
