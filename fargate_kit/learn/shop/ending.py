"""The probe of the end: there was a shop, and nothing of it is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from fargate_kit.learn.checking import Finding
from fargate_kit.learn.shop.account import WEB, WORKER, Shop

__all__ = ["gone"]


async def gone(shop: Shop) -> AsyncIterator[Finding]:
    """There was a shop, and nothing of it is left."""
    call = shop.scene.call
    found = (await call("ecs", "DescribeClusters", clusters=[shop.name]))["clusters"]
    status = found[0]["status"] if found else "never made"
    yield Finding(status == "INACTIVE", f"the cluster {shop.name} was there, and is gone", status)
    if not found:
        return
    left = [f"family {shop.name}-{part}" for part in (WEB, WORKER) if await shop.definition(part)]
    for kind, service, operation, member, key in _KINDS:
        async for page in shop.scene.aws._session.api.pages(service, operation):
            left += [f"{kind} {raw[key]}" for raw in page[member] if _is_of(raw[key], shop)]
    yield Finding(not left, "nothing else of it is left", ", ".join(left) or "nothing")


# Of each kind: the service, the operation, the member that lists it, what names it.
_KINDS: Final = (
    ("load balancer", "elbv2", "DescribeLoadBalancers", "LoadBalancers", "LoadBalancerName"),
    ("target group", "elbv2", "DescribeTargetGroups", "TargetGroups", "TargetGroupName"),
    ("security group", "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupName"),
    ("log group", "logs", "DescribeLogGroups", "logGroups", "logGroupName"),
    ("role", "iam", "ListRoles", "Roles", "RoleName"),
)


def _is_of(name: str, shop: Shop) -> bool:
    """Whether a name begins with the shop's, as all do that the exercises lead to."""
    plain = name.removeprefix("fargate-kit-tasks-").removeprefix("fargate-kit-").rpartition("/")[2]
    return plain == shop.name or plain.startswith(f"{shop.name}-")
