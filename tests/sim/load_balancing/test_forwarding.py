"""What targets and clients see of each other's headers."""

from __future__ import annotations

import random

import pytest

from fargate_kit.sim.load_balancing.facts import LoadBalancerFact
from fargate_kit.sim.load_balancing.forwarding import answer_headers, request_headers, trace
from fargate_kit.sim.load_balancing.rules import ClientRequest


def balancer(**attributes: str) -> LoadBalancerFact:
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return LoadBalancerFact(
        arn="a",
        name="web",
        dns_name="web-1.us-east-1.elb.amazonaws.com",
        type="application",
        vpc_id="vpc-1",
        zones=(),
        address="10.0.0.200",
        attributes=named,
        listeners=(),
    )


def headers_of(balancing: LoadBalancerFact, **headers: str) -> dict[str, str]:
    request = ClientRequest(
        method="GET",
        protocol="HTTPS",
        host="shop.example.com",
        port=8443,
        path="/",
        query="",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=b"",
        source="127.0.0.1",
    )
    return request_headers(
        balancing, request, "shop.example.com:8443", 0x6789_1233, random.Random(1)
    )


@pytest.mark.parametrize(
    ("mode", "came", "passed"),
    [
        ("append", None, "127.0.0.1"),
        ("append", "127.0.0.4", "127.0.0.4, 127.0.0.1"),
        ("append", "127.0.0.4, 127.0.0.8", "127.0.0.4, 127.0.0.8, 127.0.0.1"),
        ("preserve", None, None),
        ("preserve", "127.0.0.4", "127.0.0.4"),
        ("remove", "127.0.0.4", None),
    ],
)
def test_forwarded_for_follows_the_attribute(
    mode: str, came: str | None, passed: str | None
) -> None:
    """X-Forwarded-For is appended to, kept or removed, as the table of the user guide says."""
    balancing = balancer(routing__http__xff_header_processing__mode=mode)
    given = {} if came is None else {"x_forwarded_for": came}
    assert headers_of(balancing, **given).get("x-forwarded-for") == passed


def test_target_learns_how_the_client_came() -> None:
    """Protocol, port and host of the client's side are told; headers of one hop are not."""
    passed = headers_of(
        balancer(), connection="close", transfer_encoding="chunked", te="trailers", cookie="a=1"
    )
    assert passed == {
        "cookie": "a=1",
        "host": "shop.example.com:8443",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "8443",
        "x-forwarded-proto": "https",
        "x-amzn-trace-id": passed["x-amzn-trace-id"],
    }
    assert passed["x-amzn-trace-id"].startswith("Root=1-67891233-")


def test_trace_is_continued() -> None:
    """A trace keeps its root and its other fields, and gets an own id, which replaces an older."""
    chance = random.Random(1)
    begun = trace("", 1, chance)
    assert begun.startswith("Root=1-00000001-")
    assert len(begun) == len("Root=1-00000001-") + 24
    going_on = trace(f"Self=1-old;{begun};CalledFrom=app", 2, chance)
    own, *rest = going_on.split(";")
    assert own.startswith("Self=1-00000002-")
    assert rest == [begun, "CalledFrom=app"]
    assert trace("CalledFrom=app", 3, chance).startswith("Root=1-00000003-")


def test_answer_is_passed_on_without_what_belongs_to_one_hop() -> None:
    """The target's own headers arrive; its length and date are those of the answer itself."""
    passed = answer_headers({
        "Server": "nginx",
        "Content-Length": "7",
        "Connection": "keep-alive",
        "Date": "Mon",
        "ETag": '"x"',
    })
    assert passed == {"server": "nginx", "etag": '"x"'}
