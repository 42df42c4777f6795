"""Every text of Application Auto Scaling and of alarms, each with a mark of how sure it is."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Phrase, Refusal

V, OBS, MEM = Mark.V, Mark.OBS, Mark.MEM
VALIDATION = "ValidationException"
ABSENT = "ObjectNotFoundException"
LIMIT = "LimitExceededException"
_OF = "service namespace: {namespace}, resource ID: {id}, scalable dimension: {dimension}"

# Requests
VALUES_INVALID = Refusal(VALIDATION, "{text}", OBS)
TOKEN_INVALID = Refusal("InvalidNextTokenException", "The next token is invalid.", MEM)
PAGE_SIZE = Refusal(VALIDATION, "MaxResults must be between 1 and {most}, not {given}.", MEM)
DIMENSION_NEEDS_RESOURCE = Refusal(
    VALIDATION, "A scalable dimension can be given only with a resource ID.", MEM
)
DIMENSION_OF_OTHER_SERVICE = Refusal(
    VALIDATION, "The scalable dimension {dimension} is not one of the namespace {namespace}.", MEM
)
RESOURCE_INVALID = Refusal(
    VALIDATION,
    "Unsupported service namespace, resource type or scalable dimension: {given} is not "
    "service/<cluster>/<service>",
    MEM,
)

# Targets
SERVICE_MISSING = Refusal(VALIDATION, "ECS service doesn't exist: {id}", OBS)
TARGET_MISSING = Refusal(ABSENT, "No scalable target registered for " + _OF, OBS)
BOUNDS_REQUIRED = Refusal(
    VALIDATION,
    "MinCapacity and MaxCapacity are both required to register a new scalable target.",
    MEM,
)
BOUND_NEGATIVE = Refusal(VALIDATION, "{member} must not be negative: {given}", MEM)
BOUNDS_CROSSED = Refusal(
    VALIDATION, "Maximum capacity {maximum} cannot be less than minimum capacity {minimum}", OBS
)
TOO_MANY_TARGETS = Refusal(LIMIT, "There can be at most {most} scalable targets of ECS.", MEM)

# Tags
RESOURCE_MISSING = Refusal(
    "ResourceNotFoundException", "No scalable target exists for the ARN: {arn}", MEM
)
TOO_MANY_TAGS = Refusal(
    "TooManyTagsException", "A scalable target can have at most {most} tags.", MEM
)
TAG_RESERVED = Refusal(VALIDATION, "Tag keys must not begin with aws: {key}", MEM)
TAG_LENGTH = Refusal(
    VALIDATION,
    "Tag keys have 1 to 128 characters, and values at most 256: {key}",
    MEM,
)

# Policies
POLICY_MISSING = Refusal(
    ABSENT, "No scaling policy found for " + _OF + ", policy name: {name}", OBS
)
POLICY_TYPE_REQUIRED = Refusal(VALIDATION, "A new scaling policy needs a policy type.", MEM)
CONFIGURATION_REQUIRED = Refusal(
    VALIDATION, "A policy of the type {kind} needs a {member}, and no other one.", MEM
)
TOO_MANY_POLICIES = Refusal(
    LIMIT, "There can be at most {most} scaling policies of a scalable target.", MEM
)
ONE_METRIC = Refusal(
    VALIDATION, "Specify either a predefined or a customized metric, and not both.", MEM
)
METRIC_TAKEN = Refusal(
    VALIDATION,
    "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
    OBS,
)
METRIC_OF_OTHER_SERVICE = Refusal(
    VALIDATION, "The predefined metric {metric} is none of ECS services.", MEM
)
METRIC_INCOMPLETE = Refusal(
    VALIDATION, "A customized metric needs MetricName, Namespace and Statistic.", MEM
)
TARGET_VALUE_INVALID = Refusal(
    VALIDATION, "TargetValue must be a number greater than 0 and not {given}.", MEM
)
LABEL_REQUIRED = Refusal(VALIDATION, "{metric} needs a ResourceLabel.", MEM)
LABEL_NOT_ALLOWED = Refusal(VALIDATION, "{metric} takes no ResourceLabel.", MEM)
LABEL_INVALID = Refusal(
    VALIDATION,
    "A ResourceLabel is app/<name>/<id>/targetgroup/<name>/<id>, unlike {given}",
    MEM,
)
COOLDOWN_NEGATIVE = Refusal(VALIDATION, "{member} must not be negative: {given}", MEM)
ADJUSTMENT_REQUIRED = Refusal(
    VALIDATION, "A new step scaling policy needs AdjustmentType and StepAdjustments.", MEM
)
STEPS_INVALID = Refusal(VALIDATION, "Invalid step adjustments: {problem}.", MEM)
TOO_MANY_STEPS = Refusal(
    LIMIT, "There can be at most {most} step adjustments in a scaling policy.", MEM
)
MAGNITUDE_NOT_ALLOWED = Refusal(
    VALIDATION, "MinAdjustmentMagnitude is for the type PercentChangeInCapacity only.", MEM
)
MAGNITUDE_INVALID = Refusal(VALIDATION, "MinAdjustmentMagnitude must be 1 or more.", MEM)

# Scheduled actions
ACTION_MISSING = Refusal(
    ABSENT, "No scheduled action found for " + _OF + ", scheduled action name: {name}", OBS
)
SCHEDULE_REQUIRED = Refusal(
    VALIDATION, "A new scheduled action needs a schedule and a scalable target action.", MEM
)
SCHEDULE_INVALID = Refusal(VALIDATION, "Invalid schedule expression {given}: {problem}.", MEM)
SCHEDULE_PAST = Refusal(VALIDATION, "The scheduled time {given} is in the past.", MEM)
TIMES_CROSSED = Refusal(VALIDATION, "StartTime must be before EndTime.", MEM)
CHANGE_REQUIRED = Refusal(
    VALIDATION, "A scalable target action needs MinCapacity, MaxCapacity or both.", MEM
)
TOO_MANY_ACTIONS = Refusal(
    LIMIT, "There can be at most {most} scheduled actions of a scalable target.", MEM
)

# Activities
SETTING_COUNT = Phrase("Setting desired count to {count}.", V)
ALARM_TRIGGERED = Phrase("monitor alarm {alarm} in state {state} triggered policy {policy}", V)
WAITING = Phrase(
    "Successfully set desired count to {count}. Waiting for change to be fulfilled by ecs.", OBS
)
FULFILLED = Phrase(
    "Successfully set desired count to {count}. Change successfully fulfilled by ecs.", V
)
OVERRIDDEN = Phrase("The change to {count} was overridden by another one.", MEM)
COUNT_REFUSED = Phrase("Failed to set desired count to {count}. Reason: {reason}", MEM)
ATTEMPTING = Phrase("Attempting to scale due to alarm triggered", V)
MINIMUM_SET = Phrase("minimum capacity was set to {count}", V)
MAXIMUM_SET = Phrase("maximum capacity was set to {count}", V)
ACTION_TRIGGERED = Phrase("scheduled action name {name} was triggered", V)
SETTING_BOTH = Phrase("Setting min capacity to {minimum} and max capacity to {maximum}", V)
SETTING_MINIMUM = Phrase("Setting min capacity to {minimum}", MEM)
SETTING_MAXIMUM = Phrase("Setting max capacity to {maximum}", MEM)
BOUNDS_DONE = Phrase("Successfully {change}", V)
BOUNDS_FAILED = Phrase("Failed: {reason}", MEM)

# Alarms
TRACKING_ALARM = Phrase("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {arn}.", OBS)
INITIAL_REASON = Phrase("Unchecked: Initial alarm creation", OBS)
CROSSED = Phrase(
    "Threshold Crossed: {crossing} out of the last {all} datapoints [{points}] {were}{word} the "
    "threshold ({threshold}) (minimum {least} {noun} for {old} -> {new} transition).",
    OBS,
)
INSUFFICIENT = Phrase("Insufficient Data: {count} {noun} unknown.", OBS)
MISSING_TREATED = Phrase(
    "no datapoints were received for {count} {noun} and {them} {as_what}.", OBS
)
ALARM_CREATED = Phrase('Alarm "{name}" created', OBS)
ALARM_UPDATED = Phrase('Alarm "{name}" updated', OBS)
ALARM_DELETED = Phrase('Alarm "{name}" deleted', OBS)
STATE_CHANGED = Phrase("Alarm updated from {old} to {new}", V)
ACTION_DONE = Phrase("Successfully executed action {arn}", OBS)
HISTORY_TOKEN = Refusal("InvalidNextToken", "The next token is invalid.", MEM)
