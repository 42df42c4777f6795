"""The promise: programs can follow every event of a fan-out, beside its results."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster with nothing in it."""
    return await aws.create_cluster("prod")


async def test_events_end_with_the_last_input(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Every input starts, runs and ends; then the iteration ends, and the results are there."""
    definition = await aws.register(shell("sleep 20"))
    async with cluster.fan_out(definition, [Overrides()] * 3) as done:
        events = [event async for event in done.events()]
        results = await done.results()
    for index in range(3):
        assert [each.kind for each in events if each.index == index] == [
            fk.FanOutEventKind.STARTED,
            fk.FanOutEventKind.RUNNING,
            fk.FanOutEventKind.ENDED,
        ]
    ended = sorted((each.result for each in events if each.result), key=lambda each: each.index)
    assert ended == results
    assert [each async for each in done.events()] == []


async def test_results_and_several_followers_go_side_by_side(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Each follower sees everything; who comes late sees what comes then."""
    definition = await aws.register(shell("sleep 20"))
    seen: dict[str, list[str]] = {"early": [], "late": []}
    fan_out = cluster.fan_out(definition, [Overrides()] * 2)
    early = fan_out.events()

    async def follow(name: str, events: object) -> None:
        async for event in events:  # type: ignore[attr-defined]
            seen[name].append(event.kind)

    async with fan_out as done, anyio.create_task_group() as group:
        group.start_soon(follow, "early", early)
        while done.progress.running < 2:
            await aws.clock.sleep(1)
        group.start_soon(follow, "late", done.events())
        assert len(await done.results()) == 2
    assert sorted(seen["early"]) == ["ended"] * 2 + ["running"] * 2 + ["started"] * 2
    assert seen["late"] == ["ended"] * 2


async def test_error_that_ends_everything_is_raised_to_who_follows(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Who follows the events alone is told of an error, once what happened before is told."""
    definition = await aws.register(shell("sleep 600"))
    world.account.faults.plan(
        Refuse(operation="DescribeTasks", code="AccessDeniedException", message="not yours")
    )
    kinds = []

    async def run() -> None:
        async with cluster.fan_out(definition, [Overrides()]) as done:
            async for event in done.events():
                kinds.append(event.kind)

    with pytest.raises(fk.Denied, match="not yours"):
        await run()
    assert kinds == [fk.FanOutEventKind.STARTED]


async def test_events_end_when_the_block_is_left(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A follower outside the block is not left waiting."""
    definition = await aws.register(shell("sleep 600"))
    fan_out = cluster.fan_out(definition, [Overrides()])
    kinds = []

    async def follow() -> None:
        async for event in fan_out.events():
            kinds.append(event.kind)

    async with anyio.create_task_group() as group:
        group.start_soon(follow)
        async with fan_out as done:
            while not done.progress.running:
                await aws.clock.sleep(1)
    assert kinds == [fk.FanOutEventKind.STARTED, fk.FanOutEventKind.RUNNING]


async def test_no_inputs_are_no_events(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """Nothing to do has ended before it began."""
    definition = await aws.register(shell("true"))
    async with cluster.fan_out(definition, []) as done:
        assert [event async for event in done.events()] == []
