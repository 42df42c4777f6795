"""A picture of something: HTML where a notebook shows it, plain text everywhere else."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Picture"]


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """What a view made of a state.

    Attributes:
        text: The fact, in words.
        html: The same for the eye; nothing in it asks the network.
    """

    text: str
    html: str = field(repr=False)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
