"""`test` and `[`: strings, whole numbers and files."""

from __future__ import annotations

from collections.abc import Callable

from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.process import Process, Running

_STRINGS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}
_UNARY = {"-n", "-z", "-e", "-f", "-d", "-s", "-r", "-w", "-x", "-L", "-h", "-t"}
_DEEPEST = 50


class _Malformed(ValueError):
    """The expression has no meaning; the message says why."""


def test(process: Process) -> Running:
    """Tell by the exit status whether an expression is true."""
    name, *words = process.arguments
    if name == "[" and (not words or words.pop() != "]"):
        return (yield from process.complain("sh: [: missing ]", 2))
    try:
        return 0 if _Expression(process, words).value() else 1
    except _Malformed as malformed:
        return (yield from process.complain(f"sh: {name}: {malformed}", 2))


class _Expression:
    """A recursive descent over the words, with the meanings POSIX gives to short ones."""

    def __init__(self, process: Process, words: list[str]) -> None:
        self._process = process
        self._words = words
        self._position = 0
        self._depth = 0

    def value(self) -> bool:
        if not self._words:
            return False
        value = self._any()
        if self._position < len(self._words):
            raise _Malformed(f"{self._words[self._position]}: unknown operand")
        return value

    def _left(self) -> int:
        return len(self._words) - self._position

    def _peek(self, ahead: int = 0) -> str | None:
        position = self._position + ahead
        return self._words[position] if position < len(self._words) else None

    def _next(self) -> str:
        word = self._peek()
        if word is None:
            raise _Malformed("argument expected")
        self._position += 1
        return word

    def _any(self) -> bool:
        value = self._all()
        while self._peek() == "-o":
            self._next()
            right = self._all()
            value = value or right
        return value

    def _all(self) -> bool:
        value = self._negated()
        while self._peek() == "-a":
            self._next()
            right = self._negated()
            value = value and right
        return value

    def _negated(self) -> bool:
        inverted = False
        while self._peek() == "!" and self._left() > 1 and not self._is_binary(self._peek(1)):
            self._next()
            inverted = not inverted
        return self._primary() != inverted

    def _is_binary(self, word: str | None) -> bool:
        # `! = x` compares two strings, `! -a` does not.
        return word in _STRINGS | _NUMBERS and self._left() > 2

    def _primary(self) -> bool:
        word = self._next()
        operator = self._peek()
        if operator in _STRINGS and self._left() > 1:
            self._next()
            return _STRINGS[operator](word, self._next())
        if operator in _NUMBERS and self._left() > 1:
            self._next()
            return _NUMBERS[operator](_number(word), _number(self._next()))
        if word == "(" and self._left() > 1:
            return self._parenthesis()
        if word in _UNARY and operator is not None:
            return self._unary(word, self._next())
        if operator in _NUMBERS:
            raise _Malformed("argument expected")
        return bool(word)

    def _parenthesis(self) -> bool:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Malformed("too many parentheses")
        value = self._any()
        if self._next() != ")":
            raise _Malformed("closing paren expected")
        self._depth -= 1
        return value

    def _unary(self, operator: str, operand: str) -> bool:
        if operator == "-n":
            return bool(operand)
        if operator == "-z":
            return not operand
        if operator == "-t":
            return False
        files = self._process.launch.inside.files
        path = absolute(operand, self._process.directory)
        if operator == "-d":
            return files.is_directory(path)
        if operator == "-s":
            return bool(files.read(path))
        if operator in {"-L", "-h"}:
            return False
        is_program = operand.startswith("/") and self._process.program(operand) is not None
        if operator == "-x":
            return is_program or files.is_directory(path)
        if operator == "-f":
            return is_program or files.read(path) is not None
        return is_program or files.exists(path)


def _number(word: str) -> int:
    text = word.strip()
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 40:
        raise _Malformed(f"{word}: bad number")
    return int(text)
