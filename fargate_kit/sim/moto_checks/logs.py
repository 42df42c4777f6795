"""What CloudWatch Logs refuses beyond its model, and moto would take or break on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.cloudwatch_logs.region import read_pattern
from fargate_kit.sim.errors import UnsupportedOperation
from fargate_kit.sim.moto_checks import logs_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.page_tokens import is_of_paginator

__all__ = ["check_logs"]

# Service model, PutRetentionPolicy.
_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096)
RETENTION_DAYS = (*_RETENTIONS, 1827, 2192, 2557, 2922, 3288, 3653)
# moto answers these in one page, so that no token can be one of theirs.
_IN_ONE_PAGE = frozenset({
    "DescribeDestinations",
    "DescribeExportTasks",
    "DescribeMetricFilters",
    "DescribeQueries",
    "DescribeResourcePolicies",
    "DescribeSubscriptionFilters",
})
_ARN = re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:.+", re.ASCII)
_COLONS = 5  # between the six parts of an ARN
_SOURCE = re.compile(r"\s*SOURCE\b", re.ASCII | re.IGNORECASE)

# A filter pattern in place of a query; no query language begins with a bracket.
_NO_COMMAND = re.compile(r"\s*([{\[])")


def check_logs(asked: Asked, logs: Any) -> None:
    """Refuse what CloudWatch Logs refuses.

    Source: the service model, where `logs_wording` says nothing else.

    Raises:
        AwsError: It is refused.
    """
    if asked.operation in _IN_ONE_PAGE and asked.params.get("nextToken") is not None:
        raise wording.TOKEN_INVALID.error()
    rule = _RULES.get(asked.operation)
    if rule is not None:
        rule(asked.params, logs)


def _put_retention_policy(params: Mapping[str, Any], _: Any) -> None:
    given = params["retentionInDays"]
    if given not in RETENTION_DAYS:
        allowed = ", ".join(map(str, RETENTION_DAYS))
        raise wording.RETENTION.error(given=given, allowed=allowed)


def _create_log_group(params: Mapping[str, Any], _: Any) -> None:
    if params["logGroupName"].lower().startswith("aws/"):
        raise wording.RESERVED_NAME.error()


def _create_log_stream(params: Mapping[str, Any], logs: Any) -> None:
    group = logs.groups.get(params["logGroupName"])
    if group is not None and params["logStreamName"] in group.streams:
        raise wording.STREAM_EXISTS.error()


def _delete_log_stream(params: Mapping[str, Any], logs: Any) -> None:
    group = logs.groups.get(params["logGroupName"])
    if group is not None and params["logStreamName"] not in group.streams:
        raise wording.STREAM_MISSING.error()


def _describe_log_groups(params: Mapping[str, Any], _: Any) -> None:
    if params.get("logGroupNamePrefix") and params.get("logGroupNamePattern"):
        raise wording.PREFIX_AND_PATTERN.error()
    token = params.get("nextToken")
    if token is not None and not is_of_paginator(token):
        raise wording.TOKEN_INVALID.error()


def _metric_filter(params: Mapping[str, Any], logs: Any) -> None:
    name = params.get("logGroupName")
    if name is not None and name not in logs.groups:
        raise wording.GROUP_MISSING.error()


def _put_metric_filter(params: Mapping[str, Any], logs: Any) -> None:
    _metric_filter(params, logs)
    read_pattern(params["filterPattern"])


def _delete_metric_filter(params: Mapping[str, Any], logs: Any) -> None:
    _metric_filter(params, logs)
    held = logs.filters.metric_filters
    wanted = params["logGroupName"], params["filterName"]
    if not any((one["logGroupName"], one["filterName"]) == wanted for one in held):
        raise wording.FILTER_MISSING.error()


def _put_subscription_filter(params: Mapping[str, Any], _: Any) -> None:
    if params["destinationArn"].count(":") < _COLONS:
        raise wording.DESTINATION_INVALID.error()
    read_pattern(params["filterPattern"])


def _start_query(params: Mapping[str, Any], _: Any) -> None:
    ways = ("logGroupName", "logGroupNames", "logGroupIdentifiers")
    given = [name for name in ways if params.get(name)]
    if not given and _SOURCE.match(params["queryString"]):
        raise UnsupportedOperation("logs", "StartQuery", "Name log groups instead of SOURCE.")
    if len(given) != 1:
        raise wording.GROUPS_OF_QUERY.error()
    beginning = _NO_COMMAND.match(params["queryString"])
    if beginning is not None:
        raise wording.QUERY_MALFORMED.error(symbol=beginning[1])
    if given == ["logGroupIdentifiers"]:
        raise UnsupportedOperation("logs", "StartQuery", "Use logGroupNames.")


def _query(params: Mapping[str, Any], logs: Any) -> None:
    if params["queryId"] not in logs.queries:
        raise wording.QUERY_MISSING.error()


def _describe_export_tasks(params: Mapping[str, Any], logs: Any) -> None:
    task = params.get("taskId")
    if task is not None and task not in logs.export_tasks:
        raise wording.EXPORT_MISSING.error()


def _resource(params: Mapping[str, Any], logs: Any) -> None:
    arn = params["resourceArn"]
    if not _ARN.fullmatch(arn):
        raise wording.ARN_INVALID.error()
    kind, _, rest = arn.split(":", 5)[5].partition(":")
    if kind == "log-group" and rest not in logs.groups:
        raise wording.RESOURCE_MISSING.error()


_RULES: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    "CreateLogGroup": _create_log_group,
    "CreateLogStream": _create_log_stream,
    "DeleteLogStream": _delete_log_stream,
    "DeleteMetricFilter": _delete_metric_filter,
    "DescribeExportTasks": _describe_export_tasks,
    "DescribeLogGroups": _describe_log_groups,
    "DescribeMetricFilters": _metric_filter,
    "GetQueryResults": _query,
    "ListTagsForResource": _resource,
    "PutMetricFilter": _put_metric_filter,
    "PutRetentionPolicy": _put_retention_policy,
    "PutSubscriptionFilter": _put_subscription_filter,
    "StartQuery": _start_query,
    "TagResource": _resource,
    "UntagResource": _resource,
}
