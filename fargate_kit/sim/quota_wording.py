"""Every text about quotas, each with a mark of how sure it is."""

from __future__ import annotations

from collections.abc import Mapping

from fargate_kit.sim.wording import Mark, Phrase, Refusal

V, OBS, MEM = Mark.V, Mark.OBS, Mark.MEM

_RATE_EXCEEDED = "Rate exceeded"
# By service, with the HTTP status.
THROTTLED: Mapping[str, tuple[Refusal, int]] = {
    "ecs": (Refusal("ThrottlingException", _RATE_EXCEEDED, V), 400),
    "elbv2": (Refusal("ThrottlingException", _RATE_EXCEEDED, V), 400),
    "logs": (Refusal("ThrottlingException", _RATE_EXCEEDED, MEM), 400),
    "cloudwatch": (Refusal("Throttling", _RATE_EXCEEDED, OBS), 400),
    # the code is V
    "ec2": (Refusal("RequestLimitExceeded", "Request limit exceeded.", OBS), 503),
}
# RunTask beyond the launch rate: that it fails as a whole, and with this error, is not published.
LAUNCHES_THROTTLED = Refusal("ThrottlingException", _RATE_EXCEEDED, MEM)
# That RunTask tells it as a failure of the task is not published.
NO_VCPU = Phrase("You've reached the limit on the number of vCPUs you can run concurrently", V)
# The codes are those that the service model declares for the operation.
TOO_MANY_CLUSTERS = Refusal(
    "ClientException", "The limit of {most} clusters in this Region is reached.", MEM
)
TOO_MANY_SERVICES = Refusal(
    "InvalidParameterException", "The limit of {most} services in this cluster is reached.", MEM
)
DESIRED_COUNT = Refusal("InvalidParameterException", "Desired count exceeds limit.", OBS)
TOO_MANY_CONTAINERS = Refusal(
    "LimitExceededException",
    "A task definition can have at most {most} containers; {count} were given.",
    MEM,
)
DEFINITION_TOO_LARGE = Refusal(
    "LimitExceededException", "A task definition can have at most {most} bytes.", MEM
)
TOO_MANY_REVISIONS = Refusal(
    "LimitExceededException", "The limit of {most} revisions of family {family} is reached.", MEM
)
