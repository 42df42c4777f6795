"""What Elastic Load Balancing refuses of listeners, their rules and actions: nothing changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from balancing_ground import FIXED, Ground, forward, path
from query_calls import call

from fargate_kit.sim.moto_surfaces import loaded

ARN = "arn:aws:elasticloadbalancing:us-east-1:111122228888"
NO_GROUP = f"{ARN}:targetgroup/gone/0123456789abcdef"
NO_RULE = f"{ARN}:listener-rule/app/web/0/0/0"
NO_CERTIFICATE = "arn:aws:acm:us-east-1:111122228888:certificate/gone"
INVALID = "ValidationError"
ACTION = "InvalidLoadBalancerAction"
PERMITTED = "OperationNotPermitted"

Params = dict[str, Any]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Listeners and rules that refusals leave as they are."""
    made = Ground("111122228888")
    reply = call(made.moto, "acm", "RequestCertificate", DomainName="shop.example.com")
    made.certificate = reply["CertificateArn"]
    yield made
    made.moto.close()


def redirect(**config: str) -> Params:
    """Write an action that redirects."""
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **config}}


def fixed(**config: str) -> Params:
    """Write an action that answers itself."""
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", **config}}


def weighted(*groups: Params, **sticky: Any) -> Params:
    """Write an action that forwards to several groups."""
    config: Params = {"TargetGroups": list(groups)}
    if sticky:
        config["TargetGroupStickinessConfig"] = sticky
    return {"Type": "forward", "ForwardConfig": config}


COGNITO = {
    "Type": "authenticate-cognito",
    "AuthenticateCognitoConfig": {
        "UserPoolArn": "arn:aws:cognito-idp:us-east-1:111122228888:userpool/us-east-1_a",
        "UserPoolClientId": "a",
        "UserPoolDomain": "a",
    },
}
ACTIONS: list[tuple[list[Params], str]] = [
    ([], f"{INVALID}: An action must be specified"),
    ([{"Type": "forward"}], f"{INVALID}: A target group ARN must be specified"),
    ([{"Type": "forward", "RedirectConfig": {"StatusCode": "HTTP_301"}}], f"{INVALID}: A target"),
    ([weighted({"Weight": 1})], f"{INVALID}: A target group ARN must be specified"),
    ([forward(NO_GROUP)], "TargetGroupNotFound: Target group '.*gone.*' not found"),
    ([forward("{group}", NO_GROUP)], "TargetGroupNotFound: Target group '.*gone.*' not found"),
    ([forward("{flows}")], "IncompatibleProtocols: .*targetgroup/flows/"),
    ([weighted({"TargetGroupArn": "{group}", "Weight": 1000})], f"{INVALID}: .*'1000'"),
    (
        [weighted({"TargetGroupArn": "{group}"}, Enabled=True, DurationSeconds=0)],
        f"{INVALID}: .*'1-604800'",
    ),
    (
        [weighted({"TargetGroupArn": "{second}"}) | {"TargetGroupArn": "{group}"}],
        f"{ACTION}: .*both",
    ),
    ([{"Type": "redirect"}], f"{ACTION}: For actions of type 'redirect', .* 'RedirectConfig'"),
    ([{"Type": "fixed-response"}], f"{ACTION}: For actions .* 'FixedResponseConfig'"),
    ([{"Type": "authenticate-oidc"}, FIXED], f"{ACTION}: .* 'AuthenticateOidcConfig'"),
    ([{"Type": "teleport"}], f"{INVALID}: 1 validation error .*'teleport' .*enum value set"),
    ([{**FIXED, "Type": None}], f"{INVALID}: 1 validation error .*type' .*must not be null"),
    ([{**FIXED, "Order": 0}], f"{INVALID}: 1 validation error .*'0' .*order"),
    ([{**FIXED, "Order": 50_001}], f"{INVALID}: 1 validation error .*'50001' .*order"),
    ([redirect()], f"{ACTION}: .*creates a loop"),
    ([redirect(Query="a=b", Path="/#{path}")], f"{ACTION}: .*creates a loop"),
    ([redirect(Path="new")], f"{ACTION}: The Path parameter .* start with a '/'"),
    ([redirect(Path="/#{path}/#{path}")], f"{ACTION}: The Path parameter"),
    ([redirect(Port="0")], f"{ACTION}: The Port parameter"),
    ([redirect(Port="https")], f"{ACTION}: The Port parameter"),
    ([redirect(Host="a.example", StatusCode="HTTP_303")], f"{INVALID}: .*'HTTP_303'"),
    ([fixed(StatusCode="302")], f"{INVALID}: .*'302' .*regular expression"),
    ([fixed(ContentType="image/png")], f"{ACTION}: The ContentType must be one of"),
    ([COGNITO, FIXED], f"{ACTION}: .*'authenticate-cognito' are supported only on HTTPS"),
    ([FIXED, FIXED], f"{ACTION}: An order must be specified"),
    ([FIXED | {"Order": 1}, FIXED | {"Order": 1}], f"{ACTION}: .*order '1'"),
    ([FIXED | {"Order": 1}, forward("{group}") | {"Order": 2}], f"{ACTION}: .*exactly one action"),
]


