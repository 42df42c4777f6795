"""Puts variables into values: `$NAME`, `${NAME}` with defaults, alternatives and demands, `$$`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fargate_kit.compose.tree import Items, Node, Place, Scalar
from fargate_kit.compose.verdicts import KeyPlace, refusal
from fargate_kit.model.problems import Problem

__all__ = ["Filled", "Unfit", "Unset", "fill_tree", "filled"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_DEEPEST = 20


class Unfit(ValueError):
    """Says why a text with variables cannot be filled; never the value of a variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with its variables put in.

    Attributes:
        used: Whether there was any variable.
        unset: Variables that are not set and have no default; they count as nothing.
    """

    text: str = field(repr=False)
    used: bool
    unset: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unset:
    """A variable that is not set, where it is asked for."""

    name: str
    place: Place


def filled(text: str, variables: Mapping[str, str]) -> Filled:
    """Put variables into a text.

    Args:
        text: With `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`,
            `${NAME?message}`, `${NAME:+instead}` and `${NAME+instead}`, within each other too; `$$`
            is a dollar sign.

    Raises:
        Unfit: A variable is demanded and not set, or this is none of these forms.

    Source: Compose specification, Interpolation.
    """
    if "$" not in text:
        return Filled(text=text, used=False, unset=())
    filling = _Filling(variables)
    result, _ = filling.until(text, 0, "", 0)
    return Filled(text=result, used=filling.used, unset=tuple(dict.fromkeys(filling.unset)))


class _Filling:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.used = False
        self.unset: list[str] = []

    def until(self, text: str, start: int, close: str, depth: int) -> tuple[str, int]:
        """Fill from `start` up to the closing character; return the text and where it ends."""
        if depth > _DEEPEST:
            raise Unfit("variables are nested too deep")
        parts: list[str] = []
        position = start
        while position < len(text):
            character = text[position]
            if close and character == close:
                return "".join(parts), position
            if character != "$":
                parts.append(character)
                position += 1
                continue
            part, position = self._variable(text, position + 1, depth)
            parts.append(part)
        if close:
            raise Unfit("${ is not closed with }")
        return "".join(parts), position

    def _variable(self, text: str, start: int, depth: int) -> tuple[str, int]:
        if text.startswith("$", start):
            return "$", start + 1
        if match := _NAME.match(text, start):
            self.used = True
            return self._value(match[0]), match.end()
        match = _NAME.match(text, start + 1) if text.startswith("{", start) else None
        if match is None:
            raise Unfit("a $ that begins no variable; write $$ for a dollar sign")
        self.used = True
        if match.end() == len(text):
            raise Unfit("${ is not closed with }")
        if text.startswith("}", match.end()):
            return self._value(match[0]), match.end() + 1
        operator = next((each for each in _OPERATORS if text.startswith(each, match.end())), None)
        if operator is None:
            raise Unfit(f"${{{match[0]}…}} is none of the forms that Compose knows")
        aside = _Filling(self._variables)
        word, end = aside.until(text, match.end() + len(operator), "}", depth + 1)
        result, word_counts = self._decided(match[0], operator, word)
        self.unset.extend(aside.unset if word_counts else ())
        return result, end + 1

    def _decided(self, name: str, operator: str, word: str) -> tuple[str, bool]:
        """Return the value, and whether it is the word after the operator."""
        value = self._variables.get(name)
        there = bool(value) if operator[0] == ":" else value is not None
        if operator[-1] == "+":
            return (word, True) if there else ("", False)
        if there:
            return value or "", False
        if operator[-1] == "-":
            return word, True
        raise Unfit(f"the variable {name} is required" + (f": {word}" if word else ""))

    def _value(self, name: str) -> str:
        if name not in self._variables:
            self.unset.append(name)
        return self._variables.get(name, "")


def fill_tree(
    node: Node, variables: Mapping[str, str]
) -> tuple[Node, list[Unset], list[tuple[KeyPlace, Problem]]]:
    """Put variables into every value of a file; keys stay as they are.

    Returns:
        The values filled, the variables that were not set, and what could not be filled, each with
        its key.
    """
    unset: list[Unset] = []
    problems: list[tuple[KeyPlace, Problem]] = []

    def fill(node: Node, key: KeyPlace) -> Node:
        if isinstance(node, Scalar):
            return fill_scalar(node, key)
        if isinstance(node, Items):
            return replace(node, items=tuple(fill(item, key) for item in node.items))
        entries = {}
        for name, entry in node.entries.items():
            path = f"{key.path}.{name}" if key.path else name
            below = KeyPlace(path=path, place=entry.place, key=name)
            entries[name] = replace(entry, value=fill(entry.value, below))
        return replace(node, entries=entries)

    def fill_scalar(scalar: Scalar, key: KeyPlace) -> Scalar:
        if not isinstance(scalar.value, str) or "$" not in scalar.text:
            return scalar
        try:
            result = filled(scalar.text, variables)
        except Unfit as error:
            problem = refusal(key.path, scalar.place, str(error), "", "variable")
            problems.append((key, problem))
            return replace(scalar, value=None, text="")
        unset.extend(Unset(name=name, place=scalar.place) for name in result.unset)
        return replace(scalar, value=result.text, text=result.text, computed=result.used)

    top = KeyPlace(path="", place=node.place, key="")
    return fill(node, top), unset, problems
