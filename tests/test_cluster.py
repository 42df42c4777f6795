"""Clusters on a simulated Fargate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fargate_kit import ApiError, Connection, NotFound, TaskSpec


async def test_cluster_is_made_once(aws: Connection) -> None:
    """Making a cluster that is there gives the one that is there."""
    first = await aws.create_cluster("prod", tags={"team": "web"})
    second = await aws.create_cluster("prod")
    assert first.arn == second.arn
    assert second.tags == {"team": "web", "fargate-kit": "made"}
    assert second.capacity_providers == ("FARGATE", "FARGATE_SPOT")


async def test_unknown_cluster_is_not_found(aws: Connection) -> None:
    """The error says what was looked for, and what would make it."""
    with pytest.raises(NotFound, match=r"no cluster 'prod' in us-east-1; create_cluster\(\)"):
        await aws.cluster("prod")


async def test_default_cluster_has_its_name(aws: Connection) -> None:
    """A cluster that is made without a name is the one AWS takes where none is named."""
    with pytest.raises(NotFound):
        await aws.default_cluster()
    made = await aws.create_cluster()
    assert (await aws.default_cluster()).arn == made.arn
    assert made.name == "default"


async def test_clusters_are_listed_past_a_page(aws: Connection) -> None:
    """More than a hundred clusters are all yielded, with one describe for each page."""
    for number in range(103):
        await aws.create_cluster(f"c{number:03}")
    before = aws.calls
    names = [cluster.name async for cluster in aws.clusters()]
    spent = aws.calls - before
    assert sorted(names) == [f"c{number:03}" for number in range(103)]
    assert (spent["ecs:ListClusters"], spent["ecs:DescribeClusters"]) == (2, 2)


async def test_deleted_cluster_is_gone(aws: Connection) -> None:
    """A deleted cluster is neither found nor listed."""
    cluster = await aws.create_cluster("prod")
    assert (await cluster.delete()).status == "INACTIVE"
    assert [each async for each in aws.clusters()] == []
    with pytest.raises(NotFound):
        await cluster.refresh()


async def test_cluster_with_tasks_is_not_deleted(
    aws: Connection, shell: Callable[..., TaskSpec]
) -> None:
    """AWS refuses to delete a cluster in use, and the code says why."""
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(shell("sleep 600")))
    with pytest.raises(ApiError) as refused:
        await cluster.delete()
    assert refused.value.code == "ClusterContainsTasksException"
    await (await task.stop()).wait_stopped()
    await cluster.delete()


async def test_cluster_counts_its_tasks(aws: Connection, shell: Callable[..., TaskSpec]) -> None:
    """Pending and running tasks are counted apart."""
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(shell("sleep 600")))
    waiting = await cluster.refresh()
    assert (waiting.pending_tasks, waiting.running_tasks) == (1, 0)
    await task.wait_running()
    running = await cluster.refresh()
    assert (running.pending_tasks, running.running_tasks) == (0, 1)


async def test_tasks_are_filtered(aws: Connection, shell: Callable[..., TaskSpec]) -> None:
    """Tasks are found by family, by who started them, and by their desired status."""
    cluster = await aws.create_cluster("prod")
    one = await cluster.run(await aws.register(shell("sleep 600", family="one")), started_by="me")
    two = await cluster.run(await aws.register(shell("sleep 600", family="two")))
    await one.stop()
    assert [task.arn async for task in cluster.tasks()] == [two.arn]
    assert [task.arn async for task in cluster.tasks(family="two")] == [two.arn]
    assert [task.arn async for task in cluster.tasks(desired_status="STOPPED")] == [one.arn]
    assert [task.arn async for task in cluster.tasks(started_by="me")] == []
