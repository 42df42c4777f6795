"""The life of a target on the step clock: registered, checked, drained, gone."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.load_balancing.protocol import Reach, TargetHealth

REGISTERING = ("initial", "Elb.RegistrationInProgress")
CHECKING = ("initial", "Elb.InitialHealthChecking")
HEALTHY = ("healthy", None)
A = "10.0.0.10"


def seen(balancing: Any) -> list[tuple[float, str, str | None]]:
    """Give the changes of the one target: when, state, reason."""
    return [(at, state, reason) for at, _, state, reason in balancing.changes]


def test_new_target_needs_one_pass(balancing: Any) -> None:
    """It is registered, then checked, and healthy with its first pass, whatever the threshold."""
    balancing.group(health_healthy_threshold=10)
    balancing.listener(balancing.forward("web"))
    balancing.add_server(A)
    balancing.register(A)
    balancing.engine.settle()
    assert seen(balancing) == [(0, *REGISTERING), (4, *CHECKING), (8, *HEALTHY)]


def test_short_interval_brings_the_first_check_sooner(balancing: Any) -> None:
    """Nobody waits longer for the first check than for any other one."""
    balancing.group(health_interval=1.0)
    balancing.listener(balancing.forward("web"))
    balancing.add_server(A)
    balancing.register(A)
    balancing.engine.settle()
    assert seen(balancing)[-1] == (5, *HEALTHY)


@pytest.mark.parametrize(
    ("ports", "status", "at", "reason"),
    [
        ({80: Reach.ACCEPTED}, 404, 38, "Target.ResponseCodeMismatch"),
        ({80: Reach.ACCEPTED}, None, 38, "Target.FailedHealthChecks"),
        ({80: Reach.REFUSED}, 200, 38, "Target.FailedHealthChecks"),
        ({8080: Reach.ACCEPTED}, 200, 43, "Target.Timeout"),
    ],
)
def test_failing_target_becomes_unhealthy(
    balancing: Any, ports: dict[int, Reach], status: int | None, at: float, reason: str
) -> None:
    """After as many failures as the group says; a time-out is known when it has run out."""
    balancing.group()
    balancing.listener(balancing.forward("web"))
    server = balancing.add_server(A, ports=ports)
    if status is None:
        server.answer = None
    else:
        server.says(status)
    balancing.register(A)
    balancing.engine.settle()
    assert seen(balancing)[2:] == [(at, "unhealthy", reason)]


def test_address_without_anybody_times_out(balancing: Any) -> None:
    """An address nobody has fails by time-out, and is looked for in the group's VPC each time."""
    balancing.group()
    balancing.listener(balancing.forward("web"))
    balancing.register(A)
    balancing.engine.settle()
    assert balancing.health(A)[0]["Description"] == "Request timed out"
    assert set(balancing.looked_for) == {(A, "vpc-1")}
    balancing.add_server(A)
    balancing.engine.advance_by(1000)
    assert balancing.states(A) == ["healthy"]


def test_address_outside_the_vpc_is_looked_for_everywhere(balancing: Any) -> None:
    """A target of a peered VPC may be anywhere in the region."""
    balancing.group()
    balancing.listener(balancing.forward("web"))
    balancing.add_server("10.9.0.10")
    balancing.register("10.9.0.10", AvailabilityZone="all")
    balancing.engine.settle()
    assert balancing.looked_for[0] == ("10.9.0.10", None)
    assert balancing.states() == ["healthy"]


def test_check_is_asked_as_the_group_says(balancing: Any) -> None:
    """Path, port and protocol are the group's; host and agent are those of a real checker."""
    balancing.group(health_path="/ready?deep=1", health_port="8081", health_matcher="204")
    balancing.listener(balancing.forward("web"))
    server = balancing.add_server(A, ports={8081: Reach.ACCEPTED})
    server.says(204)
    balancing.register(A)
    balancing.engine.settle()
    ((port, method, path, headers, body, peer),) = server.asked
    assert (port, method, path, body, peer) == (8081, "GET", "/ready?deep=1", b"", "10.0.0.200")
    assert headers["host"] == f"{A}:8081"
    assert headers["user-agent"] == "ELB-HealthChecker/2.0"
    assert balancing.health()[0]["HealthCheckPort"] == "8081"
    assert balancing.states() == ["healthy"]


def test_tcp_check_only_connects(balancing: Any) -> None:
    """A TCP check passes when the connection is accepted, and asks for no page."""
    balancing.group(health_protocol="TCP")
    balancing.listener(balancing.forward("web"))
    server = balancing.add_server(A)
    server.says(500)
    balancing.register(A)
    balancing.engine.settle()
    assert balancing.states() == ["healthy"]
    assert server.asked == []


