"""What auto scaling does over time: CPU against its target, tasks wanted and tasks that run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from fargate_kit.learn.views.frame import INK, LINE, PALE, empty, figure, svg, text

__all__ = [
    "WINDOW",
    "ActivityLine",
    "Cooldown",
    "CpuPoint",
    "ScalingHistory",
    "ScalingMoment",
    "Threshold",
    "activity_list",
    "activity_list_text",
    "scaling_chart",
    "scaling_chart_text",
]

WINDOW = 1800.0
"""Seconds that the chart looks back."""

LEFT, RIGHT, WIDTH = 64.0, 800.0, 1000.0
CPU_TOP, CPU_HEIGHT = 24.0, 110.0
TASKS_TOP, TASKS_HEIGHT = 168.0, 130.0
FOOT = TASKS_TOP + TASKS_HEIGHT
BAR_TOP, HEIGHT = FOOT + 26, FOOT + 52
TEXT_HEIGHT = 13.0
MOST_ACTIVITIES = 6
CPU_INK, TARGET_INK, RUNNING_INK, LOAD_INK, COOL_INK = (
    "#0b5394",
    "#8a1c1c",
    "#146c2e",
    "#7a3e9d",
    "#00607a",
)
_MARKS = {"Successful": "✔", "InProgress": "◔", "Pending": "◌", "Overridden": "↷"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingMoment:
    """What a service was at one moment.

    Attributes:
        at: Seconds, on any axis that the whole chart has in common.
        load: What there is to do, in percent of one task; None where nobody knows.
    """

    at: float
    desired: int
    running: int
    load: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuPoint:
    """The average CPU use of a minute, in percent, and the second at which it ended."""

    at: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A value of CPU use that a policy looks at, in percent, and what it is."""

    percent: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown:
    """A cooldown that runs: after what, and from when to when."""

    words: str
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLine:
    """What scaling did, and why."""

    at: str
    status: str
    text: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingHistory:
    """A service and its scaling over the last half hour.

    Attributes:
        now: The second at the right edge of the chart.
        moments: The oldest first.
        cpu: The oldest first.
        minimum: The fewest tasks that scaling goes down to; None if the service is not scaled.
        maximum: The most.
        activities: The newest first.
    """

    name: str
    now: float
    moments: tuple[ScalingMoment, ...] = ()
    cpu: tuple[CpuPoint, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    cooldown: Cooldown | None = None
    activities: tuple[ActivityLine, ...] = ()
    badge: str | None = None


def scaling_chart_text(history: ScalingHistory) -> str:
    """Say how things are at the right edge of the chart."""
    words = [f"service {history.name}"]
    if history.moments:
        last = history.moments[-1]
        words[0] += f": {last.running} of {last.desired} tasks run"
        if last.load is not None:
            words.append(f"the load is {last.load:g} percent of one task")
    if history.cpu:
        words.append(f"CPU is at {history.cpu[-1].percent:.0f} percent")
    words += [each.words for each in history.thresholds]
    if history.minimum is None:
        words.append("it is not scaled automatically")
    else:
        words.append(f"scaling keeps {history.minimum} to {history.maximum} tasks")
    if history.cooldown is not None and history.cooldown.until > history.now:
        words.append(_cooldown_words(history.cooldown, history.now))
    return ", ".join(words)


def scaling_chart(history: ScalingHistory) -> str:
    """Draw CPU with what the policies look at, tasks as steps, the cooldown, and what was done."""
    label = scaling_chart_text(history)
    parts = [*_frame(), *_cpu(history), *_tasks(history), *_cooldown(history)]
    drawing = svg(WIDTH, HEIGHT, f"The last half hour. Now: {label}", parts)
    activities = (
        '<p style="margin:8px 0 2px;font-weight:600">What scaling did</p>'
        f"{_activities(history.activities)}"
    )
    caption = f"Scaling of {label.partition(', ')[0]}"
    return figure(drawing + activities, caption=caption, badge=history.badge)


def activity_list_text(activities: Sequence[ActivityLine]) -> str:
    """Say what scaling did, a line for each."""
    return "\n".join(f"{each.at} {each.status}: {each.text} ({each.cause})" for each in activities)


def activity_list(activities: Sequence[ActivityLine], *, badge: str | None = None) -> str:
    """List what scaling did, and why, as it is given."""
    count = len(activities)
    caption = f"{count} scaling {'activity' if count == 1 else 'activities'}"
    return figure(_activities(activities, most=count), caption=caption, badge=badge)


def _frame() -> list[str]:
    parts = [
        text(4, CPU_TOP - 9, "CPU of the tasks, percent", size=11, colour=PALE),
        text(4, TASKS_TOP - 9, "Tasks", size=11, colour=PALE),
    ]
    for top, height in ((CPU_TOP, CPU_HEIGHT), (TASKS_TOP, TASKS_HEIGHT)):
        parts.append(
            f'<rect x="{LEFT:g}" y="{top:g}" width="{RIGHT - LEFT:g}" height="{height:g}" '
            f'fill="none" stroke="{LINE}"/>'
        )
    for minutes in (30, 20, 10, 0):
        x = RIGHT - minutes * 60 / WINDOW * (RIGHT - LEFT)
        words = f"{minutes} min ago" if minutes else "now"
        parts.append(text(x, FOOT + 14, words, size=10.5, colour=PALE, anchor="middle"))
    return parts


def _cpu(history: ScalingHistory) -> list[str]:
    def y(percent: float) -> float:
        return CPU_TOP + CPU_HEIGHT * (1 - min(max(percent, 0.0), 100.0) / 100)

    parts = [
        text(LEFT - 6, y(each) + 4, str(each), size=10.5, colour=PALE, anchor="end")
        for each in (0, 50, 100)
    ]
    labels = []
    for each in history.thresholds:
        parts.append(_level(y(each.percent), TARGET_INK, "8 4", 1.5))
        labels.append((y(each.percent), f"- - {each.words}", TARGET_INK))
    points = [
        (_x(history, each.at), y(each.percent))
        for each in history.cpu
        if 0 <= history.now - each.at <= WINDOW
    ]
    if points:
        parts.append(_path([*points, (RIGHT, points[-1][1])], CPU_INK, "", 2.5))
        parts += [
            f'<circle cx="{x:g}" cy="{each:g}" r="3" fill="{CPU_INK}"/>' for x, each in points
        ]
        labels.append((points[-1][1], f"●— CPU {history.cpu[-1].percent:.0f} %", CPU_INK))
    return parts + _labels(labels, CPU_TOP + CPU_HEIGHT)


def _tasks(history: ScalingHistory) -> list[str]:
    moments = history.moments
    loads = [each.load / 100 for each in moments if each.load is not None]
    top = max([history.maximum or 1, *loads, *(max(m.desired, m.running) for m in moments)]) + 0.5

    def y(count: float) -> float:
        return TASKS_TOP + TASKS_HEIGHT * (1 - count / top)

    every = max(1, round(top / 5))
    parts = [
        text(LEFT - 6, y(count) + 4, str(count), size=10.5, colour=PALE, anchor="end")
        for count in range(0, int(top) + 1, every)
    ]
    labels = []
    bounds = ((history.minimum, "at least"), (history.maximum, "at most"))
    for bound, words in bounds if history.minimum != history.maximum else bounds[:1]:
        if bound is not None:
            parts.append(_level(y(bound), PALE, "1 3", 1))
            labels.append((y(bound), f"{words} {bound}", PALE))
    if moments:
        last = moments[-1]
        steps = _steps(history, lambda each: each.desired, y)
        parts.append(_path(steps, INK, "", 4))
        labels.append((y(last.desired), f"━━ desired {last.desired}", INK))
        # White below the dashes keeps them apart from the line that they often lie upon.
        steps = _steps(history, lambda each: each.running, y)
        parts += [_path(steps, "#fff", "", 2), _path(steps, RUNNING_INK, "6 4", 2)]
        labels.append((y(last.running), f"╍╍ running {last.running}", RUNNING_INK))
        if loads:
            steps = _steps(history, lambda each: (each.load or 0.0) / 100, y)
            parts.append(_path(steps, LOAD_INK, "2 4", 2.5))
            load = last.load or 0.0
            labels.append((y(load / 100), f"···· load {load:g} % of a task", LOAD_INK))
    return parts + _labels(labels, FOOT)


def _cooldown(history: ScalingHistory) -> list[str]:
    parts = [text(LEFT - 6, BAR_TOP + 13, "Cooldown", size=11, colour=PALE, anchor="end")]
    cooldown = history.cooldown
    if cooldown is None or cooldown.until <= history.now:
        return [*parts, text(LEFT + 4, BAR_TOP + 13, "none runs", size=11, colour=PALE)]
    whole = max(cooldown.until - cooldown.since, 1.0)
    gone = min(max((history.now - cooldown.since) / whole, 0.0), 1.0)
    full = RIGHT - LEFT
    return [
        *parts,
        f'<rect x="{LEFT:g}" y="{BAR_TOP:g}" width="{full * gone:g}" height="18" '
        f'fill="{COOL_INK}" fill-opacity="0.2"/>',
        f'<rect x="{LEFT:g}" y="{BAR_TOP:g}" width="{full:g}" height="18" fill="none" '
        f'stroke="{COOL_INK}" stroke-width="1.5"/>',
        text(LEFT + 8, BAR_TOP + 13, _cooldown_words(cooldown, history.now), size=11),
    ]


def _cooldown_words(cooldown: Cooldown, now: float) -> str:
    return f"cooldown {cooldown.words}, {cooldown.until - now:.0f} s left"


def _activities(activities: Sequence[ActivityLine], *, most: int = MOST_ACTIVITIES) -> str:
    if not activities:
        return empty("Nothing yet.")
    items = "".join(
        f"<li>{escape(each.at)} <b>{_MARKS.get(each.status, '✘')} {escape(each.status)}</b> "
        f'{escape(each.text)}<br><span style="color:{PALE}">because: {escape(each.cause)}</span>'
        "</li>"
        for each in activities[:most]
    )
    return f'<ul style="margin:0;padding-left:20px;font-size:12.5px">{items}</ul>'


def _x(history: ScalingHistory, at: float) -> float:
    return RIGHT - (history.now - at) / WINDOW * (RIGHT - LEFT)


def _steps(
    history: ScalingHistory,
    value: Callable[[ScalingMoment], float],
    y: Callable[[float], float],
) -> list[tuple[float, float]]:
    """Return the corners of a line that stays where it is until it changes."""
    corners = []
    ends = [each.at for each in history.moments[1:]] + [history.now]
    for each, end in zip(history.moments, ends, strict=True):
        begin, end = max(each.at, history.now - WINDOW), min(end, history.now)
        if end >= begin:
            height = y(value(each))
            corners += [(_x(history, begin), height), (_x(history, end), height)]
    return _thinned(corners)


def _thinned(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out corners in the middle of a level line."""
    kept = corners[:1]
    for corner, following in pairwise(corners[1:]):
        if not kept[-1][1] == corner[1] == following[1]:
            kept.append(corner)
    return kept + corners[-1:]


def _path(points: Sequence[tuple[float, float]], colour: str, dashes: str, width: float) -> str:
    way = " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dash}/>'


def _level(y: float, colour: str, dashes: str, width: float) -> str:
    return _path([(LEFT, y), (RIGHT, y)], colour, dashes, width)


def _labels(labels: Sequence[tuple[float, str, str]], lowest: float) -> list[str]:
    """Return what stands at the right end of lines, moved apart where lines lie together."""
    places: list[tuple[float, str, str]] = []
    for y, words, colour in sorted(labels):
        above = places[-1][0] + TEXT_HEIGHT if places else y
        places.append((max(y, above), words, colour))
    placed, most = [], lowest
    for y, words, colour in reversed(places):
        y = min(y, most)
        most = y - TEXT_HEIGHT
        placed.append(
            text(RIGHT + 8, y + 4, words, size=11, colour=colour, room=WIDTH - RIGHT - 10)
        )
    return placed[::-1]
