"""`diff`, `cost`, `doctor` and `teardown --dry-run`: what would be, before it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import typer

import fargate_kit as fk
from fargate_kit.cli import cost, diff, doctor, teardown
from fargate_kit.cli.app import run
from fargate_kit.cli.desk import Desk
from fargate_kit.sim import simulate

ShellSpec = Callable[..., fk.TaskSpec]
Written = Callable[..., str]
WORDPRESS = str(Path(__file__).parents[2] / "examples" / "guide" / "wordpress.json")


@pytest.fixture
async def guarded() -> AsyncIterator[fk.Connection]:
    """Return a connection whose caller may list clusters and do nothing else."""
    async with simulate(step=True, enforce_iam=True) as world:
        async with world.connect() as aws:
            call = aws._session.api.call
            await call("iam", "CreateUser", UserName="guest")
            policy = {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "ecs:ListClusters", "Resource": "*"}],
            }
            await call(
                "iam",
                "PutUserPolicy",
                UserName="guest",
                PolicyName="look",
                PolicyDocument=json.dumps(policy),
            )
            key = (await call("iam", "CreateAccessKey", UserName="guest"))["AccessKey"]
        guest = fk.connect(
            region="us-east-1",
            endpoint_url="http://simulated.invalid",
            credentials=fk.Credentials(
                access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"]
            ),
            transport=world.transport(),
            clock=world.clock,
        )
        async with guest as aws:
            yield aws


async def test_difference_to_what_a_service_runs(
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each change is a line, and secrets are masked."""
    secret = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    file = written(shell("sleep 1", family="web", log_group="/web"), environment=secret)
    assert await diff.show(desk, file, "prod", "web")
    shown = capsys.readouterr().out
    assert shown.startswith(f"web:1 → {file}\n")
    assert "  ~ containerDefinitions[main].command: " in shown
    assert "  + containerDefinitions[main].environment[DB_PASSWORD]: — → •••" in shown
    assert "hunter2" not in shown


