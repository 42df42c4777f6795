"""The builtins that change variables, options and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.process import Running
from fargate_kit.sim.workloads.shell.control import Leave
from fargate_kit.sim.workloads.shell.words import NAME

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.shell.interpreter import Interpreter

_LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x"}
_WITHOUT_MEANING = frozenset({"a", "b", "f", "h", "m", "n", "v", "C"})
_LONG_WITHOUT_MEANING = frozenset({"pipefail", "posix", "noglob", "monitor"})


def _name_and_value(word: str) -> tuple[str, str | None]:
    name, equals, value = word.partition("=")
    return name, value if equals else None


def _bad_name(shell: Interpreter, command: str, word: str) -> Running:
    raise Leave((yield from shell.complain(f"{command}: {word}: bad variable name", 2)))


def quoted(text: str) -> str:
    """Write a text so that the shell reads it as one word."""
    return "'" + text.replace("'", "'\\''") + "'"


def export(shell: Interpreter, words: list[str]) -> Running:
    """Pass variables on to programs; without names, list those that are."""
    state = shell.state
    names = [word for word in words[1:] if word != "-p"]
    if not names:
        for name in state.exported:
            if name in state.variables:
                value = quoted(state.variables[name])
                yield from shell.process.write(f"export {name}={value}\n")
    for word in names:
        name, given = _name_and_value(word)
        if not NAME.fullmatch(name):
            return (yield from _bad_name(shell, "export", word))
        if given is not None:
            state.variables[name] = given
        state.exported[name] = None
    return 0


def readonly(shell: Interpreter, words: list[str]) -> Running:
    """Let variables never change again."""
    variables = shell.state.variables
    for word in words[1:]:
        name, value = _name_and_value(word)
        if not NAME.fullmatch(name):
            return (yield from _bad_name(shell, "readonly", word))
        if value is not None:
            variables[name] = value
        variables.read_only[name] = None
    return 0


def unset(shell: Interpreter, words: list[str]) -> Running:
    """Forget variables, with `-f` functions."""
    state = shell.state
    names = words[1:]
    functions = names[:1] == ["-f"]
    if names[:1] in (["-f"], ["-v"]):
        del names[0]
    for name in names:
        if not NAME.fullmatch(name):
            return (yield from _bad_name(shell, "unset", name))
        if functions:
            state.functions.pop(name, None)
        else:
            state.variables.forget(name)
            state.exported.pop(name, None)
    return 0


def local(shell: Interpreter, words: list[str]) -> Running:
    """Give variables a value until the function returns."""
    if not shell.calls:
        raise Leave((yield from shell.complain("local: not in a function", 2)))
    variables = shell.state.variables
    for word in words[1:]:
        name, value = _name_and_value(word)
        if not NAME.fullmatch(name):
            return (yield from _bad_name(shell, "local", word))
        shell.calls[-1].setdefault(name, variables.get(name))
        if value is not None:
            variables[name] = value
    return 0


def read(shell: Interpreter, words: list[str]) -> Running:
    """Read a line of the standard input into variables."""
    names = words[1:]
    raw = names[:1] == ["-r"]
    if raw:
        del names[0]
    for name in names or ["REPLY"]:
        if not NAME.fullmatch(name):
            return (yield from shell.complain(f"read: {name}: bad variable name", 2))
    line = shell.process.source.line()
    text = (line or "").removesuffix("\n")
    if not raw:
        text = text.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    _share(shell, names or ["REPLY"], text)
    return 0 if line is not None and line.endswith("\n") else 1


def _share(shell: Interpreter, names: list[str], text: str) -> None:
    """Give each name one field, and the last one all that is left."""
    variables = shell.state.variables
    separators = variables.get("IFS", " \t\n")
    white = "".join(set(" \t\n") & set(separators))
    rest = text.strip(white) if white else text
    for name in names[:-1]:
        end = next((at for at, letter in enumerate(rest) if letter in separators), len(rest))
        variables[name] = rest[:end]
        after = rest[end:].lstrip(white) if white else rest[end:]
        if after and after[0] in separators:
            after = after[1:].lstrip(white) if white else after[1:]
        rest = after
    variables[names[-1]] = rest


def set_(shell: Interpreter, words: list[str]) -> Running:
    """Set options and positional parameters; without arguments, list the variables."""
    rest = words[1:]
    if not rest:
        for name in sorted(shell.state.variables):
            value = quoted(shell.state.variables[name])
            yield from shell.process.write(f"{name}={value}\n")
        return 0
    try:
        left = take_options(rest, shell.state.options)
    except ValueError as unknown:
        raise Leave((yield from shell.complain(f"set: {unknown}", 2))) from None
    if left is not None:
        shell.state.positional = left
    return 0


def take_options(words: list[str], options: dict[str, None]) -> list[str] | None:
    """Take the options in front of words.

    Args:
        words: Such as `-e -o pipefail -- a b`.
        options: The options that are set; changed.

    Returns:
        The words that are left; None if nothing followed the options.

    Raises:
        ValueError: An option is unknown; the message says which one.
    """
    words = list(words)
    while words and words[0][:1] in {"-", "+"} and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            return words
        for letter in word[1:]:
            if letter == "o":
                _turn_long(words.pop(0) if words else "", word[0] == "-", options)
            elif letter not in {*_LONG_OPTIONS.values(), *_WITHOUT_MEANING}:
                raise ValueError(f"Illegal option -{letter}")
            else:
                _turn(letter, word[0] == "-", options)
    return words or None


def _turn_long(name: str, on: bool, options: dict[str, None]) -> None:
    if name in _LONG_OPTIONS:
        _turn(_LONG_OPTIONS[name], on, options)
    elif name not in _LONG_WITHOUT_MEANING:
        raise ValueError(f"Illegal option -o {name}")


def _turn(letter: str, on: bool, options: dict[str, None]) -> None:
    if letter not in _LONG_OPTIONS.values():
        return
    if on:
        options[letter] = None
    else:
        options.pop(letter, None)
