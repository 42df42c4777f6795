"""What is read and written of moto's CloudWatch alarms and metrics."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.scaling.alarms import INSUFFICIENT, AlarmFact
from fargate_kit.sim.scaling.history import HistoryItem, page_of
from fargate_kit.sim.scaling.wording import INITIAL_REASON

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def facts(cloudwatch: Any) -> tuple[AlarmFact, ...]:
    """Read all metric alarms of a region."""
    return tuple(_fact(alarm) for alarm in cloudwatch.alarms.values() if alarm.rule is None)


def put(cloudwatch: Any, alarm: AlarmFact) -> None:
    """Show an alarm; one that is there keeps its state, a new one has none yet."""
    old = cloudwatch.alarms.get(alarm.name)
    made = cloudwatch.put_metric_alarm(
        name=alarm.name,
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        comparison_operator=alarm.comparison,
        evaluation_periods=alarm.evaluation_periods,
        period=alarm.period,
        threshold=alarm.threshold,
        statistic=alarm.statistic,
        description=alarm.description,
        dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions],
        alarm_actions=list(alarm.alarm_actions),
        unit=alarm.unit,
    )
    _begin(made, old)


def set_state(cloudwatch: Any, name: str, state: str, reason: str, data: str | None) -> None:
    """Change the state of an alarm, if it is still there."""
    if name in cloudwatch.alarms:
        cloudwatch.alarms[name].update_state(reason, data, state)


def new_samples(cloudwatch: Any, seen: int, own: type) -> tuple[list[tuple[str, Sample]], int]:
    """Read what clients have put since the last look.

    Args:
        cloudwatch: moto's.
        seen: How many data were there at the last look.
        own: The class of data that the simulator has put itself; they are passed over.

    Returns:
        Namespaces with samples, and how many data are there now.
    """
    data = cloudwatch.metric_data
    found = [(str(one.namespace), _sample(one)) for one in data[seen:] if not isinstance(one, own)]
    return found, len(data)


@contextmanager
def putting(cloudwatch: Any) -> Iterator[None]:
    """Have an alarm that moto makes meanwhile begin as on AWS.

    A new one has INSUFFICIENT_DATA, one that is there already keeps its state (service
    model, PutMetricAlarm).
    """
    before = dict(cloudwatch.alarms)
    yield
    for name, alarm in cloudwatch.alarms.items():
        if before.get(name) is not alarm:
            _begin(alarm, before.get(name))


@contextmanager
def telling(cloudwatch: Any, history: Sequence[HistoryItem]) -> Iterator[None]:
    """Let moto's CloudWatch answer DescribeAlarmHistory meanwhile; it does not know it."""
    responses = sys.modules[type(cloudwatch).__module__.replace("models", "responses")]

    def describe_alarm_history(response: Any) -> Any:
        params: Mapping[str, Any] = response._get_params()
        return responses.ActionResult(page_of(history, params))

    kind = responses.CloudWatchResponse
    kind.describe_alarm_history = describe_alarm_history
    try:
        yield
    finally:
        del kind.describe_alarm_history


def _begin(alarm: Any, old: Any) -> None:
    if old is None:
        alarm.state_value, alarm.state_reason = INSUFFICIENT, INITIAL_REASON.say()
        alarm.state_reason_data = None
        return
    alarm.state_value, alarm.state_reason = old.state_value, old.state_reason
    alarm.state_reason_data = old.state_reason_data
    alarm.state_updated_timestamp = old.state_updated_timestamp


def _fact(alarm: Any) -> AlarmFact:
    def number(value: Any, kind: Callable[[Any], Any]) -> Any:
        return None if value is None else kind(value)

    return AlarmFact(
        name=alarm.name,
        arn=alarm.alarm_arn,
        description=alarm.description,
        namespace=alarm.namespace or "",
        metric=alarm.metric_name or "",
        dimensions=tuple(sorted((one.name, one.value) for one in alarm.dimensions or ())),
        statistic=alarm.statistic,
        unit=alarm.unit,
        period=number(alarm.period, int) or 0,
        evaluation_periods=number(alarm.evaluation_periods, int) or 0,
        datapoints_to_alarm=number(alarm.datapoints_to_alarm, int),
        threshold=number(alarm.threshold, float) or 0.0,
        comparison=alarm.comparison_operator or "",
        treat_missing=alarm.treat_missing_data or "missing",
        actions_enabled=bool(alarm.actions_enabled),
        alarm_actions=tuple(alarm.alarm_actions or ()),
        ok_actions=tuple(alarm.ok_actions or ()),
        insufficient_data_actions=tuple(alarm.insufficient_data_actions or ()),
        simple=not alarm.metric_data_queries and alarm.threshold is not None,
        state=alarm.state_value,
        reason=alarm.state_reason or "",
        reason_data=alarm.state_reason_data or None,
    )


def _sample(datum: Any) -> Sample:
    single = hasattr(datum, "value")
    return Sample(
        name=datum.name,
        dimensions=tuple(sorted((one.name, one.value) for one in datum.dimensions)),
        unit=datum.unit or "None",
        at=_microseconds(datum.timestamp),
        count=1.0 if single else datum.sample_count,
        total=datum.value if single else datum.sum,
        least=datum.value if single else datum.min,
        most=datum.value if single else datum.max,
    )


def _microseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
