"""What a problem says of itself."""

from __future__ import annotations

import pytest

from fargate_kit.model.problems import Hidden, Problem, Rule, quoted, shown

RULE = Rule(id="some-rule", says="Something is so.", source="guide: some-page")


def test_problem_message_names_place_given_allowed_and_remedy() -> None:
    """The message has all four on one line, and is what the problem prints as."""
    problem = RULE.problem("a[0].b", given=5, allowed="1 to 4", remedy="use 4")
    assert problem == Problem(
        path="a[0].b",
        rule="some-rule",
        given=5,
        allowed="1 to 4",
        message="a[0].b: given 5; allowed: 1 to 4; use 4.",
    )
    assert str(problem) == problem.message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ("a", '"a"'),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        pytest.param(10**5000, "a very large number", id="huge"),
        (["EC2", 1], '["EC2", 1]'),
        (list(range(9)), "[0, 1, 2, 3, 4, …]"),
        (Hidden("a list"), "a list"),
    ],
)
def test_shown_writes_any_value_shortly(value: object, text: str) -> None:
    """Whatever was given is written shortly, in the words of JSON."""
    assert shown(value) == text


def test_quoted_stays_on_one_line_and_short() -> None:
    """Line ends of any kind are escaped and long texts are cut."""
    assert quoted("a\nb\u2028c") == '"a\\nb\\u2028c"'
    assert len(quoted("x" * 1000)) == 62
    assert quoted("x" * 1000).endswith('…"')
