"""Small programs that tell about the container or count: `hostname`, `env`, `seq` and others."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from fargate_kit.sim.workloads.process import COMMAND_SECONDS, Process, Running

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[-+]?(\d{1,18}(\.\d{0,9})?|\.\d{1,9})", re.ASCII)


def succeed(process: Process) -> Running:
    """Do nothing, successfully."""
    yield from ()
    return 0


def fail(process: Process) -> Running:
    """Do nothing, unsuccessfully."""
    yield from ()
    return 1


def hostname(process: Process) -> Running:
    """Write the host's name, with `-i` its address."""
    launch = process.launch
    options = process.arguments[1:]
    if options and options[0] not in {"-i", "-s", "-f", "-I"}:
        return (yield from process.complain("hostname: the name cannot be changed"))
    by_address = bool(options) and options[0] in {"-i", "-I"}
    text = launch.private_address if by_address else launch.hostname
    yield from process.write(f"{text}\n")
    return 0


def pwd(process: Process) -> Running:
    """Write the current directory."""
    yield from process.write(f"{process.directory}\n")
    return 0


def whoami(process: Process) -> Running:
    """Write the user's name."""
    yield from process.write("root\n")
    return 0


def identity(process: Process) -> Running:
    """Write the user's and the group's number."""
    option = process.arguments[1] if len(process.arguments) > 1 else ""
    texts = {"": "uid=0(root) gid=0(root) groups=0(root)", "-u": "0", "-g": "0", "-un": "root"}
    if option not in texts:
        return (yield from process.complain(f"id: {option}: this option is not simulated"))
    yield from process.write(f"{texts[option]}\n")
    return 0


def uname(process: Process) -> Running:
    """Write the name of the system, its node or its machine."""
    parts = {"s": "Linux", "n": process.launch.hostname, "m": "x86_64"}
    letters = "".join(word.lstrip("-") for word in process.arguments[1:]) or "s"
    letters = "snm" if "a" in letters else letters
    if not set(letters) <= set(parts):
        return (yield from process.complain(f"uname: -{letters}: this option is not simulated"))
    shown = " ".join(text for letter, text in parts.items() if letter in letters)
    yield from process.write(f"{shown}\n")
    return 0


def printenv(process: Process) -> Running:
    """Write the environment, or the values of the variables named."""
    names = process.arguments[1:]
    if not names:
        return (yield from _list(process))
    found = [process.environment[name] for name in names if name in process.environment]
    for value in found:
        yield from process.write(f"{value}\n")
    return 0 if len(found) == len(names) else 1


def env(process: Process) -> Running:
    """Write the environment, or run a program in a changed one."""
    words = list(process.arguments[1:])
    environment = dict(process.environment)
    if words[:1] in (["-i"], ["-"]):
        del words[0]
        environment = {}
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    if not words:
        return (yield from _list(replace(process, environment=environment)))
    running = process.become(tuple(words), environment)
    if running is None:
        return (yield from process.complain(f"env: {words[0]}: No such file or directory", 127))
    return (yield from running)


def _list(process: Process) -> Running:
    for name, value in process.environment.items():
        yield from process.write(f"{name}={value}\n")
    return 0


def seq(process: Process) -> Running:
    """Write numbers from the first to the last, one in each line."""
    words = list(process.arguments[1:])
    separator = "\n"
    if words[:1] == ["-s"] and len(words) > 1:
        separator = words[1]
        del words[:2]
    for word in words:
        if not _NUMBER.fullmatch(word):
            return (yield from process.complain(f"seq: invalid number '{word}'"))
    if not 1 <= len(words) <= 3:
        return (yield from process.complain("seq: one, two or three numbers are needed"))
    numbers = [Decimal(word) for word in words]
    first, step, last = {
        1: lambda: (Decimal(1), Decimal(1), numbers[0]),
        2: lambda: (numbers[0], Decimal(1), numbers[1]),
        3: lambda: (numbers[0], numbers[1], numbers[2]),
    }[len(numbers)]()
    if not step:
        return (yield from process.complain("seq: the step is not 0"))
    digits = max(_decimals(first), _decimals(step))
    written = False
    while first <= last if step > 0 else first >= last:
        yield from process.write(f"{separator if written else ''}{first:.{digits}f}")
        yield from process.work(COMMAND_SECONDS)
        written = True
        first += step
    if written:
        yield from process.write("\n")
    return 0


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
