"""`down`: a cluster and what `up` made for it go, nothing else does, and it may be repeated."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest
import typer

import fargate_kit as fk
from fargate_kit.cli.bringing_up import BringingUp
from fargate_kit.cli.cluster_network import ClusterNetwork, find_networks
from fargate_kit.cli.desk import Desk
from fargate_kit.cli.taking_down import TakingDown
from fargate_kit.cli.up_options import Wish
from fargate_kit.cli.which_cluster import Meant
from fargate_kit.sim import World
from fargate_kit.sim.faults import DropConnection, LoseReply, Refuse

ShellSpec = Callable[..., fk.TaskSpec]
Everything = Callable[[], Awaitable[set[str]]]
CutShort = Callable[[int, Callable[[], Awaitable[object]]], Awaitable[bool]]
PROD = Meant(name="prod", is_named=True)


def taking_down(desk: Desk, *, force: bool = False, which: Meant = PROD) -> TakingDown:
    return TakingDown(desk, which, force=force, yes=True)


@pytest.fixture
async def before(everything: Everything) -> set[str]:
    """Return what is there before `up`."""
    return await everything()


@pytest.fixture
async def network(aws: fk.Connection, before: set[str]) -> ClusterNetwork:
    """Return the network of a cluster that `up` made."""
    assert before
    assert await BringingUp(Desk(aws), Wish(cluster="prod", network=True)).go() == 0
    return (await find_networks(aws, "up:prod")).whole[0]


@pytest.fixture
async def busy(aws: fk.Connection, network: ClusterNetwork, shell: ShellSpec) -> fk.Task:
    """Return a task that runs beside a service in the network of the cluster."""
    placed = fk.Network(
        subnets=tuple(network.subnets), security_groups=(network.security_group,), public_ip=True
    )
    cluster = await aws.cluster("prod")
    spec = await aws.register(shell("sleep 86400"))
    service = await cluster.create_service("web", spec, desired_count=2, network=placed)
    await service.deployment.wait()
    return await (await cluster.run(spec, network=placed)).wait_running()


async def test_nothing_there_is_no_failure(
    desk: Desk, json_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever takes down what is not there is told so, and the code is 0."""
    assert await taking_down(desk).go() == 0
    assert capsys.readouterr().out == (
        "there is no cluster prod in us-east-1, nor a network of it\n"
    )
    assert await taking_down(json_desk).go() == 0
    assert json.loads(capsys.readouterr().out) == {"cluster": "prod", "deleted": []}


