"""The image that nobody knows: it says so, answers every request, and runs until it is stopped."""

from __future__ import annotations

from fargate_kit.sim.workloads.behaviour import HttpAnswer, Launch
from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.http_request import HttpRequest
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image
from fargate_kit.sim.workloads.images.serving import Site, ends_on, listen, page
from fargate_kit.sim.workloads.inside import ANY_PORT
from fargate_kit.sim.workloads.process import FOREVER, Process, Program, Running
from fargate_kit.sim.workloads.shell import BASH, SH

_SITE = Site(server="fargate-kit", root="/")


def _respond(launch: Launch, request: HttpRequest) -> HttpAnswer:
    text = page(
        launch, launch.image, f"{request.method} {request.path}", "A simulated container answers."
    )
    return _SITE.answer(launch, request, 200, text)


def _run(process: Process) -> Running:
    """Run as a server that behaves well: it answers, and SIGTERM ends it with 0."""
    launch = process.launch
    command = " ".join(process.arguments) or "none of its own"
    ends_on(process, "TERM", port=ANY_PORT, seconds=0.2)
    yield from process.say(
        f"fargate-kit: a simulated container of {launch.image}, whose behaviour is not known; "
        f"command: {command}"
    )
    listen(process, ANY_PORT, _respond)
    yield FOREVER
    return 0


def _with_known_script(shell: Program) -> Program:
    """Let a shell run what is known: `-c`, or a file that the container has written itself."""

    def run(process: Process) -> Running:
        words = [word for word in process.arguments[1:] if not word.startswith(("-", "+"))]
        inline = any(
            word.startswith("-") and not word.startswith("--") and "c" in word
            for word in process.arguments[1:]
        )
        files = process.launch.inside.files
        known = inline or not words
        if known or files.read(absolute(words[0], process.directory)) is not None:
            return shell(process)
        return _run(process)

    return run


UNKNOWN = Image(
    image_size=150.0,
    programs={
        **SHELL_PROGRAMS,
        "ash": _with_known_script(SH),
        "bash": _with_known_script(BASH),
        "dash": _with_known_script(SH),
        "sh": _with_known_script(SH),
    },
    otherwise=_run,
)
"""Any image without a workload of its own.

A command line that begins with a shell and a script (`sh -c …`), or with one of the small
programs that the shell knows as well (`sleep 30`), is obeyed. Anything else runs until it is
stopped.
"""
