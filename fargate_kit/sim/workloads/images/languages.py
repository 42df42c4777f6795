"""`python` and `node`: programs in these languages are not simulated, and say so."""

from __future__ import annotations

from html import escape

from fargate_kit.sim.workloads.behaviour import HttpAnswer, Launch
from fargate_kit.sim.workloads.http_request import HttpRequest
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, not_simulated
from fargate_kit.sim.workloads.images.serving import Site, listen, version_of
from fargate_kit.sim.workloads.process import FOREVER, Process, Program, Running

_PORT = 8000


def _interpreter(title: str, version: str, prefix: str) -> Program:
    def run(process: Process) -> Running:
        words = list(process.arguments[1:])
        if not words:
            # Nobody types into a container, so the interpreter has nothing to do.
            return 0
        if words[0] in {"-V", "-v", "--version"}:
            yield from process.write(f"{prefix}{version_of(process.launch, version)}\n")
            return 0
        if title == "Python" and words[:2] == ["-m", "http.server"]:
            return (yield from _http_server(process, words[2:]))
        what = words[1] if words[0].startswith("-") and len(words) > 1 else words[0]
        return (yield from not_simulated(process, f"the {title} program {what[:200]!r}"))

    return run


def _http_server(process: Process, words: list[str]) -> Running:
    """Serve the current directory. As PID 1 Python does not hear SIGTERM."""
    port = _PORT
    if words and words[0].isdecimal() and 0 < int(words[0][:6]) < 65_536:
        port = int(words[0][:6])
    site = Site(server="SimpleHTTP/0.6 Python/3", root=process.directory, log_stream="stderr")

    def respond(launch: Launch, request: HttpRequest) -> HttpAnswer:
        files = launch.inside.files
        directory = f"{process.directory.rstrip('/')}{request.path}".rstrip("/") or "/"
        if not files.is_directory(directory) or files.read(f"{directory}/index.html") is not None:
            return site.respond(launch, request)
        below = directory.rstrip("/") + "/"
        shown = sorted(
            path[len(below) :].partition("/")[0] for path in files.texts if path.startswith(below)
        )
        items = "".join(f"<li>{escape(name)}</li>\n" for name in dict.fromkeys(shown))
        title = f"Files in {escape(request.path)}"
        text = f"<html><body><h1>{title}</h1><ul>\n{items}</ul></body></html>\n"
        return site.answer(launch, request, 200, text)

    yield from process.say(f"Serving HTTP on 0.0.0.0 port {port}", 0.3)
    listen(process, port, respond)
    yield FOREVER
    return 0


_PYTHON = _interpreter("Python", "3", "Python ")
_NODE = _interpreter("Node.js", "24", "v")

PYTHON = Image(
    image_size=380.0,
    command=("python3",),
    programs={**SHELL_PROGRAMS, "python": _PYTHON, "python3": _PYTHON},
)
"""The official image of Python."""

NODE = Image(image_size=400.0, command=("node",), programs={**SHELL_PROGRAMS, "node": _NODE})
"""The official image of Node.js."""
