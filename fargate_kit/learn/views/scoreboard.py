"""The board of a practical: groups of probes, points, and where to read what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import PALE, figure

__all__ = [
    "Board",
    "BoardGroup",
    "BoardProbe",
    "ChapterLink",
    "scoreboard",
    "scoreboard_text",
]

HOLDS, HELD, MISSING = "holds", "has held", "not yet"
_LOOKS = {HOLDS: ("✔", "#146c2e"), HELD: ("✓", "#00607a"), MISSING: ("✘", "#8a1c1c")}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardProbe:
    """One thing that the board looks for.

    Attributes:
        what: What it shall be.
        exercise: Where it belongs.
        saw: What is missing of it, and what was there instead; empty where it holds.
        holds: Whether it holds now.
        held_at: When it was first seen to hold, in words; None if it never was.
    """

    what: str
    exercise: str
    saw: str = ""
    holds: bool = False
    held_at: str | None = None

    @property
    def state(self) -> str:
        """`holds`, `has held` or `not yet`."""
        return HOLDS if self.holds else HELD if self.held_at is not None else MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterLink:
    """A notebook in which a group's matter is explained.

    Attributes:
        file: Its name beside this notebook; None if it is not there.
    """

    number: int
    title: str
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardGroup:
    """Probes that belong together."""

    title: str
    probes: tuple[BoardProbe, ...]
    chapters: tuple[ChapterLink, ...] = ()

    @property
    def done(self) -> int:
        """How many of its probes hold, or have held."""
        return sum(each.state != MISSING for each in self.probes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the board shows.

    Attributes:
        worth: Points for a probe.
        hints: How many hints were asked for by `report.hint()`, a point each.
        note: What else there is to say.
    """

    title: str
    groups: tuple[BoardGroup, ...]
    worth: int = 5
    hints: int = 0
    note: str = ""
    badge: str | None = None

    @property
    def most(self) -> int:
        """The points that there are."""
        return self.worth * sum(len(group.probes) for group in self.groups)

    @property
    def points(self) -> int:
        """The points so far, never below 0."""
        return max(0, self.worth * sum(group.done for group in self.groups) - self.hints)


def scoreboard_text(board: Board) -> str:
    """Return the board as lines."""
    lines = [_headline(board)]
    for group in board.groups:
        lines.append(f"{group.title}: {group.done} of {len(group.probes)}")
        lines += [f"  {_LOOKS[each.state][0]} {_said(each)}" for each in group.probes]
        if group.done < len(group.probes) and group.chapters:
            lines.append(f"  Read again: {', '.join(map(_named, group.chapters))}")
    return "\n".join([*lines, *([board.note] if board.note else [])])


def scoreboard(board: Board) -> str:
    """Show each group with its probes, marked by sign and word, and the points."""
    body = "".join(_group(group) for group in board.groups)
    note = (
        f'<p style="margin:6px 0 0;font-size:12.5px">{escape(board.note)}</p>' if board.note else ""
    )
    small = (
        f'<p style="margin:8px 0 0;font-size:12.5px;color:{PALE}">A probe counts '
        f"{board.worth} points from the moment at which a check or this board has seen it hold. A "
        "hint costs a point if report.hint() gave it; what you open by a click in a check is seen "
        "by nobody, and costs nothing.</p>"
    )
    body = f'<div role="status"><b>{escape(_headline(board))}</b></div>{body}{note}{small}'
    return figure(body, caption=board.title, badge=board.badge)


def _headline(board: Board) -> str:
    done = sum(group.done for group in board.groups)
    probes = sum(len(group.probes) for group in board.groups)
    hints = f"{board.hints} hint{'s' * (board.hints != 1)} taken off"
    return f"{board.points} of {board.most} points: {done} of {probes} probes hold or held, {hints}"


def _group(group: BoardGroup) -> str:
    items = "".join(_item(each) for each in group.probes)
    again = ""
    if group.done < len(group.probes) and group.chapters:
        links = ", ".join(map(_link, group.chapters))
        again = f'<p style="margin:2px 0 0 22px;font-size:12.5px">Read again: {links}</p>'
    head = f"{group.title}: {group.done} of {len(group.probes)}"
    return (
        f'<p style="margin:10px 0 2px;font-weight:600">{escape(head)}</p>'
        f'<ul style="list-style:none;margin:0;padding:0 0 0 22px" aria-label="{escape(head)}">'
        f"{items}</ul>{again}"
    )


def _item(probe: BoardProbe) -> str:
    mark, ink = _LOOKS[probe.state]
    return (
        f'<li><span style="color:{ink};font-weight:600">{mark} {probe.state}</span> '
        f'{escape(probe.what)} <span style="color:{PALE}">({escape(_rest(probe))})</span></li>'
    )


def _said(probe: BoardProbe) -> str:
    return f"{probe.state} {probe.what} ({_rest(probe)})"


def _rest(probe: BoardProbe) -> str:
    """Say where a probe belongs, and what was seen if it does not hold now."""
    if probe.state == HELD:
        return f"{probe.exercise}, seen at {probe.held_at}"
    if probe.state == MISSING and probe.saw:
        return f"{probe.exercise}: {probe.saw}"
    return probe.exercise


def _named(chapter: ChapterLink) -> str:
    return f"{chapter.number:02} {chapter.title}"


def _link(chapter: ChapterLink) -> str:
    name = escape(_named(chapter))
    return name if chapter.file is None else f'<a href="{escape(chapter.file)}">{name}</a>'
