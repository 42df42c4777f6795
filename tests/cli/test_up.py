"""`up`: a cluster and its network are made once, and what fails half-way goes on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import typer

import fargate_kit as fk
from fargate_kit.cli.bringing_up import BringingUp
from fargate_kit.cli.cluster_network import PARTS, ClusterNetwork, find_networks
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.taking_down import TakingDown
from fargate_kit.cli.up_options import Wish
from fargate_kit.cli.which_cluster import Meant
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

ShellSpec = Callable[..., fk.TaskSpec]
Everything = Callable[[], Awaitable[set[str]]]
CutShort = Callable[[int, Callable[[], Awaitable[object]]], Awaitable[bool]]
MARK = "up:prod"
CLUSTER = "cluster prod"


def wish(**more: Any) -> Wish:
    return Wish(cluster="prod", **more)


async def network_of(aws: fk.Connection) -> ClusterNetwork:
    """Return the one network of the cluster, and check that nothing lies beside it."""
    found = await find_networks(aws, MARK)
    assert found.strays == ()
    (network,) = found.whole
    return network


async def gone(aws: fk.Connection) -> bool:
    """Take the cluster down, and tell whether nothing of it is left."""
    meant = Meant(name="prod", is_named=True)
    assert await TakingDown(Desk(aws), meant, force=False, yes=True).go() == 0
    return await aws.leftovers(MARK) == ()


async def test_cluster_is_made_once(
    aws: fk.Connection, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first time it is made, under a mark of its own; the second time it is kept."""
    before = aws.calls
    assert await BringingUp(desk, wish()).go() == 0
    assert aws.calls - before == {
        "ecs:DescribeClusters": 3,
        "ecs:CreateCluster": 1,
        "ec2:DescribeVpcs": 1,
    }
    assert capsys.readouterr().out.splitlines() == [
        "made: cluster prod: ACTIVE, 0 tasks running, 0 pending, 0 services",
        "next: fargate-kit deploy task.json SERVICE --create --cluster prod",
    ]
    cluster = await aws.cluster("prod")
    assert dict(cluster.tags) == {"fargate-kit": MARK}
    assert cluster.capacity_providers == ("FARGATE", "FARGATE_SPOT")
    before = aws.calls
    assert await BringingUp(desk, wish()).go() == 0
    assert aws.calls - before == {"ecs:DescribeClusters": 1, "ec2:DescribeVpcs": 1}
    assert capsys.readouterr().out.startswith("kept: cluster prod")


async def test_deleted_cluster_is_made_anew(aws: fk.Connection, desk: Desk) -> None:
    """One that is INACTIVE does not count as there."""
    await (await aws.create_cluster("prod")).delete()
    assert await BringingUp(desk, wish(tags={"team": "web"})).go() == 0
    cluster = await aws.cluster("prod")
    assert (cluster.status, cluster.tags["team"]) == ("ACTIVE", "web")


