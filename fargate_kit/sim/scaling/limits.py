"""Values of requests, held against the limits in botocore's service model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.limits import broken_limits
from fargate_kit.sim.scaling import wording


def check_values(operation: str, params: Mapping[str, Any]) -> None:
    """Refuse a request with a value that is too long, too short, or spelled impossibly.

    Args:
        operation: As the service model names it.
        params: The decoded request.

    Raises:
        AwsError: `ValidationException`, naming every such value.
    """
    if text := broken_limits("application-autoscaling", operation, params):
        raise wording.VALUES_INVALID.error(text=text)
