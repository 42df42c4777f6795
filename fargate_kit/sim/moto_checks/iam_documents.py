"""The policy documents that IAM is given: their form, their parts and their size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fargate_kit.model.policy_document import VERSIONS
from fargate_kit.sim.iam import entity_wording as wording
from fargate_kit.sim.moto_checks.asked import Asked
from fargate_kit.sim.moto_checks.iam_lookups import entity, refused

# Limits in characters that are no white space (IAM User Guide, page `reference_iam-quotas`).
LONGEST_TRUST = 2_048
LONGEST_MANAGED = 6_144
LONGEST_INLINE: Mapping[str, int] = {"role": 10_240, "user": 2_048, "group": 5_120}

_SPACE = re.compile(r"\s+")
_SID = re.compile(r"[0-9A-Za-z]*")
_AWS = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:.+|A[A-Z0-9]{15,}", re.ASCII)
_OF_IAM = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(role|user)/.+", re.ASCII)
_TOP = ("Version", "Id", "Statement")
_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Condition",
    "Resource",
    "NotResource",
)
# IAM User Guide, page `reference_policies_elements_condition_operators`.
_OF_SETS = ("forallvalues:", "foranyvalue:")
_OPERATORS = frozenset({
    *("stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase"),
    *("stringlike", "stringnotlike", "numericequals", "numericnotequals", "numericlessthan"),
    *("numericlessthanequals", "numericgreaterthan", "numericgreaterthanequals", "dateequals"),
    *("datenotequals", "datelessthan", "datelessthanequals", "dategreaterthan"),
    *("dategreaterthanequals", "bool", "binaryequals", "ipaddress", "notipaddress", "arnequals"),
    *("arnlike", "arnnotequals", "arnnotlike", "null"),
})
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")


def check_documents(asked: Asked, iam: Any) -> None:
    """Refuse policy documents that IAM refuses.

    Source: IAM User Guide, pages `reference_policies_grammar` and `reference_iam-quotas`.

    Raises:
        AwsError: `MalformedPolicyDocument`, or `LimitExceeded` for its size.
    """
    check = _CHECKS.get(asked.operation)
    if check is not None:
        check(asked, iam)


def _create_role(asked: Asked, iam: Any) -> None:
    _check_trust(iam, asked.params["AssumeRolePolicyDocument"])


def _update_trust(asked: Asked, iam: Any) -> None:
    _check_trust(iam, asked.params["PolicyDocument"])


def _managed(asked: Asked, _: Any) -> None:
    document = asked.params["PolicyDocument"]
    _check_permissions(document)
    if _size(document) > LONGEST_MANAGED:
        raise refused(wording.POLICY_TOO_LARGE, limit=LONGEST_MANAGED)


def _inline(kind: str) -> Callable[[Asked, Any], None]:
    """Make the check of a policy in a role, a user or a group, whose sizes are added up."""

    def check(asked: Asked, iam: Any) -> None:
        document = asked.params["PolicyDocument"]
        _check_permissions(document)
        name = asked.params[f"{kind.capitalize()}Name"]
        holder = entity(iam, kind, name)
        held = {} if holder is None else holder.policies
        others = (text for each, text in held.items() if each != asked.params["PolicyName"])
        if _size(document) + sum(map(_size, others)) > LONGEST_INLINE[kind]:
            limit = LONGEST_INLINE[kind]
            raise refused(wording.INLINE_TOO_LARGE, limit=limit, kind=kind, name=name)

    return check


def _size(text: str) -> int:
    return len(_SPACE.sub("", text))


def _check_trust(iam: Any, text: str) -> None:
    """Refuse what is no trust policy."""
    document = _read(text)
    if document is None:
        raise refused(wording.NO_JSON)
    if not isinstance(document, dict):
        raise refused(wording.SYNTAX)
    if not _is_exact(document, _TOP):
        return
    if document.get("Version", VERSIONS[0]) not in VERSIONS:
        raise refused(wording.BAD_VERSION)
    statements = document.get("Statement")
    if not statements:
        raise refused(wording.NO_STATEMENT)
    listed = statements if isinstance(statements, list) else [statements]
    for statement in listed:
        if not isinstance(statement, dict):
            raise refused(wording.SYNTAX)
        if _is_exact(statement, _ELEMENTS):
            _check_trust_statement(iam, statement)
    _check_sids(listed)
    if _size(text) > LONGEST_TRUST:
        raise refused(wording.TRUST_TOO_LARGE, limit=LONGEST_TRUST)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_exact(value: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Refuse names that are unknown; tell whether all are written as they are documented.

    It is not known for sure what IAM says to names in other letters: they are let through.
    """
    known = {name.lower() for name in names}
    for name in value:
        if name.lower() not in known:
            raise refused(wording.UNKNOWN_FIELD, name=name)
    return all(name in names for name in value)


