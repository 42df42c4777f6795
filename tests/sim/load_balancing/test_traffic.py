"""HTTP through a load balancer: rules, targets in turn, and what happens without any."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pytest

from fargate_kit.sim.load_balancing.facts import Action, Condition
from fargate_kit.sim.load_balancing.protocol import Reach
from fargate_kit.sim.workloads.behaviour import HttpAnswer

A, B, C = "10.0.0.10", "10.0.1.10", "10.0.2.10"
DNS_NAME = "web-1.us-east-1.elb.amazonaws.com"


def path(pattern: str) -> tuple[Condition, ...]:
    return (Condition(field="path-pattern", values=(pattern,)),)


def fixed(status: int, text: str = "", content_type: str | None = None) -> Action:
    settings = {"StatusCode": str(status)}
    if text:
        settings["MessageBody"] = text
    if content_type:
        settings["ContentType"] = content_type
    return Action(type="fixed-response", settings=settings)


def redirect(**settings: str) -> Action:
    return Action(type="redirect", settings={"StatusCode": "HTTP_301", **settings})


def test_target_answers(balancing: Any) -> None:
    """The request arrives whole, and the answer comes back whole."""
    (server,) = balancing.serving(A)
    server.answer = HttpAnswer(
        status=201, headers={"Server": "mine", "X-Made": "yes"}, body=b"\x00made"
    )
    answer = balancing.get("/things?a=1&b=%20", method="POST", body=b"thing", x_mine="1")
    assert (answer.status, answer.body) == (201, b"\x00made")
    assert answer.headers == {"server": "mine", "x-made": "yes"}
    ((port, method, target, headers, body, peer),) = server.asked
    assert (port, method, target, body) == (80, "POST", "/things?a=1&b=%20", b"thing")
    assert (headers["host"], headers["x-mine"], peer) == (DNS_NAME, "1", "10.0.0.200")


def test_head_has_no_body(balancing: Any) -> None:
    """A HEAD request reaches the target as one, and whatever it says the body stays away."""
    (server,) = balancing.serving(A)
    answer = balancing.get(method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert server.asked[0][1] == "HEAD"
    balancing.listener(fixed(200, "text"))
    assert balancing.get(method="HEAD").body == b""
    balancing.listener(redirect(Port="443"))
    assert balancing.get(method="HEAD").body == b""


def test_healthy_targets_take_turns(balancing: Any) -> None:
    """Round robin in the order of registration, over healthy targets alone."""
    servers = balancing.serving(A, B, C)
    for number, server in enumerate(servers):
        server.says(200, str(number).encode())
    assert b"".join(balancing.get().body for _ in range(7)) == b"0120120"
    servers[1].says(500)
    balancing.engine.advance_by(70)
    assert balancing.states() == ["healthy", "unhealthy", "healthy"]
    served = Counter(balancing.get().body for _ in range(100))
    assert served.keys() == {b"0", b"2"}
    assert max(served.values()) <= 51


def test_target_that_drains_gets_nothing_more(balancing: Any) -> None:
    """From the moment of its deregistration the others get all requests, and none fails."""
    draining, staying = balancing.serving(A, B)
    balancing.deregister(A)
    assert {balancing.get().status for _ in range(10)} == {200}
    assert (len(draining.visits), len(staying.visits)) == (0, 10)


def test_unhealthy_targets_serve_when_nobody_is_healthy(balancing: Any) -> None:
    """The load balancer fails open: with all targets failing their checks all get requests."""
    servers = balancing.serving(A, B)
    for server in servers:
        server.says(500, b"broken")
    balancing.engine.advance_by(70)
    assert balancing.states() == ["unhealthy", "unhealthy"]
    assert [balancing.get().status for _ in range(4)] == [500] * 4
    assert [len(server.visits) for server in servers] == [2, 2]


@pytest.mark.parametrize(
    ("attribute", "value", "fails_open"),
    [
        ("count", "1", False),
        ("count", "2", True),
        ("percentage", "off", False),
        ("percentage", "33", False),
        ("percentage", "50", True),
    ],
)
def test_group_says_how_many_must_be_healthy(
    balancing: Any, attribute: str, value: str, fails_open: bool
) -> None:
    """Below the count or the percentage of its attributes a group's load balancer fails open."""
    key = "target_group_health.unhealthy_state_routing.minimum_healthy_targets"
    servers = balancing.serving(A, B, C, attributes={f"{key}.{attribute}": value})
    for server in servers[1:]:
        server.says(500)
    balancing.engine.advance_by(70)
    served = sum(bool(balancing.get() and server.visits) for server in servers for _ in range(3))
    assert (served > 3) is fails_open
    assert bool(servers[1].visits) is fails_open


