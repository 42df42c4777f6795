"""Registered revisions: made only where something changed, safe among writers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest

from fargate_kit import ApiError, Connection, InvalidSpec, NotFound, TaskDefinition, TaskSpec
from fargate_kit.sim import World

ShellSpec = Callable[..., TaskSpec]


async def revisions_of(aws: Connection, family: str) -> list[int]:
    return [each.revision async for each in aws.revisions(family)]


async def test_same_again_makes_no_revision(aws: Connection, shell: ShellSpec) -> None:
    """Registering what is registered costs one look and makes nothing."""
    first = await aws.register(shell("true"))
    before = aws.calls
    again = await aws.register(shell("true"))
    assert again == first
    assert dict(aws.calls - before) == {"ecs:DescribeTaskDefinition": 1}


async def test_change_makes_a_revision(aws: Connection, shell: ShellSpec) -> None:
    """Something else is a new revision, and the difference names what changed."""
    first = await aws.register(shell("true"))
    second = await aws.register(replace(shell("true"), memory=1024))
    assert (first.revision, second.revision) == (1, 2)
    assert [(change.path, change.old, change.new) for change in first.diff(second)] == [
        ("memory", "512", "1024")
    ]
    assert not second.diff(replace(shell("true"), memory="1 GB"))


async def test_spec_comes_back_as_it_was(aws: Connection, shell: ShellSpec) -> None:
    """What is read back from AWS registers as the same revision."""
    definition = await aws.register(shell("true", log_group="logs"))
    spec = definition.to_spec()
    assert not spec.diff(shell("true", log_group="logs"))
    assert await aws.register(spec) == definition


async def test_members_nobody_knows_are_sent(aws: Connection) -> None:
    """A member that the SDK has no name for reaches AWS and comes back."""
    raw = {
        "family": "odd",
        "cpu": "256",
        "memory": "512",
        "pidMode": "task",
        "containerDefinitions": [
            {"name": "main", "image": "busybox", "user": "1000", "dockerLabels": {"a": "b"}}
        ],
    }
    spec = TaskSpec.from_api(raw)
    assert spec.extra == {"pidMode": "task"}
    definition = await aws.register(spec)
    assert definition.raw["pidMode"] == "task"
    assert definition.raw["containerDefinitions"][0]["dockerLabels"] == {"a": "b"}
    assert await aws.register(spec) == definition


async def test_bad_spec_is_refused_before_any_call(aws: Connection, shell: ShellSpec) -> None:
    """Every problem is told at once, and AWS hears nothing."""
    bad = replace(shell("true", log_group="x"), cpu=300, execution_role=None, family="no good")
    with pytest.raises(InvalidSpec) as refused:
        await aws.register(bad)
    assert {problem.path for problem in refused.value.problems} >= {"cpu", "family"}
    assert not aws.calls


async def test_two_writers_of_one_connection_make_one_revision(
    aws: Connection, shell: ShellSpec
) -> None:
    """Writers that share a connection take turns."""
    made: list[TaskDefinition] = []

    async def write() -> None:
        made.append(await aws.register(shell("true")))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(write)

    assert {each.arn for each in made} == {made[0].arn}
    assert aws.calls["ecs:RegisterTaskDefinition"] == 1


async def test_two_writers_elsewhere_leave_one_revision(
    world: World, aws: Connection, shell: ShellSpec
) -> None:
    """Where two connections register the same at once, one active revision stays."""
    async with world.connect() as other:
        made: list[TaskDefinition] = []

        async def write(writer: Connection) -> None:
            made.append(await writer.register(shell("true")))

        async with anyio.create_task_group() as group:
            group.start_soon(write, aws)
            group.start_soon(write, other)

    assert made[0].arn == made[1].arn
    assert await revisions_of(aws, "job") == [made[0].revision]
    calls = world.account.calls
    assert calls["ecs", "RegisterTaskDefinition"] == 2, "the race did not happen"
    assert calls["ecs", "DeregisterTaskDefinition"] == 1


async def test_revisions_are_listed_newest_first(aws: Connection, shell: ShellSpec) -> None:
    """Only the family itself is listed, not another that begins alike."""
    for memory in (512, 1024, 2048):
        await aws.register(replace(shell("true"), memory=memory))
    await aws.register(shell("true", family="job-other"))
    assert await revisions_of(aws, "job") == [3, 2, 1]


async def test_deregistered_revision_is_not_the_newest(aws: Connection, shell: ShellSpec) -> None:
    """After the newest was deregistered, the same again is a new revision with a new number."""
    first = await aws.register(shell("true"))
    gone = await first.deregister()
    assert gone.status == "INACTIVE"
    assert (await aws.register(shell("true"))).revision == 2


async def test_deleting_deregisters_first(aws: Connection, shell: ShellSpec) -> None:
    """A revision can be deleted in one call of ours, and twice is refused by AWS."""
    definition = await aws.register(shell("true"))
    deleted = await definition.delete()
    assert deleted.status == "DELETE_IN_PROGRESS"
    assert await revisions_of(aws, "job") == []
    with pytest.raises(NotFound):
        await aws.task_definition("job")


async def test_revision_in_use_cannot_vanish(aws: Connection, shell: ShellSpec) -> None:
    """What a running task uses can still be described after it was deleted."""
    cluster = await aws.create_cluster()
    definition = await aws.register(shell("sleep 600"))
    task = await cluster.run(definition)
    await definition.delete()
    await task.wait_running()
    assert (await aws.task_definition(definition.arn)).status == "DELETE_IN_PROGRESS"


async def test_tags_do_not_make_a_revision(aws: Connection, shell: ShellSpec) -> None:
    """Wanted tags are put on the revision that is there."""
    first = await aws.register(shell("true"))
    tagged = await aws.register(replace(shell("true"), tags={"team": "web"}))
    assert tagged.revision == first.revision
    assert tagged.tags == {"team": "web", "fargate-kit": "made"}
    assert (await aws.task_definition("job")).tags == tagged.tags


async def test_unknown_definition_is_not_found(aws: Connection) -> None:
    """AWS says ClientException; the SDK says what it means."""
    with pytest.raises(NotFound) as raised:
        await aws.task_definition("nobody:7")
    assert isinstance(raised.value, ApiError)
