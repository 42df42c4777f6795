"""Every text about permissions and unreachable networks, each with a mark of how sure it is."""

from __future__ import annotations

from fargate_kit.sim.wording import Mark, Phrase, Refusal

V, OBS, MEM = Mark.V, Mark.OBS, Mark.MEM

# Denials: `who` asks, `action` is not allowed on `resource`.
_NOT_AUTHORIZED = "User: {who} is not authorized to perform: {action}"
_ON = _NOT_AUTHORIZED + " on resource: {resource}"
NO_POLICY = Phrase(_ON + " because no identity-based policy allows the {action} action", OBS)
DENIED = Phrase(_ON + " with an explicit deny in an identity-based policy", OBS)
NO_BOUNDARY = Phrase(_ON + " because no permissions boundary allows the {action} action", OBS)
DENIED_BY_BOUNDARY = Phrase(_ON + " with an explicit deny in a permissions boundary", OBS)
# Of AssumeRole, whose reason AWS keeps to itself.
MAY_NOT_TAKE = Phrase(_ON, OBS)
EC2_PREFIX = Phrase("You are not authorized to perform this operation. {text}", OBS)
KEY_INACTIVE = Phrase("The security token included in the request is invalid.", OBS)
SIGNATURE_INCOMPLETE = Phrase("The request signature does not conform to AWS standards.", V)

# What a task that cannot be prepared tells.
_SECRETS = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: "
)
_RETRIED_ONCE = "service call has been retried 1 time(s): "
_STATUS = " status code: 400, request id: {request}"
_CHECK_NETWORK = ". Please check your task network configuration."
_UNSENT = 'RequestError: send request failed caused by: Post "https://{host}/": {dial}'
_ACCESS_DENIED = "AccessDeniedException: {denied}" + _STATUS

ROLE_UNTRUSTING = Phrase(
    "ECS was unable to assume the role '{role}' that was provided for this task. Please verify "
    "that the role being passed has the proper trust relationship and permissions and that your "
    "IAM user has permissions to pass this role.",
    OBS,
)
REGISTRY_AUTH_DENIED = Phrase(
    _SECRETS + "unable to retrieve ecr registry auth: " + _RETRIED_ONCE + _ACCESS_DENIED, OBS
)
REGISTRY_AUTH_UNREACHABLE = Phrase(
    _SECRETS
    + "unable to retrieve ecr registry auth: service call has been retried 3 time(s): "
    + _UNSENT
    + _CHECK_NETWORK,
    OBS,
)
_FROM_ASM = _SECRETS + "unable to retrieve secret from asm: "
_ASM = _FROM_ASM + _RETRIED_ONCE + "failed to fetch secret {secret} from secrets manager: "
SECRET_DENIED = Phrase(_ASM + _ACCESS_DENIED, OBS)
SECRET_MISSING = Phrase(
    _ASM + "ResourceNotFoundException: Secrets Manager can't find the specified secret." + _STATUS,
    OBS,
)
SECRET_KEY_MISSING = Phrase(
    _FROM_ASM + "retrieved secret from Secrets Manager did not contain json key {key}", OBS
)
SECRET_NOT_JSON = Phrase(
    _FROM_ASM + "the value of secret {secret} is no JSON object, so that key {key} cannot be read",
    MEM,
)
SECRET_UNREACHABLE = Phrase(
    _FROM_ASM
    + "service call has been retried 5 time(s): failed to fetch secret {secret} from secrets "
    "manager: RequestCanceled: request context canceled caused by: context deadline exceeded"
    + _CHECK_NETWORK,
    OBS,
)
_FROM_SSM = _SECRETS + "unable to retrieve secrets from ssm: "
PARAMETER_DENIED = Phrase(_FROM_SSM + _RETRIED_ONCE + _ACCESS_DENIED, OBS)
PARAMETER_MISSING = Phrase(_FROM_SSM + _RETRIED_ONCE + "invalid ssm parameters: {name}", OBS)
PARAMETER_UNREACHABLE = Phrase(
    _FROM_SSM
    + "service call has been retried 5 time(s): RequestCanceled: request context canceled caused "
    "by: context deadline exceeded" + _CHECK_NETWORK,
    OBS,
)
_FILES = (
    "ResourceInitializationError: failed to download env files: file download command: non empty "
    "error stream: service call has been retried {times} time(s): "
)
FILE_DENIED = Phrase(_FILES + "AccessDenied: Access Denied status code: 403", OBS)
FILE_MISSING = Phrase(_FILES + "NoSuchKey: The specified key does not exist. status code: 404", MEM)
FILE_UNREACHABLE = Phrase(
    _FILES + "RequestCanceled: request context canceled caused by: context deadline exceeded", OBS
)
_LOGGER = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried "
    "1 times: "
)
LOG_STREAM_DENIED = Phrase(
    _LOGGER + "failed to create Cloudwatch log stream: " + _ACCESS_DENIED + " : exit status 1", OBS
)
LOG_GROUP_DENIED = Phrase(
    _LOGGER + "failed to create Cloudwatch log group: " + _ACCESS_DENIED + " : exit status 1", OBS
)
LOGS_UNREACHABLE = Phrase(
    _LOGGER + "failed to create Cloudwatch log stream: " + _UNSENT + " : exit status 1", OBS
)

# What a task that cannot pull an image tells.
_MANIFEST = (
    "CannotPullContainerError: pull image manifest has been retried {times} time(s): failed to "
    "resolve ref {reference}: "
)
REGISTRY_UNREACHABLE = Phrase(
    _MANIFEST
    + 'failed to do request: Head "https://{host}/v2/{repository}/manifests/{tag}": {dial}',
    OBS,
)
MANIFEST_DENIED = Phrase(
    _MANIFEST + "pulling from host {host} failed with status code [manifests {tag}]: 403 Forbidden",
    OBS,
)
_LAYER = (
    "CannotPullContainerError: ref pull has been retried {times} time(s): failed to copy: "
    "httpReadSeeker: failed open: "
)
LAYER_UNREACHABLE = Phrase(_LAYER + 'failed to do request: Get "https://{host}/": {dial}', OBS)
LAYER_DENIED = Phrase(
    _LAYER + "unexpected status code https://{host}/v2/{repository}/blobs/{digest}: 403 Forbidden",
    OBS,
)

# What SimulatePrincipalPolicy and SimulateCustomPolicy refuse.
NO_SUCH_PRINCIPAL = Refusal("NoSuchEntity", "The {kind} with name {name} cannot be found.", OBS)
BAD_PRINCIPAL = Refusal("InvalidInput", "Invalid Entity Arn: {arn}", MEM)
BAD_ACTION = Refusal("InvalidInput", "Invalid action name: {action}", MEM)
BAD_POLICY = Refusal("InvalidInput", "{name}: {problems}", MEM)
BAD_MARKER = Refusal("InvalidInput", "Invalid Marker.", MEM)
RESOURCE_OWNER = Refusal(
    "InvalidInput", "A policy of a resource needs CallerArn, the ARN of the user who asks.", MEM
)
