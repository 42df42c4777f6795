"""One-time schedules of EventBridge Scheduler fire in the account's time; others do nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fargate_kit import Connection, NotFound, TaskSpec
from fargate_kit.core.clock import present
from fargate_kit.errors import ApiError
from fargate_kit.sim import World

ShellSpec = Callable[..., TaskSpec]
STOP = "arn:aws:scheduler:::aws-sdk:ecs:stopTask"


async def schedule(aws: Connection, *, seconds: float, target: str, asked: dict[str, Any]) -> None:
    """Set a schedule that is deleted when it has done its work."""
    account = (await aws._session.api.call("sts", "GetCallerIdentity"))["Account"]
    at = present(aws.clock) + timedelta(seconds=seconds)
    await aws._session.api.call(
        "scheduler",
        "CreateSchedule",
        Name="end",
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": target,
            "RoleArn": f"arn:aws:iam::{account}:role/ender",
            "Input": json.dumps(asked),
        },
    )


@pytest.fixture
async def ender(aws: Connection) -> None:
    """Make the role that schedules use."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    await aws._session.api.call(
        "iam", "CreateRole", RoleName="ender", AssumeRolePolicyDocument=trust
    )


async def test_task_is_stopped_at_its_time(
    world: World, aws: Connection, shell: ShellSpec, ender: None
) -> None:
    """Until then it runs; afterwards it has stopped, and the schedule is gone."""
    cluster = await aws.create_cluster("c")
    task = await (await cluster.run(await aws.register(shell("sleep 9000")))).wait_running()
    asked = {"Cluster": "c", "Task": task.arn, "Reason": "time is up"}
    await schedule(aws, seconds=600, target=STOP, asked=asked)
    await world.clock.sleep(590)
    assert (await task.refresh()).status == "RUNNING"
    task = await task.wait_stopped(timeout=120)
    assert task.stopped_reason == "time is up"
    listed = await aws._session.api.call("scheduler", "ListSchedules")
    assert listed["Schedules"] == []


async def test_schedule_without_its_role_does_nothing(
    world: World, aws: Connection, shell: ShellSpec, ender: None
) -> None:
    """AWS could not assume a role that is gone by then, so the task goes on."""
    cluster = await aws.create_cluster("c")
    task = await (await cluster.run(await aws.register(shell("sleep 9000")))).wait_running()
    asked = {"Cluster": "c", "Task": task.arn}
    await schedule(aws, seconds=60, target=STOP, asked=asked)
    await aws._session.api.call("iam", "DeleteRole", RoleName="ender")
    await world.clock.sleep(300)
    assert (await task.refresh()).status == "RUNNING"


async def test_deleted_schedule_does_nothing(
    world: World, aws: Connection, shell: ShellSpec, ender: None
) -> None:
    """Whoever deletes it in time keeps the task."""
    cluster = await aws.create_cluster("c")
    task = await (await cluster.run(await aws.register(shell("sleep 9000")))).wait_running()
    await schedule(aws, seconds=60, target=STOP, asked={"Cluster": "c", "Task": task.arn})
    await aws._session.api.call("scheduler", "DeleteSchedule", Name="end")
    await world.clock.sleep(300)
    assert (await task.refresh()).status == "RUNNING"


async def test_unknown_target_is_kept_and_does_nothing(
    world: World, aws: Connection, ender: None
) -> None:
    """What the simulator does not know stays in the list, as nobody has done it."""
    target = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    await schedule(aws, seconds=60, target=target, asked={"QueueUrl": "q"})
    await world.clock.sleep(300)
    listed = await aws._session.api.call("scheduler", "ListSchedules")
    assert [each["Name"] for each in listed["Schedules"]] == ["end"]


async def test_group_is_made_once_and_deleted_once(aws: Connection) -> None:
    """A second one of its name, and one that is not there, are refused as by AWS."""
    call = aws._session.api.call
    await call("scheduler", "CreateScheduleGroup", Name="g")
    with pytest.raises(ApiError, match="ConflictException"):
        await call("scheduler", "CreateScheduleGroup", Name="g")
    await call("scheduler", "DeleteScheduleGroup", Name="g")
    with pytest.raises(NotFound):
        await call("scheduler", "DeleteScheduleGroup", Name="g")
