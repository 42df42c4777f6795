"""What the pictures of policies and roles are made of, read from the SDK's own pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fargate_kit.learn.views.policy_document import DocumentText, MarkedLines
from fargate_kit.learn.views.policy_verdict import Comparison, VerdictPicture
from fargate_kit.learn.views.two_roles import RoleUse, TwoRoles
from fargate_kit.model.policy_builders import execution_policy
from fargate_kit.model.policy_document import InvalidPolicy, Policy, Statement
from fargate_kit.model.policy_evaluation import Decision, Match, Verdict
from fargate_kit.model.policy_rules import JSON
from fargate_kit.model.policy_text import Path, read_json
from fargate_kit.roles.policies import Simulated

__all__ = [
    "checked_text",
    "comparisons",
    "documents_of",
    "roles_of",
    "second_opinion",
    "verdict_of",
]

_PLACE = re.compile(r"line (\d+), column (\d+)")
_MOST_NEAR = 3


def verdict_of(
    decision: Decision,
    *,
    principal: str = "",
    policies: Iterable[Policy] | None = None,
    second: str = "",
    badge: str | None = None,
) -> VerdictPicture:
    """Read a decision: what decided, what came near, and what would change it.

    Args:
        principal: Whose policies they are.
        policies: All that were asked; None shows those that had a part in it.
    """
    matches = [*decision.matched, *(each.match for each in decision.near)]
    asked = list(policies) if policies is not None else [each.policy for each in matches]
    shown: list[Policy] = []
    for policy in asked:
        if not any(policy is each for each in shown):
            shown.append(policy)
    marks = list(_marks(decision))
    return VerdictPicture(
        principal=principal,
        action=decision.action,
        resource=decision.resource,
        verdict=decision.verdict.value,
        why=tuple(_why(decision)),
        fix=None if decision.change is None else json.dumps(decision.change),
        remedy=_remedy(decision),
        documents=tuple(_document(each, marks) for each in shown),
        second=second,
        badge=badge,
    )


def documents_of(policies: Iterable[Policy]) -> tuple[DocumentText, ...]:
    """Read policies as texts with nothing marked."""
    return tuple(_document(each, ()) for each in policies)


def checked_text(text: str, *, name: str = "the policy") -> DocumentText:
    """Read a text that shall become a policy, with the lines marked that IAM would refuse."""
    lines = tuple(text.strip("\n").splitlines())
    try:
        Policy.from_json("\n".join(lines), name=name)
    except InvalidPolicy as invalid:
        return DocumentText(name=name, lines=lines, marked=tuple(_wrong(invalid, len(lines))))
    return DocumentText(name=name, lines=lines)


def second_opinion(answer: Simulated, *, simulated: bool) -> str:
    """Say what IAM's own simulator answered beside us.

    Args:
        simulated: Whether this is a simulated account, which answers by the same rules.
    """
    here = (
        " In this account both follow the same rules; on AWS it is AWS's word." if simulated else ""
    )
    if answer.agrees:
        return f"SimulatePrincipalPolicy says the same: {answer.verdict.value}.{here}"
    return f"SimulatePrincipalPolicy says otherwise: {answer.verdict.value}.{here}"


def comparisons(answers: Sequence[Simulated]) -> tuple[Comparison, ...]:
    """Read what IAM's simulator said, and what we say, question by question."""
    return tuple(
        Comparison(
            action=each.action,
            resource=each.resource,
            iam=each.verdict.value,
            ours=each.ours.verdict.value,
        )
        for each in answers
    )


def roles_of(name: str, definition: Mapping[str, Any], *, region: str) -> TwoRoles:
    """Read from a definition, in AWS's own form, who needs which permission, and when."""
    roles = {
        "execution": _short(definition.get("executionRoleArn")),
        "task": _short(definition.get("taskRoleArn")),
    }
    return TwoRoles(name=name, roles=roles, uses=tuple(_uses(definition, roles, region)))


def _uses(
    definition: Mapping[str, Any], roles: Mapping[str, str | None], region: str
) -> Iterator[RoleUse]:
    yield RoleUse(who="caller", when="start", what="starts the task", needs="ecs:RunTask")
    for role in dict.fromkeys(each for each in roles.values() if each):
        needs = "iam:PassRole, on that role"
        yield RoleUse(who="caller", when="start", what=f"hands over {role}", needs=needs)
    # The account's number decides nothing here: only what is needed is read.
    document = execution_policy(definition, "0" * 12, region)
    for statement in document["Statement"]:
        for what, when, actions in _EXECUTION.get(statement["Sid"], ()):
            needs = ", ".join(actions or statement["Action"])
            yield RoleUse(who="execution", when=when, what=what, needs=needs)
    if roles["task"]:
        needs = "what your code calls, and no more"
        yield RoleUse(who="task", when="running", what="your code calls AWS", needs=needs)


