"""The loops of the shell, in which time always passes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.process import ITERATION_SECONDS, Running
from fargate_kit.sim.workloads.shell.control import Loop
from fargate_kit.sim.workloads.shell.tree import For, While

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.shell.interpreter import Interpreter


def for_loop(shell: Interpreter, command: For) -> Running:
    """Run the body for each word."""
    words = list(shell.state.positional)
    if command.words is not None:
        words = yield from shell.expander.fields(command.words)
    status = 0
    shell.loops += 1
    try:
        for word in words:
            yield from shell.process.work(ITERATION_SECONDS)
            shell.state.variables[command.name] = word
            try:
                status = yield from shell.execute(command.body)
            except Loop as loop:
                status = 0
                if not _goes_on(loop):
                    break
    finally:
        shell.loops -= 1
    return status


def while_loop(shell: Interpreter, command: While) -> Running:
    """Run the body as long as the condition says.

    The steps of a loop that has no end are background steps: nobody can wait for it.
    """
    loop = _while(shell, command)
    return _in_background(loop) if command.endless else loop


def _while(shell: Interpreter, command: While) -> Running:
    status = 0
    shell.loops += 1
    try:
        while True:
            yield from shell.process.work(ITERATION_SECONDS)
            try:
                condition = yield from shell.test(command.condition)
                if (condition == 0) == command.until:
                    return status
                status = yield from shell.execute(command.body)
            except Loop as loop:
                status = 0
                if not _goes_on(loop):
                    return status
    finally:
        shell.loops -= 1


def _goes_on(loop: Loop) -> bool:
    if loop.levels > 1:
        raise Loop(loop.levels - 1, again=loop.again) from None
    return loop.again


def _in_background(running: Running) -> Running:
    while True:
        try:
            step = next(running)
        except StopIteration as end:
            return int(end.value)
        yield step if step.background else replace(step, background=True)
