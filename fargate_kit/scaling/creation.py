"""Begins or changes the auto scaling of a service: all that is asked for, or what was before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fargate_kit.core.fresh import call_fresh
from fargate_kit.core.session import Session
from fargate_kit.core.undo import Making, making
from fargate_kit.errors import InvalidSpec, NotFound
from fargate_kit.model.arguments import wrong_argument
from fargate_kit.model.problems import Problem, Rule
from fargate_kit.ownership import owned
from fargate_kit.scaling.names import scaled
from fargate_kit.scaling.pictures import ScalingPolicy
from fargate_kit.scaling.policies import ScalingPolicySpec, TargetTracking
from fargate_kit.scaling.scaling import Scaling, delete_alarms, describe
from fargate_kit.scaling.schedules import Schedule

__all__ = ["autoscale"]

BOUNDS = Rule(
    id="scaling-bounds",
    says="The minimum is 0 or more, and the maximum is not below it.",
    source="Application Auto Scaling model, RegisterScalableTarget",
)
ONCE = Rule(
    id="scaling-once",
    says="Policies have different names and so have schedules; one metric is tracked once.",
    source="ECS Developer Guide, service-autoscaling-targettracking",
)
# What PutMetricAlarm takes of what DescribeAlarms tells.
_OF_ALARM = (
    "AlarmName",
    "AlarmDescription",
    "AlarmActions",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "Threshold",
    "ComparisonOperator",
)


async def autoscale(
    session: Session,
    resource_id: str,
    minimum: int,
    maximum: int,
    policies: Sequence[ScalingPolicySpec],
    schedules: Sequence[Schedule],
    tags: Mapping[str, str] | None,
) -> Scaling:
    """Set the bounds, and put policies and schedules that are new or differ.

    Raises:
        InvalidSpec: Every problem at once; nothing was sent.
        TypeError: A bound is no whole number, or a policy is none; nothing was sent.

    Calls:
        As `Service.autoscale()`
    """
    _check_kinds(minimum, maximum, policies, schedules)
    _check(resource_id, minimum, maximum, policies, schedules)
    try:
        before: Scaling | None = await describe(session, resource_id)
    except NotFound:
        before = None
    async with making() as made:
        change = _Change(session, made, resource_id, before, tags)
        await change.bounds(minimum, maximum)
        for policy in policies:
            await change.policy(policy)
        for schedule in schedules:
            await change.schedule(schedule)
        return await describe(session, resource_id)


class _Change:
    """One change of a service's scaling, each step with the way back to what was before."""

    def __init__(
        self,
        session: Session,
        made: Making,
        resource_id: str,
        before: Scaling | None,
        tags: Mapping[str, str] | None,
    ) -> None:
        self._session = session
        self._made = made
        self._id = resource_id
        self._before = before
        self._tags = owned(tags, mark=session.mark)

    async def bounds(self, minimum: int, maximum: int) -> None:
        """Register the service, or change its bounds."""
        before = self._before
        if before is not None and (before.minimum, before.maximum) == (minimum, maximum):
            return
        asked: dict[str, Any] = {"MinCapacity": minimum, "MaxCapacity": maximum}
        if before is None:
            await self._step(
                "bounds",
                partial(self._call, "RegisterScalableTarget", **asked, Tags=self._tags),
                partial(self._gone, "DeregisterScalableTarget"),
            )
            return
        old = {"MinCapacity": before.minimum, "MaxCapacity": before.maximum}
        await self._step(
            "bounds",
            partial(self._call, "RegisterScalableTarget", **asked),
            partial(self._call, "RegisterScalableTarget", **old),
        )

    async def policy(self, wanted: ScalingPolicySpec) -> None:
        """Put a policy, and the alarm of one that scales in steps."""
        there = self._before.policy(wanted.name) if self._before else None
        arn = there.arn if there else ""
        if there is None or not _is_equal(there, wanted):
            reply = await self._step(
                f"policy {wanted.name}",
                partial(self._put_policy, wanted.name, wanted.KIND, wanted.to_api()),
                partial(self._put_policy, there.name, there.kind, there.configuration)
                if there
                else partial(self._gone, "DeleteScalingPolicy", PolicyName=wanted.name),
            )
            arn = reply["PolicyARN"]
        _, cluster, service = self._id.split("/")
        if (alarm := wanted.alarm(cluster, service)) is not None:
            await self._alarm({**alarm, "AlarmActions": [arn]})

    async def schedule(self, wanted: Schedule) -> None:
        """Put a schedule."""
        held = self._before.schedules if self._before else ()
        there = next((one for one in held if one.name == wanted.name), None)
        if there == wanted:
            return
        await self._step(
            f"schedule {wanted.name}",
            partial(self._call, "PutScheduledAction", **wanted.to_api()),
            partial(self._call, "PutScheduledAction", **there.to_api())
            if there
            else partial(self._gone, "DeleteScheduledAction", ScheduledActionName=wanted.name),
        )

    async def _alarm(self, wanted: Mapping[str, Any]) -> None:
        name = wanted["AlarmName"]
        held = self._before.alarms if self._before else ()
        there = next((one for one in held if one.name == name), None)
        if there is not None and all(there.raw.get(key) == one for key, one in wanted.items()):
            return
        old = {key: there.raw[key] for key in _OF_ALARM if key in there.raw} if there else {}
        tags = [{"Key": key, "Value": value} for key, value in self._tags.items()]
        put = partial(self._session.api.call, "cloudwatch", "PutMetricAlarm")
        await self._step(
            f"alarm {name}",
            partial(put, **wanted, Tags=tags),
            partial(put, **old) if there else partial(delete_alarms, self._session, [name]),
        )

    async def _put_policy(self, name: str, kind: str, configuration: Mapping[str, Any]) -> Any:
        return await self._call(
            "PutScalingPolicy",
            PolicyName=name,
            PolicyType=kind,
            **{f"{kind}PolicyConfiguration": dict(configuration)},
        )

    async def _call(self, operation: str, **members: Any) -> Any:
        """Call an operation; a service that was just registered may not be known at once."""
        call = call_fresh if self._before is None else _call_once
        return await call(
            self._session, "application-autoscaling", operation, **members, **scaled(self._id)
        )

    async def _gone(self, operation: str, **members: Any) -> None:
        try:
            await self._session.api.call(
                "application-autoscaling", operation, **members, **scaled(self._id)
            )
        except NotFound:
            return

    async def _step(
        self,
        what: str,
        make: Callable[[], Awaitable[Any]],
        take_away: Callable[[], Awaitable[object]],
    ) -> Any:
        async def undo(_: Any) -> None:
            await take_away()

        return await self._made.make(f"{what} of {self._id}", make, undo)


