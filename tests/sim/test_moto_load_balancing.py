"""What is relied on in moto's elbv2 and cloudwatch, surface by surface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from fargate_kit.sim.load_balancing.facts import Action, Condition, HealthSettings, QueryPair
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.request import Request, Response

REGION = "us-east-1"


class ClientTo(Protocol):
    """As in conftest.py."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = REGION
    ) -> Any:
        """Make one."""
        ...


@pytest.fixture
def moto() -> Iterator[MotoAdapter]:
    """An adapter on the caller's thread."""
    adapter = MotoAdapter(account_id="111122223333", seed=1, inline=True)
    yield adapter
    adapter.close()


@pytest.fixture
def elbv2(moto: MotoAdapter, client_to: ClientTo) -> Any:
    """A client whose requests go straight to moto."""
    return client_to(moto.forward, "elbv2")


def network(moto: MotoAdapter, client_to: ClientTo) -> tuple[str, list[str]]:
    """Give a VPC and two of its subnets."""
    subnets = client_to(moto.forward, "ec2").describe_subnets()["Subnets"][:2]
    return subnets[0]["VpcId"], [one["SubnetId"] for one in subnets]


def test_nothing_is_configured_at_first(moto: MotoAdapter) -> None:
    """A fresh region has neither load balancers nor target groups."""
    facts = moto.load_balancing(REGION)
    assert (facts.load_balancers, dict(facts.target_groups)) == ((), {})


def test_target_group_is_read(moto: MotoAdapter, client_to: ClientTo, elbv2: Any) -> None:
    """Defaults are AWS's; what is given and what is modified is read back."""
    vpc, _ = network(moto, client_to)
    common = {"Protocol": "HTTP", "Port": 8080, "VpcId": vpc, "TargetType": "ip"}
    plain = elbv2.create_target_group(Name="plain", **common)["TargetGroups"][0]["TargetGroupArn"]
    group = moto.load_balancing(REGION).target_groups[plain]
    assert (group.name, group.target_type, group.protocol) == ("plain", "ip", "HTTP")
    assert (group.port, group.vpc_id, group.ip_address_type) == (8080, vpc, "ipv4")
    assert group.health == HealthSettings()
    assert (group.deregistration_delay, group.speaks_http1) == (300.0, True)
    assert group.seconds("slow_start.duration_seconds", 1.0) == 0.0
    elbv2.modify_target_group_attributes(
        TargetGroupArn=plain,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}],
    )
    elbv2.modify_target_group(
        TargetGroupArn=plain,
        HealthCheckProtocol="HTTPS",
        HealthCheckPort="9000",
        HealthCheckPath="/ready",
        HealthCheckIntervalSeconds=10,
        HealthCheckTimeoutSeconds=3,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=4,
        Matcher={"HttpCode": "200-204"},
    )
    group = moto.load_balancing(REGION).target_groups[plain]
    assert group.deregistration_delay == 30.0
    assert group.health == HealthSettings(
        protocol="HTTPS",
        port="9000",
        path="/ready",
        interval=10.0,
        timeout=3.0,
        healthy_threshold=2,
        unhealthy_threshold=4,
        matcher="200-204",
    )


@pytest.mark.parametrize(
    ("members", "protocol", "version"),
    [
        ({"Protocol": "TCP", "TargetType": "ip"}, "TCP", None),
        ({"Protocol": "HTTP", "TargetType": "ip", "ProtocolVersion": "GRPC"}, "HTTP", "GRPC"),
        ({"Protocol": "HTTP"}, "HTTP", "HTTP1"),
    ],
)
def test_groups_of_all_kinds_are_read(
    moto: MotoAdapter,
    client_to: ClientTo,
    elbv2: Any,
    members: dict[str, Any],
    protocol: str,
    version: str | None,
) -> None:
    """Groups of network load balancers, of gRPC and of instances are there as well."""
    vpc, _ = network(moto, client_to)
    answer = elbv2.create_target_group(Name="x", Port=80, VpcId=vpc, **members)
    group = moto.load_balancing(REGION).target_groups[answer["TargetGroups"][0]["TargetGroupArn"]]
    assert (group.health.protocol, group.protocol_version) == (protocol, version)
    assert group.target_type == members.get("TargetType", "instance")


def test_group_of_a_lambda_function_is_read(moto: MotoAdapter, elbv2: Any) -> None:
    """It has neither port nor VPC, and is not checked."""
    answer = elbv2.create_target_group(Name="x", TargetType="lambda")
    group = moto.load_balancing(REGION).target_groups[answer["TargetGroups"][0]["TargetGroupArn"]]
    assert (group.target_type, group.port, group.vpc_id) == ("lambda", None, None)
    assert group.health.enabled is False


def test_load_balancer_is_read(moto: MotoAdapter, client_to: ClientTo, elbv2: Any) -> None:
    """Name, DNS name, zones, attributes, and an address in its first subnet."""
    vpc, subnets = network(moto, client_to)
    made = elbv2.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=made["LoadBalancerArn"],
        Attributes=[{"Key": "routing.http.xff_header_processing.mode", "Value": "remove"}],
    )
    (balancer,) = moto.load_balancing(REGION).load_balancers
    assert (balancer.arn, balancer.dns_name) == (made["LoadBalancerArn"], made["DNSName"])
    assert (balancer.name, balancer.type, balancer.vpc_id) == ("web", "application", vpc)
    assert balancer.zones == tuple(one["ZoneName"] for one in made["AvailabilityZones"])
    assert balancer.attributes["routing.http.xff_header_processing.mode"] == "remove"
    assert balancer.address.startswith("172.31.")
    assert balancer.listeners == ()
    assert moto.load_balancing(REGION).by_dns_name(made["DNSName"].upper()) == balancer


