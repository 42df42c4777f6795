"""A bar in a notebook that shows how far a fan-out has come; needs the extra `learn`."""

from __future__ import annotations

import time
from contextlib import suppress
from html import escape
from types import TracebackType
from typing import Any, Self

from fargate_kit.fan_out.events import FanOutEvent, Progress

__all__ = ["FanOutBar"]

# Real seconds between two drawings: a screen reader reads the text aloud whenever it changes.
PACE = 0.5


class FanOutBar:
    """A bar for `on_event=`: `with FanOutBar() as bar: … cluster.fan_out(…, on_event=bar)`.

    The counts stand beside it in words, which screen readers read. Where ipywidgets is not
    installed, and in a notebook without a browser, the words are all there is.

    Args:
        title: Stands before the bar.
    """

    def __init__(self, title: str = "tasks") -> None:
        self._title = title
        self._progress: Progress | None = None
        self._drawn_at = float("-inf")
        self._shown: Any = None
        self._bar: Any = None
        self.widget: Any = None
        """The bar and its words; None where ipywidgets is not installed."""
        with suppress(ImportError):
            self._make_widget()

    def __repr__(self) -> str:
        return words_of(self._title, self._progress)

    def __call__(self, event: FanOutEvent) -> None:
        """Draw how far it is, twice a second at the most."""
        self._progress = event.progress
        now = time.monotonic()
        if now - self._drawn_at >= PACE:
            self._drawn_at = now
            self._draw()

    def __enter__(self) -> Self:
        try:
            from IPython.display import display
        except ImportError:
            return self
        self._shown = display(self, display_id=True)  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.bar_style = style_of(self._progress)
        self._draw()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_(**options) if self.widget is not None else {}
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**(data or {}), "text/plain": repr(self)}

    def _make_widget(self) -> None:
        import ipywidgets as widgets

        self._bar = widgets.IntProgress(
            value=0,
            max=1,
            description=self._title,
            tooltip=f"how far {self._title} have come",
            style={"description_width": "initial"},
        )
        self._words = widgets.HTML()
        self.widget = widgets.HBox([self._bar, self._words])
        self._draw()

    def _draw(self) -> None:
        if self._bar is None:
            if self._shown is not None:
                self._shown.update(self)
            return
        if self._progress is not None:
            self._bar.max = max(1, self._progress.total)
            self._bar.value = self._progress.ended
        self._words.value = f'<span role="status">{escape(repr(self))}</span>'


def words_of(title: str, progress: Progress | None) -> str:
    """Return how far it is, in words; the same that the bar shows."""
    if progress is None:
        return f"{title}: nothing yet"
    counted = (
        ("starting", progress.starting),
        ("running", progress.running),
        ("failed", progress.failed),
        ("retried", progress.retried),
    )
    ended = f"{title}: {progress.ended} of {progress.total} ended"
    return ", ".join([ended, *(f"{count} {name}" for name, count in counted if count)])


def style_of(progress: Progress | None) -> str:
    """Return the colour of a bar that will not move any more, as ipywidgets names it."""
    if progress is None or progress.ended < progress.total:
        return "warning"
    return "danger" if progress.failed else "success"
