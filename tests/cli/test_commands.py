"""The command line: what it prints, and the code that it ends with."""

from __future__ import annotations

import io
import json
import re
import socket
from pathlib import Path

import pytest

from fargate_kit.cli.app import run
from fargate_kit.errors import NotFound

WORDPRESS = Path(__file__).parents[2] / "examples" / "guide" / "wordpress.json"

# What has a help page of its own; "" is the whole.
COMMANDS = (
    "",
    "demo",
    "sim",
    "check",
    "up",
    "run",
    "ps",
    "logs",
    "events",
    "diff",
    "deploy",
    "rollback",
    "scale",
    "stop",
    "delete",
    "down",
    "cost",
    "doctor",
    "teardown",
)


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever asks for help sees every command."""
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert command in shown


def test_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is one line."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("fargate-kit 0.")


def test_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen ends with 2 and a hint."""
    assert run(["chekc"]) == 2
    assert "chekc" in capsys.readouterr().err


def test_good_definition_passes_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """The guide's WordPress is fine."""
    assert run(["check", str(WORDPRESS)]) == 0
    assert "Fargate would take it" in capsys.readouterr().out


def test_bad_definition_is_told_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem is a line, and the code is 1."""
    raw = json.loads(WORDPRESS.read_text())
    raw |= {"cpu": "300", "family": "no good", "executionRoleArn": None}
    del raw["executionRoleArn"]
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(raw))
    assert run(["check", str(file)]) == 1
    shown = capsys.readouterr().out
    assert "3 problems" in shown
    for path in ("cpu", "family", "executionRoleArn"):
        assert path in shown


def test_check_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets the same facts as a person."""
    file = tmp_path / "bad.json"
    file.write_text('{"family": "x", "containerDefinitions": []}')
    assert run(["check", "--json", str(file)]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["ok"] is False
    assert {"path", "rule", "given", "allowed", "message"} == facts["problems"][0].keys()


def test_file_that_is_not_json_names_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The place is in the message."""
    file = tmp_path / "bad.json"
    file.write_text('{\n  "family": oops\n}')
    assert run(["check", str(file)]) == 1
    assert "bad.json:2:13" in capsys.readouterr().out.replace("\n", "")


def test_missing_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there is told by its name."""
    assert run(["check", "nowhere.json"]) == 1
    assert "nowhere.json" in capsys.readouterr().err


def test_missing_credentials_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without credentials nothing is tried, and the way out is told."""
    assert run(["run", "web", "--region", "us-east-1"]) == 1
    shown = capsys.readouterr().err
    assert "AWS_ACCESS_KEY_ID" in shown
    assert "Traceback" not in shown


def test_unknown_region_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A region that nobody knows is told with its neighbours."""
    assert run(["run", "web", "--region", "eu-wst-1"]) == 1
    assert "eu-west-1" in capsys.readouterr().err


def test_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody else's port is told by its number, and nothing stays behind."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(["sim", "--port", str(port)]) == 1
    shown = capsys.readouterr()
    assert str(port) in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("arguments", [["sim", "--speed", "0"], ["demo", "--speed", "-1"]])
def test_impossible_speed_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A speed that is none ends with 2."""
    assert run(arguments) == 2
    assert "--speed" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_narrow_terminal(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On 60 columns nothing is cut; examples and exit codes are there."""
    monkeypatch.setenv("COLUMNS", "60")
    assert run([*command.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 60
    assert "…" not in " ".join(shown.split()).replace('{"error": …}', "")
    for repeated in ("[ARGS]...", "command...", "[command]...", "{TASK}..."):
        shown = shown.replace(repeated, "")
    assert "..." not in shown
    assert f"fargate-kit {command}".strip() in shown.partition("Examples:")[2]
    assert "Exit codes: " in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--json", "nowhere.json"],
        ["run", "--json", "nowhere.json", "--region", "us-east-1"],
        ["run", "web", "--region", "eu-wst-1", "--json"],
    ],
)
def test_error_is_json_where_json_is_asked_for(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is one object with the error, standard error has the line, the code is 1."""
    assert run(arguments) == 1
    shown = capsys.readouterr()
    facts = json.loads(shown.out)
    assert facts["error"].keys() == {"kind", "message"}
    assert facts["error"]["message"] in shown.err


def test_broken_file_is_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no JSON is a problem with its place, for `check` and for `run`."""
    file = tmp_path / "broken.json"
    file.write_text("{oops")
    assert run(["check", "--json", str(file)]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert (facts["ok"], facts["problems"][0]["rule"]) == (False, "not-json")
    assert run(["run", "--json", str(file), "--region", "us-east-1"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "InvalidSpec"
    assert error["problems"][0]["path"].endswith("broken.json:1:2")


def test_json_for_the_container_is_not_for_us(capsys: pytest.CaptureFixture[str]) -> None:
    """An option after `--` belongs to the container's command."""
    assert run(["run", "web", "--region", "eu-wst-1", "--", "report", "--json"]) == 1
    assert capsys.readouterr().out == ""


def test_check_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A definition comes through a pipe, good or bad."""
    for content, code in ((WORDPRESS.read_bytes(), 0), (b"{oops", 1)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert run(["check", "-"]) == code
    assert "standard input:1:2" in capsys.readouterr().out


def test_misspelt_member_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A member that is not known is no problem, and yet told with the name that was meant."""
    raw = json.loads(WORDPRESS.read_text())
    raw["containerDefinitions"][0]["comand"] = ["true"]
    file = tmp_path / "task.json"
    file.write_text(json.dumps(raw))
    assert run(["check", str(file)]) == 0
    assert re.search(r"! containerDefinitions\[0\]\.comand: .*command\?", capsys.readouterr().out)


@pytest.mark.parametrize(
    "members", [{"tags": 7}, {"volumes": [None]}, {"runtimePlatform": "ARM64"}]
)
def test_wrong_shape_is_a_problem(
    members: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A member of a wrong shape is a line with its path, not a traceback."""
    file = tmp_path / "task.json"
    file.write_text(json.dumps(json.loads(WORDPRESS.read_text()) | members))
    assert run(["check", str(file)]) == 1
    shown = capsys.readouterr().out
    assert str(file) in shown
    assert f"{next(iter(members))}" in shown


def test_several_causes_are_all_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors of concurrent tasks are lines, not a group's traceback."""

    def fail(*_: object) -> None:
        causes = [NotFound("ecs:X", "MISSING", name) for name in ("one", "two", "two")]
        raise ExceptionGroup("several", [causes[0], ExceptionGroup("inner", causes[1:])])

    monkeypatch.setattr("anyio.run", fail)
    assert run(["sim"]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2


def test_bug_is_not_disguised(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no error of ours keeps its traceback."""

    def fail(*_: object) -> None:
        raise KeyError("bug")

    monkeypatch.setattr("anyio.run", fail)
    with pytest.raises(KeyError):
        run(["sim"])
