"""One request through a WSGI application in memory, without a socket."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from fargate_kit.sim.request import Request, Response, Route

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What belongs to one hop of HTTP only, or is said better by the server in front.
_DROPPED_REQUEST = frozenset({"connection", "content-length", "transfer-encoding", "expect"})
_DROPPED_ANSWER = frozenset({"connection", "date", "server", "status", "transfer-encoding"})


def environ_of(request: Request, target: Route, account_id: str) -> dict[str, Any]:
    """Write a request as a WSGI environment for moto.

    Args:
        account_id: Whose data moto shall use, whatever the client says.
    """
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": request.path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name in _DROPPED_REQUEST:
            continue
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    if not target.signed and target.service != "s3":  # anonymous S3 means something of its own
        scope = f"{target.region}/{target.scope}/aws4_request"
        environ["HTTP_AUTHORIZATION"] = (
            f"AWS4-HMAC-SHA256 Credential=UNSIGNED/20000101/{scope}, SignedHeaders=, Signature="
        )
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
    host = request.headers.get("host", "")
    if not host.partition(":")[0].endswith((".amazonaws.com", "localhost")):
        environ["HTTP_HOST"] = "127.0.0.1"  # of any other name moto would make an S3 bucket
    return environ


def call(application: WsgiApplication, environ: dict[str, Any]) -> Response:
    """Let a WSGI application answer.

    Raises:
        Exception: Whatever the application raises.
    """
    begun: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        begun.append((int(status.split(" ", 1)[0]), headers))

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    status, sent = begun[-1]
    headers = {name.lower(): value for name, value in sent}
    for name in _DROPPED_ANSWER:
        headers.pop(name, None)
    if environ["REQUEST_METHOD"] != "HEAD":  # a HEAD's length is that of the absent body
        headers.pop("content-length", None)
    return Response(status=status, headers=headers, body=body)
