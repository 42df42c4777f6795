"""What is read from moto about principals, their policies, and the secrets that roles read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fargate_kit.sim.iam.facts import PolicyFact, PrincipalFact, SecretFact


def principal(iam: Any, arn: str) -> PrincipalFact | None:
    """Look a user, role or group up by its ARN."""
    for role in iam.roles.values():
        if role.arn == arn:
            return _role(iam, role)
    for user in iam.users.values():
        if user.arn == arn:
            return _user(iam, user)
    for group in iam.groups.values():
        if group.arn == arn:
            return PrincipalFact(
                arn=group.arn,
                kind="Group",
                name=group.name,
                unique_id=group.id,
                policies=tuple(_policies(group, "group")),
            )
    return None


def caller(iam: Any, sts: Any, access_key: str) -> PrincipalFact | None:
    """Find whose access key it is: a user's, or one of a session of a role."""
    for user in iam.users.values():
        for key in user.access_keys:
            if key.access_key_id == access_key:
                return replace(_user(iam, user), active=key.status == "Active")
    for session in sts.assumed_roles:
        if session.access_key_id != access_key:
            continue
        role = next((one for one in iam.roles.values() if one.arn == session.role_arn), None)
        return None if role is None else _session(_role(iam, role), session)
    return None


def secret(manager: Any, arn: str, stage: str, version: str) -> SecretFact | None:
    """Read a secret of Secrets Manager; None if it, or the version, is not there.

    Args:
        manager: moto's Secrets Manager of the region.
        arn: With or without its random suffix.
        stage: A staging label; AWSCURRENT if empty.
        version: An id of a version, or empty.
    """
    found = manager.secrets.get(arn)
    if found is None or found.is_deleted():
        return None
    for key, one in found.versions.items():
        if version and key != version:
            continue
        if (stage or not version) and (stage or "AWSCURRENT") not in one["version_stages"]:
            continue
        return SecretFact(arn=str(found.arn), text=one.get("secret_string"))
    return None


def parameter(ssm: Any, name: str) -> str | None:
    """Read a parameter of Parameter Store, decrypted."""
    found = ssm.get_parameters([name]).get(name)
    return None if found is None else found.decrypt(found.value)


def s3_object(s3: Any, bucket: str, key: str) -> bytes | None:
    """Read an object of the account's own S3."""
    found = s3.get_object(bucket, key) if bucket in s3.buckets else None
    return None if found is None else bytes(found.value)


def _role(iam: Any, role: Any) -> PrincipalFact:
    return PrincipalFact(
        arn=role.arn,
        kind="Role",
        name=role.name,
        unique_id=role.id,
        policies=tuple(_policies(role, "role")),
        boundary=_boundary(iam, role.permissions_boundary_arn),
        trust=role.assume_role_policy_document,
        tags=_tags(role.tags),
    )


def _user(iam: Any, user: Any) -> PrincipalFact:
    groups = [one for one in iam.groups.values() if user in one.users]
    of_groups = [policy for group in groups for policy in _policies(group, "group")]
    return PrincipalFact(
        arn=user.arn,
        kind="User",
        name=user.name,
        unique_id=user.id,
        policies=(*_policies(user, "user"), *of_groups),
        tags=_tags(user.tags),
    )


def _session(role: PrincipalFact, session: Any) -> PrincipalFact:
    return PrincipalFact(
        arn=session.arn,
        kind="AssumedRole",
        name=role.name,
        unique_id=f"{role.unique_id}:{session.session_name}",
        policies=role.policies,
        boundary=role.boundary,
        trust=role.trust,
        tags=role.tags,
        role=role.arn,
    )


def _policies(owner: Any, kind: str) -> Iterable[PolicyFact]:
    for policy in owner.managed_policies.values():
        yield _managed(policy)
    for name, text in owner.policies.items():
        yield PolicyFact(name=name, text=text, source=kind)


def _managed(policy: Any) -> PolicyFact:
    of_aws = policy.arn.split(":")[4] == "aws"
    version = next(one for one in policy.versions if one.version_id == policy.default_version_id)
    return PolicyFact(
        name=policy.name,
        text=version.document,
        source="aws-managed" if of_aws else "user-managed",
    )


def _tags(tags: Sequence[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one["Key"], one["Value"]) for one in tags or ())


def _boundary(iam: Any, arn: str | None) -> PolicyFact | None:
    policy = iam.managed_policies.get(arn) if arn else None
    return None if policy is None else _managed(policy)
