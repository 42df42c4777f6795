"""What commands are made of: reserved words, patterns, redirections, and words that do not fit."""

from __future__ import annotations

import re

from fargate_kit.sim.workloads.shell.errors import NotSimulated, ShellSyntaxError
from fargate_kit.sim.workloads.shell.reader import Reader
from fargate_kit.sim.workloads.shell.tree import Redirection, Word
from fargate_kit.sim.workloads.shell.words import Words

_BEGINNING = frozenset({"!", "{", "case", "for", "if", "in", "until", "while"})
CLOSING = frozenset({"}", "do", "done", "elif", "else", "esac", "fi", "then"})
_RESERVED = _BEGINNING | CLOSING
_REDIRECTION = re.compile(r"([0-9]{0,3})(>>|>&|>\||<&|<>|<<|>|<)")
_TOKEN = re.compile(r"&&|\|\||;;|[;&|()<>]|[^\s;&|()<>]+")
_PLAIN_WORD = re.compile(r"(?:[a-z]+|[!{}])(?=[\s;&|()<>]|$)")
_STANDARD = {">": 1, "<": 0}


class Tokens:
    """Reads the small parts of commands.

    Args:
        reader: Where they are read.
        words: Reads words there.
    """

    def __init__(self, reader: Reader, words: Words) -> None:
        self._reader = reader
        self._words = words

    def unexpected(self, expecting: str = "") -> ShellSyntaxError:
        """Say in an error what comes next, and which word should have come."""
        reader = self._reader
        reader.skip_blanks()
        hint = f' (expecting "{expecting}")' if expecting else ""
        if reader.at_end:
            return ShellSyntaxError(f"syntax error: unexpected end of file{hint}")
        if reader.peek() == "\n":
            return ShellSyntaxError(f"syntax error: unexpected newline{hint}")
        match = _TOKEN.match(reader.text, reader.position)
        token = match[0] if match else reader.peek()
        return ShellSyntaxError(f'syntax error: unexpected "{token[:100]}"{hint}')

    def reserved(self) -> str:
        """Give the reserved word that comes next, without consuming it."""
        match = _PLAIN_WORD.match(self._reader.text, self._reader.position)
        return match[0] if match and match[0] in _RESERVED else ""

    def expect(self, word: str) -> None:
        """Move over a reserved word.

        Raises:
            ShellSyntaxError: Something else comes next.
        """
        self._reader.skip_lines()
        if self.reserved() != word or not self._reader.take(word):
            raise self.unexpected(word)

    def words_in_line(self) -> tuple[Word, ...]:
        """Read words, and the line feed or semicolon after them."""
        reader = self._reader
        words = []
        reader.skip_blanks()
        while (word := self._words.word()) is not None:
            words.append(word)
            reader.skip_blanks()
        if not (reader.take(";") or reader.take("\n")):
            raise self.unexpected()
        return tuple(words)

    def patterns(self) -> tuple[Word, ...]:
        """Read the patterns of one arm of `case`, and the parenthesis after them."""
        reader = self._reader
        patterns = []
        while True:
            reader.skip_blanks()
            pattern = self._words.word()
            if pattern is None:
                raise self.unexpected(")")
            patterns.append(pattern)
            reader.skip_blanks()
            if reader.take(")"):
                return tuple(patterns)
            if not reader.take("|"):
                raise self.unexpected(")")

    def redirections(self) -> tuple[Redirection, ...]:
        """Read any number of redirections."""
        found: list[Redirection] = []
        while True:
            self._reader.skip_blanks()
            redirection = self.redirection()
            if redirection is None:
                return tuple(found)
            found.append(redirection)

    def redirection(self) -> Redirection | None:
        """Read a redirection; None if there is none at this position."""
        reader = self._reader
        match = _REDIRECTION.match(reader.text, reader.position)
        if match is None:
            return None
        number, operator = match.groups()
        if operator == "<<":
            raise NotSimulated("here-documents (<<) are")
        if operator == "<>":
            raise NotSimulated("files opened for reading and writing (<>) are")
        reader.position = match.end()
        reader.skip_blanks()
        target = self._words.word()
        if target is None:
            raise self.unexpected()
        stream = int(number) if number else _STANDARD[operator[0]]
        return Redirection(stream, operator.rstrip("|"), target)
