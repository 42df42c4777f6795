"""Every AWS text about services and deployments, each with a mark of how sure it is."""

from __future__ import annotations

from fargate_kit.sim.ecs.wording import PARAMETER
from fargate_kit.sim.wording import MEM, OBS, Phrase, Refusal, V

UNSUPPORTED = "UnsupportedFeatureException"

# CreateService and UpdateService
NOT_SIMULATED = Refusal(UNSUPPORTED, "{what} is not simulated: nothing was done.", MEM)
SERVICE_NAME_INVALID = Refusal(
    PARAMETER,
    "Service name must be 1 to 255 letters, numbers, underscores and hyphens.",
    MEM,
)
NOT_IDEMPOTENT = Refusal(PARAMETER, "Creation of service was not idempotent.", OBS)
STILL_DRAINING = Refusal(PARAMETER, "Unable to Start a service that is still Draining.", OBS)
CLIENT_TOKEN_INVALID = Refusal(
    PARAMETER, "clientToken can have at most 36 characters in the range of 33-126.", MEM
)
DEFINITION_REQUIRED = Refusal(PARAMETER, "TaskDefinition can not be blank.", MEM)
DESIRED_COUNT_REQUIRED = Refusal(
    PARAMETER, "desiredCount is required for the scheduling strategy REPLICA.", MEM
)
DESIRED_COUNT_RANGE = Refusal(
    PARAMETER, "desiredCount must be between 0 and {most}; {given} was given.", MEM
)
DAEMON_ON_FARGATE = Refusal(
    PARAMETER, "The scheduling strategy DAEMON is not supported with FARGATE.", MEM
)
CONTROLLER_FIXED = Refusal(
    PARAMETER, "The deployment controller of this service can not be changed to {given}.", MEM
)
ROLE_NOT_ALLOWED = Refusal(
    PARAMETER,
    "You cannot specify an IAM role for services that require a service linked role.",
    OBS,
)
EXECUTE_COMMAND_NEEDS_TASK_ROLE = Refusal(
    PARAMETER,
    "The service couldn't be created because a valid taskRoleArn is not being used. Specify a "
    "valid task role in your task definition and try again.",
    OBS,
)
GRACE_RANGE = Refusal(
    PARAMETER,
    "healthCheckGracePeriodSeconds must be between 0 and 2147483647; {given} was given.",
    MEM,
)
GRACE_WITHOUT_BALANCER = Refusal(
    PARAMETER,
    "Health check grace period is only valid for services configured to use load balancers",
    OBS,
)
REBALANCING_NEEDS_ROOM = Refusal(
    PARAMETER,
    "availabilityZoneRebalancing can not be ENABLED with a maximumPercent of 100.",
    MEM,
)
PERCENT_RANGE = Refusal(PARAMETER, "{member} must be at least {least}; {given} was given.", MEM)
PERCENTS_BLOCK = Refusal(
    PARAMETER,
    "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
    OBS,
)
THRESHOLD_RANGE = Refusal(
    PARAMETER,
    "The value of thresholdConfiguration must be between 1 and {most}; {given} was given.",
    MEM,
)
EARLY_SUCCESS_INCOMPLETE = Refusal(
    PARAMETER,
    "earlySuccessCriteria needs healthyPercent and sourceServiceRevisionCleanup.",
    MEM,
)
ONLY_WITH_OTHER_STRATEGY = Refusal(
    PARAMETER, "{member} can not be used with the deployment strategy ROLLING.", MEM
)
MONITORING_RESOLUTION = Refusal(
    PARAMETER, "resolutionSeconds must be 20 or 60; {given} was given.", MEM
)

