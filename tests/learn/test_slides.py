"""The slides: made of the notebooks' own words, few enough, and whole without a network."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("jupytext")

from fargate_kit.learn.building import main
from fargate_kit.learn.chapters import BadSource, Cell, Chapter, read_chapter
from fargate_kit.learn.exercises import exercises
from fargate_kit.learn.slides import MOST_SLIDES, slide_files, slides_of

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "notebooks" / "src").glob("*.py"))
STEMS = [source.stem for source in SOURCES]
VOID = {"meta", "br", "hr", "rect", "path"}
EVIL = "<script>alert('x')</script><img src=x>"


class Page(HTMLParser):
    """Reads a page: what is open, what has an address, which headings and sections there are."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.named: list[str | None] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] or "" for name in ("href", "src") if name in given]
        if tag == "section":
            self.named.append(given.get("aria-labelledby"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag


def chapter_of(stem: str) -> Chapter:
    return read_chapter(ROOT / "notebooks" / "src" / f"{stem}.py")


@pytest.mark.parametrize("stem", STEMS)
def test_slides_are_few_and_say_what_the_notebook_says(stem: str) -> None:
    """Every exercise, objective and key point is on them, and no slide is empty."""
    chapter = chapter_of(stem)
    slides = slides_of(chapter)
    assert 5 <= len(slides) <= MOST_SLIDES
    assert all(slide.body or slide.picture for slide in slides)
    text = slide_files([chapter])[f"{stem}.md"]
    for name in chapter.checked:
        assert f"| {name} | {exercises()[name].title} |" in text
    for words in (*chapter.header["objectives"], *chapter.header["keypoints"]):
        assert words in text
    assert chapter.header["stall"] in text
    assert text.count("\n---\n") == len(slides) - 1
    assert "course map" not in text
    assert "](" not in text


@pytest.mark.parametrize("stem", STEMS)
def test_page_is_whole_and_asks_nobody(stem: str) -> None:
    """Every element is closed, every slide has a name, and nothing in the page has an address."""
    chapter = chapter_of(stem)
    html = slide_files([chapter])[f"{stem}.html"]
    page = Page(html)
    assert page.open == []
    assert page.addresses == []
    assert not {*page.tags} & {"img", "link", "iframe", "object", "base"}
    assert page.tags.count("script") == 1
    assert len(page.named) == page.tags.count("h1") == len(slides_of(chapter))
    assert all(f'id="{name}"' in html for name in page.named)
    assert "default-src 'none'" in html
    assert not re.search(r"url\(|@import|https?://", html)


def test_same_source_gives_the_same_slides() -> None:
    """A build without a change is no diff."""
    chapters = [read_chapter(source) for source in SOURCES]
    assert slide_files(chapters) == slide_files(chapters)


def test_markup_in_a_source_is_shown_and_not_obeyed() -> None:
    """What looks like HTML in a title or a text stays text."""
    chapter = chapter_of(STEMS[0])
    header = {**chapter.header, "title": EVIL, "do": EVIL, "keypoints": [EVIL], "ask": EVIL}
    html = slide_files([replace(chapter, header=header)])[f"{STEMS[0]}.html"]
    page = Page(html)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert "&lt;img src=x&gt;" in html


def test_link_to_a_notebook_becomes_its_words() -> None:
    """Slides lie elsewhere than notebooks: a link would lead to nothing."""
    chapter = chapter_of(STEMS[0])
    words = "## Problem\n\nSee [chapter 2](02_reach_a_task.ipynb).\n\n**Solution.** Look."
    others = [cell for cell in chapter.cells if "## Problem" not in cell.source]
    changed = replace(chapter, cells=(Cell(kind="markdown", source=words), *others))
    text = slide_files([changed])[f"{STEMS[0]}.md"]
    assert "See chapter 2." in text


def test_chapter_with_too_much_is_refused() -> None:
    """More than ten slides is a mistake in the source, and named as such."""
    chapter = chapter_of(STEMS[0])
    problem = Cell(kind="markdown", source="## Problem\n\nOne.\n\n**Solution.** Two.")
    with pytest.raises(BadSource, match="at most 10"):
        slides_of(replace(chapter, cells=(*chapter.cells, problem, problem)))


def test_questions_are_those_of_predictions_alone() -> None:
    """What another exercise asks is not asked before anything is run."""
    slides = {slide.title: slide.body for slide in slides_of(chapter_of("02_reach_a_task"))}
    asked = slides["Before you run it"]
    assert "**2.2 Spread three tasks.** How many interfaces do three tasks have?" in asked
    assert "2.3" not in asked


def test_building_writes_slides_and_finds_what_is_stale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edited slide is told by `--check` and mended by a build; a leftover one goes."""
    folder, slides = tmp_path / "notebooks", tmp_path / "slides"
    (folder / "src").mkdir(parents=True)
    for source in SOURCES:
        (folder / "src" / source.name).write_bytes(source.read_bytes())
    arguments = [str(folder), str(tmp_path / "page.md")]
    assert main(arguments) == 0
    assert len(list(slides.iterdir())) == 2 * len(SOURCES)
    assert f"slides/{STEMS[0]}.html" in (tmp_path / "page.md").read_text(encoding="utf-8")
    (slides / f"{STEMS[0]}.md").write_text("mine", encoding="utf-8")
    (slides / "99_old.html").write_text("old", encoding="utf-8")
    capsys.readouterr()
    assert main(["--check", *arguments]) == 1
    told = capsys.readouterr().err
    assert f"{STEMS[0]}.md" in told
    assert "99_old.html" in told
    assert main(arguments) == 0
    assert main(["--check", *arguments]) == 0
    assert not (slides / "99_old.html").exists()
