"""Policy documents: what is refused, where it stands, and that all of it is said at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fargate_kit.model.policy import InvalidPolicy, PolicyKind, parse, problems, read
from fargate_kit.model.policy_rules import RULES
from fargate_kit.model.policy_text import Place, read_json

GOOD = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}],
}


def with_statement(**members: Any) -> str:
    statement = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*", **members}
    given = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [given]})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1, column 1"),
        ("{", "line 1, column 2"),
        ('{\n  "Version": \n}', "line 3, column 1"),
        ('{\n  "a": 1,\n  }', "line 3, column 3"),
        ('{"a": [1 2]}', "line 1, column 10"),
        ('{"a": nope}', "line 1, column 7"),
        ('{"a": NaN}', "line 1, column 7"),
        ('{"a": "b\n"}', "line 1, column 9"),
        ('{"a": 1} x', "line 1, column 10"),
        ("[" * 100, "line 1, column 42"),
    ],
)
def test_broken_json_is_pointed_at(text: str, place: str) -> None:
    """What is no JSON is refused with the line and the column where it breaks."""
    with pytest.raises(InvalidPolicy) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert problem.rule == "policy-json"
    assert problem.message.startswith(f"{place}: given nothing; allowed: a JSON document")


@pytest.mark.parametrize(
    ("text", "rule", "path"),
    [
        ("[]", "policy-type", "the document"),
        ("{}", "policy-missing", "Statement"),
        ('{"Statement": []}', "policy-missing", "Statement[0]"),
        ('{"Statement": "x"}', "policy-type", "Statement"),
        ('{"Version": "2020-01-01", "Statement": []}', "policy-version", "Version"),
        ('{"version": "2012-10-17", "Statement": []}', "policy-element", "version"),
        (with_statement(Effect="allow"), "policy-effect", "Statement[0].Effect"),
        (with_statement(Effect=None), "policy-missing", "Statement[0].Effect"),
        (with_statement(Action=None), "policy-missing", "Statement[0].Action"),
        (with_statement(Resource=None), "policy-missing", "Statement[0].Resource"),
        (with_statement(NotAction="s3:*"), "policy-element", "Statement[0].NotAction"),
        (with_statement(Action="RunTask"), "policy-action", "Statement[0].Action"),
        (with_statement(Action=["ecs:*", "x"]), "policy-action", "Statement[0].Action[1]"),
        (with_statement(Action=[]), "policy-missing", "Statement[0].Action[0]"),
        (with_statement(Action=3), "policy-type", "Statement[0].Action"),
        (with_statement(Resource="bucket"), "policy-resource", "Statement[0].Resource"),
        (with_statement(Principal="*"), "policy-place", "Statement[0].Principal"),
        (with_statement(Sid="a b"), "policy-sid", "Statement[0].Sid"),
        (with_statement(Recource="*"), "policy-element", "Statement[0].Recource"),
        (with_statement(Condition=[]), "policy-type", "Statement[0].Condition"),
        (
            with_statement(Condition={"StringEqual": {"k": "v"}}),
            "policy-condition",
            "Statement[0].Condition.StringEqual",
        ),
        (
            with_statement(Condition={"ForAnyValue:Null": {"k": "true"}}),
            "policy-condition",
            "Statement[0].Condition.ForAnyValue:Null",
        ),
        (
            with_statement(Condition={"IpAddress": {"aws:SourceIp": "home"}}),
            "policy-condition",
            "Statement[0].Condition.IpAddress.aws:SourceIp",
        ),
        (
            with_statement(Condition={"NumericLessThan": {"k": ["1", "two"]}}),
            "policy-condition",
            "Statement[0].Condition.NumericLessThan.k[1]",
        ),
        (
            with_statement(Condition={"DateLessThan": {"k": "soon"}}),
            "policy-condition",
            "Statement[0].Condition.DateLessThan.k",
        ),
        (
            with_statement(Condition={"Bool": {"k": "maybe"}}),
            "policy-condition",
            "Statement[0].Condition.Bool.k",
        ),
        ('{"Statement": [], "Statement": []}', "policy-repeated", "Statement"),
    ],
)
def test_malformed_document_is_refused(text: str, rule: str, path: str) -> None:
    """Each rule of the grammar has its problem, at its place."""
    found = [(problem.rule, problem.path) for problem in problems(text)]
    assert (rule, path) in found


def test_all_problems_at_once_with_their_places() -> None:
    """Three mistakes are three problems, in the order of the document, each with its place."""
    text = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "allow", "Action": "ecs:*", "Resource": "*"},
    {"Effect": "Deny",
     "Action": "RunTask",
     "Resource": "mine"}
  ]
}"""
    found = problems(text)
    assert [problem.rule for problem in found] == [
        "policy-effect",
        "policy-action",
        "policy-resource",
    ]
    assert [problem.message.partition(":")[0] for problem in found] == [
        "line 4, column 16",
        "line 6, column 16",
        "line 7, column 18",
    ]


def test_repeated_sid_is_refused() -> None:
    """Two statements of a policy cannot share a Sid."""
    statement = {**GOOD["Statement"][0], "Sid": "A"}  # type: ignore[dict-item]
    text = json.dumps({**GOOD, "Statement": [statement, statement]})
    assert [problem.path for problem in problems(text)] == ["Statement[1].Sid"]


def test_near_names_are_suggested() -> None:
    """A misspelt element and a misspelt operator are answered with the right one."""
    (element,) = problems(with_statement(Recource="*"))
    assert "did you mean Resource" in element.message
    (operator,) = problems(with_statement(Condition={"StringEqual": {"k": "v"}}))
    assert operator.allowed == "StringEquals"


@pytest.mark.parametrize(
    ("kind", "members", "rule"),
    [
        (PolicyKind.TRUST, {"Principal": {"Service": "ecs-tasks.amazonaws.com"}}, None),
        (PolicyKind.TRUST, {}, "policy-missing"),
        (PolicyKind.TRUST, {"Principal": "*", "Resource": "*"}, "policy-place"),
        (PolicyKind.TRUST, {"Principal": {"Servise": "x"}}, "policy-principal"),
        (PolicyKind.TRUST, {"Principal": 7}, "policy-type"),
        (PolicyKind.RESOURCE, {"Principal": "*", "Resource": "*"}, None),
        (PolicyKind.RESOURCE, {"Principal": "*"}, "policy-missing"),
    ],
)
def test_kinds_have_their_elements(
    kind: PolicyKind, members: dict[str, Any], rule: str | None
) -> None:
    """Policies of roles name principals and no resources, those of resources name both."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **members}
    found = problems(json.dumps({"Statement": statement}), kind=kind)
    assert [problem.rule for problem in found] == ([] if rule is None else [rule])


def test_statements_know_their_place() -> None:
    """A statement that was read from text knows where it begins and ends."""
    policy = parse(json.dumps(GOOD, indent=2))
    (statement,) = policy.statements
    assert (statement.start, statement.end) == (Place(4, 5), Place(8, 6))
    assert read(GOOD).statements[0].start is None


def test_rules_are_told_apart() -> None:
    """Every rule has an id of its own and says where AWS states it."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_reader_agrees_with_the_standard_one(value: Any) -> None:
    """Every JSON value is read as the standard library reads it."""
    assert read_json(json.dumps(value, indent=1)).value == value


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(), json_values.map(json.dumps)))
def test_any_text_is_a_policy_or_has_problems(text: str) -> None:
    """Whatever the text, it is read or every problem is told; nothing else is raised."""
    found = problems(text)
    assert all(problem.message.startswith("line ") for problem in found)
    if not found:
        assert parse(text).statements
