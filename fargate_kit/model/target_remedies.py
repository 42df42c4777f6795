"""What to do about a target that is not healthy, by AWS's reason code."""

from __future__ import annotations

__all__ = ["TARGET_REMEDIES", "target_remedy"]

# Reason codes: botocore's Elastic Load Balancing model, TargetHealthReasonEnum; their meaning:
# User Guide for Application Load Balancers, target-group-health-checks.
TARGET_REMEDIES: dict[str, str] = {
    "Elb.RegistrationInProgress": "Wait: the target is being registered.",
    "Elb.InitialHealthChecking": (
        "Wait: one health check that passes makes a new target healthy. If none does, check the "
        "health check's path, port and expected codes."
    ),
    "Target.ResponseCodeMismatch": (
        "The container answers, but not with an expected code. Check the health check's path and "
        "codes, and that the path needs no sign-in and does not redirect."
    ),
    "Target.Timeout": (
        "Nothing answered in time. Let the tasks' security group take the balancer's in on the "
        "container port, let the container listen on 0.0.0.0, and give it time to start."
    ),
    "Target.FailedHealthChecks": (
        "The connection was refused or broken off. Check that the container listens on the port "
        "that the target group checks, on 0.0.0.0 and not on 127.0.0.1."
    ),
    "Elb.InternalError": "The load balancer has trouble of its own: wait, or look at AWS Health.",
    "Target.NotRegistered": "The target is not registered: ECS does that once its task runs.",
    "Target.NotInUse": (
        "The load balancer does not use the target. Give the target group a listener, and the load "
        "balancer a subnet in every zone that the tasks may run in."
    ),
    "Target.InvalidState": "The target is stopped or stopping: another one takes its place.",
    "Target.IpUnusable": "The address belongs to a load balancer: register the task's own.",
    "Target.DeregistrationInProgress": (
        "Wait: the target finishes its requests until the deregistration delay is over."
    ),
    "Target.HealthCheckDisabled": "The target group checks nothing: enable its health checks.",
}
_BY_STATE: dict[str, str] = {
    "unhealthy": (
        "Check the health check's path, port and expected codes, and that the tasks' security "
        "group lets the balancer in."
    ),
    "unused": TARGET_REMEDIES["Target.NotInUse"],
    "draining": TARGET_REMEDIES["Target.DeregistrationInProgress"],
    "unhealthy.draining": TARGET_REMEDIES["Target.DeregistrationInProgress"],
    "initial": TARGET_REMEDIES["Elb.InitialHealthChecking"],
}


def target_remedy(state: str, reason: str | None) -> str | None:
    """Return what to do about a target; None where nothing is to be done.

    Args:
        state: As DescribeTargetHealth tells it.
        reason: AWS's reason code; None where there is none.
    """
    if state == "healthy":
        return None
    return TARGET_REMEDIES.get(reason or "") or _BY_STATE.get(state)
