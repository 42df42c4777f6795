"""IAM policy documents as values, and everything that is wrong with one at once.

Source: IAM User Guide, page `reference_policies_grammar` and the pages of the elements.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fargate_kit.model.policy_conditions import (
    OPERATOR_NAMES,
    Condition,
    read_operator,
    value_problem,
)
from fargate_kit.model.policy_evaluation import Decision, Value, evaluate
from fargate_kit.model.policy_rules import (
    ACTION,
    CONDITION,
    EFFECT,
    ELEMENT,
    JSON,
    MISSING,
    ONCE,
    PLACE,
    PRINCIPAL,
    RESOURCE,
    SID,
    TYPE,
    VERSION,
)
from fargate_kit.model.policy_text import NotJson, Path, Place, read_json
from fargate_kit.model.problems import Problem, Rule

VERSIONS = ("2012-10-17", "2008-10-17")
CURRENT_VERSION = VERSIONS[0]


class PolicyKind(enum.Enum):
    """Where a policy is attached, which decides the elements that it may have."""

    IDENTITY = "attached to a user, group or role"
    TRUST = "a role's trust policy"
    RESOURCE = "attached to a resource"


class InvalidPolicy(ValueError):
    """A policy document that IAM would refuse, with every reason.

    Attributes:
        problems: What is wrong, in the order of the document.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy.

    Args:
        index: Its place in the policy, counted from 0.
        allows: Whether its Effect is Allow; otherwise it is Deny.
        actions: Patterns of actions.
        except_actions: Whether it is about all other actions (NotAction).
        resources: Patterns of ARNs; none in a trust policy, which is about its role.
        except_resources: Whether it is about all other resources (NotResource).
        principals: Kind and value of each principal; None where the element is missing.
        except_principals: Whether it is about all other principals (NotPrincipal).
        conditions: All must hold.
        variables: Whether `${…}` is a variable; before version 2012-10-17 it is text.
        start: Where it begins in its text; None where there was no text.
        end: Where it ends.
    """

    index: int
    allows: bool
    actions: tuple[str, ...]
    except_actions: bool = False
    resources: tuple[str, ...] = ()
    except_resources: bool = False
    principals: tuple[tuple[str, str], ...] | None = None
    except_principals: bool = False
    conditions: tuple[Condition, ...] = ()
    sid: str | None = None
    variables: bool = True
    start: Place | None = None
    end: Place | None = None

    def __str__(self) -> str:
        return f"statement {self.index + 1}" + (f' "{self.sid}"' if self.sid else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy document.

    Args:
        name: Under which it is spoken of.
        document: As it was read; None where its statements were made otherwise.
    """

    statements: tuple[Statement, ...]
    name: str = "the policy"
    kind: PolicyKind = PolicyKind.IDENTITY
    document: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_json(cls, text: str, *, name: str = "the policy") -> Policy:
        """Read a policy that is attached to a user, a group or a role.

        Raises:
            InvalidPolicy: IAM would refuse the document; every problem has its line and column.
        """
        return parse(text, name=name)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], *, name: str = "the policy") -> Policy:
        """Read a policy that is no text any more, as `json.loads` gives it.

        Raises:
            InvalidPolicy: IAM would refuse the document.
        """
        return read(document, name=name)

    def explain(
        self,
        action: str,
        resource: str = "*",
        context: Mapping[str, Value | Sequence[Value]] | None = None,
    ) -> Decision:
        """Decide one action on one resource by this policy alone.

        The decision is true if the action is allowed; `str()` of it says by which statement it is
        allowed or denied, and names the smallest statement that would change that.

        Args:
            action: One action, such as `ecs:RunTask`.
            resource: One ARN, or `*` for actions that have no resource.
            context: The condition keys of the request with their values.

        Raises:
            ValueError: The action is no action.
        """
        return evaluate([self], action, resource, context)


