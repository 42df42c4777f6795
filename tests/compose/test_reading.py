"""YAML is read with the place of everything in it, and refused with the place of what is wrong."""

from __future__ import annotations

import pytest

from fargate_kit.compose.reading import read_document
from fargate_kit.compose.tree import Items, Scalar, Table
from fargate_kit.errors import InvalidSpec


def scalar(text: str) -> Scalar:
    entry = read_document("a.yaml", f"key: {text}").root.entries["key"]
    assert isinstance(entry.value, Scalar)
    return entry.value


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: [1,\nb: 2", "a.yaml:2:5", "expected ',' or ']'"),
        ("a:\n\tb: 1", "a.yaml:2:1", "cannot start any token"),
        ("a: b: c", "a.yaml:1:5", "mapping values are not allowed"),
        ("- *no", "a.yaml:1:3", "undefined alias"),
        ("a: 1\nb: \x00", "a.yaml:2:4", "unacceptable character"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1", "another document"),
        ("- a\n- b", "a.yaml:1:1", "a mapping is required"),
        ("a: &x [*x]", "a.yaml:1:4", "contains itself"),
        ("[" * 3000, "a.yaml", "nested too deep"),
    ],
)
def test_what_is_no_yaml_is_told_with_line_and_column(text: str, place: str, words: str) -> None:
    """The message begins with the file, the line and the column, and says what is wrong there."""
    with pytest.raises(InvalidSpec) as raised:
        read_document("a.yaml", text)
    (problem,) = raised.value.problems
    assert problem.message.startswith(f"{place}: ")
    assert words in problem.message


def test_aliases_that_grow_beyond_measure_are_refused() -> None:
    """A file of ten lines cannot become a thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for number in range(1, 12):
        aliases = ", ".join([f"*a{number - 1}"] * 9)
        lines.append(f"a{number}: &a{number} [{aliases}]")
    with pytest.raises(InvalidSpec, match="too many aliases"):
        read_document("a.yaml", "\n".join(lines))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("22:22", "22:22"),
        ("true", True),
        ("0440", 0o440),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1.50", 1.5),
        ("~", None),
        ("2001-01-01", "2001-01-01"),
        ('"80"', "80"),
    ],
)
def test_values_are_those_that_compose_takes(text: str, value: object) -> None:
    """YAML 1.2, so that a port pair is no number of base 60 and `yes` is no switch."""
    assert scalar(text).value == value


def test_the_text_of_a_value_is_kept() -> None:
    """A version such as 1.10 does not lose its zero."""
    assert scalar("1.10").text == "1.10"


def test_keys_are_listed_once_wherever_they_are_used() -> None:
    """An anchor that is used twice is written once."""
    document = read_document("a.yaml", "x: &x {k: 1}\na: *x\nb:\n  <<: *x\n  k: 2\nl: [{m: 1}]\n")
    assert [(key.path, key.place.line) for key in document.keys] == [
        ("x", 1),
        ("x.k", 1),
        ("a", 2),
        ("b", 3),
        ("b.<<", 4),
        ("b.k", 5),
        ("l", 6),
        ("l[0].m", 6),
    ]


def test_merge_keys_bring_what_is_not_there() -> None:
    """What stands beside `<<` wins, and the first of several mappings before the others."""
    text = "p: &p {a: 1, b: 1}\nq: &q {b: 2, c: 2}\nr:\n  <<: [*p, *q]\n  a: 3\n"
    table = read_document("a.yaml", text).root.entries["r"].value
    assert isinstance(table, Table)
    values = {
        key: entry.value.value
        for key, entry in table.entries.items()
        if isinstance(entry.value, Scalar)
    }
    assert values == {"a": 3, "b": 1, "c": 2}


def test_keys_that_are_there_twice_are_told() -> None:
    """A doubled key is a slip, and both lines are named."""
    (problem,) = read_document("a.yaml", "a: 1\nb: 2\na: 3\n").problems
    assert problem.message == "a.yaml:3:1: a: the key is there twice, first in line 1"


def test_tags_of_compose_are_kept_and_others_told() -> None:
    """`!reset` and `!override` mean something; any other tag does not."""
    document = read_document("a.yaml", "a: !reset null\nb: !override [1]\nc: !secret x\n")
    assert document.root.entries["a"].value.tag == "!reset"
    assert isinstance(document.root.entries["b"].value, Items)
    (problem,) = document.problems
    assert problem.message.startswith("a.yaml:3:4: c: the tag !secret is not known")


def test_an_empty_file_says_nothing() -> None:
    """No text is an empty mapping."""
    assert read_document("a.yaml", "").root.entries == {}
