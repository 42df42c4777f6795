"""RegisterTargets, DeregisterTargets and DescribeTargetHealth over the query protocol."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.errors import UnsupportedOperation

A, B = "10.0.0.10", "10.0.1.10"


@pytest.fixture
def web(balancing: Any) -> Any:
    """A region with a target group."""
    balancing.group()
    return balancing


def test_one_address_is_a_target_on_each_port(web: Any) -> None:
    """Targets are known by address and port, and described in the order of registration."""
    web.register(A, f"{A}:8080", B)
    assert [(one["Id"], one["Port"]) for one in web.health()] == [
        (A, "80"),
        (A, "8080"),
        (B, "80"),
    ]
    web.deregister(f"{A}:8080")
    assert [(one["Id"], one["Port"]) for one in web.health()] == [(A, "80"), (B, "80")]


def test_port_is_the_groups_unless_it_is_named(web: Any) -> None:
    """A target on another port is neither described nor deregistered by its address alone."""
    web.register(f"{A}:8080")
    assert [one["Reason"] for one in web.health(A)] == ["Target.NotRegistered"]
    web.deregister(A)
    assert [one["Port"] for one in web.health()] == ["8080"]


def test_unknown_target_is_not_registered(web: Any) -> None:
    """Asked for by name it is unused, with AWS's reason; deregistering it succeeds."""
    assert web.health("10.0.0.99:81") == [
        {
            "Id": "10.0.0.99",
            "Port": "81",
            "State": "unused",
            "Reason": "Target.NotRegistered",
            "Description": "Target is not registered to the target group",
        }
    ]
    assert web.health() == []
    web.deregister("10.0.0.99")


def test_health_is_given_in_the_order_of_the_question(web: Any) -> None:
    """Named targets come back as they were named, known and unknown ones."""
    web.register(A, B)
    named = web.health(B, "10.0.0.99", A)
    assert [one["Id"] for one in named] == [B, "10.0.0.99", A]


def test_zone_is_that_of_the_subnet(web: Any) -> None:
    """The zone of an address of the VPC is found, and is told."""
    web.register(A, B)
    assert [one["AvailabilityZone"] for one in web.health()] == ["us-east-1a", "us-east-1b"]


@pytest.mark.parametrize(
    ("target", "code", "text"),
    [
        ({"Id": "nope"}, "ValidationError", "The IP address 'nope' is not a valid IPv4 address"),
        ({"Id": "2001:db8::1"}, "ValidationError", "is not a valid IPv4 address"),
        ({"Id": "8.8.8.8"}, "ValidationError", "'8.8.8.8' is neither in the VPC nor in a private"),
        ({"Id": "127.0.0.1", "AvailabilityZone": "all"}, "ValidationError", "'127.0.0.1'"),
        (
            {"Id": "10.9.0.1"},
            "ValidationError",
            "The Availability Zone is required for IP address '10.9.0.1' because it is not in",
        ),
        (
            {"Id": "10.9.0.1", "AvailabilityZone": "mars-1a"},
            "ValidationError",
            "'mars-1a' is not a valid Availability Zone",
        ),
        (
            {"Id": A, "AvailabilityZone": "all"},
            "ValidationError",
            "cannot have its Availability Zone overridden to 'all' from 'us-east-1a'",
        ),
        ({"Id": A, "Port": 0}, "ValidationError", "greater than or equal to 1"),
        ({"Id": A, "Port": 65536}, "ValidationError", "less than or equal to 65535"),
        ({"Id": A, "Port": "http"}, "ValidationError", "'targets.2.member.port'"),
        ({"Port": 80}, "ValidationError", "Value null at 'targets.2.member.id'"),
    ],
)
def test_bad_target_is_refused_and_nothing_happens(
    web: Any, target: dict[str, Any], code: str, text: str
) -> None:
    """One bad target among good ones refuses the whole request, with what is wrong in words."""
    fields = {
        "TargetGroupArn": web.group().arn,
        "Targets.member.1.Id": A,
        **{f"Targets.member.2.{key}": value for key, value in target.items()},
    }
    error = web.refused("RegisterTargets", fields)
    assert error.code == code
    assert text in error.message
    assert web.health() == []


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/1234567890123456",
            "TargetGroupNotFound",
        ),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1234567890123456",
            "ValidationError",
        ),
        (
            "arn:aws:elasticloadbalancing:us-east-1:999999999999:targetgroup/web/1234567890123456",
            "ValidationError",
        ),
        ("web", "ValidationError"),
    ],
)
@pytest.mark.parametrize(
    "operation", ["RegisterTargets", "DeregisterTargets", "DescribeTargetHealth"]
)
def test_unknown_group_is_refused(web: Any, operation: str, arn: str, code: str) -> None:
    """A group that is not there, or is of another region or account, is no group."""
    fields = {"TargetGroupArn": arn, "Targets.member.1.Id": A}
    assert web.refused(operation, fields).code == code


def test_members_that_must_be_there_are_asked_for(web: Any) -> None:
    """Neither the group nor the targets may be missing; an empty list is no target."""
    assert "'targetGroupArn'" in web.refused("DescribeTargetHealth", {}).message
    arn = web.group().arn
    assert "'targets'" in web.refused("RegisterTargets", {"TargetGroupArn": arn}).message
    for operation in ("RegisterTargets", "DeregisterTargets"):
        empty = web.refused(operation, {"TargetGroupArn": arn, "Targets": ""})
        assert empty.message == "At least one target must be specified"


def test_group_has_room_for_a_thousand_targets(web: Any) -> None:
    """The quota of AWS holds, and a target that is there already takes no more room."""
    places = [f"10.0.{part}.{number}" for part in range(3) for number in range(1, 251)]
    web.register(*places)
    web.register(*(f"{place}:81" for place in places[:250]))
    web.register(*places)
    arn = web.group().arn
    fields = {"TargetGroupArn": arn, "Targets.member.1.Id": "10.0.2.253"}
    assert web.refused("RegisterTargets", fields).code == "TooManyTargets"
    assert len(web.health()) == 1000


def test_anomalies_are_told_when_they_are_asked_for(web: Any) -> None:
    """Nothing is anomalous here, and only who includes it is told so."""
    web.register(A)
    answer = web.call("DescribeTargetHealth", "web", [], **{"Include.member.1": "AnomalyDetection"})
    told = {leaf.tag.rpartition("}")[2]: leaf.text for leaf in answer.iter() if not len(leaf)}
    assert (told["Result"], told["MitigationInEffect"]) == ("normal", "no")
    assert "Result" not in web.health()[0]
    wrong = {"TargetGroupArn": web.group().arn, "Include.member.1": "Everything"}
    assert "[AnomalyDetection, All]" in web.refused("DescribeTargetHealth", wrong).message


def test_other_types_of_targets_stay_motos(balancing: Any) -> None:
    """Groups of instances, and other operations, are not answered here."""
    arn = balancing.group(target_type="instance").arn
    fields = {"TargetGroupArn": arn, "Targets.member.1.Id": "i-1"}
    assert balancing.ask("RegisterTargets", fields) is None
    assert balancing.ask("DescribeTargetGroups", {}) is None


def test_ipv6_targets_are_refused_plainly(balancing: Any) -> None:
    """A group of IPv6 addresses takes no target, and says that it is not simulated."""
    arn = balancing.group(ip_address_type="ipv6").arn
    fields = {"TargetGroupArn": arn, "Targets.member.1.Id": "2001:db8::1"}
    with pytest.raises(UnsupportedOperation, match="IPv4"):
        balancing.ask("RegisterTargets", fields)
