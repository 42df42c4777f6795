"""Expansion of words: parameters, substitutions, arithmetic, and splitting into fields."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from fargate_kit.sim.workloads.behaviour import Step
from fargate_kit.sim.workloads.process import Running
from fargate_kit.sim.workloads.shell.arithmetic import evaluate
from fargate_kit.sim.workloads.shell.errors import ExpansionError
from fargate_kit.sim.workloads.shell.patterns import escaped, trimmed
from fargate_kit.sim.workloads.shell.state import State, checked_length
from fargate_kit.sim.workloads.shell.tree import (
    Arithmetic,
    Parameter,
    Part,
    Sequence,
    Substitution,
    Text,
    Word,
)
from fargate_kit.sim.workloads.shell.words import NAME
from fargate_kit.sim.workloads.streams import Capture

_DEFAULTS = frozenset("-=?+")
_WHITE = frozenset(" \t\n")

Substitute = Callable[[Sequence, Capture], Running]
"""Runs commands in a subshell, with a capture as their output."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a word after its expansion; without text it parts two fields."""

    text: str | None
    quoted: bool = False
    split: bool = False


_BREAK = _Piece(None)
_Pieces = Generator[Step, None, list[_Piece]]


class Expander:
    """Expands the words of one shell.

    Args:
        state: What the shell remembers.
        substitute: How commands between `$(` and `)` are run.
    """

    def __init__(self, state: State, substitute: Substitute) -> None:
        self._state = state
        self._substitute = substitute
        self.substitution_status: int | None = None

    def fields(self, words: tuple[Word, ...]) -> Generator[Step, None, list[str]]:
        """Expand words to any number of fields."""
        fields: list[str] = []
        total = 0
        for word in words:
            pieces = yield from self._pieces(_with_home(word, self._state))
            separators = self._state.variables.get("IFS", " \t\n")
            fields += _split(pieces, separators)
            total += sum(len(piece.text or "") for piece in pieces)
            if total > 2 * (1 << 20):
                raise ExpansionError("argument list too long")
        return fields

    def text(self, word: Word) -> Generator[Step, None, str]:
        """Expand a word to one text, as in an assignment."""
        pieces = yield from self._pieces(_with_home(word, self._state))
        return _joined(pieces)

    def pattern(self, word: Word) -> Generator[Step, None, str]:
        """Expand a word to a pattern, in which quoted characters stand for themselves."""
        pieces = yield from self._pieces(word)
        return "".join(
            escaped(piece.text or "") if piece.quoted else piece.text or "" for piece in pieces
        )

    def _pieces(self, word: Word) -> _Pieces:
        pieces: list[_Piece] = []
        for part in word.parts:
            pieces += yield from self._part(part)
        checked_length("".join(piece.text or "" for piece in pieces))
        return pieces

    def _part(self, part: Part) -> _Pieces:
        if isinstance(part, Text):
            return [_Piece(part.text, part.quoted)]
        if isinstance(part, Parameter):
            return (yield from self._parameter(part))
        if isinstance(part, Arithmetic):
            expression = yield from self.text(part.word)
            value = evaluate(expression, self._state.variables)
            return [_Piece(str(value), part.quoted, not part.quoted)]
        return (yield from self._substitution(part))

    def _substitution(self, part: Substitution) -> _Pieces:
        capture = Capture()
        self.substitution_status = yield from self._substitute(part.body, capture)
        return [_Piece(capture.text.rstrip("\n"), part.quoted, not part.quoted)]

    def _parameter(self, part: Parameter) -> _Pieces:
        if part.name in {"@", "*"} and not part.operator:
            return self._all_positional(part)
        value = self._value(part.name)
        word = part.word or Word(())
        operator = part.operator
        if operator[-1:] in _DEFAULTS:
            is_set = value is not None and (bool(value) or operator[0] != ":")
            if operator[-1] == "+":
                return (yield from self._alternative(word if is_set else Word(()), part))
            if not is_set:
                return (yield from self._instead(word, part))
        if value is None and "u" in self._state.options and part.name not in {"@", "*"}:
            raise ExpansionError(f"{part.name}: parameter not set")
        value = value or ""
        if operator == "length":
            is_list = part.name in {"@", "*"}
            value = str(len(self._state.positional if is_list else value))
        elif operator and operator[0] in "%#":
            value = trimmed(value, operator, (yield from self.pattern(word)))
        return [_Piece(value, part.quoted, not part.quoted)] if value or part.quoted else []

    def _alternative(self, word: Word, part: Parameter) -> _Pieces:
        pieces = yield from self._pieces(word)
        if part.quoted:
            return pieces or [_Piece("", quoted=True)]
        return [_Piece(piece.text, piece.quoted, not piece.quoted) for piece in pieces]

    def _instead(self, word: Word, part: Parameter) -> _Pieces:
        if part.operator.endswith("-"):
            return (yield from self._alternative(word, part))
        text = yield from self.text(word)
        if part.operator.endswith("="):
            if not NAME.fullmatch(part.name):
                raise ExpansionError(f"{part.name}: bad variable name")
            self._state.variables[part.name] = text
            return [_Piece(text, part.quoted, not part.quoted)]
        raise ExpansionError(f"{part.name}: {text or 'parameter not set or null'}")

    def _all_positional(self, part: Parameter) -> list[_Piece]:
        words = self._state.positional
        if part.quoted and part.name == "*":
            separator = self._state.variables.get("IFS", " ")[:1]
            return [_Piece(separator.join(words), quoted=True)]
        pieces: list[_Piece] = []
        for word in words:
            if pieces:
                pieces.append(_BREAK)
            pieces.append(_Piece(word, part.quoted, not part.quoted))
        return pieces

    def _value(self, name: str) -> str | None:
        state = self._state
        if name in state.variables:
            return state.variables[name]
        if name.isdecimal():
            number = int(name)
            if not number:
                return state.name
            return state.positional[number - 1] if number <= len(state.positional) else None
        special = {
            "?": str(state.status),
            "$": str(state.pid),
            "#": str(len(state.positional)),
            "-": "".join(state.options),
        }
        if name in {"@", "*"}:
            return " ".join(state.positional) if state.positional else None
        return special.get(name)


