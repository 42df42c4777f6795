"""What an account's tasks and balancers cost now, and what they have cost: read, then reckoned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fargate_kit.connections.connection import Connection
from fargate_kit.errors import Denied
from fargate_kit.learn.charges import Charge, ChargeReader, counted
from fargate_kit.learn.views.cost_meter import CostMeter, SpendingLine
from fargate_kit.model.prices import Prices, UnknownPrice, prices_of

__all__ = ["ALWAYS_UNCOUNTED", "Spending", "SpendingLine", "meter_of", "reckon", "spending"]

HOURS: Final = Decimal(24 * 30)
"""Hours of a month in which something was forgotten."""

ALWAYS_UNCOUNTED: Final = (
    "what was deleted, what stopped over an hour ago, addresses of stopped tasks",
    "logs, alarms, secrets, images, traffic and taxes",
)
"""What no meter of this kind can see: it reads what is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What something costs by list prices, as far as they are known: no bill.

    Attributes:
        per_hour: Dollars for an hour of all that goes on now.
        so_far: Dollars that what AWS still lists has cost until now.
        per_month: Dollars for 30 days of all that goes on now.
        as_of: The date of the prices; None where none are known for the region.
        source: Where they were found.
        uncounted: What is not in it, each in words; nothing is left out without being named.
        lines: The same by kind.
    """

    per_hour: Decimal
    so_far: Decimal
    per_month: Decimal
    as_of: date | None
    source: str
    uncounted: tuple[str, ...]
    lines: tuple[SpendingLine, ...] = ()


def reckon(
    charges: Iterable[Charge],
    *,
    region: str,
    uncounted: Sequence[str] = (),
    prices: Prices | None = None,
) -> Spending:
    """Sum charges up; pure.

    Args:
        region: Whose prices the charges were made with.
        uncounted: What is known to be there and is no charge.
        prices: Whose date and source are told, instead of the table's.
    """
    known = list(charges)
    kinds = list(dict.fromkeys(each.what for each in known))
    lines, missing = [], []
    for what in kinds:
        own = [each for each in known if each.what == what]
        priceless = [each for each in own if each.per_hour is None]
        if priceless:
            missing.append(f"{counted(len(priceless), what)}: no price is known for {region}")
        endless = sum(each.hours is None for each in own if each.per_hour is not None)
        if endless:
            missing.append(f"what {counted(endless, what)} cost so far: since when is not told")
        if len(priceless) < len(own):
            lines.append(_line(what, own))
    per_hour = sum((line.per_hour for line in lines), Decimal(0))
    found = _prices(region, prices)
    return Spending(
        per_hour=per_hour,
        so_far=sum((line.so_far for line in lines), Decimal(0)),
        per_month=per_hour * HOURS,
        as_of=found.as_of if found else None,
        source=found.source if found else f"no prices are known for {region}",
        uncounted=(*missing, *uncounted, *ALWAYS_UNCOUNTED),
        lines=tuple(lines),
    )


def _line(what: str, own: Sequence[Charge]) -> SpendingLine:
    priced = [(each, each.per_hour) for each in own if each.per_hour is not None]
    return SpendingLine(
        what=what,
        count=sum(each.runs for each, _ in priced),
        per_hour=sum((price for each, price in priced if each.runs), Decimal(0)),
        so_far=sum((price * (each.hours or 0) for each, price in priced), Decimal(0)),
    )


async def spending(
    aws: Connection, *, mark: str | None = None, prices: Prices | None = None
) -> Spending:
    """Read what is paid for by the hour in the region, and reckon it at list prices.

    Tasks on Fargate Spot are reckoned at the on-demand price, because Spot is not dearer.

    Args:
        mark: Only what carries this mark, such as a lab's; None is everything.
        prices: Taken instead of the table's, which knows few regions.

    Calls:
        ecs:ListClusters, ecs:DescribeClusters, ecs:ListTasks, ecs:DescribeTasks,
        ec2:DescribeNetworkInterfaces, ec2:DescribeAddresses, ec2:DescribeNatGateways,
        ec2:DescribeVpcEndpoints, elasticloadbalancing:DescribeLoadBalancers,
        elasticloadbalancing:DescribeTags with a mark. What may not be looked at is named among
        `uncounted`, unless it is ECS itself.
    """
    reader = ChargeReader(aws, mark, _prices(aws.region, prices))
    charges = [each async for each in reader.tasks()]
    for kind, read in (
        ("load balancers", reader.balancers),
        ("Elastic IP addresses", reader.addresses),
        ("NAT gateways", reader.gateways),
        ("VPC endpoints", reader.endpoints),
    ):
        try:
            charges += [each async for each in read()]
        except Denied:
            reader.uncounted.append(f"{kind}: they may not be listed here")
    return reckon(charges, region=aws.region, uncounted=reader.uncounted, prices=prices)


def meter_of(
    spent: Spending, *, limit: float | Decimal | None = None, badge: str | None = None
) -> CostMeter:
    """Return what the cost meter shows of it.

    Args:
        limit: Dollars that it may cost until now; None is no limit.
        badge: Where this is.
    """
    return CostMeter(
        per_hour=spent.per_hour,
        so_far=spent.so_far,
        per_month=spent.per_month,
        as_of=spent.as_of,
        source=spent.source,
        uncounted=spent.uncounted,
        lines=spent.lines,
        limit=None if limit is None else Decimal(str(limit)),
        badge=badge,
    )


def _prices(region: str, prices: Prices | None) -> Prices | None:
    try:
        return prices_of(region, prices)
    except UnknownPrice:
        return None
