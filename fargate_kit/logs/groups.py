"""Log groups: made, found and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fargate_kit.core.api import Api
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, NotFound
from fargate_kit.ownership import owned

__all__ = ["create_log_group", "delete_log_group", "log_group_arn"]


async def create_log_group(
    session: Session,
    name: str,
    *,
    retention_days: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> bool:
    """Make sure that a log group is there, with the retention that is asked for.

    Args:
        retention_days: None leaves the retention of a group that is there as it is.

    Returns:
        Whether it was made just now.

    Calls:
        logs:CreateLogGroup; with a retention logs:PutRetentionPolicy, and logs:DescribeLogGroups
        where the group was there
    """
    made = True
    try:
        await session.api.call(
            "logs", "CreateLogGroup", logGroupName=name, tags=owned(tags, mark=session.mark)
        )
    except ApiError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
        made = False
    if retention_days is None:
        return made
    group = None if made else await _log_group(session.api, name)
    if group is None or group.get("retentionInDays") != retention_days:
        await session.api.call(
            "logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=retention_days
        )
    return made


async def delete_log_group(session: Session, name: str) -> None:
    """Delete a log group and every line in it; one that is not there is fine.

    Calls:
        logs:DeleteLogGroup
    """
    try:
        await session.api.call("logs", "DeleteLogGroup", logGroupName=name)
    except NotFound:
        return


async def log_group_arn(session: Session, region: str, name: str) -> str:
    """Return the ARN of a log group as StartLiveTail takes it, without `:*` at its end.

    Raises:
        NotFound: There is none of that name.

    Calls:
        logs:DescribeLogGroups
    """
    group = await _log_group(session.api.in_region(region), name)
    if group is None:
        raise NotFound(
            "logs:DescribeLogGroups", "ResourceNotFoundException", f"there is no log group {name}"
        )
    arn: str = group["arn"]
    return arn.removesuffix(":*")


async def _log_group(api: Api, name: str) -> dict[str, Any] | None:
    """Return what CloudWatch Logs tells of a group; None if there is none of that name."""
    asked = {"logGroupNamePrefix": name}
    while True:
        reply = await api.call("logs", "DescribeLogGroups", **asked)
        for group in reply["logGroups"]:
            if group["logGroupName"] == name:
                found: dict[str, Any] = group
                return found
        if not reply.get("nextToken"):
            return None
        asked["nextToken"] = reply["nextToken"]
