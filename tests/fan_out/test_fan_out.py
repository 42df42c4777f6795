"""The promise: one task for each input, few calls, and a value for each, however it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
import pytest

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.sim import World

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


def exits(code: int) -> Overrides:
    return Overrides(environment={"CODE": str(code)})


async def test_hundred_equal_inputs_cost_ten_calls(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """100 tasks cost 10 RunTask calls, one DescribeTasks a look, and nothing else."""
    definition = await aws.register(shell("sleep 30"))
    network = await aws.default_network()
    before = aws.calls
    async with cluster.fan_out(definition, [Overrides()] * 100, limit=100, network=network) as done:
        results = await done.results()
    assert [result.index for result in results] == list(range(100))
    assert all(result.succeeded for result in results)
    assert len({result.arn for result in results}) == 100
    spent = aws.calls - before
    assert spent["ecs:RunTask"] == 10
    assert spent["ecs:DescribeTasks"] < 60
    assert set(spent) == {"ecs:RunTask", "ecs:DescribeTasks"}


async def test_different_inputs_go_one_by_one(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Equal overrides share a call even where others stand between them."""
    definition = await aws.register(shell("exit $CODE"))
    inputs = [exits(index % 2) for index in range(20)] + [exits(7)]
    async with cluster.fan_out(definition, inputs, retries=0) as done:
        results = await done.results()
    assert [result.exit_code for result in results] == [index % 2 for index in range(20)] + [7]
    assert aws.calls["ecs:RunTask"] == 3


