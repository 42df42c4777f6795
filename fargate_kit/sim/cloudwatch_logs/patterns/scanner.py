"""Reading a filter pattern from left to right, and saying where it makes no sense."""

from __future__ import annotations

import re

from fargate_kit.sim.cloudwatch_logs.patterns.regex import check_regex

_SPACE = re.compile(r"\s*")


class InvalidPattern(ValueError):
    """A filter pattern that AWS would refuse; the message says why.

    Args:
        reason: What is wrong.
        in_words_of_aws: Whether the reason is all that AWS says, as was observed (OBS);
            otherwise it follows the words of which AWS's message consists.
    """

    def __init__(self, reason: str, *, in_words_of_aws: bool = False) -> None:
        super().__init__(reason if in_words_of_aws else f"Invalid filter pattern: {reason}")


class Scanner:
    """A place in a filter pattern.

    Args:
        text: The whole pattern.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.regexes = 0

    @property
    def done(self) -> bool:
        """Whether nothing but white space is left."""
        self.skip()
        return self.at == len(self.text)

    def skip(self) -> None:
        """Go on to what is not white space."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, literal: str) -> bool:
        """Go past a literal if it comes next, white space before it left out."""
        self.skip()
        if not self.text.startswith(literal, self.at):
            return False
        self.at += len(literal)
        return True

    def match(self, form: re.Pattern[str]) -> str | None:
        """Go past what has a form, if it comes next at this very place."""
        found = form.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def quoted(self) -> str | None:
        """Read a text in double quotation marks; a backslash takes the next character as it is.

        Raises:
            InvalidPattern: The closing quotation mark is missing.
        """
        if not self.text.startswith('"', self.at):
            return None
        parts, at = [], self.at + 1
        while at < len(self.text) and self.text[at] != '"':
            at += self.text[at] == "\\" and at + 1 < len(self.text)
            parts.append(self.text[at])
            at += 1
        if at == len(self.text):
            raise self.refusal('a closing "')
        self.at = at + 1
        return "".join(parts)

    def regex(self) -> re.Pattern[str] | None:
        """Read a regular expression between percent signs.

        Raises:
            InvalidPattern: The closing percent sign is missing, or the expression has
                what CloudWatch Logs does not support.
        """
        if not self.text.startswith("%", self.at):
            return None
        end = self.text.find("%", self.at + 1)
        if end < 0:
            raise self.refusal("a closing %")
        try:
            found = check_regex(self.text[self.at + 1 : end])
        except ValueError as refusal:
            raise InvalidPattern(str(refusal)) from None
        self.at = end + 1
        self.regexes += 1
        return found

    def refusal(self, wanted: str) -> InvalidPattern:
        """Make the error of a pattern that does not go on as it must."""
        seen = self.text[self.at : self.at + 12]
        return InvalidPattern(
            f"{wanted} is expected at position {self.at + 1}, "
            + (f"not {seen!r}" if seen else "where the pattern ends")
        )
