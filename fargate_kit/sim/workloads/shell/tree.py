"""What a parsed script consists of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves; quoted ones also in patterns and for splitting."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` or `${name…}`.

    Args:
        name: Of a variable, a number, or one of `? $ # @ * ! - 0`.
        operator: Such as `:-`, `%%`, or `#` in front of the name (`length`); empty for none.
        word: What follows the operator.
        quoted: Whether it stands in double quotes.
    """

    name: str
    operator: str = ""
    word: Word | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(…)` or backquotes."""

    body: Sequence
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((…))`."""

    word: Word
    quoted: bool = False


Part = Text | Parameter | Substitution | Arithmetic


@dataclass(frozen=True, slots=True)
class Word:
    """One word before its expansion."""

    parts: tuple[Part, ...]

    def plain(self) -> str | None:
        """Give the text of a word without quotes and expansions; None for any other."""
        if all(isinstance(part, Text) and not part.quoted for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Text))
        return None


@dataclass(frozen=True, slots=True)
class Redirection:
    """`2> file` and its like.

    Args:
        number: The stream that is redirected.
        operator: `>`, `>>`, `<`, `>&` or `<&`; `>|` is given as `>`.
        target: A file's name, a stream's number, or `-` for closed.
    """

    number: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments and a command with its arguments."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Inverted:
    """`! command`."""

    command: Command


@dataclass(frozen=True, slots=True)
class AndOr:
    """Commands joined by `&&` and `||`; the operator of the first one is empty."""

    commands: tuple[tuple[str, Command], ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Commands one after the other."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`if`: pairs of condition and body, then what `else` says."""

    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`; None stands for the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence


@dataclass(frozen=True, slots=True)
class While:
    """`while` and `until`.

    Args:
        condition: What is run before each turn.
        body: What is run in each turn.
        until: Whether it ends when the condition holds, not when it fails.
        endless: Whether it can be seen that it has no end of its own: the condition is
            `true` or `:`, and nothing in it leaves the loop.
    """

    condition: Sequence
    body: Sequence
    until: bool
    endless: bool


@dataclass(frozen=True, slots=True)
class Case:
    """`case`: arms of patterns and a body."""

    word: Word
    arms: tuple[tuple[tuple[Word, ...], Sequence], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ …; }`, or `( … )` as a shell of its own."""

    body: Sequence
    subshell: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """`name() command`."""

    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command with redirections."""

    command: Command
    redirections: tuple[Redirection, ...]


Command = (
    Simple | Inverted | AndOr | Sequence | If | For | While | Case | Group | Function | Redirected
)
