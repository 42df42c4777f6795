"""What newcomers run into: slips that are named before any call, and AWS's words with a way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from balanced import WEB

import fargate_kit as fk
from fargate_kit.core.deadline import check_timeout
from fargate_kit.sim import World, simulate

ShellSpec = Callable[..., fk.TaskSpec]


@pytest.fixture
async def cluster(aws: fk.Connection) -> fk.Cluster:
    """Return a cluster."""
    return await aws.create_cluster("prod")


@pytest.fixture
async def service(aws: fk.Connection, cluster: fk.Cluster, shell: ShellSpec) -> fk.Service:
    """Return a service with one task, whose deployment has begun."""
    return await cluster.create_service("web", await aws.register(shell("sleep 9000", family="w")))


async def test_web_service_needs_a_mapped_port(
    aws: fk.Connection, cluster: fk.Cluster, shell: ShellSpec
) -> None:
    """Where no container maps the port, the remedy is to map it, and nothing is made."""
    definition = await aws.register(shell("sleep 9000"))
    with pytest.raises(fk.InvalidSpec, match=r"no container maps port 80: .*ports=\[80\]") as error:
        await cluster.create_web_service("w", definition, port=80, open_to=fk.ANYWHERE)
    assert "group" not in str(error.value)
    assert aws.calls["elbv2:CreateLoadBalancer"] == 0


async def test_second_service_of_a_name_is_told_of_deploy(
    aws: fk.Connection, cluster: fk.Cluster, service: fk.Service
) -> None:
    """AWS's words on idempotence end with what changes a service."""
    with pytest.raises(fk.ApiError, match=r"exists with other settings.*deploy") as error:
        await cluster.create_service("web", service.definition_arn, desired_count=3)
    assert error.value.code == "InvalidParameterException"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("SPOT", "allowed: FARGATE or FARGATE_SPOT; did you mean FARGATE_SPOT"),
        ("fargate", "did you mean FARGATE"),
        ("mine", "no other runs tasks on Fargate"),
    ],
)
async def test_unknown_capacity_provider_is_refused_before_any_call(
    aws: fk.Connection, cluster: fk.Cluster, given: str, says: str
) -> None:
    """Fargate has two capacity providers; tasks and services are asked for no other."""
    before = aws.calls
    with pytest.raises(fk.InvalidSpec, match=says):
        await cluster.run("report", capacity_provider=given)
    with pytest.raises(fk.InvalidSpec, match=says):
        await cluster.create_service("web", "report", capacity_provider=given)
    share = fk.CapacityShare(provider=given, weight=1)
    with pytest.raises(fk.InvalidSpec, match=says):
        await cluster.create_service("web", "report", capacity_provider=[share])
    assert aws.calls == before


async def test_unknown_definition_is_named(cluster: fk.Cluster, service: fk.Service) -> None:
    """AWS does not say which definition it did not find; the error does."""
    with pytest.raises(fk.NotFound, match="There is no 'nope' in us-east-1"):
        await service.deploy("nope")
    with pytest.raises(fk.NotFound, match="There is no 'nope' in us-east-1"):
        await cluster.create_service("other", "nope")


async def test_cluster_in_use_says_the_way_out(
    aws: fk.Connection, cluster: fk.Cluster, service: fk.Service, shell: ShellSpec
) -> None:
    """Services first, then tasks: the error says what ends them."""
    with pytest.raises(fk.ApiError, match=r"service\.delete\(force=True\)"):
        await cluster.delete()
    await service.delete(force=True)
    await cluster.run(await aws.register(shell("sleep 9000")))
    with pytest.raises(fk.ApiError, match=r"stop\(\) and wait_stopped\(\)"):
        await cluster.delete()


@pytest.mark.parametrize("make", [fk.TargetTracking.cpu, fk.TargetTracking.memory])
async def test_percentage_above_100_is_refused(
    aws: fk.Connection, service: fk.Service, make: Callable[[float], fk.TargetTracking]
) -> None:
    """A percentage that is never reached would never scale; 100 itself is taken."""
    with pytest.raises(fk.InvalidSpec, match="at most 100"):
        await service.autoscale(1, 2, make(500))
    assert aws.calls["application-autoscaling:RegisterScalableTarget"] == 0
    assert (await service.autoscale(1, 2, make(100))).maximum == 2


async def test_negative_timeouts_are_refused(
    aws: fk.Connection, cluster: fk.Cluster, service: fk.Service, shell: ShellSpec
) -> None:
    """Whatever waits refuses a negative time limit before it asks or changes anything."""
    task = await cluster.run(await aws.register(shell("sleep 9000")))
    balancer = await aws.create_load_balancer("front", open_to=fk.ANYWHERE, ports=[80])
    group = await balancer.create_target_group("web")
    waits: list[Callable[[], Awaitable[Any]]] = [
        lambda: task.wait_running(timeout=-1),
        lambda: task.wait_stopped(timeout=-1),
        lambda: service.wait_stable(timeout=-1),
        lambda: service.delete(force=True, timeout=-1),
        lambda: service.deployment.wait(timeout=-1),
        lambda: balancer.wait_active(timeout=-1),
        lambda: group.wait_healthy(timeout=-1),
        lambda: group.deregister(timeout=-1),
    ]
    before = aws.calls
    for wait in waits:
        with pytest.raises(ValueError, match="timeout must be 0 or more seconds"):
            await wait()
    with pytest.raises(ValueError, match="no_progress_timeout must be"):
        await service.deployment.wait(no_progress_timeout=-1)
    assert aws.calls == before


