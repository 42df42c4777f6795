"""What was made or deleted a moment ago is given half a minute to be known everywhere."""

from __future__ import annotations

import pytest

from fargate_kit import ApiError, Connection, Denied, NotFound
from fargate_kit.core.fresh import PAUSES, call_fresh, delete_patiently
from fargate_kit.sim import World
from fargate_kit.sim.faults import Refuse


def refuse(world: World, code: str, *, times: int | None = None, status: int = 400) -> None:
    fault = Refuse(operation="DeleteVpc", code=code, service="ec2", remaining=times, status=status)
    world.run(lambda account: account.faults.plan(fault))


async def test_what_is_never_found_is_told_after_half_a_minute(
    aws: Connection, world: World
) -> None:
    """What AWS does not find for half a minute is not there."""
    refuse(world, "InvalidVpcID.NotFound")
    began = aws.clock.now()
    with pytest.raises(NotFound):
        await call_fresh(aws._session, "ec2", "DeleteVpc", VpcId="vpc-1")
    assert aws.clock.now() - began == pytest.approx(sum(PAUSES))
    assert aws.calls["ec2:DeleteVpc"] == len(PAUSES) + 1


async def test_other_refusals_are_told_at_once(aws: Connection, world: World) -> None:
    """Nothing but what may pass is tried again."""
    refuse(world, "UnauthorizedOperation", status=403)
    began = aws.clock.now()
    with pytest.raises(Denied):
        await call_fresh(aws._session, "ec2", "DeleteVpc", VpcId="vpc-1")
    with pytest.raises(Denied):
        await delete_patiently(aws._session, "DeleteVpc", VpcId="vpc-1")
    assert aws.clock.now() == began


async def test_what_is_gone_is_deleted(aws: Connection, world: World) -> None:
    """Deleting what is not there is fine, at once and after a dependency has gone."""
    refuse(world, "DependencyViolation", times=2)
    refuse(world, "InvalidVpcID.NotFound", times=1)
    await delete_patiently(aws._session, "DeleteVpc", VpcId="vpc-1")
    assert aws.calls["ec2:DeleteVpc"] == 3


async def test_dependency_that_stays_is_told(aws: Connection, world: World) -> None:
    """What still depends on it after half a minute is there to stay."""
    refuse(world, "DependencyViolation")
    with pytest.raises(ApiError, match="DependencyViolation"):
        await delete_patiently(aws._session, "DeleteVpc", VpcId="vpc-1")
    assert aws.calls["ec2:DeleteVpc"] == len(PAUSES) + 1
