"""`logs` and `events`: what containers wrote, and what ECS says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

import fargate_kit as fk
from fargate_kit.cli import events, logs
from fargate_kit.cli.desk import Desk

ShellSpec = Callable[..., fk.TaskSpec]
PLAIN = logs.Printer(as_json=False, timestamps=False)


async def test_log_of_a_service_names_the_tasks(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line begins with the task and the container that wrote it."""
    assert await logs.show(desk, "prod", "web", PLAIN) == 0
    tasks = {task.id[:8] async for task in web.tasks()}
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == tasks
    assert {tuple(line.split()[1:]) for line in lines} == {("main", "hello")}


async def test_log_of_a_task_is_followed_to_its_end(
    aws: fk.Connection,
    desk: Desk,
    cluster: fk.Cluster,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With --follow the command ends when the task has ended; the id may be cut."""
    await aws.create_log_group("/job")
    spec = shell("echo one; sleep 60; echo two; exit 0", log_group="/job")
    task = await cluster.run(await aws.register(spec))
    assert await logs.show(desk, "prod", task.id[:6], PLAIN, follow=True) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["one", "two"]


async def test_lines_are_chosen(
    aws: fk.Connection,
    desk: Desk,
    cluster: fk.Cluster,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A pattern is searched in each line, a container is taken by its name."""
    await aws.create_log_group("/job")
    spec = shell("echo ERROR one; echo fine; echo WARN two", log_group="/job")
    task = await (await cluster.run(await aws.register(spec))).wait_stopped()
    await logs.show(desk, "prod", task.id, PLAIN, pattern=re.compile("ERROR|WARN"))
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["one", "two"]
    await logs.show(desk, "prod", task.id, PLAIN, containers=["sidecar"])
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "no such lines\n")


async def test_json_is_an_object_a_line(
    json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program reads line by line, also while it is followed."""
    await logs.show(json_desk, "prod", "web", logs.Printer(as_json=True, timestamps=False))
    facts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(facts) >= 2
    assert all(each.keys() == {"at", "container", "stream", "text"} for each in facts)


async def test_neither_service_nor_task_is_told(desk: Desk, web: fk.Service) -> None:
    """A name that is nobody's is told with those that are near."""
    with pytest.raises(fk.NotFound, match=r"no service 'webb'.*did you mean web"):
        await logs.show(desk, "prod", "webb", PLAIN)
    with pytest.raises(fk.NotFound, match="no task 'ffff'"):
        await logs.show(desk, "prod", "ffff", PLAIN)


async def test_events_are_short_for_people(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The service's name, which is known, and the ends of ids are left out."""
    assert await events.show(desk, web, since=None, trouble=False) == 0
    shown = capsys.readouterr().out
    assert "has reached a steady state." in shown
    assert "(service web)" not in shown
    assert re.search(r"has started 2 tasks: \(task [0-9a-f]{8}\)", shown)


async def test_events_are_whole_for_programs(
    json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """In JSON ECS's own words are complete, with what kind of thing they tell."""
    await events.show(json_desk, web, since=None, trouble=False)
    facts = json.loads(capsys.readouterr().out)
    assert facts["service"] == web.arn
    assert {"STARTED", "STEADY", "COMPLETED"} <= {each["kind"] for each in facts["events"]}
    assert any("(service web) has started" in each["message"] for each in facts["events"])


async def test_trouble_has_its_remedy(
    aws: fk.Connection,
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With --trouble only what goes wrong is told, marked."""
    with pytest.raises(fk.DeploymentFailed):
        await (await web.deploy(await aws.register(shell("exit 3", family="web")))).wait()
    await events.show(desk, web, since=None, trouble=True)
    lines = capsys.readouterr().out.splitlines()
    assert any("deployment failed" in line for line in lines)
    assert all(line[9] == "!" or "→" in line for line in lines)


async def test_followed_events_end_with_the_service(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each event comes once, and who follows a service that is deleted is told so."""
    await web.delete(force=True)
    await events.follow_events(desk, web, since=None, trouble=False)
    shown = capsys.readouterr()
    assert shown.out.count("has reached a steady state") == 1
    assert "was deleted" in shown.err or "is gone" in shown.err
