"""What holds of all policies: a deny wins, an allow takes nothing away, order means nothing."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fargate_kit.model.policy import Policy, Verdict, evaluate, parse, read
from fargate_kit.model.policy_patterns import matches, pattern_of

ACTIONS = ("ecs:RunTask", "ecs:StopTask", "s3:GetObject", "iam:PassRole")
RESOURCES = ("*", "arn:aws:s3:::b/k", "arn:aws:iam::1:role/r", "arn:aws:ecs:us-east-1:1:task/c/t")
KEYS = ("aws:username", "ecs:cluster")
VALUES = ("bob", "ann", "*", "")

conditions = st.dictionaries(
    st.sampled_from([
        "StringEquals",
        "StringNotLike",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "StringLikeIfExists",
    ]),
    st.dictionaries(
        st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), min_size=1), min_size=1
    ),
    max_size=2,
)
patterns = st.sampled_from([*ACTIONS, "*", "ecs:*", "ecs:?un*"])
scopes = st.sampled_from([*RESOURCES, "arn:aws:s3:::*", "arn:aws:ecs:*", "arn:aws:s3:::${KEY}"])
contexts = st.dictionaries(
    st.sampled_from(KEYS), st.one_of(st.sampled_from(VALUES), st.lists(st.sampled_from(VALUES)))
)


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> dict[str, Any]:
    return {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): draw(st.lists(patterns, min_size=1)),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(st.lists(scopes, min_size=1)),
        "Condition": draw(conditions),
    }


def policy(*given_statements: dict[str, Any]) -> list[Policy]:
    if not given_statements:
        return []
    return [read({"Version": "2012-10-17", "Statement": list(given_statements)})]


asked = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(RESOURCES), contexts)


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), max_size=4), asked)
def test_deny_always_wins(
    given_statements: list[dict[str, Any]], request: tuple[str, str, dict[str, Any]]
) -> None:
    """With a deny of everything, nothing is allowed, whatever else there is and wherever."""
    everything = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    for index in range(len(given_statements) + 1):
        mixed = [*given_statements[:index], everything, *given_statements[index:]]
        assert evaluate(policy(*mixed), *request).verdict is Verdict.EXPLICIT_DENY


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), max_size=4), statements(effect="Allow"), asked)
def test_allow_takes_nothing_away(
    given_statements: list[dict[str, Any]],
    added: dict[str, Any],
    request: tuple[str, str, dict[str, Any]],
) -> None:
    """An added allow never turns an allowed request into a denied one, nor lifts a deny."""
    before = evaluate(policy(*given_statements), *request).verdict
    after = evaluate(policy(*given_statements, added), *request).verdict
    assert after is before or (before, after) == (Verdict.IMPLICIT_DENY, Verdict.ALLOWED)


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), max_size=4), statements(effect="Deny"), asked)
def test_deny_gives_nothing(
    given_statements: list[dict[str, Any]],
    added: dict[str, Any],
    request: tuple[str, str, dict[str, Any]],
) -> None:
    """An added deny never allows what was not allowed."""
    before = evaluate(policy(*given_statements), *request)
    after = evaluate(policy(*given_statements, added), *request)
    assert before.allowed or not after.allowed


@settings(max_examples=50, deadline=None)
@given(st.lists(statements(), max_size=4), st.randoms(use_true_random=False), asked)
def test_order_means_nothing(
    given_statements: list[dict[str, Any]], chance: Any, request: tuple[str, str, dict[str, Any]]
) -> None:
    """Statements decide the same in every order, in one policy or in several."""
    shuffled = list(given_statements)
    chance.shuffle(shuffled)
    verdict = evaluate(policy(*given_statements), *request).verdict
    assert evaluate(policy(*shuffled), *request).verdict is verdict
    apart = [one for statement in shuffled for one in policy(statement)]
    assert evaluate(apart, *request).verdict is verdict


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), max_size=4), asked)
def test_smallest_statement_changes_the_answer(
    given_statements: list[dict[str, Any]], request: tuple[str, str, dict[str, Any]]
) -> None:
    """Adding the statement that a decision knows turns it round; only a denial tells of it."""
    decision = evaluate(policy(*given_statements), *request)
    if decision.change is None:
        assert decision.verdict is Verdict.EXPLICIT_DENY
        return
    turned = evaluate(policy(*given_statements, decision.change), *request)
    assert turned.allowed is not decision.allowed
    assert (json.dumps(decision.change) in decision.explain()) is not decision.allowed


@settings(max_examples=200, deadline=None)
@given(st.text("ab*?:", max_size=8), st.text("ab:", max_size=8))
def test_wildcards_match_as_globs(pattern: str, text: str) -> None:
    """`*` is any number of characters and `?` is one; a model that was not written here agrees."""
    found = matches(pattern_of(pattern, {}, variables=True), text)
    assert found == fnmatch.fnmatchcase(text, pattern)


def test_hostile_pattern_is_fast() -> None:
    """A pattern of many stars takes no exponential time."""
    pattern = pattern_of("*a" * 200 + "b", {}, variables=True)
    assert not matches(pattern, "a" * 2000)


@settings(max_examples=50, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=3), asked)
def test_text_and_value_decide_the_same(
    given_statements: list[dict[str, Any]], request: tuple[str, str, dict[str, Any]]
) -> None:
    """A document read from its text decides as the same document as a value."""
    document = {"Version": "2012-10-17", "Statement": given_statements}
    text = json.dumps(document, indent=1)
    assert evaluate([parse(text)], *request).verdict is evaluate([read(document)], *request).verdict
