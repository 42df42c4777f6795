"""The same SDK over a real socket: asyncio with aiohttp, trio with aiobotocore's httpx backend."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest

import fargate_kit as fk
from fargate_kit.sim import World, simulate


@pytest.fixture
async def served() -> AsyncIterator[World]:
    """Return a simulated Fargate that is served over HTTP, two hundred times as fast."""
    async with simulate(speed=200) as world:
        yield world


async def test_task_runs_to_its_end_over_http(served: World) -> None:
    """Start, states, log and exit code arrive over the wire as they do in process."""
    async with served.connect() as aws:
        cluster = await aws.create_cluster("prod")
        await aws.create_log_group("g")
        definition = await aws.register(
            fk.TaskSpec(
                family="job",
                cpu=256,
                memory=512,
                execution_role="ecsTaskExecutionRole",
                containers=[
                    fk.ContainerSpec(
                        name="main",
                        image="busybox",
                        command=["sh", "-c", "echo one; sleep 2; echo two; exit 4"],
                        log_configuration=fk.LogConfiguration.awslogs("g", region="us-east-1"),
                    )
                ],
            )
        )
        task = await cluster.run(definition)
        assert [line.text async for line in task.logs(follow=True)] == ["one", "two"]
        assert (await task.wait_stopped(timeout=600)).exit_code == 4


async def test_waiters_share_calls_over_http(served: World) -> None:
    """Thirty waiters over HTTP cost one DescribeTasks a look."""
    async with served.connect() as aws:
        cluster = await aws.create_cluster("prod")
        definition = await aws.register(
            fk.TaskSpec(
                family="web",
                cpu=256,
                memory=512,
                containers=[fk.ContainerSpec(name="main", image="nginx")],
            )
        )
        tasks = await cluster.run_many(definition, 30)
        async with anyio.create_task_group() as group:
            for task in tasks:
                group.start_soon(task.wait_running)
        looks = aws.calls["ecs:DescribeTasks"]
        served_looks = served.run(lambda account: account.calls["ecs", "DescribeTasks"])
        assert looks == served_looks
        assert looks < 60


async def test_client_survives_a_cancelled_call(served: World) -> None:
    """A call that is cancelled half-way leaves the connection usable."""
    async with served.connect() as aws:
        await aws.create_cluster("prod")
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(aws.cluster, "prod")
                await anyio.lowlevel.checkpoint()
                scope.cancel()
        assert (await aws.cluster("prod")).status == "ACTIVE"


async def test_foreign_clients_need_only_the_url(served: World) -> None:
    """A plain connection with any credentials reaches the same account on real time."""
    credentials = fk.Credentials(access_key_id="anything", secret_access_key="at all")
    async with fk.connect(
        region="us-east-1", endpoint_url=served.url, credentials=credentials
    ) as aws:
        await aws.create_cluster("seen")
    async with served.connect() as aws:
        assert [each.name async for each in aws.clusters()] == ["seen"]
