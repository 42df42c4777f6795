"""The promise: a wait outlives what passes, and ends with AWS's own error where it lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import anyio
import pytest

from fargate_kit import (
    ApiError,
    CircuitBreaker,
    Cluster,
    Connection,
    ContainerSpec,
    Denied,
    Deployment,
    DeploymentFailed,
    DeploymentRolledBack,
    EndpointUnreachable,
    EventKind,
    Evidence,
    FargateError,
    Service,
    TaskSpec,
    Throttled,
    WaitTimeout,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import (
    CapacityUnavailable,
    DropConnection,
    Fault,
    LoseReply,
    Refuse,
    Throttle,
)

ShellSpec = Callable[..., TaskSpec]
ALWAYS: dict[str, Any] = {"operation": "*", "service": "*", "remaining": None}
# botocore's own, as core/api.py sets them.
TRIES = 5


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def other(world: World) -> AsyncIterator[Connection]:
    """Return a second connection, which knows nothing of what the first one did."""
    async with world.connect() as aws:
        yield aws


@pytest.fixture
async def service(aws: Connection, cluster: Cluster, shell: ShellSpec) -> Service:
    """Return a service of one task that has just been made."""
    return await cluster.create_service("web", await aws.register(shell("sleep 86400")))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Throttle(**ALWAYS), Throttled),
        (Refuse(**ALWAYS, code="ServerException", status=500), ApiError),
        (LoseReply(**ALWAYS), ApiError),
        (DropConnection(**ALWAYS), EndpointUnreachable),
    ],
    ids=["throttle", "500", "lost reply", "dropped"],
)
async def test_lasting_trouble_ends_the_wait(
    world: World, aws: Connection, service: Service, fault: Fault, error: type[FargateError]
) -> None:
    """After five minutes without an answer AWS's error is raised, also where no time-out is set."""
    world.account.faults.plan(fault)
    before, began = aws.calls, aws.clock.now()
    with pytest.raises(error) as raised:
        await service.deployment.wait(timeout=None, no_progress_timeout=None)
    assert type(raised.value) is error
    assert 300 <= aws.clock.now() - began < 310
    (note,) = raised.value.__notes__
    assert service.deployment.id in note
    assert "That is not its end" in note
    assert set(aws.calls - before) == {"ecs:DescribeServices"}
    assert (aws.calls - before)["ecs:DescribeServices"] <= 160


async def test_everybody_who_waits_outlives_a_storm(
    world: World, aws: Connection, cluster: Cluster, service: Service
) -> None:
    """Those who share a look share its trouble, and all of them go on."""
    services = [service]
    for number in range(10):
        services.append(await cluster.create_service(f"web-{number}", service.definition_arn))
    world.account.faults.plan(Throttle(**ALWAYS, until=120))
    completed: list[str] = []

    async def wait(deployment: Deployment) -> None:
        completed.append((await deployment.wait()).rollout_state)

    async with anyio.create_task_group() as group:
        for each in services:
            group.start_soon(wait, each.deployment)
    assert completed == ["COMPLETED"] * 11
    assert aws.clock.now() < 130


async def test_time_out_in_a_storm_says_what_was_not_seen(
    world: World, aws: Connection, service: Service
) -> None:
    """The absolute limit holds, and its evidence says that AWS told nothing."""
    world.account.faults.plan(Throttle(**ALWAYS))
    with pytest.raises(WaitTimeout, match="did not complete within 100 s") as raised:
        await service.deployment.wait(timeout=100)
    assert aws.clock.now() < 101
    assert isinstance(raised.value.last, Evidence)
    assert "the deployment itself, nothing since 100 s: " in raised.value.last.not_seen[0]


