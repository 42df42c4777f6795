"""The life of a task as a row of eight states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from fargate_kit.learn.views.frame import INK, LINE, PALE, STATES, figure, look_of, svg, text

__all__ = ["TaskLife", "lifecycle", "lifecycle_text"]

BOX, GAP, TOP = 112.0, 12.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLife:
    """What is known of a task's life.

    Attributes:
        name: What to call the task.
        passed: States that it certainly went through.
        seconds: Since its creation, where AWS has a time stamp for the state.
        facts: What else there is to say, each a short sentence.
    """

    name: str
    status: str
    passed: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    badge: str | None = None


def lifecycle_text(life: TaskLife) -> str:
    """Say where the task is."""
    return ". ".join((f"Task {life.name} is {life.status}", *life.facts))


def lifecycle(life: TaskLife) -> str:
    """Draw the eight states: those passed are ticked, the present one is filled."""
    parts = []
    states = list(STATES)
    if life.status not in STATES:
        states.append(life.status)
    for number, state in enumerate(states):
        parts += _state(life, state, GAP / 2 + number * (BOX + GAP))
        if number < len(states) - 1:
            x = GAP / 2 + number * (BOX + GAP) + BOX
            parts.append(f'<path d="M{x:g} {TOP + 20:g} h{GAP:g}" stroke="{LINE}"/>')
    width = len(states) * (BOX + GAP)
    drawing = svg(width, 66, f"Life of task {life.name}: now {life.status}", parts)
    facts = "".join(f'<p style="margin:2px 0 0">{escape(fact)}</p>' for fact in life.facts)
    body = f'{drawing}<div role="status">{facts}</div>'
    return figure(body, caption=f"Task {life.name}: {life.status}", badge=life.badge)


def _state(life: TaskLife, state: str, x: float) -> list[str]:
    look = look_of(state)
    here, passed = state == life.status, state in life.passed
    fill = look.colour if here else "#fff"
    dashes = "" if here or passed else ' stroke-dasharray="4 3"'
    ink = "#fff" if here else INK if passed else PALE
    mark = "▶" if here else "✓" if passed else look.mark
    when = life.seconds.get(state)
    middle = x + BOX / 2
    return [
        f'<rect x="{x:g}" y="{TOP:g}" width="{BOX:g}" height="40" rx="8" fill="{fill}" '
        f'stroke="{look.colour}" stroke-width="{3 if here else 1.5:g}"{dashes}/>',
        text(middle, TOP + 16, mark, size=12, colour=ink, anchor="middle"),
        text(middle, TOP + 32, state, size=11, colour=ink, anchor="middle", room=BOX - 2),
        *([] if when is None else [text(middle, 62, f"{when:.1f} s", size=11, anchor="middle")]),
    ]
