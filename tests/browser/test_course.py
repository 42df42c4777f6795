"""Every notebook in a real browser: it runs to its end, asks nobody, and anybody can read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from course_page import CoursePage

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STEMS = sorted(path.stem for path in (NOTEBOOKS / "src").glob("*.py"))


def verdicts(course: CoursePage) -> set[str]:
    """Return how the checks of a notebook ended."""
    lines = [cell.said.partition("\n")[0] for cell in course.cells() if "check" in cell.tags]
    return {line.rpartition(": ")[2].partition(",")[0] for line in lines}


@pytest.mark.parametrize("stem", STEMS)
def test_solution_runs_to_its_end(course: CoursePage, stem: str) -> None:
    """Every check passes, nothing is left, and axe finds nothing serious in what is shown."""
    with course.notebook(f"solutions/{stem}.ipynb"):
        # Its value as well as the outputs: a failed task group leaves no error among them.
        assert course.run_all(), course.errors()
        assert course.errors() == []
        assert verdicts(course) == {"passed"}
        assert course.cells()[-2].said.endswith("0 left")
        assert course.outputs.locator("figure").count() > len(verdicts(course))
        assert course.barriers() == []
        with course.dark():
            assert course.barriers() == []


# tests/notebooks runs all of them, without a browser.
@pytest.mark.parametrize("stem", [STEMS[0], STEMS[-1]])
def test_learners_notebook_runs_to_its_end(course: CoursePage, stem: str) -> None:
    """With every gap open each check says so, with its hints, and the last cell is reached."""
    with course.notebook(f"{stem}.ipynb"):
        assert course.run_all(), course.errors()
        assert course.errors() == []
        assert verdicts(course) == {"not yet"}
        assert course.cells()[-2].said.endswith("0 left")
        assert course.barriers() == []
