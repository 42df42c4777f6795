"""The promise: whatever happens inside a temporary block, nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import pytest

from fargate_kit import (
    Connection,
    ContainerSpec,
    LogConfiguration,
    NotFound,
    TargetTracking,
    TaskSpec,
    TeardownIncomplete,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

ShellSpec = Callable[..., TaskSpec]
Call = Callable[..., Any]
# What AWS's own lists show of everything that a web service consists of.
SEEN = (
    ("ecs", "ListClusters", "clusterArns"),
    ("ecs", "ListTaskDefinitions", "taskDefinitionArns"),
    ("elbv2", "DescribeLoadBalancers", "LoadBalancers"),
    ("elbv2", "DescribeTargetGroups", "TargetGroups"),
    ("logs", "DescribeLogGroups", "logGroups"),
    ("iam", "ListRoles", "Roles"),
    ("cloudwatch", "DescribeAlarms", "MetricAlarms"),
    ("ec2", "DescribeVpcs", "Vpcs"),
    ("ec2", "DescribeSubnets", "Subnets"),
    ("ec2", "DescribeSecurityGroups", "SecurityGroups"),
    ("ec2", "DescribeRouteTables", "RouteTables"),
    ("ec2", "DescribeInternetGateways", "InternetGateways"),
)


@pytest.fixture
def call(aws: Connection) -> Call:
    """Return what calls AWS by the names of its operations."""
    return aws._session.api.call


class Oops(Exception):
    """Something that went wrong in the block."""


async def make_a_service(lesson: Connection, shell: ShellSpec) -> None:
    """Make a service of two tasks with a log, and a task beside it."""
    await lesson.create_log_group("/lesson")
    cluster = await lesson.create_cluster("lesson")
    definition = await lesson.register(shell("sleep 86400", log_group="/lesson"))
    service = await cluster.create_service("web", definition, desired_count=2)
    await service.wait_stable()
    await cluster.run(definition)


async def nothing_is_left(aws: Connection) -> None:
    """Make sure that neither AWS's own lists nor a look by mark show anything."""
    assert await aws.leftovers("lesson") == ()
    assert [cluster async for cluster in aws.clusters()] == []
    assert [revision async for revision in aws.revisions("job")] == []


async def test_block_that_ends_well_leaves_nothing(aws: Connection, shell: ShellSpec) -> None:
    """Services, tasks, logs, definitions and the cluster are gone when the block has ended."""
    async with aws.temporary("lesson") as lesson:
        await make_a_service(lesson, shell)
        kinds = [each.kind for each in await aws.leftovers("lesson")]
        assert kinds == ["service", "task", "cluster", "task definition", "log group"]
    await nothing_is_left(aws)


async def test_whole_web_service_leaves_nothing(aws: Connection, call: Call) -> None:
    """Network, role, balancer, service and scaling, all made by this package, leave no trace."""

    async def seen() -> dict[str, int]:
        counts = {}
        for service, operation, member in SEEN:
            pages = aws._session.api.pages(service, operation)
            counts[operation] = len([one async for page in pages for one in page[member]])
        return counts

    await aws.create_cluster("mine")
    before = await seen()
    async with aws.temporary("lesson") as lesson:
        network = await lesson.create_network("lesson", ports=80, open_to="10.0.0.0/16")
        spec = TaskSpec(
            family="web",
            cpu=256,
            memory=512,
            containers=[
                ContainerSpec(
                    name="main",
                    image="nginx",
                    ports=[80],
                    log_configuration=LogConfiguration.awslogs("/lesson", region="us-east-1"),
                )
            ],
        )
        await lesson.create_log_group("/lesson")
        role = await lesson.create_execution_role(spec)
        definition = await lesson.register(replace(spec, execution_role=role.arn))
        cluster = await lesson.create_cluster("lesson")
        web = await cluster.create_web_service(
            "web",
            definition,
            port=80,
            open_to="10.0.0.0/16",
            network=network,
            desired_count=2,
        )
        await web.wait_ready()
        await web.service.autoscale(1, 4, TargetTracking.cpu(50))
        during = await seen()
        assert all(during[name] > count for name, count in before.items()), (before, during)
    assert await seen() == before
    assert (await call("application-autoscaling", "DescribeScalableTargets",
                       ServiceNamespace="ecs"))["ScalableTargets"] == []  # fmt: skip


async def test_error_in_the_block_is_raised_after_the_tear_down(
    aws: Connection, shell: ShellSpec
) -> None:
    """The block's own error comes out as it was, and nothing is left."""

    async def block() -> None:
        async with aws.temporary("lesson") as lesson:
            await make_a_service(lesson, shell)
            raise Oops

    with pytest.raises(Oops) as raised:
        await block()
    assert not hasattr(raised.value, "__notes__")
    await nothing_is_left(aws)


@pytest.mark.parametrize("seconds", [0.5, 20, 90])
async def test_cancellation_waits_for_the_tear_down(
    aws: Connection, shell: ShellSpec, seconds: float
) -> None:
    """Cancelled at whatever moment, the block is left when everything is gone."""
    async with anyio.create_task_group() as group:

        async def block() -> None:
            async with aws.temporary("lesson") as lesson:
                await make_a_service(lesson, shell)
                await anyio.sleep_forever()

        group.start_soon(block)
        await aws.clock.sleep(seconds)
        group.cancel_scope.cancel()
    assert aws.calls["ecs:CreateCluster"] == 1
    await nothing_is_left(aws)


