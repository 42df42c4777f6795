"""The targets behind a load balancer, and how healthy each one is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import INK, PALE, StateLook, empty, figure

__all__ = [
    "TARGET_STATES",
    "TargetBoard",
    "TargetGroupRows",
    "TargetRow",
    "target_health",
    "target_health_text",
]

# Colours have a contrast of 4.5 or more against white.
TARGET_STATES: dict[str, StateLook] = {
    "initial": StateLook("◔", "#8a4b00"),
    "healthy": StateLook("●", "#146c2e"),
    "unhealthy": StateLook("✕", "#8a1c1c"),
    "draining": StateLook("◑", "#7a3e9d"),
    "unused": StateLook("○", "#3b3b3b"),
    "unavailable": StateLook("◌", "#5b5b5b"),
}
_CELL = "padding:4px 10px;border-bottom:1px solid #d0d7de;text-align:left;vertical-align:top"
_HEADS = ("state", "task", "address", "zone", "why, and what to do")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """One target.

    Attributes:
        address: With the port.
        state: As AWS tells it, such as `healthy`.
        task: Whose address it is; empty where no task has it.
        reason: AWS's code, such as `Target.ResponseCodeMismatch`.
        words: AWS's own words.
        remedy: What to do about it.
    """

    address: str
    state: str
    task: str = ""
    zone: str = ""
    reason: str = ""
    words: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroupRows:
    """One target group and its targets.

    Attributes:
        check: How its targets are checked; empty where that is not known.
    """

    name: str
    check: str = ""
    rows: tuple[TargetRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetBoard:
    """What the board shows.

    Attributes:
        name: Whose targets they are, such as `load balancer front`.
    """

    name: str
    groups: tuple[TargetGroupRows, ...] = ()
    badge: str | None = None


def target_health_text(board: TargetBoard) -> str:
    """Say how many targets of each group are in which state."""
    if not board.groups:
        return f"{board.name}: no target group"
    return "; ".join(_counted(group) for group in board.groups)


def target_health(board: TargetBoard) -> str:
    """Show a table for each target group, with what to do where a target is not healthy."""
    parts = "".join(_group(group) for group in board.groups)
    body = parts or empty("Nothing is forwarded from here: no listener has a target group yet.")
    caption = f"{board.name} — {target_health_text(board)}" if board.groups else board.name
    return figure(body, caption=caption, badge=board.badge)


def _counted(group: TargetGroupRows) -> str:
    if not group.rows:
        return f"{group.name}: no targets"
    states = [row.state for row in group.rows]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return f"{group.name}: {counts}"


def _group(group: TargetGroupRows) -> str:
    check = f' <span style="color:{PALE}">· {escape(group.check)}</span>' if group.check else ""
    says = f'<p style="margin:6px 0 4px"><b>Target group {escape(group.name)}</b>{check}</p>'
    if not group.rows:
        return says + empty("No targets: ECS registers a task of a service once it runs.")
    heads = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in _HEADS)
    rows = "".join(_row(row) for row in group.rows)
    return (
        f'{says}<table style="border-collapse:collapse;font-size:13px;width:100%" '
        f'aria-label="{escape(_counted(group))}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(row: TargetRow) -> str:
    look = TARGET_STATES.get(row.state, StateLook("?", INK))
    state = f'<b style="color:{look.colour}">{look.mark} {escape(row.state)}</b>'
    reason = f"<code>{escape(row.reason)}</code> " if row.reason else ""
    remedy = f'<br><span style="color:{PALE}">{escape(row.remedy)}</span>' if row.remedy else ""
    why = f"{reason}{escape(row.words)}{remedy}" if row.state != "healthy" else "takes requests"
    cells = (state, escape(row.task), escape(row.address), escape(row.zone), why)
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"
