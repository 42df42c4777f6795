"""What was measured as tables: printed plainly, and written into a page between markers."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import zip_longest

LIBRARIES = ("fargate-kit", "aiobotocore", "botocore", "aiohttp", "anyio", "moto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The answer of one benchmark.

    Attributes:
        name: The benchmark's name, which is that of its markers too.
        question: What was asked, as a sentence.
        headings: One for each column.
        rows: The cells, as they are shown.
        how: How often and by what means it was measured.
        details: Absolute figures of this machine in this run; they are printed, and not published.
    """

    name: str
    question: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    how: str
    details: Sequence[str] = ()

    def plain(self) -> str:
        """Return the table for a terminal."""
        lines = [self.headings, *self.rows]
        widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
        text = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()
            for line in lines
        ]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.question, "", text[0], rule, *text[1:], "", self.how, *self.details])

    def markdown(self, circumstances: str) -> str:
        """Return the table for a page.

        Args:
            circumstances: When, and with what, it was measured.
        """
        lines = [self.headings, ["---"] * len(self.headings), *self.rows]
        text = ["| " + " | ".join(map(_escaped, line)) + " |" for line in lines]
        return "\n".join([*text, "", f"*{_escaped(self.how)} {circumstances}*"])


def circumstances() -> str:
    """Say when this is, and with which versions of what."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with {platform.python_implementation()} "
        f"{platform.python_version()}, {libraries}, on {os.cpu_count()} cores. The figures are "
        "ratios or counts, because machines differ and are noisy."
    )


def replaced(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with new tables between their markers, and all else as it was.

    Args:
        page: Has `<!-- table: NAME -->` and `<!-- end: NAME -->` for every table.
        tables: What goes between them, by name.

    Raises:
        ValueError: The markers of a table are not there, or not exactly once.
    """
    for name, table in tables.items():
        opening, closing = f"<!-- table: {name} -->", f"<!-- end: {name} -->"
        if page.count(opening) != 1 or page.count(closing) != 1:
            raise ValueError(f"the page needs {opening!r} and {closing!r}, once each")
        pattern = re.compile(f"{re.escape(opening)}.*{re.escape(closing)}", re.DOTALL)
        new = f"{opening}\n\n{table}\n\n{closing}"
        page, done = pattern.subn(lambda _, new=new: new, page)  # type: ignore[misc]
        if not done:
            raise ValueError(f"{closing!r} stands before {opening!r} in the page")
    return page


def _escaped(cell: str) -> str:
    return cell.replace("|", r"\|")
