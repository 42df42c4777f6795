"""SimulatePrincipalPolicy and SimulateCustomPolicy, from our own evaluator.

Source: IAM API Reference, pages of both operations; botocore's service model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.iam import wording
from fargate_kit.sim.iam.facts import IamFacts, PrincipalFact
from fargate_kit.sim.iam.permissions import keys_of
from fargate_kit.sim.query_codec import XML_CONTENT_TYPE, QueryCodec
from fargate_kit.sim.request import Request, Response, Route

OPERATIONS = frozenset({"SimulateCustomPolicy", "SimulatePrincipalPolicy"})
_PAGE = 100


class Simulation:
    """Answers what policies would say to requests that nobody makes.

    Every action is decided on every resource, one result each.
    """

    def __init__(
        self, facts: IamFacts, engine: Engine, account_id: str, *, strict: bool = False
    ) -> None:
        self._facts = facts
        self._engine = engine
        self._account_id = account_id
        self._codec = QueryCodec("iam", strict=strict)

    def answer(self, target: Route, request: Request, request_id: str) -> Response:
        """Answer a request.

        Raises:
            AwsError: It is malformed, or names a principal that is not there.
        """
        params = self._codec.decode(target.operation, request)
        result = self._result(target, params)
        return Response(
            status=200,
            headers={"content-type": XML_CONTENT_TYPE, "x-amzn-requestid": request_id},
            body=self._codec.encode(target.operation, result, request_id),
        )

    def _result(self, target: Route, params: Mapping[str, Any]) -> dict[str, Any]:
        sources: dict[str, str] = {}
        policies: list[Policy] = []
        boundary: list[Policy] | None = None
        keys: dict[str, Any] = {}
        asking = params.get("CallerArn")
        if target.operation == "SimulatePrincipalPolicy":
            who = self._principal(params["PolicySourceArn"])
            asking = asking or who.arn
            keys |= keys_of(who, target.region, self._engine.now)
            for one in who.policies:
                policies.append(_policy(one.text, one.name))
                sources[one.name] = one.source
            if who.boundary is not None:
                boundary = [_policy(who.boundary.text, who.boundary.name)]
                sources[who.boundary.name] = who.boundary.source
        for index, text in enumerate(params.get("PolicyInputList") or (), 1):
            policies.append(_policy(text, f"PolicyInputList.{index}"))
        if given := params.get("PermissionsBoundaryPolicyInputList"):
            names = [f"PermissionsBoundaryPolicyInputList.{i}" for i in range(1, len(given) + 1)]
            boundary = [_policy(text, name) for text, name in zip(given, names, strict=True)]
        owned = _resource_policy(params.get("ResourcePolicy"), asking)
        keys |= _context(params.get("ContextEntries") or ())
        results = [
            _decided(_decide(policies, owned, asking, action, resource, keys, boundary), sources)
            for action in params["ActionNames"]
            for resource in params.get("ResourceArns") or ["*"]
        ]
        return _page(results, params)

    def _principal(self, arn: str) -> PrincipalFact:
        parts = arn.split(":", 5)
        kind, _, path = parts[5].partition("/") if len(parts) == 6 else ("", "", "")
        known = {"user", "role", "group"}
        if len(parts) != 6 or parts[2] != "iam" or kind not in known or not path:
            raise wording.BAD_PRINCIPAL.error(arn=arn)
        found = self._facts.principal(arn) if parts[4] == self._account_id else None
        if found is None:
            error = wording.NO_SUCH_PRINCIPAL.error(kind=kind, name=path.rpartition("/")[2])
            raise AwsError(error.code, error.message, status=404)
        return found


def _decide(
    policies: Sequence[Policy],
    owned: Policy | None,
    asking: str | None,
    action: str,
    resource: str,
    keys: Mapping[str, Any],
    boundary: Sequence[Policy] | None,
) -> Decision:
    """Decide one action on one resource; in one account either policy is enough to allow."""
    try:
        decision = evaluate(policies, action, resource, keys, boundary=boundary)
        if owned is None:
            return decision
        principal = Principal(kind="AWS", name=asking or "")
        theirs = evaluate([owned], action, resource, keys, principal=principal)
    except ValueError:
        raise wording.BAD_ACTION.error(action=action) from None
    for one in (decision, theirs):
        if one.verdict is Verdict.EXPLICIT_DENY:
            return one
    return theirs if theirs.allowed and not decision.allowed else decision


def _decided(decision: Decision, sources: Mapping[str, str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "EvalActionName": decision.action,
        "EvalResourceName": decision.resource,
        "EvalDecision": decision.verdict.value,
        "MatchedStatements": [_matched(one, sources) for one in _deciding(decision)],
        "MissingContextValues": list(decision.missing),
    }
    if decision.bounded is not None:
        detail = {"AllowedByPermissionsBoundary": decision.bounded}
        result["PermissionsBoundaryDecisionDetail"] = detail
    return result


def _deciding(decision: Decision) -> list[Any]:
    """Give the statements that decided: those that deny, else those that allow."""
    denying = [one for one in decision.matched if not one.statement.allows]
    if decision.verdict is Verdict.IMPLICIT_DENY:
        return []
    return denying or list(decision.matched)


def _matched(match: Any, sources: Mapping[str, str]) -> dict[str, Any]:
    name, statement = match.policy.name, match.statement
    matched: dict[str, Any] = {"SourcePolicyId": name}
    if name in sources:
        matched["SourcePolicyType"] = sources[name]
    for member, place in (("StartPosition", statement.start), ("EndPosition", statement.end)):
        if place is not None:
            matched[member] = {"Line": place.line, "Column": place.column}
    return matched


def _policy(text: str, name: str, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    try:
        return parse(text, name=name, kind=kind)
    except InvalidPolicy as invalid:
        raise wording.BAD_POLICY.error(name=name, problems=invalid) from None


def _resource_policy(text: str | None, asking: str | None) -> Policy | None:
    if text is None:
        return None
    if asking is None:
        raise wording.RESOURCE_OWNER.error()
    return _policy(text, "ResourcePolicy", PolicyKind.RESOURCE)


def _context(entries: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    return {
        entry["ContextKeyName"]: list(entry.get("ContextKeyValues") or ())
        for entry in entries
        if entry.get("ContextKeyName")
    }


def _page(results: list[dict[str, Any]], params: Mapping[str, Any]) -> dict[str, Any]:
    marker = params.get("Marker") or "0"
    if not marker.isdecimal() or int(marker) > len(results):
        raise wording.BAD_MARKER.error()
    start = int(marker)
    end = start + params.get("MaxItems", _PAGE)
    page: dict[str, Any] = {
        "EvaluationResults": results[start:end],
        "IsTruncated": end < len(results),
    }
    if end < len(results):
        page["Marker"] = str(end)
    return page
