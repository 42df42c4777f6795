"""Every text with which Secrets Manager refuses what moto would take, each with a mark."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Refusal

_PARAMETER = "InvalidParameterException"
_REQUEST = "InvalidRequestException"
_MISSING = "ResourceNotFoundException"

NAME = Refusal(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
    "following: -/_+=.@!",
    Mark.OBS,
)
BOTH_VALUES = Refusal(
    _PARAMETER, "You can't specify both a binary secret value and a secret string.", Mark.MEM
)
MISSING = Refusal(_MISSING, "Secrets Manager can't find the specified secret.", Mark.OBS)
VERSION_MISSING = Refusal(
    _MISSING,
    "Secrets Manager can't find the specified secret value for VersionId: {version}",
    Mark.OBS,
)
STAGE_MISSING = Refusal(
    _MISSING,
    "Secrets Manager can't find the specified secret value for staging label: {stage}",
    Mark.OBS,
)
DELETED = Refusal(
    _REQUEST,
    "You can't perform this operation on the secret because it was marked for deletion.",
    Mark.OBS,
)
NAME_OF_DELETED = Refusal(
    _REQUEST,
    "You can't create this secret because a secret with this name is already scheduled for "
    "deletion.",
    Mark.OBS,
)
WINDOW = Refusal(
    _PARAMETER,
    "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
    Mark.OBS,
)
WINDOW_AND_FORCE = Refusal(
    _PARAMETER,
    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    Mark.OBS,
)
ELEMENT = Refusal(_PARAMETER, "Each element of {listed} must have a {member}.", Mark.MEM)
TOKEN = Refusal("InvalidNextTokenException", "The NextToken value is invalid.", Mark.V)
FILTERS_OR_IDS = Refusal(
    _PARAMETER, "You must include Filters or SecretIdList, but not both.", Mark.MEM
)
