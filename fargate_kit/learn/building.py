"""Makes notebooks of their sources: a learner's with gaps, and a solution without.

`python -m fargate_kit.learn.building notebooks docs/instructors/course.md` writes what is built;
with `--check` it changes nothing, and says what is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jupytext
from ruamel.yaml import YAML

from fargate_kit.learn.exercises import exercises

__all__ = ["BadSource", "Chapter", "build", "main", "read_chapter"]

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
MAP = "<!-- course map -->"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_GAP = re.compile(rf"^([ \t]*){BEGIN}\n.*?^[ \t]*{END}$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(rf"^[ \t]*(?:{BEGIN}|{END})\n?", re.MULTILINE)
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
        if cell.source.count(BEGIN) != len(_GAP.findall(cell.source)) or cell.source.count(
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


def build(sources: Sequence[Path]) -> dict[str, str]:
    """Return the text of every file that is built, by its path below the notebooks' folder.

    The same sources give the same bytes: ids are positions, and nothing was run.

    Raises:
        BadSource: A source is not whole.
    """
    chapters = [read_chapter(source) for source in sorted(sources)]
    built = {}
    for chapter in chapters:
        cells = _cells(chapter, chapters)
        learner = {name: _with_gap(cell) for name, cell in cells.items()}
        kept = {name: cell for name, cell in learner.items() if "solution" not in cell.tags}
        solution = {name: _without_marks(cell) for name, cell in cells.items()}
        built[f"{chapter.stem}.ipynb"] = _written(chapter, kept)
        built[f"solutions/{chapter.stem}.ipynb"] = _written(chapter, solution)
    return built


def _cells(chapter: Chapter, chapters: Sequence[Chapter]) -> dict[str, Cell]:
    """Return the cells of both kinds by their ids, the title before and the way on after."""
    way = _way(chapter, chapters)
    cells = [
        Cell(kind="markdown", source=_title(chapter, way)),
        *(cell for cell in chapter.cells if "instructor" not in cell.tags),
        Cell(kind="markdown", source=_end(chapter, way)),
    ]
    return {
        f"{chapter.number:02}-{number:03}": replace(
            cell, source=cell.source.replace(MAP, _map(chapters))
        )
        for number, cell in enumerate(cells)
    }


def _without_marks(cell: Cell) -> Cell:
    return replace(cell, source=_MARK.sub("", cell.source).rstrip("\n"))


def _with_gap(cell: Cell) -> Cell:
    return replace(cell, source=_GAP.sub(r"\1# your code here", cell.source))


def _written(chapter: Chapter, cells: Mapping[str, Cell]) -> str:
    """Return a notebook as its file, in the form of nbformat 4.5."""
    notebook = {
        "cells": [_cell_members(name, cell) for name, cell in cells.items()],
        "metadata": {
            "fargate_kit": {
                "chapter": chapter.number,
                "exercises": chapter.checked,
                "minutes": sum(chapter.minutes),
                "title": chapter.title,
            },
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell_members(name: str, cell: Cell) -> dict[str, Any]:
    members: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": name,
        "metadata": {"tags": sorted(cell.tags)} if cell.tags else {},
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        members |= {"execution_count": None, "outputs": []}
    return members


def _title(chapter: Chapter, way: str) -> str:
    teaching, doing = chapter.minutes
    learn = "\n".join(f"- {each}" for each in chapter.header["objectives"])
    return (
        f"# {chapter.title}\n\n{way}\n\n"
        f"**What you will do.** {chapter.header['do']}\n\n"
        f"**What you will learn.**\n\n{learn}\n\n"
        "**What you will need.** Python 3.11 or newer and the kit with its course, "
        "`pip install 'fargate-kit[learn]'`. No AWS account, no network.\n\n"
        f"About {teaching + doing} minutes: {teaching} to read and watch, {doing} for "
        f"{len(chapter.checked)} exercises. What it would cost on live AWS: "
        f"{chapter.header['live_cost']}."
    )


def _end(chapter: Chapter, way: str) -> str:
    points = "\n".join(f"- {each}" for each in chapter.header["keypoints"])
    return f"## What to keep\n\n{points}\n\n{way}"


def _way(chapter: Chapter, chapters: Sequence[Chapter]) -> str:
    place = chapters.index(chapter)
    parts = []
    if place > 0:
        before = chapters[place - 1]
        parts.append(f"← [{before.stem[:2]} {before.title}]({before.stem}.ipynb)")
    if place + 1 < len(chapters):
        after = chapters[place + 1]
        parts.append(f"[{after.stem[:2]} {after.title}]({after.stem}.ipynb) →")
    return " · ".join(parts) or "This is the only notebook."


def _map(chapters: Sequence[Chapter]) -> str:
    rows = [
        f"| [{each.stem[:2]} {each.title}]({each.stem}.ipynb) | {each.header['do']} "
        f"| {sum(each.minutes)} |"
        for each in chapters
    ]
    return "\n".join(["| notebook | what you do | minutes |", "|---|---|---|", *rows])


def instructors_page(sources: Sequence[Path]) -> str:
    """Return the page for those who teach: times, where people stall, what to ask."""
    chapters = [read_chapter(source) for source in sorted(sources)]
    parts = [
        "# Teach the course",
        "This page is built from the notebooks' own headers by `make notebooks`.",
        "\n".join([
            "| notebook | teaching | exercises | in all | how many |",
            "|---|---|---|---|---|",
            *(
                f"| {each.stem[:2]} {each.title} | {each.minutes[0]} min "
                f"| {each.minutes[1]} min | {sum(each.minutes)} min | {len(each.checked)} |"
                for each in chapters
            ),
            f"| all | {sum(each.minutes[0] for each in chapters)} min "
            f"| {sum(each.minutes[1] for each in chapters)} min "
            f"| {sum(sum(each.minutes) for each in chapters)} min "
            f"| {sum(len(each.checked) for each in chapters)} |",
        ]),
    ]
    parts += [_for_instructors(chapter) for chapter in chapters]
    return "\n\n".join(parts) + "\n"


def _for_instructors(chapter: Chapter) -> str:
    known = exercises()
    rows = "\n".join(
        f"| {name} | {known[name].title} | {known[name].minutes} min |" for name in chapter.checked
    )
    objectives = "\n".join(f"- {each}" for each in chapter.header["objectives"])
    notes = [cell.source for cell in chapter.cells if "instructor" in cell.tags]
    return "\n\n".join([
        f"## {chapter.stem[:2]} {chapter.title}",
        objectives,
        f"**Where people stall.** {chapter.header['stall']}",
        f"**What to ask.** {chapter.header['ask']}",
        *notes,
        f"| exercise | title | time |\n|---|---|---|\n{rows}",
    ])


def main(arguments: Sequence[str]) -> int:
    """Write what is built, or with `--check` tell what is out of date; return an exit code."""
    check = "--check" in arguments
    places = [Path(each) for each in arguments if each != "--check"]
    if len(places) != 2:
        print("give the notebooks' folder and the instructors' page", file=sys.stderr)
        return 2
    folder, page = places
    sources = sorted((folder / "src").glob("*.py"))
    try:
        wanted = {folder / name: text for name, text in build(sources).items()}
        wanted[page] = instructors_page(sources)
    except BadSource as error:
        print(error, file=sys.stderr)
        return 1
    there = {*folder.glob("*.ipynb"), *(folder / "solutions").glob("*.ipynb")}
    stale = [path for path, text in wanted.items() if _read(path) != text]
    extra = sorted(there - wanted.keys())
    if check:
        for path in (*stale, *extra):
            print(f"{path} is not what its source makes: run `make notebooks`", file=sys.stderr)
        return 1 if stale or extra else 0
    for path in extra:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        print(path)
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
