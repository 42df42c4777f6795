"""Every text with which CloudWatch Logs refuses what moto would take, each with a mark."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Refusal

_PARAMETER = "InvalidParameterException"
_MISSING = "ResourceNotFoundException"

RETENTION = Refusal(
    _PARAMETER,
    "1 validation error detected: Value '{given}' at 'retentionInDays' failed to satisfy "
    "constraint: Member must satisfy enum value set: [{allowed}]",
    Mark.MEM,  # the values are those of the service model
)
RESERVED_NAME = Refusal(_PARAMETER, "Log groups starting with AWS/ are reserved for AWS.", Mark.OBS)
STREAM_EXISTS = Refusal(
    "ResourceAlreadyExistsException", "The specified log stream already exists", Mark.OBS
)
GROUP_MISSING = Refusal(_MISSING, "The specified log group does not exist.", Mark.OBS)
STREAM_MISSING = Refusal(_MISSING, "The specified log stream does not exist.", Mark.OBS)
FILTER_MISSING = Refusal(_MISSING, "The specified metric filter does not exist.", Mark.MEM)
QUERY_MISSING = Refusal(_MISSING, "The specified query does not exist.", Mark.MEM)
EXPORT_MISSING = Refusal(_MISSING, "The specified export task does not exist.", Mark.MEM)
RESOURCE_MISSING = Refusal(_MISSING, "The specified resource does not exist.", Mark.MEM)
ARN_INVALID = Refusal(_PARAMETER, "The specified resource ARN is invalid.", Mark.MEM)
DESTINATION_INVALID = Refusal(_PARAMETER, "destinationArn is not a valid ARN.", Mark.MEM)
TOKEN_INVALID = Refusal(_PARAMETER, "The specified nextToken is invalid.", Mark.OBS)
PREFIX_AND_PATTERN = Refusal(
    _PARAMETER,
    "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    Mark.MEM,
)
GROUPS_OF_QUERY = Refusal(
    _PARAMETER,
    "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given.",
    Mark.MEM,
)
QUERY_MALFORMED = Refusal(
    "MalformedQueryException", "The query begins with {symbol}, which is no command.", Mark.MEM
)
