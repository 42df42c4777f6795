"""The objects of ECS as a tree that can be opened and closed."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import PALE, empty, figure

__all__ = ["Node", "explorer", "explorer_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One object, and what is in it.

    Attributes:
        kind: In AWS's words, such as `cluster`.
        note: A few words on its state.
    """

    kind: str
    name: str
    note: str = ""
    children: tuple[Node, ...] = ()


def explorer_text(roots: tuple[Node, ...]) -> str:
    """Return the tree as indented lines."""
    return "\n".join(_lines(roots, 0)) or "no objects yet"


def explorer(roots: tuple[Node, ...], *, badge: str | None = None) -> str:
    """Show clusters with their services and tasks, and families with their revisions."""
    if not roots:
        body = empty("No objects yet: a cluster or a task definition will show up here.")
    else:
        body = f'<ul style="list-style:none;margin:0;padding:0">{"".join(map(_item, roots))}</ul>'
    return figure(body, caption="Objects of ECS", badge=badge)


def _item(node: Node) -> str:
    note = f' <span style="color:{PALE}">— {escape(node.note)}</span>' if node.note else ""
    head = f'<span style="color:{PALE}">{escape(node.kind)}</span> <b>{escape(node.name)}</b>{note}'
    if not node.children:
        return f'<li style="padding-left:18px">{head}</li>'
    inside = "".join(map(_item, node.children))
    return (
        f"<li><details open><summary>{head}</summary>"
        '<ul style="list-style:none;margin:0;padding:0 0 0 22px;border-left:1px solid #d0d7de">'
        f"{inside}</ul></details></li>"
    )


def _lines(nodes: tuple[Node, ...], depth: int) -> list[str]:
    lines = []
    for node in nodes:
        note = f" ({node.note})" if node.note else ""
        lines.append(f"{'  ' * depth}{node.kind} {node.name}{note}")
        lines += _lines(node.children, depth + 1)
    return lines
