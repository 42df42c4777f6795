"""`redis` and `valkey`."""

from __future__ import annotations

from itertools import pairwise

from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, hand_over
from fargate_kit.sim.workloads.images.serving import ends_on, listen, speaks_no_http, version_of
from fargate_kit.sim.workloads.process import FOREVER, Process, Program, Running

_PORT = 6379
_VERSION = "8"


def _tell(process: Process, mark: str, text: str, after: float = 0.0) -> str:
    now = process.now(after)
    at = f"{format_time(now, '%d %b %Y %H:%M:%S')}.{now.microsecond // 1000:03}"
    return f"{process.pid}:M {at} {mark} {text}"


def _entry_point(server: str) -> Program:
    def run(process: Process) -> Running:
        words = process.arguments[1:]
        if not words or words[0].startswith("-") or words[0].endswith(".conf"):
            words = (server, *words)
        return (yield from hand_over(process, words))

    return run


def _port(words: tuple[str, ...]) -> int:
    for option, value in pairwise(words):
        if option == "--port" and value.isdecimal() and 0 < int(value[:6]) < 65_536:
            return int(value[:6])
    return _PORT


def _server(title: str) -> Program:
    def run(process: Process) -> Running:
        port = _port(process.arguments)
        version = version_of(process.launch, _VERSION)
        ends_on(
            process,
            "TERM INT",
            lambda after: _tell(process, "*", "asked to stop: the data set is saved", after),
            lambda after: _tell(process, "#", f"{title} ends, bye", after),
            port=port,
            seconds=0.3,
        )
        yield from process.say(_tell(process, "*", f"{title} {version} starts", 0.1), 0.1)
        listen(process, port, speaks_no_http)
        yield from process.say(_tell(process, "*", f"ready for connections on port {port}"), 0.0)
        yield FOREVER
        return 0

    return run


def _client(process: Process) -> Running:
    words = process.arguments[1:]
    port = _PORT
    if len(words) > 1 and words[0] == "-p":
        port, words = (int(words[1]) if words[1].isdecimal() else 0), words[2:]
    if [word.lower() for word in words] != ["ping"]:
        return (yield from process.complain(f"{process.arguments[0]}: only PING is simulated", 127))
    if port not in process.launch.inside.listeners:
        return (yield from process.complain(f"no connection to 127.0.0.1:{port}: refused"))
    yield from process.write("PONG\n")
    return 0


def _image(name: str, title: str, size: float) -> Image:
    return Image(
        image_size=size,
        entry_point=("docker-entrypoint.sh",),
        command=(f"{name}-server",),
        programs={
            **SHELL_PROGRAMS,
            "docker-entrypoint.sh": _entry_point(f"{name}-server"),
            f"{name}-cli": _client,
            f"{name}-server": _server(title),
        },
        working_directory="/data",
    )


REDIS = _image("redis", "Redis", 50.0)
"""The official image of Redis."""

VALKEY = _image("valkey", "Valkey", 45.0)
"""The image of Valkey."""
