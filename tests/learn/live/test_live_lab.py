"""A live lab from its opening to its proof, whatever goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from live_lesson import SERVER, reach_a_task

from fargate_kit.errors import ApiError, EndpointUnreachable, FargateError, NotFound
from fargate_kit.learn.errors import LeftBehind
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.live.ground import LiveGround
from fargate_kit.learn.live.ledger import FILE
from fargate_kit.learn.live.operations import CHANGES, MAKINGS, is_harmless
from fargate_kit.learn.live.proof import still_listed, still_there
from fargate_kit.learn.live.rails import EXPIRES, LAB, OWNER
from fargate_kit.ownership import TAG
from fargate_kit.sim import World

OpenLive = Callable[..., Awaitable[LiveGround]]
# So many calls of the lesson make or change something; the test itself finds the last one.
MANY = 40


class Interrupting:
    """Lets one of the calls that make or change something fail.

    Args:
        number: Which, from 1.
        lost: Whether AWS does it and only the answer is lost.
    """

    def __init__(self, ground: LiveGround, number: int, *, lost: bool) -> None:
        self._api = ground.owner._session.api
        self._send = self._api.send
        self._number, self._lost = number, lost
        self.seen = 0
        self._api.send = self._carry  # type: ignore[method-assign]

    def stop(self) -> None:
        """Let everything pass from now on."""
        self._api.send = self._send  # type: ignore[method-assign]

    async def _carry(
        self, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        if is_harmless(operation):
            return await self._send(service, operation, parameters)
        assert f"{service}:{operation}" in MAKINGS.keys() | CHANGES
        self.seen += 1
        if self.seen != self._number:
            return await self._send(service, operation, parameters)
        if self._lost:
            await self._send(service, operation, parameters)
            raise EndpointUnreachable("the answer was lost, by the test")
        raise ApiError(f"{service}:{operation}", "InternalFailure", "refused, by the test")


async def assert_nothing_left(ground: LiveGround, before: tuple[str, ...]) -> None:
    """The ledger, the tags, the tagging API and an inventory of the whole account agree."""
    session = ground.owner._session
    assert await still_there(session, ground._ledger) == ()
    assert await ground.left() == ()
    assert await still_listed(session, LAB, ground.mark) == ()
    assert await inventory(ground.owner) == before
    reply = await session.api.call("scheduler", "ListScheduleGroups")
    assert [each["Name"] for each in reply["ScheduleGroups"]] == ["default"]
    assert await ground.owner.leftovers(ground.mark) == ()


async def test_lesson_leaves_nothing(live: OpenLive) -> None:
    """After notebook 02 three looks find nothing, and closing again finds nothing to do."""
    ground = await live()
    before = await inventory(ground.owner)
    await reach_a_task(ground.aws)
    assert len(await ground.left()) == 9
    gone = await ground.take_down()
    assert {each.partition(" fargate")[0].partition(" ")[0] for each in gone} == {
        "cluster",
        "log",
        "role",
        "schedule",
        "security",
        "service",
        "task",
    }
    await assert_nothing_left(ground, before)
    assert await ground.take_down() == ()


@pytest.mark.parametrize("lost", [False, True], ids=["refused", "answer-lost"])
async def test_nothing_is_left_wherever_it_broke(live: OpenLive, lost: bool) -> None:
    """A fault at every single call that makes or changes something: each time all is taken down."""
    ground = await live()
    before = await inventory(ground.owner)
    broken = 0
    for number in range(1, MANY):
        fault = Interrupting(ground, number, lost=lost)
        try:
            await reach_a_task(ground.aws)
        except FargateError:
            broken += 1
        finally:
            fault.stop()
        await ground.take_down()
        await assert_nothing_left(ground, before)
        if fault.seen < number:
            break
        # What was made once is made anew in the next round.
        ground.rails.bomb._ready = False
    assert fault.seen < number
    assert broken >= 10


async def test_tear_down_that_is_refused_can_be_repeated(
    live: OpenLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is named, what would end it stays, and the next try takes the rest."""
    ground = await live()
    before = await inventory(ground.owner)
    await reach_a_task(ground.aws)
    api = ground.owner._session.api
    send = api.send

    async def refuse(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation == "DeleteSecurityGroup":
            raise ApiError("ec2:DeleteSecurityGroup", "UnauthorizedOperation", "not you")
        return await send(service, operation, parameters)

    monkeypatch.setattr(api, "send", refuse)
    with pytest.raises(LeftBehind, match="1 left in the account: security group sg-"):
        await ground.take_down()
    groups = await api.call("scheduler", "ListScheduleGroups")
    assert len(groups["ScheduleGroups"]) == 2
    monkeypatch.undo()
    await ground.take_down()
    await assert_nothing_left(ground, before)


async def test_everything_carries_the_lab_its_owner_and_its_time(
    live: OpenLive, world: World
) -> None:
    """Whatever the lesson made, and the tasks that its service started, says whose it is."""
    ground = await live()
    await reach_a_task(ground.aws)
    wanted = {
        TAG: "lab-02.admin",
        LAB: "lab-02.admin",
        OWNER: "admin",
        EXPIRES: "2027-01-15T11:00:00Z",
    }
    shop = await ground.aws.cluster("shop")
    tasks = [task async for task in shop.tasks()]
    assert len(tasks) == 6
    for tags in (shop.tags, (await shop.service("web")).tags, *(task.tags for task in tasks)):
        assert tags.items() >= wanted.items()
    call = ground.owner._session.api.call
    arn = (await call("logs", "DescribeLogGroups"))["logGroups"][0]["arn"].removesuffix(":*")
    logs = (await call("logs", "ListTagsForResource", resourceArn=arn))["tags"]
    groups = await call("ec2", "DescribeSecurityGroups", GroupNames=["web"])
    group = {tag["Key"]: tag["Value"] for tag in groups["SecurityGroups"][0]["Tags"]}
    role = await call("iam", "ListRoleTags", RoleName="fargate-kit-lab-02.admin")
    assert logs == group == {tag["Key"]: tag["Value"] for tag in role["Tags"]} == wanted
    await ground.take_down()


async def test_ledger_is_written_before_the_call_and_has_no_secrets(
    live: OpenLive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a creating call is sent its line is on the disk, with names and without values."""
    ground = await live()
    api = ground.owner._session.api
    send = api.send
    unwritten = []

    async def look(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if f"{service}:{operation}" in MAKINGS:
            last = (tmp_path / FILE).read_text().splitlines()[-1]
            if json.loads(last)["operation"] != f"{service}:{operation}":
                unwritten.append(operation)
        return await send(service, operation, parameters)

    monkeypatch.setattr(api, "send", look)
    (web,) = SERVER.containers
    secretive = replace(
        SERVER, containers=[replace(web, environment={"PASSWORD": "rosebud"}, command=["rosebud"])]
    )
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(secretive)
    task = await shop.run(server)
    assert unwritten == []
    text = (tmp_path / FILE).read_text()
    assert "rosebud" not in text
    assert task.arn in text
    monkeypatch.undo()
    await ground.take_down()


async def test_labels_of_a_lab_make_no_revision_and_are_not_in_a_wish(live: OpenLive) -> None:
    """Registering what a lab has registered gives the same revision, and its wish has no labels."""
    ground = await live()
    first = await ground.aws.register(SERVER)
    assert first.tags.keys() >= {LAB, OWNER, EXPIRES}
    assert first.to_spec().tags == {}
    assert await ground.aws.register(first.to_spec()) == first
    await ground.take_down()


async def test_lab_that_died_is_taken_down_by_the_next_one(live: OpenLive) -> None:
    """Who opens the lab again after a crash is told what is there, and closes both."""
    first = await live()
    before = await inventory(first.owner)
    await first.aws.create_cluster("shop")
    again = await live()
    assert "An earlier run of this lab has left 1 things" in again.words
    assert "cluster shop" in again.words
    await again.take_down()
    await assert_nothing_left(again, before)


async def test_half_a_line_in_the_ledger_is_no_obstacle(live: OpenLive, tmp_path: Path) -> None:
    """A process that died while it wrote leaves the ledger readable."""
    first = await live()
    await first.aws.create_cluster("shop")
    with (tmp_path / FILE).open("a") as file:
        file.write('{"number": 7, "lab": "lab-02')
    again = await live()
    await again.aws.create_log_group("/x")
    assert [entry.operation for entry in again._ledger.entries()] == [
        "ecs:CreateCluster",
        "logs:CreateLogGroup",
    ]
    await again.take_down()


async def test_other_things_in_the_account_are_left_alone(live: OpenLive) -> None:
    """What somebody else has made, under another mark or under none, is not touched."""
    ground = await live()
    plain = ground.owner._session.api.send
    await plain("ecs", "CreateCluster", {"clusterName": "production"})
    await reach_a_task(ground.aws)
    assert not any("production" in each for each in await ground.left())
    await ground.take_down()
    assert (await ground.owner.cluster("production")).status == "ACTIVE"
    with pytest.raises(NotFound):
        await ground.owner.cluster("shop")
