"""`cat`, `touch`, `rm`, `mkdir` and `tail`, on the files of the container."""

from __future__ import annotations

from collections.abc import Iterator

from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.process import FOREVER, Process, Running


def _options(words: tuple[str, ...], known: str) -> tuple[set[str], list[str], str | None]:
    """Split words into one-letter options and operands; the third is an unknown option."""
    options: set[str] = set()
    operands = list(words)
    while operands and operands[0].startswith("-") and operands[0] != "-":
        word = operands.pop(0)
        if word == "--":
            break
        for letter in word[1:]:
            if letter not in known:
                return options, operands, word
            options.add(letter)
    return options, operands, None


def _lines(text: str) -> Iterator[str]:
    yield from text.splitlines(keepends=True)


def cat(process: Process) -> Running:
    """Write files one after the other; without names, the standard input."""
    status = 0
    for name in process.arguments[1:] or ("-",):
        text = _read(process, name)
        if text is None:
            status = yield from process.complain(f"cat: {name}: {_trouble(process, name)}")
        elif text:
            yield from process.write(text)
    return status


def _read(process: Process, name: str) -> str | None:
    if name == "-":
        return process.source.rest()
    if name == "/dev/null":
        return ""
    return process.launch.inside.files.read(absolute(name, process.directory))


def _trouble(process: Process, name: str) -> str:
    path = absolute(name, process.directory)
    if process.launch.inside.files.is_directory(path):
        return "Is a directory"
    return "No such file or directory"


def touch(process: Process) -> Running:
    """Make files that are not there yet."""
    _, names, unknown = _options(process.arguments[1:], "acm")
    if unknown:
        return (yield from process.complain(f"touch: {unknown}: this option is not simulated"))
    if not names:
        return (yield from process.complain("touch: missing operand"))
    files = process.launch.inside.files
    for name in names:
        path = absolute(name, process.directory)
        if not files.exists(path):
            files.write(path, "")
    return 0


def rm(process: Process) -> Running:
    """Remove files, with `-r` directories as well."""
    options, names, unknown = _options(process.arguments[1:], "rRf")
    if unknown:
        return (yield from process.complain(f"rm: {unknown}: this option is not simulated"))
    if not names and "f" not in options:
        return (yield from process.complain("rm: missing operand"))
    status = 0
    files = process.launch.inside.files
    for name in names:
        path = absolute(name, process.directory)
        if files.remove(path, with_content=bool(options & {"r", "R"})):
            continue
        if files.is_directory(path) or "f" not in options:
            status = yield from process.complain(f"rm: {name}: {_trouble(process, name)}")
    return status


def mkdir(process: Process) -> Running:
    """Make directories, and those above them."""
    options, names, unknown = _options(process.arguments[1:], "p")
    if unknown:
        return (yield from process.complain(f"mkdir: {unknown}: this option is not simulated"))
    if not names:
        return (yield from process.complain("mkdir: missing operand"))
    status = 0
    files = process.launch.inside.files
    for name in names:
        path = absolute(name, process.directory)
        if files.exists(path) and not (options and files.is_directory(path)):
            status = yield from process.complain(f"mkdir: {name}: File exists")
        else:
            files.make_directory(path)
    return status


def tail(process: Process) -> Running:
    """Write the last lines of a file; with `-f` it never ends, and shows nothing more."""
    words = list(process.arguments[1:])
    follow, count, names = False, 10, []
    while words:
        word = words.pop(0)
        if word in {"-f", "-F"}:
            follow = True
        elif word == "-n" and words and words[0].isdecimal():
            count = int(words.pop(0)[:9])
        elif word.startswith("-") and word != "-":
            return (yield from process.complain(f"tail: {word}: this option is not simulated"))
        else:
            names.append(word)
    for name in names or ["-"]:
        text = _read(process, name)
        if text is None:
            return (yield from process.complain(f"tail: {name}: {_trouble(process, name)}"))
        last = "".join(list(_lines(text))[-count:]) if count else ""
        if last:
            yield from process.write(last)
    if follow:
        yield FOREVER
    return 0
