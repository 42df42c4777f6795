"""What is in an account, in words, so that before and after can be compared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from fargate_kit.connections.connection import Connection
from fargate_kit.model.values import TaskStatus
from fargate_kit.tasks.task import Task

__all__ = ["inventory"]


async def inventory(aws: Connection, *, seat: str = "") -> tuple[str, ...]:
    """List everything of the kinds that the course makes, whoever made it.

    What AWS keeps as a record is not there any more: inactive clusters and revisions, and tasks
    that have stopped.

    Args:
        seat: Where several share an account, only what this seat's names stand on, and what is in
            it: tasks of its clusters, and their interfaces. Empty is everything.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters, ecs:ListServices, ecs:DescribeServices,
        ecs:ListTasks, ecs:DescribeTasks, ecs:ListTaskDefinitions, ec2:DescribeNetworkInterfaces,
        ec2:DescribeSecurityGroups, ec2:DescribeVpcs, logs:DescribeLogGroups, iam:ListRoles,
        elasticloadbalancing:DescribeLoadBalancers, elasticloadbalancing:DescribeTargetGroups,
        application-autoscaling:DescribeScalableTargets, cloudwatch:DescribeAlarms
    """
    look = _Look(aws, seat)
    found = [name async for name in look.ecs()]
    found += [name async for name in look.around()]
    found += [name async for name in look.scaling()]
    return tuple(sorted(found))


# Of each kind: the service, the operation, the member that lists it, what identifies it, and what
# it is called.
_KINDS = (
    ("security group", "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", "GroupName"),
    ("VPC", "ec2", "DescribeVpcs", "Vpcs", "VpcId", "Tags"),
    ("log group", "logs", "DescribeLogGroups", "logGroups", "logGroupName", "logGroupName"),
    ("role", "iam", "ListRoles", "Roles", "RoleName", "RoleName"),
    (
        "load balancer",
        "elbv2",
        "DescribeLoadBalancers",
        "LoadBalancers",
        "LoadBalancerName",
        "LoadBalancerName",
    ),
    (
        "target group",
        "elbv2",
        "DescribeTargetGroups",
        "TargetGroups",
        "TargetGroupName",
        "TargetGroupName",
    ),
)


class _Look:
    """One look, at everything or at one seat's."""

    def __init__(self, aws: Connection, seat: str) -> None:
        self._aws = aws
        self._seat = seat
        self._interfaces: set[str] = set()

    async def ecs(self) -> AsyncIterator[str]:
        async for cluster in self._aws.clusters():
            if not self._is_ours(cluster.name):
                continue
            yield f"cluster {cluster.name}"
            async for service in cluster.services():
                yield f"service {service.name}"
            for wanted in ("RUNNING", "STOPPED"):
                async for task in cluster.tasks(desired_status=wanted):
                    self._remember(task)
                    if task.status != TaskStatus.STOPPED:
                        yield f"task {task.id}"
        pages = self._aws._session.api.pages("ecs", "ListTaskDefinitions", status="ACTIVE")
        async for page in pages:
            for arn in page["taskDefinitionArns"]:
                name = arn.rpartition("/")[2]
                if self._is_ours(name):
                    yield f"revision {name}"

    async def around(self) -> AsyncIterator[str]:
        api = self._aws._session.api
        async for page in api.pages("ec2", "DescribeNetworkInterfaces"):
            for raw in page["NetworkInterfaces"]:
                if not self._seat or raw["NetworkInterfaceId"] in self._interfaces:
                    yield f"network interface {raw['NetworkInterfaceId']}"
        for kind, service, operation, member, id_key, name_key in _KINDS:
            async for page in api.pages(service, operation):
                for raw in page[member]:
                    if self._is_ours(_name(raw, name_key)):
                        yield f"{kind} {raw[id_key]}"

    async def scaling(self) -> AsyncIterator[str]:
        api = self._aws._session.api
        pages = api.pages(
            "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs"
        )
        async for page in pages:
            for raw in page["ScalableTargets"]:
                _, cluster, service = raw["ResourceId"].split("/")
                if self._is_ours(cluster):
                    yield f"scalable target {cluster}/{service}"
        # An alarm that somebody made by hand is known by what it looks at.
        async for page in api.pages("cloudwatch", "DescribeAlarms", AlarmTypes=["MetricAlarm"]):
            for raw in page["MetricAlarms"]:
                seen = {each["Name"]: each["Value"] for each in raw.get("Dimensions", ())}
                if self._is_ours(seen.get("ClusterName", raw["AlarmName"])):
                    yield f"alarm {raw['AlarmName']}"

    def _remember(self, task: Task) -> None:
        """Remember the interface of a task: it goes some seconds after the task."""
        if task.network_interface is not None and task.network_interface.id is not None:
            self._interfaces.add(task.network_interface.id)

    def _is_ours(self, name: str) -> bool:
        if not self._seat:
            return True
        return name.removeprefix("/").startswith(f"{self._seat}-")


def _name(raw: Mapping[str, Any], key: str) -> str:
    if key != "Tags":
        return str(raw.get(key, ""))
    return next((tag["Value"] for tag in raw.get("Tags", ()) if tag["Key"] == "Name"), "")
