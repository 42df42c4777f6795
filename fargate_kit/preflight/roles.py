"""Looks at roles: there, taken by ECS for its tasks, and allowed what the definition needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.model.policy_builders import execution_policy, trust_policy
from fargate_kit.model.problems import Problem
from fargate_kit.preflight.look import Look, finding
from fargate_kit.roles import role as roles
from fargate_kit.roles.policies import RolePolicies
from fargate_kit.roles.role import Role

__all__ = ["check_execution_role", "check_task_role"]

_ECS_TASKS = "ecs-tasks.amazonaws.com"


async def check_task_role(look: Look) -> list[Problem]:
    """Tell whether the task role is there, and ECS can take it for a task.

    Calls:
        iam:GetRole
    """
    _, found = await _role(look, "taskRoleArn")
    return found


async def check_execution_role(look: Look) -> list[Problem]:
    """Tell whether the execution role is there, and may pull, read and write what is needed.

    Calls:
        iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy, iam:ListAttachedRolePolicies,
        iam:GetPolicy, iam:GetPolicyVersion
    """
    role, found = await _role(look, "executionRoleArn")
    if role is None:
        return found
    needed = execution_policy(look.definition, role.account, look.session.api.region)
    if not needed["Statement"]:
        return found
    policies = await role.policies()
    return [*found, *_refused(role, policies, needed["Statement"])]


async def _role(look: Look, path: str) -> tuple[Role | None, list[Problem]]:
    arn = look.definition.get(path)
    if not arn:
        return None, []
    try:
        role = await roles.describe(look.session, arn)
    except NotFound:
        return None, [
            finding(
                path,
                "role-missing",
                arn,
                f"there is no role {arn.rpartition('/')[2]}",
                "make it (create_execution_role() or create_task_role()), or name another",
                allowed="the ARN of a role that is there",
            )
        ]
    if role.arn != arn:
        # IAM finds a role by its name alone, in the caller's own account.
        look.notes.append(f"{path}: {arn} may be of another account; {role.arn} was looked at")
    if role.trusts():
        return role, []
    wanted = trust_policy(_ECS_TASKS, role.account, region=look.session.api.region)
    return role, [
        finding(
            path,
            "role-untrusting",
            arn,
            f"ECS may not take the role {role.name} for a task",
            f"give it the trust policy {json.dumps(wanted, separators=(',', ':'))}",
            allowed=f"a role that trusts {_ECS_TASKS}",
        )
    ]


def _refused(
    role: Role, policies: RolePolicies, statements: list[dict[str, Any]]
) -> Iterator[Problem]:
    """Tell what of the needed statements the role's policies do not allow, by action."""
    for statement in statements:
        for action in _listed(statement["Action"]):
            refused = [
                resource
                for resource in _listed(statement["Resource"])
                if not policies.explain(action, _example(resource))
            ]
            if refused:
                what = ", ".join(refused)
                yield finding(
                    "executionRoleArn",
                    "role-may-not",
                    role.arn,
                    f"the role {role.name} may not do {action} on {what}",
                    f"allow it {_statement(action, refused)}",
                    allowed=f"a role that may do {action} on {what}",
                )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(dict.fromkeys(value))


def _example(pattern: str) -> str:
    """Return a resource as a request names it, of those that a needed pattern means."""
    if pattern == "*":
        return pattern
    return pattern.replace("-??????", "-AbCdEf").replace(":*", ":log-stream:main")


def _statement(action: str, resources: list[str]) -> str:
    statement: Mapping[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resources}
    return json.dumps(statement, separators=(",", ":"))
