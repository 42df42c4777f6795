"""Turns by weight: everybody's share comes out, and nobody is served in bursts."""

from __future__ import annotations

from collections import Counter

from fargate_kit.sim.load_balancing.wheel import Wheel


def turns(wheel: Wheel[str], weights: dict[str, float], number: int) -> str:
    return "".join(wheel.turn(weights) or "-" for _ in range(number))


def test_equal_weights_take_turns() -> None:
    """With equal weights it is the order in which they stand, again and again."""
    assert turns(Wheel(), {"a": 1, "b": 1, "c": 1}, 7) == "abcabca"


def test_shares_come_out_as_weights() -> None:
    """Every full round has as many turns of each as its weight."""
    served = turns(Wheel(), {"a": 90, "b": 10}, 1000)
    assert Counter(served) == {"a": 900, "b": 100}
    assert "bb" not in served


def test_weight_zero_never_gets_a_turn() -> None:
    """A weight of 0 takes someone out; with nobody left there is no choice."""
    assert turns(Wheel(), {"a": 0, "b": 5}, 3) == "bbb"
    assert turns(Wheel(), {"a": 0}, 2) == "--"
    assert turns(Wheel(), {}, 1) == "-"


def test_those_who_leave_are_skipped() -> None:
    """Leaving and joining in the middle loses no turn."""
    wheel: Wheel[str] = Wheel()
    assert turns(wheel, {"a": 1, "b": 1, "c": 1}, 1) == "a"
    assert Counter(turns(wheel, {"b": 1, "c": 1}, 10)) == {"b": 5, "c": 5}
    joined = Counter(turns(wheel, {"a": 1, "b": 1, "c": 1}, 30))
    assert all(9 <= share <= 11 for share in joined.values())
