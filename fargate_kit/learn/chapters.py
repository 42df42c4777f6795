"""Reads the sources of the notebooks, and sees that each is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from ruamel.yaml import YAML

from fargate_kit.learn.exercises import exercises

__all__ = ["BEGIN", "END", "GAP", "BadSource", "Cell", "Chapter", "read_chapter"]

HEADER = (
    "title",
    "chapter",
    "minutes",
    "do",
    "objectives",
    "keypoints",
    "live_cost",
    "stall",
    "ask",
)
TAGS = {"header", "setup", "see", "exercise", "check", "solution", "instructor", "close"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
GAP = re.compile(rf"^([ \t]*){BEGIN}\n.*?^[ \t]*{END}$", re.DOTALL | re.MULTILINE)
_CHECKED = re.compile(r'lab\.check\("([0-9.]+)"\)')


class BadSource(ValueError):
    """A source that cannot become notebooks; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a source: `code`, `markdown` or `raw`."""

    kind: str
    source: str
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One source, read.

    Attributes:
        stem: Of the file's name, such as `02_reach_a_task`.
        header: What the first cell says of the notebook.
        cells: The rest of it.
    """

    stem: str
    header: Mapping[str, Any]
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The title, a verb and a thing."""
        return str(self.header["title"])

    @property
    def number(self) -> int:
        """The chapter's number."""
        return int(self.header["chapter"])

    @property
    def minutes(self) -> tuple[int, int]:
        """Minutes of teaching and of exercises."""
        minutes = self.header["minutes"]
        return int(minutes["teaching"]), int(minutes["exercises"])

    @property
    def checked(self) -> list[str]:
        """The exercises that it checks, in its order."""
        return [
            found[1]
            for cell in self.cells
            if "check" in cell.tags and (found := _CHECKED.search(cell.source))
        ]


def read_chapter(source: Path) -> Chapter:
    """Read a source and see that it is whole.

    Raises:
        BadSource: Something is missing, or not closed.
    """
    notebook = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    cells = [
        Cell(
            kind=raw.cell_type,
            source=raw.source,
            tags=frozenset(raw.metadata.get("tags", ())),
        )
        for raw in notebook.cells
    ]
    if not cells or "header" not in cells[0].tags:
        raise BadSource(f"{source.name}: the first cell is to be raw, tagged header")
    first, *rest = cells
    header = YAML(typ="safe").load(first.source)
    missing = [name for name in HEADER if name not in (header or {})]
    if missing:
        raise BadSource(f"{source.name}: the header lacks {', '.join(missing)}")
    chapter = Chapter(stem=source.stem, header=header, cells=tuple(rest))
    problems = [*_problems(chapter)]
    if problems:
        raise BadSource("\n".join(f"{source.name}: {each}" for each in problems))
    return chapter


def _problems(chapter: Chapter) -> Iterable[str]:
    if not chapter.stem.startswith(f"{chapter.number:02}_"):
        yield f"the header says chapter {chapter.number}"
    for number, cell in enumerate(chapter.cells, 1):
        if unknown := cell.tags - TAGS:
            yield f"cell {number} has unknown tags: {', '.join(sorted(unknown))}"
        if cell.source.count(BEGIN) != len(GAP.findall(cell.source)) or cell.source.count(
            BEGIN
        ) != cell.source.count(END):
            yield f"cell {number}: {BEGIN} and {END} do not pair"
        if "exercise" in cell.tags:
            after = chapter.cells[number] if number < len(chapter.cells) else None
            if after is None or "check" not in after.tags:
                yield f"cell {number} is an exercise without a check after it"
            if BEGIN not in cell.source:
                yield f"cell {number} is an exercise without a gap"
    known = [each.id for each in exercises().values() if each.chapter == chapter.number]
    if chapter.checked != known:
        yield f"it checks {chapter.checked}, and exercises.toml has {known}"
    minutes = sum(exercises()[name].minutes for name in known)
    if minutes != chapter.minutes[1]:
        yield f"it has {chapter.minutes[1]} minutes of exercises, and exercises.toml {minutes}"
    if not any("close" in cell.tags for cell in chapter.cells):
        yield "no cell is tagged close"
