"""`down` in one cluster: what something elsewhere in the region uses stays, and is named."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from fargate_kit import ApiError, Connection, TeardownIncomplete, compose
from fargate_kit.compose import Choices, Plan
from fargate_kit.compose.belonging import project_tags
from fargate_kit.compose.namespaces import create_namespace
from fargate_kit.compose.stock import Known
from fargate_kit.compose.taking_down import take_down
from fargate_kit.ownership import owned
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

SHOP = """
name: shopx
services:
  web:
    image: busybox
    command: sh -c 'echo hello; sleep 86400'
    x-aws-policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
"""
SHARED = ("role shopx-task", "log group /ecs/shopx", "task definition shopx:1")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return the plan of a project with a role and a log group of its own."""
    file = tmp_path / "compose.yaml"
    file.write_text(SHOP, encoding="utf-8")
    return compose.convert(file, choices=Choices(region="us-east-1")).check()


async def test_what_another_cluster_uses_is_kept_until_it_goes_too(
    aws: Connection, plan: Plan
) -> None:
    """The service in the other cluster keeps its role, revision and log group; then all goes."""
    await plan.up(aws, cluster="staging")
    live = await plan.up(aws, cluster="live")
    gone = await plan.down(aws, cluster="staging", logs=True)
    assert gone.deleted == ("service shopx", "cluster staging")
    used = "is kept: used by service shopx in cluster live"
    assert set(gone.kept) == {f"{name} {used}" for name in SHARED}
    replaced = await (await live.scale("web", 2)).wait_stable()
    assert replaced.running_count == 2
    again = await plan.down(aws, cluster="staging", logs=True)
    assert (again.deleted, set(again.kept)) == ((), set(gone.kept))
    last = await live.down(logs=True)
    assert {*SHARED, "service shopx", "cluster live"} == set(last.deleted)
    assert await aws.leftovers("made") == ()


async def test_only_the_revision_in_use_is_kept(
    aws: Connection, plan: Plan, tmp_path: Path
) -> None:
    """A revision that the other cluster does not run goes, and a stopped service counts as use."""
    await (await plan.up(aws, cluster="live")).stop()
    (tmp_path / "compose.yaml").write_text(SHOP.replace("hello", "hallo"), encoding="utf-8")
    newer = compose.convert(tmp_path / "compose.yaml", choices=Choices(region="us-east-1")).check()
    await newer.up(aws, cluster="staging")
    gone = await newer.down(aws, cluster="staging", logs=True)
    assert gone.deleted == ("service shopx", "cluster staging", "task definition shopx:2")
    assert any(each.startswith("task definition shopx:1 is kept") for each in gone.kept)


async def test_task_that_runs_alone_keeps_what_it_uses(aws: Connection, plan: Plan) -> None:
    """A task of the project's definition counts in whichever cluster somebody started it."""
    await plan.up(aws, cluster="staging")
    other = await aws.create_cluster("other")
    task = await other.run(await aws.task_definition("shopx"))
    gone = await plan.down(aws, cluster="staging", logs=True)
    assert {each.partition(" is kept")[0] for each in gone.kept} == set(SHARED)
    assert all(each.endswith(f"used by task {task.id} in cluster other") for each in gone.kept)
    await (await task.stop()).wait_stopped()
    assert set((await plan.down(aws, cluster="staging", logs=True)).deleted) == set(SHARED)


async def test_namespace_is_kept_with_the_services_that_ask_it(aws: Connection, plan: Plan) -> None:
    """A project has one namespace for all its clusters, so it goes with the last of them."""
    session = aws._session
    await plan.up(aws, cluster="staging")
    await plan.up(aws, cluster="live")
    tags = owned(project_tags("shopx"), mark=session.mark)
    await create_namespace(session, "shopx", tags)
    known = Known(namespace=True)
    gone = await take_down(session, "shopx", "staging", logs=True, known=known)
    assert "namespace shopx is kept: used by service shopx in cluster live" in gone.kept
    last = await take_down(session, "shopx", "live", logs=True, known=known)
    assert "namespace shopx" in last.deleted


async def test_nothing_shared_goes_while_the_others_cannot_be_looked_for(
    world: World, aws: Connection, plan: Plan
) -> None:
    """Who may not list clusters loses no role, and is told what is left and why."""
    await plan.up(aws, cluster="staging")
    refusal = Refuse(operation="ListClusters", code="AccessDeniedException", remaining=2)
    world.run(lambda account: account.faults.plan(refusal))
    with pytest.raises(TeardownIncomplete, match="what else in the region uses") as incomplete:
        await plan.down(aws, cluster="staging", logs=True)
    assert set(incomplete.value.left) == set(SHARED)
    assert incomplete.value.deleted == ("service shopx", "cluster staging")


async def test_cluster_goes_after_tasks_that_are_stopping(aws: Connection, plan: Plan) -> None:
    """A tear-down that was cut short after it deleted the service ends the second time."""
    project = await plan.up(aws)
    (service,) = project.services
    (task,) = [each async for each in service.tasks()]
    await aws._session.api.call(
        "ecs", "DeleteService", cluster=service.cluster_arn, service=service.arn, force=True
    )
    with pytest.raises(ApiError, match="ClusterContainsTasksException"):
        await (await aws.cluster("default")).delete()
    gone = await plan.down(aws, logs=True)
    assert "cluster default" in gone.deleted
    assert (await task.refresh()).status == "STOPPED"
    assert await aws.leftovers("made") == ()


async def test_cluster_that_aws_still_counts_as_full_is_asked_for_again(
    world: World, aws: Connection, plan: Plan
) -> None:
    """Counts of AWS that come late keep nothing; those that stay end without a verb of Python."""
    await plan.up(aws)
    full = partial(Refuse, operation="DeleteCluster", code="ClusterContainsTasksException")
    world.run(lambda account: account.faults.plan(full(remaining=2)))
    assert "cluster default" in (await plan.down(aws, logs=True)).deleted
    await plan.up(aws)
    world.run(lambda account: account.faults.plan(full(remaining=None)))
    with pytest.raises(TeardownIncomplete, match="came into it meanwhile") as incomplete:
        await plan.down(aws, logs=True)
    assert incomplete.value.left == ("cluster default", "task definition shopx:2")
    assert "()" not in str(incomplete.value)
