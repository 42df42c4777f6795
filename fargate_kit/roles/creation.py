"""Making roles: least privilege, the same however often it is asked for, none left half made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anyio
import anyio.lowlevel

from fargate_kit.core.fresh import call_fresh
from fargate_kit.core.session import Session
from fargate_kit.errors import ApiError, FargateError, InvalidSpec, NotFound
from fargate_kit.model.policy_equality import same_document
from fargate_kit.model.problems import Problem
from fargate_kit.model.role_plan import (
    LONGEST_NAME,
    REGION,
    RolePlan,
    callers_plan,
    exec_statement,
    plan_of,
    policy_for,
    region_served,
)
from fargate_kit.ownership import owned
from fargate_kit.roles.policies import attached_arns, inline_names, inline_policy
from fargate_kit.roles.role import Role, describe, foreign_role, remove

__all__ = [
    "INLINE_POLICY",
    "SETTLE",
    "account_id",
    "create_execution_role",
    "create_role",
    "create_task_role",
]

INLINE_POLICY = "fargate-kit"
"""The inline policy that holds what was asked for; others of the role are left alone."""
# No API proves that ECS can take a new role: GetRole is answered by IAM itself, a role for tasks
# cannot be taken by its maker, and a service is not refused but tries again half a minute later.
# Public reports (pulumi-awsx #927, terraform-aws-ecs #414) speak of seconds; ten is what several
# tools wait, and half as much again costs little.
SETTLE = 15.0


async def account_id(session: Session) -> str:
    """Return the account of the connection's credentials.

    Calls:
        sts:GetCallerIdentity
    """
    reply = await session.api.call("sts", "GetCallerIdentity")
    account: str = reply["Account"]
    return account


async def create_execution_role(
    session: Session,
    definition: Mapping[str, Any],
    *,
    name: str | None = None,
    kms_keys: Sequence[str] = (),
    statements: Sequence[Mapping[str, Any]] = (),
    policies: Sequence[str] = (),
    boundary: str | None = None,
    path: str = "/",
    tags: Mapping[str, str] | None = None,
    change_foreign: bool = False,
    settle: float = SETTLE,
) -> Role:
    """Make the role with which ECS can start the tasks of one definition, and do no more.

    Args:
        definition: In AWS's own form.
        name: None is `<family>-execution-<region>`.

    Raises:
        InvalidSpec: Every problem at once, before any change.
    """
    region, family = session.api.region, definition.get("family")
    if name is None:
        # IAM has no regions: a role of that name in another region is the same one.
        suffix = f"-execution-{region}"
        if not isinstance(family, str) or not family:
            raise InvalidSpec("this execution role", [_nameless()])
        name = f"{family[: LONGEST_NAME - len(suffix)]}{suffix}"

    def plan(account: str) -> RolePlan:
        needed = policy_for(definition, account, region, kms_keys=kms_keys)
        return plan_of(
            name,
            account=account,
            region=region,
            statements=[*needed, *statements],
            managed=policies,
            boundary=boundary,
            path=path,
            description=f"Starts tasks of {family}" if family else "Starts tasks",
            tags=owned(tags, mark=session.mark),
        )

    return await _ensure(session, plan, change_foreign=change_foreign, settle=settle)


async def create_task_role(
    session: Session,
    name: str,
    *,
    statements: Sequence[Mapping[str, Any]] = (),
    policies: Sequence[str] = (),
    execute_command: bool = False,
    boundary: str | None = None,
    path: str = "/",
    tags: Mapping[str, str] | None = None,
    change_foreign: bool = False,
    settle: float = SETTLE,
) -> Role:
    """Make the role that the code in containers has.

    Raises:
        InvalidSpec: Every problem at once, before any change.
    """

    def plan(account: str) -> RolePlan:
        return plan_of(
            name,
            account=account,
            region=session.api.region,
            statements=[*statements, *([exec_statement()] if execute_command else [])],
            managed=policies,
            boundary=boundary,
            path=path,
            description="What the code in the containers of tasks may do",
            tags=owned(tags, mark=session.mark),
        )

    return await _ensure(session, plan, change_foreign=change_foreign, settle=settle)


async def create_role(
    session: Session,
    name: str,
    *,
    trusted: str | Sequence[str] | None = None,
    statements: Sequence[Mapping[str, Any]] = (),
    policies: Sequence[str] = (),
    boundary: str | None = None,
    path: str = "/",
    tags: Mapping[str, str] | None = None,
    change_foreign: bool = False,
    settle: float = SETTLE,
) -> Role:
    """Make a role that people and pipelines take.

    Raises:
        InvalidSpec: Every problem at once, before any change.
    """

    def plan(account: str) -> RolePlan:
        return callers_plan(
            name,
            account=account,
            region=session.api.region,
            trusted=trusted,
            statements=statements,
            managed=policies,
            boundary=boundary,
            path=path,
            description="Taken by people and pipelines",
            tags=owned(tags, mark=session.mark),
        )

    return await _ensure(session, plan, change_foreign=change_foreign, settle=settle)


async def _ensure(
    session: Session,
    planned: Callable[[str], RolePlan],
    *,
    change_foreign: bool,
    settle: float,
) -> Role:
    """Return the role as planned: made, taken as it is, or brought in line.

    Args:
        planned: Makes the plan for an account.
    """
    # Any twelve digits will do to find what is wrong before anything is asked.
    if found := planned("0" * 12).problems():
        raise InvalidSpec("this role", found)
    plan = planned(await session.once(account_id))
    async with session.lock("role", plan.name):
        try:
            role = await describe(session, plan.name)
        except NotFound:
            made = await _make(session, plan, settle)
            if made is not None:
                return made
            role = await describe(session, plan.name)
        return await _bring_in_line(session, role, plan, change_foreign, settle)


async def _make(session: Session, plan: RolePlan, settle: float) -> Role | None:
    """Make a role and all that belongs to it, or nothing; None if it is there after all."""
    request: dict[str, Any] = {
        "RoleName": plan.name,
        "Path": plan.path,
        "AssumeRolePolicyDocument": json.dumps(plan.trust),
        "Description": plan.description,
        "Tags": _tags(plan.tags),
    }
    if plan.boundary is not None:
        request["PermissionsBoundary"] = plan.boundary
    try:
        # To its end: a role that was made must be known, to be taken back.
        with anyio.CancelScope(shield=True):
            reply = await session.api.call("iam", "CreateRole", **request)
    except ApiError as error:
        if error.code == "EntityAlreadyExists":
            return None
        raise
    try:
        await anyio.lowlevel.checkpoint()
        if plan.policy is not None:
            await _put_policy(session, plan)
        for arn in plan.managed:
            await call_fresh(session, "iam", "AttachRolePolicy", RoleName=plan.name, PolicyArn=arn)
        await session.clock.sleep(settle)
    except BaseException as error:
        await _take_back(session, plan.name, error)
        raise
    return Role.from_api(reply["Role"], session)


async def _take_back(session: Session, name: str, error: BaseException) -> None:
    with anyio.CancelScope(shield=True):
        try:
            await remove(session, name)
        except FargateError as left:
            error.add_note(f"role {name} was made and could not be deleted again: {left}")


async def _bring_in_line(
    session: Session, role: Role, plan: RolePlan, change_foreign: bool, settle: float
) -> Role:
    """Change what differs from the plan; calls that change come only after all differences."""
    name, call = plan.name, session.api.call
    _check_region(session, role)
    changes: list[tuple[str, dict[str, Any]]] = []
    if not same_document(role.raw.get("AssumeRolePolicyDocument"), plan.trust):
        changes.append(("UpdateAssumeRolePolicy", {"PolicyDocument": json.dumps(plan.trust)}))
    if INLINE_POLICY in [each async for each in inline_names(session, name)]:
        held = (await inline_policy(session, name, INLINE_POLICY)).document
        if plan.policy is None:
            changes.append(("DeleteRolePolicy", {"PolicyName": INLINE_POLICY}))
        elif not same_document(held, plan.policy):
            changes.append(("PutRolePolicy", _policy_request(plan)))
    elif plan.policy is not None:
        changes.append(("PutRolePolicy", _policy_request(plan)))
    attached = {each async for each in attached_arns(session, name)} if plan.managed else set()
    changes += [
        ("AttachRolePolicy", {"PolicyArn": arn}) for arn in plan.managed if arn not in attached
    ]
    if plan.boundary not in {None, role.boundary_arn}:
        changes.append(("PutRolePermissionsBoundary", {"PermissionsBoundary": plan.boundary}))
    if changes and not role.is_ours and not change_foreign:
        raise foreign_role(
            role,
            "take another name, change it with change_foreign=True, or take it as it is with "
            f"aws.role({name!r})",
        )
    for operation, members in changes:
        await call("iam", operation, RoleName=name, **members)
    if changes:
        await session.clock.sleep(settle)
    return await _tag(session, role, plan, changed=bool(changes))


def _check_region(session: Session, role: Role) -> None:
    """Refuse to take a role away from the tasks of another region."""
    served = region_served(role.raw.get("AssumeRolePolicyDocument"))
    if role.is_ours and served not in {None, "*", session.api.region}:
        problem = REGION.problem(
            "RoleName",
            given=role.name,
            allowed=f"a role of its own for {session.api.region}",
            remedy=f"take another name: this role serves tasks in {served}, and IAM has no regions",
        )
        raise InvalidSpec(f"role {role.name!r}", [problem])


async def _tag(session: Session, role: Role, plan: RolePlan, *, changed: bool) -> Role:
    """Put the caller's tags on a role of ours; who made it does not change."""
    wanted = {key: value for key, value in plan.tags.items() if key not in owned(None)}
    missing = {key: value for key, value in wanted.items() if role.tags.get(key) != value}
    if missing and role.is_ours:
        await session.api.call("iam", "TagRole", RoleName=role.name, Tags=_tags(missing))
        changed = True
    return await role.refresh() if changed else role


async def _put_policy(session: Session, plan: RolePlan) -> None:
    request = _policy_request(plan)
    await call_fresh(session, "iam", "PutRolePolicy", RoleName=plan.name, **request)


def _policy_request(plan: RolePlan) -> dict[str, str]:
    return {"PolicyName": INLINE_POLICY, "PolicyDocument": json.dumps(plan.policy)}


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _nameless() -> Problem:
    message = "name: the definition has no family; give the role a name with name=…"
    return Problem(path="name", rule="role-name", given=None, allowed="a name", message=message)
