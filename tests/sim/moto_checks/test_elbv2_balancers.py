"""What Elastic Load Balancing refuses of load balancers and target groups: nothing changes then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from balancing_ground import Ground

ARN = "arn:aws:elasticloadbalancing:us-east-1:111122226666"
GONE = f"{ARN}:loadbalancer/app/gone/0123456789abcdef"
INVALID = "InvalidConfigurationRequest"
HTTP = {"Name": "new", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}
TCP = HTTP | {"Protocol": "TCP"}

Params = dict[str, Any]
Asked = Callable[[Ground], Params]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Load balancers and target groups that refusals leave as they are."""
    made = Ground("111122226666")
    yield made
    made.moto.close()


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("a" * 33, "cannot be longer than '32' characters"),
        ("web_1", "alphanumeric characters and hyphens"),
        ("über", "alphanumeric characters and hyphens"),
        ("", "alphanumeric characters and hyphens"),
        ("new\n", "alphanumeric characters and hyphens"),
        ("-web", "cannot begin with a hyphen"),
        ("web-", "cannot end with a hyphen"),
        ("internal-web", "cannot begin with 'internal-'"),
    ],
)
def test_bad_name_makes_no_balancer(ground: Ground, name: str, telling: str) -> None:
    """A name keeps to the rules of the service model, and the message tells which it breaks."""
    told = ground.refused("CreateLoadBalancer", Name=name, Subnets=ground.subnets[:2])
    assert told.startswith("ValidationError: ")
    assert telling in told


SUBNETS: list[tuple[Callable[[Ground], list[str]], str]] = [
    (lambda it: [], "ValidationError: At least two subnets in two different Availability Zones"),
    (lambda it: it.subnets[:1], "ValidationError: At least two subnets in two different"),
    (lambda it: it.subnets[:1] * 2, f"{INVALID}: .* multiple subnets in the same Availability"),
    (lambda it: [it.subnets[0], it.twin], f"{INVALID}: .* multiple subnets in the same Avail"),
    (lambda it: [it.subnets[0], it.elsewhere], f"{INVALID}: .* same VPC: '{{vpcs}}'"),
    (lambda it: [it.subnets[0], "subnet-00000000"], "SubnetNotFound: .*'subnet-00000000'"),
]


@pytest.mark.parametrize(("subnets", "telling"), SUBNETS)
@pytest.mark.parametrize(
    ("operation", "mapped"), [("CreateLoadBalancer", False), ("SetSubnets", True)]
)
def test_bad_subnets_are_refused(
    ground: Ground,
    subnets: Callable[[Ground], list[str]],
    telling: str,
    operation: str,
    mapped: bool,
) -> None:
    """An Application Load Balancer has one subnet in each of two zones or more, of one VPC."""
    ids = subnets(ground)
    asked: Params = {"SubnetMappings": [{"SubnetId": one} for one in ids]} if mapped else {}
    named = {"LoadBalancerArn": ground.balancer} if operation == "SetSubnets" else {"Name": "new"}
    told = ground.refused(operation, **named, **(asked or {"Subnets": ids}))
    assert re.match(telling.format(vpcs=f"{ground.vpc}, {ground.other_vpc}"), told)


BALANCERS: list[tuple[Asked, str]] = [
    (
        lambda it: {"Subnets": it.subnets[:2], "SubnetMappings": [{"SubnetId": it.subnets[2]}]},
        "ValidationError: .* not both",
    ),
    (
        lambda it: {"SubnetMappings": [{"AllocationId": "eipalloc-1"}] * 2},
        "ValidationError: .* subnet ID",
    ),
    (lambda it: {"Type": "network"}, "ValidationError: At least one subnet"),
    (
        lambda it: {"Type": "gateway", "Scheme": "internal", "Subnets": it.subnets[:1]},
        "ValidationError: Scheme is not supported for Gateway Load Balancers",
    ),
    (
        lambda it: {"Subnets": it.subnets[:2], "SecurityGroups": ["sg-00000000"]},
        "InvalidSecurityGroup: .*'sg-00000000'",
    ),
    (
        lambda it: {"Subnets": it.subnets[:2], "SecurityGroups": [it.foreign]},
        f"{INVALID}: Security group 'sg-.*' does not belong to VPC 'vpc-",
    ),
    (
        lambda it: {
            "Subnets": it.subnets[:2],
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
        },
        "DuplicateTagKeys: .*'a'",
    ),
]


