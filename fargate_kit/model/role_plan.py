"""What a role for tasks should be, and what IAM would refuse about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.model.policy_builders import (
    CURRENT_VERSION,
    callers_trust_policy,
    execution_policy,
    partition,
    trust_policy,
)
from fargate_kit.model.policy_document import InvalidPolicy, read
from fargate_kit.model.problems import Problem, Rule

__all__ = [
    "ECS_TASKS",
    "REGION",
    "RULES",
    "RolePlan",
    "callers_plan",
    "exec_statement",
    "plan_of",
    "policy_for",
    "region_served",
]

ECS_TASKS = "ecs-tasks.amazonaws.com"
LONGEST_NAME = 64
_QUOTAS = "IAM User Guide: reference_iam-quotas"

NAME = Rule(
    id="role-name",
    says="A role's name has 1 to 64 letters, digits and characters of _+=,.@-.",
    source="model: iam CreateRole, RoleName",
)
PATH = Rule(
    id="role-path",
    says="A role's path begins and ends with a slash.",
    source="model: iam CreateRole, Path",
)
MANAGED = Rule(
    id="role-managed-policy",
    says="A managed policy is given by its ARN.",
    source="model: iam AttachRolePolicy, PolicyArn",
)
POLICY = Rule(
    id="role-policy",
    says="What a role may do is written as IAM's statements.",
    source="IAM User Guide: reference_policies_grammar",
)
SIZE = Rule(
    id="role-policy-size",
    says="The inline policies of a role have at most 10,240 characters, blanks not counted.",
    source=_QUOTAS,
)
TAGS = Rule(id="role-tags", says="A role has at most 50 tags.", source=_QUOTAS)
REGION = Rule(
    id="role-region",
    says="A role that fargate_kit makes serves the tasks of one region, and names have none.",
    source="guide: task-iam-roles",
)
TRUSTED = Rule(
    id="role-trusted",
    says="Who may take a role is named: an account, or the ARN of a user or a role.",
    source="IAM User Guide: reference_policies_elements_principal",
)
RULES = (NAME, PATH, MANAGED, POLICY, SIZE, TAGS, REGION, TRUSTED)

_MOST_CHARACTERS = 10_240
_MOST_TAGS = 50
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/|/[!-\x7e]{1,510}/")
_MANAGED = re.compile(r"arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy/[\w+=,.@/-]+", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_CALLER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:user|role)/[\w+=,.@/-]+)", re.ASCII)
_EXEC = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePlan:
    """A role as wanted.

    Attributes:
        trust: The document that says who may take the role.
        policy: The inline policy's document; None for a role without one.
        trusted: Of a role for people: who may take it; None is whom `trust` says.
        managed: ARNs of managed policies that are attached to it.
        boundary: ARN of its permissions boundary; None leaves it as it is.
    """

    name: str
    trust: Mapping[str, Any]
    policy: Mapping[str, Any] | None = None
    managed: Sequence[str] = ()
    boundary: str | None = None
    path: str = "/"
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    trusted: Sequence[str] | None = None

    def problems(self) -> tuple[Problem, ...]:
        """Return everything that IAM would refuse."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[Problem]:
        if not _NAME.fullmatch(self.name):
            allowed = f"1 to {LONGEST_NAME} letters, digits and _+=,.@-"
            yield NAME.problem("RoleName", given=self.name, allowed=allowed, remedy="rename it")
        if not _PATH.fullmatch(self.path):
            yield PATH.problem(
                "Path", given=self.path, allowed="/ or /…/", remedy="begin and end it with a slash"
            )
        arns = [(f"policies[{number}]", arn) for number, arn in enumerate(self.managed)]
        if self.boundary is not None:
            arns.append(("boundary", self.boundary))
        for place, arn in arns:
            if not _MANAGED.fullmatch(arn):
                yield MANAGED.problem(
                    place,
                    given=arn,
                    allowed="arn:aws:iam::<account or aws>:policy/<name>",
                    remedy="give the ARN; statements of your own go into statements=[…]",
                )
        # An empty list is somebody who is nobody.
        for number, caller in enumerate([""] if self.trusted == [] else self.trusted or ()):
            if not _CALLER.fullmatch(caller):
                yield TRUSTED.problem(
                    f"trusted[{number}]",
                    given=caller,
                    allowed="an account of twelve digits, or arn:aws:iam::<account>:role/<name>",
                    remedy="name who may take the role; there is no way to say everybody",
                )
        if len(self.tags) > _MOST_TAGS:
            yield TAGS.problem(
                "tags",
                given=len(self.tags),
                allowed=f"at most {_MOST_TAGS}",
                remedy="leave some out; one of them is fargate_kit's own",
            )
        yield from self._problems_of_policy()

    def _problems_of_policy(self) -> Iterator[Problem]:
        if self.policy is None:
            return
        try:
            read(self.policy)
        except InvalidPolicy as invalid:
            yield from invalid.problems
            return
        size = len("".join(json.dumps(self.policy, separators=(",", ":")).split()))
        if size > _MOST_CHARACTERS:
            yield SIZE.problem(
                "statements",
                given=size,
                allowed=f"at most {_MOST_CHARACTERS:,} characters",
                remedy="give several names one pattern, or make managed policies of them",
            )


