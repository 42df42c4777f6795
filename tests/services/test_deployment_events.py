"""The promise: the events of a deployment come from its beginning, each once, to its verdict."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import Cluster, Connection, EventKind, Service, TaskSpec

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def service(aws: Connection, shell: ShellSpec) -> Service:
    """Return a service of two tasks that stands."""
    cluster: Cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=2)
    await service.deployment.wait()
    return service


async def test_follower_hears_all_of_it_once(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """Nothing of earlier deployments, everything of this one, and the end comes by itself."""
    deployment = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    events = [event async for event in deployment.events()]

    said = [event async for event in service.events()]
    began = deployment.created_at
    assert began is not None
    assert [event.id for event in events] == [event.id for event in said if event.at >= began]
    assert len({event.id for event in events}) == len(events)
    kinds = [event.kind for event in events]
    assert kinds[0] == EventKind.STARTED
    assert kinds[-2:] == [EventKind.COMPLETED, EventKind.STEADY]
    assert (await deployment.wait()).rollout_state == "COMPLETED"


async def test_latecomer_hears_the_same(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """Who begins to follow when it is over, and another has come, hears of this one alone."""
    first = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    early = [event.id async for event in first.events()]
    second = await service.deploy(await aws.register(shell("sleep 80002", family="web")))
    late: list[str] = []
    async for event in first.events():
        late.append(event.id)
    assert [each for each in late if each in early] == early
    began = second.created_at
    assert began is not None
    later = {event.id async for event in service.events() if event.at >= began}
    assert not later & set(late)


async def test_failure_ends_the_events(aws: Connection, service: Service, shell: ShellSpec) -> None:
    """The events of a bad deployment end as well, and tell of the trouble."""
    deployment = await service.deploy(await aws.register(shell("exit 1", family="web")))
    kinds = [event.kind async for event in deployment.events() if event.is_trouble]
    assert EventKind.FAILED in kinds
    assert EventKind.ROLLING_BACK in kinds


async def test_followers_and_waiters_share_their_looks(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """Five who follow and five who wait cost the calls of one."""
    deployment = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    before, began = aws.calls, aws.clock.now()

    async def follow() -> None:
        assert [event async for event in deployment.events()]

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(follow)
            group.start_soon(deployment.wait)
    spent = aws.calls - before
    assert spent["ecs:DescribeServices"] <= aws.clock.now() - began + 2
    assert set(spent) == {"ecs:DescribeServices"}
