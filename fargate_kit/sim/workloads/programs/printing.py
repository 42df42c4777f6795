"""`echo` and `printf`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fargate_kit.sim.workloads.process import Process, Running

# A wider field would be a way to fill the memory with one command.
_WIDEST = 10_000
_ESCAPES = {
    "a": b"\a",
    "b": b"\b",
    "e": b"\033",
    "f": b"\f",
    "n": b"\n",
    "r": b"\r",
    "t": b"\t",
    "v": b"\v",
    "\\": b"\\",
    '"': b'"',
}
_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|x[0-9A-Fa-f]{1,2}|[1-7][0-7]{0,2}|.)", re.DOTALL)
_DIRECTIVE = re.compile(r"%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(.?)", re.DOTALL)


def unescape(text: str, *, octal_begins_with_zero: bool) -> tuple[str, bool]:
    r"""Replace the escapes of `echo -e` and `printf`.

    Args:
        text: Where to replace them.
        octal_begins_with_zero: Whether octal digits count only after `\0`, as in `echo`.

    Returns:
        The new text, and whether `\c` has ended all output.
    """
    pieces: list[bytes] = []
    position = 0
    for match in _ESCAPE.finditer(text):
        pieces.append(text[position : match.start()].encode("utf-8", "replace"))
        position = match.end()
        escape = match[1]
        if escape == "c":
            return _text(pieces), True
        pieces.append(_byte(escape, octal_begins_with_zero) or match[0].encode("utf-8", "replace"))
    pieces.append(text[position:].encode("utf-8", "replace"))
    return _text(pieces), False


def _byte(escape: str, octal_begins_with_zero: bool) -> bytes | None:
    if escape in _ESCAPES:
        return _ESCAPES[escape]
    if escape[0] == "x" and len(escape) > 1:
        return bytes((int(escape[1:], 16),))
    if escape[0] == "0":
        # printf takes up to three digits in all, echo takes three after the zero.
        digits = escape if octal_begins_with_zero else escape[:3]
        return bytes((int(digits, 8) & 0xFF,)) + escape[len(digits) :].encode()
    if escape[0] in "1234567" and not octal_begins_with_zero:
        return bytes((int(escape, 8) & 0xFF,))
    return None


def _text(pieces: list[bytes]) -> str:
    return b"".join(pieces).decode("utf-8", "replace")


def echo(process: Process) -> Running:
    """Write the arguments; `-n` without line feed, `-e` with escapes."""
    words = list(process.arguments[1:])
    line_feed, escapes = True, False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        for letter in words.pop(0)[1:]:
            line_feed = line_feed and letter != "n"
            escapes = letter == "e" if letter in "eE" else escapes
    text = " ".join(words)
    ended = False
    if escapes:
        text, ended = unescape(text, octal_begins_with_zero=True)
    yield from process.write(text + ("\n" if line_feed and not ended else ""))
    return 0


def printf(process: Process) -> Running:
    """Write the arguments by a format, which is used again until none is left."""
    words = list(process.arguments[1:])
    if words[:1] == ["--"]:
        del words[0]
    if not words:
        return (yield from process.complain("printf: a format is missing", 2))
    printing = _Printing(words[0], words[1:])
    try:
        for text in printing.texts():
            yield from process.write(text)
    except _InvalidDirective as invalid:
        return (yield from process.complain(f"printf: {invalid}: invalid format", 1))
    for complaint in printing.complaints:
        yield from process.complain(f"printf: {complaint}")
    return 1 if printing.complaints else 0


class _InvalidDirective(ValueError):
    pass


class _EndOfOutput(Exception):
    pass


class _Printing:
    def __init__(self, template: str, words: list[str]) -> None:
        self._template = template
        self._words = words
        self.complaints: list[str] = []

    def texts(self) -> Iterator[str]:
        while True:
            left = len(self._words)
            pieces: list[str] = []
            try:
                self._once(pieces)
            except _EndOfOutput:
                yield "".join(pieces)
                return
            except _InvalidDirective:
                yield "".join(pieces)
                raise
            yield "".join(pieces)
            if not self._words or len(self._words) == left:
                return

    def _once(self, pieces: list[str]) -> None:
        position = 0
        for match in _DIRECTIVE.finditer(self._template):
            self._plain(self._template[position : match.start()], pieces)
            position = match.end()
            if match[0] == "%%":
                pieces.append("%")
            else:
                pieces.append(self._directive(match))
        self._plain(self._template[position:], pieces)

    def _plain(self, text: str, pieces: list[str]) -> None:
        text, ended = unescape(text, octal_begins_with_zero=False)
        pieces.append(text)
        if ended:
            raise _EndOfOutput

    def _directive(self, match: re.Match[str]) -> str:
        flags, width, precision, kind = match.groups()
        if kind not in "diouxXcsbfFeEgG" or not kind:
            raise _InvalidDirective(match[0])
        if width == "*":
            number = self._integer()
            flags, width = (flags + "-", str(-number)) if number < 0 else (flags, str(number))
        if precision == "*":
            number = self._integer()
            precision = None if number < 0 else str(number)
        spec = "%" + "".join(dict.fromkeys(flags)) + str(min(int(width or 0), _WIDEST) or "")
        if precision is not None:
            spec += f".{min(int(precision or 0), _WIDEST)}"
        return self._formatted(spec, kind)

    def _formatted(self, spec: str, kind: str) -> str:
        if kind in "scb":
            spec = spec.replace("#", "").replace("+", "")
            word = self._words.pop(0) if self._words else ""
            if kind == "b":
                word, ended = unescape(word, octal_begins_with_zero=True)
                if ended:
                    raise _EndOfOutput
            return (spec + "s") % (word[:1] if kind == "c" else word)
        if kind in "di":
            return (spec + "d") % self._integer()
        if kind in "fFeEgG":
            return (spec + kind) % self._float()
        number = self._integer() % (1 << 64)
        if kind == "o" and "#" in spec:
            return (spec.replace("#", "") + "s") % f"0{number:o}"
        return (spec + ("d" if kind == "u" else kind)) % number

    def _integer(self) -> int:
        word = self._words.pop(0) if self._words else "0"
        if word[:1] in {"'", '"'}:
            return ord(word[1]) if len(word) > 1 else 0
        match = re.match(r"\s*([-+]?)(0[xX][0-9A-Fa-f]+|0[0-7]*|[1-9][0-9]*)", word)
        if match is None:
            self.complaints.append(f"{word}: expected a number")
            return 0
        if match.end() != len(word):
            self.complaints.append(f"{word}: not wholly a number")
        digits = match[2]
        base = 16 if digits[:2] in {"0x", "0X"} else 8 if digits[0] == "0" else 10
        number = int(digits[:400], base) * (-1 if match[1] == "-" else 1)
        return max(-(1 << 63), min(number, (1 << 63) - 1))

    def _float(self) -> float:
        word = self._words.pop(0) if self._words else "0"
        try:
            return float(word.replace("_", "?"))
        except ValueError:
            self.complaints.append(f"{word}: expected a number")
            return 0.0
