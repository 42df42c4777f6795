"""Filter patterns in brackets, for log events whose fields are separated by spaces.

Source: CloudWatch Logs User Guide, "Filter pattern syntax" and "Filter and Pattern Syntax",
and the examples of TestMetricFilter in the API Reference. That the last field takes all
that is left of an event follows from the examples (`[w1=ERROR, w2]` matches events of
many words); that a condition stands in the field it is about was observed (OBS,
amazon-cloudwatch-logs-user-guide issue 21).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fargate_kit.sim.cloudwatch_logs.patterns.conditions import Condition, read_conditions
from fargate_kit.sim.cloudwatch_logs.patterns.scanner import InvalidPattern, Scanner
from fargate_kit.sim.cloudwatch_logs.patterns.values import Test, as_number, read_test

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ELLIPSIS = "..."
_WORD = re.compile(r'\[([^\]]*)\](?=\s|$)|"([^"]*)"(?=\s|$)|\S+')
_REGEXES_IN_ALL = 2


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a pattern.

    Args:
        name: Empty for one without a name.
        holds: What its value must fulfil.
    """

    name: str
    holds: Condition[str] | None


@dataclass(frozen=True, slots=True)
class DelimitedPattern:
    """A compiled pattern for events with fields.

    Args:
        head: The fields before the ellipsis, or all of them.
        tail: The fields after the ellipsis; None if there is none.
    """

    head: tuple[Field, ...]
    tail: tuple[Field, ...] | None

    def matches(self, message: str) -> bool:
        """Say whether the message has the fields, and each fulfils its condition."""
        named = self._assign(message)
        return named is not None and all(
            field.holds is None or field.holds(value) for field, _, value in named
        )

    def extract(self, message: str) -> dict[str, str]:
        """Tell the values of all fields; those without a name are told by their number."""
        return {
            f"${field.name or number}": value
            for field, number, value in self._assign(message) or ()
        }

    def _assign(self, message: str) -> list[tuple[Field, int, str]] | None:
        """Give each field its number and value; None if there are too few words."""
        words = list(_WORD.finditer(message))
        tail = self.tail or ()
        if len(words) < len(self.head) + len(tail):
            return None
        values = [_content(word) for word in words]
        if self.tail is None and len(words) > len(self.head):
            last = len(self.head) - 1
            values[last:] = [message[words[last].start() :].rstrip()]
        between = len(values) - len(self.head) - len(tail)
        fields = (*self.head, *([_NAMELESS] * between), *tail)
        return [(field, at + 1, values[at]) for at, field in enumerate(fields)]


def read_delimited_pattern(text: str) -> DelimitedPattern:
    """Read a pattern that begins with [ and ends with ].

    Raises:
        InvalidPattern: It makes no sense, or has more ellipses or regular expressions
            than AWS allows.
    """
    scanner = Scanner(text)
    scanner.take("[")
    if scanner.take("]") and scanner.done:
        return DelimitedPattern((), ())
    fields = [_read_field(scanner)]
    while scanner.take(","):
        fields.append(_read_field(scanner))
    if not scanner.take("]") or not scanner.done:
        raise scanner.refusal("a comma or the end of the pattern")
    if scanner.regexes > _REGEXES_IN_ALL:
        raise InvalidPattern(f"a pattern has at most {_REGEXES_IN_ALL} regular expressions")
    return _around_ellipsis(fields)


def _around_ellipsis(fields: Sequence[Field | None]) -> DelimitedPattern:
    known = tuple(field for field in fields if field is not None)
    if len(known) == len(fields):
        return DelimitedPattern(known, None)
    if len(known) < len(fields) - 1:
        raise InvalidPattern("a pattern has at most one ellipsis")
    at = list(fields).index(None)
    return DelimitedPattern(known[:at], known[at:])


def _read_field(scanner: Scanner) -> Field | None:
    """Read what stands between two commas; None for an ellipsis."""
    if scanner.take(_ELLIPSIS):
        return None
    scanner.skip()
    if scanner.text.startswith((",", "]"), scanner.at):
        return _NAMELESS
    begin = scanner.at
    name = scanner.match(_NAME)
    scanner.skip()
    if name is not None and scanner.text.startswith((",", "]"), scanner.at):
        return Field(name, None)
    scanner.at = begin
    names: list[str] = []
    holds = read_conditions(scanner, lambda: _read_condition(scanner, names))
    if len(set(names)) > 1:
        raise InvalidPattern(f"the field {names[0]} has a condition on another field")
    return Field(names[0], holds)


def _read_condition(scanner: Scanner, names: list[str]) -> Condition[str]:
    scanner.skip()
    name = scanner.match(_NAME)
    if name is None:
        raise scanner.refusal("the name of a field")
    names.append(name)
    return _on_text(read_test(scanner))


def _on_text(test: Test) -> Condition[str]:
    """Let a test that compares with a number see the number that a field spells."""

    def holds(value: str) -> bool:
        number = as_number(value) if test.of_number else None
        return test.holds(value if number is None else number)

    return holds


def _content(word: re.Match[str]) -> str:
    """Leave out the brackets or quotation marks around a field."""
    inside = word[1] if word[1] is not None else word[2]
    return word[0] if inside is None else inside


_NAMELESS = Field("", None)
