"""The page of the benchmarks: tables are replaced, and prose stays."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import NAMES, PAGE
from benchmarks.tables import Table, circumstances, replaced

ONE = "<!-- table: one -->{}<!-- end: one -->"
TWO = "<!-- table: two -->{}<!-- end: two -->"
PROSE = "# Figures\n\nBefore.\n\n%s\n\nBetween, with \\1 and a | in it.\n\n%s\n\nAfter.\n"


def page_with(one: str, two: str) -> str:
    return PROSE % (ONE.format(one), TWO.format(two))


def test_tables_are_replaced_between_their_markers() -> None:
    """New tables take the place of old ones, whatever is in them, and all prose stays."""
    page = page_with("\n| old |\n| rows |\n", "\n")
    written = replaced(page, {"one": "| new \\1 |", "two": "| second |"})
    assert written == page_with("\n\n| new \\1 |\n\n", "\n\n| second |\n\n")


def test_tables_that_were_not_measured_stay() -> None:
    """A run of one benchmark leaves the table of another as it was."""
    written = replaced(page_with("\nkept\n", "\nold\n"), {"two": "new"})
    assert written == page_with("\nkept\n", "\n\nnew\n\n")


def test_writing_the_same_table_twice_changes_nothing() -> None:
    """A page does not grow from run to run."""
    once = replaced(page_with("", ""), {"one": "table"})
    assert replaced(once, {"one": "table"}) == once


@pytest.mark.parametrize(
    "page",
    [
        "no markers",
        "<!-- table: one -->",
        "<!-- end: one --> <!-- table: one -->",
        ONE.format("") + ONE.format(""),
    ],
    ids=["none", "no end", "wrong order", "twice"],
)
def test_page_without_its_markers_is_refused(page: str) -> None:
    """Where a table belongs is never guessed."""
    with pytest.raises(ValueError, match="<!-- end: one -->"):
        replaced(page, {"one": "table"})


def test_table_has_the_same_cells_on_the_terminal_and_on_the_page() -> None:
    """Both ways to show a table have all of it; only the terminal has the absolute figures."""
    table = Table(
        name="one",
        question="How many?",
        headings=("what", "count"),
        rows=[("a | b", "10"), ("c", "7")],
        how="Counted once.",
        details=["  in 3 ms"],
    )
    assert table.plain().splitlines() == [
        "How many?",
        "",
        "what   count",
        "-----  -----",
        "a | b  10",
        "c      7",
        "",
        "Counted once.",
        "  in 3 ms",
    ]
    assert table.markdown("Long ago.").splitlines() == [
        "| what | count |",
        "| --- | --- |",
        "| a \\| b | 10 |",
        "| c | 7 |",
        "",
        "*Counted once. Long ago.*",
    ]


def test_page_has_a_place_for_every_benchmark() -> None:
    """Each benchmark's table can be written into the page of the documentation."""
    written = replaced(PAGE.read_text(encoding="utf-8"), dict.fromkeys(NAMES, "a new table"))
    assert written.count("a new table") == len(NAMES)


def test_circumstances_name_the_versions() -> None:
    """A table tells with which versions it was measured."""
    assert all(name in circumstances() for name in ("Python", "aiobotocore", "moto", "cores"))
