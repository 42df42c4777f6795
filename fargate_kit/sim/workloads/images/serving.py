"""What the servers among the simulated images have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from fargate_kit.sim.workloads.behaviour import Exit, HttpAnswer, Launch, Say, Step
from fargate_kit.sim.workloads.http_request import (
    HttpRequest,
    Listener,
    access_line,
    answer,
    phrase,
)
from fargate_kit.sim.workloads.image_reference import ImageReference, InvalidImageReference
from fargate_kit.sim.workloads.process import Process, deadly_status, default_action

_KINDS = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "xml": "text/xml",
}


def version_of(launch: Launch, otherwise: str) -> str:
    """Read a version from the image's tag, such as `1.27` from `nginx:1.27-alpine`."""
    try:
        tag = ImageReference.parse(launch.image).tag or ""
    except InvalidImageReference:
        tag = ""
    match = re.match(r"\d+(\.\d+)*", tag)
    return match[0] if match else otherwise


def page(launch: Launch, title: str, *paragraphs: str) -> str:
    """Write a page that shows which container has answered."""
    lines = [f"<p>{escape(text)}</p>" for text in paragraphs]
    host, address = escape(launch.hostname), escape(launch.private_address)
    return (
        f"<!DOCTYPE html>\n<html>\n<head><title>{escape(title)}</title></head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n"
        + "".join(f"{line}\n" for line in lines)
        + f"<p>Answered by <b>{host}</b> ({address})</p>\n</body>\n</html>\n"
    )


def listen(process: Process, port: int, listener: Listener) -> None:
    """Accept connections on a port from now on."""
    process.launch.inside.listeners[port] = listener


def speaks_no_http(launch: Launch, request: HttpRequest) -> HttpAnswer | None:
    """Accept a connection, and answer no HTTP on it."""
    return None


def ends_on(
    process: Process,
    signals: str,
    *lines: Callable[[float], str],
    port: int,
    seconds: float,
    number: int = 1,
) -> None:
    """Let the main process end with 0 on some signals, and do the default thing on others.

    Args:
        process: The server.
        signals: The names of the signals it handles, apart by spaces.
        lines: Make what it says while it ends, from the seconds until it says it.
        port: Where it stops to listen.
        seconds: The nominal seconds it takes to end.
        number: To which stream it says them.
    """
    launch = process.launch

    def end() -> Iterator[Step]:
        launch.inside.listeners.pop(port, None)
        pause = seconds / (len(lines) + 1)
        for line in lines:
            yield from process.say(line(pause), pause, number)
        yield Exit(0, pause)

    def receive(signal: str) -> Iterator[Step] | None:
        if signal in signals.split():
            return end()
        return default_action(launch, signal) if deadly_status(signal) else None

    process.on_signal(receive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The files below a directory, served by HTTP.

    Args:
        server: What the server calls itself.
        root: The directory.
        methods: What may be asked.
        log_stream: Where the access log goes.
    """

    server: str
    root: str
    methods: tuple[str, ...] = ("GET", "HEAD")
    log_stream: str = "stdout"

    def respond(self, launch: Launch, request: HttpRequest) -> HttpAnswer:
        """Answer with a file, the index of a directory, or an error page."""
        if request.method not in self.methods:
            allowed = ", ".join(self.methods)
            return self.error(launch, request, 405, Allow=allowed)
        path = request.path
        files = launch.inside.files
        full = f"{self.root.rstrip('/')}{path}".rstrip("/") or "/"
        if files.is_directory(full):
            full = f"{full.rstrip('/')}/index.html"
        text = files.read(full)
        if text is None:
            return self.error(launch, request, 404)
        kind = _KINDS.get(full.rpartition(".")[2], "application/octet-stream")
        return self.answer(launch, request, 200, text, content_type=kind)

    def error(
        self, launch: Launch, request: HttpRequest, status: int, **headers: str
    ) -> HttpAnswer:
        """Answer with an error page."""
        title = f"{status} {phrase(status)}"
        text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
        return self.answer(launch, request, status, text, **headers)

    def answer(
        self,
        launch: Launch,
        request: HttpRequest,
        status: int,
        text: str,
        *,
        content_type: str = "text/html",
        **headers: str,
    ) -> HttpAnswer:
        """Answer with a text, and log that."""
        size = len(text.encode("utf-8", "replace"))
        line = access_line(launch, request, status, size)
        return answer(
            launch,
            request,
            status,
            text,
            server=self.server,
            content_type=content_type,
            log=(Say(line, 0.0, self.log_stream),),
            **headers,
        )
