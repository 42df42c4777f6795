"""What CloudWatch refuses of alarms and moto would take."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asking

ALARM = {
    "AlarmName": "a",
    "MetricName": "m",
    "Namespace": "n",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
QUERY: dict[str, Any] = {
    "Id": "m1",
    "MetricStat": {
        "Metric": {"Namespace": "n", "MetricName": "m"},
        "Period": 60,
        "Stat": "Average",
    },
}
OF_QUERIES = {
    **dict.fromkeys(("MetricName", "Namespace", "Statistic", "Period")),
    "Metrics": [QUERY],
}
TWO = [QUERY, {"Id": "e1", "Expression": "m1 * 2"}]
BAND = {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}
OF_ANOMALIES = OF_QUERIES | {
    "Threshold": None,
    "ThresholdMetricId": "ad1",
    "ComparisonOperator": "GreaterThanUpperThreshold",
}
HIDDEN = {**QUERY, "ReturnData": False}
METRICS = "Invalid metrics list"


def computed(expression: str) -> dict[str, Any]:
    """Give the changes of an alarm on what is computed of a metric `m1`."""
    return OF_QUERIES | {"Metrics": [HIDDEN, {"Id": "e1", "Expression": expression}]}


STATISTICS = {"Namespace": "n", "MetricName": "m", "Period": 60, "Statistics": ["Sum"]}


def alarm(**changes: Any) -> dict[str, Any]:
    """Give a valid alarm, changed; None takes a member out."""
    return {name: value for name, value in {**ALARM, **changes}.items() if value is not None}


def statistic(name: str) -> dict[str, Any]:
    """Give a query with another statistic."""
    return {**QUERY, "MetricStat": {**QUERY["MetricStat"], "Stat": name}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"AlarmName": ""}, "'alarmName'"),
        ({"AlarmName": "x" * 256}, "less than or equal to 255"),
        ({"MetricName": None}, "Exactly one of MetricName, Metrics"),
        ({"Metrics": [QUERY]}, "MetricName should not be set if list of Metrics is set."),
        (
            OF_QUERIES | {"Statistic": "Sum"},
            "Statistic should not be set if list of Metrics is set.",
        ),
        (OF_QUERIES | {"Metrics": TWO}, "Exactly one element of the metrics list"),
        (OF_QUERIES | {"Metrics": [{"Id": "m1"}]}, "either an Expression or a MetricStat"),
        (OF_QUERIES | {"Threshold": None}, "Threshold must be set"),
        ({"Namespace": None}, "Namespace must be set"),
        ({"Namespace": ":n"}, "'namespace'"),
        ({"Statistic": None}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"ExtendedStatistic": "p99"}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"Statistic": "Median"}, "enum value set: [SampleCount, Average"),
        ({"Period": None}, "Period must be set"),
        ({"Period": 0}, "Value '0' at 'period'"),
        ({"Period": 7}, "Period must be 10"),
        ({"Period": 90}, "Period must be 10"),
        ({"EvaluationPeriods": None}, "EvaluationPeriods must be set"),
        ({"EvaluationPeriods": 0}, "Value '0' at 'evaluationPeriods'"),
        ({"EvaluationPeriods": 1441}, "across more than a day"),
        ({"EvaluationPeriods": 8, "Period": 86_400}, "across more than seven days"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm must be less than or equal"),
        ({"Threshold": None}, "Threshold must be set"),
        ({"ComparisonOperator": None}, "ComparisonOperator must be set"),
        ({"ComparisonOperator": ">"}, "'comparisonOperator'"),
        ({"TreatMissingData": "bad"}, "breaching, notBreaching, ignore and missing"),
        ({"Unit": "Apples"}, "'unit'"),
        (OF_QUERIES | {"Metrics": [{**QUERY, "Id": "M1"}]}, METRICS),
        (OF_QUERIES | {"Metrics": [HIDDEN, QUERY]}, METRICS),
        (OF_QUERIES | {"Metrics": [statistic("p101")]}, METRICS),
        (computed("m1 + m2"), METRICS),
        (computed("m1 + e2 * 1e3"), METRICS),
        (OF_ANOMALIES | {"Metrics": [QUERY, {**BAND, "Id": "other"}]}, METRICS),
        (OF_ANOMALIES | {"Metrics": [HIDDEN, BAND]}, "Exactly one element of the metrics list"),
        ({"AlarmActions": ["stop"]}, "Invalid arn syntax: stop"),
        ({"OKActions": ["arn:aws:sns:us-east-1:1:x"] * 6}, "less than or equal to 5"),
    ],
)
def test_alarm_refused(asking: Asking, changes: dict[str, Any], told: str) -> None:
    """An alarm that CloudWatch refuses is refused, and none is made."""
    refusal = asking.refused("cloudwatch", "PutMetricAlarm", **alarm(**changes))
    assert (refusal.code, refusal.status) == ("ValidationError", 400)
    assert told in refusal.message
    assert asking.call("cloudwatch", "DescribeAlarms").get("MetricAlarms", []) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Period": 10},
        {"Period": 20},
        {"Period": 300, "EvaluationPeriods": 288, "DatapointsToAlarm": 288},
        {"Period": 86_400, "EvaluationPeriods": 7},
        {"Statistic": None, "ExtendedStatistic": "p99.9"},
        {"TreatMissingData": "notBreaching", "Threshold": 0.0},
        {"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]},
        OF_QUERIES,
        OF_QUERIES | {"Metrics": [HIDDEN, TWO[1]], "Dimensions": []},
        OF_QUERIES | {"Metrics": [statistic("tm99.9")]},
        computed("IF(m1 > 1e3 and TIME_SERIES(2), FILL(m1, 0), 1)"),
        computed("SUM(SEARCH('{n,id} MetricName=\"m\"', 'Sum', 300))"),
        computed("SELECT AVG(m) FROM SCHEMA(n, id) WHERE id = 'x' GROUP BY id"),
        OF_ANOMALIES | {"Metrics": [QUERY, BAND]},
        OF_ANOMALIES | {"Metrics": [QUERY, {**BAND, "ReturnData": True}]},
    ],
)
def test_alarm_taken(asking: Asking, changes: dict[str, Any]) -> None:
    """An alarm that CloudWatch takes is made."""
    asking.call("cloudwatch", "PutMetricAlarm", **alarm(**changes))
    (made,) = asking.call("cloudwatch", "DescribeAlarms", AlarmNames=["a"])["MetricAlarms"]
    assert made["AlarmName"] == "a"


@pytest.mark.parametrize(
    "name",
    [
        *("p0", "p50", "p99.99", "p100", "tm90", "tc98.5", "ts10", "wm75", "IQM"),
        *("TM(10%:90%)", "TM(:90%)", "TC(0.005:0.030)", "TS(80%:)", "WM(150:1000)", "PR(:300)"),
    ],
)
def test_extended_statistic_taken(asking: Asking, name: str) -> None:
    """Every statistic of the definitions is taken, and told back as it was given."""
    given = alarm(Statistic=None, ExtendedStatistic=name)
    asking.call("cloudwatch", "PutMetricAlarm", **given)
    (made,) = asking.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    assert made["ExtendedStatistic"] == name


@pytest.mark.parametrize(
    "name", ["p101", "p", "99", "tm100.1", "IQM5", "PR(:)", "TM(10%:101%)", "TM(10%:90)", "xm(1:2)"]
)
def test_extended_statistic_refused(asking: Asking, name: str) -> None:
    """What is no statistic is refused by its name, and no alarm is made."""
    given = alarm(Statistic=None, ExtendedStatistic=name)
    refusal = asking.refused("cloudwatch", "PutMetricAlarm", **given)
    assert (refusal.code, refusal.status) == ("InvalidParameterValue", 400)
    assert refusal.message == f"The value {name} for parameter ExtendedStatistic is not supported."
    assert asking.call("cloudwatch", "DescribeAlarms").get("MetricAlarms", []) == []


def test_promql_alarm_is_not_simulated(asking: Asking) -> None:
    """An alarm that moto would make without its condition is said to be unsimulated."""
    criteria = {"PromQLCriteria": {"Query": "up == 0"}}
    members = {"AlarmName": "a", "EvaluationCriteria": criteria, "EvaluationInterval": 60}
    refusal = asking.refused("cloudwatch", "PutMetricAlarm", **members)
    assert refusal.code == "UnsupportedOperation"


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        (
            "GetMetricStatistics",
            STATISTICS | {"StartTime": 0, "EndTime": 86_460},
            "InvalidParameterCombination",
        ),
        (
            "GetMetricStatistics",
            STATISTICS | {"StartTime": "1970-01-01T00:00:00Z", "EndTime": "1970-01-02T00:01:00Z"},
            "InvalidParameterCombination",
        ),
        (
            "GetMetricData",
            {"StartTime": 0, "EndTime": 60, "MetricDataQueries": [{**QUERY, "Id": "M1"}]},
            "ValidationError",
        ),
        ("PutMetricData", {"Namespace": "n", "MetricData": []}, "MissingParameter"),
        (
            "PutMetricData",
            {"Namespace": "n", "MetricData": [{"MetricName": "m"}]},
            "InvalidParameterCombination",
        ),
        ("PutDashboard", {"DashboardName": "a b", "DashboardBody": "{}"}, "InvalidParameterInput"),
        ("PutDashboard", {"DashboardName": "", "DashboardBody": "{}"}, "InvalidParameterInput"),
        ("DescribeAlarms", {"NextToken": "x"}, "InvalidNextToken"),
        ("DescribeAlarms", {"MaxRecords": 101}, "ValidationError"),
        (
            "GetMetricStatistics",
            {"Namespace": "n", "MetricName": "m", "StartTime": 1, "EndTime": 2, "Period": 7},
            "InvalidParameterValue",
        ),
    ],
)
def test_question_refused(
    asking: Asking, operation: str, params: dict[str, Any], code: str
) -> None:
    """Tokens, pages, periods, spans, data and names that are out of their bounds are refused."""
    refusal = asking.refused("cloudwatch", operation, **params)
    assert (refusal.code, refusal.status) == (code, 400)


def test_data_and_dashboards_that_are_taken(asking: Asking) -> None:
    """Data of every kind of value, the longest span and a plain name are taken."""
    whole = {"SampleCount": 1.0, "Sum": 2.0, "Minimum": 2.0, "Maximum": 2.0}
    values: list[dict[str, Any]] = [{"Value": 0.0}, {"Values": [1.0]}, {"StatisticValues": whole}]
    for value in values:
        datum = {"MetricName": "m", "Timestamp": 30, **value}
        asking.call("cloudwatch", "PutMetricData", Namespace="n", MetricData=[datum])
    span = {"StartTime": 0, "EndTime": 86_400}
    asked = asking.call("cloudwatch", "GetMetricStatistics", **STATISTICS, **span)
    assert [point["Sum"] for point in asked["Datapoints"]] == [3.0]
    asking.call("cloudwatch", "PutDashboard", DashboardName="a_b-1", DashboardBody="{}")
    (entry,) = asking.call("cloudwatch", "ListDashboards")["DashboardEntries"]
    assert entry["DashboardName"] == "a_b-1"
