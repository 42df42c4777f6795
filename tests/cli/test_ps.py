"""`ps`: what runs in a cluster, and where it is reached."""

from __future__ import annotations

import json

import pytest

import fargate_kit as fk
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.ps import show


async def test_services_and_tasks_are_listed(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """A service has its counts, a task its short id and both of its addresses."""
    assert await show(desk, "prod", None, stopped=False) == 0
    shown = capsys.readouterr().out
    tasks = [task async for task in web.tasks()]
    assert len(tasks) == 2
    assert "2/2" in shown
    assert "web:1" in shown
    for task in tasks:
        row = next(line for line in shown.splitlines() if line.startswith(task.id[:8]))
        assert task.network_interface is not None
        assert str(task.network_interface.private_ip) in row
        assert str(await task.public_ip()) in row


async def test_pipe_gets_every_column_and_no_control_codes(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody looks nothing is cut, coloured, or padded at the end of a line."""
    monkeypatch.setenv("COLUMNS", "40")
    await show(desk, "prod", None, stopped=False)
    shown = capsys.readouterr().out
    assert "private address" in shown
    assert "…" not in shown
    assert "\x1b" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


async def test_stopped_tasks_tell_how_they_ended(
    aws: fk.Connection,
    desk: Desk,
    cluster: fk.Cluster,
    shell: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With --stopped a task that ended is there, with its exit code and AWS's reason."""
    assert callable(shell)
    task = await cluster.run(await aws.register(shell("exit 3")))
    await task.wait_stopped()
    await show(desk, "prod", None, stopped=False)
    assert task.id[:8] not in capsys.readouterr().out
    await show(desk, "prod", None, stopped=True)
    shown = capsys.readouterr().out
    assert task.id[:8] in shown
    assert "exit code 3: Essential container in task exited" in shown


async def test_ps_speaks_json(
    json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program gets ARNs, counts and addresses."""
    await show(json_desk, "prod", "web", stopped=False)
    facts = json.loads(capsys.readouterr().out)
    assert facts["services"][0]["service"] == web.arn
    assert facts["services"][0]["running_count"] == 2
    assert {task["task"] for task in facts["tasks"]} == {task.arn async for task in web.tasks()}
    assert all(task["public_ip"] and task["private_ip"] for task in facts["tasks"])


async def test_calls_do_not_grow_with_the_tasks(
    aws: fk.Connection, desk: Desk, web: fk.Service
) -> None:
    """Ten tasks cost as many calls as two."""
    await (await web.scale(10)).wait_stable()
    before = aws.calls
    await show(desk, "prod", None, stopped=False)
    spent = aws.calls - before
    assert sum(spent.values()) == 7, spent


@pytest.mark.parametrize(
    ("cluster_name", "service_name", "hint"),
    [("prd", None, "did you mean prod"), ("prod", "wbe", "did you mean web?")],
)
async def test_near_names_are_told(
    desk: Desk, web: fk.Service, cluster_name: str, service_name: str | None, hint: str
) -> None:
    """Whoever mistypes a cluster or a service is told what there is."""
    with pytest.raises(fk.NotFound, match=hint):
        await show(desk, cluster_name, service_name, stopped=False)


async def test_denied_addresses_are_left_out(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the permission for network interfaces the rest is listed, and the lack is told."""

    async def denied(*_: object) -> None:
        raise fk.Denied("ec2:DescribeNetworkInterfaces", "UnauthorizedOperation", "no")

    monkeypatch.setattr(fk.Connection, "interfaces", denied)
    assert await show(desk, "prod", None, stopped=False) == 0
    shown = capsys.readouterr()
    assert "2/2" in shown.out
    assert "needs ec2:DescribeNetworkInterfaces" in shown.err
