"""What CloudWatch Logs refuses and moto would take."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asking
from botocore.session import Session

from fargate_kit.sim.moto_checks.logs import RETENTION_DAYS

ARN = "arn:aws:logs:us-east-1:210987654321:log-group"
PARAMETER, MISSING = "InvalidParameterException", "ResourceNotFoundException"


@pytest.fixture
def logs(asking: Asking) -> Asking:
    """An account with a group `g` and in it a stream `s`."""
    asking.call("logs", "CreateLogGroup", logGroupName="g")
    asking.call("logs", "CreateLogStream", logGroupName="g", logStreamName="s")
    return asking


def state(logs: Asking) -> list[Any]:
    """Tell all groups, streams, filters and queries."""
    return [
        logs.call("logs", "DescribeLogGroups"),
        logs.call("logs", "DescribeLogStreams", logGroupName="g"),
        logs.call("logs", "DescribeMetricFilters"),
        logs.call("logs", "DescribeResourcePolicies"),
    ]


FILTER = {
    "filterName": "f",
    "filterPattern": "x",
    "metricTransformations": [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
}
STREAM = {"logGroupName": "g", "logStreamName": "s"}
QUERY = {"startTime": 1, "endTime": 2, "queryString": "fields @message"}


@pytest.mark.parametrize(
    ("operation", "params", "code", "told"),
    [
        ("CreateLogGroup", {"logGroupName": "a b"}, PARAMETER, "regular expression pattern"),
        ("CreateLogGroup", {"logGroupName": ""}, PARAMETER, "length greater than or equal to 1"),
        ("CreateLogGroup", {"logGroupName": "x" * 513}, PARAMETER, "less than or equal to 512"),
        ("CreateLogGroup", {}, PARAMETER, "Value null at 'logGroupName'"),
        ("CreateLogGroup", {"logGroupName": "aws/x"}, PARAMETER, "reserved for AWS"),
        ("CreateLogGroup", {"logGroupName": 7}, "SerializationException", "logGroupName"),
        ("CreateLogStream", STREAM | {"logStreamName": "a:b"}, PARAMETER, "'logStreamName'"),
        ("CreateLogStream", STREAM, "ResourceAlreadyExistsException", "log stream already"),
        ("DeleteLogStream", STREAM | {"logStreamName": "no"}, MISSING, "log stream does not"),
        ("DeleteLogStream", STREAM | {"logGroupName": "no"}, MISSING, "log group does not"),
        ("DescribeLogGroups", {"nextToken": "x"}, PARAMETER, "nextToken is invalid"),
        ("DescribeLogGroups", {"nextToken": "WzFd"}, PARAMETER, "nextToken is invalid"),
        (
            "DescribeLogGroups",
            {"logGroupNamePrefix": "g", "logGroupNamePattern": "ggg"},
            PARAMETER,
            "mutually exclusive",
        ),
        ("DescribeDestinations", {"nextToken": "x"}, PARAMETER, "nextToken is invalid"),
        ("DescribeMetricFilters", {"nextToken": "x"}, PARAMETER, "nextToken is invalid"),
        ("DescribeMetricFilters", {"logGroupName": "no"}, MISSING, "log group does not"),
        ("PutMetricFilter", FILTER | {"logGroupName": "no"}, MISSING, "log group does not"),
        (
            "PutMetricFilter",
            FILTER | {"logGroupName": "g", "filterPattern": "{ $.a = "},
            PARAMETER,
            "must end with '}'",
        ),
        (
            "PutMetricFilter",
            FILTER | {"logGroupName": "g", "filterPattern": "{ $.a = }"},
            PARAMETER,
            "",
        ),
        (
            "PutSubscriptionFilter",
            {
                "logGroupName": "g",
                "filterName": "f",
                "filterPattern": "[a, ",
                "destinationArn": "arn:aws:lambda:us-east-1:210987654321:function:f",
            },
            PARAMETER,
            "must end with ']'",
        ),
        (
            "StartQuery",
            {"logGroupName": "g"} | QUERY | {"queryString": "{ $.a = "},
            "MalformedQueryException",
            "begins with {",
        ),
        (
            "DeleteMetricFilter",
            {"logGroupName": "g", "filterName": "no"},
            MISSING,
            "metric filter does not",
        ),
        (
            "PutSubscriptionFilter",
            {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": "x"},
            PARAMETER,
            "destinationArn",
        ),
        ("GetQueryResults", {"queryId": "no"}, MISSING, "query does not"),
        ("StartQuery", QUERY, PARAMETER, "logGroupNames"),
        (
            "StartQuery",
            QUERY | {"logGroupName": "g", "logGroupNames": ["g"]},
            PARAMETER,
            "Exactly one",
        ),
        ("DescribeExportTasks", {"taskId": "no"}, MISSING, "export task does not"),
        ("ListTagsForResource", {"resourceArn": f"{ARN}:no"}, MISSING, "does not exist"),
        ("TagResource", {"resourceArn": f"{ARN}:no", "tags": {"a": "b"}}, MISSING, "not exist"),
        ("ListTagsForResource", {"resourceArn": f"{ARN}:g:*"}, PARAMETER, "regular expression"),
        ("TagResource", {"resourceArn": "x", "tags": {"a": "b"}}, PARAMETER, "ARN"),
    ],
)
def test_logs_refused(
    logs: Asking, operation: str, params: dict[str, Any], code: str, told: str
) -> None:
    """A request that CloudWatch Logs refuses gets its error, and changes nothing."""
    before = state(logs)
    refusal = logs.refused("logs", operation, **params)
    assert (refusal.code, refusal.status) == (code, 400)
    assert told in refusal.message
    assert state(logs) == before


@pytest.mark.parametrize("days", [0, -1, 2, 366, 4000])
def test_retention_is_one_of_the_list(logs: Asking, days: int) -> None:
    """A number of days that the service model does not list is refused."""
    refusal = logs.refused("logs", "PutRetentionPolicy", logGroupName="g", retentionInDays=days)
    assert refusal.code == "InvalidParameterException"
    assert f"Value '{days}' at 'retentionInDays'" in refusal.message
    (group,) = logs.call("logs", "DescribeLogGroups")["logGroups"]
    assert "retentionInDays" not in group


def test_retentions_of_the_model_are_taken(logs: Asking) -> None:
    """The list of retentions is the one of the service model, and each of them is taken."""
    model = Session().get_service_model("logs").operation_model("PutRetentionPolicy")
    told = model.input_shape.members["retentionInDays"].documentation.partition("</p>")[0]
    assert all(f" {days}" in told for days in RETENTION_DAYS)
    assert told.count(",") == len(RETENTION_DAYS) - 1
    for days in RETENTION_DAYS:
        logs.call("logs", "PutRetentionPolicy", logGroupName="g", retentionInDays=days)


def test_what_logs_takes_still_works(logs: Asking) -> None:
    """Pages, queries, filters and tags of what is there are answered."""
    logs.call("logs", "CreateLogGroup", logGroupName="/aws/ecs/h")
    page = logs.call("logs", "DescribeLogGroups", limit=1)
    assert [one["logGroupName"] for one in page["logGroups"]] == ["/aws/ecs/h"]
    page = logs.call("logs", "DescribeLogGroups", limit=1, nextToken=page["nextToken"])
    assert [one["logGroupName"] for one in page["logGroups"]] == ["g"]
    started = logs.call("logs", "StartQuery", logGroupName="g", **QUERY)
    assert logs.call("logs", "GetQueryResults", queryId=started["queryId"])["results"] == []
    logs.call("logs", "PutMetricFilter", logGroupName="g", **FILTER)
    assert len(logs.call("logs", "DescribeMetricFilters", logGroupName="g")["metricFilters"]) == 1
    logs.call("logs", "DeleteMetricFilter", logGroupName="g", filterName="f")
    logs.call("logs", "TagResource", resourceArn=f"{ARN}:g", tags={"a": "b"})
    tags = logs.call("logs", "ListTagsForResource", resourceArn=f"{ARN}:g")["tags"]
    assert tags == {"a": "b"}
