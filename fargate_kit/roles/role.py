"""Roles: what ECS takes to start a task, and what the code in its containers may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from fargate_kit.core.session import Session
from fargate_kit.errors import InvalidSpec, NotFound
from fargate_kit.model.policy import Decision, Policy, PolicyKind, Principal, evaluate
from fargate_kit.model.policy_builders import partition
from fargate_kit.model.problems import Problem
from fargate_kit.model.role_plan import ECS_TASKS
from fargate_kit.model.values import moment
from fargate_kit.ownership import TAG
from fargate_kit.roles.policies import (
    Context,
    RolePolicies,
    Simulated,
    attached_arns,
    inline_names,
    policy_from,
    read_policies,
)
from fargate_kit.roles.policies import simulate as simulate_policies

__all__ = ["Role", "describe", "remove"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role as IAM described it at one moment.

    Attributes:
        boundary_arn: ARN of its permissions boundary; None if it has none.
        tags: Its tags; those that fargate_kit made have `fargate-kit` among them.
        raw: IAM's own answer.
    """

    arn: str
    name: str
    path: str
    created_at: datetime | None
    boundary_arn: str | None
    tags: Mapping[str, str]
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    _session: Session = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Mapping[str, Any], session: Session) -> Self:
        """Parse `Role` of GetRole or CreateRole."""
        return cls(
            arn=raw["Arn"],
            name=raw["RoleName"],
            path=raw.get("Path", "/"),
            created_at=moment(raw.get("CreateDate")),
            boundary_arn=(raw.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags") or ()},
            raw=raw,
            _session=session,
        )

    def __str__(self) -> str:
        return self.arn

    @property
    def account(self) -> str:
        """The account that it belongs to, twelve digits."""
        return self.arn.split(":")[4]

    @property
    def is_ours(self) -> bool:
        """Whether fargate_kit made it, by its tag."""
        return TAG in self.tags

    @property
    def trust(self) -> Policy:
        """The policy that says who may take it."""
        document = self.raw.get("AssumeRolePolicyDocument") or {}
        return policy_from(document, f"trust policy of {self.name}", kind=PolicyKind.TRUST)

    def trusts(self, service: str = ECS_TASKS, context: Context | None = None) -> Decision:
        """Tell whether a service may take the role for a task in this account and region.

        Args:
            service: Such as `ecs-tasks.amazonaws.com`.
            context: Condition keys that differ from those of such a task.
        """
        region, account = self._session.api.region, self.account
        task = f"arn:{partition(region)}:ecs:{region}:{account}:task/any"
        keys = {"aws:SourceAccount": account, "aws:SourceArn": task, **(context or {})}
        asking = Principal(kind="Service", name=service)
        return evaluate([self.trust], "sts:AssumeRole", self.arn, keys, principal=asking)

    async def refresh(self) -> Role:
        """Return the role as it is now; this picture stays what it is.

        Raises:
            NotFound: It is gone.

        Calls:
            iam:GetRole
        """
        return await describe(self._session, self.name)

    async def policies(self) -> RolePolicies:
        """Read every policy that applies to the role, its permissions boundary among them.

        Raises:
            NotFound: The role is gone.

        Calls:
            iam:ListRolePolicies, iam:GetRolePolicy for each inline policy,
            iam:ListAttachedRolePolicies, iam:GetPolicy and iam:GetPolicyVersion for each attached
            one and for the boundary
        """
        return await read_policies(self._session, self.raw)

    async def explain(
        self, action: str, resource: str = "*", context: Context | None = None
    ) -> Decision:
        """Say whether the role may do something, by which statement, and what would change it.

        For several questions read `policies()` once and ask them.

        Args:
            action: One action, such as `s3:GetObject`.
            resource: One ARN, or `*` for actions that have no resource.
            context: Condition keys of the request with their values.

        Returns:
            True if it is allowed; `print()` it for the explanation.

        Calls:
            those of `policies()`
        """
        return (await self.policies()).explain(action, resource, context)

    async def simulate(
        self,
        actions: str | Sequence[str],
        resources: str | Sequence[str] = "*",
        context: Context | None = None,
    ) -> tuple[Simulated, ...]:
        """Ask IAM's own simulator, and compare its answer with that of `explain()`.

        Args:
            actions: One action or several.
            resources: One ARN or several; every action is asked about each.
            context: Condition keys of the request with their values.

        Returns:
            An answer for each action on each resource; `.agrees` where we say the same.

        Calls:
            iam:SimulatePrincipalPolicy, and those of `policies()`
        """
        return await simulate_policies(
            self._session,
            self.raw,
            [actions] if isinstance(actions, str) else actions,
            [resources] if isinstance(resources, str) else resources,
            context,
        )

    async def delete(self, *, foreign: bool = False) -> None:
        """Detach and delete its policies, then delete the role; one that is gone is fine.

        A task or service that still uses the role fails from then on.

        Args:
            foreign: Whether a role that fargate_kit did not make may be deleted, too.

        Raises:
            InvalidSpec: It has not got fargate_kit's tag, and `foreign` was not said.
            ApiError: IAM refuses, for instance because an instance profile has the role.

        Calls:
            iam:ListAttachedRolePolicies, iam:DetachRolePolicy for each, iam:ListRolePolicies,
            iam:DeleteRolePolicy for each, iam:DeleteRole
        """
        if not self.is_ours and not foreign:
            raise foreign_role(self, "delete(foreign=True) deletes it nevertheless")
        await remove(self._session, self.name)


def foreign_role(role: Role, remedy: str) -> InvalidSpec:
    """Return the error for a role that is not ours to change."""
    message = f"role {role.name} was not made by fargate_kit: it has no tag {TAG!r}; {remedy}"
    problem = Problem(
        path="RoleName", rule="foreign-role", given=role.name, allowed=remedy, message=message
    )
    return InvalidSpec(f"role {role.name}", [problem])


async def describe(session: Session, name: str) -> Role:
    """Look up a role by its name or ARN.

    Raises:
        NotFound: There is none.

    Calls:
        iam:GetRole
    """
    # The name is the ARN's last part; before it stands the path.
    reply = await session.api.call("iam", "GetRole", RoleName=name.rpartition("/")[2])
    return Role.from_api(reply["Role"], session)


async def remove(session: Session, name: str) -> None:
    """Delete a role after its policies; whatever is gone already is fine.

    Calls:
        iam:ListAttachedRolePolicies, iam:DetachRolePolicy for each, iam:ListRolePolicies,
        iam:DeleteRolePolicy for each, iam:DeleteRole
    """
    call = session.api.call
    with suppress(NotFound):
        for arn in [each async for each in attached_arns(session, name)]:
            with suppress(NotFound):
                await call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
        for policy in [each async for each in inline_names(session, name)]:
            with suppress(NotFound):
                await call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy)
        await call("iam", "DeleteRole", RoleName=name)
