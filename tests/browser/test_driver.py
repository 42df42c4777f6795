"""What the other tests of this folder would not see, they could not fail for."""

from __future__ import annotations

import json

import pytest
from course_page import CoursePage

CELLS = (
    "1 + 1",
    "import ipywidgets\nipywidgets.Play()",
    "from IPython.display import HTML\n"
    'HTML(\'<p style="color:#fff;background:#fff">of no colour</p>'
    '<p style="color:#bbb;background:#fff">hardly seen</p>\')',
    'HTML(\'<img alt="" src="http://elsewhere.invalid/x.png">\')',
    "import anyio\nasync with anyio.create_task_group() as group:\n"
    "    group.start_soon(anyio.Path('/no/such').read_text)",
)


@pytest.fixture
def made(course: CoursePage) -> str:
    """Return a notebook that does what none of the course may do."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(CELLS)
    ]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (course.folder / "made.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return "made.ipynb"


def test_driver_sees_what_it_is_there_for(course: CoursePage, made: str) -> None:
    """An error without an output, a request to elsewhere, no name on a control, words unseen."""
    with course.notebook(made):
        course.run_to("Play")
        course.page.locator(".jp-OutputArea .widget-play").wait_for()
        assert [line for line in course.barriers() if line.startswith("button-name")]
        course.run_to("hardly seen")
        unseen = [line for line in course.barriers() if line.startswith("color-contrast")]
        assert any("of no colour" in line for line in unseen)
        assert any("hardly seen" in line for line in unseen)
        course.run_to("elsewhere")
        course.outputs.locator("img").wait_for(state="attached")
        assert not course.run_all()
        assert course.errors() == []
    assert set(course.elsewhere) == {"http://elsewhere.invalid/x.png"}
    course.elsewhere.clear()
