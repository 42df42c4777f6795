"""The roles, users, groups and policies that requests to IAM name: what is there, and may go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fargate_kit.sim.iam import entity_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.iam_lookups import entities, entity, refused
from fargate_kit.sim.wording import Refusal

# Managed policies for each role, user or group (IAM User Guide, page `reference_iam-quotas`).
MOST_POLICIES = 10

_SERVICE_PATH = "/aws-service-role/"
_TAGS_OF_AWS = "aws:"
_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/.+", re.ASCII)
_MARKER = re.compile(r"\d{1,9}", re.ASCII)

# By which member a request names what is there already, and how IAM says that it is not.
_NAMED: Mapping[str, tuple[str, Refusal]] = {
    "RoleName": ("role", wording.ROLE_MISSING),
    "UserName": ("user", wording.USER_MISSING),
    "GroupName": ("group", wording.GROUP_MISSING),
    "InstanceProfileName": ("profile", wording.PROFILE_MISSING),
}
_MAKING: Mapping[str, tuple[str, str, Refusal]] = {
    "CreateRole": ("RoleName", "role", wording.ROLE_EXISTS),
    "CreateUser": ("UserName", "user", wording.USER_EXISTS),
    "CreateGroup": ("GroupName", "group", wording.GROUP_EXISTS),
    "CreateInstanceProfile": ("InstanceProfileName", "profile", wording.PROFILE_EXISTS),
}
# What only the service may do to a service-linked role (errors of the service model).
_PROTECTED = frozenset({
    "AttachRolePolicy",
    "DeleteRole",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "UpdateAssumeRolePolicy",
})


def check_entities(asked: Asked, iam: Any) -> None:
    """Refuse what is about entities that are not there, are there already, or are in use.

    Source: botocore's IAM model, the errors of each operation.

    Raises:
        AwsError: `NoSuchEntity`, `EntityAlreadyExists`, `DeleteConflict` and others.
    """
    _check_marker(asked)
    _check_names(asked, iam)
    _check_boundary(asked, iam)
    _check_tags(asked)
    check = _CHECKS.get(asked.operation)
    if check is not None:
        check(asked, iam)


def _check_marker(asked: Asked) -> None:
    """Refuse a marker that no listing gave out; moto's are numbers."""
    marker = asked.params.get("Marker")
    if marker is not None and asked.operation.startswith("List") and not _MARKER.fullmatch(marker):
        raise refused(wording.BAD_MARKER)


def _check_names(asked: Asked, iam: Any) -> None:
    made = _MAKING.get(asked.operation)
    if made is not None:
        member, kind, exists = made
        name = asked.params[member]
        if entity(iam, kind, name) is not None:
            raise refused(exists, name=name)
        return
    for member, (kind, missing) in _NAMED.items():
        name = asked.params.get(member)
        if name is not None and entity(iam, kind, name) is None:
            raise refused(missing, name=name)
    role = entity(iam, "role", asked.params.get("RoleName") or "")
    if role is not None and asked.operation in _PROTECTED and role.path.startswith(_SERVICE_PATH):
        raise refused(wording.PROTECTED, name=role.name)


def _check_boundary(asked: Asked, iam: Any) -> None:
    arn = asked.params.get("PermissionsBoundary")
    if arn is not None and _POLICY_ARN.fullmatch(arn) and arn not in iam.managed_policies:
        raise refused(wording.BOUNDARY_MISSING, arn=arn)


def _check_tags(asked: Asked) -> None:
    """Refuse tags that only AWS itself gives (IAM User Guide, page `id_tags`)."""
    for tag in asked.params.get("Tags") or ():
        if tag["Key"].lower().startswith(_TAGS_OF_AWS):
            raise refused(wording.TAG_OF_AWS)


def _create_role(asked: Asked, _: Any) -> None:
    # Which entities may be there: IAM User Guide, page `reference_identifiers`.
    if (asked.params.get("Path") or "/").startswith(_SERVICE_PATH):
        raise refused(wording.SERVICE_PATH, name=asked.params["RoleName"])


