"""What a project's verbs tell before anything is changed, and of names that lead nowhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fargate_kit import Connection, compose
from fargate_kit.cli.app import run
from fargate_kit.cli.compose_running import Wanted, _print_logs
from fargate_kit.cli.compose_up import _bring_up, _take_down
from fargate_kit.cli.compose_work import Named
from fargate_kit.cli.desk import Desk
from fargate_kit.compose import Choices, Conversion, Topology
from fargate_kit.model.values import LogLine
from fargate_kit.sim.account import Account
from fargate_kit.sim.clock import WallClock
from fargate_kit.sim.faults import Refuse
from fargate_kit.sim.front_door import FrontDoor

BLOG = """
name: blog
services:
  web:
    image: busybox
    command: sh -c 'echo hello; sleep 86400'
    environment: {DB_HOST: db, DB_PASSWORD: hunter2}
  db:
    image: busybox
    command: sh -c 'echo ready; sleep 86400'
    volumes: ["rows:/var/lib"]
volumes: {rows: {}}
"""
JOBS = """
name: jobs
services:
  worker:
    image: "busybox:1"
    deploy: {replicas: 2}
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate: {image: "busybox:1"}
"""


def converted(path: Path, text: str, topology: Topology = Topology.ONE_TASK) -> Conversion:
    file = path / "compose.yaml"
    file.write_text(text, encoding="utf-8")
    return compose.convert(file, choices=Choices(region="us-east-1", topology=topology))


async def test_up_tells_the_cautions_of_the_plan_before_it_asks(
    aws: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People read them after what differs, programs get them; a project as planned repeats none."""
    conversion = converted(tmp_path, BLOG)
    cautions = conversion.report.cautions
    for word in ("DB_HOST: it names the service db", "ephemeral storage", "DB_PASSWORD"):
        assert any(word in each for each in cautions)
    assert await _bring_up(Desk(aws), conversion, None, False, True, False, 600) == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [f"! {each}" for each in cautions]
    assert "+ service blog" in shown.out
    desk = Desk(aws, as_json=True)
    assert await _bring_up(desk, conversion, None, False, False, True, 600) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["cautions"] == list(cautions)
    assert shown.err.index(f"! {cautions[-1]}") < shown.err.index("✓ ")
    assert await _bring_up(Desk(aws), conversion, None, False, True, False, 600) == 0
    assert "! " not in capsys.readouterr().err


async def test_down_names_the_option_of_the_command_line_to_programs(
    aws: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is kept says in JSON too how it goes: by an option, not by an argument of Python."""
    plan = converted(tmp_path, BLOG).check()
    await plan.up(aws)
    named = Named(name="blog", cluster="default", plan=plan)
    assert await _take_down(Desk(aws, as_json=True), named, False, True) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == [
        "log group /ecs/blog is kept with its lines; --logs takes it too"
    ]


async def test_logs_of_one_container_are_picked_out(
    aws: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A container and a pattern choose the lines, and no line at all is told."""
    project = await converted(tmp_path, BLOG).check().up(aws)
    desk = Desk(aws)
    assert await _print_logs(desk, project, False, None, Wanted(containers=("db",))) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(" db | ready")
    assert await _print_logs(desk, project, False, None, Wanted(containers=("dbb",))) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "no such lines\n")


def test_times_of_log_lines_have_their_day_if_asked() -> None:
    """A line stands with its hour, or with the whole moment."""
    at = datetime(2026, 8, 1, 9, 30, tzinfo=UTC)
    line = LogLine(at=at, text="a b", stream="web/web/1", container="web")
    assert Wanted().shown(line) == "09:30:00 web | a b"
    assert Wanted(timestamps=True).shown(line) == "2026-08-01T09:30:00Z web | a b"


def test_name_after_logs_is_answered_with_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever names services as Docker takes them gets the line to type."""
    assert run(["compose", "logs", "mysql", "web", "--follow"]) == 2
    assert "fargate-kit compose logs --container mysql --container web" in capsys.readouterr().err
    assert run(["compose", "logs", "--pattern", "("]) == 2
    assert "--pattern" in capsys.readouterr().err


def test_error_is_one_line_where_each_line_is_an_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that reads the logs line by line can read how they end as well."""
    account = Account(clock=WallClock(200), seed=1)
    account.faults.plan(Refuse(operation="DescribeClusters", code="AccessDeniedException"))
    (tmp_path / "compose.yaml").write_text(BLOG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "simulated")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "simulated")
    try:
        with FrontDoor(account) as door:
            where = ["--endpoint-url", door.url, "--region", "us-east-1"]
            assert run(["compose", "logs", "--follow", "--json", *where]) == 1
    finally:
        account.close()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["error"]["kind"] == "Denied"


def test_remedies_for_a_service_that_ends_lead_to_a_plan(tmp_path: Path) -> None:
    """The way out of each form is told, and each is one: no form sends on to the other for ever."""
    (one,) = converted(tmp_path, JOBS).problems
    (each,) = converted(tmp_path, JOBS, Topology.SERVICE_EACH).problems
    assert "give all of them `deploy: {replicas: 2}` (migrate then runs once in each" in one.message
    assert "run migrate as a task before" in one.message
    assert "where all have one count" in each.message
    assert "run migrate as a task before" in each.message
    counted = JOBS.replace('"busybox:1"}', '"busybox:1", deploy: {replicas: 2}}')
    assert converted(tmp_path, counted).check().services[0].desired_count == 2
    alone = JOBS[: JOBS.index("    depends_on")]
    assert converted(tmp_path, alone, Topology.SERVICE_EACH).check().services[0].desired_count == 2


def test_variable_that_holds_a_list_has_one_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is not called unset too, nor taken from the shell."""
    text = BLOG.replace("hunter2", "[1, 2]")
    for value in (None, "from outside"):
        if value is not None:
            monkeypatch.setenv("DB_PASSWORD", value)
        conversion = converted(tmp_path, text)
        (found,) = (each for each in conversion.report if each.key == "DB_PASSWORD")
        (reason,) = found.reasons
        assert reason.startswith("a list stands here")
        assert len(conversion.problems) == 1
