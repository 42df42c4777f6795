"""The promise: every wait outlives five minutes in which AWS does not answer, and no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from balanced import WEB

from fargate_kit import ANYWHERE, ApiError, Connection, TargetHealthCheck, TaskSpec
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ShellSpec = Callable[..., TaskSpec]
Wait = Callable[[], Awaitable[Any]]
OUTAGE = 120.0


async def running(aws: Connection, shell: ShellSpec) -> Wait:
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(shell("sleep 600")))
    return task.wait_running


async def stopped(aws: Connection, shell: ShellSpec) -> Wait:
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(shell("sleep 5")))
    return task.wait_stopped


async def stable(aws: Connection, shell: ShellSpec) -> Wait:
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 600"))
    service = await cluster.create_service("web", definition, desired_count=2)
    return service.wait_stable


async def active(aws: Connection, shell: ShellSpec) -> Wait:
    return (await aws.create_load_balancer("web", open_to=ANYWHERE)).wait_active


async def healthy(aws: Connection, shell: ShellSpec) -> Wait:
    cluster = await aws.create_cluster("prod")
    web = await cluster.create_web_service(
        "web",
        await aws.register(WEB),
        port=80,
        open_to=ANYWHERE,
        health_check=TargetHealthCheck(interval=5, timeout=2),
    )
    return web.target_group.wait_healthy


WAITS = [running, stopped, stable, active, healthy]


@pytest.mark.parametrize("wait_of", WAITS)
async def test_wait_goes_on_after_an_outage(
    world: World, aws: Connection, shell: ShellSpec, wait_of: Callable[..., Awaitable[Wait]]
) -> None:
    """Two minutes without one good answer cost time, and the wait ends as it would have."""
    wait, began = await wait_of(aws, shell), aws.clock.now()
    world.account.faults.plan(broken(OUTAGE))
    assert await wait()
    assert aws.clock.now() - began >= OUTAGE


@pytest.mark.parametrize("wait_of", WAITS)
async def test_wait_ends_when_an_outage_lasts(
    world: World, aws: Connection, shell: ShellSpec, wait_of: Callable[..., Awaitable[Wait]]
) -> None:
    """After five minutes it is AWS's own error, with what is not known because of it."""
    wait, began = await wait_of(aws, shell), aws.clock.now()
    world.account.faults.plan(broken(3600.0))
    with pytest.raises(ApiError) as caught:
        await wait()
    assert caught.value.code == "ServerException"
    assert "AWS has not answered for" in caught.value.__notes__[0]
    assert 300 <= aws.clock.now() - began < 330


def broken(seconds: float) -> Refuse:
    return Refuse(
        operation="*",
        service="*",
        code="ServerException",
        status=500,
        remaining=None,
        until=seconds,
    )
