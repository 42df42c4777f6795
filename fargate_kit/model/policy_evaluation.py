"""The decision on one request: an explicit deny wins, and what nothing allows is denied.

Source: IAM User Guide, page `reference_policies_evaluation-logic`.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargate_kit.model.policy_patterns import (
    Context,
    matches,
    pattern_of,
    resource_pattern,
    variables_of,
)

if TYPE_CHECKING:  # policies explain themselves with this module
    from fargate_kit.model.policy_document import Policy, Statement

Value = str | bool | int | float
_MOST_NEAR = 3


class Verdict(enum.Enum):
    """How a request is decided; the values are IAM's own."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks, for policies that name principals.

    Args:
        kind: `AWS`, `Service` or `Federated`.
        name: An ARN or the name of a service, e.g. `ecs-tasks.amazonaws.com`.
        others: Further ARNs by which it is known, e.g. the role of a session.
    """

    kind: str
    name: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A statement that applies to a request, and the policy that has it."""

    policy: Policy
    statement: Statement

    def __str__(self) -> str:
        return f'{self.statement} of "{self.policy.name}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A statement that would allow the action, but not here.

    Args:
        why: What keeps it from applying, as a clause.
    """

    match: Match
    why: str

    def __str__(self) -> str:
        return f"{self.match} allows the action, but {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What policies say to one action on one resource.

    Attributes:
        matched: The statements that applied; those of the boundary are not among them.
        near: Statements that would allow the action, if something else were so.
        bounded: Whether a permissions boundary has let it through; None without one.
        missing: Keys that the statements in question ask for and the request has not got.
    """

    verdict: Verdict
    action: str
    resource: str
    matched: tuple[Match, ...] = ()
    near: tuple[NearMiss, ...] = ()
    bounded: bool | None = None
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        return self.explain()

    @property
    def allowed(self) -> bool:
        """Whether the action may be done."""
        return self.verdict is Verdict.ALLOWED

    @property
    def decided_by(self) -> Match | None:
        """The statement that decided; None where none did."""
        if self.verdict is Verdict.EXPLICIT_DENY:
            return next(one for one in self.matched if not one.statement.allows)
        return self.matched[0] if self.allowed else None

    @property
    def change(self) -> dict[str, Any] | None:
        """The smallest statement that, added, turns the answer round.

        None if none can: against an explicit deny nothing can be added.
        """
        if self.verdict is Verdict.EXPLICIT_DENY:
            return None
        effect = "Deny" if self.allowed else "Allow"
        return {"Effect": effect, "Action": self.action, "Resource": self.resource}

    def explain(self) -> str:
        """Say what is allowed or denied, by which statement; of a denial, what would change it."""
        asked = f"{self.action} on {self.resource}"
        by = self.decided_by
        if self.verdict is Verdict.EXPLICIT_DENY:
            lines = [f"{asked} is denied by {by}, whatever else allows it."]
            lines.append(f"No statement can be added against it: narrow {by}, or take it out.")
            if not any(one.statement.allows for one in self.matched):
                allow = _compact(_statement("Allow", self))
                lines.append(f"Then it still needs a statement that allows it: {allow}")
            return "\n".join(lines)
        if self.allowed:
            return f"{asked} is allowed by {by}."
        if self.bounded is False and any(one.statement.allows for one in self.matched):
            lines = [f"{asked} is denied: the permissions boundary does not allow it."]
            lines.append("In the boundary, this statement would allow it: ")
        else:
            lines = [f"{asked} is denied: no statement allows it."]
            lines += [f"Near: {one}." for one in self.near[:_MOST_NEAR]]
            if self.bounded is False:
                lines.append("The permissions boundary does not allow it either.")
                lines.append("In both, this statement would allow it: ")
            else:
                lines.append("This statement would allow it: ")
        lines[-1] += _compact(self.change)
        return "\n".join(lines)


