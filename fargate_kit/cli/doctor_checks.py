"""What `fargate-kit doctor` looks at, from the nearest to the farthest; nothing is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from fargate_kit.cli.desk import Desk
from fargate_kit.cli.doctor_finding import Finding, busy
from fargate_kit.cli.doctor_made import look_at_made
from fargate_kit.cli.doctor_network import look_at_network
from fargate_kit.errors import (
    ApiError,
    ConfigurationError,
    Denied,
    EndpointUnreachable,
    FargateError,
    NotFound,
)

if TYPE_CHECKING:
    from fargate_kit.clusters.cluster import Cluster
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


async def findings(desk: Desk, cluster_name: str, spec: TaskSpec | None) -> AsyncIterator[Finding]:
    """Yield what is found; without an answer or credentials the rest is not looked at.

    Calls:
        sts:GetCallerIdentity; those that list, once each; iam:GetRole,
        iam:SimulatePrincipalPolicy; those of `look_at_network()`, `check()` and `look_at_made()`
    """
    where = desk.aws.endpoint_url or "AWS"
    yield Finding(name="region", state="ok", text=f"{desk.aws.region}, calls go to {where}")
    caller, finding = await _caller(desk)
    yield finding
    if finding.state == "problem":
        return
    yield await _looks(desk)
    yield await _changes(desk, caller)
    cluster, finding = await _cluster(desk, cluster_name)
    yield finding
    yield await look_at_network(desk, cluster)
    yield await _role(desk)
    if spec is not None:
        yield await _definition(desk, spec)
    yield await look_at_made(desk)


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


async def _cluster(desk: Desk, name: str) -> tuple[Cluster | None, Finding]:
    from fargate_kit.cli.finding import find_cluster

    try:
        cluster = await find_cluster(desk, name)
    except NotFound as error:
        state, remedy = "problem", f"`fargate-kit up {name}` makes it"
        if name == "default":
            state, remedy = "caution", "`fargate-kit run` makes it, and so does `fargate-kit up`"
        elif name.startswith("arn:"):
            remedy = "name one that is there (--cluster)"
        return None, Finding(name="cluster", state=state, text=error.reason, remedies=(remedy,))
    except FargateError as error:
        return None, Finding(name="cluster", state="unknown", text=str(error))
    return cluster, Finding(name="cluster", state="ok", text=f"{cluster.name}: {busy(cluster)}")


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
