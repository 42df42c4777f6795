"""What tests of load balancers share: a web server's definition, and a look at what is there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fargate_kit import Connection, ContainerSpec, NotFound, PortMapping, TaskSpec
from fargate_kit.sim import World
from fargate_kit.sim.request import Request

WEB = TaskSpec(
    family="web",
    cpu=256,
    memory=512,
    containers=[ContainerSpec(name="main", image="nginx", ports=[PortMapping(container_port=80)])],
)


async def everything(aws: Connection) -> dict[str, list[str]]:
    """Return the names of all that a test may have made, apart from clusters."""
    api = aws._session.api
    groups = (await api.call("ec2", "DescribeSecurityGroups"))["SecurityGroups"]
    alarms = (await api.call("cloudwatch", "DescribeAlarms"))["MetricAlarms"]
    targets = await api.call(
        "application-autoscaling", "DescribeScalableTargets", ServiceNamespace="ecs"
    )
    found = {
        "load balancers": [each.name async for each in aws.load_balancers()],
        "target groups": await _target_groups(api),
        "security groups": [g["GroupName"] for g in groups if g["GroupName"] != "default"],
        "services": [
            service.name async for cluster in aws.clusters() async for service in cluster.services()
        ],
        "alarms": [alarm["AlarmName"] for alarm in alarms],
        "scalable targets": [target["ResourceId"] for target in targets["ScalableTargets"]],
    }
    return {kind: names for kind, names in found.items() if names}


async def _target_groups(api: Any) -> list[str]:
    try:
        reply = await api.call("elbv2", "DescribeTargetGroups")
    except NotFound:
        return []
    return [group["TargetGroupName"] for group in reply["TargetGroups"]]


def get(world: World, url: str, **headers: str) -> tuple[int, str]:
    """Send a request through a load balancer; return the status and the page."""
    parts = urlsplit(url)
    answer = world.account.answer(
        Request(
            method="GET",
            path=parts.path or "/",
            query=parts.query,
            headers={"host": parts.netloc, **headers},
            body=b"",
        )
    )
    return answer.status, answer.body.decode()
