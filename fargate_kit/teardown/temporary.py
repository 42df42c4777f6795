"""A stretch of work that leaves nothing: what it makes is marked, and taken down at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio

from fargate_kit.core.session import Session
from fargate_kit.errors import FargateError
from fargate_kit.ownership import MADE
from fargate_kit.teardown.teardown import check_mark, teardown

__all__ = ["marked", "temporary"]


def marked(session: Session, mark: str) -> Session:
    """Return the same session, whose makings carry another mark.

    Raises:
        InvalidSpec: The mark is no value of a tag; nothing was sent.
    """
    check_mark(mark)
    return replace(session, mark=mark)


@asynccontextmanager
async def temporary(session: Session, name: str) -> AsyncIterator[Session]:
    """Mark what is made meanwhile, and take it down at the end, however that comes.

    A cancellation waits for the tear-down. If the tear-down fails as well as the body, the body's
    error is raised and has a note on what is left.

    Raises:
        InvalidSpec: The name is no value of a tag; nothing was sent.
        ValueError: The name is the mark of what was made without one.
        TeardownIncomplete: Something is left.
    """
    if name == MADE:
        raise ValueError(f"{MADE!r} marks everything that was made outside: give another name")
    inside = marked(session, name)
    try:
        yield inside
    except Exception as error:
        with anyio.CancelScope(shield=True):
            try:
                await teardown(session, name)
            except FargateError as left:
                error.add_note(str(left))
        raise
    except BaseException:
        with anyio.CancelScope(shield=True):
            await teardown(session, name)
        raise
    else:
        with anyio.CancelScope(shield=True):
            await teardown(session, name)
