"""Every text that the simulated ECS says of clusters, definitions and tasks, each with its mark."""

from __future__ import annotations

from fargate_kit.sim.wording import MEM, OBS, Phrase, Refusal, V

CLIENT = "ClientException"
PARAMETER = "InvalidParameterException"

# Clusters
CLUSTER_NOT_FOUND = Refusal("ClusterNotFoundException", "Cluster not found.", MEM)
CLUSTER_INACTIVE = Refusal("ClusterNotFoundException", "The referenced cluster was inactive.", OBS)
CLUSTER_NAME_INVALID = Refusal(
    PARAMETER,
    "Cluster name must be 1 to 255 letters, numbers, underscores and hyphens.",
    MEM,
)
CLUSTER_DIFFERS = Refusal(
    PARAMETER,
    "Arguments on this idempotent request are inconsistent with arguments used in previous "
    "request(s).",
    OBS,
)
CLUSTER_CONTAINS_SERVICES = Refusal(
    "ClusterContainsServicesException",
    "The Cluster cannot be deleted while Services are active.",
    OBS,
)
CLUSTER_CONTAINS_TASKS = Refusal(
    "ClusterContainsTasksException",
    "The Cluster cannot be deleted while Tasks are active.",
    OBS,
)
CLUSTER_SETTING_INVALID = Refusal(
    PARAMETER, "Invalid value '{value}' for the cluster setting {name}.", MEM
)
CLUSTER_SETTING_UNKNOWN = Refusal(PARAMETER, "Unknown cluster setting '{name}'.", MEM)
TOO_MANY_CLUSTERS = Refusal(
    PARAMETER, "At most 100 clusters can be described in one call; {count} were given.", MEM
)

# Capacity providers
PROVIDER_UNKNOWN = Refusal(
    PARAMETER,
    "The specified capacity provider '{name}' does not exist. Specify a valid name or ARN and "
    "try again.",
    MEM,
)
PROVIDER_NOT_ASSOCIATED = Refusal(
    PARAMETER,
    "The specified capacity provider '{name}' is not associated with the cluster. Associate it "
    "with the cluster and try again.",
    MEM,
)
PROVIDER_TWICE = Refusal(PARAMETER, "The capacity provider '{name}' is given more than once.", MEM)
PROVIDER_IN_USE = Refusal(
    "ResourceInUseException",
    "The specified capacity provider is in use and cannot be removed.",
    MEM,
)
STRATEGY_TOO_LONG = Refusal(
    PARAMETER, "A capacity provider strategy can contain a maximum of 20 capacity providers.", MEM
)
STRATEGY_TWO_BASES = Refusal(
    PARAMETER, "Only one capacity provider in a capacity provider strategy can have a base.", MEM
)
STRATEGY_NO_WEIGHT = Refusal(
    PARAMETER,
    "A capacity provider strategy needs at least one capacity provider with a weight greater "
    "than 0.",
    MEM,
)
STRATEGY_RANGE = Refusal(
    PARAMETER, "'{member}' of a capacity provider must be between {least} and {most}.", MEM
)
STRATEGY_AND_LAUNCH_TYPE = Refusal(
    PARAMETER,
    "Specifying both a launch type and capacity provider strategy is not supported. Remove one "
    "and try again.",
    OBS,
)

# Account settings
SETTING_VALUE_INVALID = Refusal(
    PARAMETER, "Invalid value '{value}' for the setting {name}. Valid values: {allowed}.", MEM
)
SETTING_MANAGED = Refusal(PARAMETER, "The setting {name} is managed by AWS.", MEM)
SETTING_PRINCIPAL = Refusal(PARAMETER, "Invalid principalArn '{arn}'.", MEM)
SETTING_VALUE_WITHOUT_NAME = Refusal(
    PARAMETER, "You must specify an account setting name to filter by value.", MEM
)
SETTING_ROOT_ONLY = Refusal(
    PARAMETER, "The setting {name} can only be set for the root user of the account.", MEM
)

