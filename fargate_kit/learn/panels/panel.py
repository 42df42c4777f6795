"""What every panel is: widgets in a notebook, text everywhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from fargate_kit.core.clock import Clock
from fargate_kit.errors import FargateError
from fargate_kit.learn.picture import Picture

__all__ = ["PACE", "Panel", "pause_of"]

PACE = 0.2
"""Real seconds between two looks or two pictures: five in a second is all that an eye needs."""


def pause_of(clock: Clock, seconds: float) -> float:
    """Return for how many real seconds a panel rests that looks every so many nominal ones."""
    return max(PACE, seconds / getattr(clock, "speed", 1.0))


class Panel:
    """Something that a notebook shows as widgets, and everything else as text."""

    def __init__(self, *rows: widgets.Widget) -> None:
        self._alert = widgets.HTML()
        self.widget = widgets.VBox([*rows, self._alert])
        self._text = "nothing yet"

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**(data or {}), "text/plain": self._text}

    def _say(self, place: widgets.HTML, picture: Picture) -> None:
        """Put a picture into its place, if it differs from what is there."""
        self._text = picture.text
        if place.value != picture.html:
            place.value = picture.html

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do what a click asked for; what the SDK refuses is shown, since a click has no cell."""
        self._alert.value = ""
        try:
            await work()
        except FargateError as error:
            words = f"{type(error).__name__}: {error}"
            self._alert.value = (
                '<p role="alert" style="margin:4px 0;padding:6px 10px;color:#8a1c1c;'
                f'background:#fdeeee;border-radius:6px">✘ {escape(words)}</p>'
            )
