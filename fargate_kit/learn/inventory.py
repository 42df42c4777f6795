"""What is in an account, in words, so that before and after can be compared."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fargate_kit.connections.connection import Connection

__all__ = ["inventory"]


async def inventory(aws: Connection) -> tuple[str, ...]:
    """List everything of the kinds that the course makes, whoever made it.

    What AWS keeps as a record is not there any more: inactive clusters and revisions, and tasks
    that have stopped.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices,
        ecs:ListTasks, ecs:DescribeTasks, ecs:ListTaskDefinitions, ec2:DescribeNetworkInterfaces,
        ec2:DescribeSecurityGroups, ec2:DescribeVpcs, logs:DescribeLogGroups, iam:ListRoles,
        elasticloadbalancing:DescribeLoadBalancers, elasticloadbalancing:DescribeTargetGroups
    """
    found = [name async for name in _ecs(aws)]
    found += [name async for name in _around(aws)]
    return tuple(sorted(found))


async def _ecs(aws: Connection) -> AsyncIterator[str]:
    async for cluster in aws.clusters():
        yield f"cluster {cluster.name}"
        async for service in cluster.services():
            yield f"service {service.name}"
        for wanted in ("RUNNING", "STOPPED"):
            async for task in cluster.tasks(desired_status=wanted):
                if task.status != "STOPPED":
                    yield f"task {task.id}"
    async for page in aws._session.api.pages("ecs", "ListTaskDefinitions", status="ACTIVE"):
        for arn in page["taskDefinitionArns"]:
            yield f"revision {arn.rpartition('/')[2]}"


# Of each kind: the service, the operation, the member that lists it, what names it.
_KINDS = (
    ("network interface", "ec2", "DescribeNetworkInterfaces", "NetworkInterfaces"),
    ("security group", "ec2", "DescribeSecurityGroups", "SecurityGroups"),
    ("VPC", "ec2", "DescribeVpcs", "Vpcs"),
    ("log group", "logs", "DescribeLogGroups", "logGroups"),
    ("role", "iam", "ListRoles", "Roles"),
    ("load balancer", "elbv2", "DescribeLoadBalancers", "LoadBalancers"),
    ("target group", "elbv2", "DescribeTargetGroups", "TargetGroups"),
)
_NAMES = {
    "NetworkInterfaces": "NetworkInterfaceId",
    "SecurityGroups": "GroupId",
    "Vpcs": "VpcId",
    "logGroups": "logGroupName",
    "Roles": "RoleName",
    "LoadBalancers": "LoadBalancerName",
    "TargetGroups": "TargetGroupName",
}


async def _around(aws: Connection) -> AsyncIterator[str]:
    for kind, service, operation, member in _KINDS:
        async for page in aws._session.api.pages(service, operation):
            for raw in page[member]:
                yield f"{kind} {raw[_NAMES[member]]}"
