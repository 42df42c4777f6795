"""The board of the practical: points by sign and word, links that stay here, and as it was."""

from __future__ import annotations

import os
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from fargate_kit.learn.views.frame import SIMULATED
from fargate_kit.learn.views.scoreboard import (
    Board,
    BoardGroup,
    BoardProbe,
    ChapterLink,
    scoreboard,
    scoreboard_text,
)

GOLDEN = Path(__file__).parent / "golden" / "scoreboard.html"
EVIL = "<script>alert('x')</script>\"&"
BOARD = Board(
    title="The shop",
    groups=(
        BoardGroup(
            title="The parts",
            probes=(
                BoardProbe(what="two families", exercise="8.1", holds=True, held_at="10:00:00"),
                BoardProbe(what="one log group for both", exercise="8.1", held_at="10:00:01"),
            ),
            chapters=(ChapterLink(number=1, title="Define a task", file="01_define_a_task.ipynb"),),
        ),
        BoardGroup(
            title="Open doors",
            probes=(
                BoardProbe(what="one way in", exercise="8.3", saw="there is a balancer — saw none"),
            ),
            chapters=(
                ChapterLink(number=2, title="Reach a task", file="02_reach_a_task.ipynb"),
                ChapterLink(number=6, title="Balance the traffic"),
            ),
        ),
    ),
    hints=1,
    badge=SIMULATED,
)


class Reader(HTMLParser):
    """Reads where links lead, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_board_is_as_it_was() -> None:
    """Nobody changes a picture by accident; FARGATE_KIT_GOLDEN=1 writes what is meant."""
    html = scoreboard(BOARD) + "\n"
    if os.environ.get("FARGATE_KIT_GOLDEN"):
        GOLDEN.write_text(html, encoding="utf-8")
    assert html == GOLDEN.read_text(encoding="utf-8")


def test_board_counts_points() -> None:
    """What has held counts like what holds; a hint costs one point, and nobody falls below 0."""
    assert (BOARD.points, BOARD.most) == (9, 15)
    assert replace(BOARD, hints=99).points == 0
    assert scoreboard_text(BOARD).splitlines() == [
        "9 of 15 points: 2 of 3 probes hold or held, 1 hint taken off",
        "The parts: 2 of 2",
        "  ✔ holds two families (8.1)",
        "  ✓ has held one log group for both (8.1, seen at 10:00:01)",
        "Open doors: 0 of 1",
        "  ✘ not yet one way in (8.3: there is a balancer — saw none)",
        "  Read again: 02 Reach a task, 06 Balance the traffic",
    ]


def test_board_links_to_notebooks_beside_it_and_nowhere_else() -> None:
    """Only groups that miss something send one back; a notebook that is not there is no link."""
    reader = Reader(scoreboard(BOARD))
    assert reader.links == ["02_reach_a_task.ipynb"]
    assert reader.open == []
    assert not set(reader.tags) & {"script", "img", "link", "iframe", "object"}


def test_board_says_what_hints_cost_and_which_are_not_seen() -> None:
    """Nobody is told that a click is counted, because no click can be."""
    html = scoreboard(BOARD)
    assert "what you open by a click in a check is seen by nobody, and costs nothing" in html


def test_texts_of_an_account_are_escaped() -> None:
    """Names and reasons come from outside; none of them becomes markup."""
    evil = Board(
        title=EVIL,
        groups=(
            BoardGroup(
                title=EVIL,
                probes=(BoardProbe(what=EVIL, exercise=EVIL, saw=EVIL),),
                chapters=(ChapterLink(number=1, title=EVIL, file=EVIL),),
            ),
        ),
        note=EVIL,
        badge=EVIL,
    )
    assert "script" not in Reader(scoreboard(evil)).tags
    assert "<script" not in scoreboard(evil)
