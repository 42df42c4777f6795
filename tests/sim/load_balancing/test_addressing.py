"""Which requests are a load balancer's, and which one is meant."""

from __future__ import annotations

import pytest

from fargate_kit.sim.load_balancing.addressing import addressed, link
from fargate_kit.sim.request import Request

DNS_NAME = "web-1.eu-west-1.elb.amazonaws.com"


def request(path: str = "/", host: str = "127.0.0.1:4566") -> Request:
    return Request(method="GET", path=path, query="a=1", headers={"host": host}, body=b"x")


@pytest.mark.parametrize(
    ("path", "host", "port", "certain", "meant", "rest"),
    [
        (f"/_alb/{DNS_NAME}", "127.0.0.1:4566", None, True, DNS_NAME, "/"),
        (f"/_alb/{DNS_NAME}/", "localhost:4566", None, True, DNS_NAME, "/"),
        (f"/_alb/{DNS_NAME}:8080/a/b", "127.0.0.1", 8080, True, DNS_NAME, "/a/b"),
        (f"/_alb/{DNS_NAME}%3A443//x", "shop.example.com", 443, True, "shop.example.com", "//x"),
        ("/_alb/web-1.eu-west-1.elb.localhost/x", "127.0.0.1", None, True, DNS_NAME, "/x"),
        ("/x", DNS_NAME, None, False, DNS_NAME, "/x"),
        ("/x", f"{DNS_NAME.upper()}:8080", 8080, False, DNS_NAME, "/x"),
        (
            "/",
            "web-1.eu-west-1.elb.localhost:4566",
            4566,
            False,
            "web-1.eu-west-1.elb.localhost",
            "/",
        ),
    ],
)
def test_load_balancer_is_named_by_path_or_host(
    path: str, host: str, port: int | None, certain: bool, meant: str, rest: str
) -> None:
    """The name, the port and the path are found in both forms, and the region in the name."""
    visit = addressed(request(path, host))
    assert visit is not None
    assert (visit.dns_name, visit.region) == (DNS_NAME, "eu-west-1")
    assert (visit.port, visit.certain, visit.host) == (port, certain, meant)
    assert (visit.request.path, visit.request.query, visit.request.body) == (rest, "a=1", b"x")


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/", "127.0.0.1:4566"),
        ("/_sim/clock", "127.0.0.1:4566"),
        ("/_albany/x", "127.0.0.1:4566"),
        ("/", "elasticloadbalancing.us-east-1.amazonaws.com"),
        ("/", "bucket.s3.amazonaws.com"),
    ],
)
def test_other_requests_are_left_alone(path: str, host: str) -> None:
    """What names no load balancer is not taken for a request to one."""
    assert addressed(request(path, host)) is None


def test_door_is_known_where_redirects_must_lead_back() -> None:
    """Who came by a name of this machine can be sent back to it; who uses AWS's name cannot."""
    by_path = addressed(request(f"/_alb/{DNS_NAME}/"))
    by_name = addressed(request("/", "web-1.eu-west-1.elb.localhost:4566"))
    by_dns = addressed(request("/", DNS_NAME))
    assert by_path is not None
    assert by_name is not None
    assert by_dns is not None
    assert (by_path.door, by_dns.door) == ("127.0.0.1:4566", None)
    assert by_name.door == "web-1.eu-west-1.elb.localhost:4566"
    assert link("127.0.0.1:4566", DNS_NAME, 443, "/x", "a=1") == (
        f"http://127.0.0.1:4566/_alb/{DNS_NAME}:443/x?a=1"
    )


def test_name_without_region_has_none() -> None:
    """A name that is no load balancer's is still a visit, so that it can be answered clearly."""
    visit = addressed(request("/_alb/nonsense/"))
    assert visit is not None
    assert (visit.dns_name, visit.region) == ("nonsense", "")
