"""Where the output of a process goes, and where its input comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fargate_kit.sim.workloads.behaviour import Say
from fargate_kit.sim.workloads.files import NoSpaceLeft
from fargate_kit.sim.workloads.inside import Inside

LONGEST_LINE = 16_384
"""After so many characters a line is written without waiting for its line feed, as Docker does."""

LONGEST_CAPTURE = 1 << 20
"""How much output one command substitution may take up."""


class Stream(Protocol):
    """Takes what a process writes."""

    def write(self, text: str) -> list[Say]:
        """Take some text; return the log lines which that has completed.

        Raises:
            NoSpaceLeft: There is no room for the text.
        """
        ...


@dataclass(frozen=True, slots=True)
class Console:
    """One of the container's own two streams, from which a line is logged when it is complete."""

    inside: Inside
    name: str

    def write(self, text: str) -> list[Say]:
        """Take some text; return the complete lines."""
        *lines, rest = (self.inside.lines.get(self.name, "") + text).split("\n")
        said = [Say(part, 0.0, self.name) for line in lines for part in _pieces(line)]
        while len(rest) >= LONGEST_LINE:
            said.append(Say(rest[:LONGEST_LINE], 0.0, self.name))
            rest = rest[LONGEST_LINE:]
        self.inside.lines[self.name] = rest
        return said


@dataclass(slots=True)
class Capture:
    """Keeps what is written."""

    text: str = ""

    def write(self, text: str) -> list[Say]:
        """Keep some text."""
        if len(self.text) + len(text) > LONGEST_CAPTURE:
            raise NoSpaceLeft
        self.text += text
        return []


@dataclass(frozen=True, slots=True)
class Nothing:
    """Forgets what is written, as `/dev/null` does."""

    def write(self, text: str) -> list[Say]:
        """Forget some text."""
        return []


@dataclass(frozen=True, slots=True)
class File:
    """Appends to a file of the container."""

    inside: Inside
    path: str

    def write(self, text: str) -> list[Say]:
        """Append some text to the file."""
        self.inside.files.write(self.path, text, append=True)
        return []


@dataclass(slots=True)
class Source:
    """What a process can read."""

    text: str = ""
    position: int = 0

    def line(self) -> str | None:
        """Read one line with its line feed; None at the end."""
        if self.position >= len(self.text):
            return None
        end = self.text.find("\n", self.position) + 1 or len(self.text)
        line = self.text[self.position : end]
        self.position = end
        return line

    def rest(self) -> str:
        """Read all that has not been read yet."""
        rest = self.text[self.position :]
        self.position = len(self.text)
        return rest


def _pieces(line: str) -> list[str]:
    return [line[at : at + LONGEST_LINE] for at in range(0, len(line), LONGEST_LINE)] or [""]
