"""A learner's notebook put right up to an exercise, from which the rest can be done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_kit.cli.app import run
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn import progress
from fargate_kit.learn.building import read_chapter
from fargate_kit.learn.course import copy_course, notebook, notebooks
from fargate_kit.learn.rescue import rescue

ROOT = Path(__file__).parents[2]
CASES = [(each.chapter, name) for each in notebooks() for name in each.exercises]


def sources(file: Path) -> dict[str, str]:
    """Return the source of every cell by its id."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def answers(file: Path) -> list[str]:
    """Return what stands in the cells of the exercises, in their order."""
    cells: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return [
        "".join(cell["source"]) for cell in cells if "exercise" in cell["metadata"].get("tags", ())
    ]


@pytest.mark.parametrize(("chapter", "name"), CASES)
def test_exercises_before_are_solved_and_the_others_open(
    tmp_path: Path, chapter: int, name: str
) -> None:
    """Whatever the exercise, what is above it is the solution's, and the rest is the learner's."""
    copy_course(tmp_path)
    shipped = notebook(str(chapter))
    solution = shipped.file.parent / "solutions" / shipped.file.name
    rescued = rescue(tmp_path, f"{chapter:02}", name)
    place = shipped.exercises.index(name)
    assert rescued.solved == shipped.exercises[:place]
    assert answers(rescued.file) == answers(solution)[:place] + answers(shipped.file)[place:]
    assert sources(rescued.file).keys() >= sources(shipped.file).keys()


def test_rescue_keeps_what_the_learner_wrote_and_solved(tmp_path: Path) -> None:
    """The own notebook goes to where `learn reset` puts it, and no note of progress is lost."""
    copy_course(tmp_path)
    progress.note(tmp_path, "2.1")
    own = tmp_path / notebook("02").file.name
    own.write_text("mine", encoding="utf-8")
    rescued = rescue(tmp_path, "2", "2.3")
    assert rescued.kept == tmp_path / "02_reach_a_task.kept-1.ipynb"
    assert rescued.kept.read_text(encoding="utf-8") == "mine"
    assert list(progress.solved(tmp_path)) == ["2.1"]
    own.unlink()
    assert rescue(tmp_path, "2", "2.3").kept is None
    assert json.loads(own.read_text(encoding="utf-8"))["nbformat"] == 4


@pytest.mark.parametrize(
    ("number", "name", "told"),
    [
        ("02", "5.4", "notebook 02 has no exercise '5.4'; it has 2.1, 2.2"),
        ("02", "", "it has 2.1, 2.2"),
        ("02", "2.99", "it has 2.1, 2.2"),
        ("99", "9.1", "there is no notebook '99'; there are 00, 01"),
    ],
)
def test_wrong_id_is_answered_with_the_right_ones(
    tmp_path: Path, number: str, name: str, told: str
) -> None:
    """Nothing is written, and nothing is moved."""
    copy_course(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ConfigurationError) as caught:
        rescue(tmp_path, number, name)
    assert told in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_folder_that_is_no_learners_is_refused(tmp_path: Path) -> None:
    """Neither a folder that is not there nor the installed course is written to."""
    with pytest.raises(ConfigurationError, match="`fargate-kit learn` makes it"):
        rescue(tmp_path / "none", "02", "2.3")
    with pytest.raises(ConfigurationError, match="holds the course itself"):
        rescue(notebook("02").file.parent, "02", "2.3")


def test_rescue_tells_the_way_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People read what to press; programs get the facts; a slip ends with status 1."""
    copy_course(tmp_path)
    place = ["--folder", str(tmp_path)]
    assert run(["learn", "rescue", "02", "--from", "2.3", *place]) == 0
    told = capsys.readouterr().out
    assert "is solved up to 2.3: 2.1, 2.2" in told
    assert "your own is now" in told
    assert "Restart Kernel and Run up to Selected Cell" in told
    assert run(["learn", "rescue", "02", "--from", "2.1", "--json", *place]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts == {
        "notebook": str(tmp_path / "02_reach_a_task.ipynb"),
        "kept": str(tmp_path / "02_reach_a_task.kept-2.ipynb"),
        "from": "2.1",
        "solved": [],
    }
    assert run(["learn", "rescue", "02", "--from", "7.1", *place]) == 1
    assert "it has 2.1, 2.2" in capsys.readouterr().err


@pytest.mark.parametrize("source", sorted((ROOT / "notebooks" / "src").glob("*.py")))
def test_page_for_the_stuck_knows_every_chapter(source: Path) -> None:
    """Each chapter has a section there, with the words of its own header on where people stall."""
    chapter = read_chapter(source)
    page = (ROOT / "docs" / "instructors" / "rescue.md").read_text(encoding="utf-8")
    _, _, section = page.partition(f"## {chapter.stem[:2]} {chapter.title}\n")
    section = section.partition("\n## ")[0]
    assert f"**Where people stall.** {chapter.header['stall']}\n" in section
    assert section.count("\n| ") > 3
