"""Filter patterns of words, phrases and regular expressions, for events of any form.

Source: CloudWatch Logs User Guide, "Filter pattern syntax" and its older edition "Filter and
Pattern Syntax", where ERROR also finds ERRORCODE: a term is found anywhere, not only as a
whole word. That regular expressions may stand among other terms is our reading (MEM).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from fargate_kit.sim.cloudwatch_logs.patterns.scanner import InvalidPattern, Scanner

Term: TypeAlias = Callable[[str], bool]

_WORD = re.compile(r"[A-Za-z0-9_]+")
_UP_TO_SPACE = re.compile(r"\S*")


@dataclass(frozen=True, slots=True)
class TextPattern:
    """A compiled pattern of terms.

    Args:
        needed: Terms that must all be there.
        excluded: Terms of which none may be there.
        optional: Terms of which one must be there.
    """

    needed: tuple[Term, ...]
    excluded: tuple[Term, ...]
    optional: tuple[Term, ...]

    def matches(self, message: str) -> bool:
        """Say whether the message has the terms."""
        if not all(term(message) for term in self.needed):
            return False
        if any(term(message) for term in self.excluded):
            return False
        return not self.optional or any(term(message) for term in self.optional)

    def extract(self, message: str) -> dict[str, str]:
        """Tell nothing: terms have no names."""
        return {}


def read_text_pattern(text: str) -> TextPattern:
    """Read a pattern of terms; optional ones mean nothing beside others.

    Raises:
        InvalidPattern: A term has characters that need quotation marks.
    """
    scanner = Scanner(text)
    terms: dict[str, list[Term]] = {"": [], "-": [], "?": []}
    while not scanner.done:
        sign = "-" if scanner.take("-") else "?" if scanner.take("?") else ""
        terms[sign].append(_read_term(scanner))
    alone = not (terms[""] or terms["-"])
    return TextPattern(
        needed=tuple(terms[""]),
        excluded=tuple(terms["-"]),
        optional=tuple(terms["?"]) if alone else (),
    )


def _read_term(scanner: Scanner) -> Term:
    begin = scanner.at
    if (phrase := scanner.quoted()) is not None:
        term = _contains(phrase)
    elif (regex := scanner.regex()) is not None:
        term = _finds(regex)
    else:
        word = scanner.match(_WORD)
        term = _contains(word or "")
    rest = scanner.match(_UP_TO_SPACE)
    if rest or scanner.at == begin:
        found = scanner.text[begin : scanner.at]
        raise InvalidPattern(f"Invalid character(s) in term '{found}'", in_words_of_aws=True)
    return term


def _contains(phrase: str) -> Term:
    if not phrase.strip():
        return lambda message: True
    return lambda message: phrase in message


def _finds(regex: re.Pattern[str]) -> Term:
    return lambda message: regex.search(message) is not None
