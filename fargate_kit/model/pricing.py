"""What tasks, services and load balancers cost by AWS's list prices: an estimate, never a bill."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Final

from fargate_kit.model.prices import PRICES, Prices, UnknownPrice, prices_of

__all__ = [
    "HOURS_A_MONTH",
    "PRICES",
    "CostLine",
    "Estimate",
    "Prices",
    "UnknownPrice",
    "billed_seconds",
    "estimate",
    "prices_of",
    "shares_of",
    "task_cost",
]

HOURS_A_MONTH: Final = Decimal(730)
FREE_STORAGE: Final = 20
"""GiB of ephemeral storage that every task has without a charge."""
_SHORTEST: Final = {"LINUX": 60, "WINDOWS": 300}


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One thing that is paid for by the hour.

    Attributes:
        what: In words, such as `vCPU (LINUX/X86_64)`.
        quantity: How many of it.
        price: Dollars for an hour of one.
        estimated: Whether the price itself is a guess, as that of Spot is.
        run: Whether it is billed like a task, from the image's pull to the end.
    """

    what: str
    quantity: Decimal
    price: Decimal
    estimated: bool = False
    run: bool = True

    @property
    def per_hour(self) -> Decimal:
        """Dollars for an hour of all of it."""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What something costs by list prices, as far as they are known: no bill.

    Attributes:
        region: Whose prices were taken.
        as_of: The date of the prices.
        source: Where they were found.
        lines: What is paid for.
        seconds: How long each task runs, as billed; None where no time was given.
        hours: How long everything else is there; None where no time was given.
        notes: What is unsure, and what is not in it.
    """

    region: str
    as_of: date
    source: str
    lines: tuple[CostLine, ...]
    seconds: Decimal | None
    hours: Decimal | None
    notes: tuple[str, ...]

    @property
    def per_hour(self) -> Decimal:
        """Dollars for an hour of all of it."""
        return sum((line.per_hour for line in self.lines), Decimal(0))

    @property
    def per_month(self) -> Decimal:
        """Dollars for 730 hours of all of it."""
        return self.per_hour * HOURS_A_MONTH

    @property
    def total(self) -> Decimal | None:
        """Dollars for the time that was given; None where none was."""
        if self.seconds is None or self.hours is None:
            return None
        run = sum((line.per_hour for line in self.lines if line.run), Decimal(0))
        rest = sum((line.per_hour for line in self.lines if not line.run), Decimal(0))
        return run * self.seconds / 3600 + rest * self.hours

    @property
    def is_estimated(self) -> bool:
        """Whether even the prices are a guess, as those of Spot are."""
        return any(line.estimated for line in self.lines)

    def __str__(self) -> str:
        lines = [f"{self._headline()} ({self.region}, prices of {self.as_of})"]
        lines += [
            f"  {dollars(line.per_hour):>10} an hour  {_plain(line.quantity)} x {line.what}"
            + (" (estimated)" if line.estimated else "")
            for line in self.lines
        ]
        lines.append(f"  source: {self.source}")
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(_plain(line.quantity))}</td><td>{escape(line.what)}"
            f"{' (estimated)' if line.estimated else ''}</td>"
            f"<td>{dollars(line.per_hour)}</td>"
            f"<td>{dollars(line.per_hour * HOURS_A_MONTH)}</td></tr>"
            for line in self.lines
        )
        small = "; ".join((f"prices of {self.as_of}: {self.source}", *self.notes))
        return (
            f"<p><b>{escape(self._headline())}</b> in {escape(self.region)}</p>"
            "<table><tr><th>how many</th><th>of what</th><th>an hour</th><th>a month</th></tr>"
            f"{rows}</table><p><small>{escape(small)}</small></p>"
        )

    def _headline(self) -> str:
        about = "about " if self.is_estimated else ""
        text = f"{about}{dollars(self.per_hour)} an hour, {dollars(self.per_month)} a month"
        return text if self.total is None else f"{about}{dollars(self.total)}; {text}"


def billed_seconds(seconds: float | Decimal, *, operating_system: str | None = None) -> Decimal:
    """Return for how many seconds AWS charges a task that ran so long.

    Every begun second counts, and the first minute counts in full (on Windows the first five).

    Args:
        seconds: From the start of the image's pull to the end of the task.

    Raises:
        ValueError: The time is negative or no number.
    """
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"a task cannot run for {seconds} seconds: give 0 or more")
    # A time that was hours in between must not begin another second by its last digit.
    exact = Decimal(seconds).quantize(Decimal("0.000001"))
    return Decimal(max(math.ceil(exact), _SHORTEST[_system(operating_system)]))


def task_cost(
    *,
    cpu: int,
    memory: int,
    seconds: float | Decimal,
    region: str,
    architecture: str | None = None,
    operating_system: str | None = None,
    ephemeral_storage: int | None = None,
    capacity_provider: str | None = None,
    public_ip: bool = False,
    prices: Prices | None = None,
) -> Decimal:
    """Return US dollars for one task that runs so long.

    The price of Spot is a guess, at its lowest. Whoever guards a budget takes the on-demand price
    for Spot as well (`capacity_provider=None`): Spot is not dearer.

    Args:
        cpu: CPU units (1024 are one vCPU).
        memory: MiB.
        seconds: From the start of the image's pull to the end; rounded as AWS bills.
        architecture: `X86_64` or `ARM64`; None is `X86_64`.
        operating_system: `LINUX` or a Windows family; None is `LINUX`.
        ephemeral_storage: GiB; None is AWS's 20, which cost nothing.
        capacity_provider: `FARGATE` or `FARGATE_SPOT`; None is `FARGATE`.
        public_ip: Whether the task has a public IPv4 address.
        prices: Taken instead of the table's.

    Raises:
        UnknownPrice: No price is known for the region or the platform.
        ValueError: The time is negative.
    """
    found = estimate(
        cpu=cpu,
        memory=memory,
        region=region,
        hours=Decimal(seconds) / 3600,
        architecture=architecture,
        operating_system=operating_system,
        ephemeral_storage=ephemeral_storage,
        shares={capacity_provider or "FARGATE": 1},
        public_ip=public_ip,
        prices=prices,
    )
    return found.total or Decimal(0)


def estimate(
    *,
    cpu: int,
    memory: int,
    region: str,
    shares: Mapping[str, int],
    hours: float | Decimal | None = None,
    architecture: str | None = None,
    operating_system: str | None = None,
    ephemeral_storage: int | None = None,
    public_ip: bool = False,
    load_balancers: int = 0,
    capacity_units: float | Decimal = 0,
    prices: Prices | None = None,
) -> Estimate:
    """Estimate what so many tasks cost, and the load balancers in front of them.

    Args:
        cpu: CPU units of one task.
        memory: MiB of one task.
        shares: How many tasks on each capacity provider, `FARGATE` or `FARGATE_SPOT`.
        hours: How long each of them runs; None leaves the total out.
        ephemeral_storage: GiB of one task; None is AWS's 20, which cost nothing.
        public_ip: Whether each task has a public IPv4 address.
        load_balancers: How many Application Load Balancers.
        capacity_units: How many capacity units (LCU) they use at a time, all together.
        prices: Taken instead of the table's.

    Raises:
        UnknownPrice: No price is known for the region or the platform.
        ValueError: A number is negative, or a capacity provider is not Fargate's.
    """
    known = prices_of(region, prices)
    platform = f"{_system(operating_system)}/{(architecture or 'X86_64').upper()}"
    if platform not in known.vcpu or platform not in known.gigabyte:
        raise UnknownPrice(
            f"no price is known for {platform} in {region}, only for {', '.join(known.vcpu)}"
        )
    _check(shares, [cpu, memory, ephemeral_storage or 0, load_balancers, capacity_units])
    lines = []
    for provider, count in shares.items():
        if count:
            lines += _task_lines(
                known,
                platform,
                spot=provider == "FARGATE_SPOT",
                vcpus=Decimal(count * cpu) / 1024,
                gigabytes=Decimal(count * memory) / 1024,
            )
    tasks = sum(shares.values())
    extra = max(0, (ephemeral_storage or FREE_STORAGE) - FREE_STORAGE) * tasks
    rest = (
        ("GiB of ephemeral storage above 20", Decimal(extra), known.storage, True),
        ("public IPv4 address", Decimal(tasks * public_ip), known.public_address, True),
        ("Application Load Balancer", Decimal(load_balancers), known.load_balancer, False),
        ("load balancer capacity unit (LCU)", Decimal(capacity_units), known.capacity_unit, False),
    )
    lines += [
        CostLine(what=what, quantity=quantity, price=price, run=run)
        for what, quantity, price, run in rest
        if quantity
    ]
    return Estimate(
        region=known.region,
        as_of=known.as_of,
        source=known.source,
        lines=tuple(lines),
        seconds=None
        if hours is None
        else billed_seconds(Decimal(hours) * 3600, operating_system=operating_system),
        hours=None if hours is None else Decimal(hours),
        notes=_notes(known, shares, load_balancers, capacity_units),
    )


def shares_of(count: int, strategy: Sequence[tuple[str, int, int]]) -> dict[str, int]:
    """Split a count over capacity providers: bases first, the rest by weight.

    Args:
        strategy: Of each provider its name, weight and base; none at all is on demand.

    Source: botocore's ECS model, CapacityProviderStrategyItem. How ECS rounds is not said there;
    what is left over by rounding goes to the heaviest.
    """
    if not strategy:
        return {"FARGATE": count}
    shares = {provider: min(base, count) for provider, _, base in strategy}
    rest = max(0, count - sum(shares.values()))
    weights = sum(weight for _, weight, _ in strategy)
    if weights:
        for provider, weight, _ in strategy:
            shares[provider] += rest * weight // weights
        heaviest = max(strategy, key=lambda each: each[1])[0]
        shares[heaviest] += count - sum(shares.values())
    return shares


def dollars(amount: Decimal) -> str:
    """Write an amount with as many places as it takes to say something."""
    places = Decimal("0.01") if amount == 0 or amount >= 1 else Decimal("0.0001")
    if 0 < amount < places:
        return f"${amount:.2e}"
    return f"${amount.quantize(places, rounding=ROUND_HALF_UP):,}"


def _task_lines(
    prices: Prices, platform: str, *, spot: bool, vcpus: Decimal, gigabytes: Decimal
) -> list[CostLine]:
    part = prices.spot if spot else Decimal(1)
    where = f"{platform}, Spot" if spot else platform
    return [
        CostLine(what=what, quantity=quantity, price=price * part, estimated=spot)
        for what, quantity, price in (
            (f"vCPU ({where})", vcpus, prices.vcpu[platform]),
            (f"GB of memory ({where})", gigabytes, prices.gigabyte[platform]),
        )
    ]


def _notes(
    prices: Prices, shares: Mapping[str, int], load_balancers: int, capacity_units: float | Decimal
) -> tuple[str, ...]:
    notes = list(prices.unsure)
    if shares.get("FARGATE_SPOT"):
        notes.append(
            f"Spot is reckoned at {prices.spot:.0%} of the on-demand price, the lowest that AWS "
            "speaks of; it moves, and is higher as a rule"
        )
    if load_balancers and not capacity_units:
        notes.append("the load balancer's capacity units depend on traffic, and are not in it")
    if load_balancers:
        notes.append(
            "a load balancer that faces the internet has a public address in each of its zones, "
            "and those are not in it"
        )
    return tuple(notes)


def _system(operating_system: str | None) -> str:
    return "WINDOWS" if (operating_system or "").upper().startswith("WINDOWS") else "LINUX"


def _check(shares: Mapping[str, int], numbers: Sequence[float | Decimal]) -> None:
    for provider in shares:
        if provider not in {"FARGATE", "FARGATE_SPOT"}:
            raise ValueError(f"no price is known for {provider!r}: FARGATE or FARGATE_SPOT")
    if any(number < 0 for number in (*shares.values(), *numbers)):
        raise ValueError("a cost is made of numbers that are 0 or more")


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
