"""Members of requests that the simulated ECS takes and does nothing with, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

IGNORED: Mapping[tuple[str, str], str] = {
    ("DescribeCapacityProviders", "include"): (
        "asks for tags, and FARGATE and FARGATE_SPOT cannot be tagged"
    ),
    ("RunTask", "referenceId"): "only Amazon ECS itself uses it (service model)",
}
"""(operation, member of its input) → why nothing follows from it."""
