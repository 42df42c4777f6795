"""Which exercises were solved, in a file beside the notebooks of one learner."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["FILE", "begin", "forget", "note", "solved"]

FILE = "progress.json"


def begin(folder: Path) -> None:
    """Put an empty file into a learner's folder: only where there is one, anything is noted."""
    file = folder / FILE
    if not file.exists():
        _write(file, {})


def solved(folder: Path) -> dict[str, str]:
    """Return when each exercise was first solved, by its id.

    A file that cannot be read is taken for an empty one: it is a comfort, not a record.
    """
    try:
        read = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(name): str(when) for name, when in read["solved"].items()}
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return {}


def note(folder: Path, exercise: str) -> None:
    """Note that an exercise was solved, if this is a learner's folder."""
    file = folder / FILE
    if not file.exists():
        return
    known = solved(folder)
    if exercise not in known:
        _write(file, {**known, exercise: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})


def forget(folder: Path, chapter: int) -> None:
    """Forget what was solved of a chapter."""
    file = folder / FILE
    if file.exists():
        kept = {
            name: when
            for name, when in solved(folder).items()
            if name.partition(".")[0] != str(chapter)
        }
        _write(file, kept)


def _write(file: Path, known: dict[str, str]) -> None:
    text = json.dumps({"solved": known}, indent=1) + "\n"
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    # Two notebooks may write at once; each reader finds a whole file.
    beside.replace(file)
