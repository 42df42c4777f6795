"""Live Tail over a real socket: asyncio with aiohttp, trio with httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import anyio
import pytest

from fargate_kit.sim import World, simulate
from fargate_kit.sim.account import Account


@pytest.fixture
async def served() -> AsyncIterator[World]:
    """Return a simulated Fargate that is served over HTTP, twenty times as fast."""
    async with simulate(speed=20) as world:
        yield world


async def test_live_tail_comes_over_http(served: World) -> None:
    """Old and new lines come once, and leaving ends the session."""

    def say(*lines: str) -> None:
        def put(account: Account) -> None:
            events = [(account.engine.now // 1000, line) for line in lines]
            account.logs.put_log_events("us-east-1", "g", "s", events, create_group=False)

        served.run(put)

    def sessions() -> int:
        return served.run(lambda account: account.logs.sessions)

    async with served.connect() as aws:
        await aws.create_log_group("g")
        say("one")
        told = []
        with anyio.fail_after(60):
            async with aclosing(aws.logs("g", live=True)) as lines:
                async for line in lines:
                    told.append(line.text)
                    if told == ["one"]:
                        say("two", "three")
                    elif len(told) == 2:
                        assert sessions() == 1
                        say("four")
                    elif len(told) == 4:
                        break
        assert told == ["one", "two", "three", "four"]
        assert aws.calls["logs:StartLiveTail"] == 1
        with anyio.fail_after(20):
            while sessions():
                await aws.clock.sleep(0.5)


async def test_lost_connection_is_made_good(served: World) -> None:
    """Where the connection of a session breaks off, its lines come by looks and the next one."""

    def say(*lines: str) -> None:
        def put(account: Account) -> None:
            events = [(account.engine.now // 1000, line) for line in lines]
            account.logs.put_log_events("us-east-1", "g", "s", events, create_group=False)

        served.run(put)

    def cut() -> None:
        def close(account: Account) -> None:
            for tails in account.logs._tails.values():
                for tail in tuple(tails):
                    tail.close()

        served.run(close)

    async with served.connect() as aws:
        await aws.create_log_group("g")
        say("0")
        told = []
        with anyio.fail_after(60):
            async with aclosing(aws.logs("g", live=True)) as lines:
                async for line in lines:
                    told.append(line.text)
                    if len(told) == 3:
                        cut()
                    elif len(told) == 10:
                        break
                    say(str(len(told)))
        assert told == [str(number) for number in range(10)]
        assert aws.calls["logs:StartLiveTail"] >= 2
