"""The pipeline: the same sources give the same bytes, and a source that is not whole is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("jupytext")

from fargate_kit.learn.building import BadSource, build, instructors_page, main, read_chapter

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "notebooks" / "src").glob("*.py"))


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """Return a copy of the first source with one thing changed."""
    text = SOURCES[0].read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / SOURCES[0].name
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_what_is_committed_is_what_the_sources_make(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody edits a built notebook, and nobody forgets to build."""
    page = ROOT / "docs" / "instructors" / "course.md"
    assert main(["--check", str(ROOT / "notebooks"), str(page)]) == 0, capsys.readouterr().err


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Ids are positions, so that a build is no diff; a second one writes nothing."""
    assert build(SOURCES) == build(SOURCES)
    folder = tmp_path / "notebooks"
    (folder / "src").mkdir(parents=True)
    for source in SOURCES:
        (folder / "src" / source.name).write_bytes(source.read_bytes())
    (folder / "99_old.ipynb").write_text("{}", encoding="utf-8")
    arguments = [str(folder), str(tmp_path / "page.md")]
    assert main(["--check", *arguments]) == 1
    assert main(arguments) == 0
    assert not (folder / "99_old.ipynb").exists()
    assert main(["--check", *arguments]) == 0


def test_learner_gets_gaps_where_solutions_are() -> None:
    """No mark and no solution is left to the learner; in the solution nothing is missing."""
    built = build(SOURCES)
    for source in SOURCES:
        learner = json.loads(built[f"{source.stem}.ipynb"])
        solution = json.loads(built[f"solutions/{source.stem}.ipynb"])
        gaps = 0
        for cell in [*learner["cells"], *solution["cells"]]:
            assert "SOLUTION" not in "".join(cell["source"])
        told = [
            each for each in solution["cells"] if "solution" not in each["metadata"].get("tags", ())
        ]
        for mine, theirs in zip(learner["cells"], told, strict=True):
            assert mine["id"] == theirs["id"]
            if mine["source"] != theirs["source"]:
                assert mine["source"] == ["# your code here"]
                gaps += 1
        assert gaps == len(learner["metadata"]["fargate_kit"]["exercises"])


def test_every_notebook_has_the_form_of_a_chapter() -> None:
    """Five to seven exercises; a problem, something to see, to break, then and now, a close."""
    for source in SOURCES:
        chapter = read_chapter(source)
        text = "\n".join(cell.source for cell in chapter.cells)
        assert 5 <= len(chapter.checked) <= 7
        for heading in ("## Problem", "## Predict", "## Break it", "## Then and now", "## Close"):
            assert heading in text, f"{source.name} lacks {heading}"
        assert "## See it" in text
        assert "## Do it" in text
        code = [cell for cell in chapter.cells if cell.kind == "code"]
        # A document that is given to read, such as a policy, may be longer than a program.
        assert max(len(cell.source.splitlines()) for cell in code) <= 28


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("### END SOLUTION", "", "do not pair"),
        ('# %% tags=["check"]', '# %% tags=["see"]', "without a check after it"),
        ('# %% tags=["check"]', '# %% tags=["chekc"]', "unknown tags: chekc"),
        ('lab.check("0.2")', 'lab.check("0.9")', "exercises.toml has"),
        ("# chapter: 0", "# chapter: 3", "the header says chapter 3"),
        ("# live_cost:", "# cost:", "the header lacks live_cost"),
        ('tags=["header"]', 'tags=["see"]', "the first cell is to be raw"),
        ('# %% tags=["close"]', '# %% tags=["see"]', "no cell is tagged close"),
    ],
)
def test_source_that_is_not_whole_is_refused(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    """The message names the file and what is wrong with it."""
    with pytest.raises(BadSource, match=complaint) as caught:
        read_chapter(changed(tmp_path, old, new))
    assert SOURCES[0].name in str(caught.value)


def test_instructors_page_adds_the_minutes_up() -> None:
    """The table is made of the headers."""
    page = instructors_page(SOURCES)
    minutes = sum(sum(read_chapter(source).minutes) for source in SOURCES)
    assert f"| {minutes} min |" in page
    for source in SOURCES:
        assert f"## {source.stem[:2]} {read_chapter(source).title}" in page
