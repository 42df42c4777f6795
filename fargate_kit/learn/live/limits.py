"""What a live lab may have at most; pure: a request and what is there, in; refusals, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final

from fargate_kit.learn.errors import LimitReached
from fargate_kit.learn.live.operations import CHANGES, MAKINGS, is_harmless

__all__ = [
    "BALANCERS",
    "CPU",
    "CPU_EACH",
    "MEMORY_EACH",
    "RETENTION",
    "TASKS",
    "Running",
    "check_alone",
    "check_balancers",
    "check_size",
    "check_sum",
]

TASKS: Final = 8
"""Tasks of a lab at once: notebook 02 has that many, of the smallest size."""
CPU_EACH: Final = 512
"""CPU units of a task."""
MEMORY_EACH: Final = 2048
"""MiB of a task."""
CPU: Final = 2048
"""CPU units of all tasks of a lab: eight of the smallest, or four of the largest allowed."""
BALANCERS: Final = 1
RETENTION: Final = 1
"""Days for which a log group keeps lines."""

_EVERYWHERE = {"0.0.0.0/0", "::/0"}
_TOO_DEAR = {
    "ec2:CreateNatGateway": "a NAT gateway is paid for by the hour, used or not",
    "ec2:AllocateAddress": "an address of one's own is paid for by the hour, used or not",
    "ec2:CreateVpcEndpoint": "most VPC endpoints are paid for by the hour, used or not",
    "ec2:RunInstances": "the course has no use for a machine",
    "ecs:CreateCapacityProvider": "the course has no use for machines",
    "secretsmanager:CreateSecret": "a secret is paid for by the month",
}
# Ranges smaller than this are somebody's; 0.0.0.0/1 and its other half are everybody.
_SHORTEST_PREFIX = {4: 8, 6: 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a lab has running, or has asked for.

    Attributes:
        tasks: How many.
        cpu: Their CPU units together.
    """

    tasks: int = 0
    cpu: int = 0


def check_alone(operation: str, parameters: Mapping[str, Any]) -> None:
    """Refuse a call that a live lab does not make, whatever else is there.

    Args:
        operation: As `ec2:CreateNatGateway`.

    Raises:
        LimitReached: It names the limit.
    """
    if reason := _TOO_DEAR.get(operation):
        raise LimitReached(f"{operation}: {reason}; a live lab makes none")
    name = operation.partition(":")[2]
    if not is_harmless(name) and operation not in MAKINGS and operation not in CHANGES:
        raise LimitReached(
            f"{operation} is none of the calls that a live lab makes: it could not say what that "
            "costs, or how to take it away again. In a simulated lab it may be tried"
        )
    _CHECKS.get(operation, _nothing)(parameters)


def check_size(cpu: int, memory: int, *, count: int) -> None:
    """Refuse a task that is too large.

    Args:
        cpu: CPU units of a task.
        memory: MiB of a task.
        count: How many were asked for; none is fine at any size.

    Raises:
        LimitReached: It names the limit.
    """
    if count and (cpu > CPU_EACH or memory > MEMORY_EACH):
        raise LimitReached(
            f"a task of {cpu} CPU units and {memory} MiB: a live lab runs tasks of at most "
            f"{CPU_EACH} CPU units and {MEMORY_EACH} MiB"
        )


def check_sum(running: Running, asked: Running) -> None:
    """Refuse tasks that would be too many together with those that are there.

    Raises:
        LimitReached: It names the limit.
    """
    tasks, cpu = running.tasks + asked.tasks, running.cpu + asked.cpu
    if asked.tasks and (tasks > TASKS or cpu > CPU):
        raise LimitReached(
            f"{asked.tasks} more would be {tasks} tasks with {cpu} CPU units together: a live lab "
            f"has at most {TASKS} tasks and {CPU} CPU units at once. Stop some first"
        )


def check_balancers(there: int) -> None:
    """Refuse another load balancer.

    Raises:
        LimitReached: It names the limit.
    """
    if there >= BALANCERS:
        raise LimitReached(f"a live lab has at most {BALANCERS} load balancer, and there is one")


def _nothing(parameters: Mapping[str, Any]) -> None:
    """Let it pass."""


def _retention(parameters: Mapping[str, Any]) -> None:
    if (days := parameters.get("retentionInDays")) != RETENTION:
        raise LimitReached(
            f"a log group that keeps lines for {days} days: a live lab keeps them for {RETENTION}"
        )


def _ranges(parameters: Mapping[str, Any]) -> None:
    for given in _cidrs(parameters):
        if given in _EVERYWHERE or _is_vast(given):
            raise LimitReached(
                f"a security group open to {given}: a live lab opens groups to named ranges only, "
                "such as your own address with /32"
            )


def _cidrs(parameters: Mapping[str, Any]) -> Iterator[str]:
    rules: Iterable[Mapping[str, Any]] = parameters.get("IpPermissions") or ()
    for rule in (parameters, *rules):
        if cidr := rule.get("CidrIp"):
            yield cidr
        yield from (each["CidrIp"] for each in rule.get("IpRanges") or ())
        yield from (each["CidrIpv6"] for each in rule.get("Ipv6Ranges") or ())


def _is_vast(cidr: str) -> bool:
    try:
        network = ip_network(cidr, strict=False)
    except ValueError:
        return False  # AWS refuses it, in words of its own.
    return network.prefixlen < _SHORTEST_PREFIX[network.version]


def _balancer(parameters: Mapping[str, Any]) -> None:
    kind = parameters.get("Type", "application")
    if kind != "application":
        raise LimitReached(f"a load balancer of type {kind}: a live lab has application ones only")


def _count(parameters: Mapping[str, Any]) -> None:
    maximum = parameters.get("MaxCapacity", 0)
    if maximum > TASKS:
        raise LimitReached(
            f"scaling to {maximum} tasks: a live lab has at most {TASKS} tasks at once"
        )


_CHECKS = {
    "logs:PutRetentionPolicy": _retention,
    "ec2:AuthorizeSecurityGroupIngress": _ranges,
    "elbv2:CreateLoadBalancer": _balancer,
    "application-autoscaling:RegisterScalableTarget": _count,
}
