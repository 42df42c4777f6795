"""In what one shell differs from another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """In what one shell differs from another.

    Args:
        name: What it calls itself in messages.
        not_found: What it says of a program that is not there.
        becomes_last: Whether the last command of `-c` takes the shell's place, as if by
            `exec`: bash does so, Debian's sh does not.
        not_simulated: Words that it knows, but this simulation does not.
    """

    name: str
    not_found: str
    becomes_last: bool = False
    not_simulated: frozenset[str] = frozenset()
