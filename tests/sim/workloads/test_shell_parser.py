"""Parsing of scripts: line by line, to a tree that says what it will do."""

from __future__ import annotations

import pytest

from fargate_kit.sim.workloads.shell.errors import NotSimulated, ShellSyntaxError
from fargate_kit.sim.workloads.shell.parser import Parser, parse
from fargate_kit.sim.workloads.shell.tree import (
    AndOr,
    Case,
    For,
    Function,
    Group,
    If,
    Inverted,
    Parameter,
    Redirected,
    Redirection,
    Sequence,
    Simple,
    Substitution,
    Text,
    While,
    Word,
)


def word(text: str) -> Word:
    return Word((Text(text),))


def simple(*words: str) -> Simple:
    return Simple((), tuple(word(text) for text in words))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("echo a", Simple),
        ("a && b || c", AndOr),
        ("! a", Inverted),
        ("if a; then b; fi", If),
        ("for i in a; do b; done", For),
        ("while a; do b; done", While),
        ("case a in b) c;; esac", Case),
        ("{ a; }", Group),
        ("( a )", Group),
        ("f() { a; }", Function),
        ("{ a; } > b", Redirected),
        ("if > b", None),
        ("'if' a", Simple),
        ("iffy a", Simple),
        ("a=1 if", Simple),
        ("\\if a", Simple),
        ("echo if then fi", Simple),
    ],
)
def test_the_first_word_decides_what_a_command_is(text: str, kind: type | None) -> None:
    """Reserved words count where a command can begin, whole and without quotes."""
    if kind is None:
        with pytest.raises(ShellSyntaxError):
            parse(text)
        return
    assert type(parse(text).commands[0]) is kind


def test_a_simple_command_is_taken_apart() -> None:
    """Assignments, words and redirections may stand in any order after the name."""
    command = parse("A=1 B=$x 2>&1 echo a=b >>'f g' \"$y\"").commands[0]
    assert command == Simple(
        (("A", word("1")), ("B", Word((Parameter("x"),)))),
        (word("echo"), word("a=b"), Word((Parameter("y", quoted=True),))),
        (
            Redirection(2, ">&", word("1")),
            Redirection(1, ">>", Word((Text("f g", quoted=True),))),
        ),
    )


def test_lines_are_parsed_one_by_one() -> None:
    """A line is given before the next one is looked at, however broken that is."""
    parser = Parser("# first\n\na; b\n  if x; then\n y\nfi # done\n)")
    assert parser.next_line() == Sequence((simple("a"), simple("b")))
    line = parser.next_line()
    assert line is not None
    assert type(line.commands[0]) is If
    assert not parser.at_end
    with pytest.raises(ShellSyntaxError, match=r"unexpected \"\)\""):
        parser.next_line()


def test_a_script_of_blank_lines_is_empty() -> None:
    """Comments and blank lines are no commands."""
    assert Parser(" \n\t# nothing\n\\\n\n").next_line() is None
    assert parse("") == Sequence(())


@pytest.mark.parametrize(
    ("loop", "endless"),
    [
        ("while true; do echo x; sleep 1; done", True),
        ("while :; do if a=1; then echo x; fi; done", True),
        ("until false; do date; done", True),
        ("while true; do for i in 1 2; do echo $i; done; done", True),
        ("while true; do echo; break; done", False),
        ("while true; do [ a = b ] && exit; done", False),
        ("while true; do { (exec a); }; done", False),
        ("while true; do case a in a) return;; esac; done", False),
        ("while true; do work; done", False),
        ("while true; do $command; done", False),
        ("while true; do kill $$; done", False),
        ("while true; true; do echo; done", False),
        ("while [ a = a ]; do echo; done", False),
        ("until true; do echo; done", False),
        ("while false; do echo; done", False),
    ],
)
def test_an_endless_loop_is_seen_where_nothing_can_leave_it(loop: str, endless: bool) -> None:
    """Only a loop that certainly goes on for ever is one that nobody waits for."""
    command = parse(loop).commands[0]
    assert isinstance(command, While)
    assert command.endless is endless


def test_substitutions_are_parsed_with_the_script() -> None:
    """`$(…)` and backquotes hold commands; what looks like arithmetic first may be a subshell."""
    for text in ("echo $(a b)", "echo `a b`", "echo $(\na b\n)", "echo $( a  b # c\n)"):
        command = parse(text).commands[0]
        assert isinstance(command, Simple)
        assert command.words[1] == Word((Substitution(Sequence((simple("a", "b"),))),))
    command = parse("echo $((a); b)").commands[0]
    assert isinstance(command, Simple)
    assert command.words[1].parts[0] == Substitution(
        Sequence((Group(Sequence((simple("a"),)), subshell=True), simple("b")))
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a | b", "pipes"),
        ("a &", "background"),
        ("a & b", "background"),
        ("a << b", "here-documents"),
        ("a <> b", "reading and writing"),
        ("if a | b; then c; fi", "pipes"),
    ],
)
def test_what_is_not_simulated_is_named(text: str, what: str) -> None:
    """What a real shell would understand is not called a syntax error."""
    with pytest.raises(NotSimulated, match=f"{what}.* not simulated here") as caught:
        parse(text)
    assert "syntax error" not in str(caught.value)


@pytest.mark.parametrize("depth", [60, 500, 5000])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("(", ")"),
        ("{ ", ";}"),
        ("echo $(", ")"),
        ('echo "$(', ')"'),
        ("if ", ""),
        ("echo ${x:-", "}"),
        ("echo $((", "))"),
        ("echo $((a; ", "))"),
    ],
)
def test_deep_nesting_is_refused(depth: int, opening: str, closing: str) -> None:
    """No script is too deep for the parser to say something about it."""
    with pytest.raises(ShellSyntaxError, match="syntax error"):
        parse(f"{opening * depth}x{closing * depth}")
