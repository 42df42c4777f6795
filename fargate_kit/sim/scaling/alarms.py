"""A CloudWatch alarm, and in which state its datapoints put it: pure rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fargate_kit.sim.load_balancing.metrics import Dimensions
from fargate_kit.sim.scaling import wording
from fargate_kit.sim.scaling.series import Key

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
# Alarms look at some periods more than they evaluate, in case data is late or missing; how many
# AWS does not say: its examples have two more (CloudWatch User Guide, page
# alarms-and-missing-data).
FURTHER_PERIODS = 2
_LONGEST_LOOK = 7 * 86_400 + FURTHER_PERIODS * 3600  # seconds; service model, PutMetricAlarm
_LONGEST_REASON = 1023  # service model, StateReason
_MOST_TOLD = 5  # datapoints, in a reason
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFact:
    """A metric alarm.

    Args:
        statistic: None for a percentile.
        period: Seconds.
        treat_missing: missing, ignore, breaching or notBreaching.
        simple: Whether it looks at one metric and not at an expression.
    """

    name: str
    arn: str
    description: str | None = None
    namespace: str = ""
    metric: str = ""
    dimensions: Dimensions = ()
    statistic: str | None = "Average"
    unit: str | None = None
    period: int = 60
    evaluation_periods: int = 1
    datapoints_to_alarm: int | None = None
    threshold: float = 0.0
    comparison: str = "GreaterThanThreshold"
    treat_missing: str = "missing"
    actions_enabled: bool = True
    alarm_actions: tuple[str, ...] = ()
    ok_actions: tuple[str, ...] = ()
    insufficient_data_actions: tuple[str, ...] = ()
    simple: bool = True
    state: str = INSUFFICIENT
    reason: str = ""
    reason_data: str | None = None

    @property
    def key(self) -> Key:
        """The metric it looks at."""
        return self.namespace, self.metric, tuple(sorted(self.dimensions))

    @property
    def can_be_evaluated(self) -> bool:
        """Whether it is one of the kinds whose state is simulated."""
        known = self.statistic is not None and self.comparison in _COMPARISONS
        looks_back = self.period * (self.evaluation_periods + FURTHER_PERIODS)
        bounded = min(self.period, self.evaluation_periods) > 0 and looks_back <= _LONGEST_LOOK
        return self.simple and known and bounded

    @property
    def wanted(self) -> int:
        """How many breaching datapoints put it in ALARM."""
        return self.datapoints_to_alarm or self.evaluation_periods

    @property
    def upward(self) -> bool:
        """Whether it is about too much, and not about too little."""
        return self.comparison.startswith("Greater")

    def actions(self) -> tuple[str, ...]:
        """Tell what it does in its state."""
        if not self.actions_enabled:
            return ()
        if self.state == ALARM:
            return self.alarm_actions
        return self.ok_actions if self.state == OK else self.insufficient_data_actions

    def breaches(self, value: float) -> bool:
        """Tell whether a datapoint breaches the threshold."""
        if value == self.threshold:
            return "OrEqual" in self.comparison
        return (value > self.threshold) == self.upward


def verdict(alarm: AlarmFact, values: Sequence[float | None]) -> str:
    """Tell the state in which datapoints put an alarm.

    Source: CloudWatch User Guide, page alarms-and-missing-data.

    Args:
        alarm: With its present state.
        values: Of its periods and of the further ones, the oldest first; None is missing.
    """
    number, wanted = alarm.evaluation_periods, alarm.wanted
    known = [value for value in values if value is not None][-number:]
    missing = number - len(known)
    breaching = sum(map(alarm.breaches, known))
    if alarm.treat_missing == "breaching":
        breaching += missing
    if breaching >= wanted:
        return ALARM
    if not missing or alarm.treat_missing in {"breaching", "notBreaching"}:
        return OK
    if len(known) > breaching:
        return OK
    if alarm.treat_missing == "ignore":
        return alarm.state
    if not known:
        return INSUFFICIENT
    # all that is known breaches, but too little is: too early, unless it began long ago
    age = next(len(values) - index for index, value in enumerate(values) if value is not None)
    return ALARM if age >= wanted else alarm.state


def explain(
    alarm: AlarmFact, state: str, values: Sequence[float | None], end: int, period: int
) -> str:
    """Say why an alarm goes into a state.

    Args:
        alarm: Before it does.
        state: The new one.
        values: As `verdict` takes them.
        end: The end of the last period, in microseconds.
        period: Its length in microseconds.
    """
    begin = end - len(values) * period
    known = [
        (value, begin + index * period) for index, value in enumerate(values) if value is not None
    ][-alarm.evaluation_periods :]
    missing = alarm.evaluation_periods - len(known)
    plural = missing != 1
    if not known:
        if alarm.treat_missing in {"breaching", "notBreaching"}:
            as_what = "Breaching" if alarm.treat_missing == "breaching" else "NonBreaching"
            return wording.MISSING_TREATED.say(
                count=missing,
                noun="periods" if plural else "period",
                them="were treated as [" if plural else "was treated as [",
                as_what=f"{as_what}]",
            )
        noun = "datapoints were" if plural else "datapoint was"
        return wording.INSUFFICIENT.say(count=missing, noun=noun)
    crossing = [one for one in known if alarm.breaches(one[0]) == (state == ALARM)]
    least = alarm.wanted if state == ALARM else alarm.evaluation_periods - alarm.wanted + 1
    several = len(crossing) != 1
    told = ", ".join(f"{value!r} ({_short(at)})" for value, at in crossing[-_MOST_TOLD:][::-1])
    text = wording.CROSSED.say(
        crossing=len(crossing),
        all=alarm.evaluation_periods,
        points=told,
        were=("were " if several else "was ") + ("" if state == ALARM else "not "),
        word=_COMPARISONS[alarm.comparison],
        threshold=alarm.threshold,
        least=least,
        noun="datapoint" if least == 1 else "datapoints",
        old=alarm.state,
        new=state,
    )
    return text[:_LONGEST_REASON]


def explain_data(
    alarm: AlarmFact, values: Sequence[float | None], end: int, period: int, now: int
) -> str:
    """Give the reason in JSON; see `explain`."""
    number = alarm.evaluation_periods
    first = next((n for n, one in enumerate(values[-number:]) if one is not None), 0)
    data: dict[str, Any] = {
        "version": "1.0",
        "queryDate": _stamp(now),
        "startDate": _stamp(end - (number - first) * period),
        "statistic": alarm.statistic,
        "period": alarm.period,
        "recentDatapoints": [value for value in values if value is not None][-number:],
        "threshold": alarm.threshold,
    }
    if alarm.unit:
        data["unit"] = alarm.unit
    return json.dumps(data, separators=(",", ":"))


def change_data(old: AlarmFact, new: AlarmFact) -> str:
    """Give a change of state as DescribeAlarmHistory has it."""
    return json.dumps(
        {"version": "1.0", "oldState": _state(old), "newState": _state(new)}, separators=(",", ":")
    )


def _state(alarm: AlarmFact) -> dict[str, Any]:
    told: dict[str, Any] = {"stateValue": alarm.state, "stateReason": alarm.reason}
    if alarm.reason_data:
        told["stateReasonData"] = json.loads(alarm.reason_data)
    return told


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _short(microseconds: int) -> str:
    return _moment(microseconds).strftime("%d/%m/%y %H:%M:%S")


def _stamp(microseconds: int) -> str:
    return _moment(microseconds).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
