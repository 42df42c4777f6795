"""What a live lab does not have is refused before it is sent, and the error names the limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from live_lesson import SERVER

import fargate_kit as fk
from fargate_kit.learn.errors import LabExpired, LimitReached
from fargate_kit.learn.live.ground import LiveGround
from fargate_kit.learn.live.limits import check_alone
from fargate_kit.sim import World

OpenLive = Callable[..., Awaitable[LiveGround]]


async def test_ninth_task_is_refused(live: OpenLive) -> None:
    """Eight of the smallest run; one more is refused, and RunTask was not called for it."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(SERVER)
    tasks = await shop.run_many(server, 6)
    await shop.create_service("web", server, desired_count=2)
    calls = ground.aws.calls["ecs:RunTask"]
    with pytest.raises(LimitReached, match="at most 8 tasks and 2048 CPU units at once"):
        await shop.run(server)
    assert ground.aws.calls["ecs:RunTask"] == calls
    await (await tasks[0].stop("room for another")).wait_stopped()
    await shop.run(server)
    await ground.take_down()


async def test_tasks_have_half_a_cpu_at_most(live: OpenLive) -> None:
    """The size counts, of the revision or of an override; four of the largest fill a lab."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    half = await ground.aws.register(replace(SERVER, cpu=512, memory=1024))
    large = await ground.aws.register(replace(SERVER, family="large", cpu=1024, memory=2048))
    with pytest.raises(LimitReached, match="at most 512 CPU units and 2048 MiB"):
        await shop.run(large)
    with pytest.raises(LimitReached, match="at most 512 CPU units and 2048 MiB"):
        await shop.run(half, fk.Overrides(cpu=1024, memory=2048))
    await shop.run_many(half, 4)
    with pytest.raises(LimitReached, match="would be 5 tasks with 2560 CPU units"):
        await shop.run(half)
    await ground.take_down()


async def test_service_is_counted_as_what_it_asks_for(live: OpenLive) -> None:
    """A service may not grow beyond the limit, and may always shrink."""
    ground = await live()
    shop = await ground.aws.create_cluster("shop")
    server = await ground.aws.register(SERVER)
    service = await shop.create_service("web", server, desired_count=8)
    with pytest.raises(LimitReached, match="would be 9 tasks"):
        await service.scale(9)
    with pytest.raises(LimitReached, match="at most 8 tasks at once"):
        await service.autoscale(1, 20)
    deployment = await service.scale(3)
    assert deployment is not None
    await ground.take_down()


async def test_group_is_open_to_named_ranges_only(live: OpenLive) -> None:
    """The whole internet is refused; a load balancer's own group may have it."""
    ground = await live()
    network = await ground.aws.default_network()
    with pytest.raises(LimitReached, match=r"open to 0\.0\.0\.0/0: .* named ranges only"):
        await ground.aws.security_group("web", network=network, ports=80, open_to=fk.ANYWHERE)
    await ground.aws.security_group("one", network=network, ports=80, open_to="192.0.2.7/32")
    balancer = await ground.aws.create_load_balancer("front", open_to=fk.ANYWHERE)
    assert balancer.name == "front"
    with pytest.raises(LimitReached, match="at most 1 load balancer"):
        await ground.aws.create_load_balancer("second", open_to=fk.ANYWHERE)
    gone = await ground.take_down()
    assert "load balancer front" in gone
    assert await ground.left() == ()


async def test_log_group_keeps_a_day(live: OpenLive) -> None:
    """A longer retention is refused, and who names none gets one day."""
    ground = await live()
    await ground.aws.create_log_group("/plain")
    with pytest.raises(LimitReached, match="keeps them for 1"):
        await ground.aws.create_log_group("/week", retention_days=7)
    groups = await ground.owner._session.api.call("logs", "DescribeLogGroups")
    assert {each.get("retentionInDays") for each in groups["logGroups"]} == {1}
    await ground.take_down()


async def test_other_regions_are_out_of_bounds(live: OpenLive) -> None:
    """What the lab's connection does in another region is refused as well."""
    ground = await live()
    elsewhere = ground.owner._session.api.in_region("eu-west-1")
    with pytest.raises(LimitReached, match="this lab is in us-east-1 alone"):
        await elsewhere.call("ecs", "CreateCluster", clusterName="far")


async def test_expired_lab_makes_nothing_and_can_be_closed(live: OpenLive, world: World) -> None:
    """When the time is over everything new is refused, and the last cell still works."""
    ground = await live(FARGATE_KIT_LIVE_HOURS="0.5")
    await ground.aws.create_cluster("shop")
    await world.clock.sleep(1801)
    with pytest.raises(LabExpired, match="the time of this lab was over at 2027-01-15T08:30:00Z"):
        await ground.aws.create_cluster("late")
    assert await ground.take_down() == ("cluster shop",)


@pytest.mark.parametrize(
    ("operation", "parameters", "words"),
    [
        ("ec2:CreateNatGateway", {"SubnetId": "subnet-1"}, "NAT gateway is paid for by the hour"),
        ("ec2:AllocateAddress", {}, "paid for by the hour"),
        ("ec2:RunInstances", {}, "no use for a machine"),
        ("ecs:CreateCapacityProvider", {}, "no use for machines"),
        ("rds:CreateDBInstance", {}, "none of the calls that a live lab makes"),
        ("ecs:StartTask", {}, "none of the calls that a live lab makes"),
        ("elbv2:CreateLoadBalancer", {"Type": "network"}, "application ones only"),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            {"IpPermissions": [{"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]},
            "open to ::/0",
        ),
        ("ec2:AuthorizeSecurityGroupIngress", {"CidrIp": "0.0.0.0/0"}, r"open to 0\.0\.0\.0/0"),
        ("ec2:AuthorizeSecurityGroupIngress", {"CidrIp": "0.0.0.0/1"}, r"open to 0\.0\.0\.0/1"),
    ],
)
def test_call_is_refused_with_its_reason(
    operation: str, parameters: dict[str, Any], words: str
) -> None:
    """What costs, or cannot be taken down by its tags, is not made."""
    with pytest.raises(LimitReached, match=words):
        check_alone(operation, parameters)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("ecs:DescribeTasks", {}),
        ("ecs:StopTask", {}),
        ("ecs:DeleteService", {}),
        ("sts:AssumeRole", {}),
        ("ec2:AuthorizeSecurityGroupIngress", {"CidrIp": "203.0.113.0/24"}),
        ("ec2:AuthorizeSecurityGroupIngress", {"CidrIp": "not a range"}),
        ("logs:PutRetentionPolicy", {"retentionInDays": 1}),
        ("elbv2:CreateLoadBalancer", {"Name": "front"}),
    ],
)
def test_call_passes(operation: str, parameters: dict[str, Any]) -> None:
    """Looking, ending, and what is within the limits are not in the way."""
    check_alone(operation, parameters)