# Target groups of a service
TOO_MANY_TARGET_GROUPS = Refusal(
    PARAMETER, "A service can have at most 5 target groups; {count} were given.", MEM
)
TARGET_GROUP_REQUIRED = Refusal(
    PARAMETER, "loadBalancers needs a targetGroupArn, a containerName and a containerPort.", MEM
)
TARGET_GROUP_NOT_FOUND = Refusal(
    PARAMETER, "The specified target group does not exist: {arn}.", MEM
)
TARGET_GROUP_WITHOUT_LISTENER = Refusal(
    PARAMETER,
    "The target group with targetGroupArn {arn} does not have an associated load balancer.",
    OBS,
)
TARGET_GROUP_TYPE = Refusal(
    PARAMETER,
    "The provided target group {arn} has target type {kind}, which is incompatible with the "
    "awsvpc network mode specified in the task definition.",
    OBS,
)
TARGET_GROUP_VPC = Refusal(
    PARAMETER, "The target group {arn} is not in the VPC of the service's subnets.", MEM
)
TARGET_GROUP_TWICE = Refusal(PARAMETER, "The target group {arn} is given more than once.", MEM)
CONTAINER_MISSING = Refusal(
    PARAMETER, "The container {name} does not exist in the task definition.", OBS
)
CONTAINER_PORT_MISSING = Refusal(
    PARAMETER, "The container {name} did not have a container port {port} defined.", OBS
)

# Other calls about services
SERVICE_NOT_FOUND = Refusal("ServiceNotFoundException", "Service not found.", OBS)
SERVICE_NOT_ACTIVE = Refusal("ServiceNotActiveException", "Service was not ACTIVE.", OBS)
SERVICE_SCALED = Refusal(
    PARAMETER, "The service cannot be stopped while it is scaled above 0.", OBS
)
SERVICES_EMPTY = Refusal(PARAMETER, "Services cannot be empty.", OBS)
TOO_MANY_SERVICES = Refusal(
    PARAMETER, "At most 10 services can be described in one call; {count} were given.", MEM
)
SERVICE_OF_OTHER_CLUSTER = Refusal(
    PARAMETER, "The service {given} does not belong to the given cluster.", MEM
)
ARN_OF_OTHER_KIND = Refusal(PARAMETER, "Invalid identifier: {given} is no ARN of a {kind}.", MEM)
NAMESPACE_NOT_FOUND = Refusal(
    "NamespaceNotFoundException", "The specified namespace was not found.", MEM
)

# Service deployments and revisions
TOO_MANY_ARNS = Refusal(
    PARAMETER, "At most 20 ARNs can be described in one call; {count} were given.", MEM
)
ARNS_EMPTY = Refusal(PARAMETER, "{member} can not be empty.", MEM)
MOMENT_INVALID = Refusal(PARAMETER, "createdAt.{member} is no timestamp: {given}", MEM)
RELEASE_NOT_FOUND = Refusal(
    "ServiceDeploymentNotFoundException",
    "The specified service deployment was not found.",
    MEM,
)
RELEASE_ENDED = Refusal(
    "ConflictException",
    "The request could not be processed because of conflict in the current state of the resource.",
    MEM,
)
STOP_TYPE = Refusal(PARAMETER, "stopType {given} is not supported; the valid value is ROLLBACK.", V)

# Task protection
TOO_MANY_PROTECTED = Refusal(
    PARAMETER, "At most {most} tasks can be given in one call; {count} were given.", MEM
)
PROTECTED_EMPTY = Refusal(PARAMETER, "Tasks cannot be empty.", MEM)
EXPIRY_RANGE = Refusal(
    PARAMETER, "expiresInMinutes must be between 1 and 2880; {given} was given.", MEM
)
TASK_NOT_VALID = Phrase("TASK_NOT_VALID", V)
DEPLOYMENT_BLOCKED = Phrase("DEPLOYMENT_BLOCKED", V)

# stoppedReason
SCALING = Phrase("Scaling activity initiated by (deployment {id})", V)
FAILED_CONTAINER_CHECKS = Phrase("Task failed container health checks", V)
FAILED_TARGET_CHECKS = Phrase("Task failed ELB health checks in (target-group {arn})", V)