@pytest.mark.parametrize(("asked", "telling"), BALANCERS)
def test_bad_balancer_is_not_made(ground: Ground, asked: Asked, telling: str) -> None:
    """What a load balancer is to have must be there, fit together and be said once."""
    assert re.match(telling, ground.refused("CreateLoadBalancer", Name="new", **asked(ground)))


@pytest.mark.parametrize(
    ("group", "telling"),
    [
        (lambda it: "sg-00000000", "InvalidSecurityGroup: "),
        (lambda it: it.foreign, f"{INVALID}: Security group 'sg-.*' does not belong"),
    ],
)
def test_wrong_security_groups_are_not_set(
    ground: Ground, group: Callable[[Ground], str], telling: str
) -> None:
    """A load balancer has security groups of its own VPC only."""
    asked = {"LoadBalancerArn": ground.balancer, "SecurityGroups": [group(ground)]}
    assert re.match(telling, ground.refused("SetSecurityGroups", **asked))


@pytest.mark.parametrize(
    ("given", "telling"),
    [
        ({"Name": "a" * 33}, "ValidationError: .*cannot be longer than '32'"),
        ({"Name": "a_b"}, "ValidationError: .*alphanumeric"),
        ({"Name": "-a"}, "ValidationError: "),
        ({"Name": "a-"}, "ValidationError: "),
        ({"VpcId": None}, "ValidationError: A VPC ID must be specified"),
        ({"VpcId": "vpc-00000000"}, "ValidationError: The VPC ID 'vpc-00000000' is not found"),
        ({"Port": None}, "ValidationError: A target group of type 'ip' must have a protocol and"),
        ({"Protocol": None}, "ValidationError: A target group of type 'ip' must have a protocol"),
        ({"Port": 70_000}, "ValidationError: .*'port'.* less than or equal to 65535"),
        ({"TargetType": "lambda"}, "ValidationError: .*'lambda'"),
        ({"Protocol": "GENEVE"}, "ValidationError: .*'6081'"),
        ({"ProtocolVersion": "HTTP9"}, "ValidationError: Protocol version 'HTTP9'"),
        ({"Protocol": "TCP", "ProtocolVersion": "HTTP2"}, "ValidationError: .* TCP protocol"),
        (
            {"HealthCheckEnabled": False},
            "ValidationError: Health check enabled must be true .*'ip'",
        ),
        ({"HealthCheckProtocol": "TLS"}, "ValidationError: Health check protocol 'TLS'"),
        ({"HealthCheckProtocol": "TCP"}, f"{INVALID}: .* with the HTTP protocol"),
        ({"HealthCheckPort": "none"}, "ValidationError: Health check port 'none'"),
        ({"HealthCheckPort": "70000"}, "ValidationError: Health check port '70000'"),
        ({"HealthCheckPath": "health"}, "ValidationError: .*'health' must begin with '/'"),
        ({"HealthCheckIntervalSeconds": 4}, "ValidationError: .*'healthCheckIntervalSeconds'"),
        ({"HealthCheckIntervalSeconds": 5}, "ValidationError: .*interval must be greater than"),
        ({"HealthCheckTimeoutSeconds": 30}, "ValidationError: .*interval must be greater than"),
        ({"HealthyThresholdCount": 1}, "ValidationError: .*'healthyThresholdCount'"),
        ({"UnhealthyThresholdCount": 11}, "ValidationError: .*'unhealthyThresholdCount'"),
        ({"Matcher": {"HttpCode": "500"}}, "ValidationError: .*'500' .* '200-499'"),
        ({"Matcher": {"HttpCode": "200,abc"}}, "ValidationError: .*'abc'"),
        ({"Protocol": "TCP", "Matcher": {"HttpCode": "200"}}, f"{INVALID}: .*TCP health checks"),
    ],
)
def test_bad_target_group_is_not_made(ground: Ground, given: Params, telling: str) -> None:
    """A target group has what its targets need, and health checks that its protocol allows."""
    asked = {"VpcId": ground.vpc} | HTTP | given
    told = {name: value for name, value in asked.items() if value is not None}
    assert re.match(telling, ground.refused("CreateTargetGroup", **told))


