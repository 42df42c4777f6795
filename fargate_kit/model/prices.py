"""AWS's list prices as far as they are known, with their date and where they were found.

The table holds what public pages agreed on at the date it carries, and nothing for other regions:
give a `Prices` of your own for those, for a newer date, or for your own contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

__all__ = ["PRICES", "Prices", "UnknownPrice", "prices_of"]


class UnknownPrice(LookupError):
    """No price is known for a region or a platform; the message names those that are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars for an hour of each thing, in one region.

    Attributes:
        as_of: When the prices were looked up.
        source: Where.
        vcpu: For a vCPU, by platform: `LINUX/X86_64`, `LINUX/ARM64` or `WINDOWS/X86_64`.
        gigabyte: For a GB of memory, by platform.
        storage: For a GiB of ephemeral storage above 20.
        spot: What part of the on-demand price of vCPU and memory is reckoned for Fargate Spot.
            AWS says up to 70 percent less, and the price moves, so this is the lowest it may be.
        public_address: For a public IPv4 address.
        load_balancer: For an Application Load Balancer.
        capacity_unit: For one of its capacity units (LCU).
        unsure: What of these was not seen on a page of AWS's own, in words.
    """

    region: str
    as_of: date
    source: str
    vcpu: Mapping[str, Decimal]
    gigabyte: Mapping[str, Decimal]
    storage: Decimal
    spot: Decimal
    public_address: Decimal
    load_balancer: Decimal
    capacity_unit: Decimal
    unsure: tuple[str, ...] = ()


PRICES: Final[Mapping[str, Prices]] = MappingProxyType({
    "us-east-1": Prices(
        region="us-east-1",
        as_of=date(2026, 3, 31),
        source="public tables of AWS's list prices (vantage.sh, cloudburn.io, wring.co)",
        vcpu=MappingProxyType({
            "LINUX/X86_64": Decimal("0.04048"),
            "LINUX/ARM64": Decimal("0.03238"),
            "WINDOWS/X86_64": Decimal("0.09148"),
        }),
        gigabyte=MappingProxyType({
            "LINUX/X86_64": Decimal("0.004445"),
            "LINUX/ARM64": Decimal("0.00356"),
            "WINDOWS/X86_64": Decimal("0.01005"),
        }),
        storage=Decimal("0.000111"),
        spot=Decimal("0.3"),
        public_address=Decimal("0.005"),
        load_balancer=Decimal("0.0225"),
        capacity_unit=Decimal("0.008"),
        unsure=(
            "read from other people's tables, not from AWS's price list",
            "taxes, data transfer, logs, NAT gateways, endpoints and discounts are not in it",
        ),
    )
})


def prices_of(region: str, prices: Prices | None = None) -> Prices:
    """Return the prices of a region.

    Args:
        prices: Taken instead of the table's.

    Raises:
        UnknownPrice: The table has none for the region.
    """
    if prices is not None:
        return prices
    if region not in PRICES:
        known = ", ".join(sorted(PRICES))
        raise UnknownPrice(
            f"no prices are known for {region!r}, only for {known}; take those as a rough measure, "
            "or give your own as prices=Prices(...)"
        )
    return PRICES[region]
