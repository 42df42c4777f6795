"""Fills the board of chapter 8: looks at every probe, and remembers which have held."""

from __future__ import annotations

from datetime import UTC

from fargate_kit.errors import ConfigurationError
from fargate_kit.learn.checking import Finding, Scene
from fargate_kit.learn.course import notebooks
from fargate_kit.learn.notes import Notes
from fargate_kit.learn.shop.account import Probe, Shop
from fargate_kit.learn.shop.probes import GROUPS
from fargate_kit.learn.views.scoreboard import Board, BoardGroup, BoardProbe, ChapterLink

__all__ = ["board_of"]

CHAPTER = 8
CLOSED = "The lab is closed: what is shown is what was seen while it was open."


async def board_of(scene: Scene | None, notes: Notes, *, badge: str | None) -> Board:
    """Look at every probe of the shop.

    Args:
        scene: None where the account cannot be looked at any more.
    """
    links = _links()
    shop = None if scene is None else Shop(scene)
    groups = []
    for group in GROUPS:
        probes = [await _looked_at(probe, shop, notes) for probe in group.probes]
        groups.append(
            BoardGroup(
                title=group.title,
                probes=tuple(probes),
                chapters=tuple(
                    links.get(number, ChapterLink(number=number, title="(not here)"))
                    for number in group.chapters
                ),
            )
        )
    return Board(
        title="The shop",
        groups=tuple(groups),
        hints=notes.hints_of(CHAPTER),
        note="" if scene is not None else CLOSED,
        badge=badge,
    )


async def _looked_at(probe: Probe, shop: Shop | None, notes: Notes) -> BoardProbe:
    findings: list[Finding] = []
    if shop is not None:
        findings = [each async for each in shop.look(probe)]
    missing = [each for each in findings if not each.ok]
    holds = bool(findings) and not missing
    first = notes.held.get(probe.name)
    return BoardProbe(
        what=probe.what,
        exercise=probe.exercise,
        saw=str(missing[0]).removeprefix("✘ ") if missing else "",
        holds=holds,
        held_at=None if first is None else f"{first.astimezone(UTC):%H:%M:%S}",
    )


def _links() -> dict[int, ChapterLink]:
    """Return the notebooks that are installed, by chapter."""
    try:
        known = notebooks()
    except ConfigurationError:
        return {}
    return {
        each.chapter: ChapterLink(number=each.chapter, title=each.title, file=each.file.name)
        for each in known
    }
