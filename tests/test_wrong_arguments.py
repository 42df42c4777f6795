"""Slips in the SDK's arguments: one error that names what was given, what is taken, the way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fargate_kit as fk

ShellSpec = Callable[..., fk.TaskSpec]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"family": "a", "password": "hunter2"}, r"given a dict.*a TaskSpec.*from_api"),
        (Path("task.json"), r"given a PosixPath.*from_file"),
        ("task.json", r'given "task\.json".*from_file'),
        (None, "given None"),
    ],
)
async def test_register_says_what_it_takes(aws: fk.Connection, given: Any, says: str) -> None:
    """Whoever gives JSON or a file's name is told what reads it, and nothing is called."""
    with pytest.raises(TypeError, match=says) as refused:
        await aws.register(given)
    assert "hunter2" not in str(refused.value)
    assert not aws.calls


async def test_register_takes_no_revision(aws: fk.Connection, shell: ShellSpec) -> None:
    """A registered revision is told from a wish."""
    definition = await aws.register(shell("true"))
    with pytest.raises(TypeError, match=r"given a TaskDefinition.*to_spec\(\)"):
        await aws.register(definition)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            {"network": "subnet-1"},
            r'network: given "subnet-1"; allowed: a Network or None.*subnets',
        ),
        ({"overrides": {"command": ["hunter2"]}}, r"overrides: given a dict.*Overrides"),
        ({"overrides": ["hunter2"]}, r"overrides: given a list"),
        ({"tags": ["team"]}, "tags: given a list"),
        ({"count": "2"}, r'count: given "2"; allowed: a whole number'),
        ({"count": True}, "count: given true"),
        ({"definition": 123}, r"definition: given 123; .*'report:3'"),
        ({"definition": None}, "definition: given None"),
    ],
)
async def test_run_says_what_it_takes(
    aws: fk.Connection, shell: ShellSpec, arguments: dict[str, Any], says: str
) -> None:
    """The argument is named before anything is started, and no command is shown."""
    cluster = await aws.create_cluster()
    definition = await aws.register(shell("true"))
    before = aws.calls
    with pytest.raises(TypeError, match=says) as refused:
        await cluster.run_many(**{"definition": definition, "count": 1, **arguments})
    assert "hunter2" not in str(refused.value)
    assert aws.calls == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"region": 5}, r"connect\(region=…\): given 5; allowed: a text or None"),
        ({"endpoint_url": b"http://x"}, "endpoint_url"),
        ({"profile": ["a"]}, "profile"),
        ({"credentials": "hunter2"}, r"credentials=…\): given a str; allowed: Credentials"),
    ],
)
def test_connect_says_what_it_takes(arguments: dict[str, Any], says: str) -> None:
    """A region that is a number is told at once, and a secret is not shown."""
    with pytest.raises(TypeError, match=says) as refused:
        fk.connect(**arguments)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["a b", "", "é", "a" * 256, "arn:aws:ecs:us-east-1:1:cluster/a"])
async def test_name_of_a_cluster_is_checked_first(aws: fk.Connection, name: str) -> None:
    """A name that cannot be is told with what is allowed, and nothing is called."""
    with pytest.raises(fk.InvalidSpec, match=r"clusterName: given .*letters, digits") as refused:
        await aws.create_cluster(name)
    assert "call it" in str(refused.value)
    assert not aws.calls


@pytest.mark.parametrize("arguments", [{"name": 7}, {"capacity_providers": "FARGATE"}])
async def test_create_cluster_says_what_it_takes(
    aws: fk.Connection, arguments: dict[str, Any]
) -> None:
    """One provider's name is not taken letter by letter, and a number is no name."""
    with pytest.raises(TypeError, match=next(iter(arguments))):
        await aws.create_cluster(**arguments)
    assert not aws.calls


async def test_unknown_definition_is_named(aws: fk.Connection) -> None:
    """AWS does not say which definition it cannot describe; we do, wherever one is looked for."""
    with pytest.raises(fk.NotFound, match="'nobody:7' in us-east-1"):
        await aws.task_definition("nobody:7")
    cluster = await aws.create_cluster()
    with pytest.raises(fk.NotFound, match="'nobody' in us-east-1") as raised:
        await cluster.run("nobody")
    assert raised.value.code == "ClientException"


async def test_opened_connection_can_be_entered(aws: fk.Connection, world: fk.sim.World) -> None:
    """What was awaited closes at the end of `async with` as well."""
    opened = await world.connect()
    async with opened as same:
        assert same is opened
        await same.create_cluster()
    with pytest.raises(fk.ConnectionClosed):
        await opened.create_cluster()
