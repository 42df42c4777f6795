"""The promise: a crash loop that ECS would never give up is an answer within a minute."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fargate_kit import (
    CircuitBreaker,
    Cluster,
    Connection,
    DeploymentFailed,
    DeploymentRolledBack,
    TaskSpec,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import ImageMissing, Refuse

ShellSpec = Callable[..., TaskSpec]
GROUP = "/ecs/web"
CRASH = "echo starting; sleep 4; echo out of luck; exit 3"


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster beside a log group."""
    await aws.create_log_group(GROUP)
    return await aws.create_cluster("prod")


async def test_crash_loop_without_circuit_breaker_is_an_answer(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Three crashes alike are enough: container, exit code and its last words are told."""
    definition = await aws.register(shell(CRASH, log_group=GROUP))
    service = await cluster.create_service("web", definition, desired_count=2, circuit_breaker=None)
    with pytest.raises(DeploymentFailed, match="container main, exit code 3") as raised:
        await service.deployment.wait()
    answered_at = aws.clock.now()

    evidence = raised.value.evidence
    assert type(raised.value) is DeploymentFailed
    assert (evidence.family, evidence.container) == ("exit", "main")
    assert [task.exit_code for task in evidence.stopped_tasks][:3] == [3, 3, 3]
    assert [line.text for line in evidence.log] == ["starting", "out of luck"]
    assert "out of luck" in str(raised.value)
    assert evidence.rollout_state == "IN_PROGRESS"
    ends = [task async for task in service.tasks(desired_status="STOPPED")]
    third = sorted(task.stopping_at for task in ends if task.stopping_at)[2]
    began = service.created_at
    assert began is not None
    assert answered_at - (third - began).total_seconds() < 60


async def test_good_end_is_a_crash_loop_too(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A container that ends with 0 is no service, and the remedy says what it is."""
    service = await cluster.create_service(
        "web", await aws.register(shell("sleep 2")), circuit_breaker=None
    )
    with pytest.raises(DeploymentFailed, match="run it as a task instead of a service"):
        await service.deployment.wait()


async def test_ecs_gets_the_first_word_where_it_rolls_back(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """With a circuit breaker that rolls back, the answer is that it did, with the same evidence."""
    good = await aws.register(shell("sleep 86400", log_group=GROUP))
    service = await cluster.create_service("web", good, desired_count=2)
    await service.deployment.wait()
    deployment = await service.deploy(await aws.register(shell(CRASH, log_group=GROUP)))
    with pytest.raises(DeploymentRolledBack, match="exit code 3") as raised:
        await deployment.wait()
    assert [line.text for line in raised.value.evidence.log] == ["starting", "out of luck"]


async def test_patience_with_ecs_has_an_end(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A circuit breaker that lets a hundred tasks fail first is not waited for."""
    service = await cluster.create_service(
        "web",
        await aws.register(shell(CRASH, log_group=GROUP)),
        desired_count=2,
        circuit_breaker=CircuitBreaker(threshold=100),
    )
    with pytest.raises(DeploymentFailed, match="exit code 3"):
        await service.deployment.wait()
    assert aws.clock.now() < 150


async def test_one_that_holds_out_is_a_sign_of_life(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """While one task of the deployment runs on, others that fail are not the end of it."""
    definition = await aws.register(shell("sleep 86400"))
    service = await cluster.create_service("web", definition, circuit_breaker=None)
    await aws.clock.sleep(50)
    world.account.faults.plan(ImageMissing(pattern="busybox", remaining=4))
    await service.scale(5)
    assert (await service.deployment.refresh()).rollout_state == "IN_PROGRESS"
    deployment = await service.deployment.wait()
    assert (deployment.rollout_state, deployment.running_count) == ("COMPLETED", 5)
    failed = [task async for task in service.tasks(desired_status="STOPPED")]
    assert len(failed) == 4


async def test_what_cannot_be_seen_hides_nothing(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Where the log may not be read, the verdict stands, and the evidence says what is missing."""
    world.account.faults.plan(
        Refuse(
            operation="FilterLogEvents",
            code="AccessDeniedException",
            message="not yours",
            service="logs",
            remaining=None,
        )
    )
    service = await cluster.create_service(
        "web", await aws.register(shell(CRASH, log_group=GROUP)), circuit_breaker=None
    )
    with pytest.raises(DeploymentFailed, match="exit code 3") as raised:
        await service.deployment.wait()
    assert raised.value.evidence.log == ()
    (missing,) = raised.value.evidence.not_seen
    assert "not yours" in missing