def plan_of(
    name: str,
    *,
    account: str,
    region: str,
    statements: Sequence[Mapping[str, Any]] = (),
    **settings: Any,
) -> RolePlan:
    """Plan a role that ECS may take for the tasks of one account in one region.

    The trust policy has the conditions of ECS Developer Guide, page `task-iam-roles`. The guide
    asks for them on task roles; that ECS sends both keys for execution roles as well is seen in
    public configurations only (OBS).

    Args:
        account: Twelve digits.
        region: Where the tasks run.
        statements: What the role may do; none makes a role without an inline policy.
        settings: Further fields of the plan.
    """
    policy = {"Version": CURRENT_VERSION, "Statement": [dict(each) for each in statements]}
    return RolePlan(
        name=name,
        trust=trust_policy(ECS_TASKS, account, region=region),
        policy=policy if statements else None,
        **settings,
    )


def callers_plan(
    name: str,
    *,
    account: str,
    region: str,
    trusted: str | Sequence[str] | None,
    statements: Sequence[Mapping[str, Any]] = (),
    **settings: Any,
) -> RolePlan:
    """Plan a role that people and pipelines take.

    A trust policy that names an account leaves it to the account's own policies who may take the
    role (IAM User Guide, `reference_policies_elements_principal`).

    Args:
        account: Twelve digits.
        trusted: Accounts, and ARNs of users and roles; None is the account itself.
        statements: What the role may do; none makes a role without an inline policy.
        settings: Further fields of the plan.
    """
    given = account if trusted is None else trusted
    named = [given] if isinstance(given, str) else list(given)
    root = f"arn:{partition(region)}:iam::{{}}:root"
    callers = [root.format(each) if _ACCOUNT.fullmatch(each) else each for each in named]
    policy = {"Version": CURRENT_VERSION, "Statement": [dict(each) for each in statements]}
    return RolePlan(
        name=name,
        trust=callers_trust_policy(callers or [root.format(account)]),
        policy=policy if statements else None,
        trusted=callers,
        **settings,
    )


def policy_for(
    definition: Mapping[str, Any], account: str, region: str, *, kms_keys: Sequence[str] = ()
) -> list[Mapping[str, Any]]:
    """Return the statements that an execution role needs for a definition, and no others."""
    document = execution_policy(definition, account, region, kms_keys=kms_keys)
    found: list[Mapping[str, Any]] = document["Statement"]
    return found


def region_served(trust: Any) -> str | None:
    """Return the region for whose tasks ECS may take a role that `plan_of()` planned.

    Args:
        trust: The role's trust policy; None is the answer for any other.
    """
    try:
        (statement,) = trust["Statement"]
        source = statement["Condition"]["ArnLike"]["aws:SourceArn"]
        region: str = source.split(":")[3]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None
    return region


def exec_statement() -> dict[str, Any]:
    """Return what ECS Exec needs of the task role (ECS Developer Guide, `ecs-exec`)."""
    actions = [f"ssmmessages:{name}" for name in _EXEC]
    return {"Sid": "ExecuteCommand", "Effect": "Allow", "Action": actions, "Resource": "*"}
