"""A region's load balancing on a step clock, with plain values for what moto would keep."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from fargate_kit.sim.clock import StepClock
from fargate_kit.sim.engine import Engine
from fargate_kit.sim.errors import AwsError
from fargate_kit.sim.facts import SubnetFact
from fargate_kit.sim.load_balancing.addressing import addressed
from fargate_kit.sim.load_balancing.facts import (
    Action,
    Condition,
    HealthSettings,
    ListenerFact,
    LoadBalancerFact,
    LoadBalancingFacts,
    RuleFact,
    TargetGroupFact,
)
from fargate_kit.sim.load_balancing.metrics import Sample
from fargate_kit.sim.load_balancing.protocol import Reach, TargetOwner
from fargate_kit.sim.load_balancing.region import LoadBalancingRegion
from fargate_kit.sim.request import Request, Response
from fargate_kit.sim.timing import Timing
from fargate_kit.sim.workloads.behaviour import HttpAnswer

REGION = "us-east-1"
ACCOUNT = "123456789012"
DNS_NAME = f"web-1.{REGION}.elb.amazonaws.com"
ARNS = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
BALANCER = f"{ARNS}:loadbalancer/app/web/0000000000000001"


def group_arn(name: str = "web") -> str:
    """Write the ARN of a target group."""
    return f"{ARNS}:targetgroup/{name}/0000000000000002"


@dataclass
class Server:
    """Whoever is behind an address, and what it was asked."""

    ports: Mapping[int, Reach] = field(default_factory=lambda: {80: Reach.ACCEPTED})
    answer: HttpAnswer | None = field(
        default_factory=lambda: HttpAnswer(status=200, headers={"Server": "mine"}, body=b"page")
    )
    asked: list[tuple[int, str, str, dict[str, str], bytes, str]] = field(default_factory=list)

    def reach(self, port: int) -> Reach:
        return self.ports.get(port, Reach.LOST)

    def respond(
        self,
        port: int,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        peer: str,
    ) -> HttpAnswer | None:
        self.asked.append((port, method, path, dict(headers), body, peer))
        return self.answer

    def says(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = HttpAnswer(status=status, headers=named, body=body)

    @property
    def visits(self) -> list[tuple[int, str, str, dict[str, str], bytes, str]]:
        """What clients asked, without the checks."""
        return [one for one in self.asked if one[3].get("user-agent") != "ELB-HealthChecker/2.0"]


@dataclass
class Beside:
    """What moto would keep, and what CloudWatch was told."""

    facts: LoadBalancingFacts = field(default_factory=LoadBalancingFacts)
    reads: int = 0
    samples: list[tuple[str, Sample]] = field(default_factory=list)
    activated: list[str] = field(default_factory=list)

    def load_balancing(self, region: str) -> LoadBalancingFacts:
        assert region == REGION
        self.reads += 1
        return self.facts

    def subnets(self, region: str, vpc_id: str) -> tuple[SubnetFact, ...]:
        return tuple(
            SubnetFact(
                id=f"subnet-{zone}",
                vpc_id="vpc-1",
                cidr=f"10.0.{index}.0/24",
                availability_zone=f"{REGION}{zone}",
                zone_id=f"use1-az-{zone}",
            )
            for index, zone in enumerate("abc")
            if vpc_id == "vpc-1"
        )

    def activate_load_balancer(self, region: str, arn: str) -> None:
        self.activated.append(arn)

    def put_metrics(self, region: str, namespace: str, samples: Sequence[Sample]) -> None:
        self.samples += [(namespace, sample) for sample in samples]


class Balancing:
    """The load balancing of one region, asked as clients, services and browsers ask."""

    def __init__(self, seed: int = 0, *, jitter: float = 0.0) -> None:
        self.id = ACCOUNT
        self.engine = Engine(StepClock(), seed)
        self.timing = Timing(jitter=jitter)
        self.moto = Beside()
        self.servers: dict[str, Server] = {}
        self.looked_for: list[tuple[str, str | None]] = []
        self.region = LoadBalancingRegion(self, REGION, self._find, strict=True)
        self.changes: list[tuple[float, str, str, str | None]] = []
        self.region.watch(self._changed)

    def _find(self, address: str, vpc_id: str | None) -> TargetOwner | None:
        self.looked_for.append((address, vpc_id))
        return self.servers.get(address)

    def _changed(self, group: str, address: str, port: int) -> None:
        health = self.region.health(group, address, port)
        self.changes.append((self.now, f"{address}:{port}", health.state, health.reason))

    @property
    def now(self) -> float:
        """Seconds since the begin."""
        return (self.engine.now - StepClock().now()) / 1_000_000

    # what is configured

    def group(self, name: str = "web", **members: Any) -> TargetGroupFact:
        health = {key[7:]: members.pop(key) for key in list(members) if key.startswith("health_")}
        attributes = {key: str(one) for key, one in members.pop("attributes", {}).items()}
        made = TargetGroupFact(
            arn=group_arn(name),
            name=name,
            target_type=members.pop("target_type", "ip"),
            protocol="HTTP",
            protocol_version=members.pop("protocol_version", "HTTP1"),
            port=80,
            vpc_id="vpc-1",
            ip_address_type=members.pop("ip_address_type", "ipv4"),
            health=HealthSettings(**health),
            attributes=attributes,
        )
        assert not members
        self._configure(groups={**self.moto.facts.target_groups, made.arn: made})
        return made

    def listener(
        self,
        action: Action,
        *rules: tuple[int, tuple[Condition, ...], Action],
        port: int = 80,
        protocol: str = "HTTP",
        zones: str = "abc",
        attributes: Mapping[str, str] | None = None,
        kind: str = "application",
    ) -> None:
        """Give the one load balancer a listener, in the place of its listener on that port."""
        default = RuleFact(arn=f"rule/{port}", priority=None, conditions=(), actions=(action,))
        given = tuple(
            RuleFact(
                arn=f"rule/{port}/{number}", priority=number, conditions=conditions, actions=(one,)
            )
            for number, conditions, one in sorted(rules, key=lambda rule: rule[0])
        )
        made = ListenerFact(
            arn=f"listener/{port}", protocol=protocol, port=port, rules=(*given, default)
        )
        others = tuple(
            one
            for balancer in self.moto.facts.load_balancers
            for one in balancer.listeners
            if one.port != port
        )
        balancer = LoadBalancerFact(
            arn=BALANCER,
            name="web",
            dns_name=DNS_NAME,
            type=kind,
            vpc_id="vpc-1",
            zones=tuple(f"{REGION}{zone}" for zone in zones),
            address="10.0.0.200",
            attributes=attributes or {},
            listeners=(*others, made),
        )
        self._configure(balancers=(balancer,))

    def forward(self, *names: str, **members: Any) -> Action:
        weights = members.pop("weights", (1,) * len(names))
        groups = tuple(
            (group_arn(name), weight) for name, weight in zip(names, weights, strict=True)
        )
        return Action(type="forward", groups=groups, **members)

    def no_balancer(self) -> None:
        self._configure(balancers=())

    def no_group(self) -> None:
        self._configure(groups={})

    def _configure(
        self,
        *,
        balancers: tuple[LoadBalancerFact, ...] | None = None,
        groups: Mapping[str, TargetGroupFact] | None = None,
    ) -> None:
        facts = self.moto.facts
        if balancers is not None:
            facts = dataclasses.replace(facts, load_balancers=balancers)
        if groups is not None:
            facts = dataclasses.replace(facts, target_groups=groups)
        self.moto.facts = facts
        self.region.configuration_changed()

    # what is asked

    def add_server(self, address: str = "10.0.0.10", **members: Any) -> Server:
        server = self.servers[address] = Server(**members)
        return server

    def register(self, *targets: str, group: str = "web", **members: Any) -> None:
        """Register targets such as `10.0.0.10` or `10.0.0.10:8080`."""
        self.call("RegisterTargets", group, [_target(one, members) for one in targets])

    def deregister(self, *targets: str, group: str = "web") -> None:
        self.call("DeregisterTargets", group, [_target(one, {}) for one in targets])

    def health(self, *targets: str, group: str = "web") -> list[dict[str, str]]:
        """Describe targets, all if none is named, as flat dicts."""
        answer = self.call("DescribeTargetHealth", group, [_target(one, {}) for one in targets])
        return [
            {
                leaf.tag.rpartition("}")[2]: leaf.text or ""
                for leaf in member.iter()
                if not len(leaf)
            }
            for member in answer.iter()
            if member.tag.endswith("}member")
        ]

    def states(self, *targets: str, group: str = "web") -> list[str]:
        return [one["State"] for one in self.health(*targets, group=group)]

    def call(
        self, operation: str, group: str, targets: Sequence[Mapping[str, Any]], **more: str
    ) -> ET.Element:
        fields = {"TargetGroupArn": group_arn(group), **more}
        for number, target in enumerate(targets, start=1):
            fields |= {f"Targets.member.{number}.{key}": one for key, one in target.items()}
        answer = self.ask(operation, fields)
        assert answer is not None
        assert answer.headers["x-amzn-requestid"] == "id-1"
        return ET.fromstring(answer.body)  # noqa: S314 - the simulator's own

    def ask(self, operation: str, fields: Mapping[str, Any]) -> Response | None:
        """Send a form, as botocore does."""
        self.engine.advance()
        form = {"Action": operation, "Version": "2015-12-01", **fields}
        request = Request(
            method="POST", path="/", query="", headers={}, body=urlencode(form).encode()
        )
        return self.region.answer(operation, request, "id-1")

    def refused(self, operation: str, fields: Mapping[str, Any]) -> AwsError:
        with pytest.raises(AwsError) as caught:
            self.ask(operation, fields)
        return caught.value

    def get(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        host: str = DNS_NAME,
        body: bytes = b"",
        **headers: str,
    ) -> Response:
        """Send a request to the load balancer, as a client of AWS does."""
        self.engine.advance()
        path, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(
            method=method, path=path, query=query, headers={"host": host, **named}, body=body
        )
        visit = addressed(request)
        assert visit is not None
        return self.region.serve(visit)

    def serving(self, *addresses: str, group: str = "web", **members: Any) -> list[Server]:
        """Have healthy targets behind a listener on port 80."""
        self.group(group, **members)
        self.listener(self.forward(group))
        servers = [self.add_server(address) for address in addresses]
        self.register(*addresses, group=group)
        self.engine.settle()
        for server in servers:
            server.asked.clear()
        return servers


def _target(text: str, members: Mapping[str, Any]) -> dict[str, Any]:
    address, _, port = text.partition(":")
    return {"Id": address, **({"Port": port} if port else {}), **members}


@pytest.fixture
def balancing() -> Balancing:
    """A region without load balancers and target groups."""
    return Balancing()


@pytest.fixture
def new_balancing() -> type[Balancing]:
    """Make further regions, e.g. with another seed."""
    return Balancing
