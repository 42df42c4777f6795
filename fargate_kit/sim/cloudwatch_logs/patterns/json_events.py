"""Filter patterns in braces, for log events that are JSON objects.

Source: CloudWatch Logs User Guide, "Filter pattern syntax", and its older edition "Filter
and Pattern Syntax": a comparison holds for texts and numbers only, so `!=` is false too
where the selector finds an array, an object, or (our reading, MEM) nothing, null, true or
false.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from fargate_kit.sim.cloudwatch_logs.patterns.conditions import Condition, read_conditions
from fargate_kit.sim.cloudwatch_logs.patterns.scanner import InvalidPattern, Scanner
from fargate_kit.sim.cloudwatch_logs.patterns.values import Test, read_test, written

_NAME = re.compile(r"\.([A-Za-z0-9_-]+)")
_QUOTED_NAME = re.compile(r"\.\['([^']+)'\]")
_INDEX = re.compile(r"\[([0-9]+)\]")
_ANY_NAME = re.compile(r"\.\*")
_ANY_INDEX = re.compile(r"\[\*\]")
_IS = re.compile(r"IS\s+(NULL|TRUE|FALSE)\b")
_NOT_EXISTS = re.compile(r"NOT\s+EXISTS\b")
_CONSTANTS = {"NULL": None, "TRUE": True, "FALSE": False}
_WILDCARDS_IN_ALL = 3
_REGEXES_IN_ALL = 2


@dataclass(frozen=True, slots=True)
class Selector:
    """Where in a document a value stands, e.g. `$.users[0].name`.

    Args:
        text: As the pattern spells it.
        steps: Names, indexes, and None for each wildcard.
    """

    text: str
    steps: tuple[str | int | None, ...]

    def find(self, document: Any) -> Iterable[Any]:
        """Give the values there: one or none, or with a wildcard any number."""
        if None in self.steps:
            return _walk(document, self.steps)
        for step in self.steps:
            if not _has(document, step):
                return ()
            document = document[step]
        return (document,)


@dataclass(frozen=True, slots=True)
class JsonPattern:
    """A compiled pattern for JSON events."""

    holds: Condition[Any]
    selectors: tuple[Selector, ...]

    def matches(self, message: str) -> bool:
        """Say whether the message is a JSON object for which the pattern holds."""
        document = _read(message)
        return document is not None and self.holds(document)

    def extract(self, message: str) -> dict[str, str]:
        """Tell the texts and numbers to which the selectors of the pattern point."""
        document = _read(message)
        values: dict[str, str] = {}
        for selector in self.selectors:
            for value in selector.find(document):
                if _comparable(value):
                    values.setdefault(selector.text, written(value))
        return values


def read_json_pattern(text: str) -> JsonPattern:
    """Read a pattern that begins with { and ends with }.

    Raises:
        InvalidPattern: It makes no sense, or has more wildcards or regular expressions
            than AWS allows.
    """
    scanner = Scanner(text)
    selectors: list[Selector] = []
    scanner.take("{")
    holds = read_conditions(scanner, lambda: _read_condition(scanner, selectors))
    if not scanner.take("}") or not scanner.done:
        raise scanner.refusal("&&, || or the end of the pattern")
    if sum(selector.steps.count(None) for selector in selectors) > _WILDCARDS_IN_ALL:
        raise InvalidPattern(f"a pattern has at most {_WILDCARDS_IN_ALL} wildcard selectors")
    if scanner.regexes > _REGEXES_IN_ALL:
        raise InvalidPattern(f"a pattern has at most {_REGEXES_IN_ALL} regular expressions")
    return JsonPattern(holds, tuple(selectors))


def _read_condition(scanner: Scanner, selectors: list[Selector]) -> Condition[Any]:
    selector = _read_selector(scanner)
    selectors.append(selector)
    scanner.skip()
    if scanner.match(_NOT_EXISTS):
        return lambda document: next(iter(selector.find(document)), _MISSING) is _MISSING
    if found := scanner.match(_IS):
        constant = _CONSTANTS[found.split()[1]]
        return lambda document: any(value is constant for value in selector.find(document))
    return _comparison(selector, read_test(scanner))


def _comparison(selector: Selector, test: Test) -> Condition[Any]:
    return lambda document: any(
        _comparable(value) and test.holds(value) for value in selector.find(document)
    )


def _read_selector(scanner: Scanner) -> Selector:
    scanner.skip()
    begin = scanner.at
    if not scanner.take("$"):
        raise scanner.refusal("a property selector such as $.name")
    steps: list[str | int | None] = []
    while True:
        if scanner.match(_ANY_NAME) or (steps and scanner.match(_ANY_INDEX)):
            steps.append(None)
        elif found := scanner.match(_QUOTED_NAME):
            steps.append(found[3:-2])
        elif found := scanner.match(_NAME):
            steps.append(found[1:])
        elif steps and (found := scanner.match(_INDEX)):
            steps.append(int(found[1:-1]))
        else:
            break
    if not steps or scanner.text.startswith((".", "["), scanner.at):
        raise scanner.refusal("the name of a property")
    if steps.count(None) > 1:
        raise InvalidPattern("a property selector has at most one wildcard")
    return Selector(scanner.text[begin : scanner.at], tuple(steps))


def _walk(value: Any, steps: tuple[str | int | None, ...]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step is None:
        inside = value.values() if isinstance(value, dict) else value
        for each in inside if isinstance(value, dict | list) else ():
            yield from _walk(each, rest)
    elif _has(value, step):
        yield from _walk(value[step], rest)


def _has(value: Any, step: str | int | None) -> bool:
    if isinstance(step, str):
        return isinstance(value, dict) and step in value
    return isinstance(value, list) and step is not None and step < len(value)


def _comparable(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _read(message: str) -> Any:
    if not message.lstrip().startswith("{"):
        return None
    try:
        return _DECODER.decode(message)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_MISSING = object()
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