def given(ground: Ground, actions: list[Params]) -> list[Params]:
    """Put ARNs in, and leave out what is to be missing."""
    return [
        {name: value for name, value in one.items() if value is not None}
        for one in (
            {
                name: value if name == "RedirectConfig" else ground.filled(value)
                for name, value in action.items()
            }
            for action in actions
        )
    ]


@pytest.mark.parametrize(("actions", "telling"), ACTIONS)
def test_bad_actions_make_no_listener(ground: Ground, actions: list[Params], telling: str) -> None:
    """An action has what its type needs, and the last of several is the one that answers."""
    told = ground.refused(
        "CreateListener",
        LoadBalancerArn=ground.balancer,
        Protocol="HTTP",
        Port=81,
        DefaultActions=given(ground, actions),
    )
    assert re.match(telling, told)


@pytest.mark.parametrize(
    ("operation", "member", "named"),
    [
        ("ModifyListener", "DefaultActions", {"ListenerArn": "{listener}"}),
        ("ModifyRule", "Actions", {"RuleArn": "{rule}"}),
        (
            "CreateRule",
            "Actions",
            {"ListenerArn": "{listener}", "Priority": 7, "Conditions": [path("/b")]},
        ),
    ],
)
@pytest.mark.parametrize(("actions", "telling"), ACTIONS[1:7:2])
def test_bad_actions_are_refused_wherever_they_stand(
    ground: Ground,
    operation: str,
    member: str,
    named: Params,
    actions: list[Params],
    telling: str,
) -> None:
    """Actions of rules, and those that are changed, keep to the same rules."""
    asked = ground.filled(named) | {member: given(ground, actions)}
    assert re.match(telling, ground.refused(operation, **asked))


