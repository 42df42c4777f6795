"""By what rules a service is scaled: bounds, policies, alarms, and what rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import INK, PALE, empty, figure

__all__ = ["AlarmRow", "PolicyRow", "ScalingRules", "scaling_rules", "scaling_rules_text"]

_CELL = "padding:3px 8px;border:1px solid #d0d7de;text-align:left;vertical-align:top"
_STATES = {"OK": ("✓", "#146c2e"), "ALARM": ("▲", "#8a1c1c")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A policy: what it wants, and how long it pauses."""

    name: str
    kind: str
    wants: str
    pauses: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An alarm that makes a policy act: what it looks for, and CloudWatch's word on its state."""

    name: str
    state: str
    looks_for: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingRules:
    """The scaling of a service at one moment.

    Attributes:
        schedules: When the bounds change by the clock, each in words.
        rests: What of it does nothing at present, in words; empty where all works.
    """

    name: str
    minimum: int
    maximum: int
    policies: tuple[PolicyRow, ...] = ()
    alarms: tuple[AlarmRow, ...] = ()
    schedules: tuple[str, ...] = ()
    rests: str = ""
    badge: str | None = None


def scaling_rules_text(rules: ScalingRules) -> str:
    """Say between which bounds a service is scaled, and by what."""
    policies = "; ".join(f"{each.name}: {each.wants}" for each in rules.policies)
    rests = f"; at rest: {rules.rests}" if rules.rests else ""
    return (
        f"service {rules.name} is scaled between {rules.minimum} and {rules.maximum} tasks: "
        f"{policies or 'no policy, so nothing changes the count'}{rests}"
    )


def scaling_rules(rules: ScalingRules) -> str:
    """Show the policies and their alarms as tables."""
    body = _table(
        "Policies",
        ("Policy", "What it does", "Cooldown"),
        [
            (escape(f"{each.name} ({each.kind})"), escape(each.wants), escape(each.pauses))
            for each in rules.policies
        ],
        nothing="No policy: the bounds alone change nothing.",
    )
    if rules.policies:
        body += _table(
            "Alarms",
            ("State", "Looks for", "Alarm"),
            [(_state(each.state), escape(each.looks_for), _alarm(each)) for each in rules.alarms],
            nothing="No alarm is known yet.",
        )
    for words in rules.schedules:
        body += f'<p style="margin:6px 0 0">By the clock: {escape(words)}</p>'
    if rules.rests:
        body += f'<p style="margin:6px 0 0"><b>At rest:</b> {escape(rules.rests)}</p>'
    caption = f"Scaling of service {rules.name}: {rules.minimum} to {rules.maximum} tasks"
    return figure(body, caption=caption, badge=rules.badge)


def _table(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, nothing: str) -> str:
    if not rows:
        return empty(nothing)
    head = "".join(f'<th scope="col" style="{_CELL}">{escape(each)}</th>' for each in heads)
    lines = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return (
        '<table style="border-collapse:collapse;font-size:12.5px;margin:0 0 8px;width:100%" '
        f'aria-label="{escape(name)}"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'
    )


def _state(state: str) -> str:
    mark, ink = _STATES.get(state, ("?", INK))
    words = escape(f"{mark} {state}".replace("_", " "))
    return f'<span style="color:{ink};font-weight:600;white-space:nowrap">{words}</span>'


def _alarm(alarm: AlarmRow) -> str:
    name = f'<span style="overflow-wrap:anywhere">{escape(alarm.name)}</span>'
    if not alarm.reason:
        return name
    return f'{name}<br><span style="color:{PALE}">{escape(alarm.reason)}</span>'