async def _call_once(session: Session, service: str, operation: str, /, **members: Any) -> Any:
    return await session.api.call(service, operation, **members)


def _is_equal(there: ScalingPolicy, wanted: ScalingPolicySpec) -> bool:
    asked = wanted.to_api()
    return there.kind == wanted.KIND and all(
        there.configuration.get(key) == value for key, value in asked.items()
    )


def _check_kinds(minimum: Any, maximum: Any, policies: Any, schedules: Any) -> None:
    for name, count in (("minimum", minimum), ("maximum", maximum)):
        if isinstance(count, bool) or not isinstance(count, int):
            raise wrong_argument(name, count, "a whole number of tasks")
    for policy in policies:
        if not isinstance(policy, ScalingPolicySpec):
            raise wrong_argument(
                "policy",
                policy,
                "a TargetTracking or a StepScaling",
                "such as TargetTracking.cpu(50)",
            )
    if isinstance(schedules, Schedule):
        raise wrong_argument("schedules", schedules, "a list of Schedule", "put it into [ ]")
    for schedule in schedules:
        if not isinstance(schedule, Schedule):
            raise wrong_argument("schedules", schedule, "a list of Schedule")


def _check(
    resource_id: str,
    minimum: int,
    maximum: int,
    policies: Sequence[ScalingPolicySpec],
    schedules: Sequence[Schedule],
) -> None:
    found: list[Problem] = []
    if minimum < 0:
        found.append(
            BOUNDS.problem("MinCapacity", given=minimum, allowed="0 or more", remedy="raise it")
        )
    if maximum < minimum:
        allowed = f"{minimum} or more"
        found.append(
            BOUNDS.problem("MaxCapacity", given=maximum, allowed=allowed, remedy="raise it")
        )
    for one in (*policies, *schedules):
        found += one.problems()
    tracked = [
        (one.metric, one.resource_label) for one in policies if isinstance(one, TargetTracking)
    ]
    for path, names in (
        ("PolicyName", [policy.name for policy in policies]),
        ("ScheduledActionName", [schedule.name for schedule in schedules]),
        ("PredefinedMetricType", [f"{metric} {label or ''}".strip() for metric, label in tracked]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            found.append(
                ONCE.problem(path, given=name, allowed="each once", remedy="keep one of them")
            )
    if found:
        raise InvalidSpec(f"scaling of {resource_id}", found)