async def test_map_gives_each_item_with_its_result(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Plain values go in, and come back on the results that belong to them."""
    definition = await aws.register(shell("sleep $CODE; exit $CODE"))
    async with cluster.map(definition, [3, 1, 2], exits, retries=0) as done:
        found = {result.item: result.exit_code async for result in done}
    assert found == {1: 1, 2: 2, 3: 3}


@pytest.mark.parametrize("ordered", [True, False])
async def test_results_come_as_completed_or_in_order(
    aws: Connection, cluster: Cluster, shell: ShellSpec, ordered: bool
) -> None:
    """Whoever wants the inputs' order gets it; everybody else gets what is there first."""
    definition = await aws.register(shell("sleep $CODE"))
    seconds = [90, 10, 50]
    async with cluster.map(definition, seconds, exits, ordered=ordered) as done:
        order = [result.item async for result in done]
    assert order == (seconds if ordered else sorted(seconds))


@pytest.mark.parametrize("limit", [1, 7, 12])
async def test_limit_is_held(
    aws: Connection, cluster: Cluster, shell: ShellSpec, limit: int
) -> None:
    """Never are there more tasks than the limit, in any state."""
    definition = await aws.register(shell("sleep 20"))
    most = 0

    def look(event: fk.FanOutEvent) -> None:
        nonlocal most
        most = max(most, event.progress.starting + event.progress.running)

    inputs = [Overrides()] * 20
    async with cluster.fan_out(definition, inputs, limit=limit, on_event=look) as done:
        assert len(await done.results()) == 20
    assert most <= limit
    assert most > limit / 2


async def test_failed_task_is_a_value(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """A failure has exit codes, the class of its reason, timings, attempts and the last lines."""
    await aws.create_log_group("g")
    definition = await aws.register(
        shell("for i in 1 2 3 4; do echo line $i; done; exit 3", log_group="g")
    )
    async with cluster.fan_out(definition, [Overrides()], capacity="on-demand") as done:
        result = await anext(done)
        assert not result.succeeded
        assert (result.exit_code, result.exit_codes) == (3, {"main": 3})
        assert (result.family, result.transient) == ("exit", False)
        assert "exit code 3" in result.reason
        assert result.remedy
        assert len(result.attempts) == 1
        assert result.seconds_waited is not None
        assert 5 < result.seconds_waited < 60
        assert result.seconds_run is not None
        assert result.cost is not None
        assert 0 < result.cost < 1
        await aws.clock.sleep(30)
        assert [line.text for line in await result.last_lines(2)] == ["line 3", "line 4"]
        with pytest.raises(fk.ExitedNonZero, match="exit code 3"):
            result.raise_for_exit()


async def test_start_that_failed_is_a_value(aws: Connection, cluster: Cluster) -> None:
    """A task whose image is not there has AWS's reason and the remedy."""
    spec = TaskSpec(
        family="gone",
        cpu=256,
        memory=512,
        containers=[fk.ContainerSpec(name="main", image="registry.invalid/gone:1")],
    )
    async with cluster.fan_out(await aws.register(spec), [Overrides()]) as done:
        result = await anext(done)
    assert "CannotPullContainerError" in result.reason
    assert result.exit_code is None
    with pytest.raises(fk.StartFailed):
        result.raise_for_exit()


async def test_raise_first_raises_at_the_first_failure(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Asked to raise, the iteration ends at a failure, and what still runs is stopped."""
    definition = await aws.register(shell("sleep $CODE; exit $CODE"))
    async with cluster.map(definition, [600, 5, 700], exits) as done:
        with pytest.raises(fk.ExitedNonZero, match="exit code 5"):
            await done.raise_first().results()
    assert [task async for task in cluster.tasks()] == []


async def test_events_and_counts_tell_how_far_it_is(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Every input starts, runs and ends, and the representation counts them."""
    definition = await aws.register(shell("sleep 20; exit $CODE"))
    events: list[fk.FanOutEvent] = []
    async with cluster.map(
        definition, [0, 0, 1], exits, job="nightly/1", on_event=events.append
    ) as done:
        assert repr(done) == "<fan-out of job 'nightly/1', 3 inputs: 3 waiting>"
        results = await done.results()
    assert repr(done) == "<fan-out of job 'nightly/1', 3 inputs: 2 succeeded, 1 failed>"
    for index in range(3):
        kinds = [event.kind for event in events if event.index == index]
        assert kinds == ["started", "running", "ended"]
    assert [event.progress.ended for event in events if event.result] == [1, 2, 3]
    told = [event.result for event in events if event.result]
    assert sorted(told, key=lambda result: result.index) == results


async def test_no_inputs_are_no_calls(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """Nothing to do is done at once."""
    definition = await aws.register(shell("true"))
    async with cluster.fan_out(definition, []) as done:
        assert [result async for result in done] == []
    assert aws.calls["ecs:RunTask"] == 0


async def test_impossible_inputs_are_refused_before_any_call(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Overrides over AWS's limit and unknown containers are told for every input, nothing sent."""
    definition = await aws.register(shell("true"))
    inputs = [
        Overrides(),
        Overrides(environment={"LONG": "x" * 8192}),
        Overrides(container="nope", command=["true"]),
    ]
    with pytest.raises(fk.InvalidSpec) as refused:
        async with cluster.fan_out(definition, inputs):
            pytest.fail("nothing may run")
    paths = [problem.path for problem in refused.value.problems]
    assert paths == ["spill_to", "input 1", "input 2"]
    assert "8192" in str(refused.value)
    assert "S3" in str(refused.value)
    assert aws.calls["ecs:RunTask"] == 0


async def test_longest_overrides_are_taken(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Overrides of exactly 8,192 characters run; one more character is refused here."""
    definition = await aws.register(shell("true"))
    frame = len(
        '{"containerOverrides":[{"name":"main","environment":[{"name":"LONG","value":""}]}]}'
    )

    def of(length: int) -> Overrides:
        return Overrides(environment={"LONG": "x" * (length - frame)})

    async with cluster.fan_out(definition, [of(8192)]) as done:
        assert (await anext(done)).succeeded
    with pytest.raises(fk.InvalidSpec, match="8193 characters"):
        async with cluster.fan_out(definition, [of(8193)]):
            pytest.fail("nothing may run")


async def test_impossible_settings_are_refused_at_once(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Every setting that cannot work is named, by the call itself."""
    definition = await aws.register(shell("true"))
    with pytest.raises(fk.InvalidSpec) as refused:
        cluster.fan_out(
            definition,
            [],
            limit=0,
            retries=-1,
            capacity="cheap",
            job="two words",
            timeout=0,
            max_cost=0,
            spill_to="No Bucket",
        )
    paths = {problem.path for problem in refused.value.problems}
    assert paths == {"limit", "retries", "capacity", "job", "timeout", "max_cost", "spill_to"}


async def test_spot_alone_needs_its_capacity_provider(aws: Connection, shell: ShellSpec) -> None:
    """A cluster that does not know Spot runs on demand, unless Spot alone was asked for."""
    cluster = await aws.create_cluster("old", capacity_providers=["FARGATE"])
    definition = await aws.register(shell("true"))
    with pytest.raises(fk.InvalidSpec, match="FARGATE_SPOT"):
        cluster.fan_out(definition, [Overrides()], capacity="spot")
    async with cluster.fan_out(definition, [Overrides()]) as done:
        assert (await anext(done)).capacity_provider is None


async def test_spec_must_be_registered_first(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A specification instead of a revision is told what to do."""
    with pytest.raises(TypeError, match="register"):
        cluster.fan_out(shell("true"), [Overrides()])  # type: ignore[arg-type]


async def test_fan_out_is_entered_once(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """Neither outside its block nor a second time can a fan-out be used."""
    fan_out = cluster.fan_out(await aws.register(shell("true")), [Overrides()])
    with pytest.raises(RuntimeError, match="enter the fan-out first"):
        aiter(fan_out)
    async with fan_out:
        pass
    with pytest.raises(RuntimeError, match="entered once"):
        async with fan_out:
            pass


async def test_time_limit_ends_everything(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """When the time is up, it is told with what was seen last, and the tasks are stopped."""
    definition = await aws.register(shell("sleep $CODE"))
    began = aws.clock.now()
    items: list[int] = []
    with pytest.raises(fk.WaitTimeout, match="within 120 s") as late:
        async with cluster.map(definition, [10, 600], exits, timeout=120) as done:
            items.extend([result.item async for result in done])
    assert late.value.last.succeeded == 1
    assert aws.clock.now() - began < 130
    assert [task async for task in cluster.tasks()] == []


async def test_cost_limit_ends_everything(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Tasks are stopped when they have cost as much as they may, by on-demand prices."""
    definition = await aws.register(shell("sleep 86400"))
    # A quarter of a vCPU and half a GB: 0.0123425 dollars an hour, and 0.005 for its address.
    with pytest.raises(fk.CostLimitReached, match="may cost") as dear:
        async with cluster.fan_out(definition, [Overrides()] * 10, max_cost=0.10) as done:
            await done.results()
    hours = 0.10 / (10 * (0.25 * 0.04048 + 0.5 * 0.004445 + 0.005))
    assert aws.clock.now() == pytest.approx(hours * 3600, rel=0.05)
    assert dear.value.spent == pytest.approx(0.10, rel=0.05)
    assert [task async for task in cluster.tasks()] == []


async def test_cost_limit_needs_prices(world: World, shell: ShellSpec) -> None:
    """Where no price is known, a limit on cost is refused before anything runs."""
    async with world.connect(region="eu-west-1") as aws:
        cluster = await aws.create_cluster("prod")
        definition = await aws.register(shell("true"))
        with pytest.raises(fk.ConfigurationError, match="prices=Prices"):
            async with cluster.fan_out(definition, [Overrides()], max_cost=1):
                pytest.fail("nothing may run")
        assert aws.calls["ecs:RunTask"] == 0
        async with cluster.fan_out(definition, [Overrides()]) as done:
            assert (await anext(done)).cost is None


async def test_listener_that_fails_ends_everything(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """An error in the caller's own listener is raised where results are awaited."""
    definition = await aws.register(shell("sleep 600"))

    def listen(event: fk.FanOutEvent) -> None:
        if event.kind == fk.FanOutEventKind.RUNNING:
            raise ZeroDivisionError("the listener's own")

    with pytest.raises(ZeroDivisionError, match="the listener's own"):
        async with cluster.fan_out(definition, [Overrides()] * 3, on_event=listen) as done:
            await done.results()
    assert [task async for task in cluster.tasks()] == []


async def test_two_fan_outs_share_the_looks(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Two fan-outs side by side cost as many looks as the longer one alone."""
    definition = await aws.register(shell("sleep 40"))
    network = await aws.default_network()

    async def run() -> None:
        async with cluster.fan_out(definition, [Overrides()] * 40, network=network) as done:
            assert len(await done.results()) == 40

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        group.start_soon(run)
    assert aws.calls["ecs:RunTask"] == 8
    assert aws.calls["ecs:DescribeTasks"] < 75