def test_healthy_target_falls_and_recovers_by_thresholds(balancing: Any) -> None:
    """Two failures in a row take it out; then three passes in a row bring it back."""
    (server,) = balancing.serving(A, health_healthy_threshold=3, health_unhealthy_threshold=2)
    balancing.changes.clear()
    server.says(503)
    balancing.engine.advance_by(31)  # the check at 38 s fails
    assert balancing.states() == ["healthy"]
    balancing.engine.advance_by(30)  # 68 s
    server.says(200)
    balancing.engine.advance_by(120)
    assert seen(balancing) == [
        (68, "unhealthy", "Target.ResponseCodeMismatch"),
        (158, *HEALTHY),
    ]


def test_checks_go_on_at_the_interval(balancing: Any) -> None:
    """Every interval there is one check, in the background, as long as the target is there."""
    (server,) = balancing.serving(A, health_interval=10.0)
    assert balancing.engine.settled
    balancing.engine.advance_by(100)
    assert len(server.asked) == 10
    balancing.deregister(A)
    balancing.engine.advance_by(1000)
    assert len(server.asked) == 10


def test_group_without_listener_is_not_checked(balancing: Any) -> None:
    """Targets of a group that nobody uses are unused, and begin when a listener uses the group."""
    balancing.group()
    server = balancing.add_server(A)
    balancing.register(A)
    balancing.engine.advance_by(100)
    assert balancing.health(A)[0] | {"HealthCheckPort": ""} == {
        "Id": A,
        "Port": "80",
        "AvailabilityZone": "us-east-1a",
        "HealthCheckPort": "",
        "State": "unused",
        "Reason": "Target.NotInUse",
        "Description": ("Target group is not configured to receive traffic from the load balancer"),
    }
    assert server.asked == []
    balancing.listener(balancing.forward("web"))
    balancing.engine.settle()
    assert seen(balancing) == [(100, *REGISTERING), (104, *CHECKING), (108, *HEALTHY)]
    balancing.no_balancer()
    balancing.engine.settle()
    assert balancing.changes[-1][2:] == ("unused", "Target.NotInUse")
    server.asked.clear()
    balancing.engine.advance_by(100)
    assert server.asked == []


def test_zone_that_is_not_enabled_gets_no_requests(balancing: Any) -> None:
    """A target in a zone of which the load balancer has no subnet is unused, and says why."""
    balancing.group()
    balancing.listener(balancing.forward("web"), zones="a")
    balancing.register("10.0.1.10", A)
    outside, inside = balancing.health()
    assert outside["Reason"] == "Target.NotInUse"
    assert outside["Description"].startswith("Target is in an Availability Zone that is not")
    assert inside["State"] == "initial"
    balancing.listener(balancing.forward("web"), zones="ab")
    balancing.engine.step()
    assert balancing.states() == ["initial", "initial"]


def test_group_that_is_not_checked_is_unavailable(balancing: Any) -> None:
    """With checks disabled nothing is known of a target, and it gets requests all the same."""
    balancing.group(health_enabled=False)
    balancing.listener(balancing.forward("web"))
    server = balancing.add_server(A)
    balancing.register(A)
    balancing.engine.advance_by(100)
    assert balancing.health()[0]["Reason"] == "Target.HealthCheckDisabled"
    assert server.asked == []
    assert balancing.get().body == b"page"
    balancing.group(health_enabled=True)
    balancing.engine.settle()
    assert balancing.states() == ["healthy"]
    balancing.group(health_enabled=False)
    balancing.engine.settle()
    assert balancing.states() == ["unavailable"]


def test_modified_settings_are_honoured_from_then_on(balancing: Any) -> None:
    """A new path, matcher or threshold counts at the next check, which a new interval hastens."""
    (server,) = balancing.serving(A, health_interval=300.0, health_healthy_threshold=2)
    server.says(404)
    balancing.group(health_interval=5.0, health_path="/new", health_unhealthy_threshold=3)
    balancing.engine.advance_by(14)
    assert [one[2] for one in server.asked] == ["/new", "/new"]
    assert balancing.states() == ["healthy"]
    balancing.engine.advance_by(1)
    assert balancing.states() == ["unhealthy"]
    balancing.group(health_interval=5.0, health_matcher="200,404", health_healthy_threshold=2)
    balancing.engine.advance_by(10)
    assert balancing.states() == ["healthy"]


def test_deregistered_target_drains_and_is_gone(balancing: Any) -> None:
    """It is draining for the group's delay, even with nothing in flight, and then unknown."""
    balancing.serving(A, attributes={"deregistration_delay.timeout_seconds": 30})
    balancing.changes.clear()
    gone: list[float] = []
    arn = balancing.group(attributes={"deregistration_delay.timeout_seconds": 20}).arn
    balancing.region.deregister(arn, A, 80, done=lambda: gone.append(balancing.now))
    balancing.region.deregister(arn, A, 80, done=lambda: gone.append(balancing.now))
    assert gone == []
    assert balancing.health()[0]["Description"] == "Target deregistration is in progress"
    balancing.engine.settle()
    assert gone == [28, 28]
    assert seen(balancing) == [
        (8, "draining", "Target.DeregistrationInProgress"),
        (28, "unused", "Target.NotRegistered"),
    ]
    assert balancing.health() == []


