"""When a live lab's time is over, AWS itself ends what costs, with no computer of ours on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from live_lesson import SERVER

import fargate_kit as fk
from fargate_kit.errors import ApiError
from fargate_kit.learn.live.ending import live_labs
from fargate_kit.learn.live.ground import LiveGround
from fargate_kit.learn.live.settings import HOURS
from fargate_kit.sim import World

OpenLive = Callable[..., Awaitable[LiveGround]]


async def test_everything_that_costs_ends_by_itself(live: OpenLive, world: World) -> None:
    """A minute after the time nothing runs and no balancer is there, though nobody did anything."""
    ground = await live(**{HOURS: "1"})
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(SERVER)
    alone = await (await shop.run(server)).wait_running()
    service = await shop.create_service("web", server, desired_count=2)
    service = await service.wait_stable()
    await ground.aws.create_load_balancer("front", open_to=fk.ANYWHERE)
    schedules = await ground.owner._session.api.call("scheduler", "ListSchedules")
    assert len(schedules["Schedules"]) == 3
    await ground.aclose()
    async with world.connect() as other:
        await world.clock.sleep(3300)
        assert (await (await other.cluster("shop")).service("web")).running_count == 2
        await world.clock.sleep(400)
        there = await other.cluster("shop")
        service = await there.service("web")
        assert (service.desired_count, service.running_count) == (0, 0)
        assert [task async for task in there.tasks()] == []
        (stopped,) = [
            task async for task in there.tasks(desired_status="STOPPED") if task.arn == alone.arn
        ]
        assert stopped.stopped_reason == "the time of lab-02.admin is over"
        assert [each async for each in other.load_balancers()] == []
        left = await other._session.api.call("scheduler", "ListSchedules")
        assert left["Schedules"] == []
        (lab,) = await live_labs(other)
        assert lab.mark == ground.mark


async def test_schedule_is_set_before_the_service(live: OpenLive) -> None:
    """Whatever happens to us after CreateService was sent, its end is settled already."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(SERVER)
    api = ground.owner._session.api
    send, sent = api.send, []

    async def note(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        sent.append(operation)
        return await send(service, operation, parameters)

    api.send = note  # type: ignore[method-assign]
    await shop.create_service("web", server, desired_count=1)
    made = [name for name in sent if name.startswith(("Create", "Put"))]
    assert made == [
        "CreateRole",
        "PutRolePolicy",
        "CreateScheduleGroup",
        "CreateSchedule",
        "CreateService",
    ]
    await ground.take_down()


async def test_task_that_cannot_be_ended_by_itself_does_not_stay(live: OpenLive) -> None:
    """If its schedule is refused, the task is stopped again, and the refusal is told."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(SERVER)
    api = ground.owner._session.api
    send = api.send

    async def refuse(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "CreateSchedule":
            raise ApiError("scheduler:CreateSchedule", "AccessDeniedException", "not you")
        return await send(service, operation, parameters)

    api.send = refuse  # type: ignore[method-assign]
    with pytest.raises(ApiError, match="not you"):
        await shop.run(server)
    with pytest.raises(ApiError, match="not you"):
        await shop.create_service("web", server, desired_count=1)
    api.send = send  # type: ignore[method-assign]
    assert [task async for task in shop.tasks()] == []
    assert [service async for service in shop.services()] == []
    await ground.take_down()


async def test_role_that_is_not_known_everywhere_yet_is_waited_for(live: OpenLive) -> None:
    """Scheduler may refuse a role that IAM made a moment ago; a little later it takes it."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(SERVER)
    api = ground.owner._session.api
    send = api.send
    refused: list[str] = []

    async def young(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "CreateSchedule" and len(refused) < 2:
            refused.append(operation)
            text = "The execution role you provide must allow AWS EventBridge Scheduler to assume"
            raise ApiError("scheduler:CreateSchedule", "ValidationException", text)
        return await send(service, operation, parameters)

    api.send = young  # type: ignore[method-assign]
    task = await shop.run(server)
    assert len(refused) == 2
    assert task.status != "STOPPED"
    await ground.take_down()
