"""The promise: what costs something is counted, and what is not counted is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import fargate_kit as fk
from fargate_kit.learn.charges import Charge, counted
from fargate_kit.learn.spending import ALWAYS_UNCOUNTED, meter_of, reckon, spending
from fargate_kit.model.prices import PRICES
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ShellSpec = Callable[..., fk.TaskSpec]
PRICE = PRICES["us-east-1"]
TASK = PRICE.vcpu["LINUX/X86_64"] / 4 + PRICE.gigabyte["LINUX/X86_64"] / 2
ADDRESS = PRICE.public_address


@pytest.fixture
def anyio_backend() -> str:
    """A notebook's loop is asyncio's."""
    return "asyncio"


def amounts(spent: Any) -> dict[str, tuple[int, Decimal]]:
    return {line.what: (line.count, line.per_hour) for line in spent.lines}


async def test_empty_account_costs_nothing(aws: fk.Connection) -> None:
    """Even then the date and source of the prices, and what no meter sees, are told."""
    spent = await spending(aws)
    assert spent.per_hour == spent.so_far == spent.per_month == 0
    assert (spent.as_of, spent.source) == (PRICE.as_of, PRICE.source)
    assert spent.uncounted == ALWAYS_UNCOUNTED
    assert spent.lines == ()


async def test_running_task_costs_by_the_second(aws: fk.Connection, shell: ShellSpec) -> None:
    """From the pull on, with its address; two hours cost two hours, and 30 days a month."""
    cluster = await aws.create_cluster("lab")
    task = await cluster.run(await aws.register(shell("sleep 86400")))
    task = await task.wait_running()
    await aws.clock.sleep(7200)
    spent = await spending(aws)
    assert amounts(spent) == {
        "task of 256 CPU units and 512 MiB": (1, TASK),
        "public IPv4 address": (1, ADDRESS),
    }
    assert spent.per_hour == TASK + ADDRESS
    assert spent.per_month == 720 * (TASK + ADDRESS)
    hours = 2 + Decimal(60) / 3600
    assert 2 * (TASK + ADDRESS) < spent.so_far < hours * (TASK + ADDRESS)


async def test_stopped_task_has_a_past_and_no_future(aws: fk.Connection, shell: ShellSpec) -> None:
    """Its first minute is paid in full; an hour later AWS has forgotten it, which is named."""
    cluster = await aws.create_cluster("lab")
    task = await cluster.run(await aws.register(shell("exit 0")))
    task = await task.wait_stopped()
    spent = await spending(aws)
    assert spent.per_hour == spent.per_month == 0
    assert task.pull_started_at is not None
    assert task.stopped_at is not None
    assert (task.stopped_at - task.pull_started_at).total_seconds() < 60
    assert spent.so_far == pytest.approx(TASK / 60)
    await aws.clock.sleep(2 * 3600)
    assert (await spending(aws)).so_far == 0
    assert any("stopped over an hour ago" in each for each in spent.uncounted)


async def test_spot_and_bigger_disks_are_counted_dearly(
    aws: fk.Connection, shell: ShellSpec
) -> None:
    """A limit shall hold: Spot costs what on demand does, and a disk above 20 GiB is paid for."""
    cluster = await aws.create_cluster("lab")
    spec = replace(shell("sleep 86400"), ephemeral_storage=30)
    await cluster.run(await aws.register(spec), capacity_provider="FARGATE_SPOT")
    spent = await spending(aws)
    assert amounts(spent)["task of 256 CPU units and 512 MiB"] == (1, TASK + 10 * PRICE.storage)


async def test_balancer_is_paid_for_with_its_addresses(aws: fk.Connection) -> None:
    """Open to the internet it has one in each zone; an inner one has none. Traffic is named."""
    network = await aws.default_network()
    network = replace(network, subnets=network.subnets[:3])
    await aws.create_load_balancer("front", open_to=[], network=network)
    await aws.create_load_balancer("inside", open_to=[], network=network, internal=True)
    await aws.clock.sleep(3600)
    spent = await spending(aws)
    assert amounts(spent) == {
        "application load balancer": (2, 2 * PRICE.load_balancer),
        "public IPv4 address": (3, 3 * ADDRESS),
    }
    assert spent.so_far == pytest.approx(spent.per_hour, rel=Decimal("0.02"))
    assert "capacity units of 2 load balancers: they follow traffic" in spent.uncounted


async def test_only_what_carries_the_mark_is_counted(aws: fk.Connection, shell: ShellSpec) -> None:
    """In an account with other people's things, a lab pays for its own."""
    mine = aws.marked("lab-08")
    for connection in (aws, mine):
        name = "others" if connection is aws else "mine"
        cluster = await connection.create_cluster(name)
        task = await cluster.run(await connection.register(shell("sleep 86400", family=name)))
        await task.wait_running()
        await connection.create_load_balancer(name, open_to=[], internal=True)
    both, own = await spending(aws), await spending(aws, mark="lab-08")
    assert both.per_hour == 2 * own.per_hour
    assert own.per_hour == TASK + ADDRESS + PRICE.load_balancer
    assert (await spending(aws, mark="nobody")).per_hour == 0


