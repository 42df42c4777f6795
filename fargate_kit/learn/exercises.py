"""The registry of exercises: titles, minutes, hints, and why each works."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["HINTS", "Exercise", "exercise", "exercises"]

HINTS = 2
"""How many hints every exercise has: the first points, the second nearly tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise.

    Attributes:
        id: Chapter and number, such as `2.1`.
        minutes: How long it may take.
        hints: Two of them, each saying more than the one before.
        why: What is told after it was solved.
    """

    id: str
    title: str
    minutes: int
    hints: tuple[str, ...]
    why: str

    @property
    def chapter(self) -> int:
        """The chapter's number."""
        return int(self.id.partition(".")[0])


@cache
def exercises() -> dict[str, Exercise]:
    """Return every exercise by its id, in the order of the course."""
    text = (files("fargate_kit.learn") / "exercises.toml").read_text(encoding="utf-8")
    return {
        name: Exercise(
            id=name,
            title=raw["title"],
            minutes=raw["minutes"],
            hints=tuple(raw["hints"]),
            why=raw["why"],
        )
        for name, raw in tomllib.loads(text).items()
    }


def exercise(name: str) -> Exercise:
    """Look up an exercise by its id.

    Raises:
        LookupError: There is none; the message names those of the chapter.
    """
    found = exercises().get(name)
    if found is None:
        chapter = name.partition(".")[0]
        near = [each for each in exercises() if each.startswith(f"{chapter}.")]
        known = ", ".join(near or exercises())
        raise LookupError(f"there is no exercise {name!r}; there are {known}")
    return found
