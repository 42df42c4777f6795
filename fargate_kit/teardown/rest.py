"""Finds and takes down log groups, roles and alarms that are marked."""

from __future__ import annotations

from contextlib import suppress

from fargate_kit.errors import NotFound
from fargate_kit.teardown.leftovers import Leftover, Search, Step

__all__ = ["ALARMS", "LOG_GROUPS", "ROLES"]

# Roles that AWS makes for itself (IAM User Guide, "Using service-linked roles").
_OF_AWS = ("/aws-service-role/", "/aws-reserved/")


async def find_log_groups(search: Search) -> list[Leftover]:
    """Find log groups that are marked.

    Calls:
        logs:DescribeLogGroups; logs:ListTagsForResource for each log group
    """
    found = []
    async for page in search.session.api.pages("logs", "DescribeLogGroups"):
        for group in page["logGroups"]:
            arn = group["arn"].removesuffix(":*")
            if arn in search.others:
                continue
            with suppress(NotFound):
                reply = await search.call("logs", "ListTagsForResource", resourceArn=arn)
                if search.has(reply.get("tags")):
                    name = group["logGroupName"]
                    found.append(Leftover(kind="log group", id=name, name=name))
                else:
                    search.others.add(arn)
    return found


async def remove_log_group(search: Search, group: Leftover) -> None:
    """Delete a log group and every line in it.

    Calls:
        logs:DeleteLogGroup
    """
    with suppress(NotFound):
        await search.call("logs", "DeleteLogGroup", logGroupName=group.id)


async def find_roles(search: Search) -> list[Leftover]:
    """Find roles that are marked, in whatever region they were made: IAM has no regions.

    Calls:
        iam:ListRoles; iam:ListRoleTags for each role that is not AWS's own
    """
    found = []
    async for page in search.session.api.pages("iam", "ListRoles"):
        for role in page["Roles"]:
            if role["Path"].startswith(_OF_AWS) or role["Arn"] in search.others:
                continue
            with suppress(NotFound):
                pages = search.session.api.pages("iam", "ListRoleTags", RoleName=role["RoleName"])
                tags = [tag async for each in pages for tag in each["Tags"]]
                if search.has(tags):
                    name = role["RoleName"]
                    found.append(Leftover(kind="role", id=name, name=name))
                else:
                    search.others.add(role["Arn"])
    return found


async def remove_role(search: Search, role: Leftover) -> None:
    """Delete a role and the policies that are written in it, and let go of the attached ones.

    Calls:
        iam:ListAttachedRolePolicies, iam:DetachRolePolicy, iam:ListRolePolicies,
        iam:DeleteRolePolicy, iam:DeleteRole
    """
    api = search.session.api
    with suppress(NotFound):
        pages = api.pages("iam", "ListAttachedRolePolicies", RoleName=role.id)
        for arn in [each["PolicyArn"] async for page in pages for each in page["AttachedPolicies"]]:
            await search.call("iam", "DetachRolePolicy", RoleName=role.id, PolicyArn=arn)
        pages = api.pages("iam", "ListRolePolicies", RoleName=role.id)
        for name in [name async for page in pages for name in page["PolicyNames"]]:
            await search.call("iam", "DeleteRolePolicy", RoleName=role.id, PolicyName=name)
        await search.call("iam", "DeleteRole", RoleName=role.id)


async def find_alarms(search: Search) -> list[Leftover]:
    """Find metric alarms that are marked.

    Calls:
        cloudwatch:DescribeAlarms; cloudwatch:ListTagsForResource for each alarm
    """
    found = []
    pages = search.session.api.pages("cloudwatch", "DescribeAlarms", AlarmTypes=["MetricAlarm"])
    async for page in pages:
        for alarm in page["MetricAlarms"]:
            arn = alarm["AlarmArn"]
            if arn in search.others:
                continue
            with suppress(NotFound):
                reply = await search.call("cloudwatch", "ListTagsForResource", ResourceARN=arn)
                if search.has(reply.get("Tags")):
                    name = alarm["AlarmName"]
                    found.append(Leftover(kind="alarm", id=name, name=name))
                else:
                    search.others.add(arn)
    return found


async def remove_alarm(search: Search, alarm: Leftover) -> None:
    """Delete an alarm.

    Calls:
        cloudwatch:DeleteAlarms
    """
    with suppress(NotFound):
        await search.call("cloudwatch", "DeleteAlarms", AlarmNames=[alarm.id])


ALARMS = Step(kind="alarm", find=find_alarms, remove=remove_alarm)
LOG_GROUPS = Step(kind="log group", find=find_log_groups, remove=remove_log_group)
ROLES = Step(kind="role", find=find_roles, remove=remove_role)
