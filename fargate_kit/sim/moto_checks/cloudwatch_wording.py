"""Every text with which CloudWatch refuses what moto would take, each with a mark."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Refusal

_VALIDATION = "ValidationError"

ONE_WAY = Refusal(
    _VALIDATION, "Exactly one of MetricName, Metrics and EvaluationCriteria must be set.", Mark.MEM
)
BESIDE_METRICS = Refusal(
    _VALIDATION, "{member} should not be set if list of Metrics is set.", Mark.OBS
)
REQUIRED = Refusal(_VALIDATION, "{member} must be set if MetricName is set.", Mark.MEM)
ALWAYS_REQUIRED = Refusal(_VALIDATION, "{member} must be set.", Mark.MEM)
ONE_STATISTIC = Refusal(
    _VALIDATION, "Exactly one of Statistic and ExtendedStatistic must be set.", Mark.MEM
)
# The list of values has grown since the text was seen, by 20.
PERIOD = Refusal(_VALIDATION, "Period must be 10, 20, 30 or a multiple of 60", Mark.MEM)
DAY = Refusal(
    _VALIDATION,
    "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= "
    "86400).",
    Mark.OBS,
)
WEEK = Refusal(
    _VALIDATION,
    "Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be "
    "<= 604800).",
    Mark.MEM,
)
DATAPOINTS = Refusal(
    _VALIDATION, "DatapointsToAlarm must be less than or equal to EvaluationPeriods.", Mark.MEM
)
MISSING_DATA = Refusal(
    _VALIDATION,
    "Option {given} is not supported. Supported options for parameter TreatMissingData are "
    "breaching, notBreaching, ignore and missing.",
    Mark.MEM,
)
ONE_RETURNS = Refusal(
    _VALIDATION, "Exactly one element of the metrics list should return data.", Mark.OBS
)
QUERY = Refusal(
    _VALIDATION,
    "Each element of the metrics list must have either an Expression or a MetricStat.",
    Mark.MEM,
)
# CloudWatch tells no more than this of what is wrong with a query.
METRICS = Refusal(_VALIDATION, "Invalid metrics list", Mark.OBS)
QUERY_ID = Refusal(
    _VALIDATION,
    "The value {given} for parameter MetricDataQueries.member.{number}.Id is not matching the "
    "expected pattern ^[a-z][a-zA-Z0-9_]*$.",
    Mark.OBS,
)
EXTENDED_STATISTIC = Refusal(
    "InvalidParameterValue",
    "The value {given} for parameter ExtendedStatistic is not supported.",
    Mark.OBS,
)
ACTION_ARN = Refusal(_VALIDATION, "Invalid arn syntax: {given}", Mark.MEM)
TOKEN = Refusal("InvalidNextToken", "The next token specified is invalid.", Mark.V)
STATISTICS_PERIOD = Refusal(
    "InvalidParameterValue",
    "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
    Mark.MEM,
)
TOO_MANY_POINTS = Refusal(
    "InvalidParameterCombination",
    "You have requested up to {count} datapoints, which exceeds the limit of {most}. You may "
    "reduce the datapoints requested by increasing Period, or decreasing the time range.",
    Mark.OBS,
)
NO_DATA = Refusal("MissingParameter", "The parameter MetricData is required.", Mark.OBS)
NO_VALUE = Refusal(
    "InvalidParameterCombination",
    "At least one of the parameters MetricData.member.{number}.Value and "
    "MetricData.member.{number}.StatisticValues must be specified.",
    Mark.OBS,
)
# The code is that of DashboardInvalidInputError in the service model.
DASHBOARD = Refusal(
    "InvalidParameterInput",
    "The value {given} for field DashboardName contains invalid characters. It can only contain "
    "alphanumerics, dash (-) and underscore (_).",
    Mark.MEM,
)
