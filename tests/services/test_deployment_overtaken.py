"""The promise: a deployment that another one took the place of is neither a success nor silent."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import (
    Cluster,
    Connection,
    Deployment,
    DeploymentOvertaken,
    DeploymentRolledBack,
    Service,
    TaskSpec,
)

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def service(aws: Connection, shell: ShellSpec) -> Service:
    """Return a service of one task that stands."""
    cluster: Cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition)
    await service.deployment.wait()
    return service


async def test_overtaken_deployment_says_so(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """Who waits for the first is told that it will not come; the second completes."""
    first = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    answers: list[str] = []

    async def wait_for(deployment: Deployment) -> None:
        try:
            answers.append((await deployment.wait()).id)
        except DeploymentOvertaken as overtaken:
            answers.append(f"overtaken {overtaken.deployment_id}")

    async with anyio.create_task_group() as group:
        group.start_soon(wait_for, first)
        await aws.clock.sleep(10)
        second = await service.deploy(await aws.register(shell("sleep 80002", family="web")))
        group.start_soon(wait_for, second)

    assert answers == [f"overtaken {first.id}", second.id]
    assert aws.calls["ecs:ListServiceDeployments"] == 1


async def test_deployment_that_completed_stays_completed(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """What came after it does not change how a deployment ended, also for who asks late."""
    first = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    await aws.clock.sleep(120)
    second = await service.deploy(await aws.register(shell("sleep 80002", family="web")))
    await second.wait()
    done = await first.wait()
    assert (done.id, done.rollout_state, done.status) == (first.id, "COMPLETED", "INACTIVE")


async def test_last_of_several_is_judged_by_its_id(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """One that overtook another and was rolled back is told apart from the one it overtook."""
    first = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    await aws.clock.sleep(5)
    second = await service.deploy(await aws.register(shell("exit 1", family="web")))
    with pytest.raises(DeploymentRolledBack):
        await second.wait()
    with pytest.raises(DeploymentOvertaken):
        await first.wait()