@pytest.mark.parametrize(
    ("given", "telling"),
    [
        ({"HealthCheckIntervalSeconds": 5}, "ValidationError: .*interval must be greater than"),
        ({"HealthCheckTimeoutSeconds": 40}, "ValidationError: .*interval must be greater than"),
        ({"HealthCheckPath": "health"}, "ValidationError: .*must begin with '/'"),
        ({"HealthCheckProtocol": "TCP"}, f"{INVALID}: .* with the HTTP protocol"),
        ({"HealthCheckEnabled": False}, "ValidationError: Health check enabled must be true"),
        ({"Matcher": {"HttpCode": "99"}}, "ValidationError: .*'99'"),
    ],
)
def test_bad_changes_of_a_target_group_are_refused(
    ground: Ground, given: Params, telling: str
) -> None:
    """A changed health check keeps to the same rules, with what the group has already."""
    assert re.match(
        telling, ground.refused("ModifyTargetGroup", TargetGroupArn=ground.group, **given)
    )


ATTRIBUTES: list[tuple[str, str, str, str]] = [
    ("balancer", "colour", "red", "ValidationError: .*key 'colour' is not recognized"),
    ("network", "routing.http2.enabled", "true", f"{INVALID}: .*not supported .*'network'"),
    ("balancer", "deletion_protection.enabled", "yes", "ValidationError: .*was 'yes'"),
    ("balancer", "idle_timeout.timeout_seconds", "0", "ValidationError: .*'1-4000'"),
    ("balancer", "idle_timeout.timeout_seconds", "4001", "ValidationError: .*'1-4000'"),
    ("balancer", "idle_timeout.timeout_seconds", "soon", "ValidationError: .*'soon'"),
    ("balancer", "routing.http.desync_mitigation_mode", "lax", "ValidationError: 'lax' must be"),
    ("group", "colour", "red", "ValidationError: .*key 'colour' is not recognized"),
    ("group", "proxy_protocol_v2.enabled", "true", "ValidationError: .* is not recognized"),
    ("flows", "slow_start.duration_seconds", "30", "ValidationError: .* is not recognized"),
    ("group", "deregistration_delay.timeout_seconds", "3601", "ValidationError: .*'0-3600'"),
    ("group", "deregistration_delay.timeout_seconds", "-1", "ValidationError: .*'0-3600'"),
    ("group", "deregistration_delay.timeout_seconds", "abc", "ValidationError: .*'abc'"),
    ("group", "slow_start.duration_seconds", "29", "ValidationError: .*'30-900'"),
    ("group", "stickiness.enabled", "perhaps", "ValidationError: .*'perhaps'"),
    ("group", "stickiness.type", "glue", "ValidationError: 'glue' must be one of"),
    ("group", "stickiness.type", "source_ip", f"{INVALID}: .*'source_ip' is not supported"),
    ("group", "load_balancing.algorithm.type", "best", "ValidationError: 'best' must be one of"),
    ("listener", "tcp.idle_timeout.seconds", "100", "ValidationError: .* is not recognized"),
    ("listener", "colour", "red", "ValidationError: .* is not recognized"),
]
OF = {
    "balancer": ("ModifyLoadBalancerAttributes", "LoadBalancerArn"),
    "network": ("ModifyLoadBalancerAttributes", "LoadBalancerArn"),
    "group": ("ModifyTargetGroupAttributes", "TargetGroupArn"),
    "flows": ("ModifyTargetGroupAttributes", "TargetGroupArn"),
    "listener": ("ModifyListenerAttributes", "ListenerArn"),
}


@pytest.mark.parametrize(("whose", "key", "value", "telling"), ATTRIBUTES)
def test_bad_attributes_are_not_set(
    ground: Ground, whose: str, key: str, value: str, telling: str
) -> None:
    """An attribute is one that the thing has, with a value that the attribute may have."""
    operation, member = OF[whose]
    named = {member: getattr(ground, whose)}
    told = ground.refused(operation, **named, Attributes=[{"Key": key, "Value": value}])
    assert re.match(telling, told)
    half = ground.refused(operation, **named, Attributes=[{"Key": key}])
    assert half.startswith("ValidationError: ")


