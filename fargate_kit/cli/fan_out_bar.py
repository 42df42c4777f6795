"""A bar in the terminal that shows how far a fan-out has come; needs the extra `cli`."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from fargate_kit.errors import ConfigurationError
from fargate_kit.fan_out.events import FanOutEvent, Progress

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["FanOutBar"]


class FanOutBar:
    """A bar for `on_event=`: `with FanOutBar() as bar: … cluster.fan_out(…, on_event=bar)`.

    Args:
        title: Stands before the bar.
        console: Where to draw; None is standard error, so that results may be piped.

    Raises:
        ConfigurationError: The extra `cli` is not installed.
    """

    def __init__(self, title: str = "tasks", *, console: Console | None = None) -> None:
        try:
            from rich.console import Console as RichConsole
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as RichProgress
        except ImportError as error:
            raise ConfigurationError(
                "the bar needs rich: pip install 'fargate-kit[cli]'"
            ) from error
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(),
            console=console or RichConsole(stderr=True),
        )
        self._row = self._bar.add_task(title, total=None, counts="")

    def __call__(self, event: FanOutEvent) -> None:
        """Draw how far it is."""
        progress = event.progress
        self._bar.update(
            self._row,
            total=progress.total,
            completed=progress.ended,
            counts=counts_of(progress),
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()


def counts_of(progress: Progress) -> str:
    """Return what stands beside the bar: the counts that are not 0, without what succeeded."""
    counted = (
        ("starting", progress.starting),
        ("running", progress.running),
        ("failed", progress.failed),
        ("retried", progress.retried),
    )
    return ", ".join(f"{count} {name}" for name, count in counted if count)
