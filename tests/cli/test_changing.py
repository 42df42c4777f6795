"""`scale`, `stop`, `rollback` and `delete`: small changes, each waited for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import fargate_kit as fk
from fargate_kit.cli.changing import delete_service, roll_back, scale_service, stop_tasks
from fargate_kit.cli.desk import Desk

ShellSpec = Callable[..., fk.TaskSpec]
WAIT = 1800.0


async def test_scaling_waits_for_the_tasks(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends when as many tasks run as were asked for."""
    assert await scale_service(desk, "prod", "web", 4, timeout=WAIT) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("✓ web has 4 tasks after ")
    assert "web: 2 → 4 wanted" in shown.err
    assert (await web.refresh()).running_count == 4


async def test_auto_scaling_is_mentioned(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sets a count beyond the bounds of auto scaling is told that it will not last."""
    await web.autoscale(2, 5, fk.TargetTracking.cpu(50))
    await scale_service(desk, "prod", "web", 6, timeout=None)
    assert "! auto scaling keeps web at 2 to 5 tasks, and may undo this" in capsys.readouterr().err


async def test_scaling_speaks_json(
    json_desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The service as it is in the end is one object."""
    assert await scale_service(json_desk, "prod", "web", 1, timeout=WAIT) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["desired_count"], facts["running_count"]) == (1, 1)


async def test_tasks_are_stopped_by_the_beginning_of_their_ids(
    aws: fk.Connection,
    desk: Desk,
    cluster: fk.Cluster,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What `ps` shows of an id is enough, and the reason is kept."""
    tasks = await cluster.run_many(await aws.register(shell("sleep 86400")), 3)
    names = [task.id[:8] for task in tasks[:2]]
    assert await stop_tasks(desk, "prod", names, "wrong month", detach=False) == 0
    assert capsys.readouterr().out.splitlines() == [f"{name} STOPPED" for name in names]
    seen = [await task.refresh() for task in tasks]
    assert [task.stopped_reason for task in seen] == ["wrong month", "wrong month", None]


async def test_nothing_is_stopped_if_one_is_not_found(
    aws: fk.Connection, desk: Desk, cluster: fk.Cluster, shell: ShellSpec
) -> None:
    """A slip in one name changes nothing; what is near is told."""
    task = await cluster.run(await aws.register(shell("sleep 86400")))
    slip = task.id[:7] + ("0" if task.id[7] != "0" else "1")
    with pytest.raises(fk.NotFound, match=f"did you mean {task.id[:8]}"):
        await stop_tasks(desk, "prod", [task.id[:8], slip], "no", detach=False)
    assert (await task.refresh()).desired_status == "RUNNING"


async def test_ambiguous_id_is_refused(
    aws: fk.Connection, desk: Desk, cluster: fk.Cluster, shell: ShellSpec
) -> None:
    """What begins several ids stops none of them."""
    await cluster.run_many(await aws.register(shell("sleep 86400")), 2)
    before = aws.calls
    with pytest.raises(fk.NotFound):
        await stop_tasks(desk, "prod", [""], "no", detach=False)
    assert not (aws.calls - before)["ecs:StopTask"]


async def test_task_of_a_service_is_replaced_and_that_is_told(
    desk: Desk, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever stops a service's task learns that another one starts."""
    task, *_ = [task async for task in web.tasks()]
    assert await stop_tasks(desk, "prod", [task.id], "no", detach=True) == 0
    assert "service web starts another in its place" in capsys.readouterr().err


async def test_rollback_brings_back_what_ran(
    aws: fk.Connection,
    desk: Desk,
    web: fk.Service,
    shell: ShellSpec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The last revision that completed is back, and stands."""
    await (await web.deploy(await aws.register(shell("sleep 1000", family="web")))).wait()
    assert await roll_back(desk, "prod", "web", yes=True, timeout=WAIT) == 0
    shown = capsys.readouterr()
    assert "web: web:2 → web:1" in shown.err
    assert shown.out.startswith("✓ web has web:1: 2 of 2 tasks run")


async def test_nothing_to_go_back_to_is_told(desk: Desk, web: fk.Service) -> None:
    """A service that had one revision stays as it is."""
    with pytest.raises(fk.NotFound, match="nothing to go back to"):
        await roll_back(desk, "prod", "web", yes=True, timeout=WAIT)


async def test_deleted_service_leaves_no_tasks(
    desk: Desk, cluster: fk.Cluster, web: fk.Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends when the tasks are gone."""
    assert await delete_service(desk, "prod", "web", yes=True) == 0
    assert "is deleted, and its tasks are gone" in capsys.readouterr().out
    assert [task async for task in cluster.tasks()] == []
    with pytest.raises(fk.NotFound):
        await cluster.service("web")