async def test_time_without_answers_is_no_lack_of_progress(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Minutes in which nobody could see are not told as minutes in which nothing moved."""
    world.account.faults.plan(CapacityUnavailable())
    definition = await aws.register(shell("sleep 86400"))
    service = await cluster.create_service("web", definition, circuit_breaker=None)
    world.account.faults.plan(Throttle(**ALWAYS, after=30, until=230))
    began = aws.clock.now()
    with pytest.raises(WaitTimeout, match="made no progress for 100 s"):
        await service.deployment.wait(no_progress_timeout=100)
    assert 295 < aws.clock.now() - began < 310


@pytest.mark.parametrize(
    "fault",
    [
        Throttle(operation="ListTasks", remaining=None),
        Refuse(operation="DescribeTasks", code="ServerException", status=500, remaining=None),
        Refuse(operation="ListTasks", code="AccessDeniedException", message="no", remaining=None),
    ],
    ids=["throttled list", "failing descriptions", "list not allowed"],
)
async def test_verdict_of_ecs_needs_no_tasks(
    world: World, aws: Connection, cluster: Cluster, fault: Fault
) -> None:
    """Where tasks are never shown, ECS's own verdict counts, and the gap is said."""
    gone = ContainerSpec(name="main", image="registry.invalid/gone:1")
    spec = TaskSpec(family="web", cpu=256, memory=512, containers=[gone])
    service = await cluster.create_service(
        "web", await aws.register(spec), circuit_breaker=CircuitBreaker(rollback=False)
    )
    world.account.faults.plan(fault)
    with pytest.raises(DeploymentFailed) as raised:
        await service.deployment.wait()
    evidence = raised.value.evidence
    assert (evidence.rollout_state, evidence.stopped_tasks) == ("FAILED", ())
    assert len(evidence.not_seen) == 1
    assert evidence.not_seen[0].startswith("tasks that stopped: ecs:")


@pytest.mark.parametrize("tries", [1, TRIES, 4 * TRIES])
async def test_record_that_cannot_be_read_is_not_guessed(
    world: World, aws: Connection, service: Service, shell: ShellSpec, tries: int
) -> None:
    """What completed and was replaced is never taken for overtaken while AWS cannot tell."""
    first = service.deployment
    await aws.clock.sleep(120)
    second = await service.deploy(await aws.register(shell("sleep 80001")))
    await second.wait()
    world.account.faults.plan(Throttle(operation="*ServiceDeployments", remaining=tries))
    assert (await first.wait()).rollout_state == "COMPLETED"


async def test_container_that_failed_is_known_after_a_storm(
    world: World, aws: Connection, other: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The essential container is blamed, also where its definition could not be read at first."""
    side = ContainerSpec(
        name="side", image="busybox", command=["sh", "-c", "exit 1"], essential=False
    )
    crashing = shell("sleep 3; exit 3")
    definition = await aws.register(replace(crashing, containers=[side, *crashing.containers]))
    await cluster.create_service("web", definition, circuit_breaker=None)
    service = await (await other.cluster("prod")).service("web")
    world.account.faults.plan(Throttle(operation="DescribeTaskDefinition", remaining=2 * TRIES))
    with pytest.raises(DeploymentFailed, match="container main, exit code 3"):
        await service.deployment.wait()
    assert other.calls["ecs:DescribeTaskDefinition"] == 3


@pytest.mark.parametrize(
    "fault",
    [
        LoseReply(operation="StopServiceDeployment"),
        DropConnection(operation="StopServiceDeployment", moment="after"),
    ],
    ids=["lost reply", "dropped"],
)
async def test_stop_is_asked_for_again(
    world: World, aws: Connection, service: Service, shell: ShellSpec, fault: Fault
) -> None:
    """A rollback whose confirmation was lost is no error, and happens once."""
    await service.deployment.wait()
    deployment = await service.deploy(await aws.register(shell("sleep 80001")))
    await aws.clock.sleep(5)
    world.account.faults.plan(fault)
    await deployment.stop()
    with pytest.raises(DeploymentRolledBack):
        await deployment.wait()
    assert (await service.refresh()).definition_arn == service.definition_arn


async def test_events_outlive_a_storm(world: World, service: Service) -> None:
    """Who follows the events misses none and gets none twice."""
    world.account.faults.plan(Throttle(**ALWAYS, after=5, until=100))
    told = [event async for event in service.deployment.events()]
    assert {event.kind for event in told} >= {EventKind.STARTED, EventKind.COMPLETED}
    everything = [event.id async for event in service.events()]
    assert sorted(event.id for event in told) == sorted(everything)


async def test_denial_does_not_wait(world: World, aws: Connection, service: Service) -> None:
    """What does not pass by itself is told at once."""
    denied = Refuse(operation="DescribeServices", code="AccessDeniedException", message="not yours")
    world.account.faults.plan(replace(denied, remaining=None))
    with pytest.raises(Denied, match="not yours"):
        await service.deployment.wait()
    assert aws.clock.now() < 2


async def test_cancellation_is_not_hidden(world: World, aws: Connection, service: Service) -> None:
    """A rollback that nobody answers does not take the cancellation's place."""
    world.account.faults.plan(DropConnection(operation="*", remaining=None, after=5))
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:

            async def wait() -> None:
                await service.deployment.wait(stop_on_cancel=True)

            group.start_soon(wait)
            await aws.clock.sleep(10)
            scope.cancel()
    assert scope.cancelled_caught
