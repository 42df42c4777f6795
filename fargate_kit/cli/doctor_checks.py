"""What `fargate-kit doctor` looks at, from the nearest to the farthest; nothing is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargate_kit.cli.desk import Desk
from fargate_kit.errors import (
    ApiError,
    ConfigurationError,
    Denied,
    EndpointUnreachable,
    FargateError,
    NotFound,
    TeardownIncomplete,
)
from fargate_kit.ownership import MADE

if TYPE_CHECKING:
    from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["Finding", "findings"]

ROLE = "ecsTaskExecutionRole"
# What lists, waits and logs need; each may be called without changing anything.
_LOOKS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("ecs", "ListClusters", {}),
    ("ecs", "ListTaskDefinitions", {"maxResults": 1}),
    ("ec2", "DescribeVpcs", {}),
    ("ec2", "DescribeSubnets", {}),
    ("ec2", "DescribeSecurityGroups", {}),
    ("ec2", "DescribeNetworkInterfaces", {"MaxResults": 5}),
    ("logs", "DescribeLogGroups", {"limit": 1}),
)
# What running and deploying need.
_CHANGES = (
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "ecs:StopTask",
    "ecs:CreateService",
    "ecs:UpdateService",
    "ecs:DeleteService",
    "iam:PassRole",
    "logs:FilterLogEvents",
)
# A definition that needs nothing but the network.
_PLAIN = {
    "family": "doctor",
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "main", "image": "public.ecr.aws/docker/library/busybox"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: Such as `network`.
        state: `ok`; `problem` keeps tasks from running; `caution` may; `unknown` was not seen.
        text: What was found.
        remedies: What to do about it.
    """

    name: str
    state: str
    text: str
    remedies: tuple[str, ...] = ()


async def findings(desk: Desk, cluster_name: str, spec: TaskSpec | None) -> AsyncIterator[Finding]:
    """Yield what is found; without an answer or credentials the rest is not looked at.

    Calls:
        sts:GetCallerIdentity; those that list, once each; iam:GetRole,
        iam:SimulatePrincipalPolicy; those of `check_network()`, `check()` and `leftovers()`
    """
    where = desk.aws.endpoint_url or "AWS"
    yield Finding(name="region", state="ok", text=f"{desk.aws.region}, calls go to {where}")
    caller, finding = await _caller(desk)
    yield finding
    if finding.state == "problem":
        return
    yield await _looks(desk)
    yield await _changes(desk, caller)
    yield await _cluster(desk, cluster_name)
    yield await _network(desk)
    yield await _role(desk)
    if spec is not None:
        yield await _definition(desk, spec)
    yield await _leftovers(desk)


async def _caller(desk: Desk) -> tuple[str, Finding]:
    desk.asks("asking who we are")
    try:
        reply = await desk.aws._session.api.call("sts", "GetCallerIdentity")
    except EndpointUnreachable as error:
        remedy = "check the network, --region, and --endpoint-url or AWS_ENDPOINT_URL"
        return "", Finding(name="endpoint", state="problem", text=str(error), remedies=(remedy,))
    except ConfigurationError as error:
        remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in: `aws sso login`"
        return "", Finding(name="credentials", state="problem", text=str(error), remedies=(remedy,))
    except Denied as error:
        remedy = "sign in again, use other keys, and see whether this machine's clock is right"
        return "", Finding(name="credentials", state="problem", text=str(error), remedies=(remedy,))
    except FargateError as error:
        return "", Finding(name="credentials", state="unknown", text=str(error))
    arn: str = reply["Arn"]
    return arn, Finding(name="credentials", state="ok", text=f"{arn} in account {reply['Account']}")


async def _looks(desk: Desk) -> Finding:
    denied: list[str] = []
    unseen: list[str] = []
    for service, operation, parameters in _LOOKS:
        desk.asks(f"trying {service}:{operation}")
        try:
            await desk.aws._session.api.call(service, operation, **parameters)
        except Denied:
            denied.append(f"{service}:{operation}")
        except FargateError as error:
            unseen.append(str(error))
    if denied:
        return Finding(
            name="looking",
            state="problem",
            text=f"not allowed: {', '.join(denied)}",
            remedies=("let the caller's policies allow these actions",),
        )
    if unseen:
        return Finding(name="looking", state="unknown", text="; ".join(unseen))
    return Finding(name="looking", state="ok", text=f"{len(_LOOKS)} actions tried, all are allowed")


