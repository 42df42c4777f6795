"""Which requests of the front door are meant for a load balancer, and how they name it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from urllib.parse import unquote

from fargate_kit.sim.request import Request

PREFIX = "/_alb/"

_AWS = (".elb.amazonaws.com", ".elb.amazonaws.com.cn")
_LOCAL = ".elb.localhost"
_REGION = re.compile(r"\.([a-z0-9-]+)\.elb\.")
_HERE = frozenset({"127.0.0.1", "localhost", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A request to a load balancer.

    Args:
        dns_name: The DNS name of the load balancer, as AWS spells it.
        region: The region in that name; empty if there is none.
        port: The port that the client names; None if it names none.
        certain: Whether it must be a listener's port; otherwise it may be the front door's.
        host: The host that the client means, without a port.
        door: What the client calls the front door, if it came by a name of this machine:
            redirects within the load balancer lead there.
        request: The request with the path as the load balancer sees it.
    """

    dns_name: str
    region: str
    port: int | None
    certain: bool
    host: str
    door: str | None
    request: Request


def addressed(request: Request) -> Addressed | None:
    """Say which load balancer a request is meant for; None if it is meant for none.

    It is named by the path, `/_alb/<DNS name>[:<port>]/...`, or by the header Host: the
    DNS name itself, or one that ends in `.elb.localhost`, which resolves to this machine.
    A client that has the front door for its HTTP proxy uses the DNS name like any other.
    """
    authority = request.headers.get("host", "")
    host, port = _split(authority)
    if request.path.startswith(PREFIX):
        name, slash, rest = request.path[len(PREFIX) :].partition("/")
        dns_name, wanted = _split(unquote(name))
        dns_name = _aws_name(dns_name)
        return Addressed(
            dns_name=dns_name,
            region=_region(dns_name),
            port=wanted,
            certain=True,
            host=dns_name if host in _HERE else host,
            door=authority,
            request=dataclasses.replace(request, path=f"{slash}{rest}" or "/"),
        )
    if not host.endswith((*_AWS, _LOCAL)):
        return None
    dns_name = _aws_name(host)
    return Addressed(
        dns_name=dns_name,
        region=_region(dns_name),
        port=port,
        certain=False,
        host=host,
        door=authority if host.endswith(_LOCAL) else None,
        request=request,
    )


def link(door: str, dns_name: str, port: int, path: str, query: str) -> str:
    """Write where a path of a load balancer is found at the front door."""
    return f"http://{door}{PREFIX}{dns_name}:{port}{path}" + (f"?{query}" if query else "")


def _split(authority: str) -> tuple[str, int | None]:
    host, _, port = authority.lower().partition(":")
    return host, int(port) if port.isdigit() else None


def _aws_name(name: str) -> str:
    return name.removesuffix(_LOCAL) + _AWS[0] if name.endswith(_LOCAL) else name


def _region(dns_name: str) -> str:
    found = _REGION.search(dns_name)
    return found[1] if found else ""
