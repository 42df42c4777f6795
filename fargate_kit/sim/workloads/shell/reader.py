"""The characters of a script, with what is skipped between its words."""

from __future__ import annotations

from fargate_kit.sim.workloads.shell.errors import ShellSyntaxError

META = frozenset(" \t\n;&|<>()")
_DEEPEST = 40


class Reader:
    """A position in the text of a script.

    Args:
        text: The script.
        depth: How many levels of nesting stand around the text already.
    """

    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.position = 0
        self.depth = depth

    @property
    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.position >= len(self.text)

    def peek(self, ahead: int = 0) -> str:
        """Give a character without moving; empty at the end."""
        position = self.position + ahead
        return self.text[position] if position < len(self.text) else ""

    def looking_at(self, text: str) -> bool:
        """Tell whether this text comes next."""
        return self.text.startswith(text, self.position)

    def take(self, text: str) -> bool:
        """Move over this text if it comes next."""
        if not self.looking_at(text):
            return False
        self.position += len(text)
        return True

    def next(self) -> str:
        """Move over one character and give it; empty at the end."""
        character = self.peek()
        self.position += len(character)
        return character

    def skip_blanks(self) -> None:
        """Move over blanks, continued lines and a comment, up to a line feed at most."""
        while True:
            if self.peek() in {" ", "\t"} or self.looking_at("\\\n"):
                self.position += 2 if self.peek() == "\\" else 1
            elif self.peek() == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            else:
                return

    def skip_lines(self) -> None:
        """Move over blanks, comments and line feeds."""
        self.skip_blanks()
        while self.take("\n"):
            self.skip_blanks()

    def deeper(self) -> None:
        """Count one level of nesting.

        Raises:
            ShellSyntaxError: There are more of them than this shell can follow.
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ShellSyntaxError("syntax error: nested too deeply")

    def higher(self) -> None:
        """Count one level of nesting less."""
        self.depth -= 1
