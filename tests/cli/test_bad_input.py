"""Every verb with what cannot work: one clear line, exit code 1 or 2, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fargate_kit.cli.app import run

VERBS = (
    ["up", "prod", "--network"],
    ["ps"],
    ["logs", "web"],
    ["events", "web"],
    ["diff", "web:1", "web"],
    ["deploy", "web:1", "web", "--yes"],
    ["rollback", "web", "--yes"],
    ["scale", "web", "2"],
    ["stop", "1f3c5a7e"],
    ["delete", "web", "--yes"],
    ["down", "prod", "--yes"],
    ["cost", "web"],
    ["teardown", "made", "--yes"],
)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_missing_credentials_are_one_line(
    verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without credentials the way out is told, for people and for programs."""
    assert run([*verb, "--region", "us-east-1", "--json"]) == 1
    shown = capsys.readouterr()
    assert "AWS_ACCESS_KEY_ID" in shown.err
    assert "AWS_ACCESS_KEY_ID" in json.dumps(json.loads(shown.out))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_unknown_region_is_one_line(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A region that nobody knows is told with its neighbours, before any call."""
    assert run([*verb, "--region", "eu-wst-1"]) == 1
    assert "eu-west-1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["scale", "web", "-1"], "-1"),
        (["scale", "web", "many"], "COUNT"),
        (["logs", "web", "--pattern", "("], "no regular expression"),
        (["logs", "web", "--since", "tomorrow"], "no time"),
        (["events", "web", "--since", "tomorrow"], "no time"),
        (["deploy", "web:1", "web", "--timeout", "soon"], "no duration"),
        (["rollback", "web", "--timeout", "0"], "no duration"),
        (["cost", "task.json", "--for", "ever"], "no duration"),
        (["deploy", "web:1"], "SERVICE"),
        (["stop"], "TASK"),
    ],
)
def test_slip_of_the_pen_is_a_usage_error(
    arguments: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be read ends with 2, and names what was given."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "simulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert run([*arguments, "--region", "us-east-1"]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["diff"], ["deploy"], ["cost"]], ids=lambda verb: verb[0])
def test_file_that_is_not_there_is_one_line(
    verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A definition's file that is not there is told by its name."""
    more = ["web"] if verb == ["deploy"] else []
    assert run([*verb, "nowhere.json", *more, "--region", "us-east-1"]) == 1
    assert "nowhere.json" in capsys.readouterr().err


def test_unreachable_endpoint_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing answers, the endpoint is named."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "simulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")
    assert run(["ps", "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"]) == 1
    shown = capsys.readouterr().err
    assert "http://127.0.0.1:9" in shown
    assert "ssl" not in shown, "http is not"
    assert "--endpoint-url" in shown
    assert "Traceback" not in shown


def test_missing_region_names_the_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has no Python at hand is told what to give on the command line."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    assert run(["ps"]) == 1
    shown = capsys.readouterr().err
    assert "give --region" in shown
    assert "region=" not in shown


@pytest.mark.parametrize(("file", "says"), [("nowhere.json", "no such file"), (".", "directory")])
def test_unreadable_file_is_told_in_words(
    file: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A system error is a plain sentence without its number, for people and for programs."""
    assert run(["check", file, "--json"]) == 1
    shown = capsys.readouterr()
    assert "Errno" not in shown.err + shown.out
    assert shown.err.startswith(f"fargate-kit: {file}: ")
    assert says in json.loads(shown.out)["error"]["message"]


def test_definition_with_problems_has_an_error_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check --json` tells the problems where every command tells what went wrong, too."""
    file = tmp_path / "task.json"
    file.write_text('{"family": "web"}')
    assert run(["check", str(file), "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["error"]["kind"] == "InvalidSpec"
    assert len(facts["error"]["problems"]) == len(facts["problems"]) > 0
