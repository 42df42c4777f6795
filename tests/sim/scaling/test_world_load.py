"""The promise: a world gives a service something to do by its picture, and tells what it gave."""

from __future__ import annotations

import pytest

from fargate_kit import Cluster, Connection, ContainerSpec, Service, TaskSpec
from fargate_kit.sim import World, simulate

WEB = TaskSpec(
    family="web", cpu=256, memory=512, containers=[ContainerSpec(name="main", image="nginx")]
)


async def web_in(cluster: Cluster) -> Service:
    return await cluster.create_service("web", WEB.family, desired_count=0)


async def test_load_is_set_and_told_by_the_picture(world: World, aws: Connection) -> None:
    """CPU and memory are kept apart, and a service that nobody loaded has none."""
    await aws.register(WEB)
    service = await web_in(await aws.create_cluster("shop"))
    assert world.load(service) is None
    world.set_load(service, cpu=180)
    world.set_load(service, memory=20)
    load = world.load(service)
    assert load is not None
    assert (load.cpu, load.memory) == (180, 20)


async def test_load_goes_to_the_service_of_its_own_region(world: World, aws: Connection) -> None:
    """Two services of one name in two regions are two."""
    async with world.connect(region="eu-west-1") as other:
        await other.register(WEB)
        await aws.register(WEB)
        here = await web_in(await aws.create_cluster("shop"))
        there = await web_in(await other.create_cluster("shop"))
        world.set_load(there, cpu=70)
        assert world.load(here) is None
        load = world.load(there)
        assert load is not None
        assert load.cpu == 70


async def test_load_that_cannot_be_is_refused(world: World, aws: Connection) -> None:
    """A negative load is none, and a service that is gone takes none."""
    await aws.register(WEB)
    service = await web_in(await aws.create_cluster("shop"))
    with pytest.raises(ValueError, match="0 percent or more"):
        world.set_load(service, cpu=-1)
    with pytest.raises(TypeError, match='cpu: given "180"; allowed: percent'):
        world.set_load(service, cpu="180")  # type: ignore[arg-type]
    await service.delete(force=True)
    with pytest.raises(LookupError, match="no active service 'web' in cluster 'shop'"):
        world.set_load(service, cpu=10)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_served_world_is_loaded_from_any_thread(anyio_backend: str) -> None:
    """A world with a clock that runs is touched on its own thread, and answers at once."""
    async with simulate(speed=1000) as world, world.connect() as aws:
        await aws.register(WEB)
        service = await web_in(await aws.create_cluster("shop"))
        world.set_load(service, cpu=33)
        load = world.load(service)
        assert load is not None
        assert load.cpu == 33
