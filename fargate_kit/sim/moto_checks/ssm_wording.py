"""Every text with which Parameter Store refuses what moto would take, each with a mark."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Refusal

_VALIDATION = "ValidationException"

NAME = Refusal(
    _VALIDATION,
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it '
    "can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
    "letters, numbers and the following 3 symbols .-_",
    Mark.OBS,
)
NOT_QUALIFIED = Refusal(_VALIDATION, "Parameter name must be a fully qualified name.", Mark.OBS)
PATH = Refusal(
    _VALIDATION,
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
    'with a forward slash "/". It can\'t be prefixed with \\"aws\\" or \\"ssm\\" '
    "(case-insensitive). It must use only letters, numbers, or the following symbols: . (period), "
    "- (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, "
    'must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
    Mark.OBS,
)
TOO_DEEP = Refusal(
    "HierarchyLevelLimitExceededException",
    "A hierarchy can have a maximum of {most} levels.",
    Mark.V,
)
STANDARD_LENGTH = Refusal(
    _VALIDATION,
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a "
    "larger parameter value, upgrade the parameter to use the advanced-parameter tier.",
    Mark.MEM,
)
ADVANCED_LENGTH = Refusal(
    _VALIDATION,
    "Advanced tier parameters support a maximum parameter value of 8192 characters.",
    Mark.MEM,
)
NESTED = Refusal(
    _VALIDATION,
    'Parameter value can\'t nest another parameter. Do not use "{{{{}}}}" in the value.',
    Mark.MEM,
)
KEY_OF_SECURE = Refusal(
    _VALIDATION, "KeyId is required for SecureString type parameter only.", Mark.OBS
)
TYPE_CHANGED = Refusal(
    "HierarchyTypeMismatchException",
    "Parameter Store doesn't support changing a parameter type in a hierarchy.",
    Mark.V,
)
MISSING = Refusal("ParameterNotFound", "Parameter {name} not found.", Mark.MEM)
RESOURCE = Refusal(
    "InvalidResourceId",
    "The resource ID is not valid. Verify that you entered the correct ID and try again.",
    Mark.V,
)
TOKEN = Refusal("InvalidNextToken", "The specified token isn't valid.", Mark.V)
