"""A simulated image: what is in it, and how a container of it starts, stops and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from fargate_kit.sim.workloads.behaviour import Exit, HttpAnswer, Launch, Step
from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.http_request import HttpRequest, ask
from fargate_kit.sim.workloads.inside import ANY_PORT
from fargate_kit.sim.workloads.process import (
    FOREVER,
    MainProcess,
    Process,
    Program,
    Running,
    default_action,
)
from fargate_kit.sim.workloads.programs import UTILITIES
from fargate_kit.sim.workloads.shell import BASH, SH
from fargate_kit.sim.workloads.streams import Capture, Console

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LONGEST_CHECK = 60.0
# AWS documents the prefix (page `stopped-task-error-codes`); what follows it is not certain.
_NO_COMMAND = "CannotStartContainerError: there is neither an entry point nor a command"
_NO_SUCH_PROGRAM = 'CannotStartContainerError: exec: "{name}": executable file not found in $PATH'
_MOST_STEPS_OF_A_CHECK = 10_000

SHELL_PROGRAMS: Mapping[str, Program] = {
    **UTILITIES,
    "ash": SH,
    "bash": BASH,
    "dash": SH,
    "sh": SH,
}
"""The programs of an image with a shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as a workload.

    Args:
        image_size: What a pull loads, in MB.
        entry_point: The image's own entry point.
        command: The image's own command.
        programs: Its executable files by name.
        files: The text files in it that its programs show, by their path.
        environment: What the image puts into the environment.
        working_directory: Where its processes start.
        stop_signal: The image's stop signal, without `SIG`.
        all_programs_known: Whether a program that is not among `programs` is not in the
            image. Otherwise it may be there and is just not simulated, so that a health
            check that uses it passes.
        otherwise: What is run instead of a program that is not among `programs`; None
            ends the container with 127.
    """

    image_size: float
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    programs: Mapping[str, Program] = field(default_factory=lambda: SHELL_PROGRAMS)
    files: Mapping[str, Callable[[Launch], str]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: str = "/"
    stop_signal: str = "TERM"
    all_programs_known: bool = False
    otherwise: Program | None = None

    def arguments(self, launch: Launch) -> tuple[str, ...]:
        """Give the command line: an entry point of the launch makes the image's command void."""
        if launch.entry_point:
            return launch.entry_point + launch.command
        return self.entry_point + (launch.command or self.command)

    def run(self, launch: Launch) -> Iterator[Step]:
        """Begin to run; the first step is drawn when it is asked for."""
        inside = launch.inside
        inside.elapsed, inside.last, inside.work = 0.0, None, 0.0
        inside.receiver = None
        inside.listeners.clear()
        inside.lines.clear()
        for path, write in self.files.items():
            if inside.files.read(path) is None:
                inside.files.write(path, write(launch))
        arguments = self.arguments(launch)
        process = self._process(launch, arguments, main=True)
        inside.files.make_directory(process.directory)
        inside.running = MainProcess(launch, _main(process, self))
        return inside.running

    def stop(self, launch: Launch) -> Iterator[Step] | None:
        """Take the stop signal: the main process handles it, ignores it, or dies of it."""
        receiver = launch.inside.receiver
        if receiver is None:
            return default_action(launch, self.stop_signal)
        return receiver(self.stop_signal)

    def check(self, launch: Launch, command: tuple[str, ...], elapsed_seconds: float) -> int:
        """Run a health check beside the main process.

        Its output is lost. It runs on time of its own, and fails if it takes longer than
        60 s, which is the longest `timeout` of a health check (page
        `task_definition_parameters` of the Amazon ECS Developer Guide).
        """
        kind, *words = command or ("CMD",)
        if kind == "CMD-SHELL":
            words = ["sh", "-c", " ".join(words)]
        elif kind != "CMD":
            words = [kind, *words]
        if not words:
            return 0
        process = self._process(launch, tuple(words), main=False)
        process.streams = {1: Capture(), 2: Capture()}
        process.missing_is_fine = not self.all_programs_known
        program = process.program(words[0])
        if program is None:
            return 0 if process.missing_is_fine else 127
        try:
            return _drained(launch, program(process))
        except OSError:
            return 1

    def respond(
        self,
        launch: Launch,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        port: int | None = None,
        peer: str = "127.0.0.1",
    ) -> HttpAnswer | None:
        """Answer an HTTP request, if a server of the container is up.

        Args:
            launch: What the container was started with.
            method: Such as `GET`.
            path: With the query.
            headers: Names in lower case.
            body: The content of the request.
            port: Where it arrives; None for the lowest port that answers HTTP.
            peer: The address of whoever asks.
        """
        request = HttpRequest(method=method, target=path, headers=headers, body=body, peer=peer)
        return ask(launch, request, port)

    def listens(self, launch: Launch, port: int) -> bool:
        """Tell whether a server of the container accepts connections on a port."""
        listeners = launch.inside.listeners
        return port in listeners or ANY_PORT in listeners

    def _process(self, launch: Launch, arguments: tuple[str, ...], *, main: bool) -> Process:
        environment = {"PATH": _PATH, "HOSTNAME": launch.hostname, "HOME": "/root"}
        inside = launch.inside
        return Process(
            launch=launch,
            streams={1: Console(inside, "stdout"), 2: Console(inside, "stderr")},
            programs=self.programs,
            arguments=arguments,
            environment={**environment, **self.environment, **launch.environment},
            main=main,
            directory=absolute(launch.working_directory or self.working_directory),
        )


def _main(process: Process, image: Image) -> Running:
    """Run the main process from its first program to its end."""
    running = None
    if process.arguments:
        running = process.become(process.arguments, process.environment)
    if running is None and image.otherwise is not None:
        running = image.otherwise(process)
    if running is None:
        return (yield from _cannot_start(process, image))
    status = yield from running
    for stream, rest in list(process.launch.inside.lines.items()):
        if rest:
            # What was written after the last line feed is a log line as well.
            yield from process.write("\n", 1 if stream == "stdout" else 2)
    return status


def _cannot_start(process: Process, image: Image) -> Running:
    if not process.arguments:
        yield Exit(127, reason=_NO_COMMAND)
        return 127
    name = process.arguments[0]
    if image.all_programs_known:
        yield Exit(127, reason=_NO_SUCH_PROGRAM.format(name=name[:200]))
    return (yield from not_simulated(process, f"what the program {name!r} does"))


def hand_over(process: Process, words: tuple[str, ...]) -> Running:
    """Run another program in the place of an entry point, as `exec "$@"` does."""
    if not words:
        return 0
    running = process.become(words, process.environment)
    if running is None:
        return (yield from not_simulated(process, f"what the program {' '.join(words)!r} does"))
    return (yield from running)


def not_simulated(process: Process, what: str) -> Running:
    """Say in the log that the simulation ends here, and return 127."""
    return process.complain(f"fargate-kit: {process.launch.image}: {what} is not simulated", 127)


def _drained(launch: Launch, running: Running) -> int:
    inside = launch.inside
    work, inside.work = inside.work, 0.0
    elapsed = 0.0
    try:
        for _ in range(_MOST_STEPS_OF_A_CHECK):
            step = next(running)
            elapsed += step.after
            if step is FOREVER or elapsed > _LONGEST_CHECK:
                return 1
        return 1
    except StopIteration as end:
        return int(end.value)
    finally:
        inside.work = work
