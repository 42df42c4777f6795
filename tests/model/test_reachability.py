"""The rules of reachability: the simulator's own say the same of every network, and remedies are
told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fargate_kit.model.ingress import IngressRule
from fargate_kit.model.network_needs import Need, needs_of
from fargate_kit.model.reachability import (
    Endpoint,
    NetworkPicture,
    Route,
    SubnetPicture,
    Way,
    blocked,
    findings,
)
from fargate_kit.sim import reachability as simulated
from fargate_kit.sim.workloads import ImageReference

REGION = "us-east-1"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
DEFINITION = {
    "containerDefinitions": [
        {
            "image": IMAGE,
            "secrets": [{"name": "A", "valueFrom": "/a"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {}},
        }
    ]
}
SERVICES = ("ecr.api", "ecr.dkr", "logs", "ssm")
WAYS = {
    Way.INTERNET: simulated.Way.INTERNET_GATEWAY,
    Way.NAT: simulated.Way.NAT,
    Way.ELSEWHERE: simulated.Way.ELSEWHERE,
    Way.NOWHERE: simulated.Way.NOWHERE,
}
SOURCES = ("0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/24", "sg-1", "sg-2", "pl-s3")

rules = st.builds(
    lambda protocol, ports, source: IngressRule(
        protocol=protocol,
        first_port=-1 if protocol == "-1" else ports[0],
        last_port=-1 if protocol == "-1" else ports[1],
        source=source,
    ),
    st.sampled_from(["tcp", "udp", "-1"]),
    st.sampled_from([(443, 443), (1, 1024), (80, 80), (0, 65535)]),
    st.sampled_from(SOURCES),
)
interfaces = st.builds(
    lambda service, groups, ingress: Endpoint(
        id=f"vpce-{service}",
        service=service,
        ranges=("10.0.1.0/24",),
        groups=tuple(groups),
        ingress=tuple(ingress),
    ),
    st.sampled_from(SERVICES),
    st.lists(st.sampled_from(["sg-1", "sg-2"]), min_size=1, unique=True),
    st.lists(rules, max_size=2),
)
gateways = st.just(
    Endpoint(id="vpce-s3", service="s3", route_tables=("rtb-1",), prefix_list="pl-s3")
)
pictures = st.builds(
    lambda resolves, public_ip, way, egress, endpoints: NetworkPicture(
        region=REGION,
        resolves=resolves,
        public_ip=public_ip,
        subnets=(
            SubnetPicture(
                id="subnet-1",
                zone="us-east-1a",
                cidr="10.0.2.0/24",
                free=100,
                route_table="rtb-1",
                routes=()
                if way is None
                else (Route(destination="0.0.0.0/0", target="igw-1", way=way),),
            ),
        ),
        groups=("sg-1",),
        egress=tuple(egress),
        endpoints=tuple(endpoints),
    ),
    st.sampled_from([True, True, True, False]),
    st.booleans(),
    st.sampled_from([None, *Way]),
    st.lists(rules, max_size=3),
    st.lists(interfaces | gateways, max_size=5),
)


def simulated_rule(rule: IngressRule) -> simulated.RuleFact:
    return simulated.RuleFact(
        protocol=rule.protocol,
        first_port=None if rule.first_port == -1 else rule.first_port,
        last_port=None if rule.last_port == -1 else rule.last_port,
        ranges=(rule.source,) if "/" in rule.source else (),
        groups=(rule.source,) if rule.source.startswith("sg-") else (),
        prefix_lists=(rule.source,) if rule.source.startswith("pl-") else (),
    )


def simulated_reach(picture: NetworkPicture) -> simulated.Reach:
    """Tell the simulator of the same network."""
    return simulated.Reach(
        facts=simulated.NetworkFacts(
            resolves=picture.resolves,
            routes=(
                simulated.RouteFact(destination="10.0.0.0/16", way=simulated.Way.LOCAL),
                *(
                    simulated.RouteFact(destination=route.destination, way=WAYS[route.way])
                    for route in picture.subnets[0].routes
                ),
            ),
            endpoints=tuple(
                simulated.EndpointFact(
                    service=each.service,
                    interface=each.route_tables is None,
                    ranges=each.ranges,
                    groups=each.groups,
                    ingress=tuple(map(simulated_rule, each.ingress)),
                    prefix_list=each.prefix_list,
                )
                for each in picture.endpoints
            ),
            egress=tuple(map(simulated_rule, picture.egress)),
        ),
        region=REGION,
        private_address="10.0.2.77",
        public=picture.public_ip,
        groups=picture.groups,
    )


@given(pictures)
@settings(max_examples=600, deadline=None)
def test_simulator_says_the_same_of_every_network(picture: NetworkPicture) -> None:
    """Two sets of rules that know nothing of each other agree on every host, in every network."""
    reach, subnet = simulated_reach(picture), picture.subnets[0]
    image: list[bool] = []
    for need in needs_of(DEFINITION, REGION):
        ours = blocked(picture, subnet, need) is None
        assert need.service is not None
        assert ours is (reach.service(need.service, REGION) is None), need
        if need.service in {"ecr.dkr", "s3"}:
            image.append(ours)
    assert all(image) is (reach.image(ImageReference.parse(IMAGE)) is None)
    elsewhere = Need(host="logs.eu-west-1.amazonaws.com", purpose="", service="logs", region="x")
    ours = blocked(picture, subnet, elsewhere) is None
    assert ours is (reach.service("logs", "eu-west-1") is None)


def picture(**changes: Any) -> NetworkPicture:
    """Return two private subnets without any way out."""
    subnets = tuple(
        SubnetPicture(
            id=f"subnet-{number}",
            zone=f"us-east-1{number}",
            cidr=f"10.0.{number}.0/24",
            free=100,
            route_table="rtb-1",
            routes=(),
        )
        for number in (1, 2)
    )
    everything = IngressRule(protocol="-1", first_port=-1, last_port=-1, source="0.0.0.0/0")
    whole: dict[str, Any] = {
        "region": REGION,
        "resolves": True,
        "public_ip": False,
        "subnets": subnets,
        "groups": ("sg-1",),
        "egress": (everything,),
        "endpoints": (),
        **changes,
    }
    return NetworkPicture(**whole)


def test_one_reason_is_one_problem() -> None:
    """Hosts and subnets with the same reason are told together, with one remedy."""
    (problem,) = findings(picture(), needs_of(DEFINITION, REGION))
    assert problem.rule == "network-route"
    assert problem.given == ["subnet-1", "subnet-2"]
    assert "from every subnet" in problem.message
    assert problem.message.endswith("or VPC endpoints for ecr.api, ecr.dkr, s3, ssm, logs.")


def test_endpoints_are_no_remedy_for_others() -> None:
    """Where a host of somebody else is among what cannot be reached, endpoints would not do."""
    definition = {"containerDefinitions": [*DEFINITION["containerDefinitions"], {"image": "nginx"}]}
    (problem,) = findings(picture(), needs_of(definition, REGION))
    assert "VPC endpoints" not in problem.message


@pytest.mark.parametrize(("host", "needs_dns"), [("registry.local", True), ("10.0.0.9", False)])
def test_addresses_need_no_dns(host: str, needs_dns: bool) -> None:
    """A registry that is named by its address is found without DNS."""
    dark = picture(resolves=False)
    reason = blocked(dark, dark.subnets[0], Need(host=host, purpose="image registry"))
    assert reason is not None
    assert (reason.rule.id == "network-dns") is needs_dns