def test_time_limit_is_a_number() -> None:
    """A text and NaN are refused as well; 0 and None are limits."""
    check_timeout(0)
    check_timeout(None)
    with pytest.raises(TypeError, match='timeout: given "5"'):
        check_timeout("5")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout must be"):
        check_timeout(float("nan"))


def test_step_clock_has_no_speed() -> None:
    """A speed beside a step clock is refused, and so is one that is no number."""
    with pytest.raises(ValueError, match="a step clock has no speed"):
        simulate(step=True, speed=20)
    with pytest.raises(TypeError, match=r'simulate\(speed=…\): given "fast"'):
        simulate(speed="fast")  # type: ignore[arg-type]


async def test_world_that_has_ended_takes_no_connection() -> None:
    """After its block a world says that it has ended."""
    async with simulate(step=True) as world:
        pass
    with pytest.raises(RuntimeError, match="has ended"):
        world.connect()


async def test_what_was_not_opened_says_so(world: World) -> None:
    """An opening that is used as if it were open tells how to open it."""
    with pytest.raises(AttributeError, match=r"simulate\(…\) is not open yet.*enter it first"):
        simulate(step=True).connect()  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"connect\(…\) is not open yet.*'create_cluster'"):
        world.connect().create_cluster("prod")  # type: ignore[attr-defined]


async def test_resources_are_told_in_a_line(
    aws: fk.Connection, cluster: fk.Cluster, service: fk.Service, shell: ShellSpec
) -> None:
    """`str()` of a resource is one line for people, `repr()` stays the picture."""
    definition = await aws.register(shell("sleep 9000", family="report"))
    task = await (await cluster.run(definition)).wait_running()
    stable = await service.wait_stable()
    scaling = await service.autoscale(1, 4, fk.TargetTracking.cpu(50))
    balancer = await aws.create_load_balancer("front", open_to=fk.ANYWHERE, ports=[80])
    told: list[tuple[object, str]] = [
        (definition, "task definition report:1: ACTIVE"),
        (task, f"task {task.id} of report:1: RUNNING"),
        (stable, "service web: ACTIVE, 1 of 1 tasks of w:1"),
        (stable.deployment, f"deployment {stable.deployment.id} of web: COMPLETED, 1 of 1 tasks"),
        (await cluster.refresh(), "cluster prod: ACTIVE, 2 tasks running, 0 pending, 1 services"),
        (scaling, "scaling of service/prod/web: 1 to 4 (cpu)"),
        (balancer, f"load balancer front: {balancer.status}, http://{balancer.dns_name}"),
    ]
    for resource, line in told:
        assert str(resource) == line
        assert repr(resource).startswith(f"{type(resource).__name__}(")


async def test_cost_of_a_result_has_six_places(
    aws: fk.Connection, cluster: fk.Cluster, shell: ShellSpec
) -> None:
    """What a task has cost is told to a millionth of a dollar."""
    definition = await aws.register(shell("true"))
    async with cluster.fan_out(definition, [fk.Overrides()]) as results:
        (result,) = [each async for each in results]
    assert result.cost
    assert result.cost.as_tuple().exponent == -6


async def test_leftovers_and_teardown_list_the_same(
    aws: fk.Connection,
) -> None:
    """A listener that goes with its balancer is in neither list."""
    lesson = aws.marked("lesson")
    cluster = await lesson.create_cluster("prod")
    await cluster.create_web_service(
        "web", await lesson.register(WEB), port=80, open_to=fk.ANYWHERE
    )
    left = {each.kind for each in await aws.leftovers("lesson")}
    gone = {each.kind for each in (await aws.teardown("lesson")).deleted}
    assert "load balancer" in left
    assert left == gone


async def test_retention_of_a_group_that_is_there_is_set(aws: fk.Connection) -> None:
    """A retention that differs is put; one that is equal, or None, changes nothing."""

    async def retention() -> int | None:
        reply = await aws._session.api.call("logs", "DescribeLogGroups", logGroupNamePrefix="g")
        days: int | None = reply["logGroups"][0].get("retentionInDays")
        return days

    await aws.create_log_group("g/longer")
    assert await aws.create_log_group("g") is True
    assert await aws.create_log_group("g", retention_days=7) is False
    assert await retention() == 7
    for given in (7, None):
        await aws.create_log_group("g", retention_days=given)
    assert await retention() == 7
    assert aws.calls["logs:PutRetentionPolicy"] == 1
