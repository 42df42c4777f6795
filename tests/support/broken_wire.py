"""A wire between an SDK and a simulated Fargate that tells of every step, and can be cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio.lowlevel

from fargate_kit import Connection, Transport, TransportRequest, TransportResponse
from fargate_kit.sim import World


class WireCut(RuntimeError):
    """Nothing gets through any more: as if the process had died, seen from AWS."""


class Wire:
    """Carries requests; `at_step` is called before and after each, and around each sleep."""

    def __init__(self, inner: Transport, at_step: Callable[[str], None]) -> None:
        self._inner = inner
        self._at_step = at_step

    async def send(self, request: TransportRequest) -> TransportResponse:
        operation = request.headers.get("X-Amz-Target", "?").rpartition(".")[2]
        self._at_step(f"before {operation}")
        await anyio.lowlevel.checkpoint()
        answer = await self._inner.send(request)
        self._at_step(f"after {operation}")
        await anyio.lowlevel.checkpoint()
        return answer


class SteppingClock:
    """A clock that tells of every sleep."""

    def __init__(self, inner: Any, at_step: Callable[[str], None]) -> None:
        self._inner = inner
        self._at_step = at_step

    def now(self) -> float:
        now: float = self._inner.now()
        return now

    async def sleep(self, seconds: float) -> None:
        self._at_step("falling asleep")
        await self._inner.sleep(seconds)
        self._at_step("waking up")


async def wired(
    world: World, at_step: Callable[[str], None], *, poll_every: float = 1.0
) -> Connection:
    """Open a connection of its own to a world on a step clock, over such a wire."""
    session = (await world.connect(poll_every=poll_every))._session
    transport = session.api._transport
    assert transport is not None
    session.api._transport = Wire(transport, at_step)
    return Connection(replace(session, clock=SteppingClock(session.clock, at_step)))