def _create_policy(asked: Asked, iam: Any) -> None:
    name = asked.params["PolicyName"]
    for policy in iam.managed_policies.values():
        if policy.name.lower() == name.lower() and ":iam::aws:" not in policy.arn:
            raise refused(wording.POLICY_EXISTS, name=name)


def _get_policy(asked: Asked, iam: Any) -> None:
    arn = asked.params["PolicyArn"]
    if not _POLICY_ARN.fullmatch(arn):
        raise refused(wording.BAD_ARN, arn=arn)
    if arn not in iam.managed_policies:
        raise refused(wording.POLICY_MISSING, arn=arn)


def _delete_policy(asked: Asked, iam: Any) -> None:
    _get_policy(asked, iam)
    policy = iam.managed_policies[asked.params["PolicyArn"]]
    holders = (one for kind in ("role", "user", "group") for one in entities(iam, kind).values())
    if any(policy.arn in holder.managed_policies for holder in holders):
        raise refused(wording.POLICY_ATTACHED)
    if len(policy.versions) > 1:
        raise refused(wording.POLICY_HAS_VERSIONS)


def _attach(member: str) -> Callable[[Asked, Any], None]:
    """Make the check of attaching a policy to what a member names."""
    kind = member.removesuffix("Name")

    def check(asked: Asked, iam: Any) -> None:
        arn = asked.params["PolicyArn"]
        if not _POLICY_ARN.fullmatch(arn):
            raise refused(wording.BAD_ARN, arn=arn)
        policy = iam.managed_policies.get(arn)
        held = entity(iam, kind.lower(), asked.params[member]).managed_policies
        if policy is None or arn in held:
            return
        if policy.path.startswith(_SERVICE_PATH):
            raise refused(wording.SERVICE_POLICY)
        if len(held) >= MOST_POLICIES:
            raise refused(wording.TOO_MANY_POLICIES, kind=kind, limit=MOST_POLICIES)

    return check


def _inline(member: str) -> Callable[[Asked, Any], None]:
    """Make the check of reading or deleting a policy inside what a member names."""
    kind = member.removesuffix("Name").lower()

    def check(asked: Asked, iam: Any) -> None:
        name = asked.params["PolicyName"]
        if name not in entity(iam, kind, asked.params[member]).policies:
            raise refused(wording.INLINE_POLICY_MISSING, kind=kind, name=name)

    return check


def _delete_user(asked: Asked, iam: Any) -> None:
    user = entity(iam, "user", asked.params["UserName"])
    _check_bare(user)
    if user.access_keys:
        raise refused(wording.FIRST_KEYS)
    if user.password:
        raise refused(wording.FIRST_LOGIN)
    if any(user in group.users for group in iam.groups.values()):
        raise refused(wording.FIRST_USERS)


def _delete_group(asked: Asked, iam: Any) -> None:
    group = entity(iam, "group", asked.params["GroupName"])
    _check_bare(group)
    if group.users:
        raise refused(wording.FIRST_USERS)


def _check_bare(holder: Any) -> None:
    if holder.managed_policies:
        raise refused(wording.FIRST_DETACH)
    if holder.policies:
        raise refused(wording.FIRST_POLICIES)


_CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "AttachGroupPolicy": _attach("GroupName"),
    "AttachRolePolicy": _attach("RoleName"),
    "AttachUserPolicy": _attach("UserName"),
    "CreatePolicy": _create_policy,
    "CreatePolicyVersion": _get_policy,
    "CreateRole": _create_role,
    "DeleteGroup": _delete_group,
    "DeleteGroupPolicy": _inline("GroupName"),
    "DeletePolicy": _delete_policy,
    "DeletePolicyVersion": _get_policy,
    "DeleteRolePolicy": _inline("RoleName"),
    "DeleteUser": _delete_user,
    "DeleteUserPolicy": _inline("UserName"),
    "GetGroupPolicy": _inline("GroupName"),
    "GetPolicy": _get_policy,
    "GetPolicyVersion": _get_policy,
    "GetRolePolicy": _inline("RoleName"),
    "GetUserPolicy": _inline("UserName"),
    "ListEntitiesForPolicy": _get_policy,
    "ListPolicyTags": _get_policy,
    "ListPolicyVersions": _get_policy,
}
