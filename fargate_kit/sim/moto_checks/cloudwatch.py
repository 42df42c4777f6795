"""What CloudWatch refuses of alarms beyond its model, and moto would take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.moto_checks import cloudwatch_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked

__all__ = ["check_cloudwatch"]

_OF_ONE_METRIC = (
    *("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic"),
    "ExtendedStatistic",
)
_SHORT_PERIODS = frozenset({10, 20, 30})
_SHORT_PERIODS_OF_STATISTICS = frozenset({1, 5, *_SHORT_PERIODS})
_MISSING_DATA = frozenset({"breaching", "notBreaching", "ignore", "missing"})
_HOUR, _DAY, _WEEK = 3_600, 86_400, 604_800


def check_cloudwatch(asked: Asked, _: Any) -> None:
    """Refuse what CloudWatch refuses.

    Source: the service model, PutMetricAlarm, DescribeAlarms and GetMetricStatistics.

    Raises:
        AwsError: It is refused.
    """
    rule = _RULES.get(asked.operation)
    if rule is not None:
        rule(asked.params)


def _put_metric_alarm(params: Mapping[str, Any]) -> None:
    ways = [name for name in ("MetricName", "Metrics", "EvaluationCriteria") if params.get(name)]
    if params.get("Metrics"):
        _check_metrics(params)
    elif len(ways) != 1:
        raise wording.ONE_WAY.error()
    elif ways == ["EvaluationCriteria"]:
        raise UnsupportedOperation("cloudwatch", "PutMetricAlarm", "Alarms of PromQL are not.")
    else:
        _check_one_metric(params)
    for member in ("EvaluationPeriods", "ComparisonOperator"):
        if params.get(member) is None:
            raise wording.ALWAYS_REQUIRED.error(member=member)
    _check_evaluation(params)
    treatment = params.get("TreatMissingData")
    if treatment is not None and treatment not in _MISSING_DATA:
        raise wording.MISSING_DATA.error(given=treatment)
    for member in ("OKActions", "AlarmActions", "InsufficientDataActions"):
        for arn in params.get(member) or ():
            if not arn.startswith("arn:") or arn.count(":") < 5:
                raise wording.ACTION_ARN.error(given=arn)


def _check_metrics(params: Mapping[str, Any]) -> None:
    for member in _OF_ONE_METRIC:
        if params.get(member) not in (None, []):
            raise wording.BESIDE_METRICS.error(member=member)
    queries = params["Metrics"]
    if any(bool(one.get("MetricStat")) == bool(one.get("Expression")) for one in queries):
        raise wording.QUERY.error()
    if sum(one.get("ReturnData") is not False for one in queries) != 1:
        raise wording.ONE_RETURNS.error()
    if params.get("Threshold") is None and params.get("ThresholdMetricId") is None:
        raise wording.ALWAYS_REQUIRED.error(member="Threshold")
    for one in queries:
        period = (one.get("MetricStat") or {}).get("Period") or one.get("Period")
        if period is not None and not _is_period(period, _SHORT_PERIODS_OF_STATISTICS):
            raise wording.PERIOD.error()


def _check_one_metric(params: Mapping[str, Any]) -> None:
    if bool(params.get("Statistic")) == bool(params.get("ExtendedStatistic")):
        raise wording.ONE_STATISTIC.error()
    for member in ("Namespace", "Period", "Threshold"):
        if params.get(member) is None:
            raise wording.REQUIRED.error(member=member)
    if not _is_period(params["Period"], _SHORT_PERIODS):
        raise wording.PERIOD.error()


def _check_evaluation(params: Mapping[str, Any]) -> None:
    periods, length = params["EvaluationPeriods"], params.get("Period")
    if (params.get("DatapointsToAlarm") or 0) > periods:
        raise wording.DATAPOINTS.error()
    if length is not None and length < _HOUR and periods * length > _DAY:
        raise wording.DAY.error()
    if length is not None and periods * length > _WEEK:
        raise wording.WEEK.error()


def _is_period(seconds: int, short: frozenset[int]) -> bool:
    return seconds in short or (seconds > 0 and seconds % 60 == 0)


def _describe_alarms(params: Mapping[str, Any]) -> None:
    # moto answers in one page, so that no token can be one of its own
    if params.get("NextToken"):
        raise wording.TOKEN.error()


def _get_metric_statistics(params: Mapping[str, Any]) -> None:
    if not _is_period(params["Period"], _SHORT_PERIODS_OF_STATISTICS):
        raise wording.STATISTICS_PERIOD.error()


_RULES: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "DescribeAlarms": _describe_alarms,
    "GetMetricStatistics": _get_metric_statistics,
    "PutMetricAlarm": _put_metric_alarm,
}
