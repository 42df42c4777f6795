"""What was told already, so that a line that is read again is not told again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["ToldLines"]

_Key: TypeAlias = tuple[str, int, int]


class ToldLines:
    """Remembers lines by their time stamps, and forgets what cannot come again.

    FilterLogEvents gives each event an id. Live Tail gives none, so a line that comes both ways is
    known by its stream, time stamp and text. Containers may say the same twice in a millisecond:
    therefore it is counted how often each way has told a line that the other has not.

    Args:
        live: Whether lines come from Live Tail too.
    """

    def __init__(self, *, live: bool = False) -> None:
        self._live = live
        self._ids: dict[int, set[str]] = {}
        self._ahead: dict[int, Counter[_Key]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._ids.values())) + sum(map(len, self._ahead.values()))

    def is_new(self, event: Mapping[str, Any]) -> bool:
        """Take an event of FilterLogEvents; tell whether it is to be told."""
        ids = self._ids.setdefault(event["timestamp"] // 1000, set())
        if event["eventId"] in ids:
            return False
        ids.add(event["eventId"])
        return not self._live or self._is_ahead(event, by=-1)

    def is_new_live(self, event: Mapping[str, Any]) -> bool:
        """Take an event of Live Tail; tell whether it is to be told."""
        return self._is_ahead(event, by=1)

    def forget_before(self, stamp: int) -> None:
        """Forget the lines of whole seconds before a time stamp in milliseconds."""
        for seconds in (self._ids, self._ahead):
            for second in [each for each in seconds if each < stamp // 1000]:
                del seconds[second]

    def _is_ahead(self, event: Mapping[str, Any], *, by: int) -> bool:
        """Count a line for one way; tell whether the other has not told it yet."""
        key = (event["logStreamName"], event["timestamp"], hash(event["message"]))
        ahead = self._ahead.setdefault(event["timestamp"] // 1000, Counter())
        before = ahead[key]
        ahead[key] += by
        if not ahead[key]:
            del ahead[key]
        return before * by >= 0
