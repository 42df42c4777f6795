"""The bridge: work from any thread runs on the notebook's loop, and what fails is told."""

from __future__ import annotations

import threading

import anyio
import anyio.lowlevel
import pytest

from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.errors import BackgroundWorkFailed


@pytest.fixture
def anyio_backend() -> str:
    """A kernel's loop is asyncio's."""
    return "asyncio"


async def test_work_from_another_thread_runs_on_the_loop() -> None:
    """Some kernels call back on a thread of their own; the work runs where the cells run."""
    bridge, done, threads = Bridge(), anyio.Event(), []

    async def work(word: str) -> None:
        threads.append((word, threading.current_thread()))
        done.set()

    caller = threading.Thread(target=lambda: bridge.enter(work, "clicked"))
    caller.start()
    with anyio.fail_after(5):
        await done.wait()
    caller.join()
    assert threads == [("clicked", threading.current_thread())]
    await bridge.aclose()


async def test_failure_is_shown_at_once_and_raised_at_the_end() -> None:
    """What dies beside the cells cannot be overlooked."""
    shown, told = [], anyio.Event()

    def show(error: BaseException) -> None:
        shown.append(str(error))
        told.set()

    async def fail() -> None:
        raise OSError("no such thing")

    bridge = Bridge(on_error=show)
    bridge.enter(fail)
    with anyio.fail_after(5):
        await told.wait()
    assert shown == ["no such thing"]
    with pytest.raises(BackgroundWorkFailed, match="OSError: no such thing"):
        await bridge.aclose()


async def test_group_of_errors_ends_as_a_plain_one() -> None:
    """A group of errors leaves no error output in a notebook, so none gets out."""

    async def child() -> None:
        raise ValueError("inner")

    async def fail() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(child)

    told = anyio.Event()
    bridge = Bridge(on_error=lambda _: told.set())
    bridge.enter(fail)
    with anyio.fail_after(5):
        await told.wait()
    with pytest.raises(BackgroundWorkFailed, match="ValueError: inner") as caught:
        await bridge.aclose()
    assert not isinstance(caught.value, BaseExceptionGroup)


async def test_closing_ends_what_runs() -> None:
    """Nothing goes on after the last cell, and nothing starts."""
    bridge, started, ended = Bridge(), anyio.Event(), []

    async def follow() -> None:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    bridge.enter(follow)
    with anyio.fail_after(5):
        await started.wait()
    await bridge.aclose()
    assert ended == [True]
    assert bridge.running == 0
    bridge.enter(follow)
    await anyio.lowlevel.checkpoint()
    assert bridge.running == 0
    await bridge.aclose()


async def test_last_wish_of_a_key_counts() -> None:
    """A slider that moves ten times does its work for the last place only."""
    bridge, done, values = Bridge(), anyio.Event(), []

    async def work(value: int) -> None:
        await anyio.lowlevel.checkpoint()
        values.append(value)
        if value == 9:
            done.set()

    for value in range(10):
        bridge.enter(work, value, key="slider")
    with anyio.fail_after(5):
        await done.wait()
    await bridge.aclose()
    assert values == [9]
