"""The promise: however a fan-out is left, its tasks are stopped, and nobody else's is touched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
import pytest
from broken_wire import WireCut, wired

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def aws(world: World) -> AsyncIterator[Connection]:
    """Return a connection that looks seldom: what is promised here does not hang on the pace."""
    async with world.connect(poll_every=5) as aws:
        yield aws


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster with nothing in it."""
    return await aws.create_cluster("prod")


async def running(cluster: Cluster) -> set[str]:
    return {task.arn async for task in cluster.tasks()}


@pytest.fixture
async def bystander(aws: Connection, cluster: Cluster, shell: ShellSpec) -> AsyncIterator[str]:
    """Have a task in the cluster that is none of the fan-out's, and see that it stays."""
    task = await cluster.run(await aws.register(shell("sleep 86400", family="other")))
    yield task.arn
    assert await running(cluster) == {task.arn}


async def test_leaving_early_stops_what_was_started(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """A `break` stops what runs, what was just started and what was about to be."""
    definition = await aws.register(shell("sleep $N"))
    items = [5, *range(1000, 1030)]
    async with cluster.map(
        definition, items, lambda n: Overrides(environment={"N": str(n)}), limit=20
    ) as done:
        async for result in done:
            assert result.item == 5
            break
    assert aws.calls["ecs:StopTask"] == aws.calls["ecs:RunTask"] - 2
    stopped = [task async for task in cluster.tasks(desired_status="STOPPED")]
    assert {task.stopped_reason for task in stopped if task.started_by == done.started_by} == {
        "fargate_kit: the fan-out that started this task was left",
        "Essential container in task exited",
    }


async def test_error_in_the_block_stops_everything_and_is_raised_as_it_is(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """The caller's own error comes out, and no group around it."""
    definition = await aws.register(shell("sleep 600"))

    async def run() -> None:
        async with cluster.fan_out(definition, [Overrides()] * 30) as done:
            while not done.progress.running:
                await aws.clock.sleep(1)
            raise ZeroDivisionError("the caller's own")

    with pytest.raises(ZeroDivisionError) as raised:
        await run()
    assert raised.value.__cause__ is None
    assert not hasattr(raised.value, "__notes__")


async def test_group_of_errors_in_the_block_stays_a_group(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """A group that the caller raises is neither unwrapped nor wrapped once more."""
    definition = await aws.register(shell("sleep 600"))
    own = ExceptionGroup("own", [ValueError("one"), KeyError("two")])
    with pytest.raises(ExceptionGroup) as raised:
        async with cluster.fan_out(definition, [Overrides()] * 3):
            raise own
    assert (raised.value.message, raised.value.exceptions) == ("own", own.exceptions)


async def test_leaving_at_the_end_costs_nothing(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """When everything has ended, nothing is stopped and nothing looked for."""
    definition = await aws.register(shell("true"))
    async with cluster.fan_out(definition, [Overrides()] * 12) as done:
        await done.results()
    assert aws.calls["ecs:StopTask"] == aws.calls["ecs:ListTasks"] == 0


async def test_cancellation_anywhere_leaves_nothing(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """Cancelled before or after any call, or around any sleep, a fan-out leaves no task that runs.

    The points are counted in a run that nobody disturbs; then one run for each is cancelled there.
    """
    definition = await aws.register(shell("sleep $N"))
    network = await aws.default_network()
    items = [1, 1, 2]

    async def run(cancel_at: int | None) -> int:
        """Return how many points were passed until the block was left."""
        points = 0
        scope = anyio.CancelScope()

        def step(what: str) -> None:
            nonlocal points
            points += 1
            if points == cancel_at:
                scope.cancel()

        other = await wired(world, step, poll_every=15)
        own = await other.cluster("prod")
        points = 0
        with scope:
            async with own.map(
                definition,
                items,
                lambda n: Overrides(environment={"N": str(n)}),
                limit=2,
                network=network,
            ) as done:
                await done.results()
        reached = points
        await other.aclose()
        assert scope.cancelled_caught == (cancel_at is not None)
        return reached

    whole = await run(None)
    assert whole > 20
    for point in range(1, whole + 1):
        await run(point)
        assert await running(cluster) == {bystander}, f"cancelled at {point} of {whole}"


async def test_cancelled_while_the_answer_is_under_way(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """A call that is under way is awaited, and its tasks are stopped."""
    definition = await aws.register(shell("sleep 600"))
    scope = anyio.CancelScope()

    def step(what: str) -> None:
        if what == "after RunTask":
            scope.cancel()

    other = await wired(world, step)
    with scope:
        async with (await other.cluster("prod")).fan_out(definition, [Overrides()] * 10) as done:
            await done.results()
    assert other.calls["ecs:RunTask"] == 1
    assert other.calls["ecs:StopTask"] == 10
    assert other.calls["ecs:ListTasks"] == 0
    await other.aclose()


async def test_lost_answer_starts_nothing_twice(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str
) -> None:
    """An answer that gets lost is asked for again with the same token."""
    definition = await aws.register(shell("sleep 5"))
    world.account.faults.plan(LoseReply(operation="RunTask", remaining=3))
    async with cluster.fan_out(definition, [Overrides()] * 20) as done:
        arns = {result.arn async for result in done}
    stopped = {task.arn async for task in cluster.tasks(desired_status="STOPPED")}
    assert stopped == arns
    assert len(arns) == 20


@pytest.mark.parametrize("job", [None, "nightly"])
async def test_tasks_of_a_lost_answer_are_found_and_stopped(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bystander: str, job: str
) -> None:
    """Five minutes without an answer are an error, and what was started is stopped."""
    definition = await aws.register(shell("sleep 600"))
    world.account.faults.plan(LoseReply(operation="RunTask", remaining=None))
    with pytest.raises(fk.ApiError):
        async with cluster.fan_out(definition, [Overrides()] * 10, job=job) as done:
            await done.results()
    stopped = [task async for task in cluster.tasks(desired_status="STOPPED")]
    assert len([task for task in stopped if task.started_by == done.started_by]) == 10
    assert 300 < aws.clock.now() < 350
    assert aws.calls["ecs:RunTask"] <= 25, "the bystander's, and ours every fifteen seconds"


async def test_tasks_of_a_job_that_are_not_ours_are_left_alone(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """With a job, the search for lost tasks stops only those of the inputs that were lost."""
    definition = await aws.register(shell("sleep 600"))
    stranger = await cluster.run(definition, started_by="fargate-kit/nightly")
    world.account.faults.plan(LoseReply(operation="RunTask", remaining=None))
    with pytest.raises(fk.ApiError):
        async with cluster.fan_out(definition, [Overrides()] * 10, job="nightly") as done:
            await done.results()
    assert await running(cluster) == {stranger.arn}


async def test_task_that_cannot_be_stopped_does_not_keep_the_others(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """One refused StopTask is told in a note on the error, and the rest is stopped."""
    definition = await aws.register(shell("sleep 600"))

    async def run() -> None:
        async with cluster.fan_out(definition, [Overrides()] * 10) as done:
            while not done.progress.running:
                await aws.clock.sleep(1)
            world.account.faults.plan(Refuse(operation="StopTask", code="AccessDeniedException"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as raised:
        await run()
    (note,) = raised.value.__notes__
    (left,) = await running(cluster)
    assert left in note
    assert "may still run" in note


async def test_leftovers_of_an_early_leave_are_an_error(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Where nothing else is raised, tasks that could not be stopped are not kept silent."""
    definition = await aws.register(shell("sleep 600"))

    async def run() -> None:
        async with cluster.fan_out(definition, [Overrides()] * 2) as done:
            while not done.progress.running:
                await aws.clock.sleep(1)
            world.account.faults.plan(Refuse(operation="StopTask", code="AccessDeniedException"))

    with pytest.raises(fk.FargateError, match="may still run"):
        await run()


async def test_failing_wire_is_raised_as_it_is(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """An error from below ends the fan-out where results are awaited."""
    definition = await aws.register(shell("sleep 5"))

    def step(what: str) -> None:
        if what == "before RunTask":
            raise WireCut

    other = await wired(world, step)
    with pytest.raises(WireCut):
        async with (await other.cluster("prod")).fan_out(definition, [Overrides()]) as done:
            await done.results()
    await other.aclose()
    assert await running(cluster) == set()
