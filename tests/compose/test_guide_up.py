"""Chapter 7 of the guide, from its published files to a running WordPress and to nothing again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fargate_kit import Connection, InvalidSpec
from fargate_kit.compose import Choices, Plan, ProjectFiles, convert

HERE = Path(__file__).parents[2]
BOOK = Path(os.environ.get("FARGATE_KIT_BOOK", HERE.parent / "shared" / "book")) / "Chapter07"
OURS = HERE / "examples" / "guide" / "compose"
published = pytest.mark.skipif(
    not BOOK.is_dir(), reason="the guide's files are not beside this checkout (FARGATE_KIT_BOOK)"
)


def guide(choices: Choices | None = None) -> Plan:
    return convert(ProjectFiles(directory=str(BOOK), name="wordpress"), choices=choices).check()


@published
async def test_foreign_things_are_told_at_once_before_anything_is_made(aws: Connection) -> None:
    """Two subnets, a group, a role and a log group are missing: each has its line and a way out."""
    with pytest.raises(InvalidSpec) as refused:
        await guide().up(aws)
    messages = [problem.message for problem in refused.value.problems]
    assert len(messages) == 5
    for name, line, flag in (
        ("subnet-2c02dd4b", "ecs-params.yml:12:11", "--subnets"),
        ("subnet-f2d50bdc", "ecs-params.yml:13:11", "--network default"),
        ("sg-8c7dafc7", "ecs-params.yml:15:11", "--security-groups"),
        ("ecsExecutionRole", "ecs-params.yml:3:3", "--create-missing"),
        ("hello-world", "docker-compose.yml:10:9", "--create-missing"),
    ):
        (message,) = [each for each in messages if name in each]
        assert line in message
        assert flag in message
    assert not [name for name in aws.calls if "Create" in name or "Register" in name]


@published
async def test_the_published_files_run_with_a_network_of_ones_own(aws: Connection) -> None:
    """With subnets and a group replaced and the rest made, WordPress runs, and goes again."""
    mine = await aws.default_network()
    choices = Choices(subnets=mine.subnets, security_groups=mine.security_groups)
    plan = guide(choices)
    project = await plan.up(aws, create_missing=True)
    (service,) = project.services
    assert (service.name, service.running_count) == ("wordpress", 1)
    assert service.network == mine
    role = await aws.role("ecsExecutionRole")
    assert await role.explain(
        "logs:PutLogEvents",
        f"arn:aws:logs:us-east-1:{role.account}:log-group:hello-world:log-stream:any",
    )
    assert not await plan.compare(aws, create_missing=True)
    await plan.down(aws, logs=True)
    assert await aws.leftovers("made") == ()


@published
async def test_the_default_network_replaces_the_guides(aws: Connection) -> None:
    """With `--network default` only the role and the log group are missing."""
    difference = await guide(Choices(default_network=True)).compare(aws)
    assert [problem.path for problem in difference.problems] == ["role", "log group"]
    assert difference.network == await aws.default_network()


async def test_subnets_and_groups_of_two_networks_are_told(aws: Connection) -> None:
    """AWS would refuse the service; it is told before, with the VPC of each."""
    async with aws.create_network("other") as other:
        mine = await aws.default_network()
        choices = Choices(subnets=mine.subnets[:1], security_groups=other.security_groups)
        files = ProjectFiles(directory=str(OURS))
        difference = await convert(files, choices=choices).check().compare(aws, create_missing=True)
        assert "not all are of one VPC" in str(difference)
