"""The truth table: what a user sends against what AWS describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_kit.model.diff import compare, normalise, same

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("diff_cases.json").read_text("utf-8"))
CASES = [pytest.param(case, id=case["name"]) for case in TABLE["cases"]]


def definition(case: dict[str, Any], side: str) -> dict[str, Any]:
    """Lay one side of a case over the base of the table."""
    base, over = TABLE["base"], case[side]
    container = {**base[f"{side}_container"], **over.get("container", {})}
    task = {"containerDefinitions": [container], **base[side], **over.get("task", {})}
    return {name: value for name, value in task.items() if name not in over.get("without", [])}


@pytest.mark.parametrize("case", CASES)
def test_case_has_its_expected_answer_in_both_directions(case: dict[str, Any]) -> None:
    """Exactly the paths that the table names differ, whichever side is called old."""
    sent, live = definition(case, "sent"), definition(case, "live")
    expected = [] if case["expected"] == "equal" else case["expected"]["different"]
    assert sorted(change.path for change in compare(live, sent)) == sorted(expected)
    assert sorted(change.path for change in compare(sent, live)) == sorted(expected)
    assert same(sent, live) is same(live, sent) is (not expected)


@pytest.mark.parametrize("case", CASES)
def test_normalise_leaves_its_input_alone_and_is_stable(case: dict[str, Any]) -> None:
    """Normalising changes neither the definition given nor its own result."""
    for side in ("sent", "live"):
        given = definition(case, side)
        before = json.dumps(given)
        normal = normalise(given)
        assert json.dumps(given) == before
        assert normalise(normal) == normal


def test_table_is_large_and_every_case_has_a_name_of_its_own() -> None:
    """The table has at least sixty cases, no two of one name, and both kinds of answer."""
    names = [case["name"] for case in TABLE["cases"]]
    answers = {json.dumps(case["expected"]) == '"equal"' for case in TABLE["cases"]}
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert answers == {True, False}
