"""Requests on their way through a load balancer: who answered each, and with which code."""

from __future__ import annotations

from dataclasses import dataclass

from fargate_kit.learn.views.frame import INK, LINE, PALE, empty, figure, svg, text

__all__ = ["MOST_DOTS", "AnswerRow", "RouterPicture", "request_router", "request_router_text"]

MOST_DOTS = 60
"""How many of the last requests are drawn one by one."""

WIDTH, LEFT, DOT, ROW, HEAD = 980.0, 300.0, 6.2, 34.0, 30.0
BARS = LEFT + MOST_DOTS * DOT + 24
FULL = 100.0
GOOD, BAD = "#146c2e", "#8a1c1c"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """Who has answered, and how often with which code.

    Attributes:
        who: What the answers call themselves.
        codes: Status codes, or `no answer`, each with its count.
        failed: How many of them a visitor would call a failure.
    """

    who: str
    codes: tuple[tuple[str, int], ...]
    failed: int = 0

    @property
    def count(self) -> int:
        """How many answers in all."""
        return sum(count for _, count in self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPicture:
    """What the picture shows.

    Attributes:
        name: Where the requests go.
        recent: The last requests, the oldest first: the number of the row, and whether it was well.
    """

    name: str
    rows: tuple[AnswerRow, ...] = ()
    recent: tuple[tuple[int, bool], ...] = ()
    badge: str | None = None

    @property
    def sent(self) -> int:
        """How many requests."""
        return sum(row.count for row in self.rows)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(row.failed for row in self.rows)


def request_router_text(picture: RouterPicture) -> str:
    """Say how many requests were sent, how many failed, and who answered."""
    if not picture.rows:
        return f"no requests to {picture.name} yet"
    shares = "; ".join(f"{row.who}: {_codes(row)}" for row in picture.rows)
    return f"{picture.sent} requests, {picture.failed} failed — {shares}"


def request_router(picture: RouterPicture) -> str:
    """Draw a lane for each who answers: the last requests as dots or crosses, all as a bar."""
    if not picture.rows:
        words = "No requests yet. A request is a dot in the lane of whoever answers it."
        return figure(empty(words), caption=picture.name, badge=picture.badge)
    most = max(row.count for row in picture.rows)
    height = HEAD + len(picture.rows) * ROW + 4
    parts = [
        text(LEFT, 18, f"the last {len(picture.recent)}, in order →", size=11, colour=PALE),
        text(BARS, 18, "all of them", size=11, colour=PALE),
    ]
    for number, row in enumerate(picture.rows):
        parts += _lane(row, HEAD + number * ROW, most)
    for place, (number, ok) in enumerate(picture.recent[-MOST_DOTS:]):
        parts.append(_dot(LEFT + (place + 0.5) * DOT, HEAD + number * ROW + ROW / 2 - 2, ok))
    label = f"{picture.sent} requests, {picture.failed} failed"
    drawing = svg(WIDTH, height, request_router_text(picture), parts)
    key = (
        f'<p style="margin:6px 0 0;font-size:12px;color:{PALE}">● answered · '
        f'<b style="color:{BAD}">✕ failed: no answer, or a code of 400 and more</b></p>'
    )
    return figure(drawing + key, caption=f"{picture.name} — {label}", badge=picture.badge)


def _lane(row: AnswerRow, y: float, most: int) -> list[str]:
    middle = y + ROW / 2 - 2
    good = (row.count - row.failed) / most * FULL
    bad = row.failed / most * FULL
    ink = BAD if row.failed == row.count else INK
    return [
        f'<path d="M4 {y + ROW - 4:g} H{WIDTH - 4:g}" stroke="{LINE}" stroke-width="0.5"/>',
        text(4, middle + 4, row.who, size=12, weight="600", colour=ink, room=LEFT - 16),
        f'<rect x="{BARS:g}" y="{middle - 8:g}" width="{good:g}" height="16" fill="{GOOD}"/>',
        f'<rect x="{BARS + good:g}" y="{middle - 8:g}" width="{bad:g}" height="16" fill="#fff" '
        f'stroke="{BAD}" stroke-width="2" stroke-dasharray="4 3"/>',
        text(
            BARS + good + bad + 8,
            middle + 4,
            ("✕ " if row.failed else "") + _codes(row),
            size=12,
            colour=BAD if row.failed else INK,
            room=WIDTH - BARS - good - bad - 10,
        ),
    ]


def _dot(x: float, y: float, ok: bool) -> str:
    if ok:
        return f'<circle cx="{x:g}" cy="{y:g}" r="2.8" fill="{GOOD}"/>'
    return (
        f'<path d="M{x - 3:g} {y - 3:g} l6 6 m0 -6 l-6 6" stroke="{BAD}" stroke-width="2" '
        'fill="none"/>'
    )


def _codes(row: AnswerRow) -> str:
    return ", ".join(f"{count} × {code}" for code, count in row.codes)
