"""What botocore's model says of every member: whether it must be there, and what it may be."""

from __future__ import annotations

from collections.abc import Mapping

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.limits import broken_limits
from fargate_kit.sim.moto_checks.asked import Asked

__all__ = ["CODES", "check_by_model"]

# The services whose front end is known to hold requests against the model, with the error
# code that each of them uses for it (seen in public logs).
CODES: Mapping[str, str] = {
    "cloudwatch": "ValidationError",
    "elbv2": "ValidationError",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "scheduler": "ValidationException",
    "secretsmanager": "ValidationException",
    "ssm": "ValidationException",
    "sts": "ValidationError",
}


def check_by_model(asked: Asked) -> None:
    """Refuse a request that does not fit botocore's model of its operation.

    Source: botocore's service models.

    Raises:
        AwsError: A member is missing, or is not what the model allows; every such member is
            named.
    """
    code = CODES.get(asked.service)
    if code is not None and (text := broken_limits(asked.service, asked.operation, asked.params)):
        raise AwsError(code, text)
