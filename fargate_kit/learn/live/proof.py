"""Whether anything of a lab is left: what the ledger says was made is described, one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, EndpointUnreachable, NotFound
from fargate_kit.learn.live.ledger import Entry, Ledger
from fargate_kit.learn.live.operations import MAKINGS
from fargate_kit.ownership import owned_by
from fargate_kit.teardown.leftovers import plain_tags

__all__ = ["still_listed", "still_there"]

Looker = Callable[[Session, str, str], Awaitable[bool]]
"""Tells whether a thing is there: the session, its id, and the mark that it has to carry."""


async def still_there(session: Session, ledger: Ledger) -> tuple[str, ...]:
    """Return what the ledger says was made, and AWS still describes.

    A call whose answer was lost has no id in the ledger; what it made is found by its tags.

    Calls:
        the describing operation of each thing that was made
    """
    found: dict[str, None] = {}
    for entry in ledger.entries():
        making = MAKINGS.get(entry.operation)
        if making is None or entry.refused is not None:
            continue
        for each in _ids(entry):
            if await _LOOKERS[making.kind](session, each, entry.lab):
                found[f"{making.kind} {each.rpartition(':')[2].rpartition('/')[2]}"] = None
    return tuple(found)


async def still_listed(session: Session, key: str, mark: str) -> tuple[str, ...] | None:
    """Return the ARNs that the Resource Groups Tagging API lists with a tag; None if it is mute.

    It lags behind, and goes on to list what AWS keeps as a record.

    Args:
        key: Of the tag.
        mark: Its value.

    Calls:
        tag:GetResources
    """
    found: list[str] = []
    pages = session.api.pages(
        "resourcegroupstaggingapi", "GetResources", TagFilters=[{"Key": key, "Values": [mark]}]
    )
    try:
        async for page in pages:
            found += [each["ResourceARN"] for each in page["ResourceTagMappingList"]]
    except (ApiError, EndpointUnreachable):
        return None
    return tuple(found)


# What has no id in AWS's answer is found by the name in the request.
_BY_NAME: Final = {
    "log group": "logGroupName",
    "alarm": "AlarmName",
    "scalable target": "ResourceId",
}


def _ids(entry: Entry) -> tuple[str, ...]:
    name = _BY_NAME.get(MAKINGS[entry.operation].kind)
    if name is not None and entry.made is not None:
        return (str(entry.about[name]),)
    return entry.made or ()


async def _cluster(session: Session, arn: str, mark: str) -> bool:
    # CreateCluster answers with a cluster of that name that was there before, too.
    reply = await session.api.call("ecs", "DescribeClusters", clusters=[arn], include=["TAGS"])
    return any(
        each.get("status") != "INACTIVE" and owned_by(plain_tags(each.get("tags")), mark)
        for each in reply["clusters"]
    )


async def _service(session: Session, arn: str, mark: str) -> bool:
    with suppress(NotFound):
        reply = await session.api.call(
            "ecs", "DescribeServices", cluster=_cluster_in(arn), services=[arn]
        )
        return any(each.get("status") != "INACTIVE" for each in reply["services"])
    return False


async def _task(session: Session, arn: str, mark: str) -> bool:
    with suppress(NotFound):
        reply = await session.api.call(
            "ecs", "DescribeTasks", cluster=_cluster_in(arn), tasks=[arn]
        )
        return any(each.get("lastStatus") != "STOPPED" for each in reply["tasks"])
    return False


async def _definition(session: Session, arn: str, mark: str) -> bool:
    with suppress(NotFound):
        reply = await session.api.call("ecs", "DescribeTaskDefinition", taskDefinition=arn)
        return reply["taskDefinition"].get("status") in {"ACTIVE", "INACTIVE"}
    return False


async def _log_group(session: Session, name: str, mark: str) -> bool:
    reply = await session.api.call("logs", "DescribeLogGroups", logGroupNamePrefix=name)
    return any(each["logGroupName"] == name for each in reply["logGroups"])


async def _alarm(session: Session, name: str, mark: str) -> bool:
    reply = await session.api.call("cloudwatch", "DescribeAlarms", AlarmNames=[name])
    return bool(reply["MetricAlarms"])


async def _target(session: Session, name: str, mark: str) -> bool:
    reply = await session.api.call(
        "application-autoscaling",
        "DescribeScalableTargets",
        ServiceNamespace="ecs",
        ResourceIds=[name],
    )
    return bool(reply["ScalableTargets"])


async def _schedule_group(session: Session, arn: str, mark: str) -> bool:
    pages = session.api.pages("scheduler", "ListScheduleGroups", NamePrefix=arn.rpartition("/")[2])
    found = [each async for page in pages for each in page["ScheduleGroups"]]
    return any(each["Arn"] == arn and each.get("State") != "DELETING" for each in found)


def _balancing(operation: str, member: str, listed: str) -> Looker:
    async def look(session: Session, arn: str, mark: str) -> bool:
        with suppress(NotFound):
            reply = await session.api.call("elbv2", operation, **{member: [arn]})
            tags = await session.api.call("elbv2", "DescribeTags", ResourceArns=[arn])
            own = plain_tags(tags["TagDescriptions"][0].get("Tags"))
            return bool(reply[listed]) and owned_by(own, mark)
        return False

    return look


def _described(service: str, operation: str, **members: Any) -> Looker:
    """Return what looks by an operation that knows no other answer to what is gone than an error.

    Args:
        members: The member for the id, with whether it takes a list.
    """
    ((member, several),) = members.items()

    async def look(session: Session, thing: str, mark: str) -> bool:
        with suppress(NotFound):
            reply = await session.api.call(
                service, operation, **{member: [thing] if several else thing}
            )
            return any(reply.values())
        return False

    return look


_LOOKERS: Final[Mapping[str, Looker]] = {
    "cluster": _cluster,
    "service": _service,
    "task": _task,
    "task definition": _definition,
    "log group": _log_group,
    "alarm": _alarm,
    "scalable target": _target,
    "role": _described("iam", "GetRole", RoleName=False),
    "schedule group": _schedule_group,
    "load balancer": _balancing("DescribeLoadBalancers", "LoadBalancerArns", "LoadBalancers"),
    "target group": _balancing("DescribeTargetGroups", "TargetGroupArns", "TargetGroups"),
    "listener": _balancing("DescribeListeners", "ListenerArns", "Listeners"),
    "listener rule": _balancing("DescribeRules", "RuleArns", "Rules"),
    "security group": _described("ec2", "DescribeSecurityGroups", GroupIds=True),
    "VPC": _described("ec2", "DescribeVpcs", VpcIds=True),
    "subnet": _described("ec2", "DescribeSubnets", SubnetIds=True),
    "route table": _described("ec2", "DescribeRouteTables", RouteTableIds=True),
    "internet gateway": _described("ec2", "DescribeInternetGateways", InternetGatewayIds=True),
}


def _cluster_in(arn: str) -> str:
    """Return the cluster's name in the ARN of a service or a task."""
    return arn.rpartition(":")[2].split("/")[1]