_EXECUTION: Mapping[str, Sequence[tuple[str, str, Sequence[str]]]] = {
    "PullLogin": [("logs in to the registry", "before", ())],
    "PullImages": [("pulls the image", "before", ("ecr:BatchGetImage and two more",))],
    "WriteLogs": [
        ("opens the log stream", "before", ("logs:CreateLogStream",)),
        ("writes what containers print", "running", ("logs:PutLogEvents",)),
    ],
    "MakeLogGroups": [("makes the log group", "before", ())],
    "ReadSecrets": [("puts secrets into variables", "before", ())],
    "ReadParameters": [("puts parameters into variables", "before", ())],
    "ReadEnvironmentFiles": [("reads files of variables", "before", ())],
}


def _short(arn: str | None) -> str | None:
    return arn.rpartition("/")[2] if arn else None


def _why(decision: Decision) -> Iterator[str]:
    by = decision.decided_by
    if decision.verdict is Verdict.EXPLICIT_DENY:
        yield f"{_begun(by)} forbids it, whatever else allows it."
        for each in decision.matched:
            if each.statement.allows:
                yield f"{_begun(each)} allows it, and is not heard."
        return
    if decision.allowed:
        yield f"{_begun(by)} allows it, and no statement forbids it."
        return
    if decision.bounded is False and any(each.statement.allows for each in decision.matched):
        yield "A statement allows it, but the permissions boundary does not."
        return
    yield "No statement allows it."
    for near in decision.near[:_MOST_NEAR]:
        yield f"{_begun(near.match)} comes near: it allows the action, but {near.why}."


def _begun(match: Match | None) -> str:
    words = str(match)
    return words[:1].upper() + words[1:]


def _remedy(decision: Decision) -> str:
    if decision.verdict is Verdict.EXPLICIT_DENY:
        return "No statement can be added against it: narrow the one that forbids it."
    if decision.allowed:
        return "This statement would forbid it:"
    where = "In the boundary, this" if decision.bounded is False else "This"
    return f"{where} statement would allow it:"


def _marks(decision: Decision) -> Iterator[tuple[Match, str, str]]:
    """Yield the statements that had a part in it, as what, and what is said of them."""
    forbidden = decision.verdict is Verdict.EXPLICIT_DENY
    for each in decision.matched:
        if not each.statement.allows:
            yield each, "denies", f"{each.statement} forbids it"
        elif forbidden:
            yield each, "near", f"{each.statement} allows it, and is not heard"
        else:
            yield each, "allows", f"{each.statement} allows it"
    for near in decision.near[:_MOST_NEAR]:
        yield near.match, "near", f"{near.match.statement} allows the action, but {near.why}"


def _document(policy: Policy, marks: Iterable[tuple[Match, str, str]]) -> DocumentText:
    if policy.document is None:
        return DocumentText(name=policy.name, lines=tuple(map(str, policy.statements)))
    text = json.dumps(policy.document, indent=2)
    marked = (
        _marked(text, match.statement, kind, note)
        for match, kind, note in marks
        if match.policy is policy
    )
    ordered = sorted(marked, key=lambda each: each.first)
    return DocumentText(name=policy.name, lines=tuple(text.splitlines()), marked=tuple(ordered))


def _marked(text: str, statement: Statement, kind: str, note: str) -> MarkedLines:
    places = read_json(text).places
    path: Path = ("Statement", statement.index)
    # One statement may stand there without a list around it.
    start, end = places[path] if path in places else places["Statement",]
    return MarkedLines(first=start.line, last=end.line, kind=kind, note=note)


def _wrong(invalid: InvalidPolicy, count: int) -> Iterator[MarkedLines]:
    for problem in invalid.problems:
        words = str(problem)
        found = _PLACE.search(words)
        line = min(int(found[1]), count) if found else 1
        note = words.removeprefix(f"{found[0]}: ") if found else words
        if problem.rule == JSON.id:
            note = f"here it stops being JSON: {words.rpartition('; ')[2]}"
        yield MarkedLines(first=line, last=line, kind="wrong", note=note)
