"""What can be wrong with a script."""

from __future__ import annotations


class ShellSyntaxError(ValueError):
    """The script is not well-formed; the message is the shell's, without its name."""


class NotSimulated(ShellSyntaxError):
    """The script is well-formed, but uses what this shell does not know."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} not simulated here")


class ExpansionError(ValueError):
    """An expansion has no value; a shell that is not interactive ends with status 2."""
