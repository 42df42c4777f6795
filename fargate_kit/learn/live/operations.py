"""What a live lab may call: what makes something, how that is tagged, and what only changes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["CHANGES", "MAKINGS", "Making", "is_harmless", "with_tags"]

_READS = (
    "AssumeRole",
    "BatchGet",
    "Check",
    "Describe",
    "Filter",
    "Get",
    "List",
    "Lookup",
    "Search",
    "Simulate",
)
_ENDS = (
    "Delete",
    "Deregister",
    "Stop",
    "Detach",
    "Disassociate",
    "Revoke",
    "Release",
    "Untag",
    "Remove",
)

Tagger = Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, Any]]


def _pairs(member: str, key: str, value: str) -> Tagger:
    def tag(parameters: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
        kept = [each for each in parameters.get(member, ()) if each[key] not in tags]
        return {member: [*kept, *({key: name, value: word} for name, word in tags.items())]}

    return tag


def _mapping(member: str) -> Tagger:
    def tag(parameters: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
        return {member: {**parameters.get(member, {}), **tags}}

    return tag


def _specification(resource: str) -> Tagger:
    inner = _pairs("Tags", "Key", "Value")

    def tag(parameters: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
        given = list(parameters.get("TagSpecifications", ()))
        own: Mapping[str, Any] = next(
            (each for each in given if each.get("ResourceType") == resource), {}
        )
        others = [each for each in given if each is not own]
        made = {"ResourceType": resource, **inner(own, tags)}
        return {"TagSpecifications": [*others, made]}

    return tag


_LOWER, _UPPER = _pairs("tags", "key", "value"), _pairs("Tags", "Key", "Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """An operation that makes something.

    Attributes:
        kind: What it makes, in words.
        tag: Puts tags among the members of its request.
        named_by: The members that say what it is called, or where it belongs; none is secret.
        made: Where the reply says what was made: members to follow, `*` for each of a list.
    """

    kind: str
    tag: Tagger
    named_by: tuple[str, ...]
    made: tuple[str, ...]

    def names(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is written down of a request."""
        return {name: parameters[name] for name in self.named_by if name in parameters}

    def ids(self, reply: Mapping[str, Any]) -> list[str]:
        """Return the ids of what was made."""
        found: list[Any] = [reply] if self.made else []
        for step in self.made:
            if step == "*":
                found = [each for several in found for each in several]
            else:
                found = [each[step] for each in found if step in each]
        return [str(each) for each in found]


def _ecs(kind: str, *named_by: str, made: tuple[str, ...]) -> Making:
    return Making(kind=kind, tag=_LOWER, named_by=named_by, made=made)


def _ec2(kind: str, resource: str, *named_by: str, made: tuple[str, ...]) -> Making:
    return Making(kind=kind, tag=_specification(resource), named_by=named_by, made=made)


def _other(kind: str, *named_by: str, made: tuple[str, ...], tag: Tagger = _UPPER) -> Making:
    return Making(kind=kind, tag=tag, named_by=named_by, made=made)


MAKINGS: Final[Mapping[str, Making]] = {
    "ecs:CreateCluster": _ecs("cluster", "clusterName", made=("cluster", "clusterArn")),
    "ecs:RegisterTaskDefinition": _ecs(
        "task definition", "family", made=("taskDefinition", "taskDefinitionArn")
    ),
    "ecs:RunTask": _ecs(
        "task",
        "cluster",
        "taskDefinition",
        "count",
        "startedBy",
        made=("tasks", "*", "taskArn"),
    ),
    "ecs:CreateService": _ecs(
        "service",
        "cluster",
        "serviceName",
        "taskDefinition",
        "desiredCount",
        made=("service", "serviceArn"),
    ),
    "logs:CreateLogGroup": _other("log group", "logGroupName", made=(), tag=_mapping("tags")),
    "iam:CreateRole": _other("role", "RoleName", made=("Role", "RoleName")),
    "ec2:CreateSecurityGroup": _ec2(
        "security group", "security-group", "GroupName", "VpcId", made=("GroupId",)
    ),
    "ec2:CreateVpc": _ec2("VPC", "vpc", "CidrBlock", made=("Vpc", "VpcId")),
    "ec2:CreateSubnet": _ec2("subnet", "subnet", "CidrBlock", made=("Subnet", "SubnetId")),
    "ec2:CreateRouteTable": _ec2(
        "route table", "route-table", "VpcId", made=("RouteTable", "RouteTableId")
    ),
    "ec2:CreateInternetGateway": _ec2(
        "internet gateway", "internet-gateway", made=("InternetGateway", "InternetGatewayId")
    ),
    "elbv2:CreateLoadBalancer": _other(
        "load balancer", "Name", made=("LoadBalancers", "*", "LoadBalancerArn")
    ),
    "elbv2:CreateTargetGroup": _other(
        "target group", "Name", made=("TargetGroups", "*", "TargetGroupArn")
    ),
    "elbv2:CreateListener": _other(
        "listener", "LoadBalancerArn", "Port", made=("Listeners", "*", "ListenerArn")
    ),
    "elbv2:CreateRule": _other("listener rule", "ListenerArn", made=("Rules", "*", "RuleArn")),
    "application-autoscaling:RegisterScalableTarget": _other(
        "scalable target", "ResourceId", made=(), tag=_mapping("Tags")
    ),
    "cloudwatch:PutMetricAlarm": _other("alarm", "AlarmName", made=()),
    "scheduler:CreateScheduleGroup": _other("schedule group", "Name", made=("ScheduleGroupArn",)),
}
"""What a live lab may make; nothing can be made without its tags, which go with the same call."""

CHANGES: Final = frozenset({
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:PutScheduledAction",
    "cloudwatch:DisableAlarmActions",
    "cloudwatch:EnableAlarmActions",
    "cloudwatch:SetAlarmState",
    "ec2:AssociateRouteTable",
    "ec2:AttachInternetGateway",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateRoute",
    "ec2:CreateTags",
    "ec2:ModifySubnetAttribute",
    "ec2:ModifyVpcAttribute",
    "ecs:TagResource",
    "ecs:UpdateService",
    "ecs:UpdateTaskProtection",
    "elbv2:AddTags",
    "elbv2:ModifyListener",
    "elbv2:ModifyLoadBalancerAttributes",
    "elbv2:ModifyRule",
    "elbv2:ModifyTargetGroup",
    "elbv2:ModifyTargetGroupAttributes",
    "elbv2:RegisterTargets",
    "elbv2:SetRulePriorities",
    "elbv2:SetSecurityGroups",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "scheduler:CreateSchedule",
})
"""What changes something that is there, or is part of it and goes with it."""


def is_harmless(operation: str) -> bool:
    """Whether an operation only reads, or takes something away.

    Args:
        operation: AWS's own name, such as `DescribeTasks`.
    """
    return operation.startswith((*_READS, *_ENDS))


def with_tags(
    operation: str, parameters: Mapping[str, Any], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Return a request for something new with further tags, which win over those that it has.

    Args:
        operation: As `ecs:RunTask`; one of `MAKINGS`.
    """
    return {**parameters, **MAKINGS[operation].tag(parameters, tags)}
