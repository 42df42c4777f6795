"""How IAM's entities are found in moto, and how IAM's errors are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.wording import Refusal

# The HTTP status of each code; 400 otherwise. Source: botocore's IAM model, and
# the IAM API Reference, page `CommonErrors`.
_STATUS: Mapping[str, int] = {
    "NoSuchEntity": 404,
    "EntityAlreadyExists": 409,
    "DeleteConflict": 409,
    "LimitExceeded": 409,
    "AccessDenied": 403,
}


def refused(refusal: Refusal, **values: Any) -> AwsError:
    """Make an error with the HTTP status that IAM gives it."""
    error = refusal.error(**values)
    error.status = _STATUS.get(error.code, error.status)
    return error


def entities(iam: Any, kind: str) -> dict[str, Any]:
    """List what there is of a kind, by its name in small letters, as IAM compares names.

    Args:
        kind: `role`, `user`, `group` or `profile`.
    """
    listed = {
        "role": iam.roles,
        "user": iam.users,
        "group": iam.groups,
        "profile": iam.instance_profiles,
    }[kind]
    return {one.name.lower(): one for one in listed.values()}


def entity(iam: Any, kind: str, name: str) -> Any:
    """Look one up by its name; None if there is none."""
    return entities(iam, kind).get(name.lower())
