"""What a connection does with roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.roles import creation as role_creation
from fargate_kit.roles import role as roles
from fargate_kit.roles.role import Role
from fargate_kit.tasks.task_definition import TaskDefinition
from fargate_kit.tasks.task_spec import TaskSpec

__all__ = ["RoleVerbs"]


class RoleVerbs:
    """Make and find roles."""

    _session: Session

    async def create_execution_role(
        self,
        definition: TaskSpec | TaskDefinition | Mapping[str, Any],
        name: str | None = None,
        *,
        kms_keys: Sequence[str] = (),
        statements: Sequence[Mapping[str, Any]] = (),
        policies: Sequence[str] = (),
        boundary: str | None = None,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        change_foreign: bool = False,
        settle: float = role_creation.SETTLE,
    ) -> Role:
        """Make the role with which ECS starts the tasks of one definition, and does no more.

        From the definition come its private ECR repositories, its log groups, its secrets and
        parameters, and its environment files; a public image without logs needs nothing. Only ECS
        may take the role, for tasks of this account in this region (ECS Developer Guide,
        `task-iam-roles`, on the confused deputy).

        It can be called again: a role of that name that is as wanted is taken as it is, and one
        that fargate_kit made is brought in line. Policies that others added stay. If making it
        fails or is cancelled half-way, nothing is left; a change that fails half-way is finished
        by asking again.

        After a change it waits, because ECS may not be able to take a new role for some seconds,
        and no API tells when it can. A service would not be refused either: it fails to start a
        task, and tries again half a minute later.

        Args:
            definition: What shall run: a specification, a revision, or AWS's own JSON.
            name: None is `<family>-execution-<region>`: IAM has no regions, and what the role may
                do belongs to one.
            kms_keys: ARNs of KMS keys of your own that encrypt its secrets: they are not in the
                definition.
            statements: Further statements of IAM.
            policies: ARNs of managed policies that are attached as well.
            boundary: ARN of a permissions boundary.
            change_foreign: Whether a role that fargate_kit did not make may be changed.
            settle: Seconds to wait after a change.

        Raises:
            InvalidSpec: Every problem at once, before any call; or a role of that name differs and
                is not ours, or serves another region.

        Calls:
            sts:GetCallerIdentity once; iam:GetRole; where there is none iam:CreateRole,
            iam:PutRolePolicy, iam:AttachRolePolicy for each managed policy and iam:TagRole;
            where there is one iam:ListRolePolicies, iam:GetRolePolicy,
            iam:ListAttachedRolePolicies (with managed policies), and what changes it:
            iam:UpdateAssumeRolePolicy, iam:PutRolePolicy, iam:DeleteRolePolicy,
            iam:AttachRolePolicy, iam:PutRolePermissionsBoundary, iam:TagRole
        """
        return await role_creation.create_execution_role(
            self._session,
            _members(definition),
            name=name,
            kms_keys=kms_keys,
            statements=statements,
            policies=policies,
            boundary=boundary,
            path=path,
            tags=tags,
            change_foreign=change_foreign,
            settle=settle,
        )

    async def create_task_role(
        self,
        name: str,
        *,
        statements: Sequence[Mapping[str, Any]] = (),
        policies: Sequence[str] = (),
        execute_command: bool = False,
        boundary: str | None = None,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        change_foreign: bool = False,
        settle: float = role_creation.SETTLE,
    ) -> Role:
        """Make the role that the code in the containers has, with the statements given.

        Trust, repetition, failure and waiting are those of `create_execution_role()`.

        Args:
            statements: IAM's statements, such as
                `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}`.
            policies: ARNs of managed policies that are attached as well.
            execute_command: Whether ECS Exec may be used on the tasks.
            boundary: ARN of a permissions boundary.
            change_foreign: Whether a role that fargate_kit did not make may be changed.
            settle: Seconds to wait after a change.

        Raises:
            InvalidSpec: Every problem at once, before any call; or a role of that name differs and
                is not ours.

        Calls:
            those of `create_execution_role()`
        """
        return await role_creation.create_task_role(
            self._session,
            name,
            statements=statements,
            policies=policies,
            execute_command=execute_command,
            boundary=boundary,
            path=path,
            tags=tags,
            change_foreign=change_foreign,
            settle=settle,
        )

    async def create_role(
        self,
        name: str,
        *,
        trusted: str | Sequence[str] | None = None,
        statements: Sequence[Mapping[str, Any]] = (),
        policies: Sequence[str] = (),
        boundary: str | None = None,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        change_foreign: bool = False,
        settle: float = role_creation.SETTLE,
    ) -> Role:
        """Make a role for people and pipelines, such as one that deploys; `assume()` takes it.

        ECS cannot take it: for tasks there are `create_execution_role()` and `create_task_role()`.
        Repetition, failure and waiting are those of `create_execution_role()`.

        Args:
            trusted: Who may take it: accounts of twelve digits, and ARNs of users and roles. None
                is this account: those of it whose own policies allow them `sts:AssumeRole` on it.
            statements: What it may do, as of `create_task_role()`.
            policies: ARNs of managed policies that are attached as well.
            boundary: ARN of a permissions boundary.
            change_foreign: Whether a role that fargate_kit did not make may be changed.
            settle: Seconds to wait after a change.

        Raises:
            InvalidSpec: Every problem at once, before any call; or a role of that name differs and
                is not ours.

        Calls:
            those of `create_execution_role()`
        """
        return await role_creation.create_role(
            self._session,
            name,
            trusted=trusted,
            statements=statements,
            policies=policies,
            boundary=boundary,
            path=path,
            tags=tags,
            change_foreign=change_foreign,
            settle=settle,
        )

    async def role(self, name: str) -> Role:
        """Look up a role by its name or ARN.

        Raises:
            NotFound: There is none.

        Calls:
            iam:GetRole
        """
        return await roles.describe(self._session, name)


def _members(definition: TaskSpec | TaskDefinition | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a definition in AWS's own form."""
    if isinstance(definition, TaskSpec):
        return definition.to_api()
    return definition.raw if isinstance(definition, TaskDefinition) else definition
