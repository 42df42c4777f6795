"""What is paid for by the hour in an account, read thing by thing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from fargate_kit.connections.connection import Connection
from fargate_kit.core.clock import present
from fargate_kit.errors import Denied
from fargate_kit.load_balancing.load_balancer import LoadBalancer
from fargate_kit.model.prices import Prices, UnknownPrice
from fargate_kit.model.pricing import billed_seconds, estimate
from fargate_kit.ownership import owned_by
from fargate_kit.tasks.task import Task

__all__ = ["Charge", "ChargeReader", "counted"]

ADDRESS: Final = "public IPv4 address"
# DescribeTags takes so many ARNs (botocore's elbv2 model).
TAGGED_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One thing that is paid for by the hour.

    Attributes:
        what: Its kind; charges of one kind are told together.
        per_hour: Dollars; None where no price is known.
        hours: For how long it has been paid for; None where AWS does not tell.
        runs: Whether it goes on.
    """

    what: str
    per_hour: Decimal | None
    hours: Decimal | None = None
    runs: bool = True


class ChargeReader:
    """Reads one region's charges.

    Args:
        mark: Only what carries this mark; None is everything.
        prices: Those of the region; None where none are known.

    Attributes:
        uncounted: What was seen, or could not be looked at, and is no charge.
    """

    def __init__(self, aws: Connection, mark: str | None, prices: Prices | None) -> None:
        self._aws, self._mark, self._prices = aws, mark, prices
        self._now = present(aws.clock)
        # A simulated account's time stamps are of this machine's day.
        self._speed = Decimal(str(getattr(aws.clock, "speed", 1.0)))
        self.uncounted: list[str] = []

    async def tasks(self) -> AsyncIterator[Charge]:
        """Yield a charge for every task that AWS lists, and for each public address of one."""
        found = [
            task
            async for cluster in self._aws.clusters()
            for desired in ("RUNNING", "STOPPED")
            async for task in cluster.tasks(desired_status=desired)
            if self._is_ours(task.tags)
        ]
        elsewhere = [task for task in found if task.launch_type not in {"FARGATE", None}]
        if elsewhere:
            self.uncounted.append(f"{counted(len(elsewhere), 'task')} on machines of one's own")
        on_fargate = [task for task in found if task not in elsewhere]
        for task in on_fargate:
            yield self._task(task)
        try:
            interfaces = await self._aws.interfaces(
                task for task in on_fargate if task.status != "STOPPED"
            )
        except Denied:
            self.uncounted.append("public addresses of tasks: they may not be listed here")
            return
        for task in on_fargate:
            interface = interfaces.get(task.arn)
            if interface is not None and interface.public_ip is not None:
                yield self._address(self._since(task.pull_started_at, task.stopped_at))

    def _task(self, task: Task) -> Charge:
        system, architecture = _platform(task.raw)
        seconds = Decimal(0)
        if task.pull_started_at is not None:
            ran = self._since(task.pull_started_at, task.stopped_at) * 3600
            seconds = billed_seconds(ran, operating_system=system)
        try:
            per_hour = estimate(
                cpu=task.cpu,
                memory=task.memory,
                region=self._aws.region,
                shares={"FARGATE": 1},
                architecture=architecture,
                operating_system=system,
                ephemeral_storage=(task.raw.get("ephemeralStorage") or {}).get("sizeInGiB"),
                prices=self._prices,
            ).per_hour
        except UnknownPrice:
            per_hour = None
        return Charge(
            what=f"task of {task.cpu} CPU units and {task.memory} MiB",
            per_hour=per_hour,
            hours=seconds / 3600,
            runs=task.status != "STOPPED",
        )

    async def balancers(self) -> AsyncIterator[Charge]:
        """Yield a charge for every load balancer, and for its public addresses."""
        found = [each async for each in self._aws.load_balancers()]
        if self._mark is not None:
            marked = await self._marked([each.arn for each in found])
            found = [each for each in found if each.arn in marked]
        for each in found:
            hours = self._since(each.created_at)
            kind = str(each.raw.get("Type", "application"))
            usual = kind == "application" and self._prices is not None
            yield Charge(
                what=f"{kind} load balancer",
                per_hour=self._prices.load_balancer if usual and self._prices else None,
                hours=hours,
            )
            for _ in range(_public_addresses(each)):
                yield self._address(hours)
        if found:
            self.uncounted.append(
                f"capacity units of {counted(len(found), 'load balancer')}: they follow traffic"
            )

    async def addresses(self) -> AsyncIterator[Charge]:
        """Yield a charge for every Elastic IP address."""
        reply = await self._call("ec2", "DescribeAddresses")
        for raw in reply["Addresses"]:
            if self._is_ours(_tags(raw)):
                yield self._address(None)

    async def gateways(self) -> AsyncIterator[Charge]:
        """Yield a charge without a price for every NAT gateway."""
        reply = await self._call("ec2", "DescribeNatGateways")
        for raw in reply["NatGateways"]:
            there = raw.get("State") in {"pending", "available"}
            if there and self._is_ours(_tags(raw)):
                yield Charge(what="NAT gateway", per_hour=None)

    async def endpoints(self) -> AsyncIterator[Charge]:
        """Yield a charge without a price for every endpoint that is billed by the hour."""
        reply = await self._call("ec2", "DescribeVpcEndpoints")
        for raw in reply["VpcEndpoints"]:
            # Gateway endpoints have no price ("Gateway endpoints" in the guide to PrivateLink).
            billed = raw.get("VpcEndpointType", "Gateway") != "Gateway"
            if billed and self._is_ours(_tags(raw)):
                yield Charge(what="VPC endpoint", per_hour=None)

    def _address(self, hours: Decimal | None) -> Charge:
        price = self._prices.public_address if self._prices else None
        return Charge(what=ADDRESS, per_hour=price, hours=hours)

    def _is_ours(self, tags: Mapping[str, str]) -> bool:
        return self._mark is None or owned_by(tags, self._mark)

    def _since(self, began: datetime | None, ended: datetime | None = None) -> Decimal:
        """Return hours, by the account's own pace."""
        if began is None:
            return Decimal(0)
        seconds = max(0.0, ((ended or self._now) - began).total_seconds())
        return Decimal(str(seconds)) * self._speed / 3600

    async def _call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        return await self._aws._session.api.call(service, operation, **parameters)

    async def _marked(self, arns: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(arns), TAGGED_AT_ONCE):
            chunk = list(arns[start : start + TAGGED_AT_ONCE])
            reply = await self._call("elbv2", "DescribeTags", ResourceArns=chunk)
            found |= {
                each["ResourceArn"]
                for each in reply["TagDescriptions"]
                if self._is_ours(_tags(each))
            }
        return found


def _public_addresses(balancer: LoadBalancer) -> int:
    """Return how many public addresses a balancer has at least: one in each of its zones."""
    without = balancer.raw.get("IpAddressType") == "dualstack-without-public-ipv4"
    return 0 if balancer.scheme != "internet-facing" or without else len(balancer.subnets)


def _platform(raw: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the operating system and the architecture of a task."""
    architectures = [
        each.get("value")
        for each in raw.get("attributes", ())
        if each.get("name") == "ecs.cpu-architecture"
    ]
    return raw.get("platformFamily"), next(iter(architectures), None)


def counted(count: int, what: str) -> str:
    """Return a number and a thing, in the plural where there are several."""
    head, of, tail = what.partition(" of ")
    several = f"{head}es" if head.endswith("s") else f"{head}s"
    return f"{count} {head if count == 1 else several}{of}{tail}"


def _tags(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of something of EC2 or of load balancing."""
    return {tag["Key"]: tag.get("Value", "") for tag in raw.get("Tags") or ()}
