"""Runs what a command does, and turns an interruption into its exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import typer

T = TypeVar("T")

INTERRUPTED = 130
# Somebody else asked it to end, as `docker stop` does: 128 + SIGTERM, as the shell has it.
TERMINATED = 143
CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Interrupted(SystemExit):
    """The end of a command that was interrupted and has cleaned up.

    Attributes:
        facts: What `--json` tells besides that.
    """

    def __init__(self, code: int, facts: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.facts = dict(facts)


def run_async(
    work: Callable[[], Awaitable[T]],
    *,
    left: str | None = None,
    facts: Callable[[], Mapping[str, Any]] = dict,
) -> T:
    """Run asynchronous work to its end; Ctrl-C cancels it, lets it clean up, and exits with 130.

    SIGTERM does the same, and exits with 143. A second one of either does not wait for the
    cleaning up.

    Args:
        work: What to do. It must not listen for signals itself if `left` is given.
        left: What may stay behind if cleaning up is cut short; None leaves both signals to Python.
        facts: Returns what `--json` tells of an interruption, after the cleaning up.

    Raises:
        Interrupted: It was interrupted.
    """
    import anyio

    try:
        if left is None or sys.platform == "win32":
            return anyio.run(work)
        results, caught = anyio.run(_interruptible, work, left)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    if caught is not None:
        raise Interrupted(CODES[caught], facts())
    return results[0]


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


async def _interruptible(
    work: Callable[[], Awaitable[T]], left: str
) -> tuple[list[T], signal.Signals | None]:
    """Return the result, or the signal that kept it from coming."""
    import anyio

    scope = anyio.CancelScope()
    results: list[T] = []
    caught: list[signal.Signals] = []

    async def listen() -> None:
        async for number in signals:
            if caught:
                _leave(left, number)
            caught.append(number)
            typer.echo(
                f"fargate-kit: {WORDS[number]}, cleaning up; {NAMES[number]} again leaves now",
                err=True,
            )
            scope.cancel()

    async def cancellable() -> None:
        with scope:
            results.append(await work())

    # The listener outlives the scope: a second signal comes while the work cleans up.
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        await beside(cancellable, listen)
    return results, caught[0] if caught else None


def _leave(left: str, number: signal.Signals) -> None:
    """End the process now; to unwind it would wait for what shields itself."""
    typer.echo(f"fargate-kit: {WORDS[number]} again: {left}", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(CODES[number])