def test_new_target_waits_for_its_first_pass(balancing: Any) -> None:
    """While another one is healthy, a target that is still being checked gets nothing."""
    (old,) = balancing.serving(A)
    new = balancing.add_server(B)
    balancing.register(B)
    assert balancing.states() == ["healthy", "initial"]
    for _ in range(4):
        balancing.get()
    assert (len(old.visits), len(new.visits)) == (4, 0)


def test_nobody_to_serve_is_503(balancing: Any) -> None:
    """A group without targets, or one whose last target drains, answers 503 with AWS's page."""
    balancing.group()
    balancing.listener(balancing.forward("web"))
    empty = balancing.get()
    assert (empty.status, empty.headers["server"]) == (503, "awselb/2.0")
    assert empty.headers["content-type"] == "text/html"
    assert len(empty.body) == 162  # as seen on AWS
    assert b"<h1>503 Service Temporarily Unavailable</h1>" in empty.body
    balancing.serving(A)
    balancing.deregister(A)
    assert balancing.get().status == 503


@pytest.mark.parametrize(
    ("reach", "answers", "status", "length"),
    [
        (Reach.LOST, True, 504, None),
        (Reach.REFUSED, False, 502, 122),
        (Reach.ACCEPTED, False, 502, 122),
    ],
)
def test_target_that_does_not_answer(
    balancing: Any, reach: Reach, answers: bool, status: int, length: int | None
) -> None:
    """A lost connection is a gateway time-out, a refused one a bad gateway."""
    (server,) = balancing.serving(A)
    server.ports = {80: reach}
    if not answers:
        server.answer = None
    answer = balancing.get()
    assert (answer.status, answer.headers["server"]) == (status, "awselb/2.0")
    assert length in {None, len(answer.body)}


def test_task_that_is_gone_is_a_time_out(balancing: Any) -> None:
    """An address that nobody has any more says nothing."""
    balancing.serving(A)
    del balancing.servers[A]
    assert balancing.get().status == 504


def test_rules_are_tried_by_priority(balancing: Any) -> None:
    """The lowest number first; the default action takes the rest."""
    balancing.group("web")
    balancing.listener(
        fixed(404, "nothing", "text/plain"),
        (20, path("/*"), fixed(200, "{}", "application/json")),
        (10, path("/old/*"), fixed(410, "gone")),
    )
    old, new = balancing.get("/old/x"), balancing.get("/new")
    assert (old.status, old.body) == (410, b"gone")
    assert old.headers["content-type"] == "text/plain; charset=utf-8"
    assert (new.status, new.body) == (200, b"{}")
    assert new.headers["content-type"] == "application/json; charset=utf-8"
    balancing.listener(fixed(404), (10, path("/old/*"), fixed(410)))
    answer = balancing.get("/new")
    assert (answer.status, answer.body, answer.headers) == (404, b"", {"server": "awselb/2.0"})


def test_weights_share_requests_between_groups(balancing: Any) -> None:
    """Weighted forward: 90 to 10 are 90 and 10 of 100, and no group takes over for another."""
    (blue,) = balancing.serving(A, group="blue")
    (green,) = balancing.serving(B, group="green")
    balancing.listener(balancing.forward("blue", "green", weights=(90, 10)))
    balancing.engine.settle()
    assert {balancing.get().status for _ in range(100)} == {200}
    assert (len(blue.visits), len(green.visits)) == (90, 10)
    balancing.group("empty")
    balancing.listener(balancing.forward("blue", "empty", weights=(1, 1)))
    assert Counter(balancing.get().status for _ in range(10)) == {200: 5, 503: 5}
    balancing.listener(balancing.forward("blue", "green", weights=(0, 0)))
    assert balancing.get().status == 503


