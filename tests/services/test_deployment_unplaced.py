"""The promise: a service that cannot be placed is told why, and what passes is waited out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fargate_kit import (
    Cluster,
    Connection,
    DeploymentFailed,
    EventKind,
    Evidence,
    TaskSpec,
    WaitTimeout,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import CapacityUnavailable

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


async def test_circuit_breaker_ends_it(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """ECS counts tasks that find no room as failed; the event that says so is the cause."""
    world.account.faults.plan(CapacityUnavailable())
    service = await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    with pytest.raises(DeploymentFailed, match="Capacity is unavailable") as raised:
        await service.deployment.wait()
    evidence = raised.value.evidence
    assert evidence.family == "capacity"
    assert evidence.cause.transient
    assert evidence.stopped_tasks == ()
    assert "UNPLACED" in [event.kind for event in evidence.events]


async def test_no_progress_is_noticed(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Without a circuit breaker ECS tries for ever: the wait ends, and says what it waited for."""
    world.account.faults.plan(CapacityUnavailable())
    service = await cluster.create_service(
        "web", await aws.register(shell("sleep 86400")), circuit_breaker=None
    )
    with pytest.raises(WaitTimeout, match="made no progress for 240 s") as raised:
        await service.deployment.wait(no_progress_timeout=240)
    evidence = raised.value.last
    assert isinstance(evidence, Evidence)
    assert (evidence.family, evidence.running_count) == ("capacity", 0)
    assert "more subnets" in str(raised.value)
    assert 240 <= aws.clock.now() < 245


async def test_absolute_limit_is_met_exactly(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The time-out runs on the connection's clock, to the second."""
    world.account.faults.plan(CapacityUnavailable())
    service = await cluster.create_service(
        "web", await aws.register(shell("sleep 86400")), circuit_breaker=None
    )
    began = aws.clock.now()
    with pytest.raises(WaitTimeout, match="did not complete within 100 s"):
        await service.deployment.wait(timeout=100)
    assert aws.clock.now() - began == 100


async def test_room_that_comes_is_waited_for(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A lack of capacity passes, so however often it is met it is no early failure."""
    world.account.faults.plan(CapacityUnavailable(remaining=5))
    service = await cluster.create_service(
        "web", await aws.register(shell("sleep 86400")), circuit_breaker=None
    )
    assert (await service.deployment.wait()).running_count == 1
    assert [event.kind async for event in service.events()].count(EventKind.UNPLACED) >= 1
