"""The promise: a network of one's own is whole or not there at all, and goes without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from fargate_kit import (
    ANYWHERE,
    ApiError,
    Connection,
    Denied,
    IngressRule,
    InvalidSpec,
    TaskSpec,
    WaitTimeout,
)
from fargate_kit.networks.created_network import CreatedNetwork
from fargate_kit.ownership import TAG
from fargate_kit.sim import World
from fargate_kit.sim.faults import LoseReply, Refuse

ShellSpec = Callable[..., TaskSpec]
STEPS = [
    "DescribeAvailabilityZones",
    "CreateVpc",
    "ModifyVpcAttribute",
    "CreateInternetGateway",
    "AttachInternetGateway",
    "CreateRouteTable",
    "CreateRoute",
    "CreateSubnet",
    "AssociateRouteTable",
    "CreateSecurityGroup",
    "AuthorizeSecurityGroupIngress",
]
CALLS = {f"ec2:{step}": 1 for step in STEPS} | {
    "ec2:CreateSubnet": 2,
    "ec2:AssociateRouteTable": 2,
}


async def call(aws: Connection, operation: str, **members: Any) -> dict[str, Any]:
    return await aws._session.api.call("ec2", operation, **members)


async def everything(aws: Connection) -> dict[str, int]:
    """Return how many of everything there are in the region."""
    counts = {}
    for operation, member in (
        ("DescribeVpcs", "Vpcs"),
        ("DescribeSubnets", "Subnets"),
        ("DescribeSecurityGroups", "SecurityGroups"),
        ("DescribeRouteTables", "RouteTables"),
        ("DescribeInternetGateways", "InternetGateways"),
        ("DescribeNetworkInterfaces", "NetworkInterfaces"),
    ):
        counts[member] = len((await call(aws, operation))[member])
    return counts


async def make(aws: Connection) -> CreatedNetwork:
    return await aws.create_network("lesson", ports=80, open_to=ANYWHERE)


async def test_tasks_run_in_it(aws: Connection, shell: ShellSpec) -> None:
    """A task runs in a network that was made for it, with a public address, and pulls its image."""
    async with aws.create_network("lesson") as network:
        cluster = await aws.create_cluster("prod")
        definition = await aws.register(shell("sleep 60"))
        task = await (await cluster.run(definition, network=network)).wait_running()
        found = (await aws.interfaces([task]))[task.arn]
        assert found.vpc_id == network.vpc_id
        assert found.public_ip is not None
        assert found.security_groups == tuple(network.security_groups)
        await task.stop()


async def test_network_is_spread_and_tagged(aws: Connection) -> None:
    """Its subnets lie in different zones, and everything in it carries the tag."""
    network = await aws.create_network("lesson", zones=3, tags={"team": "a"})
    assert network.zones == ("us-east-1a", "us-east-1b", "us-east-1c")
    assert set((await network.free_addresses()).values()) == {4091}
    chosen = [{"Name": "vpc-id", "Values": [network.vpc_id]}]
    subnets = (await call(aws, "DescribeSubnets", Filters=chosen))["Subnets"]
    assert tuple(each["AvailabilityZone"] for each in subnets) == network.zones
    # No API tells one's own main route table and default group from AWS's by a tag.
    for member, operation in (
        ("Subnets", "DescribeSubnets"),
        ("RouteTables", "DescribeRouteTables"),
        ("SecurityGroups", "DescribeSecurityGroups"),
    ):
        made = [
            {tag["Key"]: tag["Value"] for tag in each["Tags"]}
            for each in (await call(aws, operation, Filters=chosen))[member]
            if each.get("GroupName") != "default" and not _is_main(each)
        ]
        assert made
        for tags in made:
            assert tags[TAG] == "made"
            assert tags["team"] == "a"
            assert tags["Name"].startswith("lesson")


def _is_main(raw: dict[str, Any]) -> bool:
    return any(each.get("Main") for each in raw.get("Associations", ()))


async def test_creation_costs_thirteen_calls(aws: Connection) -> None:
    """One look at the zones, and one call for each part."""
    await make(aws)
    assert aws.calls == CALLS


async def test_deletion_leaves_nothing(aws: Connection) -> None:
    """A network is deleted with the groups that were made in it, even where they name each other;
    deleting it again is fine."""
    before = await everything(aws)
    network = await make(aws)
    first = await aws.security_group("first", network=network)
    second = await aws.security_group("second", network=network, ports=5432, open_to=first)
    await aws.security_group("first", network=network, ports=80, open_to=[second, "10.0.0.0/16"])
    calls = aws.calls
    await network.delete()
    assert await everything(aws) == before
    assert (aws.calls - calls)["ec2:DescribeNetworkInterfaces"] == 2
    await network.delete()


async def test_stopping_tasks_are_waited_for(aws: Connection, shell: ShellSpec) -> None:
    """The interface of a task that has just been stopped delays the deletion, and does not fail
    it."""
    before = await everything(aws)
    async with aws.create_network("lesson") as network:
        cluster = await aws.create_cluster("prod")
        definition = await aws.register(shell("sleep 600"))
        task = await (await cluster.run(definition, network=network)).wait_running()
        await task.stop()
    assert await everything(aws) == before


async def test_running_tasks_keep_the_network(aws: Connection, shell: ShellSpec) -> None:
    """While a task runs in it nothing is deleted, and the error names the interface."""
    network = await make(aws)
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 6000"))
    task = await (await cluster.run(definition, network=network)).wait_running()
    before, began = await everything(aws), aws.clock.now()
    with pytest.raises(WaitTimeout, match="stop the tasks") as waited:
        await network.delete(timeout=20)
    assert aws.clock.now() - began == pytest.approx(20, abs=1)
    assert task.network_interface is not None
    assert list(waited.value.last) == [task.network_interface.id]
    assert await everything(aws) == before


@pytest.mark.parametrize("step", STEPS)
async def test_refusal_at_any_step_leaves_nothing(aws: Connection, world: World, step: str) -> None:
    """Whichever step of the creation is refused, all that was made before is deleted."""
    before = await everything(aws)
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation=step, code="UnauthorizedOperation", service="ec2", status=403)
        )
    )
    with pytest.raises(Denied):
        await make(aws)
    assert await everything(aws) == before


@pytest.mark.parametrize("number", [2, 3])
async def test_refusal_of_a_later_subnet_leaves_nothing(
    aws: Connection, world: World, number: int
) -> None:
    """A subnet that is refused after others were made takes those with it."""
    before = await everything(aws)
    api, calls = aws._session.api, 0
    original = api.call

    async def counted(service: str, operation: str, /, **members: Any) -> dict[str, Any]:
        nonlocal calls
        calls += operation == "CreateSubnet"
        if operation == "CreateSubnet" and calls == number:
            raise ApiError("ec2:CreateSubnet", "SubnetLimitExceeded", "too many")
        return await original(service, operation, **members)

    api.call = counted  # type: ignore[method-assign]
    with pytest.raises(ApiError, match="SubnetLimitExceeded"):
        await aws.create_network("lesson", zones=3)
    api.call = original  # type: ignore[method-assign]
    assert await everything(aws) == before


@pytest.mark.parametrize("step", range(1, 14))
async def test_cancellation_at_any_call_leaves_nothing(aws: Connection, step: int) -> None:
    """Whenever the creation is cancelled, all that was made is deleted."""
    before = await everything(aws)
    api, calls = aws._session.api, 0
    original = api.call
    with anyio.CancelScope() as scope:

        async def counted(service: str, operation: str, /, **members: Any) -> dict[str, Any]:
            nonlocal calls
            calls += 1
            if calls == step:
                scope.cancel()
            return await original(service, operation, **members)

        api.call = counted  # type: ignore[method-assign]
        await make(aws)
        # Cancelled in the very last call, the caller gets the network or the cancellation.
        raise AssertionError("it was not cancelled")
    api.call = original  # type: ignore[method-assign]
    assert scope.cancelled_caught
    assert await everything(aws) == before


@pytest.mark.parametrize("step", ["CreateSubnet", "CreateSecurityGroup"])
async def test_lost_reply_leaves_nothing_behind(aws: Connection, world: World, step: str) -> None:
    """A part whose answer was lost is found in the VPC, and deleted with the rest."""
    before = await everything(aws)
    world.run(lambda account: account.faults.plan(LoseReply(operation=step, service="ec2")))
    with pytest.raises(ApiError):
        await make(aws)
    assert await everything(aws) == before


async def test_what_is_not_found_yet_is_tried_again(aws: Connection, world: World) -> None:
    """Just after CreateVpc EC2 may not find the VPC: that is no failure."""
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation="ModifyVpcAttribute", code="InvalidVpcID.NotFound", service="ec2")
        )
    )
    assert await make(aws)
    assert aws.calls["ec2:ModifyVpcAttribute"] == 2


async def test_dependency_that_lingers_is_tried_again(aws: Connection, world: World) -> None:
    """Just after its last part is gone, EC2 may refuse to delete a VPC: that is no failure."""
    before = await everything(aws)
    network = await make(aws)
    world.run(
        lambda account: account.faults.plan(
            Refuse(operation="DeleteVpc", code="DependencyViolation", service="ec2", remaining=3)
        )
    )
    await network.delete()
    assert await everything(aws) == before


async def test_cleaning_up_that_fails_is_told(aws: Connection, world: World) -> None:
    """What could not be deleted again is named on the error that began it."""

    def plan(account: Any) -> None:
        account.faults.plan(
            Refuse(operation="CreateSubnet", code="UnauthorizedOperation", service="ec2")
        )
        account.faults.plan(
            Refuse(operation="DeleteVpc", code="UnauthorizedOperation", service="ec2")
        )

    world.run(plan)
    with pytest.raises(Denied) as denied:
        await make(aws)
    assert denied.value.operation == "ec2:CreateSubnet"
    (note,) = denied.value.__notes__
    assert "vpc-" in note


async def test_cancelled_body_deletes_the_network(aws: Connection) -> None:
    """Leaving `async with` by a cancellation deletes the network nevertheless."""
    before = await everything(aws)
    with anyio.CancelScope() as scope:
        async with make_open(aws):
            scope.cancel()
            await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert await everything(aws) == before


def make_open(aws: Connection) -> Any:
    return aws.create_network("lesson")


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"cidr": "10.0.0.5/16"}, "network-range"),
        ({"cidr": "10.0.0.0/8"}, "network-range"),
        ({"cidr": "10.0.0.0/28"}, "network-range"),
        ({"cidr": "lesson"}, "network-range"),
        ({"zones": 0}, "network-zones"),
        ({"zones": 17}, "network-zones"),
        ({"name": "sg-lesson"}, "group-name"),
        ({"ports": 80}, "group-unsaid"),
        ({"ports": 80, "open_to": "0.0.0.0/0"}, "group-open-to-all"),
    ],
)
async def test_wrong_wishes_are_refused_before_any_call(
    aws: Connection, wrong: dict[str, Any], rule: str
) -> None:
    """A network that cannot be is refused with its problem, and nothing is sent."""
    with pytest.raises(InvalidSpec) as refused:
        await aws.create_network(**{"name": "lesson", **wrong})
    assert [problem.rule for problem in refused.value.problems] == [rule]
    assert not aws.calls


async def test_small_ranges_are_divided(aws: Connection) -> None:
    """A small VPC is divided evenly."""
    network = await aws.create_network("lesson", cidr="10.9.0.0/24", zones=3)
    assert set((await network.free_addresses()).values()) == {59}


async def test_group_lets_in_who_was_named(aws: Connection) -> None:
    """The network's group has the rules that were asked for, and no others."""
    network = await aws.create_network("lesson", ports=[80, (8000, 8010)], open_to="203.0.113.7")
    group = await aws.security_group(
        "lesson", network=network, ports=[80, (8000, 8010)], open_to="203.0.113.7/32"
    )
    assert group.ingress == (
        IngressRule(protocol="tcp", first_port=80, last_port=80, source="203.0.113.7/32"),
        IngressRule(protocol="tcp", first_port=8000, last_port=8010, source="203.0.113.7/32"),
    )
    assert [group.id] == list(network.security_groups)
