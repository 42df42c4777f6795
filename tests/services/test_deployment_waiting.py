"""The promise: waiting for many deployments is cheap, and survives a bad moment of AWS."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import Cluster, Connection, Denied, DeploymentFailed, NotFound, TaskSpec
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse, Throttle

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (10, 1), (11, 2)])
async def test_waiters_are_asked_for_in_tens(
    aws: Connection, cluster: Cluster, shell: ShellSpec, count: int, calls: int
) -> None:
    """N services that are waited for cost ⌈N/10⌉ DescribeServices calls a round, and no others."""
    definition = await aws.register(shell("sleep 86400"))
    services = [
        await cluster.create_service(f"web-{number}", definition) for number in range(count)
    ]
    before, began = aws.calls, aws.clock.now()
    async with anyio.create_task_group() as group:
        for service in services:
            group.start_soon(service.deployment.wait)
    spent, took = aws.calls - before, aws.clock.now() - began
    assert set(spent) == {"ecs:DescribeServices"}
    assert spent["ecs:DescribeServices"] <= calls * (took + 2)


async def test_completed_picture_needs_no_call(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """What is known to have completed is not asked for again."""
    service = await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    deployment = await service.deployment.wait()
    before = aws.calls
    assert await deployment.wait() is deployment
    assert aws.calls == before


@pytest.mark.parametrize("operation", ["DescribeServices", "ListTasks", "DescribeTasks"])
async def test_throttle_in_the_middle_changes_no_verdict(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, operation: str
) -> None:
    """A call that AWS refuses once is repeated; the verdict and its cause are the same."""
    service = await cluster.create_service(
        "web", await aws.register(shell("sleep 2; exit 3")), circuit_breaker=None
    )
    world.account.faults.plan(Throttle(operation=operation))
    with pytest.raises(DeploymentFailed, match="exit code 3"):
        await service.deployment.wait()


async def test_denied_wait_says_so(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Who may not look is told at once, and not that the deployment failed."""
    service = await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    world.account.faults.plan(
        Refuse(operation="DescribeServices", code="AccessDeniedException", message="not yours")
    )
    with pytest.raises(Denied, match="not yours"):
        await service.deployment.wait()


async def test_refreshed_deployment_is_another_picture(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A picture stays; the next one shows what has changed, and a deleted service is not found."""
    service = await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    young = service.deployment
    await young.wait()
    assert (young.rollout_state, young.running_count) == ("IN_PROGRESS", 0)
    grown = await young.refresh()
    assert (grown.rollout_state, grown.running_count) == ("COMPLETED", 1)
    await service.delete(force=True)
    assert (await grown.refresh()).status == "INACTIVE"
    with pytest.raises(NotFound, match="no record"):
        await grown.stop()