@pytest.mark.usefixtures("network")
async def test_exactly_what_up_made_goes(
    aws: fk.Connection,
    desk: Desk,
    everything: Everything,
    before: set[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The cluster and its network are gone, and all else is as it was; again it finds nothing."""
    capsys.readouterr()
    calls = aws.calls
    assert await taking_down(desk).go() == 0
    spent = aws.calls - calls
    assert sum(spent.values()) == 34, spent
    assert capsys.readouterr().out == (
        "cluster prod is down: 7 things deleted, nothing of it is left\n"
    )
    assert await everything() == before
    assert await taking_down(desk).go() == 0
    assert "there is no cluster prod" in capsys.readouterr().out


@pytest.mark.usefixtures("busy")
async def test_what_runs_is_named_and_stays_unless_it_is_forced(
    aws: fk.Connection,
    json_desk: Desk,
    busy: fk.Task,
    everything: Everything,
    before: set[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without --force nothing is changed; with it services and tasks go first."""
    full = await everything()
    capsys.readouterr()
    assert await taking_down(json_desk).go() == 1
    facts = json.loads(capsys.readouterr().out)
    assert facts["left"][:3] == ["service web", f"task {busy.id[:8]}", "cluster prod"]
    assert "--force" in facts["error"]["message"]
    assert await everything() == full
    assert (await busy.refresh()).status == "RUNNING"
    assert await taking_down(json_desk, force=True).go() == 0
    shown = capsys.readouterr()
    assert set(facts["left"]) == set(json.loads(shown.out)["deleted"])
    assert "✓ service web" in shown.err
    assert await everything() == before
    assert (await busy.refresh()).status == "STOPPED"


@pytest.mark.usefixtures("busy")
async def test_nobody_to_ask_changes_nothing(
    desk: Desk, everything: Everything, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal and without --yes it lists what would go, and ends as a usage error."""
    full = await everything()
    capsys.readouterr()
    with pytest.raises(typer.BadParameter, match="nobody can answer"):
        await TakingDown(desk, PROD, force=True, yes=False).go()
    listed = capsys.readouterr().err
    assert "- service web, 2 tasks\n" in listed
    assert listed.count("\n- ") == 8
    assert await everything() == full


async def test_cluster_of_others_goes_only_empty_and_by_its_name(
    aws: fk.Connection,
    desk: Desk,
    web: fk.Service,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What `up` did not make is not emptied, and not deleted because a variable names it."""
    assert await taking_down(desk, force=True).go() == 1
    assert "`fargate-kit up` did not make cluster prod, and service web is in it" in (
        capsys.readouterr().err
    )
    assert (await web.refresh()).status == "ACTIVE"
    await web.delete(force=True)
    assert await taking_down(desk, which=Meant(name="prod", is_named=False)).go() == 1
    assert "`fargate-kit down prod`" in capsys.readouterr().err
    assert (await aws.cluster("prod")).status == "ACTIVE"
    assert await taking_down(desk).go() == 0
    with pytest.raises(fk.NotFound):
        await aws.cluster("prod")


async def test_what_others_have_in_the_network_is_told_and_nothing_goes(
    aws: fk.Connection,
    desk: Desk,
    network: ClusterNetwork,
    shell: ShellSpec,
    everything: Everything,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Balancers, tasks of other clusters, groups and subnets are named, all at once."""
    other = await aws.create_cluster("other")
    placed = fk.Network(
        subnets=tuple(network.subnets), security_groups=(network.security_group,), public_ip=True
    )
    task = await other.run(await aws.register(shell("sleep 86400")), network=placed)
    await task.wait_running()
    # It brings a security group of its own.
    await aws.create_load_balancer("front", open_to=fk.ANYWHERE, network=placed)
    subnet = await aws._session.api.call(
        "ec2", "CreateSubnet", VpcId=network.vpc_id, CidrBlock="10.0.200.0/24"
    )
    full = await everything()
    capsys.readouterr()
    assert await taking_down(desk, force=True).go() == 1
    told = capsys.readouterr().err
    interface = (await task.refresh()).network_interface
    assert interface is not None
    subnet_id = subnet["Subnet"]["SubnetId"]
    for name in ("load balancer front is", interface.id, "security group sg-", subnet_id):
        assert f"✗ {name}" in told.replace("✗ subnet ", "✗ ")
    assert told.count("✗") == 4
    assert await everything() == full


@pytest.mark.usefixtures("busy")
async def test_refusals_are_told_and_the_next_time_goes_on(
    world: World,
    json_desk: Desk,
    everything: Everything,
    before: set[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is gone and what is left is named each time, and nothing is left in the end."""
    for service, operation, left in (("ecs", "DeleteService", 8), ("ec2", "DeleteVpc", 1)):
        refusal = Refuse(
            service=service, operation=operation, code="UnauthorizedOperation", remaining=None
        )
        world.account.faults.plan(refusal)
        capsys.readouterr()
        assert await taking_down(json_desk, force=True).go() == 1
        shown = capsys.readouterr()
        facts = json.loads(shown.out)
        assert len(facts["left"]) == left, facts
        assert not set(facts["left"]) & set(facts["deleted"])
        assert operation in shown.err
        assert "`fargate-kit down prod --force` goes on" in shown.err
        world.account.faults.clear()
    assert await taking_down(json_desk, force=True).go() == 0
    assert await everything() == before


@pytest.mark.usefixtures("busy")
async def test_lost_answers_are_no_failure(
    world: World, desk: Desk, everything: Everything, before: set[str]
) -> None:
    """What was deleted although nobody heard of it is gone all the same."""
    for fault in (
        LoseReply(operation="DeleteCluster"),
        DropConnection(operation="DeleteService", moment="after"),
        LoseReply(service="ec2", operation="DeleteVpc"),
    ):
        world.account.faults.plan(fault)
    assert await taking_down(desk, force=True).go() == 0
    assert await everything() == before


@pytest.mark.parametrize("step", [6, 12])
@pytest.mark.usefixtures("busy")
async def test_interrupted_down_goes_on(
    desk: Desk,
    cut_short: CutShort,
    step: int,
    everything: Everything,
    before: set[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whenever Ctrl-C comes, it says how to go on, and going on leaves nothing."""

    async def work() -> None:
        await desk.work(lambda _: taking_down(desk, force=True).go())

    assert await cut_short(step, work)
    assert "`fargate-kit down prod --force` goes on" in capsys.readouterr().err
    facts = desk.facts_left()
    assert facts["left"]
    assert not {*facts["deleted"]} & {*facts["left"]}
    assert await taking_down(desk, force=True).go() == 0
    assert await everything() == before


@pytest.mark.usefixtures("busy")
async def test_down_that_only_looked_deleted_nothing(
    desk: Desk, cut_short: CutShort, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C before the first deletion says that there was none."""

    async def work() -> None:
        await desk.work(lambda _: taking_down(desk, force=True).go())

    assert await cut_short(1, work)
    assert capsys.readouterr().err == "fargate-kit: nothing was deleted\n"