HTTPS = {"Protocol": "HTTPS"}
LISTENERS: list[tuple[Params, str]] = [
    ({"Port": None}, f"{INVALID}: A listener port must be specified"),
    ({"Protocol": None}, f"{INVALID}: A listener protocol must be specified"),
    ({"Port": 0}, f"{INVALID}: .*'0' at 'port'"),
    ({"Port": 65_536}, f"{INVALID}: .*'65536' at 'port'"),
    ({"Protocol": "TCP"}, f"{INVALID}: Listener protocol 'TCP' must be one of 'HTTP, HTTPS'"),
    ({"Protocol": "SPDY"}, f"{INVALID}: .*'SPDY' at 'protocol' .*enum value set"),
    (HTTPS, f"{INVALID}: A certificate must be specified for HTTPS listeners"),
    (HTTPS | {"Certificates": []}, f"{INVALID}: A certificate must be specified for HTTPS"),
    (
        HTTPS | {"Certificates": [{"CertificateArn": NO_CERTIFICATE}]},
        "CertificateNotFound: .*certificate/gone",
    ),
    (
        HTTPS | {"Certificates": [{"CertificateArn": "{certificate}"}] * 2},
        f"{INVALID}: Exactly one certificate",
    ),
    (
        HTTPS | {"Certificates": [{"CertificateArn": "{certificate}"}], "SslPolicy": "mine"},
        "SSLPolicyNotFound: .*'mine'",
    ),
    (
        HTTPS
        | {
            "Certificates": [{"CertificateArn": "{certificate}"}],
            "DefaultActions": [redirect(Protocol="HTTP")],
        },
        f"{ACTION}: You cannot redirect HTTPS to HTTP",
    ),
    ({"Certificates": [{"CertificateArn": "{certificate}"}]}, f"{INVALID}: A certificate cannot"),
    ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, f"{INVALID}: An SSL policy cannot"),
    ({"AlpnPolicy": ["HTTP2Only"]}, f"{INVALID}: An ALPN policy cannot"),
    ({"Port": 80}, "DuplicateListener: "),
    ({"LoadBalancerArn": "{group}"}, f"{INVALID}: .*is not a valid load balancer ARN"),
    (
        {"LoadBalancerArn": "{network}", "Protocol": "HTTP"},
        f"{INVALID}: Listener protocol 'HTTP' must be one of 'TCP, ",
    ),
    (
        {"LoadBalancerArn": "{network}", "Protocol": "TCP", "DefaultActions": [FIXED]},
        f"{ACTION}: The action type 'fixed-response' is not valid with network load balancer",
    ),
    (
        {"LoadBalancerArn": "{network}", "Protocol": "TCP"},
        "IncompatibleProtocols: .*targetgroup/web/",
    ),
    (
        {
            "LoadBalancerArn": "{network}",
            "Protocol": "TLS",
            "DefaultActions": [forward("{flows}")],
        },
        f"{INVALID}: A certificate must be specified for TLS listeners",
    ),
]


@pytest.mark.parametrize(("changes", "telling"), LISTENERS)
def test_bad_listener_is_not_made(ground: Ground, changes: Params, telling: str) -> None:
    """A listener speaks what its load balancer speaks, with what that needs and nothing else."""
    asked: Params = {
        "LoadBalancerArn": "{balancer}",
        "Protocol": "HTTP",
        "Port": 81,
        "DefaultActions": [forward("{group}")],
    } | changes
    told = {name: one for name, one in ground.filled(asked).items() if one is not None}
    assert re.match(telling, ground.refused("CreateListener", **told))


@pytest.mark.parametrize(
    ("changes", "telling"),
    [
        ({"Protocol": "TCP"}, f"{INVALID}: Listener protocol 'TCP' must be one of"),
        ({"Protocol": "HTTPS", "Port": 443}, f"{INVALID}: A certificate must be specified"),
        ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, f"{INVALID}: An SSL policy cannot"),
        ({"Certificates": [{"CertificateArn": "{certificate}"}]}, f"{INVALID}: A certificate"),
        (
            {
                "Port": 443,
                "Protocol": "HTTPS",
                "Certificates": [{"CertificateArn": NO_CERTIFICATE}],
            },
            "CertificateNotFound: ",
        ),
        ({"Port": 0}, f"{INVALID}: .*'port'"),
    ],
)
def test_bad_changes_of_a_listener_are_refused(
    ground: Ground, changes: Params, telling: str
) -> None:
    """A changed listener keeps to the same rules, and nothing of a refused change is done."""
    asked = {"ListenerArn": ground.listener} | ground.filled(changes)
    assert re.match(telling, ground.refused("ModifyListener", **asked))


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("10.0.0.1", f"{INVALID}: Instance ID '10.0.0.1' is not valid"),
        ("i-1", f"{INVALID}: Instance ID 'i-1' is not valid"),
        (
            "i-0123456789abcdef0",
            "InvalidTarget: The following instances do not exist: 'i-0123456789abcdef0'",
        ),
    ],
)
def test_group_of_instances_has_instances_only(ground: Ground, target: str, told: str) -> None:
    """What is no instance, or none that is there, is not registered as one."""
    group = ground.target_group("machines", TargetType="instance")
    refused = ground.refused("RegisterTargets", TargetGroupArn=group, Targets=[{"Id": target}])
    ground.elbv2("DeleteTargetGroup", TargetGroupArn=group)
    assert refused == told


