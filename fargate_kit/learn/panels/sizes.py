"""Menus that choose a size of Fargate, and its price."""

from __future__ import annotations

import ipywidgets as widgets

from fargate_kit.learn.panels.panel import Panel
from fargate_kit.learn.picture import Picture
from fargate_kit.learn.views.size_grid import SizeChoice, size_grid, size_grid_text
from fargate_kit.model.prices import UnknownPrice
from fargate_kit.model.pricing import dollars, estimate
from fargate_kit.model.sizes import is_legal, legal_cpu, sizes

__all__ = ["SizePanel"]


class SizePanel(Panel):
    """Menus for CPU and memory, the sizes of Fargate, and what the choice costs."""

    def __init__(self, cpu: int, memory: int, *, region: str) -> None:
        memories = sorted({size.memory for size in sizes()} | {memory})
        self.cpu = widgets.Dropdown(
            options=sorted({*legal_cpu(), cpu}), value=cpu, description="CPU units"
        )
        self.memory = widgets.Dropdown(options=memories, value=memory, description="MiB")
        self.count = widgets.BoundedIntText(value=1, min=1, max=1000, description="Tasks")
        self.spot = widgets.Checkbox(value=False, description="Fargate Spot")
        self._grid = widgets.HTML()
        self._region = region
        controls = widgets.HBox([self.cpu, self.memory, self.count, self.spot])
        super().__init__(controls, self._grid)
        for control in (self.cpu, self.memory, self.count, self.spot):
            control.observe(lambda _: self._draw(), "value")
        self._draw()

    def _draw(self) -> None:
        choice = self._choice()
        self._say(self._grid, Picture(size_grid_text(choice), size_grid(choice)))

    def _choice(self) -> SizeChoice:
        cpu, memory = self.cpu.value, self.memory.value
        if not is_legal(cpu, memory):
            return SizeChoice(cpu=cpu, memory=memory)
        provider = "FARGATE_SPOT" if self.spot.value else "FARGATE"
        try:
            found = estimate(
                cpu=cpu, memory=memory, region=self._region, shares={provider: self.count.value}
            )
        except UnknownPrice as unknown:
            return SizeChoice(cpu=cpu, memory=memory, source=f"No price: {unknown}.")
        about = "about " if found.is_estimated else ""
        tasks = f"{self.count.value} task{'s' * (self.count.value != 1)}"
        cost = "cost" if self.count.value != 1 else "costs"
        return SizeChoice(
            cpu=cpu,
            memory=memory,
            price=f"{tasks} {cost} {about}{dollars(found.per_hour)} an hour, "
            f"{about}{dollars(found.per_month)} a month if nothing is ever stopped",
            source=f"Prices of {found.as_of} for {found.region}: {found.source}.",
        )
