"""An account's part of moto on its own, with shorthands for what tests ask of EC2."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any, Protocol

from fargate_kit.sim.facts import NetworkInterface
from fargate_kit.sim.moto_adapter import MotoAdapter
from fargate_kit.sim.request import Request, Response

ACCOUNT = "111122223333"
REGION = "us-east-1"


class ClientTo(Protocol):
    """Make a client of botocore whose requests go to `answer`, as tests/sim/conftest.py does."""

    def __call__(
        self, answer: Callable[[Request], Response], service: str, region: str = REGION
    ) -> Any:
        """Make one."""
        ...


def subnet_ids(adapter: MotoAdapter, client_to: ClientTo, region: str = REGION) -> list[str]:
    """Ask EC2 for the ids of all subnets."""
    subnets = client_to(adapter.forward, "ec2", region).describe_subnets()["Subnets"]
    return [subnet["SubnetId"] for subnet in subnets]


def interface(adapter: MotoAdapter, client_to: ClientTo, **changes: Any) -> NetworkInterface:
    """Describe an interface in the first subnet of the default VPC."""
    subnet = adapter.subnet(REGION, subnet_ids(adapter, client_to)[0])
    assert subnet is not None
    values: dict[str, Any] = {
        "id": "eni-0123456789abcdef0",
        "region": REGION,
        "subnet_id": subnet.id,
        "vpc_id": subnet.vpc_id,
        "availability_zone": subnet.availability_zone,
        "mac_address": "0a:1b:2c:3d:4e:5f",
        "private_address": str(ipaddress.ip_network(subnet.cidr)[77]),
        "private_dns_name": "ip-172-31-0-77.ec2.internal",
        "public_address": None,
        "group_ids": (adapter.default_security_group(REGION, subnet.vpc_id),),
        "description": "arn:aws:ecs:us-east-1:111122223333:attachment/4f",
        "account": ACCOUNT,
    }
    return NetworkInterface(**values | changes)


def groups_of(ec2: Any) -> list[dict[str, Any]]:
    """List the security groups."""
    groups: list[dict[str, Any]] = ec2.describe_security_groups()["SecurityGroups"]
    return groups


def subnet_of(ec2: Any, subnet_id: str) -> dict[str, Any]:
    """Describe a subnet."""
    subnet: dict[str, Any] = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]
    return subnet