def test_new_target_starts_slowly_if_the_group_says_so(balancing: Any) -> None:
    """Its share grows over the duration, beside a target that has its full one."""
    slow = {"slow_start.duration_seconds": 100}
    (old,) = balancing.serving(A, attributes=slow)
    new = balancing.add_server(B)
    balancing.engine.advance_by(200)
    balancing.register(B)
    balancing.engine.settle()
    balancing.engine.advance_by(20)
    for _ in range(60):
        balancing.get()
    assert (len(old.visits), len(new.visits)) == (50, 10)
    balancing.engine.advance_by(100)
    for _ in range(20):
        balancing.get()
    assert (len(old.visits), len(new.visits)) == (60, 20)


def test_random_algorithm_is_random_and_repeats(new_balancing: Any) -> None:
    """With `weighted_random` everybody is served, in an order that follows from the seed."""

    def served(seed: int) -> bytes:
        balancing = new_balancing(seed)
        attributes = {"load_balancing.algorithm.type": "weighted_random"}
        for number, server in enumerate(balancing.serving(A, B, attributes=attributes)):
            server.says(200, str(number).encode())
        return b"".join(balancing.get().body for _ in range(40))

    assert served(1) == served(1)
    assert served(1) != served(2)
    assert 5 < served(1).count(b"1") < 35
    assert b"00" in served(1)


@pytest.mark.parametrize(
    ("settings", "location"),
    [
        (
            {"Protocol": "HTTPS", "Port": "443"},
            f"https://{DNS_NAME}:443/img/a%20b?x=1&y=2",
        ),
        ({"Host": "www.#{host}"}, f"http://www.{DNS_NAME}:80/img/a%20b?x=1&y=2"),
        ({"Path": "/new/#{path}"}, f"http://{DNS_NAME}:80/new/img/a%20b?x=1&y=2"),
        (
            {"Query": "#{query}&from=#{protocol}-#{port}", "Path": "/"},
            f"http://{DNS_NAME}:80/?x=1&y=2&from=http-80",
        ),
        ({"Path": "/#{host}/#{port}", "Query": ""}, f"http://{DNS_NAME}:80/{DNS_NAME}/80"),
    ],
)
def test_redirect_reuses_parts_of_the_url(
    balancing: Any, settings: dict[str, str], location: str
) -> None:
    """What is not changed stays, and the reserved words stand for parts of the original."""
    balancing.listener(redirect(**settings))
    answer = balancing.get("/img/a%20b?x=1&y=2")
    assert answer.status == 301
    assert answer.headers["location"] == location
    assert b"301 Moved Permanently" in answer.body


def test_redirect_may_be_temporary_but_not_endless(balancing: Any) -> None:
    """302 is the other status; a location of more than 8 K is refused with 507."""
    balancing.listener(redirect(StatusCode="HTTP_302", Path="/x"))
    assert balancing.get().status == 302
    balancing.listener(redirect(Path="/#{path}", Query="a=" + "b" * 9000))
    assert balancing.get().status == 507


def test_redirect_leads_back_to_the_door(balancing: Any) -> None:
    """Whoever came by this machine's name can follow a redirect within the load balancer."""
    balancing.listener(redirect(Protocol="HTTPS", Port="443"))
    balancing.listener(fixed(200, "safe"), port=443, protocol="HTTPS")
    by_path = balancing.get(f"/_alb/{DNS_NAME}/a?b=1", host="127.0.0.1:4566")
    assert by_path.headers["location"] == f"http://127.0.0.1:4566/_alb/{DNS_NAME}:443/a?b=1"
    followed = balancing.get(f"/_alb/{DNS_NAME}:443/a?b=1", host="127.0.0.1:4566")
    assert followed.body == b"safe"
    by_name = balancing.get("/a", host="web-1.us-east-1.elb.localhost:4566")
    assert by_name.headers["location"] == (
        f"http://web-1.us-east-1.elb.localhost:4566/_alb/{DNS_NAME}:443/a"
    )
    balancing.listener(redirect(Host="other.example.com"))
    elsewhere = balancing.get(f"/_alb/{DNS_NAME}/a", host="127.0.0.1:4566")
    assert elsewhere.headers["location"] == "http://other.example.com:80/a"


