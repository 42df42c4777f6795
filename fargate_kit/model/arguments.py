"""Arguments of a wrong type, told in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fargate_kit.model.problems import shown


def wrong_argument(
    name: str, given: Any, allowed: str, remedy: str = "", *, hidden: bool = False
) -> TypeError:
    """Return the error for an argument of a wrong type.

    Args:
        name: The argument, as the caller wrote it.
        given: What was given; only texts and numbers are shown, of the rest the type.
        allowed: What is taken, such as `a TaskSpec`.
        remedy: What to write instead, as a clause without a full stop.
        hidden: Whether the value may be a secret, so that only its type is told.
    """
    plain = isinstance(given, (str, bool, int, float)) and not hidden
    kind = type(given).__name__
    what = "None" if given is None else shown(given) if plain else f"{_article(kind)} {kind}"
    return TypeError(f"{name}: given {what}; allowed: {allowed}{remedy and f'; {remedy}'}.")


def expect(spec: Any, member: str, kind: Any, allowed: str, remedy: str = "") -> None:
    """Make sure that a field is of a kind; its value is not shown."""
    if not isinstance(given := getattr(spec, member), kind):
        raise wrong_argument(member, given, allowed, remedy, hidden=True)


def expect_words(spec: Any, member: str, example: str = "['sh', '-c', …]") -> None:
    """Make sure that a field is a list of words, and not one text."""
    if isinstance(getattr(spec, member), str):
        raise TypeError(f"{member} is a list of words, not one text: {example}")
    expect(spec, member, Sequence, "a list of words", example)


def expect_items(spec: Any, member: str, kind: Any, allowed: str, remedy: str = "") -> None:
    """Make sure that a field is a list, and each of its items of a kind."""
    expect(spec, member, Sequence, allowed, remedy)
    for number, item in enumerate(getattr(spec, member)):
        if not isinstance(item, kind):
            raise wrong_argument(f"{member}[{number}]", item, allowed, remedy)


def _article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" else "a"
