"""Which hosts a task can reach from its subnet, and what is in the way.

Source: Amazon ECS Developer Guide, pages `fargate-task-networking` and `vpc-endpoints`;
Amazon VPC User Guide, pages `route-tables-priority` and `security-group-rules`. Network
ACLs are not looked at: they let everything through unless they are changed.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
import random
from collections.abc import Sequence
from dataclasses import dataclass

from fargate_kit.sim.workloads.image_reference import DOCKER_HUB, ImageReference

HTTPS = 443
_HUB_HOST = "registry-1.docker.io"


class Way(enum.Enum):
    """Where a route leads."""

    LOCAL = "the VPC itself"
    INTERNET_GATEWAY = "an internet gateway"
    NAT = "a public NAT gateway that works"
    ELSEWHERE = "another network, which is taken to lead on to the internet"
    NOWHERE = "something that does not forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFact:
    """A route of the task's subnet.

    Args:
        destination: A range of addresses.
    """

    destination: str
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFact:
    """What a security group lets through in one direction.

    Args:
        protocol: `tcp`, `udp`, … or `-1` for all.
        first_port: None for all ports.
        ranges: Ranges of addresses.
        groups: Ids of security groups.
        prefix_lists: Ids of prefix lists.
    """

    protocol: str
    first_port: int | None
    last_port: int | None
    ranges: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prefix_lists: tuple[str, ...] = ()

    def has_port(self, port: int) -> bool:
        """Tell whether TCP on a port is let through at all."""
        if self.protocol == "-1":
            return True
        if self.protocol != "tcp":
            return False
        first = self.first_port if self.first_port is not None else 0
        last = self.last_port if self.last_port is not None else 65535
        return first <= port <= last or first == -1


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFact:
    """A VPC endpoint that the task's subnet could use.

    Args:
        service: Without `com.amazonaws.<region>.`, e.g. `ecr.api`.
        interface: Whether it has network interfaces; otherwise it is a gateway in the
            subnet's route table.
        ranges: The ranges of the subnets with its interfaces.
        groups: The ids of its security groups.
        ingress: What these let in.
        prefix_list: Of a gateway: the id that stands for its addresses.
    """

    service: str
    interface: bool
    ranges: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ingress: tuple[RuleFact, ...] = ()
    prefix_list: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """What decides where the tasks of a subnet with certain security groups can go.

    Args:
        resolves: Whether the VPC has DNS.
        endpoints: Those with private DNS, and gateways of the subnet's route table.
        egress: What the security groups let out.
    """

    resolves: bool
    routes: tuple[RouteFact, ...]
    endpoints: tuple[EndpointFact, ...]
    egress: tuple[RuleFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why a host cannot be reached.

    Args:
        host: The host.
        dial: How a client's time-out is written, e.g. `dial tcp 192.0.2.1:443: i/o timeout`.
        why: In plain words, with what would help.
    """

    host: str
    dial: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where one task can go.

    Args:
        facts: Of its subnet and groups.
        region: Where it runs.
        private_address: Its own.
        public: Whether it has a public address.
        groups: The ids of its security groups.
    """

    facts: NetworkFacts
    region: str
    private_address: str
    public: bool
    groups: tuple[str, ...]

    def service(self, name: str, region: str, host: str | None = None) -> Blocked | None:
        """Tell what is between the task and an AWS service.

        Args:
            name: As endpoints name it, e.g. `ecr.api`, `logs`, `s3`.
            region: Of the service; endpoints serve their own region only.
            host: Under which the service is called, if not under its ordinary name.

        Returns:
            None if the task reaches it.
        """
        host = host or service_host(name, region)
        here = [one for one in self.facts.endpoints if one.service == name]
        if region != self.region or not here:
            return self.host(host)
        if not self.facts.resolves:
            return _unresolved(host)
        # Its private DNS name hides the public addresses: there is no way around an endpoint.
        for endpoint in here:
            why = self._behind(endpoint)
            if why is None:
                return None
        return _blocked(host, address_of(host), HTTPS, why or "")

    def image(self, reference: ImageReference) -> Blocked | None:
        """Tell what is between the task and the registry of an image, its layers included."""
        if reference.region is None:
            registry = reference.registry
            return self.host(_HUB_HOST if registry == DOCKER_HUB else registry)
        region = reference.region
        return self.service("ecr.dkr", region, reference.registry) or self.service(
            "s3", region, layer_host(region)
        )

    def host(self, host: str) -> Blocked | None:
        """Tell what is between the task and a host, by its name or address."""
        name, _, digits = host.partition(":")
        port = int(digits) if digits else HTTPS
        try:
            address = str(_address(name))
        except ValueError:
            address = address_of(name)
            if not self.facts.resolves:
                return _unresolved(name)
        way = self._way(address)
        why = None
        if way is Way.INTERNET_GATEWAY and not self.public:
            why = (
                "its subnet leads to an internet gateway, which serves public addresses only: "
                "assign one, or use a NAT gateway or VPC endpoints"
            )
        elif way is None or way is Way.NOWHERE:
            why = (
                "its subnet has no route there: add one to an internet gateway or a NAT gateway, "
                "or use VPC endpoints"
            )
        elif not any(
            rule.has_port(port) and _covers(rule.ranges, address) for rule in self.facts.egress
        ):
            why = f"no security group lets TCP {port} out to it"
        return None if why is None else _blocked(name, address, port, why)

    def _way(self, address: str) -> Way | None:
        """Follow the most specific route."""
        there = _address(address)
        fitting = [
            (network.prefixlen, -index, route.way)
            for index, route in enumerate(self.facts.routes)
            if there in (network := _network(route.destination))
        ]
        return max(fitting, key=lambda one: one[:2])[2] if fitting else None

    def _behind(self, endpoint: EndpointFact) -> str | None:
        """Tell why an endpoint cannot be used; None if it can."""
        rules = [rule for rule in self.facts.egress if rule.has_port(HTTPS)]
        if not endpoint.interface:
            public = address_of(endpoint.service)
            if any(
                endpoint.prefix_list in rule.prefix_lists or _covers(rule.ranges, public)
                for rule in rules
            ):
                return None
            return f"no security group lets TCP 443 out to the gateway of {endpoint.service}"
        if not any(
            any(_within(network, rule.ranges) for network in endpoint.ranges)
            or set(rule.groups) & set(endpoint.groups)
            for rule in rules
        ):
            return f"no security group lets TCP 443 out to the endpoint of {endpoint.service}"
        if not any(
            rule.has_port(HTTPS)
            and (_covers(rule.ranges, self.private_address) or set(rule.groups) & set(self.groups))
            for rule in endpoint.ingress
        ):
            return f"the endpoint of {endpoint.service} lets no TCP 443 of the task in"
        return None


def service_host(name: str, region: str) -> str:
    """Give the ordinary host of a service, from the name that endpoints have for it."""
    return f"{'.'.join(reversed(name.split('.')))}.{region}.{domain(region)}"


def layer_host(region: str) -> str:
    """Give the host from which Amazon ECR serves the layers of images."""
    return f"prod-{region}-starport-layer-bucket.s3.{region}.{domain(region)}"


def domain(region: str) -> str:
    """Give the domain of AWS in a region."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


@functools.lru_cache(maxsize=1024)
def address_of(host: str) -> str:
    """Make up the public address of a host, always the same."""
    chance = random.Random(f"address/{host}")
    return f"52.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"


def _blocked(host: str, address: str, port: int, why: str) -> Blocked:
    return Blocked(
        host=host,
        dial=f"dial tcp {address}:{port}: i/o timeout",
        why=f"{host} cannot be reached: {why}",
    )


def _unresolved(host: str) -> Blocked:
    return Blocked(
        host=host,
        dial=f"dial tcp: lookup {host}: i/o timeout",
        why=f"{host} cannot be found: DNS is off in the VPC",
    )


@functools.lru_cache(maxsize=1024)
def _network(block: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(block, strict=False)


@functools.lru_cache(maxsize=1024)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text)


def _covers(ranges: Sequence[str], address: str) -> bool:
    there = _address(address)
    return any(there in _network(one) for one in ranges)


def _within(inner: str, ranges: Sequence[str]) -> bool:
    network = _network(inner)
    ends = (str(network.network_address), str(network.broadcast_address))
    return any(all(_covers([one], end) for end in ends) for one in ranges)
