"""The panels of the notebooks, by clicks and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_page import CoursePage
from playwright.sync_api import Locator, expect

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
# Slow enough that what happens can be watched, and clicked while it does.
WATCHED = 20


@contextmanager
def panel(
    course: CoursePage, number: str, words: str, *, speed: float | None = None
) -> Iterator[Locator]:
    """Run a solution up to the cell that has the words, and return what that cell shows.

    Args:
        number: Of the notebook, such as `02`.
        speed: Seconds of Fargate in one real second; None is the server's.
    """
    (file,) = (NOTEBOOKS / "solutions").glob(f"{number}_*.ipynb")
    with course.notebook(f"solutions/{file.name}", speed=speed):
        yield course.run_to(words)


def test_menus_choose_a_size_and_tell_its_price(course: CoursePage) -> None:
    """A pair that Fargate lacks is told with those that go, and one that it has with its price."""
    with panel(course, "01", "lab.show.sizes(") as sizes:
        verdict = sizes.get_by_role("status")
        expect(verdict).to_contain_text("256 CPU units with 512 MiB: a size of Fargate, 1 task")
        sizes.get_by_label("CPU units").select_option("1024")
        expect(verdict).to_contain_text("no size of Fargate; 1024 CPU units take 2048 to 8192")
        sizes.get_by_label("MiB").select_option("2048")
        dear = verdict.text_content()
        sizes.get_by_label("Tasks").fill("3")
        sizes.get_by_label("Tasks").press("Enter")
        expect(verdict).to_contain_text("3 tasks cost $")
        assert dear != verdict.text_content()
        sizes.get_by_label("Fargate Spot").check()
        expect(verdict).to_contain_text("about $")
        assert course.barriers() == []


def test_buttons_run_and_stop_a_task(course: CoursePage) -> None:
    """A click runs a task, which gets an interface; another stops it, and the interface goes."""
    with panel(course, "02", "lab.show.runner(") as runner:
        runner.get_by_role("button", name="Run a task").click()
        life = runner.locator("svg[aria-label^='Life of task']")
        expect(life).to_have_attribute("aria-label", re.compile("now RUNNING$"))
        network = runner.locator("svg[aria-label*='network interface']")
        expect(network).to_have_attribute("aria-label", re.compile("^1 task network interface "))
        runner.get_by_role("button", name="Stop the newest").click()
        expect(life).to_have_attribute("aria-label", re.compile("now STOPPED$"))
        expect(network).to_have_attribute("aria-label", re.compile("^0 task network interfaces "))
        assert course.barriers() == []


def test_button_keeps_the_keyboard_while_its_task_starts(course: CoursePage) -> None:
    """Whoever works by keys presses again without looking for the button: each press is a task."""
    with panel(course, "02", "lab.show.runner(", speed=WATCHED) as runner:
        button = runner.get_by_role("button", name="Run a task")
        button.focus()
        for count in ("1 task network interface ", "2 task network interfaces "):
            course.page.keyboard.press("Enter")
            network = runner.locator("svg[aria-label*='network interface']")
            expect(network).to_have_attribute("aria-label", re.compile(f"^{count}"))
            assert course.focused() == "Run a task"


def test_filter_and_pause_of_the_log(course: CoursePage) -> None:
    """Typing goes on while lines come; a pause holds the picture still, and no line is lost."""
    with panel(course, "03", "lab.show.log(", speed=WATCHED) as log:
        caption = log.locator("figcaption")
        expect(caption).to_contain_text(re.compile(r": \d+ of [1-9]\d* lines$"))
        log.get_by_label("Contains").focus()
        course.page.keyboard.type("7")
        expect(caption).to_contain_text(re.compile(r"of \d+ lines with '7'$"))
        rows = log.get_by_role("log")
        expect(rows).to_contain_text("tick 17")
        expect(rows).not_to_contain_text("tick 16")
        assert course.focused() == "Contains"
        log.get_by_role("button", name="Pause").click()
        still = caption.text_content() or ""
        course.execute("await aws.clock.sleep(10)")
        expect(caption).to_have_text(still)
        log.get_by_role("button", name="Pause").click()
        expect(caption).not_to_have_text(still)
        course.execute("await aws.clock.sleep(150)")
        expect(caption).to_contain_text("of 120 lines with '7'")
        assert course.barriers() == []


def test_log_shows_its_end(course: CoursePage) -> None:
    """What was written last is in sight without scrolling, however many lines there are."""
    with panel(course, "03", "lab.show.log(") as log:
        expect(log.locator("figcaption")).to_contain_text("120 of 120 lines")
        expect(log.get_by_role("log")).to_contain_text("tick 120")
        assert log.get_by_role("log").evaluate(
            "it => { const box = it.getBoundingClientRect(); const range = document.createRange();"
            "range.selectNodeContents(it); const rows = range.getClientRects();"
            "return rows[rows.length - 1].bottom <= box.bottom + 1; }"
        )


def test_hints_open_and_close_by_key(course: CoursePage) -> None:
    """A hint is told only to whoever opens it."""
    with course.notebook("00_find_your_way.ipynb"):
        report = course.run_to('lab.check("0.2")')
        hint = report.get_by_text("Hint 1 of 2")
        told = report.get_by_text("The check's list is the task")
        expect(told).to_be_hidden()
        hint.focus()
        course.page.keyboard.press("Enter")
        expect(told).to_be_visible()
        course.page.keyboard.press("Enter")
        expect(told).to_be_hidden()


def test_dial_gives_a_service_its_load(course: CoursePage) -> None:
    """A number or a button sets it; the picture says so, and adds no task by itself."""
    with panel(course, "04", "lab.show.scaling(") as scaling:
        dial = scaling.get_by_label("Load in %")
        expect(dial).to_have_value("95")
        dial.fill("140")
        dial.press("Enter")
        expect(scaling.locator("figure")).to_contain_text("140")
        course.execute("assert lab.world.load(service).cpu == 140")
        scaling.get_by_role("button").first.click()
        expect(dial).not_to_have_value("140")
        course.execute("assert lab.world.load(service).cpu == panel.load.value")
        assert course.barriers() == []


def test_menus_ask_policies(course: CoursePage) -> None:
    """Another action gets another verdict, and the menu keeps the keyboard's focus."""
    with panel(course, "05", "lab.show.policies(") as policies:
        action = policies.get_by_label("Action")
        action.focus()
        action.select_option("ecs:DeleteCluster")
        expect(policies.locator("figcaption")).to_contain_text("ecs:DeleteCluster")
        expect(policies.locator("figure")).to_contain_text("denied")
        assert course.focused() == "Action"
        action.select_option("ecs:DescribeTasks")
        expect(policies.locator("figcaption")).to_contain_text("ecs:DescribeTasks")
        expect(policies.locator("figure")).not_to_contain_text("denied")
        policies.get_by_role("button", name="Read again").click()
        expect(policies.get_by_role("alert")).to_have_count(0)
        assert course.barriers() == []


def test_visitor_sends_requests(course: CoursePage) -> None:
    """A click sends as many as the field says, another keeps sending, and a third counts anew."""
    with panel(course, "06", "lab.show.traffic(") as traffic:
        course.run_to('lab.check("6.2")')
        traffic.get_by_label("Requests").fill("12")
        traffic.get_by_label("Requests").press("Enter")
        traffic.get_by_role("button", name="Send them").click()
        expect(traffic.locator("figcaption")).to_contain_text("12 requests")
        traffic.get_by_role("button", name="Keep sending").click()
        expect(traffic.locator("figcaption")).not_to_contain_text("12 requests")
        traffic.get_by_role("button", name="Keep sending").click()
        course.execute("await aws.clock.sleep(60)")
        traffic.get_by_role("button", name="Count anew").click()
        expect(traffic.locator("figcaption")).not_to_contain_text("requests")
        assert course.barriers() == []
