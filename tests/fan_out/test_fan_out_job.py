"""The promise: a job that died goes on where it was, and each input's task runs once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from broken_wire import WireCut, wired

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.sim import World, simulate

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


def lasting(seconds: int) -> Overrides:
    return Overrides(environment={"N": str(seconds)})


async def every_task(cluster: Cluster) -> list[fk.Task]:
    return [
        task
        for status in ("RUNNING", "STOPPED")
        async for task in cluster.tasks(desired_status=status)
    ]


async def died_at(
    world: World, definition: fk.TaskDefinition, items: list[int], job: str, cut_at: str, nth: int
) -> None:
    """Run a job on a connection that dies for ever at the nth step of a kind."""
    steps: Counter[str] = Counter()
    is_dead = False

    def step(what: str) -> None:
        nonlocal is_dead
        steps[what] += 1
        is_dead = is_dead or steps[cut_at] >= nth
        if is_dead and what != "waking up":
            raise WireCut

    other = await wired(world, step)
    own = await other.cluster("prod")
    with pytest.raises((WireCut, ExceptionGroup)):
        async with own.map(definition, items, lasting, job=job, limit=20) as done:
            await done.results()
    await other.aclose()


@pytest.mark.parametrize(
    ("cut_at", "nth"),
    [
        ("before RunTask", 1),
        ("after RunTask", 1),
        ("after RunTask", 2),
        ("before RunTask", 4),
        ("after RunTask", 3),
        ("after DescribeTasks", 4),
        ("after DescribeTasks", 35),
    ],
)
async def test_dead_job_is_taken_up(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, cut_at: str, nth: int
) -> None:
    """Wherever it died, the next process starts only what was not started, and has every result."""
    definition = await aws.register(shell("sleep $N; exit $N"))
    items = [5] * 12 + [20, 30] + [5] * 3
    await died_at(world, definition, items, "nightly", cut_at, nth)
    assert aws.calls["ecs:StopTask"] == 0
    async with cluster.map(definition, items, lasting, job="nightly", limit=20) as done:
        results = await done.results()
    assert [result.exit_code for result in results] == items
    tasks = await every_task(cluster)
    assert {task.arn for task in tasks} == {result.arn for result in results}
    assert len(tasks) == len(items)


async def test_finished_job_is_only_read(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The same job once more gives the same results, and starts nothing."""
    definition = await aws.register(shell("sleep $N; exit $N"))
    found = []
    for _ in range(2):
        async with cluster.map(definition, [1, 2, 2], lasting, job="nightly") as done:
            found.append([(result.item, result.arn) for result in await done.results()])
        runs = aws.calls["ecs:RunTask"]
    assert found[0] == found[1]
    assert runs == 2


