"""The promise: requests through the balancer scale its service out, and fewer of them in again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from balanced import WEB, everything, get

from fargate_kit import (
    ANYWHERE,
    Connection,
    InvalidSpec,
    TargetHealthCheck,
    TargetTracking,
    WebService,
)
from fargate_kit.sim import World

EVERY = 10.0


@pytest.fixture
async def web(aws: Connection) -> WebService:
    """Return a web server behind its balancer, with one task."""
    cluster = await aws.create_cluster("prod")
    web = await cluster.create_web_service(
        "web",
        await aws.register(WEB),
        port=80,
        open_to=ANYWHERE,
        health_check=TargetHealthCheck(interval=30),
        deregistration_delay=5,
    )
    return await web.wait_ready()


async def visit(
    world: World, web: WebService, *, requests: int, until: int, limit: float = 3600.0
) -> float:
    """Send so many requests every ten seconds until the service shall have so many tasks.

    Returns:
        The seconds that it took.
    """
    clock = web.service._session.clock
    began = clock.now()
    while (await web.service.refresh()).desired_count != until:
        assert clock.now() - began < limit
        for _ in range(requests):
            assert get(world, web.url)[0] == 200
        await clock.sleep(EVERY)
    return clock.now() - began


async def test_requests_scale_out_and_in_again(
    world: World, aws: Connection, web: WebService
) -> None:
    """At 48 requests a minute and 12 for each target it is four tasks; at 6 it is one again."""
    by_requests = TargetTracking.requests_per_target(12, web.target_group)
    scaling = await web.service.autoscale(1, 10, by_requests)
    assert by_requests.resource_label == (
        f"{web.balancer.arn.partition(':loadbalancer/')[2]}/"
        f"{web.target_group.arn.rpartition(':')[2]}"
    )
    assert {alarm.metric for alarm in scaling.alarms} == {"RequestCountPerTarget"}
    out = await visit(world, web, requests=8, until=4)
    assert 120 < out <= 600  # three whole minutes above the target, seen a little later
    await web.service.wait_stable()
    assert len(await web.target_group.wait_healthy(4)) == 4
    inwards = await visit(world, web, requests=1, until=1)
    assert inwards > 840  # fifteen minutes below nine tenths of it
    causes = [activity.cause async for activity in scaling.activities()]
    assert "AlarmHigh" in causes[0]
    assert "AlarmLow" in causes[-1]
    await web.delete()
    assert await everything(aws) == {}


async def test_group_behind_no_balancer_has_no_requests(aws: Connection, web: WebService) -> None:
    """AWS would refuse its label, so it is refused here, with what to do."""
    balancer = await aws.create_load_balancer("other", open_to=[])
    group = await balancer.create_target_group("other")
    assert TargetTracking.requests_per_target(1, await group.refresh()).resource_label
    with pytest.raises(InvalidSpec, match="behind no load balancer"):
        TargetTracking.requests_per_target(1, replace(group, load_balancer_arn=None))
