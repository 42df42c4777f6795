"""HTTP inside the simulation: a request, and answers with what every server says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from urllib.parse import unquote

from fargate_kit.sim.workloads.behaviour import HttpAnswer, Launch, Say
from fargate_kit.sim.workloads.dates import format_time
from fargate_kit.sim.workloads.files import absolute
from fargate_kit.sim.workloads.inside import ANY_PORT
from fargate_kit.sim.workloads.process import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What a server is asked.

    Args:
        method: Such as `GET`.
        target: The path with the query, as it stands in the request.
        headers: Names in lower case.
        body: The content.
        peer: The address of whoever asks.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """Give the normal form of the path, without the query."""
        path = unquote(self.target.partition("?")[0], errors="replace")
        return absolute(path) + ("/" if path.endswith("/") and path.strip("/") else "")


Listener = Callable[[Launch, HttpRequest], HttpAnswer | None]
"""What answers on a port; None for something that speaks no HTTP."""


def ask(launch: Launch, request: HttpRequest, port: int | None = None) -> HttpAnswer | None:
    """Send a request to a container.

    Args:
        launch: What the container was started with.
        request: What it is asked.
        port: Where; None for the lowest port on which anything answers HTTP.

    Returns:
        The answer; None if nothing listens, or what listens speaks no HTTP.
    """
    listeners = launch.inside.listeners
    ports = sorted(listeners) if port is None else [port if port in listeners else ANY_PORT]
    for number in ports:
        listener = listeners.get(number)
        answer = listener(launch, request) if listener is not None else None
        if answer is not None:
            return answer
    return None


def answer(
    launch: Launch,
    request: HttpRequest,
    status: int,
    text: str,
    *,
    server: str,
    content_type: str = "text/html",
    log: tuple[Say, ...] = (),
    **headers: str,
) -> HttpAnswer:
    """Make an answer with the headers that every server sends.

    Args:
        launch: What the container was started with.
        request: What was asked; HEAD gets no body.
        status: The HTTP status code.
        text: The body.
        server: What the server calls itself.
        content_type: The kind of the body.
        log: The lines of the access log.
        headers: More headers, `_` for `-` in their names.
    """
    body = text.encode("utf-8", "replace")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    at = moment(launch, launch.seconds())
    return HttpAnswer(
        status=status,
        headers={
            "Date": format_time(at, "%a, %d %b %Y %H:%M:%S GMT"),
            "Server": server,
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            **named,
        },
        body=b"" if request.method == "HEAD" else body,
        log=log,
    )


def phrase(status: int) -> str:
    """Name a status code, such as `Not Found`."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def access_line(launch: Launch, request: HttpRequest, status: int, size: int) -> str:
    """Write a line of the Common Log Format with referrer and user agent."""
    at: datetime = moment(launch, launch.seconds())
    shown = {name: _printable(request.headers.get(name, "-")) for name in ("referer", "user-agent")}
    asked = _printable(f"{request.method} {request.target} HTTP/1.1")
    return (
        f"{request.peer} - - [{format_time(at, '%d/%b/%Y:%H:%M:%S +0000')}] "
        f'"{asked}" {status} {size} "{shown["referer"]}" "{shown["user-agent"]}"'
    )


def _printable(text: str) -> str:
    return "".join(
        letter if letter.isprintable() and letter not in '"\\' else f"\\x{ord(letter):02X}"
        for letter in text
    )
