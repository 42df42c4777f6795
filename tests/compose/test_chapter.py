"""The recorded session of the guide's Compose chapter is what happens.

`RENEW_DOCS=1` records it anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from fargate_kit.cli.app import run
from fargate_kit.sim import World, simulate

HERE = Path(__file__).parents[2]
PAGE = HERE / "docs" / "tutorials" / "compose-chapter.md"
GUIDE = HERE / "examples" / "guide" / "compose"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What differs each time, in the order in which it is masked.
VARIABLE = [
    (r"\[\w{3} \w{3} .*?\]", "[moment]"),
    (r"\d\d:\d\d:\d\d", "time"),
    (r"\b\d+\.\d+\.\d+\.\d+\b", "address"),
    (r"\b[0-9a-f]{8}([0-9a-f]{24})?\b", "task"),
    (r"\b\d+[smh]\b", "age"),
    (r"[ \t]+", " "),
]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a simulated Fargate at high speed, which the environment points to."""

    async def begin() -> World:
        return await simulate(speed=100)

    world = anyio.run(begin)
    for name, value in {
        "AWS_ENDPOINT_URL": world.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        "COLUMNS": "100",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(GUIDE)
    yield world
    world.close()


def typed(command: str) -> str:
    """Type a command and return what the terminal shows then."""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        run(shlex.split(command)[1:])
    lines = screen.getvalue().expandtabs().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("still waiting for "))


def recorded(commands: list[str]) -> str:
    return "".join(f"$ {command}\n{typed(command)}" for command in commands)


def masked(session: str) -> list[str]:
    """Return a session's lines without what differs each time, and without ECS's own remarks."""
    lines = [line for line in session.splitlines() if not line.startswith("    (service ")]
    for pattern, instead in VARIABLE:
        lines = [re.sub(pattern, instead, line) for line in lines]
    return lines


@pytest.mark.usefixtures("world")
def test_the_recorded_session_is_what_happens() -> None:
    """Every command of the page shows what stands below it, but for ids, addresses and times."""
    text = PAGE.read_text(encoding="utf-8")
    renewed = text
    for block in CONSOLE.findall(text):
        commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
        session = recorded(commands)
        renewed = renewed.replace(block, session)
        if not os.environ.get("RENEW_DOCS"):
            assert masked(block) == masked(session), "RENEW_DOCS=1 records the session anew"
    if os.environ.get("RENEW_DOCS"):
        PAGE.write_text(renewed, encoding="utf-8")
