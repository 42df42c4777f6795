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
