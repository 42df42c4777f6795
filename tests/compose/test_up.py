"""`up`: what differs is made, the same again changes nothing, and a failed step can be mended."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import anyio
import pytest

from fargate_kit import (
    Connection,
    DeploymentFailed,
    InvalidSpec,
    ProjectIncomplete,
    compose,
)
from fargate_kit.compose import Action, Choices, Plan, StepEvent, Topology
from fargate_kit.sim import World
from fargate_kit.sim.faults import Fault, ImageMissing, Refuse

READS = ("Describe", "List", "Get")
BLOG = """
name: blog
services:
  web:
    image: busybox
    command: sh -c 'echo hello; sleep 86400'
    x-aws-policies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
"""
QUEUE = """
name: queue
services:
  worker:
    image: busybox
    command: sleep 86400
    depends_on: [broker]
    deploy: {replicas: 2}
  broker:
    image: busybox
    command: sleep 86400
"""


def planned(tmp_path: Path, text: str, topology: Topology = Topology.ONE_TASK) -> Plan:
    file = tmp_path / "compose.yaml"
    file.write_text(text, encoding="utf-8")
    choices = Choices(
        region="us-east-1", topology=topology, execution_role=None, default_network=True
    )
    return compose.convert(file, choices=choices).check()


def writes(calls: Counter[str]) -> set[str]:
    return {
        name for name in calls if not name.partition(":")[2].startswith(READS) and calls[name] > 0
    }


async def nothing_is_left(aws: Connection) -> bool:
    return await aws.leftovers("made") == ()


async def test_up_makes_what_the_files_say_and_waits_for_it(
    aws: Connection, tmp_path: Path
) -> None:
    """Log group, role, cluster, task definition and service are there, and the task runs."""
    plan = planned(tmp_path, BLOG)
    difference = await plan.compare(aws)
    assert {(item.kind, item.action) for item in difference} == {
        ("log group", Action.MAKE),
        ("role", Action.MAKE),
        ("cluster", Action.MAKE),
        ("task definition", Action.MAKE),
        ("service", Action.MAKE),
    }
    project = await plan.up(aws)
    (service,) = project.services
    assert (service.name, service.running_count) == ("blog", 1)
    assert service.deployment.rollout_state == "COMPLETED"
    assert (await aws.role("blog-task")).tags["fargate-kit-project"] == "blog"
    assert [line.text async for line in project.logs()] == ["hello"]


async def test_the_same_again_writes_nothing(aws: Connection, tmp_path: Path) -> None:
    """The second time everything is left, and no call changes anything."""
    plan = planned(tmp_path, BLOG)
    first = await plan.up(aws)
    assert not await plan.compare(aws)
    before = aws.calls
    second = await plan.up(aws)
    assert writes(aws.calls - before) <= {"sts:GetCallerIdentity"}
    assert second.services[0].deployment.id == first.services[0].deployment.id


async def test_a_change_is_shown_and_made(aws: Connection, tmp_path: Path) -> None:
    """Another image and another count are two lines, and become one deployment."""
    await planned(tmp_path, BLOG).up(aws)
    changed = planned(
        tmp_path, BLOG.replace("image: busybox", "image: 'busybox:2'\n    deploy: {replicas: 2}")
    )
    difference = await changed.compare(aws)
    details = [detail for item in difference for detail in item.details]
    assert 'containerDefinitions[web].image: "busybox" → "busybox:2"' in details
    assert "count: 1 → 2" in details
    assert difference.count() == {"make": 0, "change": 2, "leave": 3, "remove": 0}
    project = await changed.up(aws)
    assert project.services[0].running_count == 2
    assert not await changed.compare(aws)


async def test_services_come_in_the_order_of_their_needs_and_go_with_the_files(
    aws: Connection, tmp_path: Path
) -> None:
    """The broker runs before the worker is made; what the files drop is deleted."""
    events: list[StepEvent] = []
    plan = planned(tmp_path, QUEUE, Topology.SERVICE_EACH)
    project = await plan.up(aws, on_step=events.append)
    assert [each.name for each in project.services] == ["queue-broker", "queue-worker"]
    done = [event.step for event in events if event.state == "done"]
    assert done.index("deployment of queue-broker") < done.index("service queue-worker")
    less = QUEUE[: QUEUE.index("  broker:")].replace("    depends_on: [broker]\n", "")
    fewer = planned(tmp_path, less, Topology.SERVICE_EACH)
    difference = await fewer.compare(aws)
    assert [str(each) for each in difference if each.action is Action.REMOVE] == [
        "service queue-broker"
    ]
    assert [each.name for each in (await fewer.up(aws)).services] == ["queue-worker"]


FAULTS: list[Fault] = [
    Refuse(operation="RegisterTaskDefinition", code="ClientException", message="no"),
    Refuse(service="logs", operation="CreateLogGroup", code="InvalidParameterException"),
    Refuse(service="iam", operation="CreateRole", code="LimitExceeded"),
    Refuse(service="iam", operation="AttachRolePolicy", code="LimitExceeded"),
    Refuse(operation="CreateCluster", code="ClientException", message="no"),
    Refuse(operation="CreateService", code="ClientException", message="no"),
    ImageMissing(pattern="busybox*"),
]


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: getattr(fault, "operation", "ImageMissing")
)
async def test_a_failed_step_is_told_and_leaves_a_way_on(
    world: World, aws: Connection, tmp_path: Path, fault: Fault
) -> None:
    """Whatever fails, the error says what was done and what not, and `down` or `up` works then."""
    plan = planned(tmp_path, BLOG)
    await fails(world, aws, plan, fault)
    await plan.down(aws, logs=True)
    assert await nothing_is_left(aws)
    await fails(world, aws, plan, fault)
    project = await plan.up(aws)
    assert project.services[0].running_count == 1
    assert not await plan.compare(aws)


async def fails(world: World, aws: Connection, plan: Plan, fault: Fault) -> None:
    number = world.run(lambda account: account.faults.plan(fault))
    with pytest.raises(ProjectIncomplete) as incomplete:
        await plan.up(aws)
    world.run(lambda account: account.faults.withdraw(number))
    error = incomplete.value
    steps = {*error.done, error.failed, *error.not_done}
    assert {"task definition blog", "role blog-task", "service blog"} <= steps
    assert error.failed not in error.done
    assert error.failed in str(error)
    if isinstance(fault, ImageMissing):
        assert isinstance(error.__cause__, DeploymentFailed)


async def test_an_interrupted_up_says_what_it_left(aws: Connection, tmp_path: Path) -> None:
    """A cancellation tells what was made; the next `up` waits on, and writes nothing."""
    plan = planned(tmp_path, BLOG)
    events: list[StepEvent] = []
    with anyio.CancelScope() as scope:

        def leave(event: StepEvent) -> None:
            events.append(event)
            if event.step == "deployment of blog":
                scope.cancel()

        await plan.up(aws, on_step=leave)
    assert scope.cancelled_caught
    assert events[-1].state == "interrupted"
    assert "service blog" in events[-1].text
    before = aws.calls
    project = await plan.up(aws)
    assert writes(aws.calls - before) <= {"sts:GetCallerIdentity"}
    assert project.services[0].deployment.rollout_state == "COMPLETED"


async def test_what_others_made_is_in_the_way_and_stays(aws: Connection, tmp_path: Path) -> None:
    """A service and a role of these names that are not the project's stop it before any write."""
    plan = planned(tmp_path, BLOG)
    cluster = await aws.create_cluster()
    await cluster.create_service("blog", await aws.register(plan.services[0].task))
    await aws.create_task_role("blog-task", settle=0)
    before = aws.calls
    with pytest.raises(InvalidSpec) as refused:
        await plan.up(aws)
    assert {problem.rule for problem in refused.value.problems} == {
        "compose-foreign-service",
        "compose-foreign-role",
    }
    assert not writes(aws.calls - before)
    await plan.down(aws, logs=True)
    assert (await cluster.service("blog")).status == "ACTIVE"
    assert (await aws.task_definition("blog")).status == "ACTIVE"
    assert await aws.role("blog-task")


