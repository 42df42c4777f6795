"""What CloudWatch refuses of alarms, data and dashboards beyond its model, and moto would take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.moto_checks import cloudwatch_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.cloudwatch_queries import check_ids, check_queries
from fargate_kit.sim.moto_checks.cloudwatch_statistics import is_extended

__all__ = ["check_cloudwatch"]

_OF_ONE_METRIC = (
    *("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic"),
    "ExtendedStatistic",
)
_SHORT_PERIODS = frozenset({10, 20, 30})
_SHORT_PERIODS_OF_STATISTICS = frozenset({1, 5, *_SHORT_PERIODS})
_MISSING_DATA = frozenset({"breaching", "notBreaching", "ignore", "missing"})
_HOUR, _DAY, _WEEK = 3_600, 86_400, 604_800
# Of one answer (service model, GetMetricStatistics).
_MOST_POINTS = 1_440
# Service model, PutDashboard.
_DASHBOARD = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)


def check_cloudwatch(asked: Asked, _: Any) -> None:
    """Refuse what CloudWatch refuses.

    Source: the service model, PutMetricAlarm, DescribeAlarms, GetMetricStatistics,
    GetMetricData, PutMetricData and PutDashboard.

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
    check_queries(queries, params.get("ThresholdMetricId"))
    if params.get("Threshold") is None and params.get("ThresholdMetricId") is None:
        raise wording.ALWAYS_REQUIRED.error(member="Threshold")
    for one in queries:
        period = (one.get("MetricStat") or {}).get("Period") or one.get("Period")
        if period is not None and not _is_period(period, _SHORT_PERIODS_OF_STATISTICS):
            raise wording.PERIOD.error()


def _check_one_metric(params: Mapping[str, Any]) -> None:
    if bool(params.get("Statistic")) == bool(params.get("ExtendedStatistic")):
        raise wording.ONE_STATISTIC.error()
    extended = params.get("ExtendedStatistic")
    if extended and not is_extended(extended):
        raise wording.EXTENDED_STATISTIC.error(given=extended)
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
    begin, end = _seconds(params["StartTime"]), _seconds(params["EndTime"])
    if begin is None or end is None:
        return
    count = int((end - begin) // params["Period"])
    if count > _MOST_POINTS:
        raise wording.TOO_MANY_POINTS.error(count=count, most=_MOST_POINTS)


def _seconds(moment: Any) -> float | None:
    """Read a time, in seconds since 1970; None if it is none, which moto refuses."""
    if isinstance(moment, int | float):
        return float(moment)
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _get_metric_data(params: Mapping[str, Any]) -> None:
    check_ids(params["MetricDataQueries"])


def _put_metric_data(params: Mapping[str, Any]) -> None:
    data = params.get("MetricData") or ()
    if not data and not params.get("EntityMetricData"):
        raise wording.NO_DATA.error()
    for number, datum in enumerate(data, start=1):
        single = datum.get("Value") is not None or datum.get("StatisticValues") is not None
        if not single and not datum.get("Values"):
            raise wording.NO_VALUE.error(number=number)


def _put_dashboard(params: Mapping[str, Any]) -> None:
    if not _DASHBOARD.fullmatch(params["DashboardName"]):
        raise wording.DASHBOARD.error(given=params["DashboardName"])


_RULES: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "DescribeAlarms": _describe_alarms,
    "GetMetricData": _get_metric_data,
    "GetMetricStatistics": _get_metric_statistics,
    "PutDashboard": _put_dashboard,
    "PutMetricAlarm": _put_metric_alarm,
    "PutMetricData": _put_metric_data,
}