@pytest.mark.parametrize(
    "operation", ["CreateCluster", "RegisterTaskDefinition", "CreateService", "RunTask"]
)
async def test_what_was_made_without_an_answer_is_found(
    aws: Connection, world: World, shell: ShellSpec, operation: str
) -> None:
    """Where AWS did what was asked and its answers were lost, the tag tells."""
    world.run(lambda account: account.faults.plan(LoseReply(operation=operation, remaining=5)))
    with pytest.raises(Exception, match=f"ecs:{operation}"):
        async with aws.temporary("lesson") as lesson:
            await make_a_service(lesson, shell)
    await nothing_is_left(aws)


async def test_what_is_made_outside_stays(aws: Connection, shell: ShellSpec) -> None:
    """A cluster of the same connection, made meanwhile without the mark, is left alone."""
    async with aws.temporary("lesson") as lesson:
        await lesson.create_cluster("lesson")
        mine = await aws.create_cluster("mine")
        definition = await aws.register(shell("true"))
        assert (mine.tags, definition.tags) == ({"fargate-kit": "made"}, {"fargate-kit": "made"})
    assert [cluster.name async for cluster in aws.clusters()] == ["mine"]
    assert (await aws.task_definition("job")).status == "ACTIVE"
    with pytest.raises(NotFound):
        await aws.cluster("lesson")


async def test_what_was_there_before_is_not_adopted(aws: Connection, shell: ShellSpec) -> None:
    """A block that uses a cluster and a revision of before does not put its mark on them."""
    await aws.create_cluster("mine")
    before = await aws.register(shell("true"))
    async with aws.temporary("lesson") as lesson:
        await lesson.create_cluster("mine")
        assert await lesson.register(before.to_spec()) == before
        await lesson.create_log_group("/lesson")
    assert [cluster.name async for cluster in aws.clusters()] == ["mine"]
    assert await aws.task_definition("job") == before


async def test_refused_deletion_is_told_and_can_be_finished(
    aws: Connection, world: World, shell: ShellSpec
) -> None:
    """A failure in the middle keeps nothing else from going, and the next run does the rest."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation="DeleteService", code="ServerException", status=500, remaining=20)
        )
    )
    with pytest.raises(TeardownIncomplete) as raised:
        async with aws.temporary("lesson") as lesson:
            await make_a_service(lesson, shell)
    incomplete = raised.value
    assert incomplete.left == ("service web", "cluster lesson")
    assert "task definition job:1" in incomplete.deleted
    assert "log group /lesson" in incomplete.deleted
    assert str(incomplete).startswith(
        "the tear-down of 'lesson' is not complete; left: service web, cluster lesson\n"
        "  - service web could not be deleted: ecs:DeleteService: ServerException"
    )
    world.run(lambda account: account.faults.clear())
    torn = await aws.teardown("lesson")
    assert [str(each) for each in torn.deleted] == ["service web", "cluster lesson"]
    await nothing_is_left(aws)


async def test_failed_tear_down_is_a_note_on_the_blocks_error(
    aws: Connection, world: World
) -> None:
    """The block's error is the one that is raised; what is left is told with it."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(
                operation="DeleteLogGroup", service="logs", code="OperationAborted", remaining=None
            )
        )
    )

    async def block() -> None:
        async with aws.temporary("lesson") as lesson:
            await lesson.create_log_group("/lesson")
            raise Oops

    with pytest.raises(Oops) as raised:
        await block()
    (note,) = raised.value.__notes__
    assert note.startswith("the tear-down of 'lesson' is not complete; left: log group /lesson")


async def test_look_that_is_denied_proves_nothing(aws: Connection, world: World) -> None:
    """Where the caller may not look, the tear-down does not say that nothing is left."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(
                operation="ListRoles",
                service="iam",
                code="AccessDenied",
                remaining=None,
                message="not authorized to perform: iam:ListRoles",
            )
        )
    )
    await aws.marked("lesson").create_log_group("/lesson")
    with pytest.raises(TeardownIncomplete) as raised:
        await aws.teardown("lesson")
    assert raised.value.left == ()
    assert raised.value.deleted == ("log group /lesson",)
    (problem,) = raised.value.problems
    assert problem.startswith("could not look for roles: iam:ListRoles: AccessDenied")
    others = ["log group", "cluster"]
    assert (await aws.teardown("lesson", kinds=others)).deleted == ()


async def test_made_is_no_name_for_a_block(aws: Connection) -> None:
    """The mark of everything else must not be taken down by a lesson's end."""
    with pytest.raises(ValueError, match="'made' marks everything"):
        async with aws.temporary("made"):
            pass
    assert not aws.calls


async def test_closing_inside_keeps_the_connection_open(aws: Connection) -> None:
    """The block's connection is the outer one under another mark, which alone closes it."""
    async with aws.temporary("lesson") as lesson:
        await lesson.create_log_group("/lesson")
        await lesson.aclose()
    assert await aws.leftovers("lesson") == ()
    assert lesson.region == aws.region
