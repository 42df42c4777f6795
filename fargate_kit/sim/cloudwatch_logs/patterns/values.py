"""What a filter pattern compares with: texts, texts with asterisks, numbers, expressions.

Read in AWS's documentation (V): asterisks stand at the begin or the end of a text, quoted
or not; numbers may have a sign, a point and an exponent; whatever has other characters
than letters, digits and underscores needs quotation marks, but points and asterisks are
shown without. Not documented, and so our own reading (MEM): a quoted text never equals a
number; a number that is not quoted equals a text that is spelled alike; an expression
is searched in a number as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from fargate_kit.sim.cloudwatch_logs.patterns.scanner import InvalidPattern, Scanner

Value: TypeAlias = str | int | float

_OPERATOR = re.compile(r"!=|<=|>=|=|<|>")
_BARE = re.compile(r"[A-Za-z0-9_.*+-]+")
_BARE_TEXT = re.compile(r"[A-Za-z0-9_.*]+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Test:
    """What a value must fulfil.

    Args:
        holds: Asked with the value.
        of_number: Whether it compares with a number.
    """

    holds: Callable[[Value], bool]
    of_number: bool = False


def read_test(scanner: Scanner) -> Test:
    """Read an operator and what follows it.

    Raises:
        InvalidPattern: One of them is missing or makes no sense.
    """
    scanner.skip()
    operator = scanner.match(_OPERATOR)
    if operator is None:
        raise scanner.refusal("one of = != < > <= >=")
    scanner.skip()
    if (regex := scanner.regex()) is not None:
        return _equality(operator, lambda value: regex.search(written(value)) is not None)
    if (quoted := scanner.quoted()) is not None:
        fits = _text_test(quoted)
        return _equality(operator, lambda value: isinstance(value, str) and fits(value))
    bare = scanner.match(_BARE)
    if bare is None:
        raise scanner.refusal("a value")
    if (number := as_number(bare)) is not None:
        return _number_test(operator, bare, number)
    if not _BARE_TEXT.fullmatch(bare):
        raise InvalidPattern(f"the text {bare} must be in double quotation marks")
    fits = _text_test(bare)
    return _equality(operator, lambda value: fits(written(value)))


def as_number(text: str) -> float | None:
    """Read a number as filter patterns and log events spell it; None if it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def written(value: Value) -> str:
    """Write a value of a JSON document as text."""
    return value if isinstance(value, str) else str(value)


def _equality(operator: str, equals: Callable[[Value], bool]) -> Test:
    if operator == "=":
        return Test(equals)
    if operator == "!=":
        return Test(lambda value: not equals(value))
    raise InvalidPattern(f"{operator} compares with numbers only")


def _number_test(operator: str, text: str, number: float) -> Test:
    def equals(value: Value) -> bool:
        return value == (text if isinstance(value, str) else number)

    if operator in {"=", "!="}:
        return Test(_equality(operator, equals).holds, of_number=True)
    compare = _ORDER[operator]
    return Test(lambda value: not isinstance(value, str) and compare(value, number), of_number=True)


def _text_test(text: str) -> Callable[[str], bool]:
    """Match asterisks at the begin and the end with anything; elsewhere they are themselves."""
    begins, ends = text.startswith("*"), len(text) > 1 and text.endswith("*")
    core = text[begins : len(text) - ends]
    if begins and ends:
        return lambda value: core in value
    if begins:
        return lambda value: value.endswith(core)
    if ends:
        return lambda value: value.startswith(core)
    return lambda value: value == core


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, number: value < number,
    ">": lambda value, number: value > number,
    "<=": lambda value, number: value <= number,
    ">=": lambda value, number: value >= number,
}