# rolloutStateReason
IN_PROGRESS = Phrase("ECS deployment {id} in progress.", OBS)
COMPLETED = Phrase("ECS deployment {id} completed.", OBS)
BREAKER_FAILED = Phrase("ECS deployment circuit breaker: tasks failed to start.", OBS)
BREAKER_ROLLS_BACK = Phrase(
    "ECS deployment circuit breaker: rolling back to deploymentId {id}.", OBS
)
STOPPED_BY_REQUEST = Phrase("ECS deployment {id} was stopped.", MEM)
ROLLS_BACK_BY_REQUEST = Phrase("ECS deployment: rolling back to deploymentId {id}.", MEM)

# statusReason of a service deployment
THRESHOLD_EXCEEDED = Phrase(
    "Service deployment rolled back because the circuit breaker threshold was exceeded.", OBS
)
STALLED = Phrase(
    "Service deployment stopped because the circuit breaker threshold was exceeded.", MEM
)
NO_CANDIDATE = Phrase("No rollback candidate was found to run the rollback.", OBS)
OVERTAKEN = Phrase("Service deployment stopped because another one was started.", MEM)
ROLLBACK_ASKED = Phrase("Service deployment rolled back because a rollback was requested.", MEM)

# Events; {service} is the name
STARTED = Phrase("(service {service}) has started {count} tasks: {tasks}.", OBS)
REPLACED = Phrase(
    "(service {service}) has started {count} tasks: {tasks}. Amazon ECS replaced {replaced} "
    "tasks due to an unhealthy status.",
    OBS,
)
REGISTERED = Phrase("(service {service}) registered {count} targets in (target-group {arn})", OBS)
DEREGISTERED = Phrase(
    "(service {service}) deregistered {count} targets in (target-group {arn})", OBS
)
DRAINING = Phrase(
    "(service {service}, taskSet {id}) has begun draining connections on {count} tasks.", OBS
)
STOPPED = Phrase("(service {service}) has stopped {count} running tasks: {tasks}.", OBS)
STOPPED_PENDING = Phrase("(service {service}) stopped {count} pending tasks.", OBS)
DEPLOYMENT_COMPLETED = Phrase("(service {service}) (deployment {id}) deployment completed.", OBS)
STEADY = Phrase("(service {service}) has reached a steady state.", V)
CONTAINER_UNHEALTHY = Phrase(
    "(service {service}) (task {task}) failed container health checks.", OBS
)
TARGET_UNHEALTHY = Phrase(
    "(service {service}) (task {task}) (port {port}) is unhealthy in (target-group {arn}) due to "
    "(reason {reason}).",
    OBS,
)
DEPLOYMENT_FAILED = Phrase(
    "(service {service}) (deployment {id}) deployment failed: tasks failed to start.", OBS
)
ROLLING_BACK = Phrase("(service {service}) rolling back to deployment {id}.", OBS)
INCONSISTENT = Phrase(
    "(service {service}) is unable to consistently start tasks successfully. For more "
    "information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    OBS,
)
UNPLACED = Phrase("(service {service}) was unable to place a task. Reason: {reason}.", V)
PARTLY_UNPLACED = Phrase(
    "(service {service}) could not launch {count} tasks for deployment {id}. Reason: {reason}.",
    MEM,
)
BLOCKED = Phrase(
    "(service {service}) was unable to stop or start tasks during a deployment because of the "
    "service deployment configuration. Update the minimumHealthyPercent or maximumPercent value "
    "and try again.",
    V,
)
UNBALANCED = Phrase(
    "(service {service}) is not AZ balanced with {zones}. AZ Rebalancing in progress.", OBS
)
BALANCED = Phrase("(service {service}) is AZ balanced with {zones}.", OBS)
REBALANCING = Phrase(
    "(service {service}) has started {count} tasks in {zone} to AZ Rebalance: {tasks}.", OBS
)
HELD_BY_PROTECTION = Phrase(
    "(service {service}) was unable to reach steady state because (taskSet {id}) was unable to "
    "scale in due to (reason {count} tasks under protection)",
    OBS,
)
