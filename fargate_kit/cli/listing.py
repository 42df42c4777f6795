"""Rows under headings that fit the terminal: what is least wanted is left out, nothing is broken.

In a pipe every column is whole and a row is one line, so that other programs can cut it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

__all__ = ["Column", "listing", "print_listing"]

BETWEEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        heading: In small letters.
        rank: Columns of the highest rank are left out first; those of rank 0 never.
        shrinks: Whether its texts may be cut where the rest does not fit otherwise.
        least: So many cells stay of a column that is cut.
        right: Whether they stand at the right, as numbers do.
    """

    heading: str
    rank: int = 0
    shrinks: bool = False
    least: int = 12
    right: bool = False


def print_listing(
    console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text | str]]
) -> None:
    """Print rows on a console, as wide as it is; in a pipe as wide as they are."""
    width = console.width if console.is_terminal else None
    for line in listing(columns, rows, width=width):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)


def listing(
    columns: Sequence[Column], rows: Sequence[Sequence[Text | str]], *, width: int | None
) -> list[Text]:
    """Return a line for the headings and one for each row.

    Args:
        width: Cells of the terminal; None is no limit.
    """
    cells = [[each if isinstance(each, Text) else Text(each) for each in row] for row in rows]
    kept = [
        number
        for number, column in enumerate(columns)
        if not column.rank or any(row[number].plain for row in cells)
    ]
    lengths = {
        number: max([
            cell_len(columns[number].heading),
            *(cell_len(row[number].plain) for row in cells),
        ])
        for number in kept
    }
    if width is not None:
        _fit(columns, lengths, width)
    heading = [Text(column.heading, style="bold") for column in columns]
    return [_line(columns, row, lengths) for row in (heading, *cells)]


def _fit(columns: Sequence[Column], lengths: dict[int, int], width: int) -> None:
    """Leave columns out, the least wanted first, and cut what may be cut."""
    shrinking = [number for number in lengths if columns[number].shrinks]

    def excess(spared: int = 0) -> int:
        return sum(lengths.values()) + BETWEEN * (len(lengths) - 1) - spared - width

    def spared() -> int:
        there = [each for each in shrinking if each in lengths]
        return sum(max(0, lengths[each] - columns[each].least) for each in there)

    while excess(spared()) > 0:
        droppable = [number for number in lengths if columns[number].rank]
        if not droppable:
            break
        del lengths[max(droppable, key=lambda number: (columns[number].rank, number))]
    for number in reversed(shrinking):
        if number in lengths and (over := excess()) > 0:
            least = min(columns[number].least, lengths[number])
            lengths[number] = max(least, lengths[number] - over)


def _line(columns: Sequence[Column], row: Sequence[Text], lengths: dict[int, int]) -> Text:
    line = Text()
    for number, length in lengths.items():
        cell = row[number].copy()
        cell.truncate(length, overflow="ellipsis")
        cell.align("right" if columns[number].right else "left", length)
        line.append_text(cell).append(" " * BETWEEN)
    line.rstrip()
    return line
