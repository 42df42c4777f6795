"""`httpd`, the ECS sample application, and what is built on Apache."""

from __future__ import annotations

from dataclasses import replace

from fargate_kit.sim.workloads.behaviour import Launch
from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.http_request import Listener
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, not_simulated
from fargate_kit.sim.workloads.images.serving import Site, ends_on, listen, page, version_of
from fargate_kit.sim.workloads.process import FOREVER, Process, Program, Running

_PORT = 80
_ROOT = "/usr/local/apache2/htdocs"
_SAMPLE_ROOT = "/var/www/html"
_VERSION = "2.4.65"
_OPTIONS_WITH_VALUE = frozenset({"-D", "-c", "-C", "-d", "-f", "-k"})


def note(process: Process, module: str, text: str, after: float = 0.0) -> str:
    """Write a line as Apache's error log has it."""
    at = format_time(process.now(after), "%a %b %d %H:%M:%S")
    now = process.now(after)
    moment = f"{at}.{now.microsecond:06} {now.year}"
    return f"[{moment}] [{module}:notice] [pid {process.pid}:tid {process.pid}] {text}"


def serve_apache(process: Process, server: str, listener: Listener) -> Running:
    """Run Apache in the foreground until a signal ends it.

    Args:
        process: Apache's.
        server: What it calls itself.
        listener: What answers its requests.
    """
    ends_on(
        process,
        "TERM WINCH INT",
        lambda after: note(process, "mpm_event", "asked to stop: no new connections", after),
        port=_PORT,
        seconds=0.5,
        number=2,
    )
    address = process.launch.private_address
    text = f"httpd: no ServerName is configured; {address} is used in its place"
    yield from process.say(text, 0.3, 2)
    text = f"{server} is configured and begins to work on port {_PORT}"
    yield from process.say(note(process, "mpm_event", text, 0.2), 0.2, 2)
    listen(process, _PORT, listener)
    text = f"started as '{' '.join(process.arguments)}'"
    yield from process.say(note(process, "core", text), 0.0, 2)
    yield FOREVER
    return 0


def apache_program(listener: Listener, server: str) -> Program:
    """Make Apache's program: in the foreground only if it is told so.

    Args:
        listener: What answers its requests.
        server: What it calls itself.
    """

    def httpd(process: Process) -> Running:
        words = list(process.arguments[1:])
        foreground = process.arguments[0].endswith("-foreground")
        while words:
            word = words.pop(0)
            if word in _OPTIONS_WITH_VALUE and words:
                word += words.pop(0)
            foreground = foreground or word == "-DFOREGROUND"
            if word[:2] not in _OPTIONS_WITH_VALUE:
                return (yield from not_simulated(process, f"httpd with {word!r}"))
        if foreground:
            return (yield from serve_apache(process, server, listener))
        # Apache then goes on in the background. A container ends with its main process.
        yield from process.sleep(0.3)
        if not process.main:
            listen(process, _PORT, listener)
        return 0

    return httpd


def _httpd(process: Process) -> Running:
    server = f"Apache/{version_of(process.launch, _VERSION)} (Unix)"
    site = Site(server=server, root=_ROOT, methods=("GET", "HEAD", "POST"))
    return apache_program(site.respond, server)(process)


def _sample(process: Process) -> Running:
    server = "Apache/2.4 (Amazon Linux)"
    site = Site(server=server, root=_SAMPLE_ROOT, methods=("GET", "HEAD", "POST"))
    return apache_program(site.respond, server)(process)


def _works(launch: Launch) -> str:
    return page(launch, "It works!", "The default page of this simulated Apache.")


def _congratulations(launch: Launch) -> str:
    return page(
        launch,
        "Amazon ECS Sample App",
        "This container runs on a simulated Amazon ECS.",
    )


HTTPD = Image(
    image_size=58.0,
    command=("httpd-foreground",),
    programs={**SHELL_PROGRAMS, "httpd": _httpd, "httpd-foreground": _httpd, "apachectl": _httpd},
    files={f"{_ROOT}/index.html": _works},
    working_directory="/usr/local/apache2",
    stop_signal="WINCH",
)
"""The official image of the Apache HTTP Server."""

SAMPLE = Image(
    image_size=60.0,
    command=("httpd", "-D", "FOREGROUND"),
    programs={**SHELL_PROGRAMS, "httpd": _sample, "apachectl": _sample},
    files={f"{_SAMPLE_ROOT}/index.html": _congratulations},
    working_directory=_SAMPLE_ROOT,
)
"""The sample application of Amazon ECS."""

GREETING = replace(
    SAMPLE,
    files={
        f"{_SAMPLE_ROOT}/index.html": lambda launch: page(
            launch, "Hello world!", f"My hostname is {launch.hostname}"
        )
    },
)
"""An application of one page that greets with its host's name."""
