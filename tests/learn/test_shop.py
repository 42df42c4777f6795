"""The shop of chapter 8: every probe holds where it shall, misses what is amiss, and is kept."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import fargate_kit as fk
from fargate_kit.learn.charges import Charge
from fargate_kit.learn.checking import CHECKS, Scene, look
from fargate_kit.learn.checks import load_checks
from fargate_kit.learn.exercises import exercise, exercises
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.notes import Notes
from fargate_kit.learn.shop.account import Probe, Shop
from fargate_kit.learn.shop.board import board_of
from fargate_kit.learn.shop.probes import GROUPS, probes_of
from fargate_kit.learn.spending import Spending, reckon
from fargate_kit.learn.switch import SEAT, SPEED
from fargate_kit.learn.views.scoreboard import scoreboard_text
from fargate_kit.sim import World

FILE = Path(__file__).parents[2] / "examples" / "shop_front.py"
PROBES = {probe.name: probe for group in GROUPS for probe in group.probes}


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the example that opens the same shop."""
    place = spec_from_file_location("shop_front", FILE)
    assert place is not None
    assert place.loader is not None
    module = module_from_spec(place)
    monkeypatch.setitem(sys.modules, "shop_front", module)
    place.loader.exec_module(module)
    return module


async def missed(aws: fk.Connection, *names: str, notes: Notes | None = None) -> list[str]:
    """Return which probes do not hold."""
    shop = Shop(Scene(aws=aws, notes=notes or Notes()))
    found = []
    for name in names or PROBES:
        findings = [each async for each in shop.look(PROBES[name])]
        assert findings
        if not all(each.ok for each in findings):
            found.append(name)
    return found


def test_fourteen_probes_in_five_groups() -> None:
    """Each belongs to an exercise of the chapter, and each exercise has one at least."""
    assert [len(group.probes) for group in GROUPS] == [2, 3, 3, 4, 2]
    assert len(PROBES) == 14
    own = [name for name in exercises() if name.startswith("8.")]
    assert {probe.exercise for probe in PROBES.values()} == set(own)
    assert sum(len(probes_of(name)) for name in own) == 14
    assert {number for group in GROUPS for number in group.chapters} <= set(range(8))


async def test_empty_account_has_no_point_and_no_error(aws: fk.Connection) -> None:
    """Nothing holds by accident; no probe and no check stumbles over what is not there."""
    load_checks()
    assert await missed(aws) == list(PROBES)
    for name in (each for each in CHECKS if each.startswith("8.")):
        report = await look(exercise(name), Scene(aws=aws), badge=None)
        assert not report
        assert "could be looked at" not in repr(report)
    board = await board_of(Scene(aws=aws), Notes(), badge=None)
    assert (board.points, board.most) == (0, 70)


async def test_shop_gets_its_points_one_after_the_other(
    world: World, aws: fk.Connection, example: ModuleType
) -> None:
    """What holds is kept when the shop is closed, and the last probe holds only then."""
    mine, notes = aws.marked("lab-08"), Notes()
    web = await example.open_shop(mine, "shop", open_to=fk.ANYWHERE)
    days = ["scaled", "fault", "release", "gone"]
    assert await missed(mine, notes=notes) == days
    world.set_load(web.service, cpu=180)
    async for _ in (await web.service.scaling()).activities(follow=True):
        break
    service = await web.service.wait_stable()
    assert service.desired_count == 4
    assert await missed(mine, *days, notes=notes) == days[1:]
    for number, title in ((2, None), (3, "Better")):
        release = example.Release(number=number, title=title)
        await example.roll_out(mine, web, example.web_task(mine, "shop", release))
        assert await missed(mine, *days, notes=notes) == days[number:]
    await mine.teardown("lab-08")
    scene = Scene(aws=mine, notes=notes)
    board = await board_of(scene, notes, badge=None)
    assert (board.points, board.most) == (70, 70)
    states = [each.state for group in board.groups for each in group.probes]
    assert states == ["has held"] * 13 + ["holds"]
    notes.hints |= {("8.5", 1), ("8.5", 2), ("2.1", 1)}
    closed = await board_of(None, notes, badge=None)
    assert closed.points == 68
    assert "The lab is closed" in scoreboard_text(closed)


