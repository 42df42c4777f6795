"""What every picture has around it: a caption, a badge that says where this happens, colours."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

__all__ = ["LIVE", "SIMULATED", "STATES", "StateLook", "empty", "figure", "look_of", "svg", "text"]

SIMULATED = "simulated"
LIVE = "live AWS"

INK, PALE, LINE = "#1b1f24", "#59636e", "#8c959f"
# JupyterLab colours tables and code by these; a picture is on white in its dark theme as well.
_ON_WHITE = (
    "--jp-layout-color0:#fff;--jp-layout-color1:#fff;--jp-layout-color2:#eee;"
    "--jp-rendermime-table-row-background:#f6f8fa;"
    "--jp-rendermime-table-row-hover-background:#eaf3fb;--jp-border-color1:#d0d7de;"
    f"--jp-ui-font-color1:{INK};--jp-content-font-color1:{INK};"
    "--jp-content-link-color:#0b5394;color-scheme:light;"
)
_BADGES = {
    SIMULATED: ("◇ simulated", "#0b5394", "#eaf3fb"),
    LIVE: ("● live AWS", "#8a1c1c", "#fdeeee"),
}


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state of a task is told apart: by its mark and its word, and by colour as well."""

    mark: str
    colour: str


# Colours have a contrast of 4.5 or more against white, both as ink and as ground.
STATES: dict[str, StateLook] = {
    "PROVISIONING": StateLook("◌", "#6b5b00"),
    "PENDING": StateLook("◔", "#8a4b00"),
    "ACTIVATING": StateLook("◑", "#00607a"),
    "RUNNING": StateLook("●", "#146c2e"),
    "DEACTIVATING": StateLook("◕", "#7a3e9d"),
    "STOPPING": StateLook("◑", "#9d2f5c"),
    "DEPROVISIONING": StateLook("◔", "#5b5b5b"),
    "STOPPED": StateLook("○", "#3b3b3b"),
}


def look_of(status: str) -> StateLook:
    """Return how a state is shown; one that nobody knows yet has a question mark."""
    return STATES.get(status, StateLook("?", INK))


def figure(body: str, *, caption: str, badge: str | None = None) -> str:
    """Put a picture into its frame.

    Args:
        body: HTML or SVG, escaped already.
        caption: What the picture is of, as plain text.
        badge: `SIMULATED`, `LIVE`, or a text that says where else this is; None is nowhere.
    """
    shown = ""
    if badge is not None:
        words, ink, ground = _BADGES.get(badge, (badge, INK, "#eef1f4"))
        shown = (
            f'<span style="float:right;font-size:12px;font-weight:600;color:{ink};'
            f"background:{ground};border:1px solid {ink};border-radius:10px;padding:1px 8px;"
            f'margin-left:8px">{escape(words)}</span>'
        )
    return (
        f'<figure style="{_ON_WHITE}margin:4px 0;padding:10px 12px;background:#fff;color:{INK};'
        "border:1px solid #d0d7de;border-radius:8px;max-width:1000px;"
        'font-family:system-ui,sans-serif;font-size:14px;line-height:1.45">'
        f'<figcaption style="margin:0 0 8px;font-weight:600">{shown}{escape(caption)}</figcaption>'
        f"{body}</figure>"
    )


def empty(words: str) -> str:
    """Say that there is nothing to show yet."""
    return f'<p style="margin:0;color:{PALE}">{escape(words)}</p>'


def svg(width: float, height: float, label: str, parts: list[str]) -> str:
    """Return a drawing that tells a screen reader its fact.

    Args:
        label: The fact that the drawing shows, as a sentence.
    """
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="100%" role="img" '
        f'style="display:block;max-width:{width:g}px" font-family="system-ui,sans-serif" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 12,
    colour: str = INK,
    anchor: str = "start",
    weight: str = "normal",
    room: float | None = None,
) -> str:
    """Return a line of text in a drawing.

    Args:
        room: How wide it may be; longer words end in an ellipsis, whole in a tooltip.
    """
    # A letter of a sans-serif type is about 0.56 of its size wide.
    most = None if room is None else max(1, int(room / (0.56 * size)))
    cut = words if most is None or len(words) <= most else words[: most - 1] + "…"
    whole = "" if cut == words else f"<title>{escape(words)}</title>"
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}" '
        f'text-anchor="{anchor}" font-weight="{weight}">{whole}{escape(cut)}</text>'
    )
