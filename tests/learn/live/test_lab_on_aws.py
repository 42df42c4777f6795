"""`Lab` on the live path, and in a simulated account that a room shares."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.errors import LiveRefused, OnlySimulated
from fargate_kit.learn.grounds import SharedGround
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.lab import Lab
from fargate_kit.learn.live import leaving
from fargate_kit.learn.live.settings import ACCOUNT
from fargate_kit.learn.switch import BACKEND, ENDPOINT, SEAT, SPEED, endpoint_of
from fargate_kit.sim import World, simulate


@pytest.fixture
async def served() -> AsyncIterator[World]:
    """Return a simulated account that is served, much faster than Fargate."""
    async with simulate(speed=500) as world:
        yield world


@pytest.fixture
def on_aws(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what a learner on live AWS sets, with boto's own way to another endpoint."""
    for name, value in {
        BACKEND: "aws",
        ACCOUNT: served.account.id,
        "AWS_ENDPOINT_URL": served.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)


async def test_lab_on_aws_from_its_first_cell_to_its_last(
    served: World, on_aws: None, tmp_path: Path
) -> None:
    """Opened by its name, checked, without dials, closed with its proof; the account goes on."""
    lab = await Lab.open(chapter=0, live="find your way")
    assert await Lab.open(chapter=0, live="find your way") is lab
    assert (lab.is_live, lab.speed, lab.mark) == (True, 1.0, "lab-00.admin")
    assert f"account {served.account.id}" in lab._repr_html_()
    with pytest.raises(OnlySimulated, match=r"lab\.world: this is live AWS") as dial:
        _ = lab.world
    assert dial.value._render_traceback_() == [f"OnlySimulated: {dial.value}"]
    await (await lab.aws.create_cluster(lab.name("orientation"))).delete()
    assert await lab.check("0.3")
    await lab.aws.create_log_group(lab.name("/course/first"), retention_days=1)
    assert await lab.check("0.2")
    assert await lab.left() == ("log group /course/first",)
    assert repr(await lab.close()) == "1 deleted, 0 left"
    assert repr(await lab.close()) == "0 deleted, 0 left"
    assert lab.mark not in leaving._open
    async with served.connect() as aws:
        await aws.create_cluster("the-account-goes-on")


async def test_notebook_as_shipped_is_never_live(on_aws: None) -> None:
    """Run All with the whole environment set makes nothing: nobody typed the name."""
    with pytest.raises(LiveRefused, match=r"live='find your way'\) into the notebook's first"):
        await Lab.open(chapter=0)


async def test_open_lab_does_not_change_sides(
    on_aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live lab is not forgotten because the environment says something else meanwhile."""
    lab = await Lab.open(chapter=0, live="find your way")
    monkeypatch.setenv(BACKEND, "simulated")
    with pytest.raises(ConfigurationError, match=r"run `await lab\.close\(\)` first"):
        await Lab.open(chapter=0)
    await lab.close()


async def test_name_in_the_cell_alone_is_not_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the environment the lab is simulated, and says that the cell meant something else."""
    monkeypatch.delenv(BACKEND, raising=False)
    monkeypatch.setenv(SPEED, "500")
    lab = await Lab.open(chapter=0, live="find your way")
    assert not lab.is_live
    assert f"{BACKEND} is not aws" in lab._repr_html_()
    await lab.close()


async def test_room_shares_an_account(served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seats on one simulator: each sees and closes its own, and the account goes on."""
    monkeypatch.setenv(ENDPOINT, served.url)
    labs = []
    for seat in ("seat01", "seat02"):
        monkeypatch.setenv(SEAT, seat)
        ground = await SharedGround.open(0, served.url)
        labs.append(Lab(0, ground, Path.cwd()))
        await labs[-1].aws.create_cluster(labs[-1].name("shop"))
        await labs[-1].aws.create_log_group(labs[-1].name("/course/shop"), retention_days=1)
    first, second = labs
    assert (first.speed, first.is_live, first.mark) == (500, False, "seat01-lab-00")
    assert await first.left() == ("cluster seat01-shop", "log group /seat01-course/shop")
    assert await second.left() == ("cluster seat02-shop", "log group /seat02-course/shop")
    with pytest.raises(OnlySimulated, match="this account is shared"):
        _ = first.world
    assert repr(await first.close()) == "2 deleted, 0 left"
    async with served.connect() as aws:
        found = await inventory(aws)
        assert {"cluster seat02-shop", "log group /seat02-course/shop"} <= set(found)
        assert not any("seat01" in each for each in found)
    assert repr(await second.close()) == "2 deleted, 0 left"


async def test_lab_in_a_room_opens_by_the_environment(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One variable is all that a seat needs; its checks look at its own names."""
    monkeypatch.setenv(ENDPOINT, f"{served.url}/")
    monkeypatch.setenv(SEAT, "seat03")
    lab = await Lab.open(chapter=0)
    assert "shared, and goes on" in lab._repr_html_()
    async with served.connect() as neighbour:
        await (await neighbour.create_cluster("seat04-orientation")).delete()
    assert not await lab.check("0.3")
    await (await lab.aws.create_cluster(lab.name("orientation"))).delete()
    assert await lab.check("0.3")
    await lab.close()


async def test_room_without_its_simulator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing answers, the error says how to start one."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="start one with `fargate-kit sim`"):
        await Lab.open(chapter=0)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1:4566", "https://127.0.0.1", "http://ecs.us-east-1.amazonaws.com", "x"]
)
def test_shared_simulator_is_on_this_machine(url: str) -> None:
    """No other host is spoken to: a tunnel's beginning is on the loopback address."""
    with pytest.raises(ConfigurationError, match="that `fargate-kit sim` prints on this machine"):
        endpoint_of({ENDPOINT: url})
    assert endpoint_of({ENDPOINT: "http://127.0.0.1:4566/"}) == "http://127.0.0.1:4566"
    assert endpoint_of({}) is None


def test_no_test_reaches_an_account() -> None:
    """The tests' own environment has no endpoint, no keys and no account of AWS."""
    assert not [name for name in os.environ if name in {"AWS_ACCESS_KEY_ID", ACCOUNT, BACKEND}]
