"""The promise: values that RunTask does not take go by S3, and nothing of them stays there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import anyio
import pytest
from broken_wire import WireCut, wired

import fargate_kit as fk
from fargate_kit import Cluster, Connection, Overrides, TaskSpec
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster with nothing in it."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def bucket(aws: Connection) -> str:
    """Return a bucket with nothing in it."""
    await aws._session.api.call("s3", "CreateBucket", Bucket="inputs")
    return "inputs"


async def objects(aws: Connection, bucket: str) -> list[str]:
    listed = await aws._session.api.call("s3", "ListObjectsV2", Bucket=bucket)
    return [each["Key"] for each in listed.get("Contents", ())]


def long(letter: str) -> Overrides:
    return Overrides(environment={"TEXT": letter * 9000, "SHORT": letter})


def environment_of(task: fk.Task | None) -> dict[str, str]:
    assert task is not None
    (override,) = task.raw["overrides"]["containerOverrides"]
    return {each["name"]: each["value"] for each in override["environment"]}


async def test_long_value_is_in_s3_while_its_task_runs(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """The variable has the address of its value, under the job; after the end nothing is there."""
    definition = await aws.register(shell("sleep 5"))
    inputs = [long("a"), Overrides(environment={"TEXT": "short"}), long("b"), long("a")]
    found: dict[str, bytes | None] = {}

    def look(event: fk.FanOutEvent) -> None:
        if event.kind == fk.FanOutEventKind.RUNNING:
            address = environment_of(event.task)["TEXT"]
            key = address.removeprefix(f"s3://{bucket}/")
            found[address] = world.account.moto.s3_object("aws", bucket, key)

    async with cluster.fan_out(
        definition, inputs, spill_to=bucket, job="reports/2026", on_event=look
    ) as done:
        results = await done.results()
    folder = f"s3://{bucket}/fargate-kit/reports/2026"
    addresses = [
        f"{folder}/{hashlib.sha256((letter * 9000).encode()).hexdigest()[:32]}" for letter in "ab"
    ]
    assert [environment_of(result.task)["TEXT"] for result in results] == [
        addresses[0],
        "short",
        addresses[1],
        addresses[0],
    ]
    assert environment_of(results[0].task)["SHORT"] == "a"
    assert found == {addresses[0]: b"a" * 9000, addresses[1]: b"b" * 9000, "short": None}
    assert [result.item for result in results] == inputs
    assert await objects(aws, bucket) == []
    assert aws.calls["s3:PutObject"] == 2
    assert aws.calls["s3:DeleteObjects"] == 1
    assert aws.calls["ecs:RunTask"] == 3


async def test_only_what_does_not_fit_is_spilled(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """The longest values go first, and no more of them than it takes."""
    definition = await aws.register(shell("true"))
    inputs = [Overrides(environment={"A": "a" * 3000, "B": "b" * 5000, "C": "c" * 3000})]
    async with cluster.fan_out(definition, inputs, spill_to=f"s3://{bucket}/some/place/") as done:
        result = await anext(done)
    found = environment_of(result.task)
    assert (found["A"], found["C"]) == ("a" * 3000, "c" * 3000)
    assert found["B"].startswith(f"s3://{bucket}/some/place/{done.started_by}/")


async def test_what_fits_costs_no_call(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """A bucket that nobody needs is not asked."""
    definition = await aws.register(shell("true"))
    async with cluster.fan_out(definition, [Overrides()], spill_to=bucket) as done:
        await done.results()
    assert not [name for name in aws.calls if name.startswith("s3:Put") or "Delete" in name]


async def test_command_that_is_too_long_is_refused_before_anything_runs(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """Only the environment can be spilled: the rest has to fit."""
    definition = await aws.register(shell("true"))
    inputs = [long("a"), Overrides(command=["x" * 9000], environment={"TEXT": "y" * 9000})]
    before = aws.calls
    with pytest.raises(fk.InvalidSpec) as refused:
        async with cluster.fan_out(definition, inputs, spill_to=bucket):
            pytest.fail("nothing may run")
    assert [problem.path for problem in refused.value.problems] == ["input 1"]
    assert aws.calls == before


async def test_bucket_that_is_not_there_is_told_before_anything_runs(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The first value is put on entering, also where others could start without."""
    definition = await aws.register(shell("sleep 600"))
    inputs = [Overrides(), long("a")]
    with pytest.raises(fk.ApiError, match="NoSuchBucket") as raised:
        async with cluster.fan_out(definition, inputs, spill_to="nobodys"):
            pytest.fail("nothing may run")
    assert not hasattr(raised.value, "__notes__")
    assert aws.calls["ecs:RunTask"] == 0


