"""What CloudWatch is told of load balancers, minute by minute."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.load_balancing.facts import Action

A, B = "10.0.0.10", "10.0.1.10"
BALANCER = ("LoadBalancer", "app/web/0000000000000001")
GROUP = ("TargetGroup", "targetgroup/web/0000000000000002")


def told(balancing: Any, minute: int) -> dict[tuple[str, tuple[str, ...]], tuple[float, float]]:
    """Give what is told of one minute: by metric and dimensions, how many values and their sum."""
    start = 1_800_000_000_000_000 + minute * 60_000_000
    return {
        (one.name, tuple(name for name, _ in one.dimensions)): (one.count, one.total)
        for namespace, one in balancing.moto.samples
        if one.at == start and namespace == "AWS/ApplicationELB"
    }


ALB, BOTH, ALONE = ("LoadBalancer",), ("LoadBalancer", "TargetGroup"), ("TargetGroup",)


def test_requests_are_counted_by_minute(balancing: Any) -> None:
    """Requests, codes, times and the share of each healthy target, each under its dimensions."""
    _, bad = balancing.serving(A, B)
    bad.says(404)
    for _ in range(6):
        balancing.get()
    balancing.engine.advance_by(60)
    minute = told(balancing, 0)
    times = minute.pop(("TargetResponseTime", ALB))
    assert minute.pop(("TargetResponseTime", BOTH)) == times
    assert times[0] == 6
    assert 0.025 < times[1] < 0.035
    assert minute == {
        ("RequestCount", ALB): (6, 6),
        ("RequestCount", BOTH): (6, 6),
        ("HTTPCode_Target_2XX_Count", ALB): (3, 3),
        ("HTTPCode_Target_2XX_Count", BOTH): (3, 3),
        ("HTTPCode_Target_4XX_Count", ALB): (3, 3),
        ("HTTPCode_Target_4XX_Count", BOTH): (3, 3),
        ("RequestCountPerTarget", ALONE): (1, 3),
        ("RequestCountPerTarget", BOTH): (1, 3),
        ("HealthyHostCount", BOTH): (1, 2),
        ("UnHealthyHostCount", BOTH): (1, 0),
    }
    values = {one.dimensions for _, one in balancing.moto.samples}
    assert values == {(BALANCER,), (BALANCER, GROUP), (GROUP,)}
    assert {one.unit for _, one in balancing.moto.samples} == {"Count", "Seconds"}


def test_what_the_load_balancer_says_itself_is_counted_apart(balancing: Any) -> None:
    """Errors, redirects and fixed responses are not the targets', and choose no target."""
    balancing.listener(Action(type="fixed-response", settings={"StatusCode": "404"}))
    balancing.get()
    balancing.listener(Action(type="redirect", settings={"StatusCode": "HTTP_302", "Path": "/x"}))
    balancing.get()
    balancing.listener(Action(type="fixed-response", settings={"StatusCode": "200"}))
    balancing.get()
    balancing.group()
    balancing.listener(balancing.forward("web"))
    balancing.get()
    balancing.engine.advance_by(60)
    assert told(balancing, 0) == {
        ("HTTP_Fixed_Response_Count", ALB): (2, 2),
        ("HTTPCode_ELB_4XX_Count", ALB): (1, 1),
        ("HTTP_Redirect_Count", ALB): (1, 1),
        ("HTTPCode_ELB_3XX_Count", ALB): (1, 1),
        ("HTTPCode_ELB_5XX_Count", ALB): (1, 1),
        ("HTTPCode_ELB_503_Count", ALB): (1, 1),
    }


def test_connection_that_fails_is_a_request_and_an_error(balancing: Any) -> None:
    """A target was chosen, so it counts; the 504 is the load balancer's own."""
    balancing.serving(A)
    del balancing.servers[A]
    balancing.get()
    balancing.engine.advance_by(30)
    minute = told(balancing, 0)
    assert minute == {}
    balancing.engine.advance_by(30)
    minute = told(balancing, 0)
    assert minute["RequestCount", ALB] == (1, 1)
    assert minute["TargetConnectionErrorCount", BOTH] == (1, 1)
    assert minute["HTTPCode_ELB_504_Count", ALB] == (1, 1)
    assert ("HTTPCode_Target_5XX_Count", ALB) not in minute


def test_minutes_without_data_are_not_told(balancing: Any) -> None:
    """Requests make their own minutes; nothing is told, and nothing is due, in between."""
    balancing.listener(Action(type="fixed-response", settings={"StatusCode": "404"}))
    balancing.engine.advance_by(90)
    balancing.get()
    balancing.engine.advance_by(300)
    assert {one.at for _, one in balancing.moto.samples} == {1_800_000_060_000_000}
    assert balancing.engine.pending() == []
    balancing.get()
    balancing.engine.advance_by(60)
    assert len({one.at for _, one in balancing.moto.samples}) == 2


def test_hosts_are_told_while_there_are_any(balancing: Any) -> None:
    """Every minute while a group in use has targets, in the background; draining ones are none."""
    _, bad = balancing.serving(A, B)
    bad.says(500)
    balancing.engine.advance_by(112)
    assert told(balancing, 0) == {
        ("HealthyHostCount", BOTH): (1, 2),
        ("UnHealthyHostCount", BOTH): (1, 0),
    }
    assert told(balancing, 1) == {
        ("HealthyHostCount", BOTH): (1, 1),
        ("UnHealthyHostCount", BOTH): (1, 1),
    }
    assert balancing.engine.settled
    balancing.deregister(B)
    balancing.engine.advance_by(60)
    assert told(balancing, 2)["UnHealthyHostCount", BOTH] == (1, 0)
    balancing.deregister(A)
    balancing.engine.advance_by(60)
    assert told(balancing, 3) == {}


def test_failing_open_is_counted(balancing: Any) -> None:
    """Requests that went to targets only because nobody was healthy are counted as such."""
    (server,) = balancing.serving(A)
    server.says(500)
    balancing.engine.advance_by(112)
    balancing.get()
    balancing.engine.advance_by(60)
    minute = told(balancing, 2)
    assert minute["UnhealthyRoutingRequestCount", BOTH] == (1, 1)
    assert minute["RequestCountPerTarget", ALONE] == (1, 1)
