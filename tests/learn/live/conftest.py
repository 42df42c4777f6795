"""A live lab against a simulated account: only where the calls go differs from AWS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fargate_kit.connections.connection import Connection
from fargate_kit.core.opening import Opening
from fargate_kit.learn.live import leaving
from fargate_kit.learn.live.ground import LiveGround, open_live
from fargate_kit.learn.live.settings import ACCOUNT
from fargate_kit.learn.switch import SEAT
from fargate_kit.sim import World

OpenLive = Callable[..., Awaitable[LiveGround]]


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what the tester's own environment says about the course."""
    for name in ("CI", SEAT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def live(world: World, tmp_path: Path) -> AsyncIterator[OpenLive]:
    """Return what opens a live lab of chapter 2 in the account of the test's world."""
    opened: list[LiveGround] = []

    def connecting(*, region: str | None = None) -> Opening[Connection]:
        return world.connect(region=region or "us-east-1")

    async def open_one(*, live: str | None = "Reach a task", **settings: str) -> LiveGround:
        ground = await open_live(
            2,
            live=live,
            folder=tmp_path,
            connecting=connecting,
            environment={ACCOUNT: world.account.id, **settings},
        )
        opened.append(ground)
        return ground

    yield open_one
    for ground in opened:
        leaving.forget(ground.mark)
        await ground.aclose()
