"""Runs what a command does, and turns an interruption into its exit code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

T = TypeVar("T")

INTERRUPTED = 130


def run_async(work: Callable[[], Awaitable[T]]) -> T:
    """Run asynchronous work to its end; Ctrl-C cancels it, lets it clean up, and exits with 130."""
    import anyio

    try:
        return anyio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
