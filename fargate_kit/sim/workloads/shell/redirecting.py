"""Redirections: which streams a command gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from fargate_kit.sim.workloads.behaviour import Step
from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.process import Process, Running
from fargate_kit.sim.workloads.shell.control import RedirectionFailed
from fargate_kit.sim.workloads.shell.tree import Redirection
from fargate_kit.sim.workloads.streams import Console, File, Nothing, Source, Stream

if TYPE_CHECKING:
    from fargate_kit.sim.workloads.shell.interpreter import Interpreter

_OF_PROCESS = re.compile(r"/dev/(?:fd/([12])|std(out|err))|/proc/self/fd/([12])")
_OF_MAIN_PROCESS = re.compile(r"/proc/1/fd/([12])")


def redirected(
    shell: Interpreter, redirections: tuple[Redirection, ...], run: Callable[[], Running]
) -> Running:
    """Run something with other streams."""
    if not redirections:
        return (yield from run())
    process = shell.process
    streams, source = process.streams, process.source
    process.streams = dict(streams)
    try:
        yield from redirect_all(shell, redirections)
    except RedirectionFailed as failed:
        process.streams, process.source = streams, source
        status = yield from shell.complain(str(failed))
        return shell.failing(status)
    try:
        return (yield from run())
    finally:
        process.streams, process.source = streams, source


def redirect_all(shell: Interpreter, redirections: tuple[Redirection, ...]) -> Iterator[Step]:
    """Change the streams of a shell.

    Raises:
        RedirectionFailed: There is no such file or stream.
    """
    for redirection in redirections:
        target = yield from shell.expander.text(redirection.target)
        redirect(shell.process, redirection.number, redirection.operator, target)


def redirect(process: Process, number: int, operator: str, target: str) -> None:
    """Change one of the streams of a process.

    Args:
        process: Whose streams are changed.
        number: Which stream.
        operator: As in `Redirection`.
        target: The expanded target.

    Raises:
        RedirectionFailed: There is no such file or stream.
    """
    if operator.endswith("&"):
        _duplicate(process, number, operator, target)
    elif operator == "<":
        if number:
            raise RedirectionFailed(f"{number}<: only the standard input is simulated")
        process.source = _source(process, target)
    else:
        process.streams[number] = _output(process, target, append=operator == ">>")


def _duplicate(process: Process, number: int, operator: str, target: str) -> None:
    if target == "-" and operator == "<&":
        process.source = Source()
    elif target == "-":
        process.streams.pop(number, None)
    elif operator == "<&" and target == "0":
        return
    elif operator == ">&" and target.isdecimal() and int(target[:4]) in process.streams:
        process.streams[number] = process.streams[int(target[:4])]
    else:
        raise RedirectionFailed(f"{target}: bad file descriptor")


def _source(process: Process, name: str) -> Source:
    if name == "/dev/null":
        return Source()
    text = process.launch.inside.files.read(absolute(name, process.directory))
    if text is None:
        raise RedirectionFailed(f"can't open {name}: no such file")
    return Source(text)


def _output(process: Process, name: str, *, append: bool) -> Stream:
    inside = process.launch.inside
    path = absolute(name, process.directory)
    if path == "/dev/null":
        return Nothing()
    if match := _OF_PROCESS.fullmatch(path):
        number = 2 if "2" in match.groups() or "err" in match.groups() else 1
        return process.streams.get(number, Nothing())
    if match := _OF_MAIN_PROCESS.fullmatch(path):
        return Console(inside, "stdout" if match[1] == "1" else "stderr")
    if name == "" or inside.files.is_directory(path):
        raise RedirectionFailed(f"can't create {name}: is a directory")
    if not append or inside.files.read(path) is None:
        inside.files.write(path, "")
    return File(inside, path)
