"""Every text with which the simulated IAM refuses what moto would take, with marks.

Codes and what they mean are of the service model; limits are of the IAM User Guide, page
`reference_iam-quotas`.
"""

from __future__ import annotations

from fargate_kit.sim.wording import MEM, OBS, Refusal

MISSING = "NoSuchEntity"
EXISTS = "EntityAlreadyExists"
CONFLICT = "DeleteConflict"
LIMIT = "LimitExceeded"
MALFORMED = "MalformedPolicyDocument"
BAD_INPUT = "InvalidInput"

# What is there, or is not.
ROLE_MISSING = Refusal(MISSING, "The role with name {name} cannot be found.", OBS)
USER_MISSING = Refusal(MISSING, "The user with name {name} cannot be found.", OBS)
GROUP_MISSING = Refusal(MISSING, "The group with name {name} cannot be found.", OBS)
PROFILE_MISSING = Refusal(MISSING, "Instance Profile {name} cannot be found.", OBS)
POLICY_MISSING = Refusal(MISSING, "Policy {arn} was not found.", OBS)
INLINE_POLICY_MISSING = Refusal(MISSING, "The {kind} policy with name {name} cannot be found.", OBS)
BOUNDARY_MISSING = Refusal(MISSING, "Scope ARN: {arn} does not exist or is not attachable.", OBS)
ROLE_EXISTS = Refusal(EXISTS, "Role with name {name} already exists.", OBS)
USER_EXISTS = Refusal(EXISTS, "User with name {name} already exists.", OBS)
GROUP_EXISTS = Refusal(EXISTS, "Group with name {name} already exists.", OBS)
PROFILE_EXISTS = Refusal(EXISTS, "Instance Profile {name} already exists.", OBS)
POLICY_EXISTS = Refusal(
    EXISTS,
    "A policy called {name} already exists. Duplicate names are not allowed.",
    OBS,
)
BAD_ARN = Refusal(BAD_INPUT, "ARN {arn} is not valid.", MEM)

# What cannot be deleted or changed as it is.
POLICY_ATTACHED = Refusal(CONFLICT, "Cannot delete a policy attached to entities.", OBS)
POLICY_HAS_VERSIONS = Refusal(
    CONFLICT,
    "This policy has more than one version. Before you delete a policy, you must delete the "
    "policy's versions. The default version is deleted with the policy.",
    OBS,
)
FIRST_KEYS = Refusal(CONFLICT, "Cannot delete entity, must delete access keys first.", OBS)
FIRST_LOGIN = Refusal(CONFLICT, "Cannot delete entity, must delete login profile first.", OBS)
FIRST_USERS = Refusal(CONFLICT, "Cannot delete entity, must remove users from group first.", OBS)
FIRST_DETACH = Refusal(CONFLICT, "Cannot delete entity, must detach all policies first.", OBS)
FIRST_POLICIES = Refusal(CONFLICT, "Cannot delete entity, must delete policies first.", OBS)
PROTECTED = Refusal(
    "UnmodifiableEntity",
    "Cannot perform the operation on the protected role '{name}' - this role is only modifiable "
    "by AWS",
    OBS,
)
SERVICE_POLICY = Refusal(
    "PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.", OBS
)

SERVICE_PATH = Refusal(
    "AccessDenied",
    "Only service-linked roles can be in the path /aws-service-role/, and {name} is none.",
    MEM,
)
TAG_OF_AWS = Refusal(BAD_INPUT, "Tag keys that begin with aws: are reserved.", MEM)
SERVICE_ROLE_TAKEN = Refusal(
    BAD_INPUT,
    "Service role name {name} has been taken in this account, please try a different suffix.",
    OBS,
)
SERVICE_UNKNOWN = Refusal(
    BAD_INPUT, "There is no service-linked role for the service principal {service}.", MEM
)

# Limits and pages.
TOO_MANY_POLICIES = Refusal(LIMIT, "Cannot exceed quota for PoliciesPer{kind}: {limit}", OBS)
TRUST_TOO_LARGE = Refusal(LIMIT, "Cannot exceed quota for ACLSizePerRole: {limit}", OBS)
POLICY_TOO_LARGE = Refusal(LIMIT, "Cannot exceed quota for PolicySize: {limit}", OBS)
INLINE_TOO_LARGE = Refusal(
    LIMIT, "Maximum policy size of {limit} bytes exceeded for {kind} {name}", OBS
)
BAD_MARKER = Refusal("ValidationError", "Invalid Marker.", MEM)

# Policy documents.
NO_JSON = Refusal(MALFORMED, "This policy contains invalid Json", OBS)
SYNTAX = Refusal(MALFORMED, "Syntax errors in policy.", OBS)
NO_STATEMENT = Refusal(MALFORMED, "Could not parse the policy: Statement is empty!", OBS)
UNKNOWN_FIELD = Refusal(MALFORMED, "Unknown field {name}", OBS)
FIELD_MISSING = Refusal(MALFORMED, "Missing required field {name}", OBS)
EMPTY_PRINCIPAL = Refusal(MALFORMED, "Missing required field Principal cannot be empty!", OBS)
BAD_EFFECT = Refusal(MALFORMED, "Invalid effect: {effect}", MEM)
BAD_VERSION = Refusal(MALFORMED, "The policy must contain a valid version string", MEM)
CONDITION_OPERATOR = Refusal(MALFORMED, "Invalid Condition type : {operator}", MEM)
RESOURCE_FORBIDDEN = Refusal(MALFORMED, "Has prohibited field {name}", OBS)
NOT_STS = Refusal(MALFORMED, "AssumeRole policy may only specify STS AssumeRole actions.", OBS)
EVERYBODY = Refusal(MALFORMED, 'AssumeRolepolicy contained an invalid principal: "STAR":"*".', OBS)
BAD_PRINCIPAL = Refusal(MALFORMED, 'Invalid principal in policy: "{kind}":"{value}"', OBS)
PRINCIPAL_FORBIDDEN = Refusal(MALFORMED, "Policy document should not specify a principal.", OBS)
SID_TWICE = Refusal(MALFORMED, "Statement IDs (SID) in a single policy must be unique.", OBS)
BAD_SID = Refusal(
    MALFORMED,
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
    "expression [0-9A-Za-z]*",
    OBS,
)
