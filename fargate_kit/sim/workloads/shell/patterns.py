"""Patterns as in `case` and in `${name%pattern}`."""

from __future__ import annotations

import fnmatch
import re

from fargate_kit.sim.workloads.shell.errors import ExpansionError

_LONGEST = 2048


def escaped(text: str) -> str:
    """Make a pattern that matches exactly this text."""
    return re.sub(r"[*?[]", r"[\g<0>]", text)


def matches(text: str, pattern: str) -> bool:
    """Tell whether a pattern matches all of a text."""
    return fnmatch.fnmatchcase(text, pattern)


def trimmed(text: str, operator: str, pattern: str) -> str:
    """Remove the shortest (`#`, `%`) or longest (`##`, `%%`) match from an end of a text.

    Raises:
        ExpansionError: The text is longer than this shell can search.
    """
    if len(text) > _LONGEST:
        # Every length is tried, which takes too long for a very long text.
        raise ExpansionError(f"{operator}: texts over {_LONGEST} characters are not simulated here")
    expression = re.compile(fnmatch.translate(pattern))
    lengths = range(len(text) + 1)
    for length in reversed(lengths) if len(operator) == 2 else lengths:
        part = text[:length] if operator[0] == "#" else text[len(text) - length :]
        if expression.match(part):
            return text[length:] if operator[0] == "#" else text[: len(text) - length]
    return text
