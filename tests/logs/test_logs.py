"""Following a task's log: every line once, and an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fargate_kit import Cluster, ConfigurationError, Connection, TaskSpec
from fargate_kit.sim import World

ShellSpec = Callable[..., TaskSpec]
GROUP = "/ecs/job"


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster beside a log group."""
    await aws.create_log_group(GROUP)
    return await aws.create_cluster("prod")


async def test_following_ends_with_the_task(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Every line comes once and in order, and the iterator ends by itself after the last."""
    script = "for n in 1 2 3 4 5 6 7 8; do echo line $n; sleep 3; done"
    task = await cluster.run(await aws.register(shell(script, log_group=GROUP)))

    lines = [line async for line in task.logs(follow=True)]

    assert [line.text for line in lines] == [f"line {number}" for number in range(1, 9)]
    assert {line.container for line in lines} == {"main"}
    assert (await task.refresh()).status == "STOPPED"


async def test_last_words_are_not_lost(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """What a container says right before it ends is told."""
    script = "echo first; sleep 20; echo last; exit 1"
    task = await cluster.run(await aws.register(shell(script, log_group=GROUP)))
    assert [line.text async for line in task.logs(follow=True)] == ["first", "last"]


async def test_following_a_task_that_ended_tells_all(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A follower that comes too late gets everything and leaves."""
    task = await cluster.run(await aws.register(shell("echo a; echo b", log_group=GROUP)))
    task = await task.wait_stopped()
    assert [line.text async for line in task.logs(follow=True)] == ["a", "b"]
    assert [line.text async for line in task.logs()] == ["a", "b"]


async def test_silent_task_ends_its_followers(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A task that never wrote a line has an empty log, not an endless one."""
    task = await cluster.run(await aws.register(shell("sleep 5", log_group=GROUP)))
    assert [line async for line in task.logs(follow=True)] == []


async def test_silent_container_does_not_hide_the_others(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """AWS refuses to read a stream that is not there; the lines beside it are told all the same."""
    talks = shell("echo one; sleep 30; echo two", log_group=GROUP)
    containers = [
        replace(talks.containers[0], name=name, command=["sh", "-c", script], essential=essential)
        for name, script, essential in (
            ("quiet", "sleep 600", False),
            ("main", "echo one; sleep 30; echo two", True),
            ("late", "sleep 20; echo late", False),
        )
    ]
    task = await cluster.run(await aws.register(replace(talks, containers=containers)))
    lines = [(line.container, line.text) async for line in task.logs(follow=True)]
    assert lines == [("main", "one"), ("late", "late"), ("main", "two")]


async def test_lines_are_told_since_a_moment(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Lines before the moment are left out."""
    script = "echo early; sleep 60; echo late"
    task = await cluster.run(await aws.register(shell(script, log_group=GROUP)))
    lines = [line async for line in task.logs(follow=True)]
    since = [line.text async for line in task.logs(since=lines[1].at)]
    assert since == ["late"]


async def test_log_of_another_region_is_read_there(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The log is read in the region that the task definition names."""
    async with world.connect(region="eu-west-1") as irish:
        irish_cluster = await irish.create_cluster("prod")
        # The definition says us-east-1, where the group is.
        task = await irish_cluster.run(await irish.register(shell("echo hi", log_group=GROUP)))
        assert [line.text async for line in task.logs(follow=True)] == ["hi"]


async def test_task_without_awslogs_says_what_is_missing(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """There is no log to read, and the error tells how to have one."""
    task = await cluster.run(await aws.register(shell("true")))
    with pytest.raises(ConfigurationError, match=r"LogConfiguration\.awslogs"):
        _ = [line async for line in task.logs()]


async def test_log_group_is_made_once(aws: Connection) -> None:
    """Making a group that is there is no error, and deleting one that is gone is none either."""
    assert await aws.create_log_group("g", retention_days=7)
    assert not await aws.create_log_group("g")
    await aws.delete_log_group("g")
    await aws.delete_log_group("g")
    assert await aws.create_log_group("g")
