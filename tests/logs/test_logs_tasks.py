"""Following a task's log costs one call a look, whatever its containers do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest

from fargate_kit import Connection, NotFound, Overrides, TaskSpec

ShellSpec = Callable[..., TaskSpec]
FILTER = "logs:FilterLogEvents"


@pytest.fixture(autouse=True)
async def group(aws: Connection) -> str:
    """Return an empty log group."""
    await aws.create_log_group("g")
    return "g"


async def test_containers_to_come_cost_one_call_in_three_seconds(
    aws: Connection, shell: ShellSpec
) -> None:
    """While streams of a task are not there yet, AWS refuses their names, and is asked seldom."""
    talks = shell("echo one; sleep 30; echo two", log_group="g")
    containers = [
        replace(talks.containers[0], name=name, essential=name == "main")
        for name in ("main", "side", "other")
    ]
    cluster = await aws.create_cluster()
    task = await cluster.run(await aws.register(replace(talks, containers=containers)))
    began = aws.clock.now()
    lines = [line.text async for line in task.logs(follow=True)]
    assert lines == ["one"] * 3 + ["two"] * 3
    assert aws.calls[FILTER] < (aws.clock.now() - began) * 4 / 3 + 3


async def test_deleted_group_of_a_task_is_told(aws: Connection, shell: ShellSpec) -> None:
    """A task whose log group is deleted has not said all that was followed."""
    cluster = await aws.create_cluster()
    task = await cluster.run(await aws.register(shell("echo one; sleep 600", log_group="g")))
    task = await task.wait_running()
    heard = []

    async def follow() -> None:
        async for line in task.logs(follow=True):
            heard.append(line.text)

    async def delete() -> None:
        await aws.clock.sleep(20)
        await aws.delete_log_group("g")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(delete)
        with pytest.raises(NotFound, match="was deleted while it was followed"):
            await follow()
    assert heard == ["one"]


async def test_results_of_a_fan_out_have_their_logs(aws: Connection, shell: ShellSpec) -> None:
    """Each result tells what its own task wrote, all of it or what matches."""
    cluster = await aws.create_cluster()
    definition = await aws.register(shell("echo I am $ME; echo bye", log_group="g"))
    inputs = [Overrides(environment={"ME": str(number)}) for number in range(3)]
    async with cluster.fan_out(definition, inputs) as done:
        results = [result async for result in done]
    for result in results:
        lines = [line.text async for line in result.logs()]
        assert lines == [f"I am {result.index}", "bye"]
        assert [line.text async for line in result.logs(pattern="bye")] == ["bye"]
