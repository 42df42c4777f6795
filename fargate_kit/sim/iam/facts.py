"""What the simulated IAM knows of roles, users and secrets, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from fargate_kit.sim.reachability import NetworkFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFact:
    """A policy that is attached to somebody.

    Args:
        name: Its name.
        text: The document.
        source: IAM's word for where it comes from: `user`, `group`, `role`, `aws-managed`,
            `user-managed`.
    """

    name: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalFact:
    """A user, a role, a group, or a session of a role, with all policies that apply to it.

    Args:
        arn: Its ARN; of a session, `arn:aws:sts::…:assumed-role/…`.
        kind: `User`, `Role`, `Group` or `AssumedRole`.
        name: The user's name, or the role's.
        unique_id: IAM's id of it.
        policies: Managed and inline ones, those of a user's groups included.
        boundary: The permissions boundary.
        trust: Of a role: its trust policy.
        tags: Its tags.
        role: Of a session: the ARN of its role.
        active: Whether the access key by which it was found may be used.
    """

    arn: str
    kind: str
    name: str
    unique_id: str
    policies: tuple[PolicyFact, ...]
    boundary: PolicyFact | None = None
    trust: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    role: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFact:
    """A secret of Secrets Manager, in one version.

    Args:
        arn: With its random suffix.
        text: Its value; None if it is binary. Never shown.
    """

    arn: str
    text: str | None = field(repr=False)


class IamFacts(Protocol):
    """What is read of the services beside ECS, at the instant of the action."""

    def principal(self, arn: str) -> PrincipalFact | None:
        """Look a user, role or group up."""
        ...

    def caller(self, partition: str, access_key: str) -> PrincipalFact | None:
        """Find whose access key it is; None for keys that IAM does not know."""
        ...

    def secret(self, region: str, arn: str, stage: str, version: str) -> SecretFact | None:
        """Read a version of a secret."""
        ...

    def parameter(self, region: str, name: str) -> str | None:
        """Read a parameter of Parameter Store."""
        ...

    def s3_object(self, partition: str, bucket: str, key: str) -> bytes | None:
        """Read an object of the account's own S3."""
        ...

    def network(
        self, region: str, subnet_id: str, group_ids: tuple[str, ...]
    ) -> NetworkFacts | None:
        """Read what decides where the tasks of a subnet can go."""
        ...
