"""What the simulated ECS knows of the services beside it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


class RepositoryMissing(LookupError):
    """The account has no ECR repository of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetFact:
    """A subnet of the simulated VPC."""

    id: str
    vpc_id: str
    cidr: str
    availability_zone: str
    zone_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroupFact:
    """A security group of the simulated VPC."""

    id: str
    vpc_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    """The network interface of one task, as ECS made it: every id and address is chosen."""

    id: str
    region: str
    subnet_id: str
    vpc_id: str
    availability_zone: str
    mac_address: str
    private_address: str
    private_dns_name: str
    public_address: str | None
    group_ids: tuple[str, ...]
    description: str
    account: str
