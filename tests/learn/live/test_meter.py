"""A live lab warns when most of its money is spent, and ends itself when all of it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from live_lesson import SERVER

from fargate_kit.learn.errors import SpendingLimitReached
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.live.ground import LiveGround
from fargate_kit.learn.live.ledger import Ledger
from fargate_kit.learn.live.meter import SpendingWarning
from fargate_kit.learn.live.settings import LIMIT
from fargate_kit.sim import World

OpenLive = Callable[..., Awaitable[LiveGround]]


async def test_lab_warns_and_then_ends_itself(live: OpenLive, world: World) -> None:
    """At 80 % a warning, once; at 100 % the next verb takes everything down and says so."""
    ground = await live(**{LIMIT: "0.02"})
    before = await inventory(ground.owner)
    shop = await ground.aws.create_cluster("shop")
    tasks = await shop.run_many(await ground.aws.register(SERVER), 4)
    for task in tasks:
        await task.wait_running()
    per_hour = (await ground.meter.look(now=True)).per_hour
    assert Decimal("0.06") < per_hour < Decimal("0.08")
    await world.clock.sleep(float(Decimal("0.017") / per_hour) * 3600)
    with pytest.warns(SpendingWarning, match=r"of its limit of 0\.02 USD"):
        await ground.heed()
    await ground.heed()
    await world.clock.sleep(float(Decimal("0.004") / per_hour) * 3600)
    with pytest.raises(SpendingLimitReached, match=r"it was taken down, .* deleted, 0 left") as end:
        await ground.aws.create_log_group("/late")
    assert Decimal("0.02") <= end.value.spent < Decimal("0.024")
    assert await inventory(ground.owner) == before
    with pytest.raises(SpendingLimitReached):
        await ground.aws.create_log_group("/later")
    assert await inventory(ground.owner) == before


async def test_money_that_was_spent_is_not_forgotten(
    live: OpenLive, world: World, tmp_path: Path
) -> None:
    """What is stopped and gone, and what an earlier kernel has spent, still counts."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    task = await (await shop.run(await ground.aws.register(SERVER))).wait_running()
    await ground.meter.look(now=True)
    await world.clock.sleep(3600)
    await ground.heed()
    spent = ground.meter.spent
    assert spent > Decimal("0.015")
    await (await task.stop("enough")).wait_stopped()
    await world.clock.sleep(7200)
    again = await live()
    assert again.meter.spent >= spent
    await again.take_down()
    assert Ledger(tmp_path, ground.mark).spent_so_far() == 0
