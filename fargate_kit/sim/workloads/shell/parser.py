"""Parsing of commands: from the text of a script to a tree, one line at a time."""

from __future__ import annotations

from fargate_kit.sim.workloads.shell.errors import NotSimulated, ShellSyntaxError
from fargate_kit.sim.workloads.shell.leaving import may_leave
from fargate_kit.sim.workloads.shell.reader import Reader
from fargate_kit.sim.workloads.shell.tokens import CLOSING, Tokens
from fargate_kit.sim.workloads.shell.tree import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Inverted,
    Redirected,
    Redirection,
    Sequence,
    Simple,
    While,
    Word,
)
from fargate_kit.sim.workloads.shell.words import NAME, Words, assignment


class Parser:
    """Parses a script line by line, so that lines before an error can run.

    Args:
        text: The script.
        depth: How many levels of nesting stand around the text already.
    """

    def __init__(self, text: str, depth: int = 0) -> None:
        self._reader = Reader(text, depth)
        self._words = Words(self._reader, self._substituted, parse)
        self._tokens = Tokens(self._reader, self._words)

    @property
    def at_end(self) -> bool:
        """Tell whether nothing but blank lines is left."""
        self._reader.skip_lines()
        return self._reader.at_end

    def next_line(self) -> Sequence | None:
        """Parse the commands up to the end of a line; None at the end of the script.

        Raises:
            ShellSyntaxError: The commands are not well-formed, or not simulated.
        """
        reader = self._reader
        reader.skip_lines()
        if reader.at_end:
            return None
        commands = [self._and_or()]
        while self._separator():
            reader.skip_blanks()
            if reader.at_end or reader.peek() == "\n":
                break
            commands.append(self._and_or())
        reader.skip_blanks()
        if not reader.at_end and not reader.take("\n"):
            raise self._tokens.unexpected()
        return Sequence(tuple(commands))

    def rest(self) -> Sequence:
        """Parse all lines that are left.

        Raises:
            ShellSyntaxError: The commands are not well-formed, or not simulated.
        """
        commands: list[Command] = []
        while (line := self.next_line()) is not None:
            commands += line.commands
        return Sequence(tuple(commands))

    def _separator(self) -> bool:
        reader = self._reader
        reader.skip_blanks()
        if reader.looking_at(";;"):
            return False
        if reader.peek() == "&" and not reader.looking_at("&&"):
            raise NotSimulated("background commands (&) are")
        return reader.take(";")

    def _list(self, *ends: str) -> Sequence:
        """Parse commands up to one of the words, which is not consumed."""
        reader = self._reader
        commands: list[Command] = []
        while True:
            reader.skip_lines()
            if (word := self._tokens.reserved()) in ends or self._at_sign(ends):
                break
            if word in CLOSING or reader.at_end:
                raise self._tokens.unexpected(ends[-1])
            commands.append(self._and_or())
            if self._separator():
                continue
            reader.skip_blanks()
            if reader.peek() != "\n" and not self._at_sign(ends):
                # `}` and the other closing words stand only where a command could begin.
                raise self._tokens.unexpected(ends[-1])
        if not commands and ends != (")",) and ";;" not in ends:
            raise self._tokens.unexpected()
        return Sequence(tuple(commands))

    def _at_sign(self, ends: tuple[str, ...]) -> bool:
        return any(end in {")", ";;"} and self._reader.looking_at(end) for end in ends)

    def _substituted(self) -> Sequence:
        body = self._list(")")
        self._reader.take(")")
        return body

    def _and_or(self) -> Command:
        reader = self._reader
        commands: list[tuple[str, Command]] = [("", self._inverted())]
        while True:
            reader.skip_blanks()
            if reader.take("&&"):
                operator = "&&"
            elif reader.take("||"):
                operator = "||"
            elif reader.peek() == "|":
                raise NotSimulated("pipes (|) are")
            else:
                break
            reader.skip_lines()
            commands.append((operator, self._inverted()))
        return commands[0][1] if len(commands) == 1 else AndOr(tuple(commands))

    def _inverted(self) -> Command:
        self._reader.skip_blanks()
        if self._tokens.reserved() == "!":
            self._reader.next()
            return Inverted(self._inverted_once())
        return self._command()

    def _inverted_once(self) -> Command:
        self._reader.skip_blanks()
        if self._tokens.reserved() == "!":
            raise self._tokens.unexpected()
        return self._command()

    def _command(self) -> Command:
        reader = self._reader
        reader.skip_blanks()
        reader.deeper()
        compound = self._compound()
        reader.higher()
        if compound is None:
            return self._simple()
        redirections = self._tokens.redirections()
        return Redirected(compound, redirections) if redirections else compound

    def _compound(self) -> Command | None:
        reader = self._reader
        if reader.peek() == "(":
            reader.next()
            return self._parenthesised()
        word = self._tokens.reserved()
        if not word:
            return None
        if word in CLOSING or word == "in":
            if word == "in":
                return None
            raise self._tokens.unexpected()
        reader.take(word)
        if word == "{":
            body = self._list("}")
            self._tokens.expect("}")
            return Group(body)
        if word == "if":
            return self._if()
        if word == "for":
            return self._for()
        if word == "case":
            return self._case()
        return self._while(until=word == "until")

    def _parenthesised(self) -> Command:
        reader = self._reader
        reader.skip_blanks()
        body = self._list(")")
        if not body.commands:
            raise self._tokens.unexpected()
        reader.take(")")
        return Group(body, subshell=True)

    def _if(self) -> If:
        branches = []
        while True:
            condition = self._list("then")
            self._tokens.expect("then")
            body = self._list("elif", "else", "fi")
            branches.append((condition, body))
            if self._tokens.reserved() != "elif":
                break
            self._reader.take("elif")
        otherwise = None
        if self._tokens.reserved() == "else":
            self._reader.take("else")
            otherwise = self._list("fi")
        self._tokens.expect("fi")
        return If(tuple(branches), otherwise)

    def _for(self) -> For:
        reader = self._reader
        reader.skip_blanks()
        word = self._words.word()
        name = word.plain() if word else None
        if name is None or not NAME.fullmatch(name):
            raise ShellSyntaxError("syntax error: bad for loop variable")
        reader.skip_lines()
        words: tuple[Word, ...] | None = None
        if self._tokens.reserved() == "in":
            reader.take("in")
            words = self._tokens.words_in_line()
        elif reader.take(";"):
            reader.skip_lines()
        return For(name, words, self._body())

    def _body(self) -> Sequence:
        self._tokens.expect("do")
        body = self._list("done")
        self._tokens.expect("done")
        return body

    def _while(self, *, until: bool) -> While:
        condition = self._list("do")
        body = self._body()
        words = [
            command.words[0].plain()
            for command in condition.commands
            if isinstance(command, Simple) and command.words
        ]
        always = words in ([["false"]] if until else [["true"], [":"]])
        return While(condition, body, until, endless=always and not may_leave(body))

    def _case(self) -> Case:
        reader = self._reader
        reader.skip_blanks()
        word = self._words.word()
        if word is None:
            raise self._tokens.unexpected()
        self._tokens.expect("in")
        arms = []
        reader.skip_lines()
        while self._tokens.reserved() != "esac":
            reader.take("(")
            arms.append((self._tokens.patterns(), self._list(";;", "esac")))
            if not reader.take(";;") and self._tokens.reserved() != "esac":
                raise self._tokens.unexpected("esac")
            reader.skip_lines()
        reader.take("esac")
        return Case(word, tuple(arms))

    def _simple(self) -> Command:
        reader = self._reader
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirections: list[Redirection] = []
        while True:
            reader.skip_blanks()
            if (redirection := self._tokens.redirection()) is not None:
                redirections.append(redirection)
                continue
            word = self._words.word()
            if word is None:
                break
            assigned = None if words else assignment(word)
            if assigned:
                assignments.append(assigned)
                continue
            words.append(word)
            reader.skip_blanks()
            if len(words) == 1 and not assignments and reader.peek() == "(":
                return self._function(word)
        if not (assignments or words or redirections):
            raise self._tokens.unexpected()
        if reader.peek() == "(":
            raise self._tokens.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirections))

    def _function(self, word: Word) -> Function:
        reader = self._reader
        name = word.plain()
        reader.next()
        reader.skip_blanks()
        if not reader.take(")"):
            raise self._tokens.unexpected(")")
        if name is None or not NAME.fullmatch(name):
            raise ShellSyntaxError("syntax error: bad function name")
        reader.skip_lines()
        return Function(name, self._command())


def parse(text: str, depth: int = 0) -> Sequence:
    """Parse a whole script.

    Args:
        text: The script.
        depth: How many levels of nesting stand around the text already.

    Raises:
        ShellSyntaxError: It is not well-formed, or not simulated.
    """
    return Parser(text, depth).rest()
