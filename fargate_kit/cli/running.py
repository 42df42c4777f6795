"""Runs what a command does, and turns an interruption into its exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import typer

T = TypeVar("T")

INTERRUPTED = 130


def run_async(work: Callable[[], Awaitable[T]], *, left: str | None = None) -> T:
    """Run asynchronous work to its end; Ctrl-C cancels it, lets it clean up, and exits with 130.

    A second Ctrl-C does not wait for the cleaning up.

    Args:
        work: What to do. It must not listen for SIGINT itself if `left` is given.
        left: What may stay behind if cleaning up is cut short; None leaves Ctrl-C to Python.
    """
    import anyio

    try:
        if left is None or sys.platform == "win32":
            return anyio.run(work)
        return anyio.run(_interruptible, work, left)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


async def beside(
    work: Callable[[], Awaitable[T]], companion: Callable[[], Coroutine[Any, Any, None]]
) -> T:
    """Run work beside a companion that goes on for ever, and return the work's result."""
    import anyio

    results: list[T] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(companion)
            results.append(await work())
            group.cancel_scope.cancel()
    except BaseExceptionGroup as several:
        if len(several.exceptions) == 1:
            raise several.exceptions[0] from None
        raise
    return results[0]


async def _interruptible(work: Callable[[], Awaitable[T]], left: str) -> T:
    import anyio

    scope = anyio.CancelScope()
    results: list[T] = []

    async def listen() -> None:
        async for _ in signals:
            if scope.cancel_called:
                _leave(left)
            typer.echo("fargate-kit: interrupted, cleaning up; Ctrl-C again leaves now", err=True)
            scope.cancel()

    async def cancellable() -> None:
        with scope:
            results.append(await work())

    # The listener outlives the scope: a second Ctrl-C comes while the work cleans up.
    with anyio.open_signal_receiver(signal.SIGINT) as signals:
        await beside(cancellable, listen)
    if scope.cancel_called:
        raise typer.Exit(INTERRUPTED)
    return results[0]


def _leave(left: str) -> None:
    """End the process now; to unwind it would wait for what shields itself."""
    typer.echo(f"fargate-kit: interrupted again: {left}", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)
