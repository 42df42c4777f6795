"""`nginx`."""

from __future__ import annotations

from fargate_kit.sim.workloads.behaviour import Launch
from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, hand_over, not_simulated
from fargate_kit.sim.workloads.images.serving import Site, ends_on, listen, page, version_of
from fargate_kit.sim.workloads.process import FOREVER, Process, Running

_PORT = 80
_ROOT = "/usr/share/nginx/html"
_VERSION = "1.29.1"
_OPTIONS_WITH_VALUE = frozenset({"-g", "-c", "-p", "-e"})


def _note(process: Process, text: str, after: float = 0.0) -> str:
    at = format_time(process.now(after), "%Y/%m/%d %H:%M:%S")
    return f"{at} [notice] {process.pid}#{process.pid}: {text}"


def _entry_point(process: Process) -> Running:
    words = process.arguments[1:]
    if not words:
        return 0
    if words[:1] and words[0] in {"nginx", "nginx-debug"}:
        yield from process.say(
            f"{process.arguments[0]}: scripts of /docker-entrypoint.d/ run before nginx", 0.1
        )
        yield from process.say(f"{process.arguments[0]}: ready, nginx can start", 0.1)
    return (yield from hand_over(process, words))


def _nginx(process: Process) -> Running:
    words = list(process.arguments[1:])
    directives = ""
    while words:
        word = words.pop(0)
        if word not in _OPTIONS_WITH_VALUE or not words:
            return (yield from not_simulated(process, f"nginx with {word!r}"))
        value = words.pop(0)
        directives += value if word == "-g" else ""
    version = version_of(process.launch, _VERSION)
    site = Site(server=f"nginx/{version}", root=_ROOT)
    if "daemon off" not in directives:
        # nginx then goes on in the background. A container ends with its main process.
        yield from process.sleep(0.1)
        if not process.main:
            listen(process, _PORT, site.respond)
        return 0
    ends_on(
        process,
        "QUIT TERM INT",
        lambda after: _note(process, "asked to stop: workers finish their requests", after),
        lambda after: _note(process, "all workers have ended, exit", after),
        port=_PORT,
        seconds=0.3,
        number=2,
    )
    yield from process.say(_note(process, f"nginx/{version} uses epoll", 0.1), 0.1, 2)
    listen(process, _PORT, site.respond)
    workers = max(1, process.launch.cpu // 1024)
    yield from process.say(_note(process, f"{workers} worker process(es) for port {_PORT}"), 0.0, 2)
    yield FOREVER
    return 0


def _welcome(launch: Launch) -> str:
    return page(launch, "Welcome to nginx!", "The default page of this simulated nginx.")


NGINX = Image(
    image_size=72.0,
    entry_point=("/docker-entrypoint.sh",),
    command=("nginx", "-g", "daemon off;"),
    programs={
        **SHELL_PROGRAMS,
        "/docker-entrypoint.sh": _entry_point,
        "docker-entrypoint.sh": _entry_point,
        "nginx": _nginx,
        "nginx-debug": _nginx,
    },
    files={f"{_ROOT}/index.html": _welcome},
    stop_signal="QUIT",
)
"""The official image of nginx."""
