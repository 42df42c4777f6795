"""The promise: a role can be taken, its keys are never shown, and it may do what the role may."""

from __future__ import annotations

import gc
import warnings
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fargate_kit import Connection, Denied, InvalidSpec, NotFound
from fargate_kit.core.assumed import AHEAD, AssumedCredentials
from fargate_kit.errors import ConnectionClosed
from fargate_kit.roles.creation import SETTLE
from fargate_kit.sim import World, simulate

LIST = {"Effect": "Allow", "Action": "ecs:ListClusters", "Resource": "*"}
DESCRIBE = {"Effect": "Allow", "Action": "ecs:DescribeClusters", "Resource": "*"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a simulated Fargate that holds callers against their policies."""
    async with simulate(step=True, strict=True, enforce_iam=True) as world:
        yield world


async def test_connection_may_do_what_the_role_may(aws: Connection) -> None:
    """What the role allows is done as the role; the rest is refused, and the text names it."""
    await aws.create_cluster("shop")
    await aws.create_role("reader", statements=[LIST, DESCRIBE])
    async with aws.assume("reader", session_name="ada") as reader:
        assert [each.name async for each in reader.clusters()] == ["shop"]
        with pytest.raises(Denied, match="assumed-role/reader/ada is not authorized") as caught:
            await reader.create_cluster("mine")
        assert "ecs:CreateCluster" in caught.value.reason
    assert [each.name async for each in aws.clusters()] == ["shop"]


async def test_change_of_the_role_counts_at_once(aws: Connection) -> None:
    """A session has the policies that its role has now, not those of when it was taken."""
    role = await aws.create_role("reader", statements=[LIST])
    reader = await aws.assume(role)
    with pytest.raises(Denied):
        await reader.cluster("shop")
    await aws.create_role("reader", statements=[LIST, DESCRIBE])
    with pytest.raises(NotFound):
        await reader.cluster("shop")


async def test_role_that_does_not_trust_is_refused_at_once(aws: Connection) -> None:
    """A task role is ECS's to take; whoever tries is told when the connection is opened."""
    role = await aws.create_task_role("app", statements=[LIST])
    with pytest.raises(Denied, match="sts:AssumeRole"):
        await aws.assume(role)
    with pytest.raises(NotFound):
        await aws.assume("nobody")
    with pytest.raises(InvalidSpec, match="session_name"):
        await aws.assume(role, session_name="two words")
    with pytest.raises(TypeError, match=r"assume\(role\): given 7"):
        await aws.assume(7)  # type: ignore[arg-type]


async def test_role_is_made_for_the_account_or_for_who_is_named(aws: Connection) -> None:
    """Nobody is trusted but who is named; asking again changes nothing."""
    role = await aws.create_role("deployer", statements=[LIST])
    root = f"arn:aws:iam::{role.account}:root"
    assert role.raw["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}
    ]
    assert not role.trusts()
    began, before = aws.clock.now(), aws.calls
    await aws.create_role("deployer", trusted=role.account, statements=[LIST])
    assert aws.clock.now() - began < SETTLE
    made = aws.calls - before
    assert set(made) == {"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy"}
    named = await aws.create_role("second", trusted=[str(role), "210987654321"])
    assert named.raw["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
        "AWS": [str(role), "arn:aws:iam::210987654321:root"]
    }


@pytest.mark.parametrize("trusted", ["*", [], ["ada"], ["ecs-tasks.amazonaws.com"]])
async def test_everybody_cannot_be_trusted(aws: Connection, trusted: Any) -> None:
    """Who may take a role is an account, a user or a role; nothing is sent otherwise."""
    with pytest.raises(InvalidSpec, match=r"trusted\[0\]"):
        await aws.create_role("open", trusted=trusted)
    assert not aws.calls


async def test_taken_role_can_take_another(aws: Connection) -> None:
    """A role may be taken by a role, where both say so."""
    first = await aws.create_role("first")
    second = await aws.create_role("second", trusted=str(first), statements=[LIST])
    async with aws.assume(first) as one, one.assume(second.arn) as two:
        assert [each async for each in two.clusters()] == []


async def test_keys_are_not_shown(aws: Connection) -> None:
    """No text of the connection and its parts has a key in it."""
    taken: list[Mapping[str, Any]] = []

    async def take() -> Mapping[str, Any]:
        given = {"AccessKeyId": "AKIDTAKEN", "SecretAccessKey": "hidden", "SessionToken": "token"}
        taken.append({**given, "Expiration": datetime.now(UTC) + timedelta(hours=1)})
        return taken[-1]

    credentials = AssumedCredentials(take)
    await credentials.get_frozen_credentials()
    role = await aws.create_role("reader", statements=[LIST])
    reader = await aws.assume(role)
    shown = f"{credentials!r} {reader!r} {reader._session!r} {vars(reader._session.api)!r}"
    keys = await reader._session.api._credentials.get_frozen_credentials()  # type: ignore[union-attr]
    for secret in ("AKIDTAKEN", "hidden", "token", *(each for each in keys if each)):
        assert secret not in shown.replace("session_token", "")


async def test_keys_are_taken_anew_before_they_end() -> None:
    """One call an hour, and one for requests that come at the same time."""
    taken = []
    time = datetime(2026, 1, 1, tzinfo=UTC)

    async def take() -> Mapping[str, Any]:
        taken.append(time)
        return {
            "AccessKeyId": f"A{len(taken)}",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": time + timedelta(hours=1),
        }

    credentials = AssumedCredentials(take, present=lambda: time)
    assert (await credentials.get_frozen_credentials()).access_key == "A1"
    time += timedelta(hours=1) - AHEAD - timedelta(seconds=1)
    assert (await credentials.get_frozen_credentials()).access_key == "A1"
    time += timedelta(seconds=1)
    assert (await credentials.get_frozen_credentials()).access_key == "A2"
    assert len(taken) == 2


async def test_connection_ends_with_the_one_that_took_it(world: World) -> None:
    """Closing the first connection closes what was opened from it; closing the second, only it."""
    aws = await world.connect()
    await aws.create_role("reader", statements=[LIST])
    first, second = await aws.assume("reader"), await aws.assume("reader")
    await first.aclose()
    with pytest.raises(ConnectionClosed):
        _ = [each async for each in first.clusters()]
    assert [each async for each in second.clusters()] == []
    await aws.aclose()
    with pytest.raises(ConnectionClosed):
        _ = [each async for each in second.clusters()]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_over_http_nothing_is_left_open() -> None:
    """Over a real socket the same, and the HTTP client of the taken role is closed."""
    async with (
        simulate(speed=200, enforce_iam=True) as world,
        world.connect(region="eu-west-1") as aws,
    ):
        await aws.create_role("reader", statements=[LIST])
        reader = await aws.assume("reader")
        assert reader.region == "eu-west-1"
        assert [each async for each in reader.clusters()] == []
        with pytest.raises(Denied):
            await reader.create_cluster("mine")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del reader
        gc.collect()
