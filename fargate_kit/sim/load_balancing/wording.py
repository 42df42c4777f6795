"""Every text that the simulated Elastic Load Balancing says, each with a mark of how sure it is."""

from __future__ import annotations

from fargate_kit.sim.load_balancing.protocol import TargetHealth
from fargate_kit.sim.wording import Mark, Refusal

# Reason codes and sentences: User Guide for Application Load Balancers, page
# target-group-health-checks, section "Health check reason codes". All V.
HEALTHY = TargetHealth("healthy")
REGISTERING = TargetHealth(
    "initial", "Elb.RegistrationInProgress", "Target registration is in progress"
)
CHECKING = TargetHealth("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
TIMED_OUT = TargetHealth("unhealthy", "Target.Timeout", "Request timed out")
FAILED = TargetHealth("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
NOT_IN_USE = TargetHealth(
    "unused",
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
ZONE_NOT_ENABLED = TargetHealth(
    "unused",
    "Target.NotInUse",
    "Target is in an Availability Zone that is not enabled for the load balancer",
)
NOT_REGISTERED = TargetHealth(
    "unused", "Target.NotRegistered", "Target is not registered to the target group"
)
DRAINING = TargetHealth(
    "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"
)
UNCHECKED = TargetHealth("unavailable", "Target.HealthCheckDisabled", "Health checks are disabled")


def mismatch(status: int) -> TargetHealth:
    """Say that the last check got a wrong status."""
    return TargetHealth(
        "unhealthy",
        "Target.ResponseCodeMismatch",
        f"Health checks failed with these codes: [{status}]",
    )


# Refusals; the codes are V (service model), the texts as marked.
VALIDATION = "ValidationError"
GROUP_NOT_FOUND = Refusal("TargetGroupNotFound", "One or more target groups not found", Mark.OBS)
ARN_INVALID = Refusal(VALIDATION, "'{arn}' is not a valid target group ARN", Mark.OBS)
ADDRESS_INVALID = Refusal(
    VALIDATION, "The IP address '{address}' is not a valid IPv4 address", Mark.OBS
)
ADDRESS_NOT_PRIVATE = Refusal(
    VALIDATION,
    "The IP address '{address}' is neither in the VPC nor in a private range, so it cannot be a "
    "target",
    Mark.MEM,
)
ZONE_REQUIRED = Refusal(
    VALIDATION,
    "The Availability Zone is required for IP address '{address}' because it is not in the VPC",
    Mark.OBS,
)
ZONE_OVERRIDDEN = Refusal(
    VALIDATION,
    "The IP address '{address}' is within the VPC, and cannot have its Availability Zone "
    "overridden to '{given}' from '{zone}'",
    Mark.OBS,
)
ZONE_UNKNOWN = Refusal(VALIDATION, "'{zone}' is not a valid Availability Zone", Mark.MEM)
TARGETS_MISSING = Refusal(VALIDATION, "At least one target must be specified", Mark.MEM)
INSTANCE_INVALID = Refusal(VALIDATION, "Instance ID '{id}' is not valid", Mark.OBS)
INSTANCES_MISSING = Refusal(
    "InvalidTarget", "The following instances do not exist: {ids}", Mark.OBS
)
TOO_MANY_TARGETS = Refusal(
    "TooManyTargets", "The number of registered targets cannot exceed '{most}'", Mark.MEM
)
SAME_NAME = "A {kind} with the same name '{name}' exists, but with different settings"
BALANCER_TAKEN = Refusal("DuplicateLoadBalancerName", SAME_NAME, Mark.OBS)
GROUP_TAKEN = Refusal("DuplicateTargetGroupName", SAME_NAME, Mark.OBS)
PORT_TAKEN = Refusal(
    "DuplicateListener",
    "A listener already exists on this port for this load balancer '{arn}'",
    Mark.OBS,
)
DELETION_PROTECTED = Refusal(
    "OperationNotPermitted",
    "Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
    Mark.OBS,
)

# What is named, and is not there.
BALANCER_NOT_FOUND = Refusal(
    "LoadBalancerNotFound", "One or more load balancers not found", Mark.OBS
)
LISTENER_NOT_FOUND = Refusal("ListenerNotFound", "One or more listeners not found", Mark.OBS)
RULE_NOT_FOUND = Refusal("RuleNotFound", "One or more rules not found", Mark.OBS)
TRUST_STORE_NOT_FOUND = Refusal(
    "TrustStoreNotFound", "The specified trust store does not exist.", Mark.V
)
NOT_AN_ARN = Refusal(VALIDATION, "'{arn}' is not a valid {kind} ARN", Mark.OBS)
MARKER_INVALID = Refusal(VALIDATION, "The marker '{marker}' is not valid", Mark.MEM)

# Load balancers.
NAME_TOO_LONG = Refusal(
    VALIDATION,
    "The load balancer name '{name}' cannot be longer than '{most}' characters",
    Mark.OBS,
)
NAME_CHARACTERS = Refusal(
    VALIDATION,
    "The load balancer name '{name}' can only contain characters that are alphanumeric "
    "characters and hyphens(-)",
    Mark.OBS,
)
NAME_BEGINS_WITH_HYPHEN = Refusal(
    VALIDATION, "The load balancer name '{name}' cannot begin with a hyphen(-)", Mark.MEM
)
NAME_ENDS_WITH_HYPHEN = Refusal(
    VALIDATION, "The load balancer name '{name}' cannot end with a hyphen(-)", Mark.OBS
)
NAME_INTERNAL = Refusal(
    VALIDATION, "The load balancer name '{name}' cannot begin with 'internal-'", Mark.OBS
)
TWO_ZONES_NEEDED = Refusal(
    VALIDATION,
    "At least two subnets in two different Availability Zones must be specified",
    Mark.OBS,
)
SUBNET_NEEDED = Refusal(VALIDATION, "At least one subnet must be specified", Mark.MEM)
SUBNETS_TWICE_SAID = Refusal(
    VALIDATION, "You can specify either subnets or subnet mappings, but not both", Mark.MEM
)
MAPPING_WITHOUT_SUBNET = Refusal(
    VALIDATION, "Each subnet mapping must specify a subnet ID", Mark.MEM
)
SUBNET_NOT_FOUND = Refusal("SubnetNotFound", "The subnet ID '{id}' does not exist", Mark.MEM)
ZONE_TAKEN = Refusal(
    "InvalidConfigurationRequest",
    "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    Mark.OBS,
)
SUBNETS_OF_SEVERAL_VPCS = Refusal(
    "InvalidConfigurationRequest",
    "All subnets must belong to the same VPC: '{ids}'",
    Mark.MEM,
)
SECURITY_GROUP_NOT_FOUND = Refusal(
    "InvalidSecurityGroup", "The security group '{id}' does not exist", Mark.MEM
)
SECURITY_GROUP_ELSEWHERE = Refusal(
    "InvalidConfigurationRequest",
    "Security group '{id}' does not belong to VPC '{vpc}'",
    Mark.OBS,
)
GATEWAY_SCHEME = Refusal(
    VALIDATION, "Scheme is not supported for Gateway Load Balancers.", Mark.OBS
)

# Target groups.
GROUP_WITHOUT_PORT = Refusal(
    VALIDATION, "A target group of type '{kind}' must have a protocol and a port", Mark.OBS
)
GENEVE_PORT = Refusal(
    VALIDATION, "A target group with the GENEVE protocol must have the port '6081'", Mark.MEM
)
PROTOCOL_VERSION = Refusal(
    VALIDATION, "Protocol version '{version}' must be one of '{allowed}'", Mark.MEM
)
PROTOCOL_VERSION_ELSEWHERE = Refusal(
    VALIDATION,
    "A protocol version is not supported for target groups with the {protocol} protocol",
    Mark.MEM,
)
CHECK_DISABLED = Refusal(
    VALIDATION,
    "Health check enabled must be true for target groups with target type '{kind}'",
    Mark.OBS,
)
CHECK_PROTOCOL = Refusal(
    VALIDATION, "Health check protocol '{protocol}' must be one of 'HTTP, HTTPS, TCP'", Mark.MEM
)
CHECK_PROTOCOL_OF_GROUP = Refusal(
    "InvalidConfigurationRequest",
    "Health check protocol 'TCP' is not supported for target groups with the {protocol} protocol",
    Mark.MEM,
)
CHECK_INTERVAL = Refusal(
    VALIDATION, "Health check interval must be greater than the timeout.", Mark.OBS
)
CHECK_PATH = Refusal(VALIDATION, "The health check path '{path}' must begin with '/'", Mark.MEM)
CHECK_PORT = Refusal(
    VALIDATION,
    "Health check port '{port}' must be 'traffic-port' or between '1-65535' inclusive",
    Mark.MEM,
)
MATCHER_OF_TCP = Refusal(
    "InvalidConfigurationRequest",
    "Health check matchers are not supported for TCP health checks",
    Mark.OBS,
)
MATCHER_CODES = Refusal(
    VALIDATION,
    "Health check matcher HTTP code '{code}' must be within '{least}-{most}' inclusive",
    Mark.MEM,
)

# Attributes.
ATTRIBUTE_INCOMPLETE = Refusal(VALIDATION, "An attribute must have a key and a value", Mark.MEM)
ATTRIBUTE_UNKNOWN = Refusal(VALIDATION, "{whose} attribute key '{key}' is not recognized", Mark.OBS)
ATTRIBUTE_ELSEWHERE = Refusal(
    "InvalidConfigurationRequest",
    "Load balancer attribute key '{key}' is not supported on load balancers with type '{kind}'",
    Mark.OBS,
)
ATTRIBUTE_TRUTH = Refusal(
    VALIDATION, "The value of '{key}' must be 'true' or 'false', but was '{value}'", Mark.OBS
)
ATTRIBUTE_RANGE = Refusal(
    VALIDATION, "'{key}' value '{value}' must be between '{least}-{most}' inclusive", Mark.OBS
)
ATTRIBUTE_CHOICE = Refusal(VALIDATION, "'{value}' must be one of [{allowed}]", Mark.OBS)

# Tags.
TAG_TWICE = Refusal(
    "DuplicateTagKeys", "The tag key '{key}' was specified more than once", Mark.MEM
)
TAG_OF_AWS = Refusal(VALIDATION, "Tag key '{key}' cannot start with 'aws:'", Mark.OBS)
TOO_MANY_TAGS = Refusal(
    "TooManyTags", "The number of tags for '{arn}' cannot exceed '{most}'", Mark.MEM
)
TOO_MANY_DESCRIBED = Refusal(
    VALIDATION, "Cannot have more than {most} resources described", Mark.MEM
)