def test_authentication_with_parameters_is_kept(ground: Ground) -> None:
    """The parameters that an action of authentication adds, a map, are told back."""
    extra = {"prompt": "login", "display": "page"}
    plain: Any = COGNITO["AuthenticateCognitoConfig"]
    config = plain | {"AuthenticationRequestExtraParams": extra}
    listener = ground.listen(
        444,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": ground.certificate}],
        DefaultActions=[
            {**COGNITO, "AuthenticateCognitoConfig": config, "Order": 1},
            FIXED | {"Order": 2},
        ],
    )
    (made,) = ground.elbv2("DescribeListeners", ListenerArns=[listener])["Listeners"]
    ground.elbv2("DeleteListener", ListenerArn=listener)
    first = made["DefaultActions"][0]["AuthenticateCognitoConfig"]
    assert first["AuthenticationRequestExtraParams"] == extra


def values(field: str, config: str, *given: Any, **more: Any) -> Params:
    """Write a condition of a kind."""
    return {"Field": field, config: {"Values": list(given), **more}}


CONDITIONS: list[tuple[list[Params], str]] = [
    ([], "A condition must be specified"),
    ([{"Values": ["/a"]}], "A condition field must be specified"),
    ([{"Field": "colour", "Values": ["red"]}], "Condition field 'colour' must be one of"),
    ([{"Field": "path-pattern"}], "For conditions of type 'path-pattern', you must specify"),
    ([{"Field": "source-ip"}], "For conditions of type 'source-ip', .*'SourceIpConfig'"),
    ([{"Field": "path-pattern", "Values": []}], "A condition value must be specified"),
    ([{"Field": "path-pattern", "Values": ["/a", "/b"]}], "too many values; the limit is '1'"),
    ([{"Field": "http-header", "Values": ["a"]}], "not compatible with 'http-header'"),
    ([path("/a") | {"Values": ["/b"]}], "cannot provide both Values and 'PathPatternConfig'"),
    ([path("/1", "/2", "/3", "/4", "/5", "/6")], "A rule can only have '5' condition values"),
    (
        [path("/1", "/2", "/3"), values("host-header", "HostHeaderConfig", "a.b", "c.d", "e.f")],
        "A rule can only have '5' condition values",
    ),
    ([path("/a"), path("/b")], "A rule can only have one 'path-pattern' condition"),
    ([path("/" + "a" * 128)], "'path-pattern' value is too long; the limit is '128'"),
    ([values("http-request-method", "HttpRequestMethodConfig", "get")], "allowed characters"),
    ([values("source-ip", "SourceIpConfig", "10.0.0.1")], "'10.0.0.1' is not a valid CIDR"),
    ([values("source-ip", "SourceIpConfig", "10.0.0.0/33")], "is not a valid CIDR block"),
    ([values("http-header", "HttpHeaderConfig", "a")], "'HttpHeaderName' must be specified"),
    (
        [values("http-header", "HttpHeaderConfig", "a", HttpHeaderName="Host")],
        "cannot specify 'host'",
    ),
    ([values("query-string", "QueryStringConfig", {"Key": "a"})], "A 'Value' must be specified"),
    (
        [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["("]}}],
        "not a valid regular expression",
    ),
]


@pytest.mark.parametrize(("conditions", "telling"), CONDITIONS)
def test_bad_conditions_make_no_rule(
    ground: Ground, conditions: list[Params], telling: str
) -> None:
    """A rule has one to five values, each of a kind that there is, and fit for its kind."""
    told = ground.refused(
        "CreateRule",
        ListenerArn=ground.listener,
        Priority=7,
        Conditions=conditions,
        Actions=[FIXED],
    )
    assert re.match(f"{INVALID}: .*{telling}", told)
    if conditions:
        changed = ground.refused("ModifyRule", RuleArn=ground.rule, Conditions=conditions)
        assert changed == told


