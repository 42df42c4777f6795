"""A real browser, collected only where this folder is named: `make test-browser`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out of a run of all tests: it needs a browser."""
    named = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(HERE in (each, *each.parents) for each in named) else True


@pytest.fixture(scope="session")
def course() -> Iterator[object]:
    """Return one page of a browser, on JupyterLab with a fresh copy of the course."""
    from course_page import course_page
    from course_server import serve_course

    with serve_course() as server, course_page(server) as page:
        yield page


@pytest.fixture(autouse=True)
def nothing_from_elsewhere(course: object) -> Iterator[None]:
    """See after every test that no request left this machine and no script of the page failed."""
    from course_page import CoursePage

    assert isinstance(course, CoursePage)
    course.elsewhere.clear()
    course.troubles.clear()
    yield
    assert course.elsewhere == []
    assert course.troubles == []
