"""Opening and closing a connection, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import anyio
import pytest

import fargate_kit as fk
from fargate_kit.sim import World, simulate


async def test_connection_is_awaited_or_entered(world: World) -> None:
    """Notebooks await it and close it; programs enter it."""
    aws = await world.connect()
    assert [cluster async for cluster in aws.clusters()] == []
    await aws.aclose()
    async with world.connect() as aws:
        assert [cluster async for cluster in aws.clusters()] == []


async def test_connection_crosses_tasks(world: World) -> None:
    """It may be opened in one task, used in another and closed in a third, as notebook cells do."""
    opened: list[fk.Connection] = []

    async def open_it() -> None:
        opened.append(await world.connect())

    async def use_it() -> None:
        await opened[0].create_cluster("prod")

    async def close_it() -> None:
        await opened[0].aclose()

    for step in (open_it, use_it, close_it):
        async with anyio.create_task_group() as group:
            group.start_soon(step)

    with pytest.raises(fk.ConnectionClosed, match="open another one"):
        await opened[0].create_cluster("prod")


async def test_closing_twice_is_fine(world: World) -> None:
    """A second close does nothing."""
    aws = await world.connect()
    await aws.aclose()
    await aws.aclose()


async def test_unknown_region_is_refused_at_once() -> None:
    """A region that nobody knows is told with the ones that sound like it, before any call."""
    with pytest.raises(fk.ConfigurationError, match=r"no AWS region 'eu-wst-1'.*eu-west-1"):
        await fk.connect(region="eu-wst-1")


async def test_missing_region_says_where_to_set_it() -> None:
    """Without any region the message names the ways to give one."""
    with pytest.raises(fk.ConfigurationError, match="AWS_REGION"):
        await fk.connect()


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
async def test_region_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Both of AWS's variables are read."""
    monkeypatch.setenv(variable, "eu-west-1")
    async with fk.connect() as aws:
        assert aws.region == "eu-west-1"


async def test_unknown_profile_is_a_configuration_error() -> None:
    """A profile that no file has is told as such."""
    with pytest.raises(fk.ConfigurationError, match="nobody"):
        await fk.connect(profile="nobody")


async def test_missing_credentials_say_what_to_set() -> None:
    """The first call without credentials names the ways to give some."""
    async with fk.connect(region="us-east-1") as aws:
        with pytest.raises(fk.ConfigurationError, match="AWS_ACCESS_KEY_ID"):
            await aws.cluster("prod")


async def test_endpoint_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL is taken as AWS's own tools take it, and a malformed one is refused."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    async with fk.connect(region="us-east-1") as aws:
        assert aws.endpoint_url == "http://127.0.0.1:9"
        assert "127.0.0.1:9" in repr(aws)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost:9")
    with pytest.raises(fk.ConfigurationError, match="http://"):
        await fk.connect(region="us-east-1")


async def test_calls_are_counted(aws: fk.Connection) -> None:
    """Whoever pays for calls can count them."""
    await aws.create_cluster("prod")
    assert dict(aws.calls) == {"ecs:CreateCluster": 1, "ecs:DescribeClusters": 2}


async def test_default_network_spans_the_zones(aws: fk.Connection) -> None:
    """The default network has a subnet in each zone, the default group, and is asked for once."""
    network = await aws.default_network()
    assert len(network.subnets) == 6
    assert len(network.security_groups) == 1
    assert network.public_ip


async def test_credentials_are_not_in_the_repr() -> None:
    """A secret does not get into a log by a repr."""
    assert "hunter2" not in repr(
        fk.Credentials(access_key_id="A", secret_access_key="hunter2", session_token="hunter2")
    )


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_missing_trio_backend_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """On trio without an HTTP client the extra is named."""
    monkeypatch.setattr("fargate_kit.core.api.find_spec", lambda name: None)
    credentials = fk.Credentials(access_key_id="A", secret_access_key="B")
    async with fk.connect(region="us-east-1", credentials=credentials) as aws:
        with pytest.raises(fk.ConfigurationError, match=r"fargate-kit\[trio\]"):
            await aws.cluster("prod")


def test_missing_simulator_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without moto the extra is named."""
    monkeypatch.setattr("fargate_kit.sim.world.find_spec", lambda name: None)
    with pytest.raises(fk.ConfigurationError, match=r"moto.*fargate-kit\[sim\]"):
        simulate()


async def test_unknown_profile_is_told_with_a_region_too() -> None:
    """A profile that no file has is refused wherever the region comes from."""
    with pytest.raises(fk.ConfigurationError, match="nobody"):
        await fk.connect(region="us-east-1", profile="nobody")


@pytest.mark.parametrize("port", [-1, 99999])
def test_impossible_port_is_refused(port: int) -> None:
    """A port that is none is told before anything is started."""
    with pytest.raises(ValueError, match="port must be"):
        simulate(port=port)


async def test_moments_are_in_utc(aws: fk.Connection, shell: Callable[..., fk.TaskSpec]) -> None:
    """Time stamps of replies are aware, in UTC, and exact to the millisecond, raw ones included."""
    definition = await aws.register(shell("true"))
    registered = definition.raw["registeredAt"]
    assert registered.tzinfo is UTC
    assert registered == definition.registered_at == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