def test_rules_are_read_in_the_order_of_their_priority(
    moto: MotoAdapter, client_to: ClientTo, elbv2: Any
) -> None:
    """Every kind of condition and action is read, and the default rule comes last."""
    vpc, subnets = network(moto, client_to)
    arns = [
        elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        for name in ("blue", "green", "idle")
    ]
    balancer = elbv2.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=8080,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arns[0]}],
    )["Listeners"][0]["ListenerArn"]
    forward = {
        "Type": "forward",
        "Order": 2,
        "ForwardConfig": {
            "TargetGroups": [
                {"TargetGroupArn": arns[0], "Weight": 90},
                {"TargetGroupArn": arns[1], "Weight": 10},
            ],
            "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
        },
    }
    rules = {
        30: (
            [
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b/*"]}},
                {"Field": "host-header", "Values": ["x.example.com"]},
                {
                    "Field": "http-header",
                    "HttpHeaderConfig": {"HttpHeaderName": "X-Plan", "Values": ["gold"]},
                },
            ],
            forward,
        ),
        4: (
            [
                {
                    "Field": "query-string",
                    "QueryStringConfig": {"Values": [{"Key": "a", "Value": "1"}, {"Value": "2"}]},
                },
                {
                    "Field": "http-request-method",
                    "HttpRequestMethodConfig": {"Values": ["GET"]},
                },
                {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
            ],
            {
                "Type": "redirect",
                "RedirectConfig": {"Port": "443", "StatusCode": "HTTP_301"},
            },
        ),
        100: (
            [{"Field": "path-pattern", "Values": ["/fixed"]}],
            {
                "Type": "fixed-response",
                "FixedResponseConfig": {"StatusCode": "503", "MessageBody": "soon"},
            },
        ),
    }
    for priority, (conditions, action) in rules.items():
        elbv2.create_rule(
            ListenerArn=listener, Priority=priority, Conditions=conditions, Actions=[action]
        )
    facts = moto.load_balancing(REGION)
    (read,) = facts.load_balancers[0].listeners
    assert (read.protocol, read.port) == ("HTTP", 8080)
    assert [rule.priority for rule in read.rules] == [4, 30, 100, None]
    redirect, shared, fixed, default = read.rules
    assert redirect.conditions == (
        Condition(
            field="query-string",
            pairs=(QueryPair(key="a", value="1"), QueryPair(key=None, value="2")),
        ),
        Condition(field="http-request-method", values=("GET",)),
        Condition(field="source-ip", values=("10.0.0.0/8",)),
    )
    assert redirect.actions == (
        Action(type="redirect", settings={"Port": "443", "StatusCode": "HTTP_301"}),
    )
    assert shared.conditions == (
        Condition(field="path-pattern", values=("/a", "/b/*")),
        Condition(field="host-header", values=("x.example.com",)),
        Condition(field="http-header", header="X-Plan", values=("gold",)),
    )
    assert shared.actions == (
        Action(type="forward", order=2, groups=((arns[0], 90), (arns[1], 10)), stickiness=60.0),
    )
    assert fixed.actions[0].settings == {"StatusCode": "503", "MessageBody": "soon"}
    assert default.actions == (Action(type="forward", groups=((arns[0], 1),)),)
    assert [len(facts.users(arn)) for arn in arns] == [1, 1, 0]
    arn = next(rule.arn for rule in read.rules if rule.priority == 100)
    elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": arn, "Priority": 1}])
    (read,) = moto.load_balancing(REGION).load_balancers[0].listeners
    assert [rule.priority for rule in read.rules] == [1, 4, 30, None]


def test_subnets_of_a_vpc_are_listed(moto: MotoAdapter, client_to: ClientTo) -> None:
    """All subnets of one VPC, and none of others."""
    vpc, _ = network(moto, client_to)
    ec2 = client_to(moto.forward, "ec2")
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=other, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    assert len(moto.subnets(REGION, vpc)) == 6
    assert [one.id for one in moto.subnets(REGION, other)] == [made]
    assert moto.subnets(REGION, "vpc-none") == ()


def test_metrics_are_found_under_their_own_dimensions(
    moto: MotoAdapter, client_to: ClientTo
) -> None:
    """Both ways of reading find a metric under exactly its dimensions, however old it is."""
    both = (("LoadBalancer", "app/web/1"), ("TargetGroup", "targetgroup/web/2"))
    moto.put_metrics(
        REGION,
        "AWS/ApplicationELB",
        [
            Sample(
                name="RequestCount",
                dimensions=dimensions,
                unit="Count",
                at=1_800_000_000_000_000,
                count=4.0,
                total=total,
                least=1.0,
                most=2.0,
            )
            for dimensions, total in ((both[:1], 5.0), (both, 6.0))
        ],
    )
    moto.flush()
    cloudwatch = client_to(moto.forward, "cloudwatch")
    named = [{"Name": name, "Value": value} for name, value in both]
    times = {"StartTime": 1_800_000_000, "EndTime": 1_800_000_060}
    for dimensions, total in ((named[:1], 5.0), (named[::-1], 6.0)):
        (point,) = cloudwatch.get_metric_statistics(
            Namespace="AWS/ApplicationELB",
            MetricName="RequestCount",
            Dimensions=dimensions,
            Period=60,
            Statistics=["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
            **times,
        )["Datapoints"]
        assert (point["Sum"], point["SampleCount"]) == (total, 4.0)
        assert (point["Minimum"], point["Maximum"], point["Unit"]) == (1.0, 2.0, "Count")
        assert point["Average"] == total / 4
        metric = {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "RequestCount",
            "Dimensions": dimensions,
        }
        query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
        told = cloudwatch.get_metric_data(MetricDataQueries=[query], **times)
        assert told["MetricDataResults"][0]["Values"] == [total]
