"""Takes a picture of every view of the course in a real browser, for the documentation.

`python tests/browser/screenshots.py docs/images/course` writes all of them; names after the folder
choose some.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from course_page import CoursePage, course_page
from course_server import CourseServer, serve_course
from playwright.sync_api import Locator, expect

LARGEST = 120_000
USUAL_SPEED = 200.0
MARGIN = 4
DRAWN = "figure, button, select, input"


def as_it_is(shown: Locator) -> None:
    """Press nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture.

    Attributes:
        name: Of its file.
        notebook: Its number; the solution's, unless the exercises are to be `open`.
        words: In the source of the cell whose output is shown.
        after: In the source of a later cell that is run before; empty is none.
        clicks: What is done to the output before.
        output: Which of the cell's outputs; the last by default.
        speed: Seconds of Fargate in one real second.
    """

    name: str
    notebook: str
    words: str
    after: str = ""
    clicks: Callable[[Locator], None] = as_it_is
    open: bool = False
    output: int = -1
    speed: float = USUAL_SPEED


def open_a_hint(shown: Locator) -> None:
    shown.get_by_text("Hint 1 of 2").click()


def choose_a_size(shown: Locator) -> None:
    shown.get_by_label("CPU units").select_option("1024")
    shown.get_by_label("MiB").select_option("2048")
    shown.get_by_label("Tasks").fill("3")
    shown.get_by_label("Tasks").press("Enter")
    expect(shown.get_by_role("status")).to_contain_text("3 tasks cost")


def run_two_tasks(shown: Locator) -> None:
    for count in ("1 task", "2 task"):
        shown.get_by_role("button", name="Run a task").click()
        shown.locator(f"svg[aria-label^='{count}']").wait_for()
    expect(shown.locator("svg[aria-label^='Life']")).to_have_attribute(
        "aria-label", re.compile("RUNNING$")
    )


def filter_the_log(shown: Locator) -> None:
    expect(shown.locator("figcaption")).to_contain_text("of 120 lines")
    shown.get_by_label("Contains").fill("7")
    shown.get_by_label("Contains").press("Enter")
    expect(shown.locator("figcaption")).to_contain_text("with '7'")


def ask_in_vain(shown: Locator) -> None:
    shown.get_by_label("Action").select_option("ecs:DeleteCluster")
    shown.locator("figcaption", has_text="ecs:DeleteCluster").wait_for()


# Of one notebook in the order of its cells.
SHOTS = (
    Shot(
        name="check-with-hints", notebook="00", words='check("0.2")', clicks=open_a_hint, open=True
    ),
    Shot(name="lab-open", notebook="00", words="Lab.open("),
    Shot(name="check-passed", notebook="00", words='check("0.3")'),
    Shot(name="lab-closed", notebook="00", words="lab.close()"),
    Shot(name="sizes", notebook="01", words="lab.show.sizes(", clicks=choose_a_size),
    Shot(name="revision-diff", notebook="01", words="lab.show.diff("),
    Shot(name="runner", notebook="02", words="lab.show.runner(", clicks=run_two_tasks),
    Shot(name="network", notebook="02", words="lab.show.network()"),
    Shot(name="task-that-cannot-pull", notebook="02", words='started_by="lost"'),
    Shot(name="service", notebook="02", words="shop.create_service("),
    Shot(name="objects", notebook="02", words="lab.show.objects()"),
    Shot(name="log", notebook="03", words="lab.show.log(", clicks=filter_the_log),
    Shot(name="scaling", notebook="04", words="lab.show.scaling(", after='check("4.4")'),
    Shot(name="policy-document", notebook="05", words="lab.show.policy(text)"),
    Shot(name="policy-verdict", notebook="05", words="lab.show.policies(", clicks=ask_in_vain),
    Shot(name="two-roles", notebook="05", words="lab.show.roles("),
    Shot(name="traffic", notebook="06", words="lab.show.traffic(", after='check("6.3")'),
    Shot(name="deployment", notebook="06", words="lab.show.deployment(", output=0, speed=20),
    Shot(name="compose-map", notebook="07", words="fk.compose.convert("),
    Shot(name="compose-steps", notebook="07", words="lab.show.steps(", after='check("7.4")'),
    Shot(name="cost", notebook="08", words="lab.show.cost("),
    Shot(name="scoreboard", notebook="08", words="lab.scoreboard()"),
)


def take(course: CoursePage, server: CourseServer, shots: Sequence[Shot]) -> Iterator[bytes]:
    """Run a notebook once and yield the pictures of it.

    Raises:
        ValueError: A picture is too large for a page.
    """
    first = shots[0]
    (file,) = server.folder.glob(f"{first.notebook}_*.ipynb")
    path = file.name if first.open else f"solutions/{file.name}"
    with course.notebook(path, speed=first.speed):
        for shot in shots:
            shown = course.run_to(shot.words)
            if shot.after:
                course.run_to(shot.after)
            shot.clicks(shown)
            # Whatever is hovered over or focused looks unlike the rest.
            course.page.mouse.move(0, 0)
            course.page.evaluate("() => document.activeElement.blur()")
            picture = _drawn(course, shown.locator(".jp-OutputArea-output").nth(shot.output))
            if len(picture) > LARGEST:
                raise ValueError(f"{shot.name} has {len(picture)} bytes, more than {LARGEST}")
            yield picture


def _drawn(course: CoursePage, output: Locator) -> bytes:
    """Return a picture of what is drawn, without the empty page beside it."""
    output.scroll_into_view_if_needed()
    boxes = [each for part in output.locator(DRAWN).all() if (each := part.bounding_box())]
    left = min(each["x"] for each in boxes) - MARGIN
    top = min(each["y"] for each in boxes) - MARGIN
    right = max(each["x"] + each["width"] for each in boxes) + MARGIN
    bottom = max(each["y"] + each["height"] for each in boxes) + MARGIN
    return course.page.screenshot(
        clip={"x": left, "y": top, "width": right - left, "height": bottom - top},
        animations="disabled",
    )


def main(arguments: Sequence[str]) -> int:
    """Write the pictures; return an exit code."""
    if not arguments:
        print("give the folder that the pictures go to", file=sys.stderr)
        return 2
    folder, chosen = Path(arguments[0]), set(arguments[1:])
    if unknown := chosen - {shot.name for shot in SHOTS}:
        print(f"there is no picture {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    wanted = [shot for shot in SHOTS if not chosen or shot.name in chosen]
    folder.mkdir(parents=True, exist_ok=True)
    with serve_course() as server, course_page(server) as course:
        for _, group in groupby(wanted, key=lambda shot: (shot.notebook, shot.open, shot.speed)):
            shots = list(group)
            for shot, picture in zip(shots, take(course, server, shots), strict=True):
                file = folder / f"{shot.name}.png"
                file.write_bytes(picture)
                print(f"{file} {len(picture)} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
