"""Running a simple command: a builtin, a function, or a program of the image."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.behaviour import Step
from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.process import COMMAND_SECONDS, Running
from fargate_kit.sim.workloads.programs import UTILITIES
from fargate_kit.sim.workloads.shell.builtins import BUILTINS, DECLARING, SPECIAL
from fargate_kit.sim.workloads.shell.control import Leave, RedirectionFailed, Return
from fargate_kit.sim.workloads.shell.redirecting import redirect_all, redirected
from fargate_kit.sim.workloads.shell.tree import Command, Simple, Word
from fargate_kit.sim.workloads.shell.words import assignment

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.shell.interpreter import Interpreter

_LEVELS_OF_A_CALL = 2
_Values = list[tuple[str, str]]


def run_simple(shell: Interpreter, command: Simple) -> Running:
    """Expand the words of a command, and run it."""
    yield from shell.process.work(COMMAND_SECONDS)
    shell.expander.substitution_status = None
    words = yield from _expanded(shell, command.words)
    if words:
        status = yield from _call(shell, command, words)
    else:
        status = yield from redirected(
            shell, command.redirections, lambda: _assign(shell, command.assignments)
        )
    return shell.failing(status)


def _expanded(shell: Interpreter, words: tuple[Word, ...]) -> Generator[Step, None, list[str]]:
    if not words or words[0].plain() not in DECLARING:
        return (yield from shell.expander.fields(words))
    # An assignment after `export` is not split, as one before a command is not.
    fields: list[str] = []
    for word in words:
        declared = assignment(word)
        if declared is None:
            fields += yield from shell.expander.fields((word,))
        else:
            value = yield from shell.expander.text(declared[1])
            fields.append(f"{declared[0]}={value}")
    return fields


def _values(
    shell: Interpreter, assignments: tuple[tuple[str, Word], ...]
) -> Generator[Step, None, _Values]:
    values: _Values = []
    for name, word in assignments:
        value = yield from shell.expander.text(word)
        values.append((name, value))
    return values


def _assign(shell: Interpreter, assignments: tuple[tuple[str, Word], ...]) -> Running:
    for name, word in assignments:
        shell.state.variables[name] = yield from shell.expander.text(word)
    trace = " ".join(f"{name}={shell.state.variables[name]}" for name, _ in assignments)
    yield from _trace(shell, trace)
    return shell.expander.substitution_status or 0


def _trace(shell: Interpreter, text: str) -> Running:
    if "x" in shell.state.options and text:
        yield from shell.process.complain(f"+ {text}")
    return 0


def _call(shell: Interpreter, command: Simple, words: list[str]) -> Running:
    values = yield from _values(shell, command.assignments)
    yield from _trace(shell, " ".join([*(f"{name}={value}" for name, value in values), *words]))
    name = words[0]
    if name in SPECIAL:
        for variable, value in values:
            shell.state.variables[variable] = value
    if name == "exec":
        return (yield from _exec(shell, command, words))
    return (
        yield from redirected(
            shell, command.redirections, lambda: _able_to_write(shell, command, words, values)
        )
    )


def _exec(shell: Interpreter, command: Simple, words: list[str]) -> Running:
    shell.process.streams = dict(shell.process.streams)
    try:
        yield from redirect_all(shell, command.redirections)
    except RedirectionFailed as failed:
        raise Leave((yield from shell.complain(str(failed)))) from None
    try:
        return (yield from BUILTINS["exec"](shell, words))
    except OSError as error:
        raise Leave((yield from shell.complain(f"{words[1]}: write error: {error}"))) from None


def _able_to_write(
    shell: Interpreter, command: Simple, words: list[str], values: _Values
) -> Running:
    try:
        return (yield from _run(shell, command, words, values))
    except OSError as error:
        return (yield from shell.complain(f"{words[0]}: write error: {error}"))


def _run(shell: Interpreter, command: Simple, words: list[str], values: _Values) -> Running:
    name = words[0]
    if name in SPECIAL:
        return (yield from BUILTINS[name](shell, words))
    body = shell.state.functions.get(name)
    if body is not None:
        return (yield from _with_variables(shell, values, _call_function(shell, body, words)))
    if name in BUILTINS:
        return (yield from _with_variables(shell, values, BUILTINS[name](shell, words)))
    return (yield from run_program(shell, words, dict(values), last=command is shell.last_command))


def _with_variables(shell: Interpreter, values: _Values, running: Running) -> Running:
    state = shell.state
    before = {name: state.variables.get(name) for name, _ in values}
    added = [name for name, _ in values if name not in state.exported]
    for name, value in values:
        state.variables[name] = value
        state.exported[name] = None
    try:
        return (yield from running)
    finally:
        restore(shell, before)
        for name in added:
            state.exported.pop(name, None)


def restore(shell: Interpreter, before: dict[str, str | None]) -> None:
    """Give variables the values they had before; None for no value."""
    for name, value in before.items():
        shell.state.variables.read_only.pop(name, None)
        if value is None:
            shell.state.variables.forget(name)
        else:
            shell.state.variables[name] = value


def _call_function(shell: Interpreter, body: Command, words: list[str]) -> Running:
    state = shell.state
    positional, loops = state.positional, shell.loops
    shell.process.depth += _LEVELS_OF_A_CALL
    state.positional, shell.loops = words[1:], 0
    shell.calls.append({})
    try:
        return (yield from shell.execute(body))
    except Return as returned:
        return returned.status
    finally:
        shell.process.depth -= _LEVELS_OF_A_CALL
        restore(shell, shell.calls.pop())
        state.positional, shell.loops = positional, loops


def run_program(
    shell: Interpreter, words: list[str], values: dict[str, str], *, last: bool = False
) -> Running:
    """Run a program of the image as a child of the shell.

    Args:
        shell: The shell.
        words: The program's name and its arguments.
        values: Variables for its environment alone.
        last: Whether it is the last command of the shell, whose place it may take.
    """
    process, name = shell.process, words[0]
    program = process.program(name)
    if program is None:
        return (yield from _missing(shell, name))
    environment = {**shell.state.environment(), **values}
    caught = any(shell.state.traps.values())
    if last and not caught and name not in UTILITIES:
        running = process.become(tuple(words), environment)
    else:
        child = replace(
            process,
            arguments=tuple(words),
            environment=environment,
            main=False,
            streams=dict(process.streams),
        )
        running = program(child)
    return (yield from running) if running is not None else 127


def _missing(shell: Interpreter, name: str) -> Running:
    process = shell.process
    if process.missing_is_fine:
        return 0
    if name in shell.flavour.not_simulated:
        return (yield from shell.complain(f"{name}: not simulated here", 127))
    is_file = "/" in name and process.launch.inside.files.exists(absolute(name, process.directory))
    if is_file:
        return (yield from shell.complain(f"{name}: Permission denied", 126))
    return (yield from shell.complain(f"{name}: {shell.flavour.not_found}", 127))