# Task definitions
DEFINITION_NOT_DESCRIBED = Refusal(CLIENT, "Unable to describe task definition.", OBS)
DEFINITION_NOT_FOUND = Refusal(CLIENT, "TaskDefinition not found.", MEM)
DEFINITION_INACTIVE = Refusal(PARAMETER, "TaskDefinition is inactive", OBS)
DEFINITION_NAME_INVALID = Refusal(PARAMETER, "Invalid task definition identifier: {given}", MEM)
REVISION_MISSING = Refusal(PARAMETER, "Revision is missing.", MEM)
DEFINITIONS_TO_DELETE = Refusal(
    PARAMETER, "You can specify 1 to 10 task definitions; {count} were given.", MEM
)
DEFINITION_DELETE_ACTIVE = Phrase(
    "The specified task definition is still in ACTIVE status. Please deregister the target and "
    "try again.",
    MEM,
)
DEFINITION_DELETE_NO_REVISION = Phrase(
    "The specified task definition identifier is invalid. Specify a valid name or ARN and try "
    "again.",
    MEM,
)
DEFINITION_DELETE_MISSING = Phrase(
    "The specified task definition does not exist. Specify a valid account, family, revision "
    "and try again.",
    OBS,
)

# RunTask
COUNT_RANGE = Refusal(PARAMETER, "count must be between 1 and 10; {count} was given.", MEM)
NETWORK_MISSING = Refusal(
    PARAMETER,
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    MEM,
)
SUBNETS_MISSING = Refusal(PARAMETER, "subnets can not be empty.", OBS)
TOO_MANY_SUBNETS = Refusal(PARAMETER, "subnets can have at most 16 items; {count} were given.", MEM)
TOO_MANY_GROUPS = Refusal(
    PARAMETER, "securityGroups can have at most 5 items; {count} were given.", MEM
)
SUBNET_UNKNOWN = Refusal(
    PARAMETER,
    "Error retrieving subnet information for [{all}]: The subnet ID '{id}' does not exist "
    "(ErrorCode: InvalidSubnetID.NotFound)",
    OBS,
)
GROUP_UNKNOWN = Refusal(
    PARAMETER,
    "Error retrieving security group information for [{all}]: The security group '{id}' does "
    "not exist (ErrorCode: InvalidGroup.NotFound)",
    OBS,
)
SUBNETS_OF_SEVERAL_VPCS = Refusal(PARAMETER, "subnets must belong to the same VPC.", MEM)
GROUP_OF_OTHER_VPC = Refusal(
    PARAMETER, "Security group {id} does not appear to belong to the same VPC as the subnets.", MEM
)
LAUNCH_TYPE_UNSUPPORTED = Refusal(
    PARAMETER, "Task definition does not support launch_type FARGATE.", OBS
)
NO_CONTAINER_INSTANCES = Refusal(
    PARAMETER, "No Container Instances were found in your cluster.", OBS
)
MANAGED_INSTANCES_LAUNCH_TYPE = Refusal(
    PARAMETER,
    "To use Amazon ECS Managed Instances, specify a capacityProviderStrategy and omit the "
    "launchType.",
    MEM,
)
PLACEMENT_ON_FARGATE = Refusal(
    PARAMETER,
    "Placement constraints and placement strategies are not supported with FARGATE.",
    MEM,
)
PLATFORM_UNKNOWN = Refusal(
    "PlatformUnknownException", "The specified platform does not exist.", OBS
)
PLATFORM_INCOMPATIBLE = Refusal(
    "PlatformTaskDefinitionIncompatibilityException",
    "One or more of the requested capabilities are not supported.",
    OBS,
)
OVERRIDES_TOO_LONG = Refusal(PARAMETER, "Container Overrides length must be at most 8192", OBS)
OVERRIDE_UNKNOWN_CONTAINER = Refusal(
    PARAMETER, "Override for container named {name} is not a container in the TaskDefinition.", OBS
)
OVERRIDE_WITHOUT_NAME = Refusal(PARAMETER, "Container override needs a container name.", MEM)
OVERRIDE_NOT_ON_FARGATE = Refusal(
    PARAMETER, "The override '{member}' is not supported on FARGATE.", MEM
)
STARTED_BY_TOO_LONG = Refusal(PARAMETER, "startedBy longer than 128.", OBS)
GROUP_NAME_INVALID = Refusal(PARAMETER, "Invalid namespace for group.", MEM)
PROPAGATE_FROM_SERVICE = Refusal(
    PARAMETER, "propagateTags SERVICE is not supported when running a task.", MEM
)
CLIENT_TOKEN_INVALID = Refusal(
    PARAMETER, "clientToken can have at most 64 characters in the range of 33-126.", MEM
)
CLIENT_TOKEN_CONFLICT = Refusal(
    "ConflictException",
    "The RunTask request could not be processed because the provided clientToken is already in "
    "use with a different RunTask request.",
    MEM,
)
EXECUTE_COMMAND_NEEDS_TASK_ROLE = Refusal(
    PARAMETER,
    "A valid taskRoleArn is not being used. Specify a valid task role in your task definition "
    "and try again.",
    MEM,
)
VOLUME_CONFIGURATION_MISSING = Refusal(
    PARAMETER,
    "The task definition has a volume with configuredAtLaunch; its volumeConfigurations entry "
    "is missing or names no such volume.",
    MEM,
)

