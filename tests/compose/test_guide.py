"""Chapter 7 of the guide: its published files, read where they are, and ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fargate_kit import TaskSpec
from fargate_kit.compose import Choices, Conversion, ProjectFiles, Verdict, convert
from fargate_kit.model.values import Network

HERE = Path(__file__).parents[2]
BOOK = Path(os.environ.get("FARGATE_KIT_BOOK", HERE.parent / "shared" / "book")) / "Chapter07"
OURS = HERE / "examples" / "guide" / "compose"

published = pytest.mark.skipif(
    not BOOK.is_dir(), reason="the guide's files are not beside this checkout (FARGATE_KIT_BOOK)"
)


def guide(choices: Choices | None = None) -> Conversion:
    """Translate the guide's files as the reader would, from their folder."""
    return convert(ProjectFiles(directory=str(BOOK), name="wordpress"), choices=choices)


@published
def test_the_published_files_translate_as_they_are() -> None:
    """The task definition is the one that the guide's reader got from the ECS CLI."""
    (service,) = guide().check().services
    assert (service.name, service.desired_count) == ("wordpress", 1)
    assert service.task.to_api() == {
        "family": "wordpress",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": "ecsExecutionRole",
        "containerDefinitions": [
            {
                "name": "wordpress",
                "image": "wordpress",
                "essential": True,
                "portMappings": [{"containerPort": 80}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "hello-world",
                        "awslogs-region": "us-east-1",
                        "awslogs-stream-prefix": "wordpress",
                    },
                },
            }
        ],
    }


@published
def test_every_key_of_the_published_files_is_mapped_but_the_version() -> None:
    """Nothing of the guide's files is lost, and nothing altered."""
    findings = list(guide().report)
    assert len(findings) == 24
    others = [finding for finding in findings if finding.verdict is not Verdict.MAPPED]
    assert [(each.path, each.place.line) for each in others] == [("version", 1)]


@published
def test_foreign_things_are_reported_with_their_place() -> None:
    """Subnets, group, role and log group of somebody's account are listed before all else."""
    plan = guide().check()
    assert plan.network == Network(
        subnets=("subnet-2c02dd4b", "subnet-f2d50bdc"),
        security_groups=("sg-8c7dafc7",),
        public_ip=True,
    )
    named = {
        (reference.kind, reference.value): reference.place.rpartition("/")[2]
        for reference in plan.references
    }
    assert named == {
        ("subnet", "subnet-2c02dd4b"): "ecs-params.yml:12:11",
        ("subnet", "subnet-f2d50bdc"): "ecs-params.yml:13:11",
        ("security group", "sg-8c7dafc7"): "ecs-params.yml:15:11",
        ("role", "ecsExecutionRole"): "ecs-params.yml:3:3",
        ("log group", "hello-world"): "docker-compose.yml:10:9",
    }


@published
def test_foreign_things_are_replaced_by_arguments() -> None:
    """The subnets, the group and the role that are given take the place of the guide's."""
    conversion = guide(
        Choices(subnets=["subnet-0a"], security_groups=["sg-0b"], execution_role="mine")
    )
    plan = conversion.check()
    assert plan.network == Network(
        subnets=("subnet-0a",), security_groups=("sg-0b",), public_ip=True
    )
    assert plan.services[0].task.execution_role == "mine"
    altered = {
        finding.key: finding.reasons
        for finding in conversion.report
        if finding.verdict is Verdict.ALTERED
    }
    assert altered == {
        "subnets": ("replaced by an argument: subnet-0a",),
        "security_groups": ("replaced by an argument: sg-0b",),
        "task_execution_role": ("the role mine is given instead",),
    }


@published
def test_the_default_network_takes_the_place_of_the_guides() -> None:
    """With the default VPC asked for, no subnet and no group of the file is left."""
    plan = guide(Choices(default_network=True)).check()
    assert plan.network == Network(subnets=(), security_groups=(), public_ip=True)
    assert {reference.kind for reference in plan.references} == {"role", "log group"}


@published
def test_our_files_have_the_guides_facts() -> None:
    """Ours become the guide's container with its image, port, size and log."""
    ours = convert(ProjectFiles(directory=str(OURS))).check()
    theirs = guide().check()
    assert ours.project == theirs.project
    one, other = ours.services[0].task, theirs.services[0].task
    assert [change.path for change in other.diff(one)] == ["executionRoleArn"]


def test_our_files_translate_with_the_database_laid_over() -> None:
    """The second file adds a container that the first waits for."""
    files = [str(OURS / "compose.yaml"), str(OURS / "with-database.yaml")]
    (service,) = convert(ProjectFiles(files=files)).check().services
    blog, database = service.task.containers
    assert blog.depends_on == {"database": "HEALTHY"}
    assert database.health_check is not None
    assert isinstance(service.task, TaskSpec)
    assert service.task.problems() == ()
