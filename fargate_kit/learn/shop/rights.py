"""Probes of the rights: what ECS may do for the tasks, and what the code in them may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from fargate_kit.learn.checking import Finding
from fargate_kit.learn.shop.account import WEB, WORKER, Shop
from fargate_kit.model.policy_builders import partition
from fargate_kit.roles.policies import RolePolicies
from fargate_kit.roles.role import Role
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["BUCKET", "execution_roles", "no_task_role", "task_role"]

BUCKET: Final = "shop-orders"


async def execution_roles(shop: Shop) -> AsyncIterator[Finding]:
    """ECS may take each, and may do with it what the definition needs and no more."""
    region = shop.scene.aws.region
    for part in (WEB, WORKER):
        definition = await shop.definition(part)
        role = await _role(shop, definition, "executionRoleArn")
        what = f"{shop.name}-{part} has an execution role that is there"
        yield Finding(role is not None, what, role.name if role else "none that is there")
        if role is None:
            continue
        trusted = role.trusts()
        yield Finding(bool(trusted), f"ECS may take {role.name}", "it may" if trusted else "no")
        may = await role.policies()
        begin = f"arn:{partition(region)}:logs:{region}:{role.account}:log-group:"
        own = f"{begin}{shop.log_group}:log-stream:{part}/{part}/1"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            ok = bool(may.explain(action, own))
            yield Finding(ok, f"it may {action} in {shop.log_group}", _may(ok))
        yield _tight(
            may,
            ("logs:PutLogEvents", f"{begin}/ecs/other:log-stream:a/b/1"),
            ("logs:DeleteLogGroup", f"{begin}{shop.log_group}"),
            ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/1.json"),
            ("iam:PassRole", role.arn),
        )


async def task_role(shop: Shop) -> AsyncIterator[Finding]:
    """The worker may read orders, and nothing else."""
    role = await _role(shop, await shop.definition(WORKER), "taskRoleArn")
    what = f"{shop.name}-worker has a task role that is there"
    yield Finding(role is not None, what, role.name if role else "none that is there")
    if role is None:
        return
    may = await role.policies()
    order = f"arn:aws:s3:::{BUCKET}/2026/1.json"
    ok = bool(may.explain("s3:GetObject", order))
    yield Finding(ok, f"it may s3:GetObject in the bucket {BUCKET}", _may(ok))
    yield _tight(
        may,
        ("s3:PutObject", order),
        ("s3:DeleteObject", order),
        ("s3:GetObject", "arn:aws:s3:::shop-ledger/2026/1.json"),
        ("ecs:StopTask", "*"),
    )


async def no_task_role(shop: Shop) -> AsyncIterator[Finding]:
    """The web asks AWS for nothing, so it has no task role."""
    definition = await shop.definition(WEB)
    what = f"{shop.name}-web has no task role: its code asks AWS for nothing"
    if definition is None:
        yield Finding(ok=False, what=what, saw="no such family")
        return
    arn = definition.raw.get("taskRoleArn")
    yield Finding(not arn, what, arn or "none")


async def _role(shop: Shop, definition: TaskDefinition | None, member: str) -> Role | None:
    arn = definition.raw.get(member) if definition else None
    if not arn:
        return None
    name = arn.rpartition("/")[2]
    return await shop.once(f"role {name}", lambda: shop.scene.aws.role(name))


def _tight(may: RolePolicies, *tried: tuple[str, str]) -> Finding:
    """Try what nobody needs: no list of such things is whole, so the finding says how long it is.

    Args:
        tried: Actions with resources.
    """
    allowed = [
        f"{action} on {resource}" for action, resource in tried if may.explain(action, resource)
    ]
    what = f"and none of {len(tried)} things that nobody needs, which were tried"
    return Finding(not allowed, what, ", ".join(allowed) or "none of them")


def _may(ok: bool) -> str:
    return "it may" if ok else "it may not"
