"""One filter pattern of any of the three kinds, ready to be asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from fargate_kit.sim.cloudwatch_logs.patterns.delimited_events import read_delimited_pattern
from fargate_kit.sim.cloudwatch_logs.patterns.json_events import read_json_pattern
from fargate_kit.sim.cloudwatch_logs.patterns.scanner import InvalidPattern
from fargate_kit.sim.cloudwatch_logs.patterns.text_events import read_text_pattern


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled filter pattern.

    Args:
        text: As the client wrote it.
        matches: Says whether a message matches.
        extract: Tells what the pattern finds in a message that matches, by `$` and name.
    """

    text: str
    matches: Callable[[str], bool]
    extract: Callable[[str], dict[str, str]]

    @property
    def is_empty(self) -> bool:
        """Whether every message matches."""
        return not self.text.strip()


@functools.lru_cache(maxsize=256)
def compile_pattern(text: str) -> Pattern:
    """Compile a filter pattern.

    Args:
        text: In braces for JSON events, in brackets for fields separated by spaces, else
            words and phrases; empty for all events.

    Raises:
        InvalidPattern: The pattern makes no sense; the message says where.
    """
    trimmed = text.strip()
    for opening, closing in ("{}", "[]"):
        if trimmed.startswith(opening) and not trimmed.endswith(closing):
            raise InvalidPattern(
                f"If a filter pattern starts with '{opening}' it must end with '{closing}'",
                in_words_of_aws=True,
            )
    if trimmed.startswith("{"):
        in_json = read_json_pattern(trimmed)
        return Pattern(text, in_json.matches, in_json.extract)
    if trimmed.startswith("["):
        in_fields = read_delimited_pattern(trimmed)
        return Pattern(text, in_fields.matches, in_fields.extract)
    in_text = read_text_pattern(trimmed)
    return Pattern(text, in_text.matches, in_text.extract)
