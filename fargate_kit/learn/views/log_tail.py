"""The end of a log, bounded, with the container that wrote each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import PALE, empty, figure

__all__ = ["MOST_LINES", "TailLine", "log_tail", "log_tail_text"]

MOST_LINES = 200
LONGEST = 2000
# Told apart by the name that stands before each line; the colour only helps.
_COLOURS = ("#0b5394", "#7a3e9d", "#146c2e", "#8a4b00", "#9d2f5c")


@dataclass(frozen=True, slots=True, kw_only=True)
class TailLine:
    """A line: when it was written, by whom, and what it says."""

    at: str
    source: str
    text: str


def log_tail_text(lines: Sequence[TailLine]) -> str:
    """Return the last lines as plain text."""
    return "\n".join(f"{each.at} {each.source} | {each.text}" for each in lines[-MOST_LINES:])


def log_tail(
    lines: Sequence[TailLine],
    *,
    contains: str = "",
    caption: str = "Log",
    badge: str | None = None,
) -> str:
    """Show the last lines that contain a text, at most 200 of them.

    Args:
        contains: Lines without it are left out; empty keeps all.
    """
    kept = [each for each in lines if contains.lower() in each.text.lower()]
    shown = kept[-MOST_LINES:]
    names = list(dict.fromkeys(each.source for each in lines))
    words = f"{caption}: {len(shown)} of {len(lines)} lines"
    if contains:
        words += f" with {contains!r}"
    if not shown:
        return figure(empty("No lines yet."), caption=words, badge=badge)
    rows = "\n".join(
        _row(each, _COLOURS[names.index(each.source) % len(_COLOURS)]) for each in shown
    )
    # A reversed column is scrolled to its end, however often the picture is replaced.
    body = (
        f'<div role="log" tabindex="0" aria-label="{escape(words)}" style="display:flex;'
        "flex-direction:column-reverse;max-height:320px;overflow:auto;padding:8px;"
        'background:#f6f8fa;color:#1b1f24;border-radius:6px">'
        '<pre style="margin:0;flex:none;overflow:visible;'
        f'font-size:12.5px;line-height:1.5;white-space:pre-wrap">{rows}</pre></div>'
    )
    return figure(body, caption=words, badge=badge)


def _row(each: TailLine, colour: str) -> str:
    cut = each.text if len(each.text) <= LONGEST else each.text[:LONGEST] + "…"
    return (
        f'<span style="color:{PALE}">{escape(each.at)}</span> '
        f'<span style="color:{colour};font-weight:600">{escape(each.source)}</span> {escape(cut)}'
    )
