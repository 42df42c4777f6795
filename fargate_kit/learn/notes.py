"""What a lab remembers while it is open: hints that were asked for, and probes that have held."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Notes"]


@dataclass(slots=True)
class Notes:
    """What the board of chapter 8 is kept with; it ends with its lab.

    Attributes:
        hints: Each hint that `report.hint()` gave: the exercise's id, and the hint's number. A hint
            that is opened by a click is known to the browser alone.
        held: When each probe was first seen to hold, by its name.
    """

    hints: set[tuple[str, int]] = field(default_factory=set)
    held: dict[str, datetime] = field(default_factory=dict)

    def hints_of(self, chapter: int) -> int:
        """How many different hints of a chapter were given."""
        return sum(name.partition(".")[0] == str(chapter) for name, _ in self.hints)
