"""What things cost: AWS's list prices with their date, and never more than they say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fargate_kit import Estimate, TaskSpec, UnknownPrice
from fargate_kit.model.pricing import (
    PRICES,
    billed_seconds,
    estimate,
    prices_of,
    shares_of,
    task_cost,
)
from fargate_kit.tasks.container_spec import ContainerSpec

VIRGINIA = "us-east-1"
HERE = PRICES[VIRGINIA]


def small(**changes: Any) -> Estimate:
    """Estimate one of the smallest tasks."""
    given: dict[str, Any] = {
        "cpu": 256,
        "memory": 512,
        "region": VIRGINIA,
        "shares": {"FARGATE": 1},
    }
    return estimate(**{**given, **changes})


def test_smallest_task() -> None:
    """A quarter of a vCPU and half a GB, by hour and by month of 730 hours."""
    found = small()
    assert found.per_hour == Decimal("0.25") * Decimal("0.04048") + Decimal("0.0022225")
    assert found.per_hour == Decimal("0.0123425")
    assert found.per_month == Decimal("9.0100250")
    assert found.total is None
    assert not found.is_estimated


def test_everything_is_its_own_line() -> None:
    """Storage above 20 GiB, addresses, load balancers and their units are told apart."""
    found = small(
        shares={"FARGATE": 2},
        ephemeral_storage=30,
        public_ip=True,
        load_balancers=1,
        capacity_units=Decimal("1.5"),
    )
    assert [(line.what, line.quantity, line.per_hour) for line in found.lines] == [
        ("vCPU (LINUX/X86_64)", Decimal("0.5"), Decimal("0.02024")),
        ("GB of memory (LINUX/X86_64)", Decimal(1), Decimal("0.004445")),
        ("GiB of ephemeral storage above 20", Decimal(20), Decimal("0.00222")),
        ("public IPv4 address", Decimal(2), Decimal("0.01")),
        ("Application Load Balancer", Decimal(1), Decimal("0.0225")),
        ("load balancer capacity unit (LCU)", Decimal("1.5"), Decimal("0.012")),
    ]


def test_free_storage_costs_nothing() -> None:
    """AWS's 20 GiB come with the task."""
    assert small(ephemeral_storage=20) == small()


def test_arm_is_cheaper_and_windows_dearer() -> None:
    """The platform decides; one that has no price is refused by name."""
    arm, windows = small(architecture="ARM64"), small(operating_system="WINDOWS_SERVER_2022_CORE")
    assert arm.per_hour < small().per_hour < windows.per_hour
    with pytest.raises(UnknownPrice, match="no price is known for WINDOWS/ARM64 in us-east-1"):
        small(architecture="ARM64", operating_system="WINDOWS_SERVER_2022_CORE")


def test_spot_is_marked_as_an_estimate() -> None:
    """The price of Spot moves: it is said to be a guess wherever it is shown."""
    found = small(shares={"FARGATE_SPOT": 1})
    assert found.per_hour == small().per_hour * HERE.spot
    assert found.is_estimated
    assert str(found).startswith("about $")
    assert "(estimated)" in str(found)
    assert any("Spot is reckoned at 30%" in note for note in found.notes)


@pytest.mark.parametrize(
    ("seconds", "system", "billed"),
    [(0, None, 60), (0.1, None, 60), (60, None, 60), (60.001, None, 61), (3600, None, 3600),
     (1, "WINDOWS_SERVER_2022_FULL", 300), (301, "WINDOWS_SERVER_2022_FULL", 301)],
)  # fmt: skip
def test_billing_is_by_the_second_with_a_least(
    seconds: float, system: str | None, billed: int
) -> None:
    """Every begun second counts, and the first minute in full."""
    assert billed_seconds(seconds, operating_system=system) == billed


@pytest.mark.parametrize("hours", [0.1, 1 / 3, Decimal("0.5"), 7.7, 24])
def test_time_in_hours_is_no_second_longer(hours: float | Decimal) -> None:
    """What a float adds in its last digit begins no further second."""
    assert small(hours=hours).seconds == round(Decimal(hours) * 3600)


def test_each_task_has_its_own_least() -> None:
    """Ten tasks of a second each are paid as ten minutes, and a load balancer by its hours."""
    ten = small(shares={"FARGATE": 10}, hours=Decimal(1) / 3600)
    assert ten.total == small().per_hour * 10 / 60
    with_balancer = small(hours=2, load_balancers=1)
    assert with_balancer.total == small().per_hour * 2 + HERE.load_balancer * 2


