"""One process in a container: its arguments, its streams, its signals, its nominal time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fargate_kit.sim.workloads.behaviour import Exit, Launch, Say, Step, Wait
from fargate_kit.sim.workloads.streams import Source, Stream

Running = Generator[Step, None, int]
"""The steps of a process; what the generator returns is its exit status."""

Program = Callable[["Process"], Running]
"""What an executable file does."""

COMMAND_SECONDS = 0.001
"""What a command or a line of output of the simulated shell costs, in nominal seconds."""

ITERATION_SECONDS = 0.01
"""What every turn of a loop costs, in nominal seconds."""

WORK_SHOWN = 0.1
"""Work is shown as a step of its own when it has come to so many nominal seconds."""

FOREVER = Wait(86_400.0, background=True)
"""Nothing will happen any more unless a signal arrives."""

SIGNALS = {
    "HUP": 1,
    "INT": 2,
    "QUIT": 3,
    "KILL": 9,
    "USR1": 10,
    "USR2": 12,
    "PIPE": 13,
    "ALRM": 14,
    "TERM": 15,
    "CHLD": 17,
    "CONT": 18,
    "WINCH": 28,
}
"""The signals by name, with their numbers on Linux (page `signal(7)`)."""

_HARMLESS = {"CHLD", "CONT", "WINCH"}
_MAIN_PID = 1
_MAIN_PID_BELOW_INIT = 7
_EXECUTABLES = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


@dataclass(slots=True, kw_only=True)
class Process:
    """A process, as the program that runs in it sees it.

    Args:
        launch: What the container was started with.
        programs: The executable files of the image, by name.
        arguments: The words of the command line, the program's name first.
        environment: The environment of the process.
        streams: The open output streams by their number.
        main: Whether it is the process that the container stands and falls with: PID 1,
            or the one child of an init process.
        directory: The current directory.
        source: The standard input.
        missing_is_fine: Whether an unknown program is taken for one that succeeds, as in
            the health check of an image whose programs are not simulated.
        depth: How many shells stand around it.
    """

    launch: Launch
    programs: Mapping[str, Program]
    arguments: tuple[str, ...]
    environment: dict[str, str]
    streams: dict[int, Stream]
    main: bool = False
    directory: str = "/"
    source: Source = field(default_factory=Source)
    missing_is_fine: bool = False
    depth: int = 0

    @property
    def pid(self) -> int:
        """Give the number of the process as it sees it itself."""
        if not self.main:
            return _MAIN_PID_BELOW_INIT + 1
        return _MAIN_PID_BELOW_INIT if self.launch.init_process else _MAIN_PID

    def program(self, word: str) -> Program | None:
        """Find an executable file by its name or by a path that ends in its name."""
        if word in self.programs:
            return self.programs[word]
        directory, slash, name = word.rpartition("/")
        return self.programs.get(name) if slash and directory in _EXECUTABLES else None

    def become(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        ignored: frozenset[str] = frozenset(),
    ) -> Running | None:
        """Run another program in this process, as `exec` does.

        Args:
            arguments: The program's name and its arguments.
            environment: The environment of the program.
            ignored: The signals that it ignores until it makes handlers of its own.

        Returns:
            The steps of the program; None if there is no such program.
        """
        program = self.program(arguments[0])
        if program is None:
            return None
        launch = self.launch
        self.on_signal(lambda signal: None if signal in ignored else default_action(launch, signal))
        return program(replace(self, arguments=arguments, environment=dict(environment)))

    def on_signal(self, receiver: Callable[[str], Iterator[Step] | None]) -> None:
        """Handle signals, if this is the main process: no other one receives any here."""
        if self.main:
            self.launch.inside.receiver = receiver

    def write(self, text: str, number: int = 1) -> Iterator[Step]:
        """Write to a stream.

        Raises:
            OSError: The stream is closed, or there is no room where it leads to.
        """
        said = self._send(text, number)
        yield from self.work(COMMAND_SECONDS)
        for line in said:
            yield line
            yield from self.work(COMMAND_SECONDS)

    def say(self, text: str, after: float = 0.0, number: int = 1) -> Iterator[Step]:
        """Write one line after some nominal seconds.

        Raises:
            OSError: The stream is closed, or there is no room where it leads to.
        """
        said = self._send(f"{text}\n", number)
        if said:
            yield replace(said[0], after=after)
            yield from said[1:]
        elif after:
            yield Wait(after)

    def complain(self, text: str, status: int = 1) -> Running:
        """Write one line to the standard error, and return a status."""
        with suppress(OSError):
            yield from self.write(f"{text}\n", 2)
        return status

    def _send(self, text: str, number: int) -> list[Say]:
        stream = self.streams.get(number)
        if stream is None:
            raise OSError("Bad file descriptor")
        return stream.write(text)

    def work(self, seconds: float) -> Iterator[Step]:
        """Compute for a while; it shows as time passing when enough has come together."""
        inside = self.launch.inside
        inside.work += seconds
        if inside.work >= WORK_SHOWN:
            shown, inside.work = inside.work, 0.0
            yield Wait(shown)

    def sleep(self, seconds: float) -> Iterator[Step]:
        """Let time pass; computing that no step has shown yet happens in that time."""
        inside = self.launch.inside
        inside.work = max(0.0, inside.work - seconds)
        if seconds > 0:
            yield Wait(seconds)

    def now(self, after: float = 0.0) -> datetime:
        """Give the time of day, some nominal seconds from now, in UTC."""
        return moment(self.launch, self.launch.seconds() + after)


def moment(launch: Launch, elapsed: float) -> datetime:
    """Give the time of day so many nominal seconds after a container started, in UTC."""
    # A moment that is a full second must not show as the last microsecond before it.
    seconds = round(launch.started_at + elapsed / launch.speed, 4)
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def deadly_status(signal: str) -> int | None:
    """Give the exit status of a process that a signal kills; None if it does not."""
    return None if signal in _HARMLESS else 128 + SIGNALS[signal]


def default_action(launch: Launch, signal: str) -> Iterator[Step] | None:
    """Do what the kernel does to a main process that has no handler for the signal.

    PID 1 of a PID namespace gets only signals that it has a handler for (page
    `pid_namespaces(7)`), so without an init process nothing happens.
    """
    status = deadly_status(signal)
    if status is None or not launch.init_process:
        return None
    return iter((Exit(status),))


class MainProcess(Iterator[Step]):
    """The steps of a container: those of its main process, until nothing can follow.

    Args:
        launch: What the container was started with.
        running: The steps of the main process.
    """

    def __init__(self, launch: Launch, running: Running) -> None:
        self._launch = launch
        self._running: Running | None = running

    def __next__(self) -> Step:
        if self._running is None:
            # All that was drawn has been performed, so a signal finds nothing under way.
            self._launch.inside.last = None
            raise StopIteration
        inside = self._launch.inside
        step: Step
        try:
            step = next(self._running)
        except StopIteration as end:
            self._running = None
            step = Exit(end.value & 0xFF)
        else:
            if step is FOREVER or isinstance(step, Exit):
                self._running = None
            if step is FOREVER:
                inside.last = None
                raise StopIteration
        inside.elapsed += step.after
        inside.last = step
        return step

    def resume(self) -> Iterator[Step]:
        """Go on after a signal: what is under way is performed first, then what follows."""
        launch, last = self._launch, self._launch.inside.last
        # Lines and waits that take no time have been performed when they were drawn.
        if last is not None and (last.after > 0 or isinstance(last, Exit)):
            passed = None if launch.elapsed is None else launch.elapsed()
            rest = last.after if passed is None else max(0.0, launch.inside.elapsed - passed)
            yield replace(last, after=rest, background=False)
        for step in self:
            yield replace(step, background=False) if step.background else step