async def test_attempts_of_a_dead_job_count(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Tries that the first process made are among the attempts, and are not made again."""
    definition = await aws.register(shell("sleep 300; exit 75"))

    async def interrupt(once: fk.Task) -> None:
        world.account.faults.interrupt_spot((await once.wait_running()).arn)

    await died_at(world, definition, [7], "nightly", "after DescribeTasks", 30)
    (task,) = await every_task(cluster)
    await interrupt(task)
    async with cluster.map(definition, [7], lasting, job="nightly") as done:
        result = await anext(done)
    assert [attempt.verdict.family for attempt in result.attempts] == ["spot", "exit"]
    assert result.exit_code == 75
    assert len(await every_task(cluster)) == 2


async def test_job_that_was_left_runs_again(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """What was stopped on leaving has no result: the same job runs it anew, every time."""
    definition = await aws.register(shell("sleep $N"))
    items = [100, 100, 300]
    for _ in range(2):
        async with cluster.map(definition, items, lasting, job="nightly") as done:
            while done.progress.running < 3:
                await aws.clock.sleep(5)
    async with cluster.map(definition, items, lasting, job="nightly") as done:
        results = await done.results()
    assert all(result.succeeded for result in results)
    assert len({result.arn for result in results}) == 3
    tasks = await every_task(cluster)
    assert Counter(task.stop_code for task in tasks) == {
        "UserInitiated": 6,
        "EssentialContainerExited": 3,
    }


async def test_another_process_that_leaves_the_job_is_got_over(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Who stays starts anew what another process of the same job stopped on leaving."""
    definition = await aws.register(shell("sleep $N"))
    async with cluster.map(definition, [100, 100, 300], lasting, job="nightly") as stays:
        while stays.progress.running < 3:
            await aws.clock.sleep(5)
        async with cluster.map(definition, [300], lasting, job="nightly") as leaves:
            while leaves.progress.running < 1:
                await aws.clock.sleep(1)
        results = await stays.results()
    assert all(result.succeeded and len(result.attempts) == 1 for result in results)
    assert len(await every_task(cluster)) == 4


async def test_forgotten_job_runs_again(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """AWS forgets stopped tasks after about an hour; then the job is a new one."""
    definition = await aws.register(shell("true"))
    arns = []
    for _ in range(2):
        async with cluster.map(definition, [1], lasting, job="nightly") as done:
            arns.append((await anext(done)).arn)
        await aws.clock.sleep(2 * 3600)
    assert arns[0] != arns[1]


async def test_other_inputs_of_a_job_are_left_alone(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Tasks of the job whose inputs are not among these are neither results nor stopped."""
    definition = await aws.register(shell("sleep $N"))
    await died_at(world, definition, [900, 5], "nightly", "after RunTask", 2)
    async with cluster.map(definition, [5], lasting, job="nightly") as done:
        assert len(await done.results()) == 1
    (left,) = [task async for task in cluster.tasks()]
    assert left.started_by == "fargate-kit/nightly"
    assert left.tags["fargate-kit:attempt"] == "1"


WORKER = Path(__file__).parents[1] / "support" / "fan_out_worker.py"


def started(url: str, definition: str, count: int, backend: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WORKER), url, definition, str(count), "killed", backend],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(fk.__file__).parents[1])},
    )


def counting_modulo_three(seconds: int) -> TaskSpec:
    command = ["sh", "-c", f"sleep {seconds}; exit $((N % 3))"]
    main = fk.ContainerSpec(name="main", image="busybox", command=command)
    return TaskSpec(family="job", cpu=256, memory=512, containers=[main])


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_killed_process_and_its_successor_run_each_input_once() -> None:
    """SIGKILL in the middle of 200 tasks: a second process has every result, and none ran twice."""
    count = 200
    async with simulate(speed=60) as world, world.connect() as aws:
        await aws.create_cluster("prod")
        definition = await aws.register(counting_modulo_three(60))
        first = started(world.url, definition.name, count, "asyncio")
        assert first.stdout is not None
        seen = [json.loads(first.stdout.readline()) for _ in range(20)]
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=30)
        assert first.returncode == -signal.SIGKILL
        second = started(world.url, definition.name, count, "asyncio")
        output, errors = second.communicate(timeout=120)
        assert second.returncode == 0, errors
        results = {item: (arn, code) for item, arn, code in map(json.loads, output.splitlines())}
        assert {item: code for item, (_, code) in results.items()} == {
            str(number): number % 3 for number in range(count)
        }
        assert all(results[item] == (arn, code) for item, arn, code in seen)
        tasks = await every_task(await aws.cluster("prod"))
        assert {task.arn for task in tasks} == {arn for arn, _ in results.values()}
        assert len(tasks) == count


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
async def test_interrupted_process_leaves_nothing(backend: str) -> None:
    """Ctrl-C in the middle of 60 tasks: when the process has ended, every task is being stopped."""
    async with simulate(speed=60) as world, world.connect() as aws:
        cluster = await aws.create_cluster("prod")
        definition = await aws.register(counting_modulo_three(86_400))
        other = await cluster.run(definition)
        process = started(world.url, definition.name, 60, backend)
        while cluster.running_tasks < 20:
            await aws.clock.sleep(5)
            cluster = await cluster.refresh()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "KeyboardInterrupt" in errors
        assert "may still run" not in errors
        assert [task.arn async for task in cluster.tasks()] == [other.arn]