@pytest.mark.parametrize("seconds", [1, 60, 61, 1000, 86400])
def test_cost_of_one_task_is_what_the_estimate_says(seconds: int) -> None:
    """The function for budgets and the estimate for people agree."""
    one = task_cost(
        cpu=1024,
        memory=2048,
        seconds=seconds,
        region=VIRGINIA,
        architecture="ARM64",
        ephemeral_storage=50,
        capacity_provider="FARGATE_SPOT",
        public_ip=True,
    )
    whole = estimate(
        cpu=1024,
        memory=2048,
        region=VIRGINIA,
        shares={"FARGATE_SPOT": 1},
        hours=Decimal(seconds) / 3600,
        architecture="ARM64",
        ephemeral_storage=50,
        public_ip=True,
    )
    assert one == whole.total


def test_region_without_a_price_names_those_with_one() -> None:
    """No price is made up; one's own may be given."""
    with pytest.raises(UnknownPrice, match="known for 'eu-west-1', only for us-east-1"):
        small(region="eu-west-1")
    own = replace(HERE, region="eu-west-1", source="my contract")
    assert small(region="eu-west-1", prices=own).source == "my contract"
    assert prices_of(VIRGINIA) is HERE


@pytest.mark.parametrize(
    "wrong",
    [{"shares": {"FARGATE": -1}}, {"shares": {"MINE": 1}}, {"hours": -1}, {"hours": float("nan")},
     {"load_balancers": -1}, {"cpu": -256}, {"hours": float("inf")}],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    """A cost is made of what can be counted."""
    with pytest.raises(ValueError, match=r"give 0 or more|0 or more|FARGATE or FARGATE_SPOT"):
        small(**wrong)


@pytest.mark.parametrize(
    ("count", "strategy", "shares"),
    [
        (4, [], {"FARGATE": 4}),
        (10, [("FARGATE", 1, 0), ("FARGATE_SPOT", 4, 0)], {"FARGATE": 2, "FARGATE_SPOT": 8}),
        (10, [("FARGATE", 0, 3), ("FARGATE_SPOT", 1, 0)], {"FARGATE": 3, "FARGATE_SPOT": 7}),
        (2, [("FARGATE", 1, 3), ("FARGATE_SPOT", 1, 0)], {"FARGATE": 2, "FARGATE_SPOT": 0}),
        (5, [("FARGATE", 1, 0), ("FARGATE_SPOT", 1, 0)], {"FARGATE": 3, "FARGATE_SPOT": 2}),
    ],
)
def test_shares_of_a_count(
    count: int, strategy: list[tuple[str, int, int]], shares: dict[str, int]
) -> None:
    """Bases come first, the rest goes by weight, and nothing is lost."""
    assert shares_of(count, strategy) == shares


def test_estimate_says_where_and_when() -> None:
    """Region, date, source and what is not in it are part of the text, and of the table."""
    found = small(hours=1, load_balancers=1)
    for shown in (str(found), found._repr_html_()):
        for words in (
            VIRGINIA,
            "2026-03-31",
            "vantage.sh",
            "not from AWS's price list",
            "capacity units depend on traffic",
        ):
            assert words in shown.replace("&#x27;", "'")


def test_table_is_no_markup() -> None:
    """What a caller's own prices say is text."""
    found = small(prices=replace(HERE, source="<script>", region="<b>"))
    assert "<script>" not in found._repr_html_()
    assert "<b></b>" not in found._repr_html_()


def test_specification_knows_its_cost() -> None:
    """Sizes may be written as AWS takes them; count and hours make a total."""
    spec = TaskSpec(
        family="job",
        cpu="1 vCPU",
        memory="2 GB",
        cpu_architecture="ARM64",
        ephemeral_storage=50,
        containers=[ContainerSpec(name="main", image="x")],
    )
    found = spec.cost(hours=0.5, count=100, capacity_provider="FARGATE_SPOT")
    assert found.total == 100 * task_cost(
        cpu=1024,
        memory=2048,
        seconds=1800,
        region=VIRGINIA,
        architecture="ARM64",
        ephemeral_storage=50,
        capacity_provider="FARGATE_SPOT",
    )
