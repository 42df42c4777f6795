"""`trap` and `kill`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.process import SIGNALS, Running

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.shell.interpreter import Interpreter

_BY_NUMBER = {str(number): name for name, number in SIGNALS.items()}
_FIRST_PROCESS = "1"


def signal_name(word: str) -> str | None:
    """Give the name of a signal that is spelled `TERM`, `SIGTERM` or `15`; None for none."""
    name = _BY_NUMBER.get(word) or word.upper().removeprefix("SIG")
    return name if name in SIGNALS else None


def _condition(word: str) -> str | None:
    return "EXIT" if word in {"0", "EXIT", "exit"} else signal_name(word)


def trap(shell: Interpreter, words: list[str]) -> Running:
    """Set, reset or list what happens when a signal arrives, or at the end."""
    rest = words[1:]
    if rest[:1] == ["--"]:
        del rest[0]
    traps = shell.state.traps
    if not rest:
        for name, action in traps.items():
            quoted = action.replace("'", "'\\''")
            yield from shell.process.write(f"trap -- '{quoted}' {name}\n")
        return 0
    resets = rest[0] == "-" or (_condition(rest[0]) is not None and rest[0].isdecimal())
    action = "" if resets else rest[0]
    names = rest[1:] if rest[0] == "-" or not resets else rest
    status = 0
    for word in names:
        condition = _condition(word)
        if condition is None:
            status = yield from shell.complain(f"trap: {word}: invalid signal specification")
        elif resets:
            traps.pop(condition, None)
        else:
            traps[condition] = action
    return status


def kill(shell: Interpreter, words: list[str]) -> Running:
    """Send a signal to this shell; other processes cannot be reached here."""
    rest = words[1:]
    signal: str | None = "TERM"
    if rest[:1] == ["-s"] and len(rest) > 1:
        signal = rest[1] if rest[1] == "0" else signal_name(rest[1])
        del rest[:2]
    elif rest and rest[0].startswith("-") and rest[0] != "--":
        spelled = rest.pop(0)[1:]
        signal = spelled if spelled == "0" else signal_name(spelled)
    if rest[:1] == ["--"]:
        del rest[0]
    if signal is None:
        return (yield from shell.complain("kill: bad signal name"))
    if not rest:
        return (yield from shell.complain("kill: you need to specify whom to kill"))
    status = 0
    for word in rest:
        if word == str(shell.state.pid):
            if signal != "0":
                shell.signal_itself(signal)
        elif word == _FIRST_PROCESS:
            if signal != "0":
                text = "kill: signals to other processes are not simulated here"
                status = yield from shell.complain(text)
        else:
            status = yield from shell.complain(f"kill: can't kill pid {word}: No such process")
    return status