def test_listener_is_that_of_the_port(balancing: Any) -> None:
    """The named port decides; without one it is 80, or the lowest there is."""
    balancing.listener(fixed(200, "first"), port=8080)
    assert balancing.get().body == b"first"
    balancing.listener(fixed(200, "usual"))
    assert balancing.get().body == b"usual"
    assert balancing.get(host=f"{DNS_NAME}:8080").body == b"first"
    assert balancing.get(host="web-1.us-east-1.elb.localhost:4566").body == b"usual"
    missing = balancing.get(f"/_alb/{DNS_NAME}:9/", host="127.0.0.1")
    assert missing.status == 404
    assert missing.body == b"The load balancer web has no listener on port 9; there is: 8080, 80.\n"


def test_host_condition_sees_the_host_that_the_client_means(balancing: Any) -> None:
    """By path any Host can be sent; this machine's own names stand for the load balancer's."""
    condition = Condition(field="host-header", values=("shop.example.com",))
    balancing.listener(fixed(200, "other"), (1, (condition,), fixed(200, "shop")))
    by_path = f"/_alb/{DNS_NAME}/"
    assert balancing.get(by_path, host="shop.example.com").body == b"shop"
    assert balancing.get(by_path, host="127.0.0.1:4566").body == b"other"
    (server,) = balancing.serving(A)
    balancing.get(by_path, host="127.0.0.1:4566")
    balancing.get(by_path, host="shop.example.com")
    balancing.listener(balancing.forward("web"), port=8080)
    balancing.get(f"/_alb/{DNS_NAME}:8080/", host="shop.example.com")
    hosts = [visit[3]["host"] for visit in server.visits]
    assert hosts == [DNS_NAME, "shop.example.com", "shop.example.com:8080"]


def test_unknown_name_is_told_plainly(balancing: Any) -> None:
    """A name that DNS would not know is no error of a load balancer."""
    answer = balancing.get()
    assert answer.status == 404
    assert answer.headers["server"] == "fargate-kit"
    assert DNS_NAME.encode() in answer.body
    balancing.listener(fixed(200))
    balancers = balancing.moto.facts.load_balancers
    bare = tuple(dataclasses.replace(one, listeners=()) for one in balancers)
    balancing._configure(balancers=bare)
    assert balancing.get().body == b"The load balancer web has no listener.\n"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "network"}, 501),
        ({"action": Action(type="authenticate-oidc")}, 501),
    ],
)
def test_what_is_not_simulated_says_so(balancing: Any, change: dict[str, Any], status: int) -> None:
    """Other load balancers, and actions that authenticate, are refused in plain words."""
    action = change.pop("action", fixed(200))
    balancing.listener(action, **change)
    answer = balancing.get()
    assert answer.status == status
    assert b"simulated" in answer.body
    assert answer.headers["server"] == "fargate-kit"


def test_authentication_comes_before_the_routing_action(balancing: Any) -> None:
    """A rule that authenticates first never reaches its target without it."""
    (server,) = balancing.serving(A)
    rule = balancing.forward("web")
    balancing.listener(fixed(404), (1, path("/*"), rule))
    (balancer,) = balancing.moto.facts.load_balancers
    (listener,) = balancer.listeners
    first = dataclasses.replace(
        listener.rules[0],
        actions=(dataclasses.replace(rule, order=2), Action(type="authenticate-oidc", order=1)),
    )
    changed = dataclasses.replace(listener, rules=(first, listener.rules[1]))
    balancing._configure(balancers=(dataclasses.replace(balancer, listeners=(changed,)),))
    assert balancing.get().status == 501
    assert server.visits == []


@pytest.mark.parametrize("version", ["GRPC", "HTTP2"])
def test_group_of_another_protocol_takes_no_http1(balancing: Any, version: str) -> None:
    """A request in HTTP/1.1 to a group of gRPC or HTTP/2 is answered 464."""
    balancing.serving(A, protocol_version=version)
    assert balancing.states() == ["healthy"]
    assert balancing.get().status == 464


def test_trace_is_no_method_for_a_load_balancer(balancing: Any) -> None:
    """TRACE is answered 405, whatever the rules say."""
    balancing.listener(fixed(200))
    assert balancing.get(method="TRACE").status == 405
