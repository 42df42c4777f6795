"""Every text with which EventBridge Scheduler refuses what moto would take, each with a mark."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Refusal

_VALIDATION = "ValidationException"

EXPRESSION = Refusal(_VALIDATION, "Invalid Schedule Expression {given}.", Mark.OBS)
TIMEZONE = Refusal(_VALIDATION, "The ScheduleExpressionTimezone {given} is not valid.", Mark.MEM)
WINDOW_REQUIRED = Refusal(
    _VALIDATION,
    "MaximumWindowInMinutes is required when the mode of the flexible time window is FLEXIBLE.",
    Mark.MEM,
)
TARGET_ARN = Refusal(_VALIDATION, "Provided Arn is not in correct format.", Mark.MEM)
ROLE = Refusal(
    _VALIDATION,
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    Mark.OBS,
)
DEFAULT_GROUP = Refusal(_VALIDATION, "The default schedule group can not be deleted.", Mark.MEM)
TOKEN = Refusal(_VALIDATION, "The NextToken is not valid.", Mark.MEM)
GROUP_MISSING = Refusal(
    "ResourceNotFoundException", "Schedule group {name} does not exist.", Mark.OBS
)
SCHEDULE_EXISTS = Refusal("ConflictException", "Schedule {name} already exists.", Mark.MEM)
