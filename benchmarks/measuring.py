"""How two things are compared on a noisy machine: in turns, by their medians."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two series of the same quantity, measured in turns."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Our median over theirs."""
        return median(self.ours) / median(self.theirs)

    @property
    def spread(self) -> str:
        """The ratios of the single turns, from the lowest to the highest."""
        turns = [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        return f"{min(turns):.2f} to {max(turns):.2f}"


def in_turns(
    measures: Mapping[str, Callable[[], float]], *, runs: int
) -> dict[str, tuple[float, ...]]:
    """Take every measure once, then every one again, so that a noisy minute hits all of them.

    Args:
        measures: What to take, by name.
        runs: How often each is taken.
    """
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(runs):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: tuple(values) for name, values in taken.items()}


def milliseconds(name: str, seconds: Sequence[float]) -> str:
    """Say a median for the terminal."""
    return f"  {name}: {median(seconds) * 1000:.0f} ms"


def yes_or_no(fulfilled: bool) -> str:
    """Say whether a target is met."""
    return "yes" if fulfilled else "NO"
