"""What a live lab left is taken down from elsewhere, and nobody else's with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import anyio.to_thread
import pytest
from live_lesson import reach_a_task

from fargate_kit.core.clock import present
from fargate_kit.learn.inventory import inventory
from fargate_kit.learn.live.ending import end_lab, live_labs
from fargate_kit.learn.live.ground import LiveGround
from fargate_kit.learn.live.settings import ACCOUNT, HOURS
from fargate_kit.learn.switch import BACKEND, SEAT
from fargate_kit.sim import World, simulate

OpenLive = Callable[..., Awaitable[LiveGround]]
# Real seconds for a process on a busy machine.
WITHIN = 120
LESSON = """
import asyncio, os, signal, sys
import fargate_kit as fk
from live_lesson import SERVER

async def lesson():
    lab = await fk.learn.Lab.open(chapter=2, live="reach a task")
    shop = await lab.aws.create_cluster(lab.name("shop"))
    server = await lab.aws.register(SERVER)
    await shop.run_many(server, 2)
    await shop.create_service("web", server, desired_count=1)
    print("open", flush=True)
    sys.stdin.readline()

asyncio.run(lesson())
"""


@pytest.fixture
async def served() -> AsyncIterator[World]:
    """Return a simulated account that other processes reach; the way there is that of AWS."""
    async with simulate(speed=500) as world:
        yield world


def environment_of(world: World, folder: Path) -> dict[str, str]:
    """Return what a learner on live AWS has set, with boto's own way to another endpoint."""
    support = Path(__file__).parents[2] / "support"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": world.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        BACKEND: "aws",
        ACCOUNT: world.account.id,
        "PYTHONPATH": str(support),
        "HOME": str(folder),
    }


@contextmanager
def lesson(environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a lesson in a process of its own, and wait until its lab has things in it."""
    process = subprocess.Popen(
        [sys.executable, "-c", LESSON],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == "open\n", process.stderr and process.stderr.read()
        yield process
    finally:
        process.kill()
        process.communicate()


def fargate_kit(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    """Run the command line, and return its exit code and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "fargate_kit", *words],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    return done.returncode, done.stdout


async def test_killed_process_is_cleaned_up_after(served: World, tmp_path: Path) -> None:
    """After SIGKILL nobody remembers the lab but its tags, and the janitor takes it down."""
    environment = environment_of(served, tmp_path)
    async with served.connect() as aws:
        before = await inventory(aws)

        def kill() -> None:
            with lesson(environment, tmp_path) as process:
                process.send_signal(signal.SIGKILL)
                process.wait(WITHIN)

        await anyio.to_thread.run_sync(kill)
        assert len(await inventory(aws)) > len(before)

        def clean(*words: str) -> tuple[int, str]:
            return fargate_kit(environment, "janitor", *words)

        code, listed = await anyio.to_thread.run_sync(clean, "--json")
        assert code == 0
        (lab,) = json.loads(listed)["labs"]
        assert (lab["lab"], lab["owner"]) == ("lab-02.admin", "admin")
        code, said = await anyio.to_thread.run_sync(clean, "--expired", "--yes")
        assert (code, said) == (0, "no lab's time is over\n")
        code, done = await anyio.to_thread.run_sync(
            clean, "--lab", "lab-02.admin", "--yes", "--json"
        )
        assert code == 0
        (lab,) = json.loads(done)["labs"]
        assert lab["left"] == []
        assert "service web" in lab["deleted"]
        assert await inventory(aws) == before
        assert await live_labs(aws) == ()
        code, said = await anyio.to_thread.run_sync(clean)
        assert (code, said) == (0, "no live lab is there\n")


@pytest.mark.parametrize("how", ["end", "terminated"])
async def test_process_that_ends_takes_its_lab_down(
    served: World, tmp_path: Path, how: str
) -> None:
    """A program that ends without closing, or is told to by SIGTERM, leaves nothing."""
    environment = environment_of(served, tmp_path)
    async with served.connect() as aws:
        before = await inventory(aws)

        def leave() -> str:
            with lesson(environment, tmp_path) as process:
                if how == "terminated":
                    process.terminate()
                _, said = process.communicate("\n", WITHIN)
                return said

        said = await anyio.to_thread.run_sync(leave)
        assert "lab lab-02.admin is still open; a janitor of its own takes it down" in said
        assert "0 left" in said
        assert await inventory(aws) == before


async def test_expired_lab_is_found_and_others_stay(live: OpenLive, world: World) -> None:
    """From another connection, by the tags alone: the one whose time is over, and no other."""
    early = await live(**{HOURS: "1", SEAT: "seat01"})
    late = await live(**{HOURS: "5", SEAT: "seat02"})
    await early.aws.create_cluster("seat01-shop")
    await early.aws.create_log_group("/seat01-shop")
    await late.aws.create_cluster("seat02-shop")
    await early.aclose()
    async with world.connect() as other:
        await world.clock.sleep(3700)
        found = {lab.mark: lab for lab in await live_labs(other)}
        assert found.keys() == {early.mark, late.mark}
        now = present(other.clock)
        expired = [mark for mark, lab in found.items() if lab.has_expired(now)]
        assert expired == ["seat01-lab-02.admin"]
        assert await end_lab(other, early.mark) == ("cluster seat01-shop", "log group /seat01-shop")
        assert [lab.mark for lab in await live_labs(other)] == [late.mark]
        assert (await other.cluster("seat02-shop")).status == "ACTIVE"
    await late.take_down()


async def test_lab_that_was_opened_again_has_not_expired(live: OpenLive, world: World) -> None:
    """Of what a lab made at different times the latest time counts."""
    first = await live(**{HOURS: "1"})
    await first.aws.create_cluster("shop")
    await world.clock.sleep(3000)
    again = await live(**{HOURS: "1"})
    await again.aws.create_log_group("/shop")
    await world.clock.sleep(700)
    (lab,) = await live_labs(again.owner)
    assert not lab.has_expired(present(again.owner.clock))
    await again.take_down()


async def test_two_seats_in_one_account_leave_each_other_alone(
    live: OpenLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both do the lesson with their own names; closing one takes nothing of the other's."""
    monkeypatch.setenv(SEAT, "seat01")
    first = await live(**{SEAT: "seat01"})
    monkeypatch.setenv(SEAT, "seat02")
    second = await live(**{SEAT: "seat02"})
    before = await inventory(first.owner)
    await reach_a_task(first.aws, "seat01-")
    both = await inventory(first.owner)
    await reach_a_task(second.aws, "seat02-")
    monkeypatch.setenv(SEAT, "seat01")
    assert all("seat02" not in each for each in await first.left())
    monkeypatch.setenv(SEAT, "seat02")
    await second.take_down()
    assert await inventory(first.owner) == both
    monkeypatch.setenv(SEAT, "seat01")
    assert set(await first.left()) >= {"cluster seat01-shop", "service web"}
    await first.take_down()
    assert await inventory(first.owner) == before
