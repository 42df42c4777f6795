"""The promise: what may pass is tried again, what cannot succeed is not, and Spot comes first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.fan_out.retries import Refusal, sort_refusal
from fargate_kit.sim import World
from fargate_kit.sim.faults import CapacityUnavailable, InterfaceTimeout, Refuse, Throttle

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


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore try again at once: its pauses are real seconds."""
    monkeypatch.setattr(
        "botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0.0
    )


async def test_spot_comes_first(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """As long as Spot has room, everything runs there."""
    definition = await aws.register(shell("true"))
    async with cluster.fan_out(definition, [Overrides()] * 3) as done:
        providers = [result.capacity_provider async for result in done]
    assert providers == ["FARGATE_SPOT"] * 3


async def test_interrupted_task_runs_again_on_demand(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A Spot task that AWS takes back gets another on-demand, at once, and both are told."""
    definition = await aws.register(shell("sleep 60"))
    interrupted = False

    def interrupt(event: fk.FanOutEvent) -> None:
        nonlocal interrupted
        if event.kind == "running" and not interrupted:
            interrupted = True
            assert event.task is not None
            world.account.faults.interrupt_spot(event.task.arn)

    async with cluster.fan_out(definition, [Overrides()], on_event=interrupt) as done:
        result = await anext(done)
    first, second = result.attempts
    assert (first.verdict.family, first.verdict.transient) == ("spot", True)
    assert first.task is not None
    assert first.task.capacity_provider == "FARGATE_SPOT"
    assert second.number == 2
    assert result.succeeded
    assert result.capacity_provider is None
    assert done.progress.retried == 1


async def test_interrupted_task_that_ends_with_0_has_not_succeeded(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A program that answers SIGTERM with exit code 0 has not done its work."""
    definition = await aws.register(shell("trap 'exit 0' TERM; while true; do sleep 1; done"))

    def interrupt(event: fk.FanOutEvent) -> None:
        if event.kind == "running":
            assert event.task is not None
            world.account.faults.interrupt_spot(event.task.arn)

    inputs = [Overrides()]
    async with cluster.fan_out(definition, inputs, retries=0, on_event=interrupt) as done:
        result = await anext(done)
    assert result.exit_code == 0
    assert not result.succeeded
    with pytest.raises(fk.TaskFailed, match="was ended"):
        result.raise_for_exit()


async def test_lasting_failure_is_not_tried_again(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A program that fails, and an image that is not there, get one task each."""
    gone = TaskSpec(
        family="gone",
        cpu=256,
        memory=512,
        containers=[fk.ContainerSpec(name="main", image="registry.invalid/gone:1")],
    )
    for spec in (gone, shell("exit 4")):
        async with cluster.fan_out(await aws.register(spec), [Overrides()], retries=5) as done:
            result = await anext(done)
        assert not result.transient
        assert len(result.attempts) == 1
    assert aws.calls["ecs:RunTask"] == 2


async def test_passing_failure_is_tried_again_so_often(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """An interface that does not come up is worth `retries` more tasks, and not one more."""
    definition = await aws.register(shell("true"))
    for fails, succeeds in ((2, True), (3, False)):
        world.account.faults.plan(InterfaceTimeout(remaining=fails))
        async with cluster.fan_out(definition, [Overrides()], retries=2) as done:
            result = await anext(done)
        assert [attempt.number for attempt in result.attempts] == [1, 2, 3]
        assert result.succeeded == succeeds
        assert {each.verdict.family for each in result.attempts[:2]} == {"network"}


async def test_exit_codes_may_ask_for_another_try(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A program can say by its exit code that trying again may help."""
    definition = await aws.register(shell("exit 75"))
    inputs = [Overrides()]
    async with cluster.fan_out(definition, inputs, retries=2, retry_exit_codes=[75]) as done:
        result = await anext(done)
    assert [attempt.task.exit_code for attempt in result.attempts if attempt.task] == [75] * 3


async def test_stopped_task_is_not_tried_again(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Somebody who stops a task means it."""
    definition = await aws.register(shell("sleep 600"))
    async with cluster.fan_out(definition, [Overrides()]) as done:
        while not done.progress.running:
            await aws.clock.sleep(5)
        (task,) = [task async for task in cluster.tasks()]
        await task.stop("Spot is fine, but I do not want this one")
        result = await anext(done)
    assert (result.family, result.transient) == ("stopped", False)
    assert len(result.attempts) == 1


async def test_missing_spot_capacity_falls_back(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Where Spot has no room, the same inputs run on-demand, and the next do not ask Spot first."""
    world.account.faults.plan(CapacityUnavailable(provider="FARGATE_SPOT"))
    definition = await aws.register(shell("sleep 5"))
    inputs = [Overrides()] * 20
    async with cluster.fan_out(definition, inputs, limit=10) as done:
        results = await done.results()
    assert all(result.succeeded and len(result.attempts) == 1 for result in results)
    assert {result.capacity_provider for result in results} == {None}
    # Five calls of two tasks fill the limit, and may be under way before the first is refused.
    assert aws.calls["ecs:RunTask"] <= 15


async def test_part_of_a_call_may_be_placed(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Of ten inputs in a call, those without room are tried again, and no other."""
    world.account.faults.plan(CapacityUnavailable(remaining=4))
    definition = await aws.register(shell("sleep 5"))
    async with cluster.fan_out(definition, [Overrides()] * 10, capacity="on-demand") as done:
        results = await done.results()
    assert all(result.succeeded for result in results)
    assert len({result.arn for result in results}) == 10
    assert len([task async for task in cluster.tasks(desired_status="STOPPED")]) == 10
    assert aws.calls["ecs:RunTask"] == 2


async def test_missing_capacity_is_borne_for_a_while(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """An input that Fargate does not take for a quarter of an hour has failed, with few calls."""
    world.account.faults.plan(CapacityUnavailable())
    definition = await aws.register(shell("true"))
    refusals: list[str] = []

    def look(event: fk.FanOutEvent) -> None:
        if event.kind == fk.FanOutEventKind.REFUSED:
            refusals.append(event.reason)

    async with cluster.fan_out(definition, [Overrides()], on_event=look) as done:
        result = await anext(done)
    assert result.task is None
    assert result.transient
    assert 900 < aws.clock.now() < 1000
    assert aws.calls["ecs:RunTask"] == len(refusals) + 1 < 25
    with pytest.raises(fk.PlacementFailed, match="Capacity is unavailable"):
        result.raise_for_exit()
    assert await result.last_lines() == ()


async def test_refused_input_is_a_value(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """One input that AWS does not take fails alone."""
    definition = await aws.register(shell("sleep $CODE"))
    inputs = [Overrides(environment={"CODE": "5"}), Overrides(memory=300)]
    async with cluster.fan_out(definition, inputs) as done:
        good, bad = await done.results()
    assert good.succeeded
    assert bad.family == "refused"
    assert bad.reason
    with pytest.raises(fk.ApiError):
        bad.raise_for_exit()


async def test_refusing_everything_is_an_error(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Where the first three calls are all refused, the other 97 are not made."""
    definition = await aws.register(shell("true"))
    inputs = [Overrides(memory=300, environment={"N": str(number)}) for number in range(100)]
    with pytest.raises(fk.ApiError):
        async with cluster.fan_out(definition, inputs) as done:
            await done.results()
    assert aws.calls["ecs:RunTask"] < 15


async def test_denied_call_is_an_error(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """What is not allowed is not tried again, and is raised where results are awaited."""
    definition = await aws.register(shell("true"))
    world.account.faults.plan(Refuse(operation="RunTask", code="AccessDeniedException"))
    with pytest.raises(fk.Denied):
        async with cluster.fan_out(definition, [Overrides()]) as done:
            await done.results()
    assert aws.calls["ecs:RunTask"] == 1
    assert aws.calls["ecs:ListTasks"] == 0


async def test_error_that_nobody_awaited_is_raised_on_leaving(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """An error does not get lost because the block never asked for a result."""
    definition = await aws.register(shell("true"))
    world.account.faults.plan(Refuse(operation="RunTask", code="AccessDeniedException"))
    with pytest.raises(fk.Denied):
        async with cluster.fan_out(definition, [Overrides()]):
            await aws.clock.sleep(60)


@pytest.mark.usefixtures("no_pauses")
async def test_throttle_is_learned_from(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A throttle that outlasts botocore's tries makes the fan-out slower, not fail."""
    definition = await aws.register(shell("true"))
    world.account.faults.plan(Throttle(operation="RunTask", remaining=12))
    inputs = [Overrides(environment={"N": str(number)}) for number in range(6)]
    async with cluster.fan_out(definition, inputs) as done:
        results = await done.results()
    assert all(result.succeeded for result in results)
    assert len([task async for task in cluster.tasks(desired_status="STOPPED")]) == 6
    assert aws.calls["ecs:RunTask"] <= 9


@pytest.mark.usefixtures("no_pauses")
async def test_throttled_looks_are_made_later(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A throttled DescribeTasks costs a fan-out some seconds, and nothing else."""
    definition = await aws.register(shell("sleep 20"))
    world.account.faults.plan(Throttle(operation="DescribeTasks", remaining=11))
    async with cluster.fan_out(definition, [Overrides()] * 10) as done:
        assert all([result.succeeded async for result in done])
    assert aws.calls["ecs:RunTask"] == 1


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        ("Capacity is unavailable at this time. Please try again later", Refusal.AGAIN),
        ("RESOURCE:CPU", Refusal.AGAIN),
        ("AGENT", Refusal.AGAIN),
        (
            "You've reached the limit on the number of vCPUs you can run concurrently",
            Refusal.AFTER_OURS,
        ),
        ("ATTRIBUTE", Refusal.NEVER),
        ("LOCATION", Refusal.NEVER),
        ("something new", Refusal.NEVER),
    ],
)
def test_failures_are_sorted(reason: str, refusal: Refusal) -> None:
    """Each of AWS's reasons for not taking a task is tried again, waited out, or neither."""
    assert sort_refusal(reason) == refusal