@pytest.mark.parametrize(
    ("priority", "telling"),
    [
        (0, f"{INVALID}: 1 validation error detected: Value '0' at 'priority'"),
        (50_001, f"{INVALID}: 1 validation error detected: Value '50001' at 'priority'"),
        (10, "PriorityInUse: Priority '10' is currently in use"),
    ],
)
def test_bad_priority_makes_no_rule(ground: Ground, priority: int, telling: str) -> None:
    """A priority is 1 to 50,000, and one rule's alone."""
    told = ground.refused(
        "CreateRule",
        ListenerArn=ground.listener,
        Priority=priority,
        Conditions=[path("/b")],
        Actions=[FIXED],
    )
    assert told.startswith(telling)


RULES: list[tuple[str, Params, str]] = [
    ("DeleteRule", {"RuleArn": "{default_rule}"}, f"{PERMITTED}: Default rule '.*' cannot be del"),
    (
        "ModifyRule",
        {"RuleArn": "{default_rule}", "Conditions": [path("/b")]},
        f"{PERMITTED}: Default rule '.*' cannot be modified",
    ),
    (
        "ModifyRule",
        {"RuleArn": "{default_rule}", "Actions": [FIXED]},
        f"{PERMITTED}: Default rule '.*' cannot be modified",
    ),
    (
        "SetRulePriorities",
        {"RulePriorities": [{"RuleArn": "{default_rule}", "Priority": 9}]},
        f"{PERMITTED}: ",
    ),
    ("DeleteRule", {"RuleArn": NO_RULE}, "RuleNotFound: "),
    ("DeleteRule", {"RuleArn": "{listener}"}, f"{INVALID}: .*is not a valid listener rule ARN"),
    ("ModifyRule", {"RuleArn": NO_RULE, "Actions": [FIXED]}, "RuleNotFound: "),
    ("ModifyRule", {"RuleArn": "{rule}"}, f"{INVALID}: Either conditions or actions"),
    (
        "SetRulePriorities",
        {"RulePriorities": [{"RuleArn": NO_RULE, "Priority": 9}]},
        "RuleNotFound: ",
    ),
    ("SetRulePriorities", {"RulePriorities": [{"RuleArn": "{rule}"}]}, f"{INVALID}: "),
    (
        "SetRulePriorities",
        {"RulePriorities": [{"RuleArn": "{rule}", "Priority": 50_001}]},
        f"{INVALID}: .*'50001'",
    ),
    ("CreateRule", {"ListenerArn": NO_RULE.replace("-rule", "")[:-2]}, "ListenerNotFound: "),
]


@pytest.mark.parametrize(("operation", "asked", "telling"), RULES)
def test_default_rules_stay_and_absent_ones_are_told(
    ground: Ground, operation: str, asked: Params, telling: str
) -> None:
    """A default rule is neither deleted nor changed but by its listener."""
    asked = ground.filled(asked)
    if operation == "CreateRule":
        asked |= {"Priority": 7, "Conditions": [path("/b")], "Actions": [FIXED]}
    assert re.match(telling, ground.refused(operation, **asked))


def test_target_group_has_one_load_balancer(ground: Ground) -> None:
    """A group of one load balancer is refused to another (User Guide, load-balancer-limits)."""
    second = ground.load_balancer("second")
    try:
        told = ground.refused(
            "CreateListener",
            LoadBalancerArn=second,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[forward(ground.group)],
        )
        assert told.startswith("TargetGroupAssociationLimit: ")
    finally:
        ground.elbv2("DeleteLoadBalancer", LoadBalancerArn=second)


