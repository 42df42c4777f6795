"""Tasks: started, watched, awaited, stopped; on a simulated Fargate whose time is stepped."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest

from fargate_kit import (
    Cluster,
    Connection,
    ContainerOverride,
    ContainerSpec,
    ExitedNonZero,
    InvalidSpec,
    NotFound,
    Overrides,
    StartFailed,
    Task,
    TaskSpec,
    TaskStatus,
    WaitTimeout,
)
from fargate_kit.sim import World

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


async def start(aws: Connection, cluster: Cluster, spec: TaskSpec) -> Task:
    return await cluster.run(await aws.register(spec))


async def test_task_goes_through_its_states(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A watcher sees every state in AWS's order, and the watching ends with the task."""
    task = await start(aws, cluster, shell("sleep 5"))

    seen = [picture.status async for picture in task.changes()]

    order = list(dict.fromkeys(seen))
    assert order[:4] == [
        TaskStatus.PROVISIONING,
        TaskStatus.PENDING,
        TaskStatus.ACTIVATING,
        TaskStatus.RUNNING,
    ]
    assert order[-1] == TaskStatus.STOPPED


async def test_pictures_are_distinct_and_stay(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Each picture is an object of its own that does not change afterwards."""
    task = await start(aws, cluster, shell("true"))

    pictures = [picture async for picture in task.changes()]

    assert len({id(picture) for picture in pictures}) == len(pictures)
    assert [picture.version for picture in pictures] == sorted({
        picture.version for picture in pictures
    })
    assert pictures[0].status == TaskStatus.PROVISIONING


async def test_running_task_has_its_own_interface(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A running task shows its interface, its private address and its public one."""
    task = await (await start(aws, cluster, shell("sleep 600"))).wait_running()

    interface = task.network_interface
    assert interface is not None
    assert interface.id is not None
    assert interface.id.startswith("eni-")
    assert interface.private_ip is not None
    assert interface.private_ip.startswith("172.31.")
    assert await task.public_ip() is not None


async def test_public_address_is_only_where_asked(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Without a public address there is none, and a public subnet leads to no registry then."""
    network = await aws.default_network(public_ip=False)
    definition = await aws.register(shell("sleep 600"))
    task = await cluster.run(definition, network=network)
    assert await task.public_ip() is None
    with pytest.raises(StartFailed, match="CannotPullContainerError") as raised:
        await task.wait_running()
    assert raised.value.family == "network"
    assert "public IP" in raised.value.remedy


async def test_stopped_task_tells_how_it_ended(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A bad end is a value until somebody asks for the error."""
    task = await (await start(aws, cluster, shell("exit 3"))).wait_stopped()

    assert task.exit_code == 3
    assert not task.succeeded
    assert task.stop_code == "EssentialContainerExited"
    with pytest.raises(ExitedNonZero, match="container main ended with exit code 3") as raised:
        task.raise_for_exit()
    assert (raised.value.container, raised.value.exit_code) == ("main", 3)


async def test_good_end_returns_the_task(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """`raise_for_exit()` hands a task that ended well on to the next call."""
    task = (await (await start(aws, cluster, shell("exit 0"))).wait_stopped()).raise_for_exit()
    assert task.succeeded
    assert task.exit_code == 0


async def test_only_essential_containers_decide(aws: Connection, cluster: Cluster) -> None:
    """A helper that ends badly does not make a task fail."""
    containers = [
        ContainerSpec(name="main", image="busybox", command=["sh", "-c", "sleep 20"]),
        ContainerSpec(
            name="side", image="busybox", command=["sh", "-c", "exit 9"], essential=False
        ),
    ]
    spec = TaskSpec(family="pair", cpu=256, memory=512, containers=containers)
    task = await (await start(aws, cluster, spec)).wait_stopped()
    assert {each.name: each.exit_code for each in task.containers} == {"main": 0, "side": 9}
    assert task.raise_for_exit().succeeded


async def test_short_task_counts_as_having_run(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Waiting for RUNNING does not fail because the task was quicker than the look."""
    task = await start(aws, cluster, shell("true"))
    await aws.clock.sleep(300)
    assert (await task.wait_running()).started_at is not None


async def test_image_that_cannot_be_pulled_is_a_failed_start(
    aws: Connection, cluster: Cluster
) -> None:
    """The error has AWS's reason, its family and the remedy."""
    spec = TaskSpec(
        family="gone",
        cpu=256,
        memory=512,
        containers=[ContainerSpec(name="main", image="registry.invalid/gone:1")],
    )
    task = await start(aws, cluster, spec)
    with pytest.raises(StartFailed, match="CannotPullContainerError") as raised:
        await task.wait_running()
    assert raised.value.family in {"image", "network"}
    assert raised.value.remedy in str(raised.value)
    with pytest.raises(StartFailed):
        (await task.wait_stopped()).raise_for_exit()


async def test_wait_gives_up_at_its_time(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The limit is held to on the connection's clock, and the last status is told."""
    task = await start(aws, cluster, shell("sleep 600"))
    began = aws.clock.now()
    with pytest.raises(WaitTimeout, match=r"did not stop within 90 s; last seen: RUNNING") as late:
        await task.wait_stopped(timeout=90)
    assert late.value.last == TaskStatus.RUNNING
    assert aws.clock.now() - began == 90


async def test_stopping_gives_the_reason(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """What was said when stopping is the task's reason."""
    task = await (await start(aws, cluster, shell("sleep 600"))).wait_running()
    stopping = await task.stop("enough")
    assert stopping.desired_status == "STOPPED"
    ended = await stopping.wait_stopped()
    assert (ended.stopped_reason, ended.stop_code) == ("enough", "UserInitiated")


@pytest.mark.parametrize(("count", "calls"), [(1, 1), (10, 1), (11, 2), (25, 3)])
async def test_many_tasks_are_started_ten_in_a_call(
    aws: Connection, cluster: Cluster, shell: ShellSpec, count: int, calls: int
) -> None:
    """N tasks cost ⌈N/10⌉ RunTask calls, and their waiters one DescribeTasks a round."""
    definition = await aws.register(shell("sleep 3"))
    tasks = await cluster.run_many(definition, count)

    async with anyio.create_task_group() as group:
        for task in tasks:
            group.start_soon(task.wait_stopped)

    assert len({task.arn for task in tasks}) == count
    assert aws.calls["ecs:RunTask"] == calls
    assert aws.calls["ecs:DescribeTasks"] < 120


async def test_overrides_reach_the_container(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Command and environment go to the first essential container if none is named."""
    definition = await aws.register(shell("exit 1"))
    overrides = Overrides(command=["sh", "-c", "exit $CODE"], environment={"CODE": "42"})
    task = await (await cluster.run(definition, overrides)).wait_stopped()
    assert task.exit_code == 42


async def test_overrides_of_a_container_join(aws: Connection) -> None:
    """What is said of the main container in two ways is one override."""
    overrides = Overrides(
        command=["a"],
        environment={"B": "2"},
        containers={"main": ContainerOverride(environment={"A": "1"}, memory=300)},
    )
    assert overrides.to_api("main")["containerOverrides"] == [
        {
            "name": "main",
            "command": ["a"],
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            "memory": 300,
        }
    ]


async def test_impossible_runs_are_refused_before_any_call(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Unknown containers, too long overrides and a count of nothing: all at once, nothing sent."""
    definition = await aws.register(shell("true"))
    overrides = Overrides(container="nope", environment={"LONG": "x" * 9000})
    with pytest.raises(InvalidSpec) as refused:
        await cluster.run_many(definition, 0, overrides)
    assert len(refused.value.problems) == 3
    assert aws.calls["ecs:RunTask"] == 0


async def test_cancelled_run_leaves_nothing(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A caller that is cancelled while RunTask is under way leaves no task that runs."""
    definition = await aws.register(shell("sleep 600"))
    await aws.default_network()
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(cluster.run_many, definition, 30)
            while aws.calls["ecs:RunTask"] < 2:
                await anyio.lowlevel.checkpoint()
            scope.cancel()
    await aws.clock.sleep(300)
    assert [task async for task in cluster.tasks()] == []
    assert [task async for task in cluster.tasks(desired_status="STOPPED")] != []


async def test_task_can_be_looked_up(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """Id and ARN find the same task; anything else is not found."""
    task = await start(aws, cluster, shell("sleep 600"))
    assert (await cluster.task(task.id)).arn == task.arn
    assert (await cluster.task(task.arn)).arn == task.arn
    assert (await task.refresh()).arn == task.arn
    with pytest.raises(NotFound, match="no task"):
        await cluster.task("0" * 32)


async def test_forgotten_task_is_not_found(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Some time after its end AWS forgets a task, and the SDK says so."""
    task = await (await start(aws, cluster, shell("true"))).wait_stopped()
    await aws.clock.sleep(2 * 3600)
    with pytest.raises(NotFound):
        await task.refresh()


async def test_waiters_with_different_ends_are_all_served(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Tasks that end one after the other end their waiters one after the other."""
    ended: list[int] = []

    async def wait(seconds: int) -> None:
        task = await start(aws, cluster, shell(f"sleep {seconds}", family=f"job-{seconds}"))
        await task.wait_stopped()
        ended.append(seconds)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for seconds in (1, 30, 60, 90):
                group.start_soon(wait, seconds)

    assert ended == [1, 30, 60, 90]
