"""Taking turns by weight."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Wheel(Generic[K]):
    """Chooses so that everybody's share comes out as its weight, and turns are spread evenly.

    Each turn everybody gains its weight; who has most is chosen and pays the sum of all
    weights. With equal weights they take turns in their order.
    """

    def __init__(self) -> None:
        self._gained: dict[K, float] = {}

    def turn(self, weights: Mapping[K, float]) -> K | None:
        """Choose the next one.

        Args:
            weights: Who is there, in their order; a weight of 0 is never chosen.

        Returns:
            The choice; None if nobody has a weight.
        """
        taking_part = {key: weight for key, weight in weights.items() if weight > 0}
        if not taking_part:
            return None
        self._gained = {
            key: self._gained.get(key, 0.0) + weight for key, weight in taking_part.items()
        }
        chosen = max(taking_part, key=lambda key: self._gained[key])
        self._gained[chosen] -= sum(taking_part.values())
        return chosen
