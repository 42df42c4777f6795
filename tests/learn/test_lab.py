"""The lab: opened twice, closed twice, killed in the middle, and never an error for a learner."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import fargate_kit as fk
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn import progress
from fargate_kit.learn.checking import CHECKS
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.errors import BackgroundWorkFailed, CheckFailed, LabClosed, LeftBehind
from fargate_kit.learn.exercises import HINTS, exercise, exercises
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.reading import task_life
from fargate_kit.learn.switch import (
    BACKEND,
    ENDPOINT,
    SEAT,
    SPEED,
    STRICT,
    backend,
    seated,
    speed_of,
)


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give every test a folder of its own, a fast account, and no settings from outside."""
    for name in (BACKEND, ENDPOINT, SEAT, STRICT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(SPEED, "500")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """Return an open lab, and see that it does not stay open."""
    lab = await Lab.open(chapter=0)
    yield lab
    if not lab._closed:
        await lab.close()


async def test_opening_twice_keeps_the_account(lab: Lab) -> None:
    """Running the first cell again loses nothing of what was made."""
    await lab.aws.create_cluster("kept")
    assert await Lab.open(chapter=0) is lab
    assert [cluster.name async for cluster in lab.aws.clusters()] == ["kept"]


async def test_closing_leaves_nothing_and_may_be_repeated(lab: Lab) -> None:
    """The proof counts what went; a second run of the last cell does no harm."""
    await lab.aws.create_cluster("one")
    await lab.aws.create_log_group("/one")
    assert set(await lab.left()) == {"cluster one", "log group /one"}
    closed = await lab.close()
    assert repr(closed) == "2 deleted, 0 left"
    assert repr(await lab.close()) == "0 deleted, 0 left"
    with pytest.raises(LabClosed):
        await lab.left()


async def test_check_after_closing_says_what_to_do(lab: Lab) -> None:
    """A cell that is run too late gets a clear line, and no error."""
    await lab.close()
    report = await lab.check("0.3")
    assert not report
    assert "run the notebook's first code cell again" in repr(report)


async def test_opening_after_closing_begins_anew(lab: Lab) -> None:
    """The account that comes then is an empty one."""
    await lab.aws.create_cluster("gone")
    await lab.close()
    again = await Lab.open(chapter=0)
    assert again is not lab
    assert await again.left() == ()
    await again.close()


async def test_simulator_that_died_is_told_and_replaced(lab: Lab) -> None:
    """No check hangs or raises when nothing answers; the first cell makes another account."""
    lab.world.close()
    report = await lab.check("0.3")
    assert not report
    assert "nothing answers: run the notebook's first code cell again" in repr(report)
    again = await Lab.open(chapter=0)
    assert again is not lab
    assert repr(await again.close()) == "0 deleted, 0 left"
    with pytest.raises(LabClosed, match="has ended"):
        await lab.close()


async def test_check_lists_what_it_saw_and_why_it_worked(lab: Lab) -> None:
    """First it says what is missing, with hints; then why it worked."""
    report = await lab.check("0.3")
    assert "✘ a cluster named orientation was made — saw never made" in repr(report)
    html = report._repr_html_()
    assert html.count("<details") == HINTS
    assert "<code>create_cluster()</code>" in html
    await (await lab.aws.create_cluster("orientation")).delete()
    report = await lab.check("0.3")
    assert report
    assert "Why it worked" in report._repr_html_()
    assert "<details" not in report._repr_html_()


async def test_check_raises_only_where_it_is_asked_to(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the tests of the solutions a check that does not pass fails the cell."""
    monkeypatch.setenv(STRICT, "1")
    with pytest.raises(CheckFailed, match="not yet"):
        await lab.check("0.3")


async def test_check_that_stumbles_says_over_what(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever state an account is in, a check ends with a report."""

    async def stumble(scene: object) -> AsyncIterator[object]:
        raise KeyError("surprise")
        yield

    monkeypatch.setitem(CHECKS, "0.3", stumble)
    report = await lab.check("0.3")
    assert not report
    assert "KeyError: 'surprise'" in repr(report)


@pytest.mark.parametrize("answer", [None, "six", {}, [1], object()])
async def test_answer_of_any_kind_is_no_error(lab: Lab, answer: object) -> None:
    """A learner may hand anything in; the check says that it is not right."""
    for name in ("0.1", "0.4", "0.5"):
        lab.answer(name, answer)
        assert not await lab.check(name)


async def test_answer_can_be_taken_back(lab: Lab) -> None:
    """The gap of an answer, `...`, is none."""
    lab.answer("0.4", "ACTIVE")
    lab.answer("0.4", ...)
    assert "no answer yet" in repr(await lab.check("0.4"))


async def test_unknown_exercise_is_answered_with_the_known_ones(lab: Lab) -> None:
    """A slip in the number names those of the chapter."""
    with pytest.raises(LookupError, match=r"there are 0\.1, 0\.2"):
        await lab.check("0.9")


async def test_what_the_lab_did_not_make_is_named(lab: Lab) -> None:
    """Closing takes down what the lab has made, and tells what else is there."""
    await lab._owner.create_cluster("foreign")
    with pytest.raises(LeftBehind, match="1 left in the account: cluster foreign"):
        await lab.close()
    assert "closed" in repr(lab)


async def test_failed_panel_fails_the_last_cell(lab: Lab) -> None:
    """Closing takes everything down all the same, and then tells."""

    async def fail() -> None:
        raise OSError("the panel broke")

    lab.show._work().enter(fail)
    await lab.aws.create_cluster("one")
    with pytest.raises(BackgroundWorkFailed, match="the panel broke"):
        await lab.close()


async def test_solved_exercise_is_noted_in_a_learners_folder(lab: Lab, tmp_path: Path) -> None:
    """Where the course was copied to, a passed check leaves a note; elsewhere none."""
    await (await lab.aws.create_cluster("orientation")).delete()
    assert await lab.check("0.3")
    assert os.listdir(tmp_path) == []
    progress.begin(tmp_path)
    assert await lab.check("0.3")
    assert list(progress.solved(tmp_path)) == ["0.3"]


async def test_life_of_a_task_is_told_in_seconds_of_fargate(lab: Lab) -> None:
    """At five hundred times the pace a start still took some twenty seconds of Fargate."""
    cluster = await lab.aws.create_cluster("clock")
    spec = fk.TaskSpec(
        family="clock",
        cpu=256,
        memory=512,
        containers=[fk.ContainerSpec(name="main", image="busybox", command=["sleep", "600"])],
    )
    task = await cluster.run(await lab.aws.register(spec))
    life = task_life(await task.wait_running())
    assert 8 < life.seconds["RUNNING"] < 120


def test_backend_that_is_unknown_is_refused() -> None:
    """There are two, and the error names them."""
    with pytest.raises(fk.ConfigurationError, match="'simulated', or unset, or 'aws'"):
        backend({BACKEND: "azure"})
    assert backend({}) == backend({BACKEND: " Simulated "}) == "simulated"
    assert backend({BACKEND: "AWS"}) == "aws"


@pytest.mark.parametrize("given", ["0", "-1", "fast", "inf", "nan"])
def test_speed_must_be_one(given: str) -> None:
    """A speed that is none is named, with an example."""
    with pytest.raises(fk.ConfigurationError, match="a number above 0, such as 20"):
        speed_of({SPEED: given})


def test_every_exercise_has_its_check_and_hints() -> None:
    """The registry and the checks name the same exercises, and each helps twice."""
    load_checks()
    assert set(CHECKS) == set(exercises())
    for each in exercises().values():
        assert len(each.hints) == HINTS
        assert all(hint.strip() for hint in each.hints)
        assert each.why.strip()
        assert each.minutes > 0
    assert exercise("0.1").chapter == 0


def test_seat_stands_before_every_name() -> None:
    """Two seats in one account make no name twice, and without a seat a name is itself."""
    assert seated("shop", {}) == "shop"
    assert seated("shop", {SEAT: "seat07"}) == "seat07-shop"
    assert seated("/ecs/shop", {SEAT: "seat07"}) == "/seat07-ecs/shop"


@pytest.mark.parametrize("seat", ["7", "Seat", "seat-7", "seat seven", "seat00007"])
def test_seat_that_no_name_may_begin_with_is_refused(seat: str) -> None:
    """The error says what a seat can be."""
    with pytest.raises(ConfigurationError, match="small letters and digits"):
        seated("shop", {SEAT: seat})
