"""Scaling: policies whose alarms say so are asked, and the desired count is set."""

from __future__ import annotations

from dataclasses import dataclass

from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.activities import Activities
from fargate_kit.sim.scaling.alarm_book import AlarmBook
from fargate_kit.sim.scaling.alarms import AlarmFact
from fargate_kit.sim.scaling.deciding import (
    Hold,
    Outcome,
    Situation,
    Wish,
    step,
    track_in,
    track_out,
)
from fargate_kit.sim.scaling.fleet import Fleet, ServiceFact
from fargate_kit.sim.scaling.series import Metrics
from fargate_kit.sim.scaling.state import (
    Cooldown,
    PolicyState,
    Stepping,
    TargetState,
    Tracking,
)

_LOOK_EVERY = 5.0  # nominal seconds, until a change is fulfilled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a policy says to one of its alarms."""

    policy: PolicyState
    alarm: AlarmFact
    outcome: Outcome

    @property
    def cause(self) -> str:
        return wording.ALARM_TRIGGERED.say(
            alarm=self.alarm.name, state=self.alarm.state, policy=self.policy.name
        )


class Scaler:
    """Scales the targets of one region.

    Args:
        engine: Whose time passes.
        fleet: What is scaled.
        book: The alarms.
        metrics: What they look at.
        activities: Where it is told.
    """

    def __init__(
        self,
        engine: Engine,
        fleet: Fleet,
        book: AlarmBook,
        metrics: Metrics,
        activities: Activities,
    ) -> None:
        self._engine = engine
        self._fleet = fleet
        self._book = book
        self._metrics = metrics
        self._activities = activities

    def consider(self, target: TargetState) -> None:
        """Ask the policies whose alarms are in a state with an action, and scale.

        If any wants to scale out, the largest capacity is taken. It is scaled in only if all
        target tracking policies that may want it, and then to the largest of the capacities
        (Application Auto Scaling User Guide, page
        target-tracking-scaling-policy-overview).
        """
        service = self._fleet.find(target.cluster, target.service)
        if service is None or not target.policies:
            return
        asked = [
            one for policy in target.policies.values() for one in self._ask(target, service, policy)
        ]
        chosen = _choose(target, asked)
        for one in asked:
            if isinstance(one.outcome, Hold) and chosen is None:
                self._activities.hold(target.resource_id, one.cause, one.outcome)
        if chosen is not None and isinstance(chosen.outcome, Wish):
            self._scale(target, chosen.outcome, chosen.cause)

    def keep_bounds(self, target: TargetState) -> None:
        """Bring the desired count between the bounds at once, as their change does."""
        service = self._fleet.find(target.cluster, target.service)
        if service is None:
            return
        if service.desired < target.minimum:
            cause = wording.MINIMUM_SET.say(count=target.minimum)
            self._set(target, target.minimum, cause, outward=True)
        elif service.desired > target.maximum:
            cause = wording.MAXIMUM_SET.say(count=target.maximum)
            self._set(target, target.maximum, cause, outward=False)

    def _ask(self, target: TargetState, service: ServiceFact, policy: PolicyState) -> list[_Asked]:
        firing = [one for one in self._book.naming(policy.arn) if policy.arn in one.actions()]
        if not firing:
            return []
        configuration = policy.configuration
        asked = []
        for alarm in firing:
            at = self._situation(target, service, alarm)
            outcome: Outcome = None
            if isinstance(configuration, Stepping):
                outcome = self._step(at, configuration, alarm)
            elif (metric := self._book.newest(alarm)) is not None:
                follow = track_out if alarm.name == policy.high else track_in
                outcome = follow(at, configuration, metric)
            asked.append(_Asked(policy=policy, alarm=alarm, outcome=outcome))
        return asked

    def _step(self, at: Situation, policy: Stepping, alarm: AlarmFact) -> Outcome:
        values = self._book.recent(alarm)
        difference = 0.0  # set by hand, without any data: taken as just breaching
        if values:
            if policy.aggregation == "Average":
                metric = sum(values) / len(values)
            else:
                metric = min(values) if policy.aggregation == "Minimum" else max(values)
            difference = metric - alarm.threshold
        above = difference > 0 or (difference == 0 and alarm.upward)
        return step(at, policy, difference, above=above)

    def _situation(self, target: TargetState, service: ServiceFact, alarm: AlarmFact) -> Situation:
        now = self._engine.now
        out, back = target.after_out, target.after_in
        newest = self._metrics.newest_at(alarm.key)
        emptied = target.emptied_at
        return Situation(
            desired=service.desired,
            running=service.running,
            minimum=target.minimum,
            maximum=target.maximum,
            deploying=service.deploying,
            out_base=out.base if out is not None and now < out.until else None,
            in_cooldown=back is not None and now < back.until,
            fresh=emptied is None or (newest is not None and newest >= emptied),
            suspended=target.suspended,
        )

    def _scale(self, target: TargetState, wish: Wish, cause: str) -> None:
        if not self._set(target, wish.capacity, cause, outward=wish.outward):
            return
        now = self._engine.now
        until = now + self._engine.clock.ticks(wish.cooldown)
        if wish.outward:
            running = target.after_out
            base = running.base if running is not None and now < running.until else wish.base
            target.after_out = Cooldown(seconds=wish.cooldown, until=until, base=base)
            target.after_in = None
            target.emptied_at = None
        else:
            target.after_in = Cooldown(seconds=wish.cooldown, until=until, base=wish.base)
            target.emptied_at = now if wish.capacity == 0 else None

    def _set(self, target: TargetState, count: int, cause: str, *, outward: bool) -> bool:
        """Set the desired count, and tell whether that was possible."""
        if target.ongoing is not None:
            old = target.ongoing
            self._activities.end(old, "Overridden", wording.OVERRIDDEN.say(count=old.count))
            target.ongoing = None
        activity = self._activities.begin(
            target.resource_id, wording.SETTING_COUNT.say(count=count), cause, count=count
        )
        try:
            self._fleet.set_desired(target.cluster, target.service, count)
        except AwsError as refusal:
            text = wording.COUNT_REFUSED.say(count=count, reason=refusal.message)
            self._activities.end(activity, "Failed", text)
            return False
        activity.message = wording.WAITING.say(count=count)
        target.ongoing, target.outward = activity, outward
        self._look_again(target)
        return True

    def _look_again(self, target: TargetState) -> None:
        activity = target.ongoing
        self._engine.after(
            _LOOK_EVERY,
            lambda: self._look(target) if target.ongoing is activity else None,
            background=True,
            name=f"see whether {target.resource_id} is scaled",
        )

    def _look(self, target: TargetState) -> None:
        """End the activity if the service runs what it shall; its cooldown begins then."""
        activity = target.ongoing
        service = self._fleet.find(target.cluster, target.service)
        if activity is None or activity.count is None:
            return
        if service is None or service.desired != activity.count:
            text = wording.OVERRIDDEN.say(count=activity.count)
            self._activities.end(activity, "Overridden", text)
            target.ongoing = None
            return
        if service.running != activity.count:
            self._look_again(target)
            return
        self._activities.end(activity, "Successful", wording.FULFILLED.say(count=activity.count))
        target.ongoing = None
        if target.outward:
            target.after_out = self._renewed(target.after_out)
        else:
            target.after_in = self._renewed(target.after_in)

    def _renewed(self, cooldown: Cooldown | None) -> Cooldown | None:
        if cooldown is None:
            return None
        until = self._engine.now + self._engine.clock.ticks(cooldown.seconds)
        return Cooldown(seconds=cooldown.seconds, until=until, base=cooldown.base)


def _choose(target: TargetState, asked: list[_Asked]) -> _Asked | None:
    """Choose among what the policies want."""

    def capacity(one: _Asked) -> int:
        return one.outcome.capacity if isinstance(one.outcome, Wish) else -1

    wishes = [one for one in asked if isinstance(one.outcome, Wish)]
    outward = [one for one in wishes if isinstance(one.outcome, Wish) and one.outcome.outward]
    if outward:
        return max(outward, key=capacity)
    willing = {one.policy.name for one in wishes}
    tracking = [
        policy
        for policy in target.policies.values()
        if isinstance(policy.configuration, Tracking) and policy.configuration.scale_in
    ]
    agreed = all(policy.name in willing for policy in tracking)
    inward = [one for one in wishes if agreed or isinstance(one.policy.configuration, Stepping)]
    return max(inward, key=capacity, default=None)
