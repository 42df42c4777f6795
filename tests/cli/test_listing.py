"""Rows under headings: what a narrow terminal leaves out, and what it never breaks."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from rich.console import Console

import fargate_kit as fk
from fargate_kit.cli.listing import Column, listing
from fargate_kit.cli.screen import screen, tasks_table

COLUMNS = (
    Column(heading="task"),
    Column(heading="address", rank=1),
    Column(heading="zone", rank=2),
    Column(heading="reason", rank=1, shrinks=True),
)
ROWS = (
    ("1f3c5a7e", "203.0.113.105", "us-east-1a", "Essential container in task exited"),
    ("9b2d4c6a", "", "", ""),
)


def test_everything_is_there_without_a_limit() -> None:
    """In a pipe each row is whole, in one line, and nothing trails."""
    lines = [line.plain for line in listing(COLUMNS, ROWS, width=None)]
    assert lines == [
        "task      address        zone        reason",
        "1f3c5a7e  203.0.113.105  us-east-1a  Essential container in task exited",
        "9b2d4c6a",
    ]


@pytest.mark.parametrize("width", range(20, 90))
def test_lines_fit(width: int) -> None:
    """However narrow it is, no line is longer than the terminal, and the first column is whole."""
    lines = [line.plain for line in listing(COLUMNS, ROWS, width=width)]
    assert max(map(cell_len, lines)) <= width
    assert lines[1].startswith("1f3c5a7e")


def test_least_wanted_column_goes_first() -> None:
    """The zone goes before the address, and a reason is cut before anything goes."""
    (_, cut, _) = listing(COLUMNS, ROWS, width=55)
    assert cut.plain == "1f3c5a7e  203.0.113.105  us-east-1a  Essential contain…"
    (head, _, _) = listing(COLUMNS, ROWS, width=45)
    assert "zone" not in head.plain
    assert "address" in head.plain


def test_empty_columns_are_left_out() -> None:
    """A column in which nothing stands takes no room, unless it must be there."""
    lines = [line.plain for line in listing(COLUMNS, ROWS[1:], width=None)]
    assert lines == ["task", "9b2d4c6a"]


def test_wide_characters_are_counted_as_they_are_shown() -> None:
    """A name in Chinese takes two cells for each character."""
    lines = listing(
        (Column(heading="a"), Column(heading="b")), [("你好", "x"), ("ab", "y")], width=None
    )
    assert {cell_len(line.plain) for line in lines[1:]} == {7}


def test_column_keeps_what_makes_sense() -> None:
    """A column that says how little of it is of use makes others go before it is cut further."""
    columns = (*COLUMNS[:3], Column(heading="reason", rank=1, shrinks=True, least=30))
    (head, cut, _) = listing(columns, ROWS, width=60)
    assert "zone" not in head.plain
    assert "Essential container in task e" in cut.plain


async def test_tasks_fit_sixty_columns(
    aws: fk.Connection, shell: Callable[..., fk.TaskSpec]
) -> None:
    """The demo's tasks stand under whole headings on a narrow screen, without blanks at the end."""
    cluster = await aws.create_cluster("prod")
    task = await cluster.run(await aws.register(shell("sleep 1000")))
    out = io.StringIO()
    Console(file=out, width=60).print(tasks_table([await task.wait_running()]))
    heading, row = out.getvalue().splitlines()
    assert heading == "  task      status     zone        private address"
    assert row.startswith(f"  {task.id[:8]}  ● RUNNING")
    assert row == row.rstrip()


def test_no_color_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where NO_COLOR is set not even a terminal gets codes, for bold letters neither."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = []
    for no_color in ("", "1"):
        monkeypatch.setenv("NO_COLOR", no_color)
        console = screen()
        with console.capture() as captured:
            console.print("[bold green]web[/]")
        assert console.is_terminal
        shown.append(captured.get())
    assert shown[0].startswith("\x1b[1")
    assert shown[1] == "web\n"