async def test_no_difference_is_told(
    aws: fk.Connection, desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is equal is said to be equal, against the newest revision and against a service."""
    assert not await diff.show(desk, "web:1", "prod", "web")
    assert not await diff.show(desk, "web:1", "prod", None)
    assert capsys.readouterr().out == "no difference between web:1 and web:1\n" * 2


async def test_what_is_not_registered_is_all_new(
    json_desk: Desk, shell: ShellSpec, written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    """A family that nobody knows differs, and has nothing on the old side."""
    assert await diff.show(json_desk, written(shell("true")), "default", None)
    facts = json.loads(capsys.readouterr().out)
    assert (facts["old"], facts["differs"]) == (None, True)


def test_cost_of_a_file_needs_no_account(capsys: pytest.CaptureFixture[str]) -> None:
    """Without credentials and without a call, the price of a file is told."""
    assert run(["cost", WORDPRESS, "--region", "us-east-1", "--for", "8h", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["currency"] == "USD"
    assert facts["total"] == pytest.approx(facts["per_hour"] * 8)
    assert run(["cost", WORDPRESS, "--region", "us-east-1"]) == 0
    assert "a month" in capsys.readouterr().out


def test_cost_says_that_addresses_are_not_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A file cannot tell whether its tasks get public addresses, and these cost."""
    notes = []
    for more in ([], ["--public-ip"]):
        assert run(["cost", WORDPRESS, "--region", "us-east-1", "--json", *more]) == 0
        facts = json.loads(capsys.readouterr().out)
        assert any("IPv4" in each["what"] for each in facts["lines"]) == bool(more)
        notes.append([each for each in facts["notes"] if "--public-ip" in each])
    assert (len(notes[0]), notes[1]) == (1, [])


async def test_cost_of_a_service_needs_no_such_note(desk: Desk, web: fk.Service) -> None:
    """A service says itself whether its tasks have public addresses."""
    found = await cost.service_cost(desk, "prod", "web", None, None)
    assert not any("--public-ip" in each for each in found.notes)


def test_cost_wants_a_region(capsys: pytest.CaptureFixture[str]) -> None:
    """Prices differ by region, so none is taken by chance."""
    assert run(["cost", WORDPRESS]) == 1
    assert "--region" in capsys.readouterr().err


async def test_cost_of_a_service_counts_its_tasks(desk: Desk, web: fk.Service) -> None:
    """Two tasks cost twice as much as one."""
    two = await cost.service_cost(desk, "prod", "web", None, None)
    one = await cost.service_cost(desk, "prod", "web", None, 1)
    assert two.per_hour == 2 * one.per_hour


async def test_doctor_finds_nothing_in_the_way(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an account that has all, nothing is marked as a problem, and what is ours is listed."""
    assert await doctor.examine(desk, "prod", None) == 0
    shown = capsys.readouterr().out
    assert "✗" not in shown
    for words in ("✓ region", "✓ credentials", "✓ looking", "✓ network", "✓ role", "service web"):
        assert words in shown


async def test_doctor_looks_at_what_a_definition_needs(
    json_desk: Desk, cluster: fk.Cluster, shell: ShellSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log group that is not there is a problem with its remedy, and ends with 1."""
    spec = shell("true", log_group="/nowhere")
    assert await doctor.examine(json_desk, "prod", spec) == 1
    facts = json.loads(capsys.readouterr().out)
    assert not facts["ok"]
    (problem,) = [each for each in facts["checks"] if each["state"] == "problem"]
    assert problem["name"] == "definition"
    assert "no log group /nowhere" in problem["remedies"][0]


async def test_doctor_names_the_permissions_that_are_missing(
    guarded: fk.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each action that was denied is named, and what could not be seen is not called fine."""
    assert await doctor.examine(Desk(guarded, as_json=True), "prod", None) == 1
    facts = json.loads(capsys.readouterr().out)
    by_name = {each["name"]: each for each in facts["checks"]}
    assert by_name["looking"]["state"] == "problem"
    assert "ec2:DescribeVpcs" in by_name["looking"]["text"]
    assert "ecs:ListClusters" not in by_name["looking"]["text"]
    assert by_name["made"]["state"] == "unknown"
    assert by_name["credentials"]["state"] == "ok"


def test_doctor_tells_how_to_get_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    """Without credentials that is the finding, and the rest is not looked at."""
    assert run(["doctor", "--region", "us-east-1", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in facts["checks"]] == ["region", "credentials"]
    assert "AWS_ACCESS_KEY_ID" in facts["checks"][1]["remedies"][0]


async def test_dry_run_deletes_nothing(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would go is listed by kind and name."""
    assert await teardown.tear_down(desk, "made", None, dry_run=True, yes=True) == 0
    shown = capsys.readouterr().out
    assert "log group" in shown
    assert "web:1" in shown
    assert (await web.refresh()).status == "ACTIVE"


async def test_tear_down_leaves_nothing(
    aws: fk.Connection, json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything with the mark goes, and what went is told."""
    assert await teardown.tear_down(json_desk, "made", None, dry_run=False, yes=True) == 0
    facts = json.loads(capsys.readouterr().out)
    kinds = {each["kind"] for each in facts["deleted"]}
    assert {"service", "cluster", "task definition", "log group"} <= kinds
    assert await aws.leftovers("made") == ()


async def test_tear_down_asks_first(desk: Desk, web: fk.Service) -> None:
    """Where nobody can answer, nothing is deleted without --yes."""
    with pytest.raises(typer.BadParameter, match="nobody can answer"):
        await teardown.tear_down(desk, "made", None, dry_run=False, yes=False)
    assert (await web.refresh()).status == "ACTIVE"


async def test_what_may_not_be_listed_is_told(
    guarded: fk.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tear-down that could not look everywhere does not say that nothing is left."""
    assert await teardown.tear_down(Desk(guarded), "made", None, dry_run=True, yes=True) == 1
    shown = capsys.readouterr()
    assert "not everything could be looked for" in shown.err
    assert "nothing" not in shown.out
