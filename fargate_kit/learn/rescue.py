"""A learner's notebook put right up to an exercise, so that nobody is stuck at one before it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.course import Notebook, notebook, put_aside, write_notebook

__all__ = ["Rescued", "rescue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """A notebook that was put right.

    Attributes:
        kept: Where the learner's own was put; None if there was none.
        exercise: The first that is still to be done.
        solved: Those before it.
    """

    file: Path
    kept: Path | None
    exercise: str
    solved: tuple[str, ...]


def rescue(folder: Path, number: str, exercise: str) -> Rescued:
    """Write a notebook with every exercise before one of them solved, and the rest as shipped.

    Everything above that exercise is as in the solution, so running it brings the account to where
    the exercise begins. What was noted as solved stays.

    Args:
        number: Of the notebook, such as `05`.
        exercise: The id of the first one that is left to do, such as `5.4`.

    Raises:
        ConfigurationError: There is no such notebook, exercise or folder.
    """
    wanted = notebook(number)
    if exercise not in wanted.exercises:
        known = ", ".join(wanted.exercises)
        raise ConfigurationError(
            f"notebook {wanted.chapter:02} has no exercise {exercise!r}; it has {known}"
        )
    text = _put_right(wanted, exercise)
    target = folder / wanted.file.name
    kept = put_aside(target)
    write_notebook(target, text)
    place = wanted.exercises.index(exercise)
    return Rescued(file=target, kept=kept, exercise=exercise, solved=wanted.exercises[:place])


def _put_right(wanted: Notebook, exercise: str) -> str:
    learner = _read(wanted.file)
    solution = _read(wanted.file.parent / "solutions" / wanted.file.name)
    before = solution["cells"][: _place(solution, exercise)]
    after = learner["cells"][_place(learner, exercise) :]
    return json.dumps({**learner, "cells": before + after}, indent=1, ensure_ascii=False) + "\n"


def _read(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def _place(notebook: dict[str, Any], exercise: str) -> int:
    """Return where the cell of an exercise is: right before its check."""
    asked = f'lab.check("{exercise}")'
    checks = [
        number
        for number, cell in enumerate(notebook["cells"])
        if "check" in cell["metadata"].get("tags", ()) and asked in "".join(cell["source"])
    ]
    return checks[0] - 1
