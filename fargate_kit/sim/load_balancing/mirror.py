"""What is configured in moto, read again whenever it may have changed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Protocol

from fargate_kit.sim.facts import SubnetFact
from fargate_kit.sim.load_balancing.facts import LoadBalancingFacts
from fargate_kit.sim.load_balancing.metrics import Sample


class Outside(Protocol):
    """The services beside: facts are read at once, effects are queued and never answer."""

    def load_balancing(self, region: str) -> LoadBalancingFacts:
        """Read all that is configured of a region's load balancers."""
        ...

    def subnets(self, region: str, vpc_id: str) -> tuple[SubnetFact, ...]:
        """List the subnets of a VPC."""
        ...

    def put_metrics(self, region: str, namespace: str, samples: Sequence[Sample]) -> None:
        """Give CloudWatch statistics of a period."""
        ...

    def activate_load_balancer(self, region: str, arn: str) -> None:
        """Show that a load balancer is active."""
        ...


class Mirror:
    """The configuration of one region.

    Args:
        outside: Where it is kept.
        region: e.g. `eu-west-1`.
    """

    def __init__(self, outside: Outside, region: str) -> None:
        self._outside = outside
        self._region = region
        self._facts: LoadBalancingFacts | None = None

    @property
    def facts(self) -> LoadBalancingFacts:
        """The configuration as it is now."""
        if self._facts is None:
            self._facts = self._outside.load_balancing(self._region)
        return self._facts

    def forget(self) -> None:
        """Read everything again when it is needed next."""
        self._facts = None

    def activate(self, arn: str) -> None:
        """Show that a load balancer is active."""
        self._outside.activate_load_balancer(self._region, arn)
        self.forget()

    def tell(self, namespace: str, samples: Sequence[Sample]) -> None:
        """Give CloudWatch the statistics of a period."""
        self._outside.put_metrics(self._region, namespace, samples)

    def zone_of(self, vpc_id: str, address: str) -> str | None:
        """Tell the Availability Zone of an address; None if no subnet of the VPC has it."""
        place = ipaddress.ip_address(address)
        for subnet in self._outside.subnets(self._region, vpc_id):
            if place in ipaddress.ip_network(subnet.cidr):
                return subnet.availability_zone
        return None
