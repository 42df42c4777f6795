"""Running parsed commands, as steps on nominal time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fargate_kit.sim.workloads.behaviour import Step
from fargate_kit.sim.workloads.process import Process, Running, deadly_status, default_action
from fargate_kit.sim.workloads.shell.control import Gone, Leave, Return
from fargate_kit.sim.workloads.shell.errors import ExpansionError, ShellSyntaxError
from fargate_kit.sim.workloads.shell.expansion import Expander
from fargate_kit.sim.workloads.shell.flavour import Flavour
from fargate_kit.sim.workloads.shell.loops import for_loop, while_loop
from fargate_kit.sim.workloads.shell.parser import Parser
from fargate_kit.sim.workloads.shell.patterns import matches
from fargate_kit.sim.workloads.shell.redirecting import redirected
from fargate_kit.sim.workloads.shell.simple_command import run_program, run_simple
from fargate_kit.sim.workloads.shell.state import State
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
from fargate_kit.sim.workloads.streams import Capture, Stream

DEEPEST = 150
"""How deep commands may stand within each other while they run."""

LEVELS_OF_A_SCRIPT = 2
"""How many levels an `eval` or a trap counts for, beyond the commands in it."""

LEVELS_OF_A_SUBSHELL = 3
"""How many levels a subshell counts for, beyond the commands in it."""


class Interpreter:
    """One shell: it runs commands in a process.

    Args:
        process: Its arguments are not looked at any more; `state` has them.
        state: What the shell remembers.
        flavour: Which shell it is.
        parent: The shell that it is a subshell of.
    """

    def __init__(
        self,
        process: Process,
        state: State,
        flavour: Flavour,
        *,
        parent: Interpreter | None = None,
    ) -> None:
        self.process = process
        self.state = state
        self.flavour = flavour
        self.parent = parent
        self.loops = 0
        self.calls: list[dict[str, str | None]] = []
        self.last_command: Command | None = None
        self.expander = Expander(state, self._substitute)
        self._pending: list[str] = []
        self._tested = 0

    # Running a script

    def run(self, script: str) -> Running:
        """Run a script as the whole of this shell."""
        self.process.on_signal(self._receive)
        return (yield from self._to_the_end(self.script(script, last=self.flavour.becomes_last)))

    def script(self, text: str, *, last: bool = False) -> Running:
        """Run a script line by line in this shell.

        Args:
            text: The script.
            last: Whether its last command is the last one of the shell.

        Raises:
            ShellSyntaxError: A line is not well-formed; those before it have run.
        """
        parser = Parser(text)
        status = 0
        self.process.depth += LEVELS_OF_A_SCRIPT
        try:
            while (line := parser.next_line()) is not None:
                if last and parser.at_end:
                    self.last_command = _last_command(line)
                status = yield from self.execute(line)
            yield from self._take_signals()
        finally:
            self.process.depth -= LEVELS_OF_A_SCRIPT
        return status

    def _to_the_end(self, running: Running) -> Running:
        try:
            try:
                self.state.status = yield from running
            except (ShellSyntaxError, ExpansionError) as error:
                self.state.status = yield from self.complain(str(error), 2)
        except Gone as gone:
            if gone.killed and self.parent is not None:
                raise
            return gone.status
        except (Leave, Return) as ended:
            self.state.status = ended.status
        action = self.state.traps.pop("EXIT", "")
        if not action:
            return self.state.status
        return (yield from self._at_exit(action))

    def _at_exit(self, action: str) -> Running:
        status = self.state.status
        self.loops, self.calls = 0, []
        try:
            yield from self.script(action)
        except (ShellSyntaxError, ExpansionError) as error:
            return (yield from self.complain(str(error), 2))
        except (Leave, Gone) as ended:
            return ended.status
        return status

    def complain(self, text: str, status: int = 1) -> Running:
        """Write a message of the shell to the standard error, and return a status."""
        return self.process.complain(f"{self.flavour.name}: {text}", status)

    # Signals

    def _receive(self, signal: str) -> Iterator[Step] | None:
        action = self.state.traps.get(signal)
        if action is None:
            return default_action(self.process.launch, signal)
        running = self.process.launch.inside.running
        if not action or running is None:
            return None
        self._pending.append(signal)
        return running.resume()

    def signal_itself(self, signal: str) -> None:
        """Send a signal to this shell.

        Raises:
            Gone: It has killed the shell.
        """
        if self.parent is not None:
            self.parent.signal_itself(signal)
            return
        action = self.state.traps.get(signal)
        if action and signal != "KILL":
            self._pending.append(signal)
        elif action is None or signal == "KILL":
            # The kernel would spare a PID 1 even from its own SIGKILL. Here that one kills, so
            # that a script can show what becomes of a container that was killed.
            spared = self.process.main and not self.process.launch.init_process
            status = deadly_status(signal)
            if status is not None and (signal == "KILL" or not spared):
                raise Gone(status, killed=True)

    def _take_signals(self) -> Running:
        status = self.state.status
        while self._pending:
            yield from self.script(self.state.traps.get(self._pending.pop(0), ""))
            self.state.status = status
        return status

    # Commands

    def execute(self, command: Command) -> Running:
        """Run one command of any kind."""
        self.process.depth += 1
        try:
            if self.process.depth > DEEPEST:
                raise Leave((yield from self.complain("nested too deeply", 2)))
            status = yield from self._dispatch(command)
        finally:
            self.process.depth -= 1
        self.state.status = status
        if self._pending:
            yield from self._take_signals()
        return status

    def _dispatch(self, command: Command) -> Running:
        match command:
            case Simple():
                return run_simple(self, command)
            case Sequence(commands):
                return self._sequence(commands)
            case AndOr(commands):
                return self._and_or(commands)
            case Inverted(inner):
                return self._inverted(inner)
            case If():
                return self._if(command)
            case For():
                return for_loop(self, command)
            case While():
                return while_loop(self, command)
            case Case():
                return self._case(command)
            case Group(body, True):
                return self._subshell(body, dict(self.process.streams))
            case Group(body):
                return self._sequence(body.commands)
            case Redirected(inner, redirections):
                return redirected(self, redirections, lambda: self.execute(inner))
            case Function(name, body):
                self.state.functions[name] = body
                return _status(0)

    def _sequence(self, commands: tuple[Command, ...]) -> Running:
        status = 0
        for command in commands:
            status = yield from self.execute(command)
        return status

    def _and_or(self, commands: tuple[tuple[str, Command], ...]) -> Running:
        status = 0
        for position, (operator, command) in enumerate(commands):
            if operator and (operator == "&&") != (status == 0):
                continue
            is_last = position == len(commands) - 1
            status = yield from (self.execute(command) if is_last else self.test(command))
        return status

    def test(self, command: Command) -> Running:
        """Run a command whose failure does not end a shell with `set -e`."""
        self._tested += 1
        try:
            return (yield from self.execute(command))
        finally:
            self._tested -= 1

    def _inverted(self, command: Command) -> Running:
        status = yield from self.test(command)
        return 0 if status else 1

    def _if(self, command: If) -> Running:
        for condition, body in command.branches:
            if (yield from self.test(condition)) == 0:
                return (yield from self.execute(body))
        if command.otherwise is None:
            return 0
        return (yield from self.execute(command.otherwise))

    def _case(self, command: Case) -> Running:
        text = yield from self.expander.text(command.word)
        for patterns, body in command.arms:
            for word in patterns:
                pattern = yield from self.expander.pattern(word)
                if matches(text, pattern):
                    return (yield from self._sequence(body.commands))
        return 0

    def _subshell(self, body: Command, streams: dict[int, Stream]) -> Running:
        process = replace(self.process, main=False, streams=streams)
        process.depth += LEVELS_OF_A_SUBSHELL
        child = Interpreter(process, self.state.for_subshell(), self.flavour, parent=self)
        child.calls = [{}] if self.calls else []
        status = yield from child._to_the_end(child.execute(body))
        return self.failing(status)

    def _substitute(self, body: Sequence, capture: Capture) -> Running:
        self._tested += 1
        try:
            return (yield from self._subshell(body, {**self.process.streams, 1: capture}))
        finally:
            self._tested -= 1

    def run_program(self, words: list[str]) -> Running:
        """Run a program of the image, whatever functions there are."""
        return run_program(self, words, {})

    def failing(self, status: int) -> int:
        """Give a status back, unless it ends a shell with `set -e`.

        Raises:
            Leave: It does.
        """
        if status and not self._tested and "e" in self.state.options:
            raise Leave(status)
        return status


def _last_command(line: Sequence) -> Command:
    command: Command = line
    while isinstance(command, Sequence | AndOr):
        last = command.commands[-1]
        command = last[1] if isinstance(last, tuple) else last
    return command


def _status(status: int) -> Running:
    yield from ()
    return status
