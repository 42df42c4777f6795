"""A learner's own copy of the course, and the command that opens it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from fargate_kit.cli.app import run
from fargate_kit.errors import ConfigurationError
from fargate_kit.learn import course, progress
from fargate_kit.learn.course import copy_course, lab_command, notebook, notebooks, reset
from fargate_kit.learn.exercises import exercises


def test_course_lists_every_exercise_once() -> None:
    """What the notebooks check is what the registry has, in its order."""
    assert [name for each in notebooks() for name in each.exercises] == list(exercises())


def test_copying_leaves_alone_what_is_there(tmp_path: Path) -> None:
    """Whoever opens the course again finds it as it was left; what is new is added."""
    copied = copy_course(tmp_path)
    assert len(copied) == 2 * len(notebooks())
    own = tmp_path / notebooks()[0].file.name
    own.write_text("mine", encoding="utf-8")
    (tmp_path / notebooks()[1].file.name).unlink()
    assert copy_course(tmp_path) == (tmp_path / notebooks()[1].file.name,)
    assert own.read_text(encoding="utf-8") == "mine"
    assert progress.solved(tmp_path) == {}


def test_copying_onto_the_course_itself_is_refused() -> None:
    """The installed files are nobody's exercise book."""
    with pytest.raises(ConfigurationError, match="holds the course itself"):
        copy_course(notebooks()[0].file.parent)


def test_resetting_keeps_what_the_learner_wrote(tmp_path: Path) -> None:
    """A fresh notebook takes the place, the old one stays beside it, and its notes are gone."""
    copy_course(tmp_path)
    progress.note(tmp_path, "1.1")
    progress.note(tmp_path, "2.1")
    own = tmp_path / notebook("01").file.name
    own.write_text("mine", encoding="utf-8")
    fresh, kept = reset(tmp_path, "01")
    assert kept is not None
    assert fresh == own
    assert fresh.read_bytes() == notebook("1").file.read_bytes()
    assert kept.read_text(encoding="utf-8") == "mine"
    assert list(progress.solved(tmp_path)) == ["2.1"]
    _, second = reset(tmp_path, "1")
    assert second is not None
    assert second != kept


@pytest.mark.parametrize("number", ["99", "one", "", "-1"])
def test_notebook_that_is_not_there_is_answered_with_those_that_are(number: str) -> None:
    """A slip in the number gets a clear line."""
    with pytest.raises(ConfigurationError, match="there are 00, 01"):
        notebook(number)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"solved": 3}', "\x00", '{"solved": {"1.1": 3}}']
)
def test_progress_that_cannot_be_read_is_no_trouble(tmp_path: Path, text: str) -> None:
    """A broken file of notes is taken for what can be read of it, and written anew."""
    (tmp_path / progress.FILE).write_text(text, encoding="utf-8")
    progress.note(tmp_path, "0.1")
    assert "0.1" in progress.solved(tmp_path)


def test_jupyter_listens_here_and_asks_nobody(tmp_path: Path) -> None:
    """Loopback only, with its token, without news, updates or an extension catalogue."""
    command, _ = lab_command(tmp_path, port=8899, browser=False)
    assert "--ServerApp.ip=127.0.0.1" in command
    assert "--ServerApp.port=8899" in command
    assert "--no-browser" in command
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert "--LabApp.news_url=None" in command
    assert "--LabApp.extension_manager=readonly" in command
    assert any(each.endswith("NeverCheckForUpdate") for each in command)
    assert not any("token" in each or "password" in each for each in command)


def test_missing_jupyterlab_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is one line, and nothing is copied."""
    monkeypatch.setattr(course, "find_spec", lambda name: None)
    folder = tmp_path / "mine"
    assert run(["learn", "--folder", str(folder)]) == 1
    assert "pip install 'fargate-kit[learn]'" in capsys.readouterr().err
    assert not folder.exists()


def test_learn_copies_and_becomes_jupyterlab(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One command does the copying and opens the first notebook."""
    started: list[list[str]] = []

    def instead(program: str, command: list[str], environment: dict[str, str]) -> None:
        started.append(command)
        raise SystemExit(0)

    monkeypatch.setattr("os.execve", instead)
    monkeypatch.setattr(subprocess, "call", lambda command, env: instead("", command, env))
    assert run(["learn", "--folder", str(tmp_path), "--no-browser"]) == 0
    assert "--LabApp.default_url=/lab/tree/00_find_your_way.ipynb" in started[0]
    assert (tmp_path / "00_find_your_way.ipynb").exists()


def test_learn_list_and_progress_tell_facts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both print for people, and with --json for programs."""
    copy_course(tmp_path)
    progress.note(tmp_path, "0.1")
    assert run(["learn", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed[0]["number"] == "00"
    assert run(["learn", "progress", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "00  Find your way: 1 of 6" in told
    assert "[x] 0.1 Await an answer" in told
    assert run(["learn", "progress", "--folder", str(tmp_path), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["solved"]) == ["0.1"]


def test_learn_reset_tells_where_the_own_one_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that was written is lost; a folder that is not there is named."""
    copy_course(tmp_path)
    assert run(["learn", "reset", "02", "--folder", str(tmp_path)]) == 0
    assert "02_reach_a_task.kept-1.ipynb" in capsys.readouterr().out
    missing = os.fspath(tmp_path / "none")
    assert run(["learn", "reset", "02", "--folder", missing]) == 1
    assert "`fargate-kit learn` makes it" in capsys.readouterr().err
