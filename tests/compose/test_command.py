"""`fargate-kit compose`: what it prints, and the code that it ends with."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console

from fargate_kit.cli import compose_screen
from fargate_kit.cli.app import run
from fargate_kit.compose import ProjectFiles, Topology, convert

GUIDE = Path(__file__).parents[2] / "examples" / "guide" / "compose"


@pytest.fixture(autouse=True)
def _in_the_guides_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GUIDE)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "COMPOSE_FILE", "COMPOSE_PROFILES"):
        monkeypatch.delenv(name, raising=False)


def test_report_is_one_plain_line_a_key_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads place, verdict, key and reason between tabulators, without colours."""
    assert run(["compose", "convert"]) == 0
    shown = capsys.readouterr()
    lines = [line.split("\t") for line in shown.out.splitlines() if "\t" in line]
    conversion = convert(ProjectFiles())
    assert len(lines) == len(list(conversion.report)) > 20
    assert lines[0] == ["compose.yaml:2:1", "mapped", "name", "family"]
    assert "\x1b" not in shown.out
    assert shown.err == ""
    assert shown.out.splitlines()[-1].startswith("wordpress: ")


def test_brief_report_leaves_out_what_is_simply_mapped(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is worth a look is left."""
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: 'x:1', ports: ['8080:80'], dns: 1.1.1.1}}"
    )
    monkeypatch.chdir(tmp_path)
    assert run(["compose", "convert", "--brief", "-p", "any"]) == 0
    verdicts = [line.split("\t")[1:3] for line in capsys.readouterr().out.splitlines()[:2]]
    assert verdicts == [["altered", "services.a.ports"], ["ignored", "services.a.dns"]]


def test_report_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets every key with file, line, column, verdict and reasons."""
    assert run(["compose", "convert", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["ok"] is True
    assert facts["counts"]["mapped"] == len(facts["keys"])
    assert facts["keys"][0] == {
        "file": "compose.yaml",
        "line": 2,
        "column": 1,
        "key": "name",
        "verdict": "mapped",
        "becomes": "family",
        "reasons": [],
    }


def test_plan_shows_services_and_what_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Size, image, port, network, role and log group stand in the plan."""
    assert run(["compose", "plan", "--subnets", "subnet-0a,subnet-0b"]) == 0
    shown = capsys.readouterr().out
    for word in (
        "+ wordpress  1 task of 0.25 vCPU, 0.5 GB",
        "subnet-0a, subnet-0b",
        "public addresses",
        "hello-world in us-east-1",
        "role\tecsTaskExecutionRole\tecs-params.yml:6:3",
    ):
        assert word in shown


def test_plan_speaks_json_and_keeps_values_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """The plan is there as AWS would get it, without the values of variables."""
    files = ["-f", "compose.yaml", "-f", "with-database.yaml"]
    assert run(["compose", "plan", *files, "--json", "--network", "default"]) == 0
    facts = json.loads(capsys.readouterr().out)
    (service,) = facts["plan"]["services"]
    blog = service["task_definition"]["containerDefinitions"][0]
    assert {variable["value"] for variable in blog["environment"]} == {"…"}
    assert facts["plan"]["network"]["subnets"] == "default VPC"


def test_services_of_their_own_are_planned_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """The other topology makes a service of each, and says in which order."""
    files = ["-f", "compose.yaml", "-f", "with-database.yaml"]
    assert run(["compose", "plan", *files, "--topology", str(Topology.SERVICE_EACH)]) == 0
    shown = capsys.readouterr().out
    assert shown.index("+ wordpress-database") < shown.index("+ wordpress-wordpress")
    assert "after     wordpress-database (HEALTHY)" in shown


def test_problems_go_to_standard_error_and_end_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every problem is a line, the report still stands on standard output."""
    (tmp_path / "compose.yaml").write_text(
        "services:\n  a:\n    image: x:1\n    privileged: true\n    ports: ['1-2']\n"
    )
    monkeypatch.chdir(tmp_path)
    assert run(["compose", "convert"]) == 1
    shown = capsys.readouterr()
    assert "2 problems, nothing is made" in shown.err
    assert "compose.yaml:4:5: services.a.privileged" in shown.err
    assert "compose.yaml:5:13: services.a.ports[0]" in shown.err
    assert "refused\tservices.a.privileged" in shown.out
    assert run(["compose", "plan", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["plan"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--network", "other"],
        ["--network", "default", "--subnets", "subnet-0a"],
        ["--topology", "both"],
    ],
)
def test_a_command_line_that_is_off_ends_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """An option that cannot be is a usage error, and names the option."""
    assert run(["compose", "plan", *arguments]) == 2
    assert arguments[0] in capsys.readouterr().err


def test_task_definitions_are_written_as_the_aws_cli_takes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written passes the check."""
    assert run(["compose", "convert", "-o", str(tmp_path / "out")]) == 0
    assert "written" in capsys.readouterr().err
    assert run(["check", str(tmp_path / "out" / "wordpress.json")]) == 0


def test_the_missing_parser_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, one line says what to install."""
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    assert run(["compose", "plan"]) == 1
    assert "pip install 'fargate-kit[compose]'" in capsys.readouterr().err


def test_texts_are_shown_as_they_are(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What looks like a picture or a style to the screen, as `:secret:` in an ARN, stays."""
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-Ab12Cd"
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: 'x:1', secrets: [s], ports: ['[bold]:1']}, b: {image: 'x:1'}}\n"
        f"secrets: {{s: {{external: true, name: '{arn}'}}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    conversion = convert(ProjectFiles())
    assert len(conversion.problems) == 1
    (tmp_path / "compose.yaml").write_text(
        (tmp_path / "compose.yaml").read_text().replace(", ports: ['[bold]:1']", "")
    )
    screen = Console(width=120, force_terminal=True, record=True, file=io.StringIO())
    good = convert(ProjectFiles())
    compose_screen.print_plan(good.check(), good, to=screen)
    assert arn in screen.export_text()
    compose_screen.print_problems(conversion)
    assert "compose.yaml:1:" in capsys.readouterr().err


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_tables_fit_the_screen(width: int) -> None:
    """No line is longer than the screen is wide, and from 80 columns on no key is cut."""
    screen = Console(width=width, force_terminal=True, record=True, file=io.StringIO())
    conversion = convert(ProjectFiles())
    compose_screen.print_report(conversion, brief=False, to=screen)
    compose_screen.print_plan(conversion.check(), conversion, to=screen)
    lines = screen.export_text().splitlines()
    assert max(map(len, lines)) <= width
    flat = re.sub(r"\s+", "", "".join(lines))
    if width >= 80:
        for finding in conversion.report:
            assert finding.key in flat


@pytest.mark.parametrize("verb", ["plan", "convert"])
@pytest.mark.parametrize("text", [None, "services:\n  a: [\n"], ids=["missing", "broken"])
def test_file_that_cannot_be_read_is_an_error_for_programs(
    verb: str,
    text: str | None,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`error` stands beside `problems`, and people read the file's name."""
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("bad.yaml").write_text(text)
    assert run(["compose", verb, "-f", "bad.yaml", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["error"]["kind"] == "InvalidSpec"
    assert "bad.yaml" in facts["error"]["message"]
    assert len(facts["problems"]) == 1
    assert run(["compose", verb, "-f", "bad.yaml"]) == 1
    assert "✗ bad.yaml: 1 problem" in capsys.readouterr().err


def test_service_with_a_bad_name_is_told_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from the same name is not a second problem."""
    monkeypatch.chdir(tmp_path)
    Path("compose.yaml").write_text("services:\n  a b:\n    image: x:1\n")
    assert run(["compose", "plan"]) == 1
    assert "1 problem, nothing is made" in capsys.readouterr().err


def test_plan_says_who_makes_the_usual_log_group(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the log group that no file names is made unasked."""
    monkeypatch.chdir(tmp_path)
    Path("compose.yaml").write_text("name: shop\nservices: {a: {image: 'x:1'}}\n")
    assert run(["compose", "plan", "--region", "us-east-1"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "`up` makes it" in line]
    assert [line.split("\t")[:2] for line in lines] == [["  log group", "/ecs/shop"]]