def test_good_attributes_are_set(ground: Ground) -> None:
    """What AWS takes is taken at its limits, and newer attributes of logs are known."""
    for whose, key, value in (
        ("balancer", "idle_timeout.timeout_seconds", "4000"),
        ("balancer", "health_check_logs.s3.prefix", "checks"),
        ("group", "deregistration_delay.timeout_seconds", "3600"),
        ("group", "slow_start.duration_seconds", "0"),
        ("flows", "preserve_client_ip.enabled", "true"),
    ):
        operation, member = OF[whose]
        named = {member: getattr(ground, whose)}
        ground.elbv2(operation, **named, Attributes=[{"Key": key, "Value": value}])
        told = ground.elbv2(operation.replace("Modify", "Describe"), **named)["Attributes"]
        assert {"Key": key, "Value": value} in told


def test_target_group_shows_only_attributes_that_it_can_be_given(ground: Ground) -> None:
    """What is described of a group can be written back as it is."""
    for arn in (ground.group, ground.flows):
        told = ground.elbv2("DescribeTargetGroupAttributes", TargetGroupArn=arn)["Attributes"]
        ground.elbv2("ModifyTargetGroupAttributes", TargetGroupArn=arn, Attributes=told)
        again = ground.elbv2("DescribeTargetGroupAttributes", TargetGroupArn=arn)["Attributes"]
        assert again == told


NAMED: list[tuple[str, Params, str]] = [
    ("DescribeLoadBalancers", {"LoadBalancerArns": ["{balancer}", GONE]}, "LoadBalancerNotFound"),
    ("DescribeLoadBalancers", {"LoadBalancerArns": ["web"]}, "ValidationError"),
    ("DescribeLoadBalancers", {"Names": ["web", "gone"]}, "LoadBalancerNotFound"),
    ("DescribeLoadBalancers", {"Marker": "none"}, "ValidationError"),
    ("DescribeLoadBalancers", {"PageSize": 0}, "ValidationError"),
    ("DescribeLoadBalancers", {"PageSize": 401}, "ValidationError"),
    ("DescribeTargetGroups", {"Marker": "none"}, "ValidationError"),
    ("DescribeTargetGroups", {"LoadBalancerArn": GONE}, "LoadBalancerNotFound"),
    ("DescribeListeners", {"LoadBalancerArn": "{balancer}", "Marker": "x"}, "ValidationError"),
    ("DescribeListeners", {"LoadBalancerArn": "{group}"}, "ValidationError"),
    (
        "DescribeListeners",
        {"ListenerArns": ["{listener}", f"{ARN}:listener/app/web/0/0"]},
        "ListenerNotFound",
    ),
    ("DescribeRules", {"ListenerArn": "{listener}", "Marker": "x"}, "ValidationError"),
    ("DescribeRules", {"ListenerArn": f"{ARN}:listener/app/web/0/0"}, "ListenerNotFound"),
    ("DescribeRules", {"RuleArns": [f"{ARN}:listener-rule/app/web/0/0/0"]}, "RuleNotFound"),
    ("DescribeTags", {"ResourceArns": ["{group}", GONE]}, "LoadBalancerNotFound"),
    ("DescribeTags", {"ResourceArns": [f"{ARN}:targetgroup/x/0"]}, "TargetGroupNotFound"),
    ("DescribeTags", {"ResourceArns": [f"{ARN}:listener/app/web/0/0"]}, "ListenerNotFound"),
    ("DescribeTags", {"ResourceArns": [f"{ARN}:listener-rule/app/a/0/0/0"]}, "RuleNotFound"),
    ("DescribeTags", {"ResourceArns": [f"{ARN}:truststore/x/0"]}, "TrustStoreNotFound"),
    ("DescribeTags", {"ResourceArns": ["web"]}, "ValidationError"),
    ("DescribeTags", {"ResourceArns": ["{group}"] * 21}, "ValidationError"),
    ("AddTags", {"ResourceArns": [GONE], "Tags": [{"Key": "a"}]}, "LoadBalancerNotFound"),
    ("AddTags", {"ResourceArns": ["{group}"], "Tags": [{"Key": "a"}] * 2}, "DuplicateTagKeys"),
    ("AddTags", {"ResourceArns": ["{group}"], "Tags": [{"Key": "AWS:a"}]}, "ValidationError"),
    (
        "AddTags",
        {"ResourceArns": ["{group}"], "Tags": [{"Key": str(one)} for one in range(51)]},
        "TooManyTags",
    ),
    ("RemoveTags", {"ResourceArns": [GONE], "TagKeys": ["a"]}, "LoadBalancerNotFound"),
    (
        "ModifyLoadBalancerAttributes",
        {"LoadBalancerArn": GONE, "Attributes": []},
        "LoadBalancerNotFound",
    ),
    ("DescribeLoadBalancerAttributes", {"LoadBalancerArn": GONE}, "LoadBalancerNotFound"),
    ("DeleteLoadBalancer", {"LoadBalancerArn": "web"}, "ValidationError"),
    ("DeleteListener", {"ListenerArn": f"{ARN}:listener/app/web/0/0"}, "ListenerNotFound"),
]


