"""Services: made, found, changed, scaled, deleted; on a simulated Fargate on a step clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fargate_kit import (
    ApiError,
    CapacityShare,
    CircuitBreaker,
    Cluster,
    Connection,
    DeploymentRolledBack,
    InvalidSpec,
    NotFound,
    Service,
    TaskSpec,
    WaitTimeout,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def cluster(aws: Connection) -> Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def service(aws: Connection, cluster: Cluster, shell: ShellSpec) -> Service:
    """Return a service of two tasks that stands."""
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=2)
    return await service.wait_stable()


async def test_service_has_the_defaults_that_are_argued_for(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """The circuit breaker rolls back, all is tagged, and the network is the default one."""
    service = await cluster.create_service(
        "web", await aws.register(shell("sleep 86400")), tags={"team": "web"}
    )
    breaker = service.raw["deploymentConfiguration"]["deploymentCircuitBreaker"]
    assert (breaker["enable"], breaker["rollback"]) == (True, True)
    assert service.raw["propagateTags"] == "SERVICE"
    assert service.network == await aws.default_network()
    assert (service.desired_count, service.launch_type) == (1, "FARGATE")
    assert service.tags == {"team": "web", "fargate-kit": "made"}
    await service.deployment.wait()
    (task,) = [task async for task in service.tasks()]
    assert task.tags["team"] == "web"
    assert task.tags["aws:ecs:serviceName"] == "web"
    assert task.started_by == service.deployment.id


async def test_settings_reach_aws(aws: Connection, cluster: Cluster, shell: ShellSpec) -> None:
    """What is asked for is what AWS then describes, members without a name of ours included."""
    service = await cluster.create_service(
        "web",
        await aws.register(shell("sleep 86400")),
        capacity_provider=[
            CapacityShare(provider="FARGATE", base=1),
            CapacityShare(provider="FARGATE_SPOT", weight=3),
        ],
        circuit_breaker=CircuitBreaker(rollback=False, threshold=7),
        minimum_healthy_percent=50,
        maximum_percent=150,
        availability_zone_rebalancing=False,
        enable_ecs_managed_tags=False,
        platform_version="1.4.0",
        extra={"schedulingStrategy": "REPLICA"},
    )
    configuration = service.raw["deploymentConfiguration"]
    assert configuration["minimumHealthyPercent"] == 50
    assert configuration["maximumPercent"] == 150
    breaker = configuration["deploymentCircuitBreaker"]
    assert breaker["thresholdConfiguration"] == {"type": "COUNT", "value": 7}
    assert (breaker["enable"], breaker["rollback"]) == (True, False)
    assert service.raw["availabilityZoneRebalancing"] == "DISABLED"
    assert [share.provider for share in service.capacity_providers] == ["FARGATE", "FARGATE_SPOT"]
    assert service.launch_type is None


async def test_impossible_service_is_refused_before_any_call(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """Every problem is told at once, and AWS hears nothing."""
    definition = await aws.register(shell("sleep 86400"))
    with pytest.raises(InvalidSpec) as refused:
        await cluster.create_service(
            "no good",
            definition,
            desired_count=-1,
            minimum_healthy_percent=100,
            maximum_percent=100,
            availability_zone_rebalancing=True,
            health_check_grace_period=-5,
            circuit_breaker=CircuitBreaker(threshold=0),
            capacity_provider=[CapacityShare(provider="FARGATE", weight=0)],
        )
    assert {problem.path for problem in refused.value.problems} == {
        "serviceName",
        "desiredCount",
        "maximumPercent",
        "availabilityZoneRebalancing",
        "healthCheckGracePeriodSeconds",
        "thresholdConfiguration.value",
        "capacityProviderStrategy",
    }
    assert aws.calls["ecs:CreateService"] == 0


async def test_lost_answer_makes_no_second_service(
    world: World, aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """A CreateService call that botocore repeats finds what the first one made."""
    world.account.faults.plan(LoseReply(operation="CreateService"))
    service = await cluster.create_service("web", await aws.register(shell("sleep 86400")))
    assert [each.arn async for each in cluster.services()] == [service.arn]


async def test_services_are_found_and_listed(
    aws: Connection, cluster: Cluster, shell: ShellSpec
) -> None:
    """By name and ARN; lists are described in tens; who is not there is not found."""
    definition = await aws.register(shell("sleep 86400"))
    made = [
        await cluster.create_service(f"web-{n:02}", definition, desired_count=0) for n in range(12)
    ]
    assert (await cluster.service("web-03")).arn == made[3].arn
    assert (await cluster.service(made[3].arn)).name == "web-03"
    before = aws.calls
    names = [service.name async for service in cluster.services()]
    assert sorted(names) == [service.name for service in made]
    spent = aws.calls - before
    assert dict(spent) == {"ecs:ListServices": 1, "ecs:DescribeServices": 2}
    with pytest.raises(NotFound, match="no service 'nobody'"):
        await cluster.service("nobody")


async def test_deploy_leaves_the_count_alone(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """What auto scaling has set since the picture was taken is not set back."""
    await service.scale(3)
    deployment = await service.deploy(await aws.register(shell("sleep 80001", family="web")))
    assert (await deployment.wait()).running_count == 3
    assert (await service.refresh()).desired_count == 3
    assert (await service.deploy(desired_count=1)).id == deployment.id
    assert (await service.wait_stable()).running_count == 1


async def test_deploy_of_nothing_new_is_the_present_deployment(service: Service) -> None:
    """AWS makes no deployment where nothing changes; `force` asks for one."""
    same = await service.deploy(service.definition_arn)
    assert same.id == service.deployment.id
    assert await same.wait() is same
    assert (await service.deploy(force=True)).id != same.id


async def test_settings_that_are_not_named_stay(service: Service) -> None:
    """Changing one deployment setting keeps the others, the circuit breaker above all."""
    await service.deploy(maximum_percent=300)
    configuration = (await service.refresh()).raw["deploymentConfiguration"]
    assert configuration["maximumPercent"] == 300
    assert configuration["deploymentCircuitBreaker"]["enable"] is True


async def test_scaling_is_no_deployment(aws: Connection, service: Service) -> None:
    """The deployment stays the same one; waiting ends when all the tasks run."""
    before = aws.calls
    scaled = await service.scale(4)
    assert (scaled.desired_count, scaled.deployment.id) == (4, service.deployment.id)
    stable = await service.wait_stable()
    assert (stable.running_count, stable.pending_count) == (4, 0)
    assert (aws.calls - before)["ecs:UpdateService"] == 1
    with pytest.raises(InvalidSpec):
        await service.scale(-1)


async def test_stable_means_what_was_asked_for(
    aws: Connection, service: Service, shell: ShellSpec
) -> None:
    """A service that is rolled back becomes stable as well, but not the way that was asked."""
    await service.deploy(await aws.register(shell("exit 1", family="web")))
    with pytest.raises(DeploymentRolledBack):
        await service.wait_stable()
    assert (await service.wait_stable()).definition_arn == service.definition_arn


async def test_stable_in_time_or_not(service: Service) -> None:
    """The limit is met exactly, and what was last seen is told."""
    await service.scale(4)
    with pytest.raises(WaitTimeout, match="within 5 s; last seen: 2 of 4 tasks"):
        await service.wait_stable(timeout=5)


async def test_deletion_waits_for_the_tasks(
    aws: Connection, cluster: Cluster, service: Service
) -> None:
    """When it returns no task of the service is left, so that its cluster can be deleted."""
    tasks = [task async for task in service.tasks()]
    deleted = await service.delete(force=True)
    assert deleted.status == "INACTIVE"
    assert {(await task.refresh()).status for task in tasks} == {"STOPPED"}
    with pytest.raises(NotFound):
        await cluster.service("web")
    assert [each async for each in cluster.services()] == []
    assert (await cluster.delete()).status == "INACTIVE"


async def test_deletion_of_what_runs_must_be_meant(service: Service) -> None:
    """Without `force`, AWS deletes only what is scaled to 0."""
    with pytest.raises(ApiError, match="scaled above 0"):
        await service.delete()
    await service.scale(0)
    assert (await service.delete()).status == "INACTIVE"


async def test_deletion_keeps_to_its_time(aws: Connection, service: Service) -> None:
    """A time-out ends the wait, not the deletion."""
    with pytest.raises(WaitTimeout, match="did not stop within 3 s"):
        await service.delete(force=True, timeout=3)
    await aws.clock.sleep(120)
    assert (await service.refresh()).status == "INACTIVE"
