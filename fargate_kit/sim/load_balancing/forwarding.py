"""What a load balancer changes in what it passes on: headers of requests and of answers."""

from __future__ import annotations

import random
from collections.abc import Mapping

from fargate_kit.sim.load_balancing.facts import LoadBalancerFact
from fargate_kit.sim.load_balancing.rules import ClientRequest

# What belongs to one hop of HTTP only (RFC 9110, section 7.6.1).
_OF_ONE_HOP = frozenset({
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
})


def request_headers(
    balancer: LoadBalancerFact,
    request: ClientRequest,
    host: str,
    moment: int,
    chance: random.Random,
) -> dict[str, str]:
    """Write the headers with which a target gets a request.

    Source: User Guide for Application Load Balancers, pages `x-forwarded-headers` and
    `load-balancer-request-tracing`.

    Args:
        balancer: Its attributes say what becomes of X-Forwarded-For.
        request: As it came.
        host: The header Host as the client means it.
        moment: Seconds since the Unix epoch.
        chance: For the id of a trace.
    """
    headers = {name: value for name, value in request.headers.items() if name not in _OF_ONE_HOP}
    mode = balancer.attributes.get("routing.http.xff_header_processing.mode", "append")
    came = headers.get("x-forwarded-for")
    if mode == "append":
        headers["x-forwarded-for"] = f"{came}, {request.source}" if came else request.source
    elif mode == "remove":
        headers.pop("x-forwarded-for", None)
    headers["x-forwarded-proto"] = request.protocol.lower()
    headers["x-forwarded-port"] = str(request.port)
    headers["x-amzn-trace-id"] = trace(headers.get("x-amzn-trace-id", ""), moment, chance)
    headers["host"] = host
    return headers


def trace(came: str, moment: int, chance: random.Random) -> str:
    """Begin a trace, or put the load balancer's own id into one that came with the request."""
    own = f"1-{moment:08x}-{chance.getrandbits(96):024x}"
    fields = [field for field in came.split(";") if field and not field.startswith("Self=")]
    if any(field.startswith("Root=") for field in fields):
        return ";".join((f"Self={own}", *fields))
    return ";".join((f"Root={own}", *fields))


def answer_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Pass the headers of an answer on; its length is that of the body."""
    dropped = _OF_ONE_HOP | {"content-length", "date"}
    return {name.lower(): value for name, value in headers.items() if name.lower() not in dropped}