VOLUMES_NOT_SIMULATED = Refusal(
    "UnsupportedFeatureException", "EBS volumes of tasks are not simulated.", MEM
)

# Other calls about tasks
TASK_NOT_FOUND = Refusal(PARAMETER, "The referenced task was not found.", OBS)
TASK_ID_LENGTH = Refusal(PARAMETER, "taskId length should be one of [32,36]", OBS)
TASK_ID_INVALID = Refusal(PARAMETER, "Invalid identifier: {given}", MEM)
TASKS_EMPTY = Refusal(PARAMETER, "Tasks cannot be empty.", OBS)
TOO_MANY_TASKS = Refusal(
    PARAMETER, "At most 100 tasks can be described in one call; {count} were given.", MEM
)
STARTED_BY_NOT_ALONE = Refusal(
    PARAMETER,
    "When startedBy is used to filter tasks, it must be the only filter that you use.",
    MEM,
)
SERVICE_NOT_FOUND = Refusal("ServiceNotFoundException", "Service not found.", MEM)
DAEMON_NOT_FOUND = Refusal(PARAMETER, "Daemon not found.", MEM)
CONTAINER_INSTANCE_NOT_FOUND = Refusal(PARAMETER, "Container instance not found.", MEM)

# Names, values, tags, pages
VALUE_UNKNOWN = Refusal(
    PARAMETER, "Invalid value '{given}' for {path}; valid values: {allowed}.", MEM
)
ARN_INVALID = Refusal(PARAMETER, "Invalid identifier: {given}", MEM)
ARN_OF_OTHER_REGION = Refusal(
    PARAMETER, "Invalid identifier: Unexpected region or account in {given}", MEM
)
TAG_RESOURCE_UNSUPPORTED = Refusal(
    PARAMETER, "The resource {given} does not exist or cannot be tagged.", MEM
)
TAG_SHORT_ARN = Refusal(PARAMETER, "Long arn format must be used for tagging operations", OBS)
TAG_CLUSTER_INACTIVE = Refusal(
    PARAMETER, "The specified cluster is inactive. Specify an active cluster and try again.", OBS
)
TAG_SERVICE_NOT_FOUND = Refusal(
    "ResourceNotFoundException",
    "The specified service is not found. Specify a valid service and try again.",
    MEM,
)
TAG_SERVICE_INACTIVE = Refusal(
    PARAMETER, "The specified service is inactive. Specify an active service and try again.", MEM
)
TAG_TASK_NOT_FOUND = Refusal(
    "ResourceNotFoundException",
    "The specified task is not found. Specify a valid task and try again.",
    MEM,
)
TAG_TASK_STOPPED = Refusal(
    PARAMETER, "The specified task is stopped. Specify a running task and try again.", OBS
)
TAG_DEFINITION_NOT_FOUND = Refusal(
    "ResourceNotFoundException",
    "The specified task definition is not found. Specify a valid task definition and try again.",
    MEM,
)
TAG_DEFINITION_INACTIVE = Refusal(
    PARAMETER,
    "The specified task definition is inactive. Specify an active task definition and try again.",
    MEM,
)
TAG_RESERVED = Refusal(
    PARAMETER,
    "Tag keys and values beginning with 'aws:' are reserved for AWS: '{key}'.",
    MEM,
)
TAG_KEY_INVALID = Refusal(
    PARAMETER, "Tag keys must have 1 to 128 characters of the allowed set: '{key}'.", MEM
)
TAG_VALUE_INVALID = Refusal(
    PARAMETER,
    "Tag values can have at most 256 characters of the allowed set (key '{key}').",
    MEM,
)
TAG_TWICE = Refusal(PARAMETER, "Tag keys must be unique: '{key}' is given twice.", MEM)
TOO_MANY_TAGS = Refusal(PARAMETER, "A resource can have at most 50 tags.", MEM)
TAG_LIMIT = Refusal("LimitExceededException", "A resource can have at most 50 tags.", MEM)
PAGE_SIZE = Refusal(PARAMETER, "maxResults must be between 1 and {most}; {given} was given.", MEM)
TOKEN_INVALID = Refusal(PARAMETER, "Invalid token specified", MEM)

