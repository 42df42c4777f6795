"""`down`: nothing of the project is left, nothing of others touched, and it may be asked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fargate_kit import Connection, InvalidSpec, TaskSpec, TeardownIncomplete, compose
from fargate_kit.compose import Choices, Plan
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ShellSpec = Callable[..., TaskSpec]
BLOG = """
name: blog
services:
  web:
    image: busybox
    command: sh -c 'echo hello; sleep 86400'
    x-aws-policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return the plan of a project with a role and a log group of its own."""
    file = tmp_path / "compose.yaml"
    file.write_text(BLOG, encoding="utf-8")
    return compose.convert(file, choices=Choices(region="us-east-1")).check()


async def test_down_leaves_nothing_and_may_be_asked_again(aws: Connection, plan: Plan) -> None:
    """Everything with the mark is gone, and the second time there is nothing to do."""
    project = await plan.up(aws)
    gone = await project.down(logs=True)
    assert gone.deleted == (
        "service blog",
        "role blog-task",
        "log group /ecs/blog",
        "cluster default",
        "task definition blog:1",
    )
    assert await aws.leftovers("made") == ()
    assert (await project.down(logs=True)).deleted == ()


async def test_lines_of_a_log_are_kept_unless_asked(aws: Connection, plan: Plan) -> None:
    """A log group with lines stays and is told of; later the plan still finds it."""
    project = await plan.up(aws)
    gone = await project.down()
    assert "log group /ecs/blog" not in gone.deleted
    assert "/ecs/blog is kept" in str(gone)
    assert (await plan.down(aws, logs=True)).deleted == ("log group /ecs/blog",)


async def test_what_others_have_in_the_cluster_stays(
    aws: Connection, plan: Plan, shell: ShellSpec
) -> None:
    """A cluster that the project made is kept while somebody else's service is in it."""
    await plan.up(aws)
    cluster = await aws.cluster("default")
    await cluster.create_service("blog-of-others", await aws.register(shell("sleep 86400")))
    gone = await plan.down(aws, logs=True)
    assert "cluster default is kept" in str(gone)
    assert (await cluster.service("blog-of-others")).status == "ACTIVE"


async def test_log_group_that_was_there_before_stays(aws: Connection, plan: Plan) -> None:
    """A log group that the project only uses is not deleted, whatever is asked."""
    await aws.create_log_group("/ecs/blog")
    await plan.up(aws)
    assert "log group /ecs/blog" not in (await plan.down(aws, logs=True)).deleted
    assert not await aws.create_log_group("/ecs/blog")


async def test_a_refusal_is_told_and_the_next_time_ends_it(
    world: World, aws: Connection, plan: Plan
) -> None:
    """Where a role cannot be deleted, the error names what is left, and asking again takes it."""
    project = await plan.up(aws)
    refusal = Refuse(service="iam", operation="DeleteRole", code="DeleteConflict")
    world.run(lambda account: account.faults.plan(refusal))
    with pytest.raises(TeardownIncomplete) as incomplete:
        await project.down(logs=True)
    assert "role blog-task" in incomplete.value.left
    assert "service blog" in incomplete.value.deleted
    await project.down(logs=True)
    assert await aws.leftovers("made") == ()


async def test_counts_survive_a_stop(aws: Connection, plan: Plan) -> None:
    """A service that was scaled, stopped and started has the count that it had."""
    project = await plan.up(aws)
    await (await project.scale("web", 3)).wait_stable()
    stopped = await (await project.refresh()).stop()
    assert [service.desired_count for service in stopped.services] == [0]
    started = await stopped.start()
    assert [service.desired_count for service in started.services] == [3]


async def test_an_unknown_service_is_told_with_those_that_are_there(
    aws: Connection, plan: Plan
) -> None:
    """Whoever misspells a service learns the names."""
    project = await plan.up(aws)
    with pytest.raises(InvalidSpec, match="it has blog, web"):
        await project.scale("wbe", 2)


async def test_logs_of_a_project_are_followed(aws: Connection, plan: Plan) -> None:
    """Lines come while the tasks run, and leaving the block ends it."""
    project = await plan.up(aws)
    async with project.follow_logs() as lines:
        async for line in lines:
            assert line.text == "hello"
            break
