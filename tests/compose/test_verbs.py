"""The verbs of `fargate-kit compose` that speak to AWS: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from fargate_kit.cli.app import run
from fargate_kit.sim import World, simulate

COMPOSE = """
name: shop
services:
  web: {image: busybox, command: sh -c 'echo hello; sleep 86400', ports: ["8080:80"]}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a simulated Fargate, and go to the folder of a project."""

    async def begin() -> World:
        return await simulate(speed=100)

    world = anyio.run(begin)
    for name, value in {
        "AWS_ENDPOINT_URL": world.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield world
    world.close()


def facts(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert run(["compose", *arguments, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("shop")
def test_every_verb_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    """From nothing to a running project and back, each verb prints one object with the facts."""
    made = facts(capsys, "up", "--yes")
    assert made["changes"] is True
    assert facts(capsys, "up", "--dry-run")["changes"] is False
    listed = facts(capsys, "ps")
    assert isinstance(listed["tasks"], list)
    assert [task["ports"] for task in listed["tasks"]] == [["80/tcp"]]
    assert facts(capsys, "logs")["text"] == "hello"
    assert facts(capsys, "export", "shop")["unsaid"] == []
    assert facts(capsys, "export", "shop:1", "-o", "out")["ok"] is True
    assert facts(capsys, "up", "-f", "out/compose.yaml", "--dry-run")["project"] == "shop"
    assert facts(capsys, "scale", "web=2")["counts"] == {"shop": 2}
    assert facts(capsys, "stop", "--project-name", "shop")["counts"] == {"shop": 0}
    assert facts(capsys, "start")["counts"] == {"shop": 2}
    gone = facts(capsys, "down", "--yes", "--logs")
    assert isinstance(gone["deleted"], list)
    assert "service shop" in gone["deleted"]
    assert gone["kept"] == []


@pytest.mark.usefixtures("shop")
def test_nobody_to_ask_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal and without --yes the difference is shown, and the code is 2."""
    assert run(["compose", "up"]) == 2
    shown = capsys.readouterr()
    assert "+ service shop" in shown.out
    assert "--yes" in shown.err
    assert run(["compose", "logs"]) == 1
    assert "no service of project shop" in capsys.readouterr().err


@pytest.mark.usefixtures("shop")
def test_what_is_missing_is_told_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets every problem, and nothing was made."""
    arguments = ["--subnets", "subnet-0a1b", "--security-groups", "sg-0c2d", "--json"]
    assert run(["compose", "up", "--dry-run", *arguments]) == 1
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert [each["path"] for each in found["problems"]] == ["subnet", "security group"]
    assert run(["compose", "up", "--yes", *arguments]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "InvalidSpec"


@pytest.mark.parametrize("verb", ["up", "down", "ps", "logs", "scale", "stop", "start", "export"])
def test_help_has_examples_and_exit_codes(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for help gets an example to copy, and nothing is cut on 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["compose", verb, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"fargate-kit compose {verb}" in shown.partition("Examples:")[2]
    assert "Exit codes: " in shown
    assert "…" not in " ".join(shown.split()).replace('{"error": …}', "")
