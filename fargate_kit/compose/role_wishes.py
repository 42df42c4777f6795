"""The roles that a project has of its own: what they may do, and whether they are so already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fargate_kit.compose.belonging import belongs, project_tags
from fargate_kit.compose.difference import Action
from fargate_kit.compose.plan import Plan
from fargate_kit.compose.requirements import Requirements
from fargate_kit.core.session import Session
from fargate_kit.errors import NotFound
from fargate_kit.model.policy_equality import same_document
from fargate_kit.model.problems import Problem, one_line
from fargate_kit.model.role_plan import plan_of, policy_for, region_served
from fargate_kit.roles.creation import (
    INLINE_POLICY,
    account_id,
    create_execution_role,
    create_task_role,
)
from fargate_kit.roles.policies import attached_arns, inline_names, inline_policy
from fargate_kit.roles.role import Role, describe

__all__ = ["RoleWish", "foreign_role_problem", "look_at_role", "role_wishes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWish:
    """A role that is made for a project.

    Attributes:
        definition: What an execution role is to start, in AWS's own form; None is a task role.
        statements: What a task role may do.
        policies: ARNs of managed policies.
    """

    name: str
    definition: Mapping[str, Any] | None = None
    statements: Sequence[Mapping[str, Any]] = ()
    policies: Sequence[str] = ()

    async def make(self, session: Session, project: str) -> Role:
        """Make the role, or bring it in line.

        Calls:
            those of `create_execution_role()`
        """
        tags = project_tags(project)
        if self.definition is not None:
            return await create_execution_role(
                session, self.definition, name=self.name, policies=self.policies, tags=tags
            )
        return await create_task_role(
            session, self.name, statements=self.statements, policies=self.policies, tags=tags
        )


def role_wishes(plan: Plan, requirements: Requirements) -> Iterator[RoleWish]:
    """Go through the roles that the project has of its own, or may have from an earlier time."""
    for service in plan.services:
        if service.role is not None:
            document = service.role.inline_policy or {}
            statements = document.get("Statement", [])
            yield RoleWish(
                name=service.role.name,
                statements=statements if isinstance(statements, list) else [statements],
                policies=service.role.policies,
            )
    tasks = [service.task.to_api() for service in plan.services]
    for name in dict.fromkeys(task.get("executionRoleArn") for task in tasks):
        if name:
            started = [task for task in tasks if task.get("executionRoleArn") == name]
            yield RoleWish(name=name.rpartition("/")[2], definition=_together(plan, started))
    planned = {service.role.name for service in plan.services if service.role}
    named = {task.get("taskRoleArn") for task in tasks} - planned
    for name in sorted(each for each in named if each):
        if requirements.makes("role", name):
            yield RoleWish(name=name.rpartition("/")[2])


def _together(plan: Plan, tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one definition with the containers of all: a role may start every one of them."""
    containers = [each for task in tasks for each in task["containerDefinitions"]]
    return {"family": plan.project, "containerDefinitions": containers}


async def look_at_role(
    session: Session, wish: RoleWish, plan: Plan, requirements: Requirements
) -> tuple[Action | None, Problem | None]:
    """Tell what is to become of a role; nothing where it is somebody else's and used as it is.

    Calls:
        iam:GetRole; for a role of the project sts:GetCallerIdentity once, iam:ListRolePolicies,
        iam:GetRolePolicy, iam:ListAttachedRolePolicies (with managed policies)
    """
    made_for_it = any(service.role and service.role.name == wish.name for service in plan.services)
    try:
        role = await describe(session, wish.name)
    except NotFound:
        wanted = made_for_it or any(
            each.kind == "role" and each.value.rpartition("/")[2] == wish.name
            for each in requirements.to_make
        )
        return (Action.MAKE, None) if wanted else (None, None)
    if not belongs(role.tags, plan.project):
        if not made_for_it:
            return None, None
        return None, foreign_role_problem(wish.name, "it was not made for this project")
    served = region_served(role.raw.get("AssumeRolePolicyDocument"))
    if served not in {None, "*", session.api.region}:
        return None, foreign_role_problem(wish.name, f"it serves tasks in {served}")
    return (Action.LEAVE if await _is_so(session, role, wish) else Action.CHANGE), None


def foreign_role_problem(name: str, reason: str) -> Problem:
    """Return what to say of a role that is in the way."""
    remedy = "take another project name, or give a role with --task-role-arn or --execution-role"
    return Problem(
        path="role",
        rule="compose-foreign-role",
        given=name,
        allowed=remedy,
        message=one_line(f"role {name}: there is one already, and {reason}; {remedy}"),
    )


async def _is_so(session: Session, role: Role, wish: RoleWish) -> bool:
    account, region = await session.once(account_id), session.api.region
    statements = wish.statements
    if wish.definition is not None:
        statements = policy_for(wish.definition, account, region)
    wanted = plan_of(wish.name, account=account, region=region, statements=statements)
    if not same_document(role.raw.get("AssumeRolePolicyDocument"), wanted.trust):
        return False
    has_policy = INLINE_POLICY in [each async for each in inline_names(session, wish.name)]
    if has_policy is not (wanted.policy is not None):
        return False
    if wanted.policy is not None:
        held = (await inline_policy(session, wish.name, INLINE_POLICY)).document
        if not same_document(held, wanted.policy):
            return False
    attached = {each async for each in attached_arns(session, wish.name)} if wish.policies else ()
    return all(arn in attached for arn in wish.policies)
