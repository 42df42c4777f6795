"""JSON with the place of every value, so that what is wrong in a policy can be pointed at."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER_OR_NAME = re.compile(r"[-+0-9.eEA-Za-z]+")
# Deeper than any policy, and far less than Python's own bound.
_DEEPEST = 40


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text; both count from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class NotJson(ValueError):
    """A text is not JSON; the message says what was expected, `place` where."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


@dataclass(slots=True)
class PlacedJson:
    """A JSON value and where its parts stand.

    Args:
        value: As `json.loads` gives it.
        places: By the path of each part, where it begins and where it ends.
        repeated: The paths of keys that one object has more than once.
    """

    value: Any = None
    places: dict[Path, tuple[Place, Place]] = field(default_factory=dict)
    repeated: list[Path] = field(default_factory=list)


def read_json(text: str) -> PlacedJson:
    """Read a JSON text.

    Raises:
        NotJson: It is not JSON, or nested more than 40 deep.
    """
    reader = _Reader(text)
    result = reader.result
    result.value = reader.value(())
    reader.skip()
    if reader.at < len(text):
        raise reader.error("the end of the document was expected")
    return result


class _Reader:
    """Reads one text from its start to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._lines = [0, *(found.end() for found in re.finditer(r"\n", text))]
        self.result = PlacedJson()

    def value(self, path: Path) -> Any:
        self.skip()
        if len(path) > _DEEPEST:
            raise self.error("it is nested too deep")
        start = self._place(self.at)
        next_one = self.text[self.at : self.at + 1]
        read: Callable[[Path], Any] = {
            "{": self._object,
            "[": self._array,
            '"': lambda path: self._string(),
        }.get(next_one, lambda path: self._scalar())
        value = read(path)
        self.result.places[path] = (start, self._place(self.at))
        return value

    def skip(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def error(self, message: str) -> NotJson:
        return NotJson(message, self._place(self.at))

    def _place(self, at: int) -> Place:
        line = bisect.bisect_right(self._lines, at)
        return Place(line, at - self._lines[line - 1] + 1)

    def _object(self, path: Path) -> dict[str, Any]:
        read: dict[str, Any] = {}

        def member() -> None:
            self.skip()
            if self.text[self.at : self.at + 1] != '"':
                raise self.error("a name in quotation marks was expected")
            name = self._string()
            self.skip()
            self._take(":")
            if name in read:
                self.result.repeated.append((*path, name))
            read[name] = self.value((*path, name))

        self._items("}", member)
        return read

    def _array(self, path: Path) -> list[Any]:
        read: list[Any] = []
        self._items("]", lambda: read.append(self.value((*path, len(read)))))
        return read

    def _items(self, end: str, read_one: Callable[[], None]) -> None:
        self.at += 1
        self.skip()
        if self.text[self.at : self.at + 1] == end:
            self.at += 1
            return
        while True:
            read_one()
            self.skip()
            if self.text[self.at : self.at + 1] == end:
                self.at += 1
                return
            self._take(",", f"',' or '{end}' was expected")

    def _take(self, sign: str, message: str = "") -> None:
        if self.text[self.at : self.at + 1] != sign:
            raise self.error(message or f"'{sign}' was expected")
        self.at += 1

    def _string(self) -> str:
        try:
            value, self.at = json.decoder.scanstring(self.text, self.at + 1)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            self.at = error.pos
            raise self.error(error.msg) from None
        return str(value)

    def _scalar(self) -> Any:
        found = _NUMBER_OR_NAME.match(self.text, self.at)
        word = found[0] if found else ""
        try:
            if word in {"NaN", "Infinity", "-Infinity"}:
                raise ValueError(word)
            value = json.loads(word)
        except ValueError:
            raise self.error("a value was expected") from None
        self.at += len(word)
        return value
