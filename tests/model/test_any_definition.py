"""The rules on definitions of whatever quality."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fargate_kit.model.diff import compare, normalise
from fargate_kit.model.kinds import Amount, Flag, Items, Kind, Record, Table, Text, Whole
from fargate_kit.model.shapes import TASK_DEFINITION
from fargate_kit.model.task_rules import CAUTIONS, RULES, cautions, problems

SECRET = "hunter2-7f3a"

GARBAGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from([
        "FARGATE",
        "awsvpc",
        "80-90",
        "arn:aws:iam::1:role/a",
        "a b",
        "\u2028",
        "🐳",
    ]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def nearly(kind: Kind) -> st.SearchStrategy[Any]:
    """Build values that mostly have the shape of this kind, and sometimes none at all."""
    good = shaped(kind)
    return st.integers(0, 4).flatmap(lambda chance: GARBAGE if chance == 4 else good)


def shaped(kind: Kind) -> st.SearchStrategy[Any]:
    """Build values of this kind with parts that may be wrong."""
    if isinstance(kind, Record):
        members = {name: nearly(member) for name, member in kind.members.items()}
        return st.fixed_dictionaries({}, optional=members)
    if isinstance(kind, Items):
        return st.lists(nearly(kind.of), max_size=3)
    if isinstance(kind, Table):
        return st.dictionaries(st.text(max_size=5), GARBAGE, max_size=3)
    if isinstance(kind, Whole):
        return st.integers(-2, 130) | st.integers()
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, Amount):
        return st.sampled_from(["256", 512, "1 vCPU", "2 GB", "x", -1])
    assert isinstance(kind, Text)
    return st.sampled_from([*kind.values, "main", "side", "tcp", "awslogs", "é\n", ""])


definitions = shaped(TASK_DEFINITION)
many = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(definition=st.dictionaries(st.text(max_size=8), GARBAGE, max_size=4) | definitions)
def test_rules_never_crash_and_report_known_rules(definition: dict[str, Any]) -> None:
    """Whatever is given, the answer is a tuple of one-line problems of listed rules, repeatably."""
    found = problems(definition)
    assert found == problems(definition)
    for problem in found:
        assert problem.rule in RULES
        assert problem.message.splitlines() == [problem.message]
        assert problem.path
    for caution in cautions(definition):
        assert caution.rule in CAUTIONS
        assert caution.message.splitlines() == [caution.message]


@many
@given(definition=definitions)
def test_wrong_type_is_told_once_at_its_place(definition: dict[str, Any]) -> None:
    """Where a value has the wrong type, no other rule complains about the same place."""
    found = problems(definition)
    wrong = [problem.path for problem in found if problem.rule == "wrong-type"]
    others = {problem.path for problem in found if problem.rule != "wrong-type"}
    assert not others & set(wrong)


@many
@given(one=definitions, other=definitions)
def test_compare_never_crashes_and_turns_around(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Comparing the other way swaps the sides, and the text has one line a change."""
    there, back = compare(one, other), compare(other, one)
    assert [(each.path, each.old, each.new) for each in there] == [
        (each.path, each.new, each.old) for each in back
    ]
    assert normalise(normalise(one)) == normalise(one)
    assert not compare(one, one)
    assert len(str(there).splitlines()) == max(1, len(there))


def hide(value: Any) -> Any:
    """Put a secret in place of every text and number of a value."""
    if isinstance(value, Mapping):
        return {key: hide(member) for key, member in value.items()}
    if isinstance(value, list):
        return [hide(member) for member in value]
    return SECRET


@many
@given(value=GARBAGE, place=st.sampled_from(["environment", "secrets", "command", "dockerLabels"]))
def test_values_of_variables_and_secrets_are_never_told(value: Any, place: str) -> None:
    """However wrong the structure around it is, a value stays out of problems and cautions."""
    shapes: list[Any] = [
        hide(value),
        [{"name": "A", "value": hide(value), "valueFrom": hide(value)}],
        [{"name": 7, "value": SECRET, "valueFrom": SECRET}, SECRET],
        {"A": hide(value)},
        {"A": [SECRET]},
        SECRET,
    ]
    for shape in shapes:
        container = {"name": "main", "image": "a:1", place: shape}
        for definition in (
            {"family": "f", "containerDefinitions": [container]},
            {"family": "f", "containerDefinitions": container},
            {"family": "f", "containerDefinitions": json.dumps(container)},
        ):
            told = [*problems(definition), *cautions(definition)]
            assert SECRET not in repr(told)