async def test_what_has_no_price_is_named(aws: fk.Connection) -> None:
    """A NAT gateway and an endpoint cost more than a task: never are they silently nothing."""
    network = await aws.default_network()
    call = aws._session.api.call
    vpcs = (await call("ec2", "DescribeVpcs"))["Vpcs"]
    address = await call("ec2", "AllocateAddress", Domain="vpc")
    await call(
        "ec2",
        "CreateNatGateway",
        SubnetId=network.subnets[0],
        AllocationId=address["AllocationId"],
    )
    for kind, service in (("Interface", "ecr.dkr"), ("Gateway", "s3")):
        await call(
            "ec2",
            "CreateVpcEndpoint",
            VpcId=vpcs[0]["VpcId"],
            ServiceName=f"com.amazonaws.us-east-1.{service}",
            VpcEndpointType=kind,
        )
    spent = await spending(aws)
    assert amounts(spent) == {"public IPv4 address": (1, ADDRESS)}
    assert "1 NAT gateway: no price is known for us-east-1" in spent.uncounted
    assert "1 VPC endpoint: no price is known for us-east-1" in spent.uncounted
    assert any("1 public IPv4 address cost so far" in each for each in spent.uncounted)


async def test_region_without_prices_is_not_free(world: World, shell: ShellSpec) -> None:
    """Where no price is known, the task itself is named as not counted; prices can be given."""
    async with world.connect(region="eu-west-1") as aws:
        cluster = await aws.create_cluster("lab")
        task = await cluster.run(await aws.register(shell("sleep 86400")))
        await task.wait_running()
        spent = await spending(aws)
        assert spent.per_hour == 0
        assert spent.as_of is None
        assert spent.source == "no prices are known for eu-west-1"
        told = "1 task of 256 CPU units and 512 MiB: no price is known for eu-west-1"
        assert told in spent.uncounted
        own = replace(PRICE, region="eu-west-1", as_of=date(2026, 6, 1), source="my contract")
        spent = await spending(aws, prices=own)
        assert spent.per_hour == TASK + ADDRESS
        assert (spent.as_of, spent.source) == (date(2026, 6, 1), "my contract")


async def test_what_may_not_be_looked_at_is_named(
    world: World, aws: fk.Connection, shell: ShellSpec
) -> None:
    """Who may not list balancers still gets the sum of the rest, and is told what is missing."""
    cluster = await aws.create_cluster("lab")
    await (await cluster.run(await aws.register(shell("sleep 86400")))).wait_running()
    world.account.faults.plan(
        Refuse(
            service="elbv2",
            operation="DescribeLoadBalancers",
            code="AccessDenied",
            status=403,
        )
    )
    spent = await spending(aws)
    assert spent.per_hour == TASK + ADDRESS
    assert "load balancers: they may not be listed here" in spent.uncounted


def test_reckoning_is_pure() -> None:
    """The sum of given charges, by kind; what has an end is no part of the next hour."""
    spent = reckon(
        [
            Charge(what="task", per_hour=Decimal("0.5"), hours=Decimal(2)),
            Charge(what="task", per_hour=Decimal("0.5"), hours=Decimal(1), runs=False),
            Charge(what="address", per_hour=Decimal("0.25")),
            Charge(what="gateway", per_hour=None),
        ],
        region="us-east-1",
        uncounted=["the moon"],
    )
    assert (spent.per_hour, spent.so_far) == (Decimal("0.75"), Decimal("1.5"))
    assert [(line.what, line.count) for line in spent.lines] == [("task", 1), ("address", 1)]
    assert spent.uncounted == (
        "what 1 address cost so far: since when is not told",
        "1 gateway: no price is known for us-east-1",
        "the moon",
        *ALWAYS_UNCOUNTED,
    )
    assert meter_of(spent, limit=1.5).limit == Decimal("1.5")


@pytest.mark.parametrize(
    ("count", "what", "words"),
    [
        (1, "task of 256 CPU units", "1 task of 256 CPU units"),
        (2, "task of 256 CPU units", "2 tasks of 256 CPU units"),
        (3, "public IPv4 address", "3 public IPv4 addresses"),
    ],
)
def test_several_things_are_in_the_plural(count: int, what: str, words: str) -> None:
    """Sentences about an account are sentences."""
    assert counted(count, what) == words
