"""Scheduled actions: put, described, deleted, and done when their time comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.activities import Activities, seconds
from fargate_kit.sim.scaling.listing import asked_for, check_asked, page_of
from fargate_kit.sim.scaling.names import Names, called, read_resource
from fargate_kit.sim.scaling.schedules import (
    Calendar,
    Every,
    InvalidSchedule,
    Once,
    microseconds,
    read_schedule,
)
from fargate_kit.sim.scaling.state import (
    DIMENSION,
    NAMESPACE,
    ScheduledActionState,
    TargetState,
)
from fargate_kit.sim.scaling.targets import TargetBook, check_bounds

MOST_ACTIONS = 200  # of a target; General Reference

Params = Mapping[str, Any]


class ScheduledActions:
    """The operations on scheduled actions, and their firing.

    Times of `at` and `cron` are those of the axis, which on a fast wall clock is real
    time; a `rate` counts nominal time.

    Args:
        engine: Whose time passes.
        names: Draws ARNs.
        book: The targets.
        activities: Where it is told.
        changed: Told of a target whose bounds were set.
    """

    def __init__(
        self,
        engine: Engine,
        names: Names,
        book: TargetBook,
        activities: Activities,
        changed: Callable[[TargetState], None],
    ) -> None:
        self._engine = engine
        self._names = names
        self._book = book
        self._activities = activities
        self._changed = changed

    def put(self, params: Params) -> dict[str, Any]:
        """Make or change a scheduled action; what is not given stays, but not its times."""
        read_resource(params)
        target = self._book.find(params)
        name = params["ScheduledActionName"]
        held = target.actions.get(name)
        made = self._read(params, target, held)
        if held is None and len(target.actions) >= MOST_ACTIONS:
            raise wording.TOO_MANY_ACTIONS.error(most=MOST_ACTIONS)
        if held is not None:
            self._disarm(held)
        target.actions[name] = made
        made.due = self._first(made)
        self._arm(target, made)
        return {}

    def delete(self, params: Params) -> dict[str, Any]:
        """Delete a scheduled action."""
        target = self._book.all.get(params["ResourceId"])
        action = target.actions.pop(params["ScheduledActionName"], None) if target else None
        if action is None:
            raise wording.ACTION_MISSING.error(**called(params), name=params["ScheduledActionName"])
        self._disarm(action)
        return {}

    def remove_all(self, target: TargetState) -> None:
        """Take all actions of a target away."""
        for action in target.actions.values():
            self._disarm(action)
        target.actions.clear()

    def describe(self, params: Params) -> dict[str, Any]:
        """Describe scheduled actions."""
        check_asked(params)
        wanted = params.get("ScheduledActionNames")
        found = [
            (target, action)
            for target in sorted(self._book.all.values(), key=lambda one: one.resource_id)
            if asked_for(params, target.resource_id)
            for action in sorted(target.actions.values(), key=lambda one: one.name)
            if not wanted or action.name in wanted
        ]
        return page_of(
            "DescribeScheduledActions",
            params,
            found,
            member="ScheduledActions",
            key=lambda one: (one[0].resource_id, one[1].name),
            picture=lambda one: _picture(*one),
        )

    def catch_up(self, target: TargetState) -> None:
        """Do what is overdue, as after a change of the clock's speed."""
        for action in list(target.actions.values()):
            if action.due is not None and action.due <= self._engine.now:
                self._fire(target, action)

    def _read(
        self, params: Params, target: TargetState, held: ScheduledActionState | None
    ) -> ScheduledActionState:
        expression = params.get("Schedule") or (held.expression if held else None)
        timezone = params.get("Timezone") or (held.timezone if held else None)
        change = params.get("ScalableTargetAction")
        if expression is None or (change is None and held is None):
            raise wording.SCHEDULE_REQUIRED.error()
        minimum: int | None = held.minimum if held else None
        maximum: int | None = held.maximum if held else None
        if change is not None:
            minimum, maximum = change.get("MinCapacity"), change.get("MaxCapacity")
        if minimum is None and maximum is None:
            raise wording.CHANGE_REQUIRED.error()
        low = minimum if minimum is not None else 0
        check_bounds(low, maximum if maximum is not None else low)
        try:
            schedule = read_schedule(expression, timezone)
        except InvalidSchedule as wrong:
            raise wording.SCHEDULE_INVALID.error(given=expression, problem=wrong) from None
        if isinstance(schedule, Once) and "Schedule" in params and schedule.at < self._engine.now:
            raise wording.SCHEDULE_PAST.error(given=expression)
        starts_at, ends_at = _moment(params.get("StartTime")), _moment(params.get("EndTime"))
        if starts_at is not None and ends_at is not None and starts_at >= ends_at:
            raise wording.TIMES_CROSSED.error()
        name = params["ScheduledActionName"]
        return ScheduledActionState(
            name=name,
            arn=held.arn if held else self._names.action(target.resource_id, name),
            created_at=held.created_at if held else self._engine.now,
            expression=expression,
            schedule=schedule,
            timezone=timezone,
            starts_at=starts_at,
            ends_at=ends_at,
            minimum=minimum,
            maximum=maximum,
        )

    def _first(self, action: ScheduledActionState) -> int | None:
        schedule, now = action.schedule, self._engine.now
        if isinstance(schedule, Once):
            due: int | None = schedule.at if schedule.at >= now else None
        elif isinstance(schedule, Calendar):
            due = schedule.next_after(max(now, (action.starts_at or 0) - 1))
        elif action.starts_at is not None and action.starts_at >= now:
            due = action.starts_at
        else:
            due = now + self._engine.clock.ticks(schedule.seconds)
        return self._within(action, due)

    def _following(self, action: ScheduledActionState) -> int | None:
        schedule, now = action.schedule, self._engine.now
        if isinstance(schedule, Once):
            return None
        if isinstance(schedule, Calendar):
            return self._within(action, schedule.next_after(now))
        return self._within(action, now + self._engine.clock.ticks(schedule.seconds))

    def _within(self, action: ScheduledActionState, due: int | None) -> int | None:
        late = due is not None and action.ends_at is not None and due > action.ends_at
        return None if late else due

    def _arm(self, target: TargetState, action: ScheduledActionState) -> None:
        self._disarm(action)
        if action.due is None:
            return
        engine = self._engine
        action.entry = engine.after(
            max(0, action.due - engine.now) / engine.clock.ticks(1.0),
            lambda: self._come(target, action),
            background=True,
            name=f"scheduled action {action.name} of {target.resource_id}",
        )

    def _disarm(self, action: ScheduledActionState) -> None:
        if action.entry is not None:
            self._engine.cancel(action.entry)
            action.entry = None

    def _come(self, target: TargetState, action: ScheduledActionState) -> None:
        action.entry = None
        nominal = isinstance(action.schedule, Every)
        if nominal or (action.due is not None and action.due <= self._engine.now):
            self._fire(target, action)
        else:  # a faster clock has brought the entry forward, but not the time of day
            self._arm(target, action)

    def _fire(self, target: TargetState, action: ScheduledActionState) -> None:
        action.due = self._following(action)
        self._arm(target, action)
        if target.suspended.scheduled:
            return
        minimum = target.minimum if action.minimum is None else action.minimum
        maximum = target.maximum if action.maximum is None else action.maximum
        change = _change(action)
        activity = self._activities.begin(
            target.resource_id, change, wording.ACTION_TRIGGERED.say(name=action.name)
        )
        try:
            check_bounds(minimum, maximum)
        except AwsError as refusal:
            text = wording.BOUNDS_FAILED.say(reason=refusal.message)
            self._activities.end(activity, "Failed", text)
            return
        target.minimum, target.maximum = minimum, maximum
        done = wording.BOUNDS_DONE.say(change=change.replace("Setting", "set", 1))
        self._activities.end(activity, "Successful", done)
        self._changed(target)


