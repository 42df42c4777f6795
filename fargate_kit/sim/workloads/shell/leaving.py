"""Whether the commands of a loop contain one that may end it."""

from __future__ import annotations

from collections.abc import Iterator

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
    Sequence,
    Simple,
    While,
)

_HARMLESS = (
    ": [ cat cd curl date echo env export false hostname id local mkdir printenv printf pwd read "
    "readonly rm seq shift sleep tail test touch trap true umask uname unset wait wget whoami"
)
_STAYING = frozenset(_HARMLESS.split())


def may_leave(command: Command) -> bool:
    """Tell whether something in a command can end the loop or the shell around it.

    Whatever is not known to stay may leave: functions, and words known only at run time.
    """
    if isinstance(command, Simple):
        return bool(command.words) and command.words[0].plain() not in _STAYING
    return any(may_leave(part) for part in _parts(command))


def _parts(command: Command) -> Iterator[Command]:
    match command:
        case Inverted(inner) | Redirected(inner, _):
            yield inner
        case AndOr(commands):
            yield from (inner for _, inner in commands)
        case Sequence(commands):
            yield from commands
        case If(branches, otherwise):
            for condition, body in branches:
                yield from (condition, body)
            if otherwise is not None:
                yield otherwise
        case For(_, _, body) | Group(body):
            yield body
        case While(condition, body):
            yield from (condition, body)
        case Case(_, arms):
            yield from (body for _, body in arms)
        case Simple() | Function():
            return