# failures[]
MISSING = Phrase("MISSING", V)
CAPACITY_UNAVAILABLE = Phrase(
    "Capacity is unavailable at this time. Please try again later or in a different availability "
    "zone",
    OBS,
)

# stoppedReason and a container's reason
ESSENTIAL_EXITED = Phrase("Essential container in task exited", V)
STOPPED_BY_USER = Phrase("Task stopped by user", MEM)
SPOT_INTERRUPTED = Phrase("Your Spot Task was interrupted.", V)
MAINTENANCE = Phrase(
    "ECS is performing maintenance on the underlying infrastructure hosting the task.", MEM
)
INTERFACE_ERROR = Phrase(
    "Unexpected EC2 error while attempting to Create Network Interface with public IP "
    "assignment {public} in subnet '{subnet}': {error}",
    V,
)
INTERFACE_TIMEOUT = Phrase("Timeout waiting for network interface provisioning to complete.", OBS)
PULL_INVALID_REFERENCE = Phrase("CannotPullContainerError: invalid reference format: {image}", OBS)
PULL_NO_SUCH_HOST = Phrase(
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve "
    'ref {reference}: failed to do request: Head "https://{registry}/v2/{repository}/manifests/'
    '{tag}": dial tcp: lookup {registry}: no such host',
    OBS,
)
PULL_NOT_FOUND = Phrase(
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve "
    "ref {reference}: {reference}: not found",
    OBS,
)
PULL_NO_REPOSITORY = Phrase(
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve "
    "ref {reference}: unexpected status from HEAD request to https://{registry}/v2/{repository}/"
    "manifests/{tag}: 404 Not Found (The repository with name '{repository}' does not exist in "
    "the registry)",
    MEM,
)
ROLE_MISSING = Phrase(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to assume the role '{role}': please verify that the role exists "
    "and that ecs-tasks.amazonaws.com is trusted by it",
    MEM,
)
LOG_GROUP_MISSING = Phrase(
    "ResourceInitializationError: failed to validate logger args: create stream has been retried "
    "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified "
    "log group does not exist. : exit status 1",
    OBS,
)
OUT_OF_MEMORY = Phrase("OutOfMemoryError: Container killed due to memory usage", OBS)
DEPENDENCY_EXITED = Phrase(
    "DependencyFailed: container '{dependency}' did not reach the condition {condition} that "
    "container '{container}' depends on",
    MEM,
)
DEPENDENCY_TIMEOUT = Phrase(
    "DependencyFailed: container '{dependency}' did not reach the condition {condition} within "
    "its startTimeout of {seconds} s; container '{container}' gave up",
    MEM,
)
