"""By what requests name a log group: its name or its ARN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fargate_kit.sim.cloudwatch_logs import wording

_ARN = re.compile(r"arn:[^:]+:logs:([^:]+):([^:]+):log-group:([^:]+)")


def group_name(params: Mapping[str, Any], *, region: str, account_id: str) -> str:
    """Tell the name of the group that a request is about.

    Source: service model, FilterLogEvents: one of `logGroupName` and `logGroupIdentifier`.

    Raises:
        AwsError: It names none or two, or a group of another account or Region.
    """
    name, identifier = params.get("logGroupName"), params.get("logGroupIdentifier")
    if (name is None) == (identifier is None):
        raise wording.ONE_IDENTIFIER.error()
    if name is not None:
        return str(name)
    if not str(identifier).startswith("arn:"):
        return str(identifier)
    found = name_in_arn(str(identifier), region=region, account_id=account_id)
    if found is None:
        raise wording.GROUP_MISSING.error()
    return found


def name_in_arn(arn: str, *, region: str, account_id: str) -> str | None:
    """Tell the name in a group's ARN; None if it is no group's of this account and Region."""
    found = _ARN.fullmatch(arn)
    if found is None or (found[1], found[2]) != (region, account_id):
        return None
    return found[3]
