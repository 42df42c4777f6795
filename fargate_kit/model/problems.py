"""What is wrong with a definition, and the rule that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that AWS would refuse, or that is better said before it happens.

    Attributes:
        path: Where, in AWS's own words: `containerDefinitions[1].portMappings[0].hostPort`.
        rule: A stable kebab-case id of the rule that was broken.
        given: What was given; never the value of an environment variable or of a secret.
        allowed: What is legal, in words, with the nearest legal value where there is one.
        message: All of it on one line, with the remedy.
    """

    path: str
    rule: str
    given: Any
    allowed: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of AWS with the place where AWS states it.

    Attributes:
        id: Stable kebab-case id.
        says: The rule in one sentence.
        source: The page or service model that states it: `model` is botocore's ECS service
            model, `guide` the Amazon ECS Developer Guide with the page's name.
        mark: How sure it is: `V` read in a source of AWS, `OBS` seen in public reports of
            AWS's answers, `MEM` unverified.
        fargate: Whether only Fargate has the rule; otherwise ECS has it for every launch type.
    """

    id: str
    says: str
    source: str
    mark: str = "V"
    fargate: bool = False

    def problem(self, path: str, *, given: Any, allowed: str, remedy: str) -> Problem:
        """Report that this rule is broken.

        Args:
            path: Where, in AWS's own words.
            given: What was given; None where nothing was.
            allowed: What is legal, in words.
            remedy: What to do about it, as one clause without a full stop.

        Returns:
            The problem with its one-line message.
        """
        message = one_line(f"{path}: given {shown(given)}; allowed: {allowed}; {remedy}.")
        return Problem(path=path, rule=self.id, given=given, allowed=allowed, message=message)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Stand in for a value that must not be shown: only its kind is told."""

    kind: str

    def __str__(self) -> str:
        return self.kind


def shown(value: Any) -> str:
    """Write a given value on one line, shortened, with unprintable characters escaped."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else "a very large number"
    if isinstance(value, (list, tuple)):
        more = ", …" if len(value) > 5 else ""
        return "[" + ", ".join(shown(item) for item in value[:5]) + more + "]"
    return _printable(str(value))


def quoted(text: str) -> str:
    """Put a text between quotation marks, shortened and on one line."""
    return f'"{_printable(text)}"'


def one_line(text: str) -> str:
    """Escape what cannot be printed, line ends among it."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )


def _printable(text: str) -> str:
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    return one_line(text)
