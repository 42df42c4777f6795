"""The promise: a protected task outlives a scale-in, for as long as it is protected."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fargate_kit import ApiError, Connection, InvalidSpec, Service, TaskSpec


@pytest.fixture
async def service(aws: Connection, shell: Callable[..., TaskSpec]) -> Service:
    """Return a service of three tasks that stands."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=3)
    return await service.wait_stable()


async def test_protected_task_is_the_one_that_stays(aws: Connection, service: Service) -> None:
    """Scaling in stops the others; what is protected runs on until it is so no more."""
    tasks = [task async for task in service.tasks()]
    (kept,) = await service.protect(tasks[0], minutes=30)
    assert (kept.task_arn, kept.enabled) == (tasks[0].arn, True)
    assert kept.expires_at is not None
    await service.scale(0)
    await aws.clock.sleep(300)
    assert [task.arn async for task in service.tasks()] == [tasks[0].arn]
    (free,) = await service.unprotect(tasks[0].arn)
    assert (free.enabled, free.expires_at) == (False, None)
    await aws.clock.sleep(300)
    assert [task async for task in service.tasks()] == []


async def test_what_cannot_be_protected_is_told(aws: Connection, service: Service) -> None:
    """A span that AWS does not take is refused before any call; a task that is gone, by AWS."""
    (task, *_) = [task async for task in service.tasks()]
    with pytest.raises(InvalidSpec, match="1 to 2880"):
        await service.protect(task, minutes=2881)
    assert aws.calls["ecs:UpdateTaskProtection"] == 0
    await (await task.stop()).wait_stopped()
    with pytest.raises(ApiError) as raised:
        await service.protect(task)
    assert task.id in raised.value.reason
