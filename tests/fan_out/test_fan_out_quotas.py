"""The promise: under AWS's quotas no throttle is met, and a used-up quota is waited out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

import fargate_kit as fk
from fargate_kit import Connection, Overrides, TaskSpec
from fargate_kit.sim import World, simulate
from fargate_kit.sim.quotas import Quotas

ShellSpec = Callable[..., TaskSpec]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a simulated Fargate that keeps AWS's default quotas."""
    async with simulate(step=True, quotas=Quotas(spot_vcpu=125)) as world:
        yield world


@pytest.fixture
async def aws(world: World) -> AsyncIterator[Connection]:
    """Return a connection that looks seldom, so that launches are what takes long here."""
    async with world.connect(poll_every=10) as aws:
        yield aws


async def test_default_pace_meets_no_throttle(aws: Connection, shell: ShellSpec) -> None:
    """500 tasks take the launch rate's time, at most 5 percent more, and no call is throttled."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 5"))
    network = await aws.default_network()
    began, last = aws.clock.now(), 0.0

    def look(event: fk.FanOutEvent) -> None:
        nonlocal last
        last = aws.clock.now() if event.kind == fk.FanOutEventKind.STARTED else last

    inputs = [Overrides()] * 500
    async with cluster.fan_out(
        definition, inputs, limit=500, network=network, on_event=look
    ) as done:
        results = await done.results()
    assert all(result.succeeded and len(result.attempts) == 1 for result in results)
    assert len({result.arn for result in results}) == 500
    floor = (500 - 100) / 20
    assert floor <= last - began <= 1.05 * floor
    assert aws.calls["ecs:RunTask"] == 50
    assert not aws._session.api.retries


async def test_used_up_quota_is_waited_out(aws: Connection, shell: ShellSpec) -> None:
    """Six vCPU are 24 tasks of a quarter: the others wait for their end, with few calls in vain."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 30"))
    inputs = [Overrides()] * 60
    refused = 0

    def look(event: fk.FanOutEvent) -> None:
        nonlocal refused
        refused += event.kind == fk.FanOutEventKind.REFUSED

    async with cluster.fan_out(
        definition, inputs, limit=60, capacity="on-demand", on_event=look
    ) as done:
        results = await done.results()
    assert all(result.succeeded and len(result.attempts) == 1 for result in results)
    assert refused < 30
    assert not aws._session.api.retries
