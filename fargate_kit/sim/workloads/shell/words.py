"""Parsing of words: quotes, backslashes and everything that begins with a dollar sign."""

from __future__ import annotations

import re
from collections.abc import Callable

from fargate_kit.sim.workloads.shell.errors import ShellSyntaxError
from fargate_kit.sim.workloads.shell.reader import META, Reader
from fargate_kit.sim.workloads.shell.tree import (
    Arithmetic,
    Parameter,
    Part,
    Sequence,
    Substitution,
    Text,
    Word,
)

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL = "?$#@*!-"
_OPERATOR = re.compile(r":[-=+?]|[-=+?]|%%?|##?")

_QUOTE = frozenset('"')
_BRACE = frozenset("}")
_ARITHMETIC = frozenset('()"')

_UNTERMINATED = "syntax error: unterminated quoted string"
_BAD_SUBSTITUTION = "syntax error: bad substitution"
_MISSING_BRACE = "syntax error: missing '}'"

ParseList = Callable[[], Sequence]
ParseText = Callable[[str, int], Sequence]


class Words:
    """Reads the words of a script.

    Args:
        reader: Where they are read.
        parse_list: Parses the commands up to the `)` that ends a substitution.
        parse_text: Parses the text between backquotes.
    """

    def __init__(self, reader: Reader, parse_list: ParseList, parse_text: ParseText) -> None:
        self._reader = reader
        self._parse_list = parse_list
        self._parse_text = parse_text
        self._no_arithmetic: set[int] = set()

    def word(self) -> Word | None:
        """Read a word; None if there is none at this position."""
        parts = self._parts(META)
        return Word(tuple(parts)) if parts else None

    def _parts(self, end: frozenset[str]) -> list[Part]:
        reader = self._reader
        parts: list[Part] = []
        plain = ""
        while (character := reader.peek()) and character not in end:
            if character not in "\\'\"$`":
                plain += reader.next()
                continue
            if plain:
                parts.append(Text(plain))
                plain = ""
            parts += self._special_part(character)
        if plain:
            parts.append(Text(plain))
        return parts

    def _special_part(self, character: str) -> list[Part]:
        reader = self._reader
        if character == "\\":
            reader.next()
            if reader.take("\n"):
                return []
            return [Text(reader.next() or "\\", quoted=True)]
        if character == "'":
            return [Text(self._single_quoted(), quoted=True)]
        if character == '"':
            reader.next()
            return self._double_quoted()
        if character == "`":
            return [self._backquoted(False)]
        return [self._dollar(False)]

    def _single_quoted(self) -> str:
        reader = self._reader
        reader.next()
        end = reader.text.find("'", reader.position)
        if end < 0:
            raise ShellSyntaxError(_UNTERMINATED)
        text = reader.text[reader.position : end]
        reader.position = end + 1
        return text

    def _double_quoted(self) -> list[Part]:
        parts = self._quoted_parts(_QUOTE)
        if not self._reader.take('"'):
            raise ShellSyntaxError(_UNTERMINATED)
        # An empty quoted text keeps the word from vanishing.
        return parts or [Text("", quoted=True)]

    def _quoted_parts(self, end: frozenset[str]) -> list[Part]:
        reader = self._reader
        parts: list[Part] = []
        plain = ""
        while (character := reader.peek()) and character not in end:
            if character == "\\":
                plain += self._escaped_in_quotes(end)
            elif character not in "$`":
                plain += reader.next()
            else:
                if plain:
                    parts.append(Text(plain, quoted=True))
                    plain = ""
                is_dollar = character == "$"
                parts.append(self._dollar(True) if is_dollar else self._backquoted(True))
        if plain:
            parts.append(Text(plain, quoted=True))
        return parts

    def _escaped_in_quotes(self, end: frozenset[str]) -> str:
        reader = self._reader
        reader.next()
        if reader.take("\n"):
            return ""
        if reader.peek() in {"$", "`", '"', "\\"} | (end & {"}"}):
            return reader.next()
        return "\\"

    def _backquoted(self, quoted: bool) -> Part:
        reader = self._reader
        reader.next()
        text = ""
        while (character := reader.next()) != "`":
            if not character:
                raise ShellSyntaxError("syntax error: EOF in backquote substitution")
            if character == "\\" and reader.peek() in ({*'$`\\"'} if quoted else {*"$`\\"}):
                character = reader.next()
            text += character
        reader.deeper()
        body = self._parse_text(text, reader.depth)
        reader.higher()
        return Substitution(body, quoted)

    def _dollar(self, quoted: bool) -> Part:
        reader = self._reader
        reader.next()
        if reader.looking_at("((") and (arithmetic := self._arithmetic(quoted)) is not None:
            return arithmetic
        if reader.take("("):
            reader.deeper()
            body = self._parse_list()
            reader.higher()
            return Substitution(body, quoted)
        if reader.take("{"):
            reader.deeper()
            part = self._braced(quoted)
            reader.higher()
            return part
        name = self._name(digits=1)
        return Parameter(name, quoted=quoted) if name else Text("$", quoted)

    def _name(self, digits: int) -> str:
        reader = self._reader
        match = NAME.match(reader.text, reader.position)
        if match is None:
            match = re.compile(rf"[0-9]{{1,{digits}}}").match(reader.text, reader.position)
        if match is not None:
            reader.position = match.end()
            return match[0]
        if reader.peek() and reader.peek() in _SPECIAL:
            return reader.next()
        return ""

    def _braced(self, quoted: bool) -> Part:
        reader = self._reader
        if reader.peek() == "#" and reader.peek(1) not in {"}", ""}:
            position = reader.position
            reader.next()
            name = self._name(digits=9)
            if name and reader.take("}"):
                return Parameter(name, "length", quoted=quoted)
            reader.position = position
        name = self._name(digits=9)
        if not name:
            raise ShellSyntaxError(_BAD_SUBSTITUTION if not reader.at_end else _MISSING_BRACE)
        if reader.take("}"):
            return Parameter(name, quoted=quoted)
        match = _OPERATOR.match(reader.text, reader.position)
        if match is None:
            raise ShellSyntaxError(_BAD_SUBSTITUTION if not reader.at_end else _MISSING_BRACE)
        reader.position = match.end()
        if quoted and match[0][0] not in "%#":
            parts = self._brace_word_in_quotes()
        else:
            parts = self._parts(_BRACE)
        if not reader.take("}"):
            raise ShellSyntaxError(_MISSING_BRACE)
        return Parameter(name, match[0], Word(tuple(parts)), quoted)

    def _brace_word_in_quotes(self) -> list[Part]:
        reader = self._reader
        parts = self._quoted_parts(_BRACE | _QUOTE)
        while reader.take('"'):
            parts += self._quoted_parts(_BRACE | _QUOTE)
        return parts

    def _arithmetic(self, quoted: bool) -> Part | None:
        reader = self._reader
        start = reader.position
        if start in self._no_arithmetic:
            return None
        reader.take("((")
        reader.deeper()
        parts: list[Part] = []
        open_parentheses = 0
        while True:
            parts += self._quoted_parts(_ARITHMETIC)
            character = reader.peek()
            if not character:
                raise ShellSyntaxError("syntax error: missing '))'")
            if character == ")" and not open_parentheses:
                break
            if character != '"':
                open_parentheses += 1 if character == "(" else -1
                parts.append(Text(character, quoted=True))
            reader.next()
        reader.higher()
        if reader.take("))"):
            return Arithmetic(Word(tuple(parts)), quoted)
        # A subshell inside a command substitution looks alike at first: `$((a); b)`.
        self._no_arithmetic.add(start)
        reader.position = start
        return None


def assignment(word: Word) -> tuple[str, Word] | None:
    """Take `name=value` apart; None if the word has another form."""
    first = word.parts[0] if word.parts else None
    if not isinstance(first, Text) or first.quoted:
        return None
    name, equals, value = first.text.partition("=")
    if not equals or not NAME.fullmatch(name):
        return None
    rest = (Text(value), *word.parts[1:]) if value else word.parts[1:]
    return name, Word(rest)