def parse(text: str, *, name: str = "the policy", kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """Read a policy document from JSON.

    Args:
        text: The document.
        name: Under which the policy is spoken of.
        kind: Where it is attached.

    Raises:
        InvalidPolicy: IAM would refuse the document; every problem has its line and column.
    """
    try:
        read = read_json(text)
    except NotJson as error:
        problem = JSON.problem(
            str(error.place), given=None, allowed="a JSON document", remedy=str(error)
        )
        raise InvalidPolicy([problem]) from None
    repeated = [
        ONCE.problem(
            written(path), given=path[-1], allowed="each name once", remedy="leave one of them out"
        )
        for path in read.repeated
    ]
    policy, found = _policy(read.value, name, kind, read.places)
    problems = repeated + [problem for _, problem in found]
    places = [_nearest(path, read.places) for path in read.repeated]
    places += [_nearest(path, read.places) for path, _ in found]
    if problems:
        pairs = sorted(zip(places, problems, strict=True), key=lambda pair: pair[0])
        raise InvalidPolicy([
            replace(problem, message=f"{place}: {problem.message}") for place, problem in pairs
        ])
    return policy


def read(
    document: Mapping[str, Any],
    *,
    name: str = "the policy",
    kind: PolicyKind = PolicyKind.IDENTITY,
) -> Policy:
    """Read a policy document that is no text any more.

    Args:
        document: As `json.loads` gives it.
        name: Under which the policy is spoken of.
        kind: Where it is attached.

    Raises:
        InvalidPolicy: IAM would refuse the document.
    """
    policy, found = _policy(document, name, kind, {})
    if found:
        raise InvalidPolicy([problem for _, problem in found])
    return policy


def problems(text: str, *, kind: PolicyKind = PolicyKind.IDENTITY) -> tuple[Problem, ...]:
    """List what is wrong with a document, in its order; nothing if IAM would take it."""
    try:
        parse(text, kind=kind)
    except InvalidPolicy as invalid:
        return invalid.problems
    return ()


def written(path: Path) -> str:
    """Write a path as the problems do, e.g. `Statement[0].Action`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the document"


_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?${}:,' /-]+")
_RESOURCE = re.compile(r"\*|arn:.+", re.DOTALL)
_SID = re.compile(r"[A-Za-z0-9]*")

Places = Mapping[Path, tuple[Place, Place]]
Found = list[tuple[Path, Problem]]


def _policy(value: Any, name: str, kind: PolicyKind, places: Places) -> tuple[Policy, Found]:
    reading = _Reading(kind, places)
    statements = reading.document(value)
    document = value if isinstance(value, Mapping) else None
    policy = Policy(statements=statements, name=name, kind=kind, document=document)
    return policy, reading.found


def _nearest(path: Path, places: Places) -> Place:
    """Tell where something stands; what is missing stands where it should have been."""
    while path not in places and path:
        path = path[:-1]
    return places[path][0]


class _Reading:
    """Reads one document and keeps what is wrong with it."""

    def __init__(self, kind: PolicyKind, places: Places) -> None:
        self._kind = kind
        self._places = places
        self._variables = False
        self.found: Found = []

    def document(self, value: Any) -> tuple[Statement, ...]:
        if not isinstance(value, Mapping):
            self._wrong_type((), value, "an object")
            return ()
        self._unknown((), value, ("Version", "Id", "Statement"))
        version = value.get("Version", VERSIONS[1])
        if version not in VERSIONS:
            self._add(VERSION, ("Version",), version, "2012-10-17", "write 2012-10-17")
        self._variables = version == CURRENT_VERSION
        if "Id" in value and not isinstance(value["Id"], str):
            self._wrong_type(("Id",), value["Id"], "a text")
        given = value.get("Statement")
        if given is None:
            self._missing((), "Statement", "a list of statements")
            return ()
        listed = [(("Statement",), given)]
        if isinstance(given, list):
            listed = [(("Statement", index), one) for index, one in enumerate(given)]  # type: ignore[misc]
        if not listed:
            self._missing(("Statement",), "[0]", "at least one statement")
        statements = [self._statement(path, index, one) for index, (path, one) in enumerate(listed)]
        self._repeated_sids(listed)
        return tuple(one for one in statements if one is not None)

    def _statement(self, path: Path, index: int, value: Any) -> Statement | None:
        if not isinstance(value, Mapping):
            self._wrong_type(path, value, "an object")
            return None
        self._unknown(path, value, _ELEMENTS)
        effect = value.get("Effect")
        if effect is None:
            self._missing(path, "Effect", "Allow or Deny")
        elif effect not in {"Allow", "Deny"}:
            self._add(EFFECT, (*path, "Effect"), effect, "Allow or Deny", "write it like this")
        sid = self._sid(path, value)
        actions = self._one_of(path, value, "Action", needed=True)
        resources = self._one_of(path, value, "Resource", needed=self._kind is not PolicyKind.TRUST)
        principals = self._principals(path, value)
        start, end = self._places.get(path, (None, None))
        return Statement(
            index=index,
            allows=effect == "Allow",
            actions=actions,
            except_actions="NotAction" in value,
            resources=resources,
            except_resources="NotResource" in value,
            principals=principals,
            except_principals="NotPrincipal" in value,
            conditions=tuple(self._conditions((*path, "Condition"), value.get("Condition"))),
            sid=sid,
            variables=self._variables,
            start=start,
            end=end,
        )

    def _sid(self, path: Path, value: Mapping[str, Any]) -> str | None:
        sid = value.get("Sid")
        if sid is None or isinstance(sid, str):
            if sid and self._kind is PolicyKind.IDENTITY and not _SID.fullmatch(sid):
                self._add(SID, (*path, "Sid"), sid, "letters and digits", "leave the rest out")
            return sid or None
        self._wrong_type((*path, "Sid"), sid, "a text")
        return None

    def _repeated_sids(self, listed: Sequence[tuple[Path, Any]]) -> None:
        seen: set[str] = set()
        for path, value in listed:
            sid = value.get("Sid") if isinstance(value, Mapping) else None
            if not sid or not isinstance(sid, str):
                continue
            if sid in seen:
                self._add(SID, (*path, "Sid"), sid, "each Sid once", "give it another one")
            seen.add(sid)

    def _one_of(
        self, path: Path, value: Mapping[str, Any], name: str, *, needed: bool
    ) -> tuple[str, ...]:
        """Read Action or NotAction, Resource or NotResource."""
        rule, form, allowed = {
            "Action": (ACTION, _ACTION, "*, or an action such as ecs:RunTask"),
            "Resource": (RESOURCE, _RESOURCE, "*, or an ARN such as arn:aws:s3:::bucket/*"),
        }[name]
        given = [one for one in (name, f"Not{name}") if value.get(one) is not None]
        if not needed:
            for one in given:
                self._add(PLACE, (*path, one), one, "no such element here", "leave it out")
            return ()
        if not given:
            self._missing(path, name, allowed)
            return ()
        if len(given) == 2:
            self._add(ELEMENT, (*path, given[1]), given[1], f"only {name}", "leave one of them out")
        texts = self._texts((*path, given[0]), value[given[0]])
        for where, text in texts:
            if not form.fullmatch(text):
                self._add(rule, where, text, allowed, "write it in this form")
        return tuple(text for _, text in texts)

    def _principals(
        self, path: Path, value: Mapping[str, Any]
    ) -> tuple[tuple[str, str], ...] | None:
        given = [one for one in ("Principal", "NotPrincipal") if value.get(one) is not None]
        if self._kind is PolicyKind.IDENTITY:
            for one in given:
                self._add(PLACE, (*path, one), one, "no such element here", "leave it out")
            return None
        if not given:
            self._missing(path, "Principal", '{"Service": "ecs-tasks.amazonaws.com"}, for example')
            return None
        where, principal = (*path, given[0]), value[given[0]]
        if principal == "*":
            return (("AWS", "*"),)
        if not isinstance(principal, Mapping):
            self._wrong_type(where, principal, "* or an object")
            return ()
        found: list[tuple[str, str]] = []
        for kind, values in principal.items():
            if kind not in _PRINCIPALS:
                self._add(
                    PRINCIPAL, (*where, kind), kind, ", ".join(_PRINCIPALS), "name one of these"
                )
            found += [(kind, text) for _, text in self._texts((*where, kind), values)]
        return tuple(found)

    def _conditions(self, path: Path, value: Any) -> Iterator[Condition]:
        if value is None:
            return
        if not isinstance(value, Mapping):
            self._wrong_type(path, value, "an object")
            return
        for name, keys in value.items():
            where = (*path, name)
            if not self._is_operator(where, name):
                continue
            if not isinstance(keys, Mapping):
                self._wrong_type(where, keys, "an object")
                continue
            for key, given in keys.items():
                texts = self._texts((*where, key), given, scalars=True)
                for place, text in texts:
                    if wanted := value_problem(name, text):
                        self._add(CONDITION, place, text, wanted, f"{name} matches nothing else")
                yield Condition(operator=name, key=key, values=tuple(text for _, text in texts))

    def _is_operator(self, path: Path, name: str) -> bool:
        try:
            read_operator(name)
        except ValueError:
            close = difflib.get_close_matches(name.rpartition(":")[2], OPERATOR_NAMES, n=1)
            allowed = close[0] if close else "an operator such as StringEquals"
            self._add(CONDITION, path, name, allowed, "name an operator of IAM")
            return False
        return True

    def _texts(self, path: Path, value: Any, *, scalars: bool = False) -> list[tuple[Path, str]]:
        """Read a text or a list of texts; numbers and booleans count as texts if allowed."""
        listed = value if isinstance(value, list) else None
        pairs: list[tuple[Path, Any]] = (
            [(path, value)]
            if listed is None
            else [((*path, index), one) for index, one in enumerate(listed)]
        )
        texts = []
        for where, one in pairs:
            if scalars and isinstance(one, bool | int | float):
                texts.append((where, str(one).lower()))
            elif isinstance(one, str):
                texts.append((where, one))
            else:
                self._wrong_type(where, one, "a text or a list of texts")
        if listed is not None and not listed and not scalars:
            self._missing(path, "[0]", "at least one value")
        return texts

    def _unknown(self, path: Path, value: Mapping[str, Any], allowed: Sequence[str]) -> None:
        for name in value:
            if name not in allowed:
                close = difflib.get_close_matches(str(name), allowed, n=1)
                remedy = f"did you mean {close[0]}" if close else "leave it out"
                self._add(ELEMENT, (*path, name), name, ", ".join(allowed), remedy)

    def _missing(self, path: Path, name: str, allowed: str) -> None:
        where = (*path, 0) if name == "[0]" else (*path, name)
        self._add(MISSING, where, None, allowed, "add it")

    def _wrong_type(self, path: Path, value: Any, allowed: str) -> None:
        kinds = {dict: "an object", list: "a list", type(None): "null"}
        self._add(TYPE, path, kinds.get(type(value), value), allowed, "write it like this")

    def _add(self, rule: Rule, path: Path, given: Any, allowed: str, remedy: str) -> None:
        problem = rule.problem(written(path), given=given, allowed=allowed, remedy=remedy)
        self.found.append((path, problem))
