"""What was told is known again, whichever way it comes."""

from __future__ import annotations

from typing import Any

from fargate_kit.logs.memory import ToldLines


def event(text: str, *, at: int = 1_000, number: int = 0, stream: str = "s") -> dict[str, Any]:
    return {
        "logStreamName": stream,
        "timestamp": at,
        "message": text,
        "eventId": f"{at}-{stream}-{number}",
    }


def test_same_id_is_told_once() -> None:
    """An event that is read again is known; its twin in the same millisecond is another."""
    told = ToldLines()
    assert told.is_new(event("a"))
    assert not told.is_new(event("a"))
    assert told.is_new(event("a", number=1))


def test_line_comes_both_ways_in_any_order() -> None:
    """Who comes second is not told, and twins are counted."""
    told = ToldLines(live=True)
    assert [told.is_new_live(event("a")) for _ in range(2)] == [True, True]
    assert [told.is_new(event("a", number=number)) for number in range(3)] == [False, False, True]
    assert not told.is_new_live(event("a"))
    assert told.is_new_live(event("a", stream="other"))


def test_what_cannot_come_again_is_forgotten() -> None:
    """Whole seconds before a time stamp go; what is after it stays known."""
    told = ToldLines(live=True)
    for second in range(10):
        told.is_new(event("a", at=second * 1_000))
    assert len(told) == 20
    told.forget_before(8_500)
    assert len(told) == 4
    assert not told.is_new(event("a", at=8_000))