async def test_leaving_early_deletes_the_values(
    aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """A break, an error and a cancellation leave nothing in the bucket."""
    definition = await aws.register(shell("sleep 600"))
    inputs = [long(letter) for letter in "abcdef"]

    async def run(leave: Callable[[], object]) -> None:
        async with cluster.fan_out(definition, inputs, limit=3, spill_to=bucket) as done:
            while done.progress.running < 3:
                await aws.clock.sleep(1)
            assert len(await objects(aws, bucket)) == 3
            leave()
            await anyio.lowlevel.checkpoint()

    def fail() -> None:
        raise ZeroDivisionError

    await run(lambda: None)
    assert await objects(aws, bucket) == []
    with pytest.raises(ZeroDivisionError):
        await run(fail)
    assert await objects(aws, bucket) == []
    with anyio.CancelScope() as scope:
        await run(scope.cancel)
    assert scope.cancelled_caught
    assert await objects(aws, bucket) == []


async def test_cancelled_while_a_value_is_put(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """The answer is awaited, and the value deleted; no task has started."""
    definition = await aws.register(shell("sleep 600"))
    scope = anyio.CancelScope()
    puts = 0

    def step(what: str) -> None:
        nonlocal puts
        # S3 names no operation in a header; the first request after entering is PutObject.
        puts += what == "before ?"
        if puts == 1:
            scope.cancel()

    other = await wired(world, step)
    own = await other.cluster("prod")
    network = await aws.default_network()
    with scope:
        async with own.fan_out(definition, [long("a")], spill_to=bucket, network=network) as done:
            await done.results()
    assert scope.cancelled_caught
    assert other.calls["s3:PutObject"] == 1
    assert other.calls["ecs:RunTask"] == 0
    assert await objects(aws, bucket) == []
    await other.aclose()


async def test_dead_job_is_taken_up_and_cleared(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """What a process that died has put, its successor uses, and deletes."""
    definition = await aws.register(shell("sleep 20"))
    inputs = [long("a"), long("b"), long("c")]
    dead = False

    def step(what: str) -> None:
        nonlocal dead
        dead = dead or what == "after RunTask"
        if dead and what != "waking up":
            raise WireCut

    other = await wired(world, step)
    own = await other.cluster("prod")
    with pytest.raises((WireCut, ExceptionGroup)):
        async with own.fan_out(definition, inputs, job="nightly", spill_to=bucket) as done:
            await done.results()
    await other.aclose()
    assert await objects(aws, bucket)
    async with cluster.fan_out(definition, inputs, job="nightly", spill_to=bucket) as done:
        results = await done.results()
    tasks = [task async for task in cluster.tasks(desired_status="STOPPED")]
    assert {task.arn for task in tasks} == {result.arn for result in results}
    assert len(tasks) == 3
    assert await objects(aws, bucket) == []


async def test_value_that_cannot_be_deleted_is_named(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec, bucket: str
) -> None:
    """What may stay in the bucket is not kept silent."""
    definition = await aws.register(shell("true"))

    async def run() -> None:
        async with cluster.fan_out(definition, [long("a")], spill_to=bucket) as done:
            await done.results()
            world.account.faults.plan(
                Refuse(service="s3", operation="*", code="AccessDenied", status=403)
            )

    with pytest.raises(fk.FargateError, match=r"s3://inputs/fargate-kit/.* may still be there"):
        await run()
