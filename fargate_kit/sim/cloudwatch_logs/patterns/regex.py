"""The regular expressions that CloudWatch Logs supports, as expressions of Python.

Source: CloudWatch Logs User Guide, "Filter pattern syntax", supported regular expressions.
"""

from __future__ import annotations

import re

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_#=@/;,- ")
_OPERATORS = frozenset("^$?[]{}|\\*+.")
_CLASSES = frozenset("dDsSwW")
_HEXADECIMAL = re.compile(r"x[0-9A-Fa-f]{2}")


def check_regex(text: str) -> re.Pattern[str]:
    """Compile an expression as it stands between percent signs.

    Raises:
        ValueError: It has a character that is not supported, or makes no sense.
    """
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += _escape(text, at)
        elif text[at] in _PLAIN or text[at] in _OPERATORS:
            at += 1
        else:
            raise ValueError(f"the character {text[at]!r} is not supported in %{text}%")
    if not text:
        raise ValueError("a regular expression between % and % is empty")
    try:
        return re.compile(text, re.ASCII)
    except re.error as failure:
        raise ValueError(f"%{text}% is no regular expression: {failure}") from None


def _escape(text: str, at: int) -> int:
    """Tell how many characters an escape sequence has."""
    follower = text[at + 1 : at + 2]
    if _HEXADECIMAL.match(text, at + 1):
        return 4
    known = follower in _CLASSES or follower in _OPERATORS
    if known or (follower in _PLAIN and follower and not follower.isalnum()):
        return 2
    raise ValueError(f"the escape sequence \\{follower} is not supported in %{text}%")