@pytest.mark.parametrize(("operation", "given", "code"), NAMED)
def test_what_is_not_there_is_told(
    ground: Ground, operation: str, given: Params, code: str
) -> None:
    """Absent things, ARNs of other kinds and unknown page tokens have AWS's own error codes."""
    assert ground.refused(operation, **ground.filled(given)).startswith(f"{code}: ")


def test_absent_balancer_is_deleted_with_success(ground: Ground) -> None:
    """DeleteLoadBalancer of what is not there changes nothing and succeeds (service model)."""
    before = ground.picture()
    ground.elbv2("DeleteLoadBalancer", LoadBalancerArn=GONE)
    assert ground.picture() == before


def test_pages_of_balancers_and_rules_follow_each_other(ground: Ground) -> None:
    """The token of a page leads to the next one."""
    for operation, named, member, key in (
        ("DescribeLoadBalancers", {}, "LoadBalancers", "LoadBalancerArn"),
        ("DescribeRules", {"ListenerArn": ground.listener}, "Rules", "RuleArn"),
    ):
        first = ground.elbv2(operation, **named, PageSize=1)
        rest = ground.elbv2(operation, **named, Marker=first["NextMarker"])
        paged = [one[key] for one in (*first[member], *rest[member])]
        assert paged == [one[key] for one in ground.elbv2(operation, **named)[member]]
        assert len(paged) == 2


def test_new_balancer_tells_its_scheme_and_its_type(ground: Ground) -> None:
    """The scheme is told where none was asked for, and the ARN tells the type."""
    shown = {one["LoadBalancerName"]: one for one in ground.picture()[0]}
    assert {one["Scheme"] for one in shown.values()} == {"internet-facing"}
    assert ":loadbalancer/app/web/" in shown["web"]["LoadBalancerArn"]
    assert ":loadbalancer/net/flows/" in shown["flows"]["LoadBalancerArn"]


def test_balancers_of_all_kinds_are_made_and_tagged() -> None:
    """Names at their limits, one zone of a Network one, and every tag are taken."""
    ground = Ground("111122227777")
    try:
        tags = [{"Key": str(number), "Value": "x"} for number in range(50)]
        kinds: dict[str, Params] = {
            "a" * 32: {},
            "internal": {"Scheme": "internal"},
            "web--1": {"IpAddressType": "dualstack-without-public-ipv4"},
            "net": {"Type": "network", "Subnets": ground.subnets[:1], "Tags": tags},
            "gate": {"Type": "gateway", "Subnets": ground.subnets[:1]},
        }
        for name, asked in kinds.items():
            arn = ground.load_balancer(name, **asked)
            (shown,) = ground.elbv2("DescribeLoadBalancers", Names=[name])["LoadBalancers"]
            assert shown["LoadBalancerArn"] == arn
            assert {name: shown[name] for name in asked if name in shown} == {
                name: value for name, value in asked.items() if name in shown
            }
            (told,) = ground.elbv2("DescribeTags", ResourceArns=[arn])["TagDescriptions"]
            assert told["Tags"] == asked.get("Tags", [])
        named = {"LoadBalancerArn": arn}
        ground.elbv2("SetSubnets", **named, Subnets=[ground.subnets[1]])
        (shown,) = ground.elbv2("DescribeLoadBalancers", Names=["gate"])["LoadBalancers"]
        assert [one["SubnetId"] for one in shown["AvailabilityZones"]] == [ground.subnets[1]]
    finally:
        ground.moto.close()
