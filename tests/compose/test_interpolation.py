"""Variables in values: every form that the Compose specification has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_kit.compose.dotenv import parse_variables
from fargate_kit.compose.interpolation import Unfit, filled
from fargate_kit.errors import InvalidSpec

VARIABLES = {"SET": "value", "EMPTY": "", "OTHER": "o", "_x1": "u"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$SET", "value"),
        ("${SET}", "value"),
        ("$SET.$_x1", "value.u"),
        ("a${SET}b", "avalueb"),
        ("${NONE}", ""),
        ("${SET:-d}", "value"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NONE-d}", "d"),
        ("${NONE:-}", ""),
        ("${SET:?e}", "value"),
        ("${EMPTY?e}", ""),
        ("${SET:+i}", "i"),
        ("${EMPTY:+i}", ""),
        ("${EMPTY+i}", "i"),
        ("${NONE+i}", ""),
        ("${NONE:-${OTHER}}", "o"),
        ("${NONE:-${ALSO:-$SET}}", "value"),
        ("${NONE:-a b:c/d}", "a b:c/d"),
        ("$$SET", "$SET"),
        ("$${SET}", "${SET}"),
        ("100$$", "100$"),
    ],
)
def test_forms_of_variables(text: str, result: str) -> None:
    """Each form becomes what a shell would make of it."""
    assert filled(text, VARIABLES).text == result


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${SET", "not closed"),
        ("${NONE:-${SET}", "not closed"),
        ("cost: 5$", "write $$"),
        ("$1", "write $$"),
        ("${}", "write $$"),
        ("${SET/a/b}", "none of the forms"),
        ("${NONE:?give one}", "NONE is required: give one"),
        ("${EMPTY:?}", "EMPTY is required"),
        ("${NONE?${OTHER}}", "NONE is required: o"),
        ("${A:-" * 30 + "}" * 30, "too deep"),
    ],
)
def test_forms_that_are_none(text: str, words: str) -> None:
    """What cannot be filled says why."""
    with pytest.raises(Unfit) as raised:
        filled(text, VARIABLES)
    assert words in str(raised.value)


def test_variables_that_are_not_set_are_told_unless_something_stands_in() -> None:
    """A default, or an alternative that is not taken, asks for nothing."""
    assert filled("$A ${B} ${C:-x} ${D:+$E} $A", {}).unset == ("A", "B")


@given(st.text())
def test_any_text_is_filled_or_refused(text: str) -> None:
    """There is no text that makes more than an answer or a reason."""
    try:
        result = filled(text, VARIABLES)
    except Unfit:
        assert "$" in text
    else:
        assert result.used or result.text.count("$") <= text.count("$")


def test_files_of_variables_are_read_as_compose_reads_them() -> None:
    """Quotation marks, comments, several lines, references and names alone."""
    text = (
        "# first\n\nA=1\nexport B = two words # note\nC='$A #x'\nD=\"$A\\n${B}\"\n"
        "E=\nF\nG\nH='one\ntwo'\nI=a#b\nJ: yaml\n"
    )
    assert parse_variables("x.env", text, {"F": "from the shell"}) == {
        "A": "1",
        "B": "two words",
        "C": "$A #x",
        "D": "1\ntwo words",
        "E": "",
        "F": "from the shell",
        "G": None,
        "H": "one\ntwo",
        "I": "a#b",
        "J": "yaml",
    }


def test_raw_files_are_taken_as_they_are() -> None:
    """With `format: raw` nothing is replaced and nothing unquoted."""
    assert parse_variables("x.env", "A='$B' # c\n", {}, raw=True) == {"A": "'$B' # c"}


def test_lines_that_are_none_are_told_without_their_values() -> None:
    """Every bad line is named by its number; what may be a secret is not repeated."""
    with pytest.raises(InvalidSpec) as raised:
        parse_variables("x.env", "A=1\nhunter2 is it\nB='open\nC=$(pwd)\n", {})
    messages = [problem.message for problem in raised.value.problems]
    assert [message.split(": ")[0] for message in messages] == ["x.env:2", "x.env:3", "x.env:4"]
    assert "hunter2" not in " ".join(messages)
