"""A deployment over time: tasks of the old and of the new revision, within what the rules allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import INK, LINE, PALE, figure, svg, text

__all__ = [
    "DeploymentTimeline",
    "Moment",
    "TimelineEvent",
    "deployment_timeline",
    "deployment_timeline_text",
]

WIDTH, LEFT, RIGHT, TOP, DEEP = 980.0, 84.0, 190.0, 12.0, 170.0
NEW, OLD, BAD = "#146c2e", "#7a3e9d", "#8a1c1c"
MOST_EVENTS = 12
# Seconds that the axis has at least.
SHORTEST = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How many tasks ran at one moment.

    Attributes:
        seconds: Since the deployment began, in seconds of Fargate.
        new: Running tasks of the deployment.
        old: Running tasks of all others.
    """

    seconds: float
    new: int
    old: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """What ECS said, and when.

    Attributes:
        trouble: Whether it tells of something that goes wrong.
    """

    seconds: float
    words: str
    trouble: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTimeline:
    """What the picture shows.

    Attributes:
        new: The revision that the deployment brings.
        old: The revisions that ran before; empty where it is the first.
        state: Of the roll-out, such as `IN_PROGRESS`.
        lowest: How many tasks must stay healthy.
        highest: How many may be there at once.
        moments: The oldest first; at least one.
        failed: How many of its tasks failed.
    """

    service: str
    new: str
    state: str
    desired: int
    lowest: int
    highest: int
    moments: tuple[Moment, ...]
    old: str = ""
    reason: str = ""
    failed: int = 0
    events: tuple[TimelineEvent, ...] = ()
    badge: str | None = None


def deployment_timeline_text(line: DeploymentTimeline) -> str:
    """Say how far the deployment is."""
    now = line.moments[-1]
    failed = f", {line.failed} failed" if line.failed else ""
    before = f", {now.old} of {line.old}" if line.old else ""
    return (
        f"deployment of {line.new} to {line.service}: {line.state}, {now.new} of {line.desired} "
        f"tasks run{failed}{before}"
    )


def deployment_timeline(line: DeploymentTimeline) -> str:
    """Draw both counts as steps over time, the band that is allowed, and what ECS said when."""
    told = line.events[-MOST_EVENTS:]
    said = [each.seconds for each in told]
    last = max([SHORTEST, *(each.seconds for each in line.moments), *said])
    peak = max(line.highest, line.desired, *(max(each.new, each.old) for each in line.moments), 1)

    def across(seconds: float) -> float:
        return LEFT + seconds / last * (WIDTH - LEFT - RIGHT)

    def up(count: int) -> float:
        return TOP + DEEP - count / peak * DEEP

    parts = [*_ground(line, up), *_axis(across, last)]
    parts += _steps([(each.seconds, each.old) for each in line.moments], across, up, OLD, "6 4")
    parts += _steps([(each.seconds, each.new) for each in line.moments], across, up, NEW, "")
    parts += _names(line, up)
    parts += _marks(told, across)
    label = deployment_timeline_text(line)
    drawing = svg(WIDTH, TOP + DEEP + 52, label, parts)
    reason = f'<p style="margin:4px 0 0">AWS says: {escape(line.reason)}</p>' if line.reason else ""
    return figure(drawing + reason + _events(told), caption=label, badge=line.badge)


def _ground(line: DeploymentTimeline, up: Callable[[int], float]) -> list[str]:
    """Draw the band between the fewest and the most tasks, and what is desired."""
    width = WIDTH - LEFT - RIGHT
    high, low = up(line.highest), up(line.lowest)
    parts = [
        f'<rect x="{LEFT:g}" y="{high:g}" width="{width:g}" height="{low - high:g}" '
        'fill="#eef1f4"/>'
    ]
    limits = {line.highest: "at most", line.lowest: "at least", line.desired: "desired"}
    for count, word in limits.items():
        dash = "" if word == "desired" else ' stroke-dasharray="2 3"'
        parts.append(f'<path d="M{LEFT:g} {up(count):g} h{width:g}" stroke="{LINE}"{dash}/>')
        parts.append(text(LEFT - 6, up(count) + 4, f"{word} {count}", size=11, anchor="end"))
    return parts


def _axis(across: Callable[[float], float], last: float) -> list[str]:
    bottom = TOP + DEEP
    parts = [f'<path d="M{LEFT:g} {bottom:g} H{WIDTH - RIGHT:g}" stroke="{INK}"/>']
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, seconds = across(last * share), last * share
        words = f"{seconds:.0f} s" if last < 300 else f"{seconds / 60:.1f} min"
        parts.append(f'<path d="M{x:g} {bottom:g} v5" stroke="{INK}"/>')
        parts.append(text(x, bottom + 17, words, size=11, colour=PALE, anchor="middle"))
    return parts


def _steps(
    counts: Sequence[tuple[float, int]],
    across: Callable[[float], float],
    up: Callable[[int], float],
    colour: str,
    dashes: str,
) -> list[str]:
    (first, begin), *rest = counts
    path = f"M{across(first):g} {up(begin):g}"
    for seconds, count in rest:
        path += f" H{across(seconds):g} V{up(count):g}"
    end, count = counts[-1]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="3"{dash}/>',
        f'<circle cx="{across(end):g}" cy="{up(count):g}" r="5" '
        f'fill="{"#fff" if dashes else colour}" stroke="{colour}" stroke-width="2"/>',
    ]


def _names(line: DeploymentTimeline, up: Callable[[int], float]) -> list[str]:
    now = line.moments[-1]
    new, old = up(now.new) + 4, up(now.old) + 4
    if line.old and abs(new - old) < 16:
        # Two names at one height: the one that comes is above.
        new, old = min(new, TOP + DEEP - 12), min(new, TOP + DEEP - 12) + 16
    x, room = WIDTH - RIGHT + 12, RIGHT - 14
    parts = [
        text(x, new, f"● {now.new} × {line.new}", size=12, colour=NEW, weight="600", room=room)
    ]
    if line.old:
        words = f"○ {now.old} × {line.old}"
        parts.append(text(x, old, words, size=12, colour=OLD, weight="600", room=room))
    return parts


def _marks(told: Sequence[TimelineEvent], across: Callable[[float], float]) -> list[str]:
    """Draw when something was said; of numbers that would cover each other, the first."""
    parts, free, bottom = [], 0.0, TOP + DEEP
    for number, event in enumerate(told, 1):
        x, colour = across(event.seconds), BAD if event.trouble else PALE
        words = f"{'✕' if event.trouble else ''}{number}"
        parts.append(f'<path d="M{x:g} {bottom + 23:g} v10" stroke="{colour}" stroke-width="2"/>')
        if x >= free:
            free = x + 18
            parts.append(text(x, bottom + 45, words, size=11, colour=colour, anchor="middle"))
    return parts


def _events(told: Sequence[TimelineEvent]) -> str:
    if not told:
        return ""
    items = "".join(
        f"<li{_emphasis(event)}>{'✕ ' if event.trouble else ''}{event.seconds:.0f} s: "
        f"{escape(event.words)}</li>"
        for event in told
    )
    return (
        '<p style="margin:8px 0 2px;font-weight:600">What ECS said</p>'
        f'<ol style="margin:0;padding-left:24px;font-size:12.5px">{items}</ol>'
    )


def _emphasis(event: TimelineEvent) -> str:
    return f' style="color:{BAD};font-weight:600"' if event.trouble else ""