def test_default_rule_has_the_same_arn_in_every_run() -> None:
    """Two accounts of one seed and one id tell the same ARNs."""
    told = []
    for _ in range(2):
        made = Ground("111122229999")
        told.append((made.default_rule, made.rule))
        made.moto.close()
    assert told[0] == told[1]
    assert re.fullmatch(
        r".*:listener-rule/app/web/[0-9a-f]{16}/[0-9a-f]{16}/[0-9a-f]{16}", told[0][0]
    )


def test_rules_may_change_places(ground: Ground) -> None:
    """Two rules swap their priorities in one request, and a priority of another is refused."""
    other = ground.rule_of(20, "/c")
    try:
        taken = [{"RuleArn": other, "Priority": 10}]
        told = ground.refused("SetRulePriorities", RulePriorities=taken)
        assert told == "PriorityInUse: Priority '10' is currently in use"
        twice = [{"RuleArn": one, "Priority": 30} for one in (other, ground.rule)]
        assert "'30' was provided" in ground.refused("SetRulePriorities", RulePriorities=twice)
        places = [{"RuleArn": other, "Priority": 10}, {"RuleArn": ground.rule, "Priority": 20}]
        ground.elbv2("SetRulePriorities", RulePriorities=places)
        shown = {one["RuleArn"]: one["Priority"] for one in ground.rules()}
        assert (shown[other], shown[ground.rule]) == ("10", "20")
    finally:
        back = [{"RuleArn": other, "Priority": 20}, {"RuleArn": ground.rule, "Priority": 10}]
        ground.elbv2("SetRulePriorities", RulePriorities=back)
        ground.elbv2("DeleteRule", RuleArn=other)


