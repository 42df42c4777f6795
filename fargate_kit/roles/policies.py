"""What a role may do: its policies read from IAM, asked, and held against IAM's own simulator."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.core.session import Session
from fargate_kit.model.policy import Decision, Policy, PolicyKind, Verdict, evaluate, parse, read

__all__ = ["Context", "RolePolicies", "Simulated", "read_policies", "simulate"]

Context = Mapping[str, str | bool | int | float | Sequence[str]]
"""Condition keys of a request with their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePolicies:
    """Every policy that applies to a role, as IAM told it at one moment.

    Attributes:
        role: The role's name.
        policies: Inline ones first, then the attached ones.
        boundary: The permissions boundary, which must allow a request too; None if it has none.
        known: Condition keys that every request of the role has.
    """

    role: str
    policies: tuple[Policy, ...]
    boundary: Policy | None
    known: Context = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)

    def explain(self, action: str, resource: str = "*", context: Context | None = None) -> Decision:
        """Decide one action on one resource, by all policies together; nothing is sent.

        The decision is true if the action is allowed; `str()` of it says by which statement it is
        allowed or denied, and names the smallest statement that would change that. Policies of
        the resource, of the organization and of the session are not looked at.

        Args:
            action: One action, such as `s3:GetObject`.
            resource: One ARN, or `*` for actions that have no resource.
            context: Further condition keys of the request with their values.

        Raises:
            ValueError: The action is no action.
        """
        return evaluate(
            self.policies,
            action,
            resource,
            {**self.known, **(context or {})},
            boundary=None if self.boundary is None else [self.boundary],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What IAM's own simulator says to one action on one resource, beside what we say.

    Attributes:
        verdict: IAM's.
        matched: The policies in which IAM found a statement that decided.
        missing: Condition keys that IAM lacked.
        ours: The decision of `RolePolicies.explain()` on the same request.
    """

    action: str
    resource: str
    verdict: Verdict
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    ours: Decision

    def __bool__(self) -> bool:
        return self.verdict is Verdict.ALLOWED

    @property
    def agrees(self) -> bool:
        """Whether IAM and we say the same."""
        return self.verdict is self.ours.verdict


async def read_policies(session: Session, raw: Mapping[str, Any]) -> RolePolicies:
    """Read every policy of a role.

    Args:
        raw: The role as GetRole gave it.

    Raises:
        NotFound: The role is gone.
        InvalidPolicy: A document has something that is not known here.

    Calls:
        iam:ListRolePolicies, iam:GetRolePolicy for each inline policy,
        iam:ListAttachedRolePolicies, iam:GetPolicy and iam:GetPolicyVersion for each attached one
        and for the boundary
    """
    name = raw["RoleName"]
    found = [await inline_policy(session, name, each) async for each in inline_names(session, name)]
    async for arn in attached_arns(session, name):
        found.append(await _managed(session, arn))
    bound = (raw.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return RolePolicies(
        role=name,
        policies=tuple(found),
        boundary=await _managed(session, bound) if bound else None,
        known=_known_keys(session, raw),
    )


async def inline_names(session: Session, role: str) -> AsyncIterator[str]:
    """Yield the names of a role's inline policies."""
    async for page in session.api.pages("iam", "ListRolePolicies", RoleName=role):
        for name in page["PolicyNames"]:
            yield name


async def attached_arns(session: Session, role: str) -> AsyncIterator[str]:
    """Yield the ARNs of the managed policies that are attached to a role."""
    async for page in session.api.pages("iam", "ListAttachedRolePolicies", RoleName=role):
        for policy in page["AttachedPolicies"]:
            yield policy["PolicyArn"]


async def inline_policy(session: Session, role: str, name: str) -> Policy:
    """Read one inline policy."""
    reply = await session.api.call("iam", "GetRolePolicy", RoleName=role, PolicyName=name)
    return policy_from(reply["PolicyDocument"], name)


def policy_from(document: Any, name: str, *, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """Read a document that botocore has taken out of its URL encoding, or left as a text."""
    if isinstance(document, str):
        return parse(document, name=name, kind=kind)
    return read(document, name=name, kind=kind)


async def _managed(session: Session, arn: str) -> Policy:
    policy = (await session.api.call("iam", "GetPolicy", PolicyArn=arn))["Policy"]
    reply = await session.api.call(
        "iam", "GetPolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"]
    )
    return policy_from(reply["PolicyVersion"]["Document"], policy["PolicyName"])


async def simulate(
    session: Session,
    raw: Mapping[str, Any],
    actions: Sequence[str],
    resources: Sequence[str],
    context: Context | None,
) -> tuple[Simulated, ...]:
    """Ask IAM's simulator about every action on every resource, and decide the same ourselves.

    Calls:
        iam:SimulatePrincipalPolicy, and those of `read_policies()`
    """
    policies = await read_policies(session, raw)
    asked = {**policies.known, **(context or {})}
    results = []
    pages = session.api.pages(
        "iam",
        "SimulatePrincipalPolicy",
        PolicySourceArn=raw["Arn"],
        ActionNames=list(actions),
        ResourceArns=list(resources),
        ContextEntries=[_entry(key, value) for key, value in asked.items()],
    )
    async for page in pages:
        for result in page["EvaluationResults"]:
            action, resource = result["EvalActionName"], result.get("EvalResourceName", "*")
            results.append(
                Simulated(
                    action=action,
                    resource=resource,
                    verdict=Verdict(result["EvalDecision"]),
                    matched=tuple(
                        dict.fromkeys(
                            each["SourcePolicyId"] for each in result.get("MatchedStatements", ())
                        )
                    ),
                    missing=tuple(result.get("MissingContextValues", ())),
                    ours=policies.explain(action, resource, context),
                )
            )
    return tuple(results)


def _entry(key: str, value: str | bool | int | float | Sequence[str]) -> dict[str, Any]:
    """Return a member of `ContextEntries` (service model, ContextKeyTypeEnum)."""
    if isinstance(value, bool):
        kind, texts = "boolean", [json.dumps(value)]
    elif isinstance(value, int | float):
        kind, texts = "numeric", [str(value)]
    elif isinstance(value, str):
        kind, texts = "string", [value]
    else:
        kind, texts = "stringList", list(value)
    return {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": texts}


def _known_keys(session: Session, raw: Mapping[str, Any]) -> Context:
    """Return what AWS puts into every request of a role.

    Source: IAM User Guide, page `reference_policies_condition-keys`.
    """
    tags = {f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in raw.get("Tags") or ()}
    return {
        "aws:PrincipalArn": raw["Arn"],
        "aws:PrincipalAccount": raw["Arn"].split(":")[4],
        "aws:RequestedRegion": session.api.region,
        **tags,
    }