def _change(action: ScheduledActionState) -> str:
    if action.maximum is None:
        return wording.SETTING_MINIMUM.say(minimum=action.minimum)
    if action.minimum is None:
        return wording.SETTING_MAXIMUM.say(maximum=action.maximum)
    return wording.SETTING_BOTH.say(minimum=action.minimum, maximum=action.maximum)


def _moment(given: float | str | None) -> int | None:
    if given is None:
        return None
    if isinstance(given, str):
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            raise wording.VALUES_INVALID.error(text=f"{given} is no time stamp") from None
        return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    try:
        return round(given * 1_000_000)
    except (OverflowError, ValueError):
        raise wording.VALUES_INVALID.error(text=f"{given} is no time stamp") from None


def _picture(target: TargetState, action: ScheduledActionState) -> dict[str, Any]:
    change = {"MinCapacity": action.minimum, "MaxCapacity": action.maximum}
    told: dict[str, Any] = {
        "ScheduledActionName": action.name,
        "ScheduledActionARN": action.arn,
        "ServiceNamespace": NAMESPACE,
        "Schedule": action.expression,
        "ResourceId": target.resource_id,
        "ScalableDimension": DIMENSION,
        "ScalableTargetAction": {name: one for name, one in change.items() if one is not None},
        "CreationTime": seconds(action.created_at),
    }
    if action.timezone is not None:
        told["Timezone"] = action.timezone
    if action.starts_at is not None:
        told["StartTime"] = seconds(action.starts_at)
    if action.ends_at is not None:
        told["EndTime"] = seconds(action.ends_at)
    return told
