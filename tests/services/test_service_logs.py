"""The promise: the log of a service is one stream over all its tasks, those to come included."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import Cluster, ConfigurationError, Connection, TaskSpec

ShellSpec = Callable[..., TaskSpec]
GROUP = "/ecs/web"


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster beside a log group."""
    await aws.create_log_group(GROUP)
    return await aws.create_cluster("prod")


async def test_log_joins_the_tasks(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """What all tasks have written so far comes by time, by one call for all of them."""
    definition = await aws.register(shell("echo up; sleep 86400", log_group=GROUP))
    service = await cluster.create_service("web", definition, desired_count=3)
    await service.deployment.wait()
    before = aws.calls
    lines = [line async for line in service.logs()]
    assert [line.text for line in lines] == ["up"] * 3
    assert lines == sorted(lines, key=lambda line: line.at)
    assert (aws.calls - before)["logs:FilterLogEvents"] == 1


async def test_follower_hears_new_tasks_and_ends_with_the_service(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A task that a later deployment starts is heard, each line once, until the service is gone."""
    script = "echo {0} up; sleep 70; echo {0} there; sleep 86400"
    one = await aws.register(shell(script.format("one"), log_group=GROUP))
    two = await aws.register(shell(script.format("two"), log_group=GROUP))
    service = await cluster.create_service("web", one)
    heard: list[str] = []

    async def follow() -> None:
        heard.extend([line.text async for line in service.logs(follow=True)])

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        await aws.clock.sleep(120)
        await (await service.deploy(two)).wait()
        await service.delete(force=True)
    assert heard == ["one up", "one there", "two up"]


async def test_service_without_a_log_says_so(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Where no container writes to CloudWatch Logs, the error says what to add."""
    service = await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    await service.deployment.wait()
    with pytest.raises(ConfigurationError, match=r"LogConfiguration\.awslogs"):
        assert [line async for line in service.logs()]