def evaluate(
    policies: Iterable[Policy],
    action: str,
    resource: str,
    context: Mapping[str, Value | Sequence[Value]] | None = None,
    *,
    boundary: Iterable[Policy] | None = None,
    principal: Principal | None = None,
) -> Decision:
    """Decide a request: an explicit deny wins, and what nothing allows is denied.

    Args:
        policies: All policies that apply.
        action: One action, e.g. `ecs:RunTask`.
        resource: One ARN, or `*` for actions that have no resource.
        context: The condition keys of the request, whatever their case, with their values.
        boundary: The permissions boundary, which must allow the request too.
        principal: Who asks, for statements with principals.

    Raises:
        ValueError: The action is no action.
    """
    service, colon, name = action.partition(":")
    if not (service and colon and name) or "*" in action or "?" in action:
        raise ValueError(f"an action is a service and a name, such as ecs:RunTask; not {action!r}")
    asked = _Asked(action, resource, _context(context), principal)
    own = list(policies)
    limits = None if boundary is None else list(boundary)
    matched = tuple(asked.matching(own))
    limiting = () if limits is None else tuple(asked.matching(limits))
    denying = tuple(one for one in (*matched, *limiting) if not one.statement.allows)
    bounded = None if limits is None else any(one.statement.allows for one in limiting)
    allowing = any(one.statement.allows for one in matched)
    verdict = Verdict.IMPLICIT_DENY
    if denying:
        verdict = Verdict.EXPLICIT_DENY
    elif allowing and bounded is not False:
        verdict = Verdict.ALLOWED
    return Decision(
        verdict=verdict,
        action=action,
        resource=resource,
        matched=matched if not denying else (*denying, *(m for m in matched if m not in denying)),
        near=() if denying or allowing else tuple(asked.near(own)),
        bounded=bounded,
        missing=asked.missing([*own, *(limits or ())]),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, held against statements."""

    action: str
    resource: str
    context: Context
    principal: Principal | None

    def matching(self, policies: Iterable[Policy]) -> Iterator[Match]:
        for policy in policies:
            for statement in policy.statements:
                if (
                    self._action(statement)
                    and self._principal(statement)
                    and self._resource(statement)
                    and not self._unmet(statement)
                ):
                    yield Match(policy=policy, statement=statement)

    def near(self, policies: Iterable[Policy]) -> Iterator[NearMiss]:
        for policy in policies:
            for statement in policy.statements:
                if statement.allows and self._action(statement):
                    match = Match(policy=policy, statement=statement)
                    yield NearMiss(match=match, why=self._why_not(statement))

    def missing(self, policies: Iterable[Policy]) -> tuple[str, ...]:
        keys: dict[str, None] = {}
        for policy in policies:
            for statement in policy.statements:
                if not self._action(statement):
                    continue
                wanted = [condition.key for condition in statement.conditions]
                if statement.variables:
                    texts = (*statement.resources, *_values(statement))
                    wanted += [name for text in texts for name in variables_of(text)]
                keys |= dict.fromkeys(key for key in wanted if key.lower() not in self.context)
        return tuple(keys)

    def _action(self, statement: Statement) -> bool:
        found = any(
            matches(
                pattern_of(one, self.context, variables=statement.variables),
                self.action,
                ignore_case=True,
            )
            for one in statement.actions
        )
        return found != statement.except_actions

    def _resource(self, statement: Statement) -> bool:
        if not statement.resources:  # a trust policy: the role itself
            return True
        found = any(
            matches(
                resource_pattern(one, self.context, variables=statement.variables), self.resource
            )
            for one in statement.resources
        )
        return found != statement.except_resources

    def _principal(self, statement: Statement) -> bool:
        if statement.principals is None:
            return True
        if self.principal is None:
            return False
        found = any(_is(self.principal, kind, value) for kind, value in statement.principals)
        return found != statement.except_principals

    def _unmet(self, statement: Statement) -> list[str]:
        return [
            str(condition)
            for condition in statement.conditions
            if not condition.holds(self.context, variables=statement.variables)
        ]

    def _why_not(self, statement: Statement) -> str:
        if not self._principal(statement):
            return "for other principals"
        if not self._resource(statement):
            scope = " or ".join(statement.resources)
            return f"not on {scope}" if statement.except_resources else f"only on {scope}"
        return f"only where {' and '.join(self._unmet(statement))}"


def _is(principal: Principal, kind: str, value: str) -> bool:
    if value == "*":
        return True
    if kind != principal.kind:
        return False
    names = (principal.name, *principal.others)
    accounts = {name.split(":")[4] for name in names if name.count(":") >= 5}
    root = value.split(":")[4] if value.endswith(":root") and value.count(":") >= 5 else value
    return value in names or root in accounts


def _values(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        yield from condition.values


def _context(given: Mapping[str, Value | Sequence[Value]] | None) -> Context:
    return {
        key.lower(): tuple(
            _text(one)
            for one in ([value] if isinstance(value, str | bool | int | float) else value)
        )
        for key, value in (given or {}).items()
    }


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _statement(effect: str, decision: Decision) -> dict[str, Any]:
    return {"Effect": effect, "Action": decision.action, "Resource": decision.resource}


def _compact(value: Any) -> str:
    return json.dumps(value)
