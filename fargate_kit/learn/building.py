"""Makes notebooks of their sources: a learner's with gaps, and a solution without.

`python -m fargate_kit.learn.building notebooks docs/instructors/course.md` writes what is built;
with `--check` it changes nothing, and says what is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fargate_kit.learn.chapters import BEGIN, END, GAP, BadSource, Cell, Chapter, read_chapter
from fargate_kit.learn.exercises import exercises
from fargate_kit.learn.slides import slide_files

__all__ = ["BadSource", "Chapter", "build", "main", "read_chapter"]

MAP = "<!-- course map -->"
_MARK = re.compile(rf"^[ \t]*(?:{BEGIN}|{END})\n?", re.MULTILINE)


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
    return replace(cell, source=GAP.sub(r"\1# your code here", cell.source))


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
        f"**Slides.** [To show](slides/{chapter.stem}.html), "
        f"or [as Markdown](slides/{chapter.stem}.md).",
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
        slides = page.parent / "slides"
        chapters = [read_chapter(source) for source in sources]
        wanted |= {slides / name: text for name, text in slide_files(chapters).items()}
    except BadSource as error:
        print(error, file=sys.stderr)
        return 1
    there = {
        *folder.glob("*.ipynb"),
        *(folder / "solutions").glob("*.ipynb"),
        *slides.glob("[0-9][0-9]_*.*"),
    }
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
