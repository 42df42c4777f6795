"""The promise: an image that cannot be pulled is told as that, and the rollback as a failure."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from fargate_kit import (
    Cluster,
    Connection,
    ContainerSpec,
    DeploymentFailed,
    DeploymentRolledBack,
    Service,
    TaskSpec,
)

ShellSpec = Callable[..., TaskSpec]
GONE = TaskSpec(
    family="web",
    cpu=256,
    memory=512,
    containers=[ContainerSpec(name="main", image="registry.invalid/gone:1")],
)


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def service(aws: Connection, cluster: Cluster, shell: ShellSpec) -> Service:
    """Return a service of two tasks that stands."""
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=2)
    await service.deployment.wait()
    return await service.refresh()


async def test_rollback_is_a_failure_of_what_was_asked(aws: Connection, service: Service) -> None:
    """The service is stable again, and the error says all the same that the image was not there."""
    deployment = await service.deploy(await aws.register(GONE))

    with pytest.raises(DeploymentRolledBack, match="CannotPullContainerError") as raised:
        await deployment.wait()

    evidence = raised.value.evidence
    assert (raised.value.service, raised.value.deployment_id) == ("web", deployment.id)
    assert evidence.status == "ROLLBACK_SUCCESSFUL"
    assert evidence.rolled_back_to is not None
    assert evidence.family == "image"
    assert evidence.remedy in str(raised.value)
    assert evidence.desired_count == 2
    assert {task.family for task in evidence.stopped_tasks} == {"image"}
    assert len(evidence.stopped_tasks) >= 3
    assert [event.kind for event in evidence.events] == ["FAILED", "ROLLING_BACK"]
    assert (evidence.log, evidence.not_seen) == ((), ())
    stable = await service.wait_stable()
    assert (stable.running_count, stable.definition_arn) == (2, service.definition_arn)


async def test_verdict_costs_few_calls(aws: Connection, service: Service) -> None:
    """Beside one DescribeServices a look, the verdict on a bad image costs a dozen calls or two."""
    deployment = await service.deploy(await aws.register(GONE))
    before, began = aws.calls, aws.clock.now()
    with pytest.raises(DeploymentRolledBack):
        await deployment.wait()
    spent, took = aws.calls - before, aws.clock.now() - began
    assert spent["ecs:DescribeServices"] <= took + 1
    assert spent["ecs:ListServiceDeployments"] == 1
    assert spent["ecs:DescribeServiceDeployments"] < 25
    assert spent["ecs:ListTasks"] <= 6
    assert spent["logs:FilterLogEvents"] == 0


async def test_first_deployment_has_nothing_to_go_back_to(
    aws: Connection, cluster: Cluster
) -> None:
    """Where nothing stood before, ECS gives up, and that is a failure, not a rollback."""
    service = await cluster.create_service("web", await aws.register(GONE))
    began = aws.clock.now()
    with pytest.raises(DeploymentFailed, match="CannotPullContainerError") as raised:
        await service.deployment.wait()
    assert type(raised.value) is DeploymentFailed
    assert raised.value.evidence.status == "ROLLBACK_FAILED"
    assert aws.clock.now() - began < 180


async def test_who_asks_late_gets_the_same_answer(aws: Connection, service: Service) -> None:
    """Long after the service is stable again, the deployment by its id was still rolled back."""
    deployment = await service.deploy(await aws.register(GONE))
    with pytest.raises(DeploymentRolledBack):
        await deployment.wait()
    await aws.clock.sleep(600)
    assert (await deployment.refresh()).status == "INACTIVE"
    with pytest.raises(DeploymentRolledBack, match="CannotPullContainerError"):
        await deployment.wait()


async def test_evidence_can_be_kept(aws: Connection, cluster: Cluster) -> None:
    """The error with all of its evidence can be pickled, and says the same afterwards."""
    service = await cluster.create_service("web", await aws.register(GONE))
    with pytest.raises(DeploymentFailed) as raised:
        await service.deployment.wait()
    kept = pickle.loads(pickle.dumps(raised.value))
    assert kept.evidence == raised.value.evidence
    assert str(kept) == str(raised.value)