async def _changes(desk: Desk, caller: str) -> Finding:
    """Ask IAM what the caller may change; only IAM can tell without changing anything."""
    name = "changing"
    if caller.endswith(":root"):
        return Finding(
            name=name,
            state="caution",
            text="these are the root user's credentials, which may do everything",
            remedies=("use those of a role instead",),
        )
    desk.asks("asking IAM what may be changed")
    try:
        arn = await _principal(desk, caller)
        reply = await desk.aws._session.api.call(
            "iam", "SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=list(_CHANGES)
        )
    except FargateError as error:
        return Finding(
            name=name,
            state="unknown",
            text=f"IAM does not tell what may be changed: {error}",
            remedies=(f"make sure that {', '.join(_CHANGES)} are allowed",),
        )
    refused = [
        each["EvalActionName"]
        for each in reply["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]
    if refused:
        return Finding(
            name=name,
            state="caution",
            text=f"not allowed on every resource: {', '.join(refused)}",
            remedies=("allow them, at least on the resources that you work with",),
        )
    return Finding(name=name, state="ok", text=f"IAM allows {len(_CHANGES)} actions that change")


async def _principal(desk: Desk, caller: str) -> str:
    """Return the ARN whose policies IAM knows: of a role that was taken, the role's own."""
    if ":assumed-role/" not in caller:
        return caller
    return (await desk.aws.role(caller.split("/")[1])).arn


async def _cluster(desk: Desk, name: str) -> Finding:
    from fargate_kit.cli.finding import find_cluster

    try:
        cluster = await find_cluster(desk, name)
    except NotFound as error:
        make = f"`aws ecs create-cluster --cluster-name {name}`, or another one by --cluster"
        remedy = "`fargate-kit run` makes it" if name == "default" else make
        return Finding(name="cluster", state="caution", text=error.reason, remedies=(remedy,))
    except FargateError as error:
        return Finding(name="cluster", state="unknown", text=str(error))
    services, tasks = cluster.active_services, cluster.running_tasks
    counts = f"{services} service{'s' * (services != 1)}, {tasks} running task{'s' * (tasks != 1)}"
    return Finding(name="cluster", state="ok", text=f"{cluster.name}: {counts}")


async def _network(desk: Desk) -> Finding:
    desk.asks("looking at the default network")
    name = "network"
    try:
        network = await desk.aws.default_network()
        problems = await desk.aws.check_network(network, _PLAIN)
        free = await desk.aws.free_addresses(network)
    except ConfigurationError as error:
        remedy = "name subnets (--subnet), or make a default VPC: `aws ec2 create-default-vpc`"
        return Finding(name=name, state="caution", text=str(error), remedies=(remedy,))
    except FargateError as error:
        return Finding(name=name, state="unknown", text=str(error))
    if problems:
        return Finding(
            name=name,
            state="problem",
            text="tasks in the default VPC would not start",
            remedies=tuple(problem.message for problem in problems),
        )
    zones = f"{len(network.subnets)} subnets, {sum(free.values())} addresses left"
    return Finding(name=name, state="ok", text=f"default VPC, {zones}, images are reached")


async def _role(desk: Desk) -> Finding:
    desk.asks(f"looking for the role {ROLE}")
    name = "role"
    try:
        role = await desk.aws.role(ROLE)
    except NotFound:
        return Finding(
            name=name,
            state="caution",
            text=f"there is no {ROLE}; definitions with logs, private images or secrets need one",
            remedies=("aws.create_execution_role(spec) makes one that may do just what is needed",),
        )
    except FargateError as error:
        return Finding(name=name, state="unknown", text=str(error))
    if not role.trusts():
        return Finding(
            name=name,
            state="problem",
            text=f"ECS may not take the role {ROLE}",
            remedies=("let its trust policy allow ecs-tasks.amazonaws.com sts:AssumeRole",),
        )
    return Finding(name=name, state="ok", text=f"{role.arn}, which ECS may take")


async def _definition(desk: Desk, spec: TaskSpec) -> Finding:
    desk.asks(f"looking at what {spec.family} needs")
    name = "definition"
    try:
        found = await desk.aws.check(spec)
    except (ApiError, ConfigurationError) as error:
        return Finding(name=name, state="unknown", text=str(error))
    if found.problems:
        count = len(found.problems)
        return Finding(
            name=name,
            state="problem",
            text=f"{spec.family} would not run: {count} problem{'s' * (count != 1)}",
            remedies=tuple(problem.message for problem in found.problems),
        )
    if found.not_seen:
        return Finding(
            name=name,
            state="unknown",
            text=f"not all that {spec.family} needs could be looked at",
            remedies=found.not_seen,
        )
    return Finding(
        name=name, state="ok", text=f"{spec.family} has all that it needs", remedies=found.notes
    )


async def _leftovers(desk: Desk) -> Finding:
    desk.asks("looking for what is left over")
    name = "left over"
    remedy = f"`fargate-kit teardown {MADE} --dry-run` lists it, without --dry-run it goes"
    try:
        found = [str(each) for each in await desk.aws.leftovers(MADE)]
    except TeardownIncomplete as error:
        seen = f"{len(error.left)} found; " if error.left else ""
        return Finding(
            name=name,
            state="unknown",
            text=f"{seen}not everything could be looked for",
            remedies=error.problems,
        )
    except FargateError as error:
        return Finding(name=name, state="unknown", text=str(error))
    if not found:
        return Finding(name=name, state="ok", text=f"nothing carries the tag fargate-kit={MADE}")
    some = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    return Finding(
        name=name,
        state="ok",
        text=f"{len(found)} with the tag fargate-kit={MADE}: {some}",
        remedies=(remedy,),
    )
