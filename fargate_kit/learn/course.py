"""The notebooks as they are installed, and a learner's own copy of them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from fargate_kit.errors import ConfigurationError
from fargate_kit.learn import progress

__all__ = [
    "Notebook",
    "check_folder",
    "copy_course",
    "lab_command",
    "notebook",
    "notebooks",
    "put_aside",
    "reset",
    "write_notebook",
]

# Where the notebooks are: in an installed package, and in a checkout.
_PLACES = (files("fargate_kit") / "notebooks", files("fargate_kit") / ".." / "notebooks")
# What a learner's kernel and server are made of.
_NEEDED = ("jupyterlab", "ipykernel", "ipywidgets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """One notebook of the course.

    Attributes:
        exercises: Their ids, in the order of the notebook.
    """

    file: Path
    chapter: int
    title: str
    minutes: int
    exercises: tuple[str, ...]


def notebooks() -> tuple[Notebook, ...]:
    """Return the notebooks that are there, in the order of the course.

    Raises:
        ConfigurationError: They are not where the package is installed.
    """
    for place in _PLACES:
        found = sorted(Path(str(place)).resolve().glob("[0-9][0-9]_*.ipynb"))
        if found:
            return tuple(_read(file) for file in found)
    raise ConfigurationError(
        "the notebooks are not where fargate_kit is installed: install it anew, from a wheel or "
        "a whole checkout"
    )


def notebook(number: str) -> Notebook:
    """Look a notebook up by its number, such as `02` or `2`.

    Raises:
        ConfigurationError: There is none.
    """
    known = notebooks()
    for each in known:
        if number.isdecimal() and each.chapter == int(number):
            return each
    numbers = ", ".join(f"{each.chapter:02}" for each in known)
    raise ConfigurationError(f"there is no notebook {number!r}; there are {numbers}")


def _read(file: Path) -> Notebook:
    facts = json.loads(file.read_text(encoding="utf-8"))["metadata"]["fargate_kit"]
    return Notebook(
        file=file,
        chapter=facts["chapter"],
        title=facts["title"],
        minutes=facts["minutes"],
        exercises=tuple(facts["exercises"]),
    )


def copy_course(folder: Path) -> tuple[Path, ...]:
    """Copy what a learner's folder does not have yet; what is there stays as the learner left it.

    Returns:
        What was copied.

    Raises:
        ConfigurationError: The folder is that of the installed notebooks, or cannot be written to.
    """
    _refuse_the_course(folder)
    copied = []
    for each in notebooks():
        for source in (each.file, each.file.parent / "solutions" / each.file.name):
            target = folder / source.relative_to(each.file.parent)
            if not target.exists():
                _copy(source, target)
                copied.append(target)
    progress.begin(folder)
    return tuple(copied)


def reset(folder: Path, number: str) -> tuple[Path, Path | None]:
    """Put a notebook back as it was, and forget what was solved of it.

    Returns:
        The fresh notebook, and where the learner's own was put; None if there was none.

    Raises:
        ConfigurationError: There is no such notebook or folder.
    """
    wanted = notebook(number)
    target = folder / wanted.file.name
    kept = put_aside(target)
    _copy(wanted.file, target)
    progress.forget(folder, wanted.chapter)
    return target, kept


def put_aside(target: Path) -> Path | None:
    """Give a learner's notebook another name beside its own, so that a new one may take its place.

    Returns:
        The other name; None if there was no such notebook.

    Raises:
        ConfigurationError: There is no learner's folder, or it is that of the installed notebooks.
    """
    folder = target.parent
    check_folder(folder)
    _refuse_the_course(folder)
    if not target.exists():
        return None
    number = 1
    while (kept := target.with_name(f"{target.stem}.kept-{number}.ipynb")).exists():
        number += 1
    target.replace(kept)
    return kept


def write_notebook(target: Path, text: str) -> None:
    """Write a notebook into a learner's folder.

    Raises:
        ConfigurationError: It cannot be written.
    """
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write {target}: {error.strerror}") from error


def _refuse_the_course(folder: Path) -> None:
    if folder.resolve() == notebooks()[0].file.parent:
        raise ConfigurationError(
            f"{folder} holds the course itself; name a folder of your own with --folder"
        )


def check_folder(folder: Path) -> None:
    """Refuse a folder of the course that is not there.

    Raises:
        ConfigurationError: It is not there; the message has the ways out.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}: say --folder if yours has another name; "
            "`fargate-kit learn` makes it and copies the course there"
        )


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # The contents alone: an installed file may be read-only.
        shutil.copyfile(source, target)
    except OSError as error:
        raise ConfigurationError(f"cannot write {target}: {error.strerror}") from error


def lab_command(
    folder: Path, *, port: int | None = None, browser: bool = True, first: str | None = None
) -> tuple[Sequence[str], Mapping[str, str]]:
    """Return the command that opens JupyterLab on a learner's folder, and its environment.

    It listens on the loopback address alone, wants its own random token, and asks nobody for news,
    updates or extensions.

    Args:
        port: None takes a free one.
        browser: Whether a browser is opened.
        first: The file that is opened; None is the first notebook.

    Raises:
        ConfigurationError: JupyterLab or what its kernels need is not installed.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise ConfigurationError(
            f"the course needs {', '.join(missing)}: pip install 'fargate-kit[learn]'"
        )
    opened = first or notebooks()[0].file.name
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{opened}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        # JupyterLab has its own; the address of another one would stand in its page.
        "--ServerApp.enable_mathjax=False",
    ]
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        # In a container one is root; nobody else reaches this server anyway.
        command.append("--allow-root")
    if not browser:
        command.append("--no-browser")
    return command, {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
