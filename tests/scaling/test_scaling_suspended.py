"""The promise: scaling rests while asked to, and is then as it was, whatever happens."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from fargate_kit import (
    ApiError,
    Connection,
    NotFound,
    Scaling,
    Service,
    Suspension,
    TargetTracking,
    TaskSpec,
)
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse

ALL = Suspension(scale_in=True, scale_out=True, scheduled=True)
NONE = Suspension()
REGISTER = "application-autoscaling:RegisterScalableTarget"


@pytest.fixture
async def service(aws: Connection, shell: Callable[..., TaskSpec]) -> Service:
    """Return a service of two tasks that stands."""
    cluster = await aws.create_cluster("prod")
    definition = await aws.register(shell("sleep 86400", family="web"))
    service = await cluster.create_service("web", definition, desired_count=2)
    return await service.wait_stable()


@pytest.fixture
async def scaling(service: Service) -> Scaling:
    """Return its scaling, by CPU."""
    return await service.autoscale(2, 10, TargetTracking.cpu(50))


async def test_suspended_scaling_does_nothing(
    world: World, aws: Connection, service: Service, scaling: Scaling
) -> None:
    """An overload changes no count while scaling rests, and does when it works again."""
    world.account.scaling("us-east-1").set_load("prod", "web", cpu=180)
    async with scaling.suspended():
        assert (await scaling.refresh()).suspension == ALL
        await aws.clock.sleep(900)
        assert (await service.refresh()).desired_count == 2
    assert (await scaling.refresh()).suspension == NONE
    await aws.clock.sleep(300)
    assert (await service.refresh()).desired_count > 2


async def test_only_what_is_named_rests(scaling: Scaling) -> None:
    """What rested before still rests afterwards, and nothing else does."""
    assert (await scaling.suspend(scale_out=False, scheduled=False)).suspension == Suspension(
        scale_in=True
    )
    async with scaling.suspended(scale_in=False, scale_out=False):
        during = (await scaling.refresh()).suspension
    assert during == Suspension(scale_in=True, scheduled=True)
    assert (await scaling.refresh()).suspension == Suspension(scale_in=True)
    assert (await scaling.resume()).suspension == NONE


async def test_cancellation_in_the_block_wakes_scaling(scaling: Scaling) -> None:
    """Who is cancelled while scaling rests leaves it working."""
    with anyio.CancelScope() as scope:
        async with scaling.suspended():
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert (await scaling.refresh()).suspension == NONE


async def test_error_in_the_block_wakes_scaling(scaling: Scaling) -> None:
    """The error of the block is the one that is raised."""
    with pytest.raises(LookupError, match="mine"):
        await fail_in(scaling)
    assert (await scaling.refresh()).suspension == NONE


async def test_cancellation_while_it_is_suspended_wakes_scaling(
    monkeypatch: pytest.MonkeyPatch, scaling: Scaling
) -> None:
    """A cancellation that meets the very call leaves scaling working."""
    api, scope = scaling._session.api, anyio.CancelScope()
    original = api.call

    async def call(service: str, operation: str, /, **members: object) -> dict[str, object]:
        reply = await original(service, operation, **members)
        if f"{service}:{operation}" == REGISTER:
            scope.cancel()
            await anyio.lowlevel.checkpoint()
        return reply

    with monkeypatch.context() as patch:
        patch.setattr(api, "call", call)
        with scope:
            async with scaling.suspended():
                pytest.fail("it was cancelled before")
    assert (await scaling.refresh()).suspension == NONE


async def test_refused_suspension_is_told(world: World, scaling: Scaling) -> None:
    """AWS's refusal is raised, and the block is not entered."""
    refusal = Refuse(
        service="application-autoscaling",
        operation="RegisterScalableTarget",
        code="AccessDeniedException",
    )
    world.account.faults.plan(refusal)
    with pytest.raises(ApiError, match="AccessDenied"):
        await fail_in(scaling)
    assert (await scaling.refresh()).suspension == NONE


async def test_changes_in_the_block_stay(
    aws: Connection, service: Service, scaling: Scaling
) -> None:
    """Only what rests is set back; four calls are all that it costs."""
    before = aws.calls
    async with scaling.suspended():
        spent = aws.calls - before
        await service.autoscale(3, 8)
        before = aws.calls
    spent += aws.calls - before
    assert dict(spent) == {
        "application-autoscaling:DescribeScalableTargets": 2,
        "application-autoscaling:RegisterScalableTarget": 2,
    }
    after = await scaling.refresh()
    assert (after.minimum, after.maximum, after.suspension) == (3, 8, NONE)


async def test_scaling_that_is_removed_in_the_block_stays_removed(scaling: Scaling) -> None:
    """Setting it back does not register the service anew."""
    async with scaling.suspended():
        await scaling.remove()
    with pytest.raises(NotFound):
        await scaling.refresh()
    with pytest.raises(NotFound):
        await fail_in(scaling)


async def fail_in(scaling: Scaling) -> None:
    """Raise while scaling rests."""
    async with scaling.suspended():
        raise LookupError("mine")
