"""The shells as programs: `sh -c script`, `bash -ec script`, `sh file`."""

from __future__ import annotations

from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.process import Process, Program, Running
from fargate_kit.sim.workloads.shell.flavour import Flavour
from fargate_kit.sim.workloads.shell.interpreter import DEEPEST, Interpreter
from fargate_kit.sim.workloads.shell.state import State, Variables
from fargate_kit.sim.workloads.shell.variables import take_options

_LEVELS_OF_A_SHELL = 5
_IGNORED = frozenset({"-l", "-i", "--login", "--posix", "--norc", "--noprofile"})
_SH = Flavour(name="sh", not_found="not found")
_BASH = Flavour(
    name="bash",
    not_found="command not found",
    becomes_last=True,
    not_simulated=frozenset({"[[", "declare", "function", "let", "source", "typeset"}),
)


def _shell(flavour: Flavour) -> Program:
    def run(process: Process) -> Running:
        """Run a script."""
        try:
            script, words, options = _understood(process)
        except ValueError as wrong:
            return (yield from process.complain(f"{flavour.name}: {wrong}", 2))
        process.depth += _LEVELS_OF_A_SHELL
        if process.depth > DEEPEST:
            return (yield from process.complain(f"{flavour.name}: nested too deeply", 2))
        variables = Variables({**process.environment, "PWD": process.directory}, {})
        state = State(
            name=words[0] if words else flavour.name,
            pid=process.pid,
            variables=variables,
            exported=dict.fromkeys([*process.environment, "PWD"]),
            positional=words[1:],
            options=options,
        )
        interpreter = Interpreter(process, state, flavour)
        return (yield from interpreter.run(script))

    return run


def _understood(process: Process) -> tuple[str, list[str], dict[str, None]]:
    """Give the script, `$0` with the positional parameters, and the options."""
    words = list(process.arguments[1:])
    options: dict[str, None] = {}
    given = False
    while words and words[0][:1] in {"-", "+"} and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        if word in _IGNORED:
            continue
        if word.startswith("-") and "c" in word:
            given = True
            word = word.replace("c", "", 1)
        if word.endswith("o") and words:
            take_options([word, words.pop(0)], options)
        elif len(word) > 1:
            take_options([word], options)
    if given and not words:
        raise ValueError("-c requires an argument")
    if given:
        return words[0], words[1:], options
    if not words:
        return process.source.rest(), [], options
    text = process.launch.inside.files.read(absolute(words[0], process.directory))
    if text is None:
        raise ValueError(f"can't open '{words[0]}': No such file or directory")
    return text, words, options


SH = _shell(_SH)
BASH = _shell(_BASH)