def _check_trust_statement(iam: Any, statement: Mapping[str, Any]) -> None:
    for name in ("Resource", "NotResource"):
        if name in statement:
            raise refused(wording.RESOURCE_FORBIDDEN, name=name)
    effect = statement.get("Effect")
    if effect is None:
        raise refused(wording.FIELD_MISSING, name="Effect")
    if effect not in ("Allow", "Deny"):
        raise refused(wording.BAD_EFFECT, effect=effect)
    if "NotPrincipal" not in statement:
        _check_principal(iam, statement.get("Principal"))
    _check_trust_actions(statement)
    _check_conditions(statement.get("Condition", {}))


def _check_conditions(conditions: Any) -> None:
    if not isinstance(conditions, dict):
        raise refused(wording.SYNTAX)
    for operator, tested in conditions.items():
        if tested and _operator(operator) not in _OPERATORS:
            raise refused(wording.CONDITION_OPERATOR, operator=operator)


def _operator(text: str) -> str:
    """Take off what may be said before and behind an operator, which is in any letters."""
    text = text.lower()
    for prefix in _OF_SETS:
        text = text.removeprefix(prefix)
    return text.removesuffix("ifexists")


def _check_trust_actions(statement: Mapping[str, Any]) -> None:
    given = statement.get("Action", statement.get("NotAction"))
    if given is None or given == []:
        raise refused(wording.FIELD_MISSING, name="Action")
    for action in _texts(given):
        if not action.lower().startswith("sts:"):
            raise refused(wording.NOT_STS)


def _check_principal(iam: Any, principal: Any) -> None:
    if principal is None:
        raise refused(wording.FIELD_MISSING, name="Principal")
    if principal == "*":
        raise refused(wording.EVERYBODY)
    if not isinstance(principal, dict):
        raise refused(wording.SYNTAX)
    if not principal:
        raise refused(wording.EMPTY_PRINCIPAL)
    for kind, given in principal.items():
        for value in _texts(given):
            if not _is_principal(iam, kind, value):
                raise refused(wording.BAD_PRINCIPAL, kind=_told(kind), value=value)


def _told(kind: str) -> str:
    """Write a kind of principal as IAM's message does."""
    return kind.upper()


def _is_principal(iam: Any, kind: str, value: str) -> bool:
    """Whether IAM takes a principal; it looks up those of its own account."""
    if kind == "Service":
        return "." in value
    if kind != "AWS":
        return kind in _PRINCIPALS
    found = _OF_IAM.fullmatch(value)
    if found is None or found[1] != iam.account_id:
        return _AWS.fullmatch(value) is not None
    known = iam.roles if found[2] == "role" else iam.users
    return any(one.arn == value for one in known.values())


def _texts(given: Any) -> list[str]:
    listed = given if isinstance(given, list) else [given]
    if not all(isinstance(one, str) for one in listed):
        raise refused(wording.SYNTAX)
    return listed


def _check_sids(statements: list[Mapping[str, Any]]) -> None:
    sids = [sid for one in statements if (sid := one.get("Sid"))]
    if not all(isinstance(sid, str) for sid in sids):
        raise refused(wording.SYNTAX)
    if len(set(sids)) < len(sids):
        raise refused(wording.SID_TWICE)


def _check_permissions(text: str) -> None:
    """Refuse what moto would take of a policy of permissions; the rest moto refuses as IAM."""
    for statement in _statements(_read(text)):
        if "Principal" in statement or "NotPrincipal" in statement:
            raise refused(wording.PRINCIPAL_FORBIDDEN)
        for name in ("Action", "NotAction", "Resource", "NotResource"):
            if name in statement:
                _texts(statement[name])
        sid = statement.get("Sid")
        if isinstance(sid, str) and not _SID.fullmatch(sid):
            raise refused(wording.BAD_SID)


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    given = document.get("Statement") if isinstance(document, dict) else None
    for statement in given if isinstance(given, list) else [given]:
        if isinstance(statement, dict):
            yield statement


_CHECKS: Mapping[str, Callable[[Asked, Any], None]] = {
    "CreatePolicy": _managed,
    "CreatePolicyVersion": _managed,
    "CreateRole": _create_role,
    "PutGroupPolicy": _inline("group"),
    "PutRolePolicy": _inline("role"),
    "PutUserPolicy": _inline("user"),
    "UpdateAssumeRolePolicy": _update_trust,
}