async def test_cluster_of_others_is_kept_as_it_is(
    aws: fk.Connection, desk: Desk, cluster: fk.Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cluster that was there is used, and not marked."""
    assert await BringingUp(desk, wish()).go() == 0
    assert capsys.readouterr().out.startswith("kept: cluster prod")
    assert (await cluster.refresh()).tags == cluster.tags


async def test_network_is_made_and_tasks_run_in_it(
    aws: fk.Connection, desk: Desk, shell: ShellSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    """The options that it prints put tasks where they can start, and nobody is let in."""
    before = aws.calls
    assert await BringingUp(desk, wish(network=True, zones=3, cidr="10.9.0.0/16")).go() == 0
    spent = aws.calls - before
    assert sum(spent.values()) == 23, spent
    shown = capsys.readouterr().out
    network = await network_of(aws)
    assert network.cidr == "10.9.0.0/16"
    assert list(network.subnets.values()) == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert "lets in nobody" in shown
    assert shown.splitlines()[-1].endswith(f"--cluster prod {network.options}")
    placed = fk.Network(
        subnets=tuple(network.subnets), security_groups=(network.security_group,), public_ip=True
    )
    assert await aws.check_network(placed, shell("true")) == ()
    task = await (await aws.cluster("prod")).run(await aws.register(shell("true")), network=placed)
    assert (await task.wait_stopped()).exit_code == 0


async def test_network_that_is_there_is_kept(
    aws: fk.Connection, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked again, with or without --network, nothing is made, and the same options are told."""
    await BringingUp(desk, wish(network=True)).go()
    first = capsys.readouterr().out.splitlines()
    for again in (wish(network=True), wish()):
        before = aws.calls
        assert await BringingUp(desk, again).go() == 0
        assert not [name for name in aws.calls - before if "Describe" not in name]
        shown = capsys.readouterr().out
        assert [line.partition(": ")[0] for line in shown.splitlines()] == ["kept", "kept", "next"]
        assert shown.splitlines()[-1] == first[-1]


async def test_ports_are_opened_to_who_is_named_and_nobody_else(
    aws: fk.Connection, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules are those that were asked for last; without the options they stay."""
    asked = wish(network=True, ports=(80, (8000, 8010)), open_to=("203.0.113.7",))
    await BringingUp(desk, asked).go()
    both = "tcp 80 from 203.0.113.7/32; tcp 8000-8010 from 203.0.113.7/32"
    assert (await network_of(aws)).openings == both
    await BringingUp(desk, wish(network=True)).go()
    assert (await network_of(aws)).openings == both
    capsys.readouterr()
    more = wish(network=True, ports=(80, (8000, 8010), 22), open_to=("203.0.113.7",))
    assert await BringingUp(desk, more).go() == 0
    shown = capsys.readouterr()
    assert "tcp 22 from" in shown.out
    assert "close" not in shown.out + shown.err


async def test_what_is_closed_is_told_and_asked_for(
    aws: fk.Connection, json_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """New rules take the place of others only where somebody agreed to what they close."""
    web = wish(network=True, ports=(80, 443), open_to=(fk.ANYWHERE,))
    await BringingUp(json_desk, web).go()
    capsys.readouterr()
    only = {"network": True, "ports": (443, 22), "open_to": (fk.ANYWHERE,)}
    before = aws.calls
    with pytest.raises(typer.BadParameter, match="nobody can answer"):
        await BringingUp(json_desk, wish(**only)).go()
    assert not [name for name in aws.calls - before if "Describe" not in name]
    told = capsys.readouterr().err.splitlines()
    assert "  - closes: tcp 80 from 0.0.0.0/0" in told
    assert "  + opens: tcp 22 from 0.0.0.0/0" in told
    assert not any("443" in line for line in told)
    assert await BringingUp(json_desk, wish(**only, yes=True)).go() == 0
    facts = json.loads(capsys.readouterr().out)
    assert [(each["first_port"], each["source"]) for each in facts["closed"]] == [(80, "0.0.0.0/0")]
    assert facts["made"][0].endswith("; closed: tcp 80 from 0.0.0.0/0")
    both = "tcp 22 from 0.0.0.0/0; tcp 443 from 0.0.0.0/0"
    assert (await network_of(aws)).openings == both


async def test_what_differs_is_told_at_once_and_nothing_is_made(
    aws: fk.Connection, desk: Desk, everything: Everything
) -> None:
    """What is there is never changed, nor passed off as what was asked for."""
    await BringingUp(desk, wish(network=True, tags={"team": "web"})).go()
    before = await everything()
    asked = wish(
        network=True,
        zones=3,
        cidr="10.1.0.0/16",
        capacity_providers=("FARGATE", "MINE"),
        tags={"team": "shop"},
    )
    with pytest.raises(fk.InvalidSpec) as refused:
        await BringingUp(desk, asked).go()
    assert [each.path for each in refused.value.problems] == [
        *("--capacity-provider", "--tag", "--cidr", "--zones")
    ]
    assert "there is team=web" in str(refused.value)
    assert await everything() == before


async def test_impossible_network_makes_no_cluster(
    aws: fk.Connection, desk: Desk, everything: Everything
) -> None:
    """What is wrong with the network is found before anything is made."""
    before = await everything()
    with pytest.raises(fk.InvalidSpec, match=r"10\.0\.0\.0/8"):
        await BringingUp(desk, wish(network=True, cidr="10.0.0.0/8")).go()
    with pytest.raises(fk.ConfigurationError, match="give --zones "):
        await BringingUp(desk, wish(network=True, zones=16)).go()
    assert await everything() == before


async def test_facts_are_for_programs(
    aws: fk.Connection, json_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script reads the ids that it needs next."""
    asked = wish(network=True, ports=(80,), open_to=(fk.ANYWHERE,))
    assert await BringingUp(json_desk, asked).go() == 0
    facts = json.loads(capsys.readouterr().out)
    network = await network_of(aws)
    assert (facts["name"], facts["status"], facts["mark"]) == ("prod", "ACTIVE", MARK)
    assert len(facts["made"]) == 2
    assert [each["subnet"] for each in facts["network"]["subnets"]] == list(network.subnets)
    assert facts["network"]["security_group"] == network.security_group
    assert [each["source"] for each in facts["network"]["open"]] == ["0.0.0.0/0"]


@pytest.mark.parametrize(
    ("service", "operation"), [("ec2", "CreateSubnet"), ("ecs", "CreateCluster")]
)
async def test_failed_step_is_told_and_up_goes_on(
    world: World,
    aws: fk.Connection,
    json_desk: Desk,
    service: str,
    operation: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says what was done and what not; the same command ends it, `down` takes all of it."""
    refusal = Refuse(service=service, operation=operation, code="UnauthorizedOperation")
    world.account.faults.plan(refusal)
    assert await BringingUp(json_desk, wish(network=True)).go() == 1
    shown = capsys.readouterr()
    facts = json.loads(shown.out)
    whole = [*facts["done"], facts["failed"], *facts["not_done"]]
    assert (len(whole), whole[-1]) == (2, "cluster prod")
    assert bool(facts["done"]) == (operation == "CreateCluster")
    assert "`fargate-kit down prod` takes away what was made" in shown.err
    assert await BringingUp(json_desk, wish(network=True)).go() == 0
    assert (await aws.cluster("prod")).status == "ACTIVE"
    await network_of(aws)
    assert await gone(aws)


async def test_lost_answers_make_nothing_twice(
    world: World, aws: fk.Connection, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was made again because the first answer was lost is there once in the end."""
    for service, operation in (("ec2", "CreateVpc"), ("ecs", "CreateCluster")):
        lost = LoseReply(service=service, operation=operation)
        world.account.faults.plan(lost)
    assert await BringingUp(desk, wish(network=True)).go() == 0
    assert "taken away, parts of no whole network: vpc-" in capsys.readouterr().err
    await network_of(aws)
    assert len([each async for each in aws.clusters()]) == 1


@pytest.mark.parametrize("step", [8, 13])
async def test_interrupted_up_says_what_it_left(
    aws: fk.Connection,
    desk: Desk,
    cut_short: CutShort,
    step: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whenever Ctrl-C comes, no network is left in parts, and `up` or `down` works."""

    async def work() -> None:
        await desk.work(lambda _: BringingUp(desk, wish(network=True)).go())

    assert await cut_short(step, work)
    left = capsys.readouterr().err
    found = await find_networks(aws, MARK)
    assert (len(found.whole), found.strays) == (1 if step == 13 else 0, ())
    if found.whole:
        assert "made so far: network vpc-" in left
        assert "`fargate-kit down prod` takes away what was made" in left
    else:
        assert "nothing else was made" in left
        assert "down" not in left
    facts = desk.facts_left()
    assert (len(facts["done"]), facts["not_done"]) == ((1, []) if found.whole else (0, [CLUSTER]))
    assert facts["failed"] == (CLUSTER if found.whole else "the network of prod")
    assert await BringingUp(desk, wish(network=True)).go() == 0
    await network_of(aws)


async def test_up_that_only_looked_made_nothing(
    desk: Desk, cut_short: CutShort, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C before the first change says that there was none."""

    async def work() -> None:
        await desk.work(lambda _: BringingUp(desk, wish(network=True)).go())

    assert await cut_short(1, work)
    assert capsys.readouterr().err == "fargate-kit: nothing was made\n"


async def test_parts_that_a_dead_process_left_are_taken_away(
    aws: fk.Connection, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A VPC without a security group was never whole: another one is made in its place."""
    call = aws._session.api.call
    tags = [{"Key": "fargate-kit", "Value": MARK}]
    vpc = await call(
        "ec2",
        "CreateVpc",
        CidrBlock="10.0.0.0/16",
        TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}],
    )
    await call(
        "ec2",
        "CreateInternetGateway",
        TagSpecifications=[{"ResourceType": "internet-gateway", "Tags": tags}],
    )
    assert await BringingUp(desk, wish(network=True)).go() == 0
    assert vpc["Vpc"]["VpcId"] in capsys.readouterr().err
    assert (await network_of(aws)).vpc_id != vpc["Vpc"]["VpcId"]
    assert len(await aws.leftovers(MARK, kinds=PARTS)) == 6


async def test_two_networks_are_told(aws: fk.Connection, desk: Desk) -> None:
    """Where two processes made one each, neither is taken for the network of the cluster."""
    for _ in range(2):
        await aws.marked(MARK).create_network("prod-network")
    with pytest.raises(fk.InvalidSpec, match="fargate-kit down prod"):
        await BringingUp(desk, wish()).go()
    assert await gone(aws)


async def test_cluster_alone_needs_no_right_to_see_networks(
    world: World, aws: fk.Connection, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who may not look at VPCs gets the cluster, and is told what was not seen."""
    refusal = Refuse(
        service="ec2", operation="Describe*", code="UnauthorizedOperation", remaining=None
    )
    world.account.faults.plan(refusal)
    assert await BringingUp(desk, wish()).go() == 0
    assert "? could not look for VPCs" in capsys.readouterr().err
    with pytest.raises(fk.TeardownIncomplete):
        await BringingUp(desk, wish(network=True)).go()
    meant = Meant(name="prod", is_named=True)
    assert await TakingDown(desk, meant, force=False, yes=True).go() == 0
    assert "the rest could not be looked for" in capsys.readouterr().out
    with pytest.raises(fk.NotFound):
        await aws.cluster("prod")