async def test_an_equal_definition_of_others_is_used_and_stays(
    aws: Connection, tmp_path: Path
) -> None:
    """A revision that is there already is not registered again, not tagged, and not deleted."""
    plan = planned(tmp_path, BLOG)
    theirs = await aws.register(plan.services[0].task)
    project = await plan.up(aws)
    assert project.services[0].definition_arn == theirs.arn
    await plan.down(aws, logs=True)
    assert (await aws.task_definition("blog:1")).tags == theirs.tags


async def test_scaling_is_set_and_its_count_left_alone(aws: Connection, tmp_path: Path) -> None:
    """Bounds and targets are as the files say, and a count within them is no difference."""
    scaled = "\n    deploy: {x-aws-autoscaling: {min: 1, max: 4, cpu: 60}}"
    plan = planned(tmp_path, BLOG.rstrip() + scaled)
    project = await plan.up(aws)
    scaling = await project.services[0].scaling()
    assert (scaling.minimum, scaling.maximum) == (1, 4)
    policy = scaling.policy("cpu")
    assert policy is not None
    assert policy.target == 60
    await project.scale("web", 3)
    assert not await plan.compare(aws)
    other = planned(tmp_path, (BLOG.rstrip() + scaled).replace("max: 4", "max: 5"))
    assert (await other.compare(aws)).count()["change"] == 1
    await other.up(aws)
    assert (await project.services[0].scaling()).maximum == 5
