"""The commands that are part of the shell itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.process import Running
from fargate_kit.sim.workloads.shell.control import Gone, Leave, Loop, Return
from fargate_kit.sim.workloads.shell.signals import kill, trap
from fargate_kit.sim.workloads.shell.variables import export, local, read, readonly, set_, unset

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.shell.interpreter import Interpreter

_LIKE_BUILTINS = frozenset({"[", "echo", "false", "printf", "pwd", "test", "true"})

Builtin = Callable[["Interpreter", list[str]], Running]


def _nothing(shell: Interpreter, words: list[str]) -> Running:
    yield from ()
    return 0


def _number(shell: Interpreter, words: list[str], otherwise: int) -> int | str:
    """Read the one number that `exit` and its like take; a text is a complaint."""
    if len(words) < 2:
        return otherwise
    if not (words[1].isascii() and words[1].isdigit() and len(words[1]) < 10):
        return f"{words[0]}: Illegal number: {words[1]}"
    return int(words[1])


def _misused(shell: Interpreter, complaint: str) -> Running:
    """Complain about a special builtin; a shell that is not interactive then ends."""
    raise Leave((yield from shell.complain(complaint, 2)))


def _exit(shell: Interpreter, words: list[str]) -> Running:
    status = _number(shell, words, shell.state.status)
    if isinstance(status, str):
        return (yield from _misused(shell, status))
    raise Leave(status & 0xFF)


def _return(shell: Interpreter, words: list[str]) -> Running:
    status = _number(shell, words, shell.state.status)
    if isinstance(status, str):
        return (yield from _misused(shell, status))
    raise Return(status & 0xFF) if shell.calls else Leave(status & 0xFF)


def _leave_loop(shell: Interpreter, words: list[str]) -> Running:
    levels = _number(shell, words, 1)
    if isinstance(levels, str) or levels == 0:
        return (yield from _misused(shell, f"{words[0]}: Illegal number: {words[1]}"))
    if not shell.loops:
        return 0
    raise Loop(min(levels, shell.loops), again=words[0] == "continue")


def _shift(shell: Interpreter, words: list[str]) -> Running:
    count = _number(shell, words, 1)
    if isinstance(count, str):
        return (yield from _misused(shell, count))
    if count > len(shell.state.positional):
        return (yield from _misused(shell, "shift: can't shift that many"))
    shell.state.positional = shell.state.positional[count:]
    return 0


def _eval(shell: Interpreter, words: list[str]) -> Running:
    return (yield from shell.script(" ".join(words[1:])))


def _source(shell: Interpreter, words: list[str]) -> Running:
    name = words[1] if len(words) > 1 else ""
    text = shell.process.launch.inside.files.read(absolute(name, shell.process.directory))
    if text is None:
        return (yield from _misused(shell, f".: can't open '{name}': No such file or directory"))
    shell.calls.append({})
    try:
        return (yield from shell.script(text))
    except Return as returned:
        return returned.status
    finally:
        shell.calls.pop()


def _exec(shell: Interpreter, words: list[str]) -> Running:
    if len(words) < 2:
        return 0
    process, state = shell.process, shell.state
    ignored = {signal for signal, action in state.traps.items() if not action}
    running = process.become(tuple(words[1:]), state.environment(), ignored=frozenset(ignored))
    if running is None:
        if process.missing_is_fine:
            raise Leave(0)
        missing = f"exec: {words[1]}: {shell.flavour.not_found}"
        raise Leave((yield from shell.complain(missing, 127)))
    raise Gone((yield from running), killed=False)


def _cd(shell: Interpreter, words: list[str]) -> Running:
    process, variables = shell.process, shell.state.variables
    name = words[1] if len(words) > 1 else variables.get("HOME", "/root")
    if name == "-":
        name = variables.get("OLDPWD", process.directory)
    path = absolute(name, process.directory)
    if not process.launch.inside.files.is_directory(path):
        return (yield from shell.complain(f"cd: can't cd to {name}: No such file or directory"))
    variables["OLDPWD"], variables["PWD"] = process.directory, path
    process.directory = path
    return 0


def _command(shell: Interpreter, words: list[str]) -> Running:
    if len(words) > 1 and words[1] in {"-v", "-V"}:
        return (yield from _find(shell, words[2:]))
    if len(words) < 2:
        return 0
    name = words[1]
    if name in BUILTINS:
        return (yield from BUILTINS[name](shell, words[1:]))
    return (yield from shell.run_program(words[1:]))


def _find(shell: Interpreter, names: list[str]) -> Running:
    status = 0 if names else 127
    for name in names:
        if name in BUILTINS or name in _LIKE_BUILTINS or name in shell.state.functions:
            yield from shell.process.write(f"{name}\n")
        elif shell.process.program(name) is not None:
            path = name if "/" in name else f"/usr/bin/{name}"
            yield from shell.process.write(f"{path}\n")
        else:
            status = 127
    return status


def _umask(shell: Interpreter, words: list[str]) -> Running:
    if len(words) == 1:
        yield from shell.process.write("0022\n")
    return 0


BUILTINS: Mapping[str, Builtin] = {
    ".": _source,
    ":": _nothing,
    "break": _leave_loop,
    "cd": _cd,
    "command": _command,
    "continue": _leave_loop,
    "eval": _eval,
    "exec": _exec,
    "exit": _exit,
    "export": export,
    "kill": kill,
    "local": local,
    "read": read,
    "readonly": readonly,
    "return": _return,
    "set": set_,
    "shift": _shift,
    "trap": trap,
    "umask": _umask,
    "unset": unset,
    "wait": _nothing,
}
"""By name. Others, such as `echo`, are programs here; nobody can tell."""

_SPECIAL = ". : break continue eval exec exit export readonly return set shift trap unset"
SPECIAL = frozenset(_SPECIAL.split())
"""The special builtins of POSIX: found before functions, and assignments before them stay."""

DECLARING = frozenset({"export", "local", "readonly"})
"""Those that take assignments as their arguments."""
