"""Requests to a load balancer, and who answers them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ipywidgets as widgets

from fargate_kit.learn.bridge import Bridge
from fargate_kit.learn.panels.panel import PACE, Panel
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.visitor import MOST, Tally, Visitor
from fargate_kit.load_balancing.load_balancer import LoadBalancer

__all__ = ["TrafficPanel"]


class TrafficPanel(Panel):
    """Buttons that send requests, and a lane for each who answers; a cell may send them as well."""

    def __init__(self, bridge: Bridge, balancer: LoadBalancer, *, path: str = "/") -> None:
        self.number = widgets.BoundedIntText(value=100, min=1, max=MOST, description="Requests")
        self.one_batch = widgets.Button(description="Send them", tooltip="Send so many requests")
        self.flow = widgets.ToggleButton(
            value=False, description="Keep sending", tooltip="Send requests at a steady pace"
        )
        self.clear = widgets.Button(description="Count anew", tooltip="Forget what was counted")
        self._lanes = widgets.HTML()
        controls = widgets.HBox([self.number, self.one_batch, self.flow, self.clear])
        super().__init__(controls, self._lanes)
        self._bridge = bridge
        self._visitor = Visitor(balancer, path=path, seen=self._seen)
        self._drawn_at = 0.0
        self.one_batch.on_click(lambda _: bridge.enter(self._guarded, self._send))
        self.flow.observe(lambda _: self._turn(), "value")
        self.clear.on_click(lambda _: self._forget())
        self._draw()

    @property
    def tally(self) -> Tally:
        """What became of all requests since the counts were cleared."""
        return self._visitor.tally

    async def send(self, count: int = 100) -> Tally:
        """Send so many requests, a few at a time, and return who answered them.

        Args:
            count: 1 to 1000.

        Raises:
            ValueError: The count is none of those.
        """
        batch = await self._visitor.send(count)
        self._draw()
        return batch

    @asynccontextmanager
    async def steady(self) -> AsyncIterator[Tally]:
        """Send requests at a steady pace for as long as an `async with` block lasts.

        One has its answer before the block begins, and one more is sent after its end. What the
        block gets counts them: `.sent`, `.failed`, and `.answered` by who answered.
        """
        try:
            async with self._visitor.steady() as batch:
                yield batch
        finally:
            self._draw()

    async def _send(self) -> None:
        self.one_batch.disabled = True
        try:
            await self.send(self.number.value)
        finally:
            self.one_batch.disabled = False

    def _turn(self) -> None:
        if self.flow.value:
            self._bridge.enter(self._keep_sending, key=self)

    async def _keep_sending(self) -> None:
        batch = self._visitor.fresh("steady")
        await self._visitor.keep_sending(batch, until=lambda: not self.flow.value)
        self._draw()

    def _forget(self) -> None:
        self._visitor.tally = self._visitor.fresh("all")
        self._draw()

    def _seen(self) -> None:
        """Draw at an eye's pace, however fast the answers come."""
        if time.monotonic() - self._drawn_at >= PACE:
            self._draw()

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        self._say(self._lanes, Picture(repr(self.tally), self.tally._repr_html_()))
