"""What a load balancer answers by itself."""

from __future__ import annotations

from http import HTTPStatus

from fargate_kit.sim.load_balancing.facts import Action, LoadBalancerFact
from fargate_kit.sim.load_balancing.rules import ClientRequest
from fargate_kit.sim.request import Response

SERVER = "awselb/2.0"
LONGEST_LOCATION = 8192

# The pages of 405, 502, 503 and 504 were seen in public logs (OBS).
_PHRASES = {
    405: "Not Allowed",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


def page(status: int, *, head: bool = False, **headers: str) -> Response:
    """Give the page of a status, as the load balancer shows it.

    Args:
        status: The HTTP status.
        head: Whether it answers a HEAD request.
        headers: More headers, by their names in lower case.
    """
    phrase = _PHRASES.get(status) or _standard_phrase(status)
    title = f"{status} {phrase}".rstrip()
    text = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(
        status=status,
        headers={"server": SERVER, "content-type": "text/html", **headers},
        body=b"" if head else text.encode(),
    )


def fixed_response(action: Action, *, head: bool = False) -> Response:
    """Answer as a fixed-response action says (service model, FixedResponseActionConfig)."""
    settings = action.settings
    headers = {"server": SERVER}
    body = settings.get("MessageBody", "").encode()
    if body or "ContentType" in settings:
        content_type = settings.get("ContentType", "text/plain")
        headers["content-type"] = f"{content_type}; charset=utf-8"
    status = int(settings["StatusCode"])
    return Response(status=status, headers=headers, body=b"" if head else body)


def location(action: Action, request: ClientRequest) -> tuple[str, str, int, str, str]:
    """Tell where a redirect leads (service model, RedirectActionConfig).

    Returns:
        Protocol in lower case, host, port, path and query.
    """
    words = {
        "protocol": request.protocol.lower(),
        "host": request.host,
        "port": str(request.port),
        "path": request.path.removeprefix("/"),
        "query": request.query,
    }

    def part(name: str, otherwise: str) -> str:
        text = action.settings.get(name, otherwise)
        for word, value in words.items():
            text = text.replace(f"#{{{word}}}", value)
        return text

    return (
        part("Protocol", "#{protocol}").lower(),
        part("Host", "#{host}"),
        int(part("Port", "#{port}")),
        part("Path", "/#{path}"),
        part("Query", "#{query}"),
    )


def nobody_there(dns_name: str, known: LoadBalancerFact | None, port: int | None) -> Response:
    """Say what a client of AWS would learn from DNS, or from a refused connection."""
    if known is None:
        text = f"There is no load balancer with the DNS name {dns_name!r}."
    elif port is None:
        text = f"The load balancer {known.name} has no listener."
    else:
        ports = ", ".join(str(one.port) for one in known.listeners) or "none"
        text = f"The load balancer {known.name} has no listener on port {port}; there is: {ports}."
    return simulator_says(404, text)


def simulator_says(status: int, text: str) -> Response:
    """Answer with something that no load balancer says, and make that plain."""
    return Response(
        status=status,
        headers={"server": "fargate-kit", "content-type": "text/plain; charset=utf-8"},
        body=f"{text}\n".encode(),
    )


def _standard_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
