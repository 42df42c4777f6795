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
QUERY = {
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


def alarm(**changes: Any) -> dict[str, Any]:
    """Give a valid alarm, changed; None takes a member out."""
    return {name: value for name, value in {**ALARM, **changes}.items() if value is not None}


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
        OF_QUERIES | {"Metrics": [{**QUERY, "ReturnData": False}, TWO[1]], "Dimensions": []},
    ],
)
def test_alarm_taken(asking: Asking, changes: dict[str, Any]) -> None:
    """An alarm that CloudWatch takes is made."""
    asking.call("cloudwatch", "PutMetricAlarm", **alarm(**changes))
    (made,) = asking.call("cloudwatch", "DescribeAlarms", AlarmNames=["a"])["MetricAlarms"]
    assert made["AlarmName"] == "a"


def test_promql_alarm_is_not_simulated(asking: Asking) -> None:
    """An alarm that moto would make without its condition is said to be unsimulated."""
    criteria = {"PromQLCriteria": {"Query": "up == 0"}}
    members = {"AlarmName": "a", "EvaluationCriteria": criteria, "EvaluationInterval": 60}
    refusal = asking.refused("cloudwatch", "PutMetricAlarm", **members)
    assert refusal.code == "UnsupportedOperation"


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
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
    """A token that is none, a page that is too long and an odd period are refused."""
    refusal = asking.refused("cloudwatch", operation, **params)
    assert (refusal.code, refusal.status) == (code, 400)
