"""How commands of a shell end other than by going on with the next one."""

from __future__ import annotations


class Leave(Exception):
    """The shell ends, after its EXIT trap."""

    def __init__(self, status: int) -> None:
        self.status = status


class Gone(Exception):
    """The process is no more the shell, so no EXIT trap runs.

    Args:
        status: With which the process has ended.
        killed: Whether it was killed, with all its subshells; otherwise it has become
            another program.
    """

    def __init__(self, status: int, *, killed: bool) -> None:
        self.status = status
        self.killed = killed


class Return(Exception):
    """A function returns."""

    def __init__(self, status: int) -> None:
        self.status = status


class Loop(Exception):
    """A loop is left, or its next turn begins.

    Args:
        levels: How many loops are concerned, the innermost included.
        again: Whether the outermost of these loops goes on.
    """

    def __init__(self, levels: int, *, again: bool) -> None:
        self.levels = levels
        self.again = again


class RedirectionFailed(ValueError):
    """A stream cannot be redirected; the message says why."""
