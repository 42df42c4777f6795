"""The proof at the end of a lab."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from fargate_kit.learn.views.frame import figure

__all__ = ["Closed"]


@dataclass(frozen=True, slots=True, repr=False)
class Closed:
    """The proof that nothing is left.

    Attributes:
        deleted: What was taken down, each in words.
        left: What is in the account and was not there at the beginning.
        proof: How that was made sure of, where there is more to tell.
    """

    deleted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    badge: str | None = field(default=None)
    proof: str = ""

    def __repr__(self) -> str:
        return f"{len(self.deleted)} deleted, {len(self.left)} left"

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(each)}</li>" for each in self.deleted)
        gone = f"<ul style='margin:4px 0 0'>{items}</ul>" if items else ""
        body = (
            f'<p role="status" style="margin:0"><b>{len(self.left)} left.</b> '
            f"{len(self.deleted)} deleted just now. {escape(self.proof)}</p>{gone}"
        )
        return figure(body, caption="The lab is closed", badge=self.badge)
