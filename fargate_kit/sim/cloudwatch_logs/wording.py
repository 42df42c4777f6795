"""Every text that CloudWatch Logs says, each with a mark of how sure it is."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Phrase, Refusal

V, OBS, MEM = Mark.V, Mark.OBS, Mark.MEM
PARAMETER = "InvalidParameterException"
NOT_FOUND = "ResourceNotFoundException"

GROUP_MISSING = Refusal(NOT_FOUND, "The specified log group does not exist.", OBS)
STREAM_MISSING = Refusal(NOT_FOUND, "The specified log stream does not exist.", OBS)
ONE_IDENTIFIER = Refusal(
    PARAMETER, "Specify either logGroupName or logGroupIdentifier, but not both.", MEM
)
NAMES_OR_PREFIX = Refusal(
    PARAMETER, "Specify either logStreamNames or logStreamNamePrefix, but not both.", MEM
)
VALUES_INVALID = Refusal(PARAMETER, "{text}", OBS)
PATTERN_INVALID = Refusal(PARAMETER, "{reason}", OBS)
TOKEN_INVALID = Refusal(PARAMETER, "The specified nextToken is invalid.", OBS)
TOKEN_EXPIRED = Refusal(PARAMETER, "The specified nextToken has expired.", MEM)
TAIL_TOO_EARLY = Refusal(
    PARAMETER,
    "startFromHead can be false only with a startTime on or after January 1, 2024 00:00:00 UTC.",
    MEM,
)
PREFIX_WITH_EVENT_TIME = Refusal(
    PARAMETER, "Cannot order by LastEventTime with a logStreamNamePrefix.", OBS
)

# PutLogEvents
NOT_CHRONOLOGICAL = Refusal(
    PARAMETER,
    "Log events in a single PutLogEvents request must be in chronological order.",
    OBS,
)
SPAN_TOO_LONG = Refusal(
    PARAMETER,
    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    OBS,
)
BATCH_TOO_LARGE = Refusal(PARAMETER, "Upload too large: {size} bytes exceeds limit of {limit}", OBS)
EVENT_TOO_LARGE = Refusal(
    PARAMETER, "Log event too large: {size} bytes exceeds limit of {limit}", OBS
)

# StartLiveTail
TAIL_NEEDS_ARNS = Refusal(
    PARAMETER, "Live Tail takes log groups by their ARNs, without :* at the end: {given}", MEM
)
TAIL_NAMES_OR_PREFIXES = Refusal(
    PARAMETER, "Specify either logStreamNames or logStreamNamePrefixes, but not both.", MEM
)
TAIL_ONE_GROUP = Refusal(
    PARAMETER,
    "logStreamNames and logStreamNamePrefixes can be given with a single log group only.",
    MEM,
)
TAIL_NOT_HERE = Refusal(
    "InvalidOperationException", "Live Tail is not available in the Region {region}.", MEM
)
TOO_MANY_TAILS = Refusal(
    "LimitExceededException",
    "The limit of {limit} concurrent Live Tail sessions of this account is reached.",
    MEM,
)
TAIL_NEEDS_A_CONNECTION = Refusal(
    "UnsupportedOperation",
    "logs StartLiveTail is not simulated here: its answer stays open, and this caller takes "
    "whole answers only. Start the session through a front door, or by Account.start_answer.",
    MEM,
)
TAIL_TIMED_OUT = Phrase("The session has timed out after three hours.", MEM)
TAIL_BROKEN_OFF = Phrase("The simulated account was reset.", MEM)
