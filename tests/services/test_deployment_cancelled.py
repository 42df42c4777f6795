"""The promise: a wait can be cancelled anywhere, and rolls back only where that was asked."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import Cluster, Connection, Deployment, DeploymentRolledBack, Service, TaskSpec

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def service(aws: Connection, shell: ShellSpec) -> Service:
    """Return a service of one task that stands."""
    cluster: Cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition)
    await service.deployment.wait()
    return service


@pytest.fixture
async def deployment(aws: Connection, service: Service, shell: ShellSpec) -> Deployment:
    """Return a deployment of it that is under way."""
    return await service.deploy(await aws.register(shell("sleep 80001", family="web")))


async def cancelled_after(
    aws: Connection, deployment: Deployment, seconds: float, *, stop_on_cancel: bool
) -> None:
    async with anyio.create_task_group() as group:

        async def wait() -> None:
            await deployment.wait(stop_on_cancel=stop_on_cancel)

        group.start_soon(wait)
        await aws.clock.sleep(seconds)
        group.cancel_scope.cancel()


async def test_cancelled_wait_leaves_the_deployment_alone(
    aws: Connection, deployment: Deployment
) -> None:
    """Whoever only looked takes nothing away: the deployment goes on and completes."""
    await cancelled_after(aws, deployment, 10, stop_on_cancel=False)
    assert aws.calls["ecs:StopServiceDeployment"] == 0
    assert (await deployment.wait()).rollout_state == "COMPLETED"


async def test_cancelled_wait_rolls_back_where_asked(
    aws: Connection, service: Service, deployment: Deployment
) -> None:
    """With `stop_on_cancel` ECS is asked to go back, and the cancellation goes on."""
    await cancelled_after(aws, deployment, 10, stop_on_cancel=True)
    assert aws.calls["ecs:StopServiceDeployment"] == 1
    with pytest.raises(DeploymentRolledBack):
        await deployment.wait()
    stable = await service.wait_stable()
    assert stable.definition_arn == service.definition_arn


async def test_time_out_is_no_cancellation(aws: Connection, deployment: Deployment) -> None:
    """A wait that ends by its own time-out stops nothing."""
    with pytest.raises(TimeoutError):
        await deployment.wait(timeout=10, stop_on_cancel=True)
    assert aws.calls["ecs:StopServiceDeployment"] == 0


async def test_cancelling_what_is_over_is_quiet(aws: Connection, deployment: Deployment) -> None:
    """A deployment that ended just before cannot be stopped, and that hides no cancellation."""
    completed = await deployment.wait()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await deployment.wait(stop_on_cancel=True)
    assert scope.cancelled_caught
    assert (await completed.refresh()).rollout_state == "COMPLETED"