def test_rules_of_every_kind_are_made(ground: Ground) -> None:
    """All kinds of conditions, regular expressions among them, are taken and shown."""
    kinds = [
        {"Field": "path-pattern", "Values": ["/old/*"]},
        {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/a[0-9]+$"]}},
        values("host-header", "HostHeaderConfig", "*.example.com", "example.com"),
        values("http-header", "HttpHeaderConfig", "*Chrome*", HttpHeaderName="User-Agent"),
        values("http-request-method", "HttpRequestMethodConfig", "GET", "M-SEARCH"),
        values("query-string", "QueryStringConfig", {"Key": "a", "Value": "b"}, {"Value": "c"}),
        values("source-ip", "SourceIpConfig", "10.0.0.0/8", "2001:db8::/32"),
    ]
    for priority, condition in enumerate(kinds, start=100):
        made = ground.elbv2(
            "CreateRule",
            ListenerArn=ground.listener,
            Priority=priority,
            Conditions=[condition],
            Actions=[redirect(Protocol="HTTPS", Port="443")],
        )["Rules"][0]
        assert made["Conditions"] == [condition]
        ground.elbv2("DeleteRule", RuleArn=made["RuleArn"])


def test_listener_becomes_one_of_https_and_back(ground: Ground) -> None:
    """It has a certificate and a policy while it speaks HTTPS, and neither afterwards."""
    arn = ground.listen(8080, DefaultActions=[FIXED])

    def shown() -> Params:
        told = ground.elbv2("DescribeListeners", ListenerArns=[arn])["Listeners"]
        listener: Params = told[0]
        return listener

    try:
        assert "SslPolicy" not in shown()
        certificates = [{"CertificateArn": ground.certificate}]
        ground.elbv2("ModifyListener", ListenerArn=arn, Protocol="HTTPS", Certificates=certificates)
        assert shown()["SslPolicy"] == "ELBSecurityPolicy-2016-08"
        assert shown()["Certificates"] == certificates
        ground.elbv2("ModifyListener", ListenerArn=arn, Port=8081)
        assert (shown()["Protocol"], shown()["Port"]) == ("HTTPS", 8081)
        ground.elbv2("ModifyListener", ListenerArn=arn, Protocol="HTTP")
        assert not {"SslPolicy", "Certificates"} & set(shown())
        told = ground.refused("ModifyListener", ListenerArn=arn, Port=80)
        assert told.startswith("DuplicateListener: ")
    finally:
        ground.elbv2("DeleteListener", ListenerArn=arn)


def test_network_balancer_listens_in_every_protocol(ground: Ground) -> None:
    """A Network Load Balancer takes the protocols of the service model, and changes between."""
    named = {"LoadBalancerArn": ground.network, "DefaultActions": [forward(ground.flows)]}
    arn = ground.listen(53, **named, Protocol="TCP")
    try:
        for protocol in ("UDP", "TCP_UDP", "QUIC", "TCP"):
            ground.elbv2("ModifyListener", ListenerArn=arn, Protocol=protocol)
            told = ground.elbv2("DescribeListeners", ListenerArns=[arn])["Listeners"]
            assert told[0]["Protocol"] == protocol
        certificates = [{"CertificateArn": ground.certificate}]
        secure = ground.listen(853, **named, Protocol="TLS", Certificates=certificates)
        ground.elbv2("DeleteListener", ListenerArn=secure)
    finally:
        ground.elbv2("DeleteListener", ListenerArn=arn)


def test_tags_of_a_default_rule_are_kept(ground: Ground) -> None:
    """A default rule is tagged as every other rule is."""
    tags = [{"Key": "team", "Value": "web"}]
    ground.elbv2("AddTags", ResourceArns=[ground.default_rule], Tags=tags)
    told = ground.elbv2("DescribeTags", ResourceArns=[ground.default_rule])["TagDescriptions"]
    assert told == [{"ResourceArn": ground.default_rule, "Tags": tags}]
    ground.elbv2("RemoveTags", ResourceArns=[ground.default_rule], TagKeys=["team"])
    told = ground.elbv2("DescribeTags", ResourceArns=[ground.default_rule])["TagDescriptions"]
    assert told[0]["Tags"] == []


def test_canary_moto_itself_needs_the_mends() -> None:
    """What moto's Elastic Load Balancing does without them; when this fails, a mend may go."""
    moto, account = loaded(), "333344447777"
    try:
        elbv2 = moto.backend("elbv2")[account]["us-east-1"]
        zones = moto.backend("ec2")[account]["us-east-1"].subnets.values()
        ids = [next(iter(zone)) for zone in zones][:2]
        balancer = elbv2.create_load_balancer("net", [], ids, None, None, "network")
        assert balancer.scheme is None
        assert ":loadbalancer/app/net/" in balancer.arn
        assert elbv2.describe_load_balancers([balancer.arn, NO_GROUP], None) == [balancer]
        listener = elbv2.create_listener(balancer.arn, "TCP", "80", "policy", None, [FIXED])
        default = listener._default_rule[0]
        assert default.arn.endswith(f"/{id(default)}")
        assert listener.ssl_policy == "policy"
        elbv2.delete_rule(NO_RULE)
        rule = elbv2.create_rule(listener.arn, [{"Values": ["/a"]}], 60_000, [FIXED])
        with pytest.raises(Exception, match="PriorityInUse"):
            elbv2.set_rule_priorities([{"RuleArn": rule.arn, "Priority": 60_000}])
        with pytest.raises(KeyError):
            elbv2._validate_conditions([{"Field": "path-pattern", "PathPatternConfig": {}}])
        elbv2.add_tags([balancer.arn], [{"Key": str(key), "Value": ""} for key in range(10)])
        with pytest.raises(Exception, match="TooManyTags"):
            elbv2.add_tags([balancer.arn], [{"Key": "one more", "Value": ""}])
        group = elbv2.create_target_group(
            "web", vpc_id=balancer.vpc_id, protocol="HTTP", port=80, target_type="ip"
        )
        assert "waf.fail_open.enabled" in group.attributes
        longest = {"deregistration_delay.timeout_seconds": "3600"}
        with pytest.raises(Exception, match="ValidationError"):
            elbv2.modify_target_group_attributes(group.arn, longest)
        with pytest.raises(Exception, match="InvalidConfigurationRequest"):
            elbv2.set_subnets(balancer.arn, ids[:1], [])
    finally:
        moto.purge(account)
