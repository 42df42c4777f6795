"""The promise: a rollback brings the last revision back that completed before the present one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fargate_kit import Cluster, Connection, DeploymentRolledBack, NotFound, Service, TaskSpec

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def service(aws: Connection, shell: ShellSpec) -> Service:
    """Return a service of one task that stands."""
    cluster: Cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition)
    await service.deployment.wait()
    return service


async def test_completed_deployment_is_taken_back(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """The earlier definition comes back by a deployment of its own; the count stays."""
    await (await service.deploy(await aws.register(shell("sleep 80001", family="web")))).wait()
    await service.scale(2)
    back = await service.rollback()
    assert (await back.wait()).definition_arn == service.definition_arn
    assert (await service.refresh()).desired_count == 2


async def test_rollback_passes_over_what_failed(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """A revision that never completed is nothing to go back to."""
    good = await aws.register(shell("sleep 80001", family="web"))
    await (await service.deploy(good)).wait()
    bad = await service.deploy(await aws.register(shell("exit 1", family="web")))
    with pytest.raises(DeploymentRolledBack):
        await bad.wait()
    assert (await (await service.rollback()).wait()).definition_arn == service.definition_arn
    statuses = [(each.definition_arn, each.status) async for each in service.revisions()]
    assert statuses == [
        (service.definition_arn, "SUCCESSFUL"),
        (bad.definition_arn, "ROLLBACK_SUCCESSFUL"),
        (good.arn, "SUCCESSFUL"),
        (service.definition_arn, "SUCCESSFUL"),
    ]


async def test_settings_come_back_too(aws: Connection, service: Service, shell: ShellSpec) -> None:
    """A revision is more than its definition: the network is restored as well."""
    everywhere = await aws.default_network()
    narrow = replace(everywhere, subnets=everywhere.subnets[:1])
    await (await service.deploy(network=narrow)).wait()
    assert (await service.refresh()).network == narrow
    await (await service.rollback()).wait()
    assert (await service.refresh()).network == everywhere


async def test_deployment_in_progress_is_stopped(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """ECS itself goes back; who waits for the deployment is told that it was rolled back."""
    deployment = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    await aws.clock.sleep(5)
    back = await service.rollback()
    assert (await back.wait()).definition_arn == service.definition_arn
    assert aws.calls["ecs:StopServiceDeployment"] == 1
    with pytest.raises(DeploymentRolledBack):
        await deployment.wait()


async def test_first_revision_has_none_before_it(service: Service) -> None:
    """Where there is nothing to go back to, that is said, and nothing is changed."""
    with pytest.raises(NotFound, match="nothing to go back to"):
        await service.rollback()
    assert (await service.refresh()).deployment.id == service.deployment.id
