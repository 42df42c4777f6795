"""Several things that are made together: if the rest fails, what was made is taken away again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import anyio
import anyio.lowlevel

T = TypeVar("T")


class Making:
    """Remembers what was made, and how each thing is taken away."""

    def __init__(self) -> None:
        self._made: list[tuple[str, Callable[[], Awaitable[object]]]] = []

    async def make(
        self,
        what: str,
        make: Callable[[], Awaitable[T]],
        take_away: Callable[[T], Awaitable[object]],
    ) -> T:
        """Make one thing; who is cancelled meanwhile still learns whether it was made.

        Args:
            what: Its name, for the note on what could not be taken away.
            make: Makes it. If it raises, it must have left nothing.
            take_away: Takes it away.
        """
        with anyio.CancelScope(shield=True):
            made = await make()
        self._made.append((what, partial(take_away, made)))
        await anyio.lowlevel.checkpoint()
        return made

    async def undo(self) -> list[str]:
        """Take everything away, the newest first; tell what could not be."""
        left = []
        while self._made:
            what, take_away = self._made.pop()
            try:
                await take_away()
            except Exception as error:
                left.append(f"{what} is left behind: {error}")
        return left


@asynccontextmanager
async def making() -> AsyncIterator[Making]:
    """Undo what was made in the block if it is left by an error or a cancellation.

    What cannot be undone is told in notes on the error that is raised.
    """
    made = Making()
    try:
        yield made
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            for note in await made.undo():
                error.add_note(note)
        raise
