"""What somebody else has left in an account, so that a lesson can look at it."""

from __future__ import annotations

from fargate_kit.connections.connection import Connection
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.load_balancing.target_group import TargetGroup
from fargate_kit.ownership import owned

__all__ = ["target_group_as_proposed"]


async def target_group_as_proposed(
    aws: Connection, balancer: LoadBalancer, name: str
) -> TargetGroup:
    """Make a target group with every setting that AWS takes where none is named.

    Its type is `instance`: AWS's default is for machines, and a task on Fargate is none.

    Args:
        balancer: The group is in its VPC.

    Calls:
        elasticloadbalancing:CreateTargetGroup, elasticloadbalancing:AddTags
    """
    session = aws._session
    marked = owned({}, mark=session.mark)
    reply = await session.api.call(
        "elbv2",
        "CreateTargetGroup",
        Name=name,
        Protocol="HTTP",
        Port=80,
        VpcId=balancer.vpc_id or "",
        Tags=[{"Key": key, "Value": value} for key, value in marked.items()],
    )
    return TargetGroup.from_api(reply["TargetGroups"][0], session)
