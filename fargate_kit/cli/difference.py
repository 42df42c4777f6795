"""Shows what differs between two task definitions, in lines that a terminal does not break."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from fargate_kit.model.diff import MISSING, Change

__all__ = ["change_lines", "print_changes"]

INDENT = 2


def print_changes(console: Console, changes: Iterable[Change]) -> None:
    """Print a difference on a console."""
    width = console.width if console.is_terminal else None
    for change in changes:
        for line in change_lines(change, width=width):
            console.print(line, soft_wrap=True)


def change_lines(change: Change, *, width: int | None) -> list[Text]:
    """Return a change: in one line where that fits, else the path, the old and the new below.

    Args:
        width: Cells of the terminal; None is no limit.
    """
    text = str(change)
    mark, colour = _mark(change)
    line = Text.assemble(" " * INDENT, (f"{mark} ", colour), (text, colour))
    if width is None or cell_len(line.plain) <= width:
        return [line]
    path, _, values = text.partition(": ")
    old, arrow, new = values.partition(" → ")
    lines = [Text.assemble(" " * INDENT, (f"{mark} {path}", colour))]
    if change.old is not MISSING:
        lines.append(Text.assemble(" " * INDENT, ("    - ", "red"), old))
    if change.new is not MISSING:
        lines.append(Text.assemble(" " * INDENT, ("    + ", "green"), new if arrow else values))
    return lines


def _mark(change: Change) -> tuple[str, str]:
    if change.old is MISSING:
        return "+", "green"
    if change.new is MISSING:
        return "-", "red"
    return "~", "yellow"
