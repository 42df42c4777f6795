"""The promise: a fan-out outlives five minutes in which AWS does not answer; nothing runs twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.core.guard import Call, Send
from fargate_kit.sim import World
from fargate_kit.sim.faults import DropConnection, Fault, LoseReply, Refuse, Throttle

ShellSpec = Callable[..., TaskSpec]
ALWAYS: dict[str, Any] = {"operation": "*", "service": "*", "remaining": None}
BROKEN = Refuse(**ALWAYS, code="ServerException", status=500)
KINDS = [BROKEN, LoseReply(**ALWAYS), DropConnection(**ALWAYS), Throttle(**ALWAYS)]
NAMES = ["500", "lost replies", "dropped", "throttled"]


@pytest.fixture
async def aws(world: World) -> AsyncIterator[Connection]:
    """Return a connection that looks seldom: what is promised here does not hang on the pace."""
    async with world.connect(poll_every=5) as aws:
        yield aws


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster with nothing in it."""
    return await aws.create_cluster("prod")


def different(count: int) -> list[Overrides]:
    return [Overrides(environment={"N": str(number)}) for number in range(count)]


async def every_task(cluster: Cluster) -> list[fk.Task]:
    return [
        task
        for status in ("RUNNING", "STOPPED")
        async for task in cluster.tasks(desired_status=status)
    ]


@pytest.mark.parametrize("fault", KINDS, ids=NAMES)
@pytest.mark.parametrize("after", [0, 40], ids=["while it starts", "while it runs"])
async def test_outage_costs_time_and_nothing_else(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, fault: Any, after: int
) -> None:
    """Four minutes without an answer: every input gets its result, and one task."""
    definition = await aws.register(shell("sleep 60"))
    network = await aws.default_network()
    world.account.faults.plan(replace(fault, after=after, until=after + 240))
    async with cluster.fan_out(definition, different(20), limit=8, network=network) as done:
        results = await done.results()
    assert all(result.succeeded and len(result.attempts) == 1 for result in results)
    tasks = await every_task(cluster)
    assert {task.arn for task in tasks} == {result.arn for result in results}
    assert len(tasks) == 20
    assert aws.clock.now() > 240


async def test_outage_is_no_storm(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """While nothing answers, a hundred tasks that run are asked for by one call in many seconds."""
    definition = await aws.register(shell("sleep 600"))
    async with cluster.fan_out(definition, [Overrides()] * 100, limit=100) as done:
        while done.progress.running < 100:
            await aws.clock.sleep(5)
        before = aws.calls
        world.account.faults.plan(replace(BROKEN, until=240))
        await aws.clock.sleep(240)
        spent = aws.calls - before
        assert set(spent) == {"ecs:DescribeTasks"}
        assert spent["ecs:DescribeTasks"] < 25
        assert all([result.succeeded async for result in done])


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("RunTask", LoseReply(operation="RunTask", remaining=None)),
        ("DescribeTasks", replace(BROKEN, operation="DescribeTasks")),
    ],
    ids=["starting", "looking"],
)
async def test_lasting_outage_is_raised_and_leaves_nothing(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, operation: str, fault: Fault
) -> None:
    """After five minutes AWS's error ends the fan-out, with a note; its tasks are stopped."""
    definition = await aws.register(shell("sleep 6000"))
    network = await aws.default_network()
    world.account.faults.plan(fault)
    with pytest.raises(fk.ApiError) as raised:
        async with cluster.fan_out(definition, different(3), network=network) as done:
            await done.results()
    assert raised.value.operation == f"ecs:{operation}"
    (note,) = raised.value.__notes__
    assert "AWS has not answered for 3" in note
    assert 300 <= aws.clock.now() < 360
    world.account.faults.clear()
    tasks = await every_task(cluster)
    assert len(tasks) == 3
    assert {task.desired_status for task in tasks} == {"STOPPED"}


class Crowded:
    """Answers no look at more than ten tasks."""

    async def carry(self, call: Call, send: Send) -> dict[str, Any]:
        if call.operation == "DescribeTasks" and len(call.parameters["tasks"]) > 10:
            raise fk.Throttled(call.name, "ThrottlingException", "Rate exceeded")
        return await send(call.parameters)


async def test_trouble_with_many_tasks_at_once_ends_as_well(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A look at many tasks that is never answered ends the fan-out, though one at few is."""
    definition = await aws.register(shell("sleep 6000"))
    aws._session.api.guard = Crowded()
    with pytest.raises(fk.Throttled) as raised:
        async with cluster.fan_out(definition, different(20)) as done:
            await done.results()
    assert "AWS has not answered for 3" in "".join(raised.value.__notes__)
    assert aws.clock.now() < 400


async def test_leaving_in_an_outage_waits_for_its_end(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Who leaves while AWS does not answer stops the tasks as soon as it does."""
    definition = await aws.register(shell("sleep 6000"))
    async with cluster.fan_out(definition, [Overrides()] * 20) as done:
        while done.progress.running < 20:
            await aws.clock.sleep(5)
        world.account.faults.plan(replace(BROKEN, until=200))
    assert [task async for task in cluster.tasks()] == []


async def test_leaving_names_what_may_still_run(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Where AWS does not answer for longer, every task that may still run is named."""
    definition = await aws.register(shell("sleep 6000"))

    async def run() -> None:
        async with cluster.fan_out(definition, [Overrides()] * 20) as done:
            while done.progress.running < 20:
                await aws.clock.sleep(5)
            world.account.faults.plan(BROKEN)

    with pytest.raises(fk.FargateError, match="may still run") as raised:
        await run()
    assert aws.clock.now() < 400
    world.account.faults.clear()
    running = [task.arn async for task in cluster.tasks()]
    assert len(running) == 20
    assert all(arn in str(raised.value) for arn in running)


async def test_job_is_taken_up_in_an_outage(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Entering a job waits for AWS as well, and finds what was there."""
    definition = await aws.register(shell("sleep 5"))
    network = await aws.default_network()
    for _ in range(2):
        async with cluster.fan_out(
            definition, different(3), job="nightly", network=network
        ) as done:
            assert len(await done.results()) == 3
        world.account.faults.plan(replace(BROKEN, until=200))
    await aws.clock.sleep(200)
    assert len(await every_task(cluster)) == 3


async def test_refusal_is_not_waited_for(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """What does not pass by itself is raised at once."""
    definition = await aws.register(shell("sleep 60"))
    network = await aws.default_network()
    refusal = Refuse(operation="DescribeTasks", code="AccessDeniedException", message="not yours")
    world.account.faults.plan(refusal)
    with pytest.raises(fk.Denied, match="not yours"):
        async with cluster.fan_out(definition, different(2), network=network) as done:
            await done.results()
    assert aws.clock.now() < 15
