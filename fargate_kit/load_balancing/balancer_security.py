"""The security groups of a load balancer and of the tasks behind it: made, found, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fargate_kit.core.retrying import again_while
from fargate_kit.core.session import Session
from fargate_kit.core.undo import Making
from fargate_kit.errors import NotFound
from fargate_kit.model.ingress import IngressRule
from fargate_kit.ownership import TAG, owned

__all__ = ["create_group", "delete_group", "find_own"]

# A balancer's interfaces keep its group for a minute or two after it is deleted; AWS promises no
# time.
FREE_WITHIN = 600.0


async def create_group(
    session: Session,
    made: Making,
    name: str,
    *,
    description: str,
    vpc_id: str,
    rules: Sequence[IngressRule],
    tags: Mapping[str, str] | None,
) -> str:
    """Make a security group that lets in what is named, and nothing else; return its id.

    Args:
        made: Takes the group away if what follows fails.
        rules: Who is let in at which ports.

    Calls:
        ec2:CreateSecurityGroup, ec2:CreateTags, ec2:AuthorizeSecurityGroupIngress
    """
    marked = owned(tags, mark=session.mark)

    async def create() -> str:
        reply = await session.api.call(
            "ec2",
            "CreateSecurityGroup",
            GroupName=name,
            Description=description,
            VpcId=vpc_id,
            TagSpecifications=[
                {
                    "ResourceType": "security-group",
                    "Tags": [{"Key": key, "Value": value} for key, value in marked.items()],
                }
            ],
        )
        group_id: str = reply["GroupId"]
        return group_id

    async def take_away(group_id: str) -> None:
        await delete_group(session, group_id)

    group_id = await made.make(f"security group {name}", create, take_away)
    if rules:
        await session.api.call(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            GroupId=group_id,
            IpPermissions=[rule.to_api() for rule in rules],
        )
    return group_id


async def find_own(session: Session, group_ids: Sequence[str], name: str) -> list[str]:
    """Return those of some security groups that have that name and that we made.

    Calls:
        ec2:DescribeSecurityGroups
    """
    if not group_ids:
        return []
    # By filter, since an id that is gone would make the whole call fail.
    wanted = [
        {"Name": "group-id", "Values": list(group_ids)},
        {"Name": "group-name", "Values": [name]},
        {"Name": "tag-key", "Values": [TAG]},
    ]
    reply = await session.api.call("ec2", "DescribeSecurityGroups", Filters=wanted)
    return [group["GroupId"] for group in reply["SecurityGroups"]]


async def delete_group(session: Session, group_id: str) -> None:
    """Delete a security group once no interface has it any more; one that is gone is fine.

    Raises:
        WaitTimeout: It was in use for ten minutes.

    Calls:
        ec2:DeleteSecurityGroup
    """

    async def attempt() -> None:
        try:
            await session.api.call("ec2", "DeleteSecurityGroup", GroupId=group_id)
        except NotFound:
            return

    await again_while(
        session,
        {"DependencyViolation", "InvalidGroup.InUse"},
        attempt,
        what=f"deletion of security group {group_id}",
        timeout=FREE_WITHIN,
    )
