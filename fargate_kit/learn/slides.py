"""Makes the slides of each chapter from its notebook: Markdown, and a page that shows them.

Nothing is written twice: what a slide says is what the notebook and its exercises say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fargate_kit.learn.chapters import BadSource, Chapter
from fargate_kit.learn.exercises import exercises
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.slide_page import slide_page
from fargate_kit.learn.slide_pictures import slide_picture

__all__ = ["MOST_SLIDES", "Slide", "slide_files", "slides_of"]

MOST_SLIDES = 10
# A link of a notebook leads to another notebook, which is not beside the slides.
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_HEADING = re.compile(r"^(#{2,3}) +(.+)$", re.MULTILINE)
# A full stop ends a sentence if a capital, a mark of code or nothing follows.
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z`*\"])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """One slide.

    Attributes:
        body: Markdown.
        notes: For whoever speaks; Markdown too.
        picture: What is shown below the body.
    """

    title: str
    body: str
    notes: str = ""
    picture: Picture | None = None


def slide_files(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the text of every file of slides by its name: one in Markdown, one to be shown.

    Raises:
        BadSource: A chapter has more slides than anybody looks at.
    """
    files = {}
    for chapter in chapters:
        slides = slides_of(chapter)
        files[f"{chapter.stem}.md"] = _markdown(chapter, slides)
        files[f"{chapter.stem}.html"] = slide_page(
            f"{chapter.stem[:2]} {chapter.title}",
            [(each.title, each.body, each.notes, each.picture) for each in slides],
        )
    return files


def slides_of(chapter: Chapter) -> list[Slide]:
    """Return the slides of a chapter, at most ten.

    Raises:
        BadSource: There are more.
    """
    sections = _sections(chapter)
    slides = [_first(chapter), *_problem(sections), _objectives(chapter)]
    slides += _picture(chapter)
    slides += _predictions(chapter, sections)
    slides += _breaking(sections)
    slides += [_exercises(chapter), *_then_and_now(sections), _keep(chapter)]
    if len(slides) > MOST_SLIDES:
        raise BadSource(f"{chapter.stem}: {len(slides)} slides; at most {MOST_SLIDES}")
    return slides


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A heading of the notebook with the words below it, up to the next."""

    level: int
    heading: str
    words: str


def _sections(chapter: Chapter) -> list[_Section]:
    found: list[_Section] = []
    for cell in chapter.cells:
        if cell.kind == "markdown" and not cell.tags & {"instructor", "solution"}:
            found += _sections_of(_LINK.sub(r"\1", cell.source))
    return found


def _sections_of(text: str) -> Iterator[_Section]:
    headings = list(_HEADING.finditer(text))
    ends = [each.start() for each in headings[1:]]
    for each, end in zip(headings, [*ends, len(text)], strict=False):
        yield _Section(
            level=len(each[1]), heading=each[2].strip(), words=text[each.end() : end].strip()
        )


def _first(chapter: Chapter) -> Slide:
    teaching, doing = chapter.minutes
    return Slide(
        title=f"{chapter.stem[:2]} {chapter.title}",
        body=f"{chapter.header['do']}\n\n{teaching + doing} minutes, "
        f"{len(chapter.checked)} exercises.",
        notes=f"{teaching} minutes to show, {doing} to work. "
        f"On live AWS: {chapter.header['live_cost']}.",
    )


def _problem(sections: Sequence[_Section]) -> Iterator[Slide]:
    for section in sections:
        if section.heading == "Problem":
            problem, _, solution = section.words.partition("**Solution.**")
            yield Slide(title="The problem", body=problem.strip())
            if solution:
                first, *rest = solution.strip().split("\n\n")
                told = [each for each in rest if not each.endswith((":", "-->"))]
                yield Slide(title="The solution", body=first, notes="\n\n".join(told))


def _objectives(chapter: Chapter) -> Slide:
    return Slide(title="What you will be able to do", body=_bullets(chapter.header["objectives"]))


def _picture(chapter: Chapter) -> Iterator[Slide]:
    found = slide_picture(chapter.number)
    if found is not None:
        title, picture = found
        yield Slide(title=title, body="", picture=picture)


def _predictions(chapter: Chapter, sections: Sequence[_Section]) -> Iterator[Slide]:
    """Yield a slide with what is asked before anything is run."""
    asked = []
    under = ""
    for section in sections:
        under = section.heading if section.level == 2 else under
        number = re.match(r"Exercise ([0-9.]+)", section.heading)
        if number is None or number[1] not in chapter.checked:
            continue
        title = exercises()[number[1]].title
        if under.startswith("Predict") or title.startswith("Predict"):
            said = _sentences(section.words)
            questions = [each for each in said if each.endswith("?")] or said[:1]
            asked.append(f"**{number[1]} {title}.** {' '.join(questions[:2])}".strip())
    if asked:
        notes = "Collect the predictions, on paper or by hands, before anybody runs a cell."
        yield Slide(title="Before you run it", body=_bullets(asked), notes=notes)


def _breaking(sections: Sequence[_Section]) -> Iterator[Slide]:
    broken = [
        f"**{_capital(section.heading.partition(':')[2].strip())}.** "
        f"{' '.join(_sentences(section.words)[:2])}"
        for section in sections
        if section.heading.startswith("Break it")
    ]
    if broken:
        yield Slide(
            title="What we break",
            body=_bullets(broken),
            notes="Let the error stand on the screen, and ask what it says before you go on.",
        )


def _exercises(chapter: Chapter) -> Slide:
    known = exercises()
    rows = [
        f"| {name} | {known[name].title} | {known[name].minutes} min |" for name in chapter.checked
    ]
    notes = [cell.source for cell in chapter.cells if "instructor" in cell.tags]
    stall = f"**Where people stall.** {chapter.header['stall']}"
    return Slide(
        title="Your turn",
        body="\n".join(["| no. | exercise | time |", "|---|---|---|", *rows]),
        notes="\n\n".join([stall, *notes]),
    )


def _then_and_now(sections: Sequence[_Section]) -> Iterator[Slide]:
    for section in sections:
        if section.heading == "Then and now":
            table, _, practice = section.words.partition("**In practice.**")
            yield Slide(title="Then and now", body=table.strip(), notes=practice.strip())


def _keep(chapter: Chapter) -> Slide:
    return Slide(
        title="What to keep",
        body=_bullets(chapter.header["keypoints"]),
        notes=f"**Ask.** {chapter.header['ask']}",
    )


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _sentences(words: str) -> list[str]:
    """Return the sentences of the running text, without tables and lists."""
    plain = [
        part
        for part in words.split("\n\n")
        if part and not part.lstrip().startswith(("|", "- ", "```", "!"))
    ]
    flat = " ".join(" ".join(part.split()) for part in plain)
    return _SENTENCE.split(flat) if flat else []


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _markdown(chapter: Chapter, slides: Sequence[Slide]) -> str:
    parts = [
        f"<!-- Built from notebooks/src/{chapter.stem}.py by `make notebooks`: edit that. -->",
    ]
    for number, slide in enumerate(slides):
        parts.append(f"{'#' if number == 0 else '##'} {slide.title}")
        if slide.body:
            parts.append(slide.body)
        if slide.picture is not None:
            parts.append(f"```text\n{slide.picture.text}\n```")
        if slide.notes:
            quoted = "\n".join(f"> {line}".rstrip() for line in slide.notes.splitlines())
            parts.append(f"> **To say.**\n>\n{quoted}")
        if number < len(slides) - 1:
            parts.append("---")
    return "\n\n".join(parts) + "\n"
