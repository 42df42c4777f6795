"""The things of a Compose project: what is to be made, changed, left and removed, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import INK, PALE, empty, figure

__all__ = ["PlanList", "PlannedThing", "compose_plan", "compose_plan_text"]

# Of each action: its mark, what is to come, what was done, and its ink on white.
_ACTIONS: dict[str, tuple[str, str, str, str]] = {
    "make": ("+", "to make", "made", "#146c2e"),
    "change": ("~", "to change", "changed", "#8a4b00"),
    "leave": ("=", "unchanged", "unchanged", PALE),
    "remove": ("−", "to remove", "removed", "#8a1c1c"),
    "step": ("·", "to come", "done", INK),
}
# What a step says of itself before it is done.
_UNDER_WAY: dict[str, tuple[str, str, str]] = {
    "begins": ("◔", "under way", "#00607a"),
    "says": ("◔", "under way", "#00607a"),
    "failed": ("✘", "failed", "#8a1c1c"),
    "interrupted": ("✘", "interrupted", "#8a1c1c"),
}
_CELL = "padding:3px 10px 3px 0;text-align:left;vertical-align:top"
MOST_WORDS = 6
"""How many lines of what ECS said last are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedThing:
    """One thing of a project.

    Attributes:
        kind: In the project's words, such as `log group`; empty for a step that is no thing.
        action: `make`, `change`, `leave`, `remove`, or `step`.
        details: What differs, a line for each.
        progress: Empty, or how far it is: `begins`, `says`, `done`, `failed`, `interrupted`.
    """

    kind: str
    name: str
    action: str
    details: tuple[str, ...] = ()
    progress: str = ""

    @property
    def title(self) -> str:
        """Its kind and name."""
        return f"{self.kind} {self.name}".strip()

    @property
    def state(self) -> str:
        """What is to become of it, or what became of it, in words."""
        return _look(self)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanList:
    """Everything of a project, in the order in which it is made.

    Attributes:
        place: Where it goes, such as `cluster blog in us-east-1`; empty where that is not known.
        problems: What must be mended before anything is made.
        said: What ECS said meanwhile, the oldest first.
    """

    project: str
    place: str = ""
    things: tuple[PlannedThing, ...] = ()
    problems: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    badge: str | None = None


def compose_plan_text(plan: PlanList) -> str:
    """Return the things as lines, each with its mark and its state."""
    lines = [_headline(plan)]
    for thing in plan.things:
        mark, state, _ = _look(thing)
        lines.append(f"  {mark} {state}: {thing.title}")
        lines += [f"      {detail}" for detail in thing.details]
    lines += [f"  ✗ {problem}" for problem in plan.problems]
    return "\n".join(lines)


def compose_plan(plan: PlanList) -> str:
    """Show the things as a table, with what differs and what stands in the way."""
    headline = _headline(plan)
    if not plan.things:
        body = empty("Nothing is asked for yet.")
    else:
        rows = "".join(map(_row, plan.things))
        heads = "".join(
            f'<th scope="col" style="{_CELL}">{words}</th>' for words in ("state", "thing", "what")
        )
        body = (
            f'<table style="border-collapse:collapse;font-size:13px" '
            f'aria-label="{escape(headline)}"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )
    return figure(body + _problems(plan) + _said(plan), caption=headline, badge=plan.badge)


def _headline(plan: PlanList) -> str:
    where = f" in {plan.place}" if plan.place else ""
    counted: dict[str, int] = {}
    for thing in plan.things:
        if thing.action != "step":
            counted[thing.state] = counted.get(thing.state, 0) + 1
    words = ", ".join(f"{count} {state}" for state, count in counted.items()) or "nothing yet"
    blocked = f"; {len(plan.problems)} in the way" if plan.problems else ""
    return f"{plan.project}{where}: {words}{blocked}"


def _look(thing: PlannedThing) -> tuple[str, str, str]:
    """Return mark, words and ink."""
    if thing.progress in _UNDER_WAY:
        return _UNDER_WAY[thing.progress]
    mark, coming, done, ink = _ACTIONS.get(thing.action, ("?", thing.action, thing.action, INK))
    if thing.progress == "done":
        return ("✔", done, "#146c2e")
    return (mark, coming, ink)


def _row(thing: PlannedThing) -> str:
    mark, state, ink = _look(thing)
    details = "".join(
        f'<div style="overflow-wrap:anywhere">{escape(detail)}</div>' for detail in thing.details
    )
    return (
        f'<tr><th scope="row" style="{_CELL};color:{ink};white-space:nowrap">'
        f"{mark} {escape(state)}</th>"
        f'<td style="{_CELL};white-space:nowrap">{escape(thing.kind)} '
        f"<b>{escape(thing.name)}</b></td>"
        f'<td style="{_CELL};font-size:12px">{details}</td></tr>'
    )


def _problems(plan: PlanList) -> str:
    if not plan.problems:
        return ""
    items = "".join(f"<li>✗ {escape(each)}</li>" for each in plan.problems)
    return (
        '<div style="margin-top:8px;padding:6px 10px;color:#8a1c1c;background:#fdeeee;'
        'border-radius:6px"><b>Nothing is made before this is mended</b>'
        f'<ul style="list-style:none;margin:0;padding:0">{items}</ul></div>'
    )


def _said(plan: PlanList) -> str:
    if not plan.said:
        return ""
    items = "".join(f"<li>{escape(each)}</li>" for each in plan.said[-MOST_WORDS:])
    return (
        '<p style="margin:8px 0 2px;font-weight:600">What ECS said</p>'
        f'<ul style="margin:0;padding-left:20px;font-size:12.5px">{items}</ul>'
    )
