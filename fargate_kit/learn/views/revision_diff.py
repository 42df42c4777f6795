"""What changed between two revisions, place by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fargate_kit.learn.views.frame import empty, figure

__all__ = ["ChangedPlace", "revision_diff", "revision_diff_text"]

_CELL = "padding:3px 10px 3px 0;text-align:left;vertical-align:top"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPlace:
    """One place that differs; None stands where one side has nothing."""

    path: str
    old: str | None
    new: str | None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"


def revision_diff_text(old: str, new: str, changes: Sequence[ChangedPlace]) -> str:
    """Return the differences, one in a line."""
    head = f"{old} → {new}: {_count(changes)}"
    return "\n".join([
        head,
        *(
            f"  {each.kind} {each.path}: {each.old or 'nothing'} → {each.new or 'nothing'}"
            for each in changes
        ),
    ])


def revision_diff(
    old: str, new: str, changes: Sequence[ChangedPlace], *, badge: str | None = None
) -> str:
    """Show the differences as a table: each place, what it was, what it is.

    Args:
        old: What to call the old side, such as `hello-world:1`.
        new: Likewise.
    """
    caption = f"{old} → {new}: {_count(changes)}"
    if not changes:
        return figure(empty("Both ask for the same."), caption=caption, badge=badge)
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL};font-weight:600">{escape(each.kind)}</th>'
        f'<td style="{_CELL}"><code>{escape(each.path)}</code></td>'
        f'<td style="{_CELL}">{_side("del", each.old, "#8a1c1c", "#fdeeee")}</td>'
        f'<td style="{_CELL}">{_side("ins", each.new, "#146c2e", "#e9f7ee")}</td></tr>'
        for each in changes
    )
    heads = "".join(
        f'<th scope="col" style="{_CELL}">{words}</th>' for words in ("", "where", "was", "is")
    )
    body = (
        f'<table style="border-collapse:collapse;font-size:13px" aria-label="{escape(caption)}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    return figure(body, caption=caption, badge=badge)


def _side(tag: str, value: str | None, ink: str, ground: str) -> str:
    if value is None:
        return "nothing"
    return (
        f'<{tag} style="color:{ink};background:{ground};padding:0 4px;border-radius:3px">'
        f"{escape(value)}</{tag}>"
    )


def _count(changes: Sequence[ChangedPlace]) -> str:
    return f"{len(changes) or 'no'} difference{'s' * (len(changes) != 1)}"