def test_delay_is_five_minutes_unless_it_is_set(balancing: Any) -> None:
    """AWS's default is 300 s; with 0 the target is gone at once."""
    balancing.serving(A)
    balancing.deregister(A)
    balancing.engine.settle()
    assert balancing.now == 308
    balancing.group(attributes={"deregistration_delay.timeout_seconds": 0})
    balancing.register(A)
    balancing.engine.settle()
    balancing.deregister(A)
    assert balancing.health() == []


def test_unused_target_leaves_at_once(balancing: Any) -> None:
    """Where no request can be in flight nothing drains; whoever waits is told soon, not now."""
    arn = balancing.group().arn
    balancing.register(A)
    told: list[str] = []
    balancing.region.deregister(arn, A, 80, done=lambda: told.append("registered"))
    balancing.region.deregister(arn, "10.0.0.99", 80, done=lambda: told.append("unknown"))
    assert told == []
    assert balancing.health() == []
    balancing.engine.step()
    assert told == ["registered", "unknown"]


def test_draining_target_can_be_registered_again(balancing: Any) -> None:
    """It begins anew, and whoever waited for its end is told that this life is over."""
    balancing.serving(A)
    told: list[float] = []
    arn = balancing.group().arn
    balancing.region.deregister(arn, A, 80, done=lambda: told.append(balancing.now))
    balancing.engine.advance_by(10)
    balancing.register(A)
    balancing.engine.settle()
    assert told == [18]
    assert balancing.states() == ["healthy"]
    balancing.engine.advance_by(400)
    assert balancing.states() == ["healthy"]


def test_registering_twice_changes_nothing(balancing: Any) -> None:
    """A target that is there stays as it is."""
    balancing.serving(A)
    balancing.changes.clear()
    balancing.register(A)
    assert balancing.changes == []
    assert balancing.states() == ["healthy"]


def test_deleted_group_takes_its_targets_along(balancing: Any) -> None:
    """Nothing is checked any more, and whoever waited for a target to drain need not any longer."""
    (server,) = balancing.serving(A)
    told: list[str] = []
    arn = balancing.group().arn
    balancing.region.deregister(arn, A, 80, done=lambda: told.append("gone"))
    balancing.no_balancer()
    balancing.no_group()
    balancing.engine.settle()
    assert told == ["gone"]
    assert balancing.region.health(arn, A, 80).state == "unused"
    server.asked.clear()
    balancing.engine.advance_by(600)
    assert server.asked == []
    assert balancing.engine.pending() == []


def test_services_ask_the_same_region(balancing: Any) -> None:
    """What a service registers clients see, and the owner that it names answers."""
    arn = balancing.group().arn
    balancing.listener(balancing.forward("web"))
    server = balancing.add_server("10.0.0.77")
    balancing.region.register(arn, A, 80, server)
    balancing.region.register("arn:none", A, 80, server)
    balancing.engine.settle()
    assert balancing.region.health(arn, A, 80) == TargetHealth("healthy")
    assert balancing.region.health(arn, A, 81).reason == "Target.NotRegistered"
    assert balancing.health(A)[0]["AvailabilityZone"] == "us-east-1a"
    assert balancing.looked_for == []
    assert server.asked[0][0] == 80


def test_services_learn_what_a_group_is(balancing: Any) -> None:
    """Type, port, VPC, delay and use are told, and that a group is not there."""
    region = balancing.region
    arn = balancing.group(attributes={"deregistration_delay.timeout_seconds": 7}).arn
    assert region.exists(arn)
    assert not region.has_listener(arn)
    assert (region.target_type(arn), region.target_port(arn)) == ("ip", 80)
    assert (region.target_vpc(arn), region.deregistration_delay(arn)) == ("vpc-1", 7.0)
    balancing.listener(balancing.forward("web"))
    assert region.has_listener(arn)
    assert not region.exists("other")
    assert not region.has_listener("other")
    assert region.target_type("other") is None
    assert region.target_port("other") is None
    assert region.target_vpc("other") is None
    assert region.deregistration_delay("other") == 0.0


def test_configuration_is_read_only_when_it_may_have_changed(balancing: Any) -> None:
    """Many checks and questions cost one read of moto."""
    balancing.serving(A)
    reads = balancing.moto.reads
    balancing.engine.advance_by(3600)
    balancing.health()
    balancing.get()
    assert balancing.moto.reads == reads
    balancing.group()
    balancing.group()
    balancing.engine.settle()
    balancing.health()
    assert balancing.moto.reads == reads + 1


def test_same_seed_gives_the_same_history(new_balancing: Any) -> None:
    """With jitter, two runs of one seed are alike, and another seed gives another history."""

    def history(seed: int) -> list[Any]:
        balancing = new_balancing(seed, jitter=0.3)
        for number in range(5):
            balancing.add_server(f"10.0.0.{number + 10}")
        balancing.group()
        balancing.listener(balancing.forward("web"))
        balancing.register(*balancing.servers)
        balancing.engine.settle()
        changes: list[Any] = balancing.changes
        return changes

    assert history(1) == history(1)
    assert history(1) != history(2)