def _with_home(word: Word, state: State) -> Word:
    first = word.parts[0] if word.parts else None
    if not isinstance(first, Text) or first.quoted or not first.text.startswith("~"):
        return word
    if first.text != "~" and not first.text.startswith("~/"):
        return word
    if first.text == "~" and len(word.parts) > 1:
        return word
    home = Text(state.variables.get("HOME", "/root"), quoted=True)
    return Word((home, Text(first.text[1:]), *word.parts[1:]))


def _joined(pieces: list[_Piece]) -> str:
    return "".join(" " if piece is _BREAK else piece.text or "" for piece in pieces)


def _split(pieces: list[_Piece], separators: str) -> list[str]:
    """Make fields of pieces: only the results of expansions without quotes are split."""
    fields: list[str] = []
    field: str | None = None
    for piece in pieces:
        if piece.text is None:
            if field is not None:
                fields.append(field)
            field = None
        elif not piece.split:
            # Text that is there, even an empty quoted one, makes a field.
            if piece.text or piece.quoted:
                field = (field or "") + piece.text
        else:
            field = _split_text(piece.text, separators, field, fields)
    if field is not None:
        fields.append(field)
    return fields


def _split_text(text: str, separators: str, field: str | None, fields: list[str]) -> str | None:
    white = _WHITE & set(separators)
    start = 0
    after_white = False
    for position, character in enumerate(text):
        if character not in separators:
            continue
        if position > start:
            field = (field or "") + text[start:position]
            after_white = False
        start = position + 1
        if character in white:
            after_white = after_white or field is not None
            if field is not None:
                fields.append(field)
                field = None
        elif after_white and field is None:
            # White space and one other separator together part two fields only once.
            after_white = False
        else:
            fields.append(field or "")
            field = None
    if start < len(text):
        field = (field or "") + text[start:]
    return field