async def test_probe_misses_what_is_amiss(aws: fk.Connection, example: ModuleType) -> None:
    """One thing is spoilt after the other; the probe of it notices, and is not fooled."""
    mine = aws.marked("lab-08")
    web = await example.open_shop(mine, "shop", open_to=fk.ANYWHERE)
    call = aws._session.api.call
    cluster = await aws.cluster("shop")
    tasks_group = next(
        each["GroupId"]
        for each in (await call("ec2", "DescribeSecurityGroups"))["SecurityGroups"]
        if each["GroupName"].startswith("fargate-kit-tasks-")
    )
    allows = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}'
    )

    def widened(role: str, action: str) -> Callable[[], Awaitable[Any]]:
        return lambda: call(
            "iam", "PutRolePolicy", RoleName=role, PolicyName="x", PolicyDocument=allows % action
        )

    def opened(port: int) -> Callable[[], Awaitable[Any]]:
        return lambda: call(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            GroupId=tasks_group,
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            CidrIp="0.0.0.0/0",
        )

    async def slept() -> None:
        await (await (await cluster.service("worker")).scale(0)).wait_stable()

    async def with_role() -> None:
        spec = (await aws.task_definition("shop-web")).to_spec()
        await mine.register(fk.TaskSpec.from_api({**spec.to_api(), "taskRoleArn": "shop-worker"}))

    spoilt: list[tuple[str, Callable[[], Awaitable[Any]]]] = [
        ("logs", lambda: call("logs", "DeleteRetentionPolicy", logGroupName="/ecs/shop")),
        ("execution", widened("shop-web-execution-us-east-1", "s3:*")),
        ("worker", widened("shop-worker", "s3:PutObject")),
        ("doors", opened(22)),
        ("bounds", lambda: web.service.autoscale(2, 8)),
        ("packing", slept),
        ("web", with_role),
        ("parts", lambda: mine.register(fk.TaskSpec.from_api({**PORTLESS}))),
        ("healthy", lambda: web.service.delete(force=True)),
    ]
    for name, spoil in spoilt:
        assert await missed(mine, name) == []
        await spoil()
        assert await missed(mine, name) == [name]


PORTLESS = {
    "family": "shop-web",
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "web", "image": "nginx"}],
}


async def test_budget_counts_the_addresses_of_the_balancer(
    aws: fk.Connection, example: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all six zones the shop is over its budget, and the check says by how much."""
    monkeypatch.setattr(example, "ZONES", 6)
    mine = aws.marked("lab-08")
    await example.open_shop(mine, "shop", open_to=fk.ANYWHERE)
    findings = [each async for each in Shop(Scene(aws=mine)).look(PROBES["bill"])]
    assert [each.ok for each in findings] == [True, False]
    assert findings[1].saw == "$0.1045"


async def test_probe_looks_at_its_own_seat(
    aws: fk.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where several share an account, everybody has a shop of his own."""
    await aws.create_log_group("/ecs/seat07-shop", retention_days=1)
    what = "there is a log group /ecs/{}shop"
    for seat, name, ok in (("", "", False), ("seat07", "seat07-", True)):
        monkeypatch.setenv(SEAT, seat)
        findings = [each async for each in Shop(Scene(aws=aws)).look(PROBES["logs"])]
        assert (findings[0].what, findings[0].ok) == (what.format(name), ok)


async def test_probe_that_stumbles_is_a_finding(aws: fk.Connection) -> None:
    """Whatever state an account is in, the board ends with points."""

    async def stumble(shop: Shop) -> Any:
        raise KeyError("surprise")
        yield

    notes = Notes()
    probe = Probe(name="x", what="x", exercise="8.1", look=stumble)
    (found,) = [each async for each in Shop(Scene(aws=aws, notes=notes)).look(probe)]
    assert not found.ok
    assert "KeyError: 'surprise'" in found.saw
    assert notes.held == {}


async def test_hint_costs_where_it_was_asked_for(aws: fk.Connection) -> None:
    """The same hint twice is one hint; looking at the picture is none."""
    load_checks()
    scene = Scene(aws=aws)
    report = await look(exercise("8.1"), scene, badge=None)
    assert "<details" in report._repr_html_()
    assert scene.notes.hints_of(8) == 0
    assert report.hint(1) == report.hint(1)
    report.hint(2)
    report.hint(99)
    assert scene.notes.hints_of(8) == 2


async def test_lab_shows_board_and_bill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both are pictures with text; the board can still be looked at when the lab is closed."""
    monkeypatch.setenv(SPEED, "500")
    monkeypatch.chdir(tmp_path)
    lab = await Lab.open(chapter=98)
    try:
        (await lab.check("8.1")).hint()
        board = await lab.scoreboard()
        assert repr(board).startswith("0 of 70 points: 0 of 14 probes hold or held, 1 hint taken")
        assert "◇ simulated" in board.html
        await lab.aws.create_log_group("/ecs/shop", retention_days=1)
        meter = await lab.show.cost(limit=0.5)
        assert repr(meter).startswith("$0.00 an hour now, would have cost $0.00 so far")
        assert "within the limit" in meter.html
    finally:
        await lab.close()
    closed = await lab.scoreboard()
    assert "The lab is closed" in repr(closed)
    shown = fk.learn.show(reckoned())
    assert "$1.00 an hour now" in repr(shown)


def reckoned() -> Spending:
    """Return a sum that was reckoned without an account."""
    return reckon([Charge(what="task", per_hour=Decimal(1))], region="us-east-1")
