"""The promise: a service that is deleted while its deployment is waited for ends the wait."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import Cluster, Connection, Service, ServiceDeleted, TaskSpec

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def service(aws: Connection, shell: ShellSpec) -> Service:
    """Return a service that has just been made."""
    cluster: Cluster = await aws.create_cluster("prod")
    return await cluster.create_service("web", await aws.register(shell("sleep 86400")))


async def test_deletion_is_an_answer(aws: Connection, service: Service) -> None:
    """The wait ends at the next look, not at its time-out, and says that the service is gone."""
    ended_at: list[float] = []

    async def wait() -> None:
        with pytest.raises(ServiceDeleted, match="the service was deleted"):
            await service.deployment.wait()
        ended_at.append(aws.clock.now())

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await aws.clock.sleep(8)
        await service.delete(force=True)
    assert ended_at[0] < 12


async def test_events_end_with_the_service(aws: Connection, service: Service) -> None:
    """Who follows the events is let go as well."""
    told: list[str] = []

    async def follow() -> None:
        told.extend([event.kind async for event in service.deployment.events()])

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        await aws.clock.sleep(8)
        await service.delete(force=True)
    assert told[0] == "STARTED"


async def test_who_asks_after_the_end_is_told(service: Service) -> None:
    """A service that is gone for long gives the same answer."""
    await service.delete(force=True)
    with pytest.raises(ServiceDeleted):
        await service.deployment.wait()
