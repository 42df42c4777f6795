"""What a principal of the simulated IAM may do, and how its denials are written."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fargate_kit.model.policy import (
    Decision,
    InvalidPolicy,
    Policy,
    PolicyKind,
    Principal,
    Verdict,
    evaluate,
    parse,
)
from fargate_kit.sim.iam import wording
from fargate_kit.sim.iam.facts import PolicyFact, PrincipalFact

log = logging.getLogger("fargate_kit.sim")

Keys = Mapping[str, str | bool | int | Sequence[str]]


def decide(who: PrincipalFact, action: str, resource: str, keys: Keys) -> Decision:
    """Evaluate the policies of a principal, its permissions boundary included."""
    return evaluate(
        [policy for one in who.policies if (policy := _policy(one)) is not None],
        action,
        resource,
        keys,
        boundary=_limits(who),
    )


def trusts(role: PrincipalFact, service: str, keys: Keys) -> bool:
    """Tell whether a role's trust policy lets a service take it."""
    policy = _parsed(role.trust, f"trust policy of {role.name}", PolicyKind.TRUST)
    if policy is None:
        return False
    asking = Principal(kind="Service", name=service)
    return evaluate([policy], "sts:AssumeRole", role.arn, keys, principal=asking).allowed


def lets_take(role: PrincipalFact, asking: str, who: PrincipalFact | None, keys: Keys) -> bool:
    """Tell whether a caller of the role's own account may take it.

    Args:
        role: It shall be taken.
        asking: The ARN of the caller.
        who: The caller; None is the account's administrator, who has every permission.
        keys: The condition keys of the request.
    """
    policy = _parsed(role.trust, f"trust policy of {role.name}", PolicyKind.TRUST)
    if policy is None:
        return False
    others = (who.role,) if who is not None and who.role else ()
    principal = Principal(kind="AWS", name=asking, others=others)
    if not evaluate([policy], "sts:AssumeRole", role.arn, keys, principal=principal).allowed:
        return False
    if who is None:
        return True
    own = decide(who, "sts:AssumeRole", role.arn, keys)
    named = {name for one in policy.statements for _, name in one.principals or () if one.allows}
    return own.allowed or (
        own.verdict is Verdict.IMPLICIT_DENY and not named.isdisjoint({asking, *others})
    )


def denial(who: str, decision: Decision) -> str:
    """Write a denial as AWS does.

    Args:
        who: The ARN of the principal.
        decision: It denies.
    """
    by_boundary = decision.bounded is False and any(
        one.statement.allows for one in decision.matched
    )
    if decision.verdict is Verdict.EXPLICIT_DENY:
        by = decision.decided_by
        own = by is not None and by.policy.name != BOUNDARY
        phrase = wording.DENIED if own else wording.DENIED_BY_BOUNDARY
    else:
        phrase = wording.NO_BOUNDARY if by_boundary else wording.NO_POLICY
    return phrase.say(who=who, action=decision.action, resource=decision.resource)


def keys_of(who: PrincipalFact, region: str, now: int) -> dict[str, str | bool | int]:
    """Give the condition keys that every request of a principal has.

    Source: IAM User Guide, page `reference_policies_condition-keys`.

    Args:
        who: The principal.
        region: Which region is asked.
        now: Microseconds since the epoch.
    """
    keys: dict[str, str | bool | int] = {
        "aws:PrincipalArn": who.role or who.arn,
        "aws:PrincipalAccount": who.arn.split(":")[4],
        "aws:PrincipalType": who.kind,
        "aws:userid": who.unique_id,
        "aws:RequestedRegion": region,
        "aws:CurrentTime": datetime.fromtimestamp(now // 1_000_000, UTC).isoformat(),
        "aws:EpochTime": now // 1_000_000,
        "aws:SecureTransport": True,
        "aws:ViaAWSService": False,
        **{f"aws:PrincipalTag/{key}": value for key, value in who.tags},
    }
    if who.kind == "User":
        keys["aws:username"] = who.name
    return keys


BOUNDARY = "the permissions boundary"


def _limits(who: PrincipalFact) -> list[Policy] | None:
    if who.boundary is None:
        return None
    policy = _parsed(who.boundary.text, BOUNDARY, PolicyKind.IDENTITY)
    return [] if policy is None else [policy]


def _policy(fact: PolicyFact) -> Policy | None:
    return _parsed(fact.text, fact.name, PolicyKind.IDENTITY)


@functools.lru_cache(maxsize=1024)
def _parsed(text: str, name: str, kind: PolicyKind) -> Policy | None:
    """Read a policy that IAM has taken; what cannot be read allows nothing."""
    try:
        return parse(text, name=name, kind=kind)
    except InvalidPolicy as invalid:
        log.warning("%s cannot be read and allows nothing: %s", name, invalid)
        return None
