"""Names, ids and ARNs, read and built."""

from __future__ import annotations

import pytest

from fargate_kit.sim.ecs.references import References
from fargate_kit.sim.errors import AwsError

HERE = References("eu-west-1", "123456789012")


@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("us-east-1", "arn:aws:ecs:us-east-1"),
        ("cn-north-1", "arn:aws-cn:ecs:cn-north-1"),
        ("us-gov-west-1", "arn:aws-us-gov:ecs:us-gov-west-1"),
    ],
)
def test_arns_carry_their_partition(region: str, prefix: str) -> None:
    """ARNs of China and of the government's regions have partitions of their own."""
    there = References(region, "123456789012")
    arn = there.cluster("demo")
    assert arn == f"{prefix}:123456789012:cluster/demo"
    assert there.cluster_name(arn) == "demo"


def test_what_is_built_is_read() -> None:
    """Every ARN that is built here is read here."""
    task_id = "0123456789abcdef" * 2
    assert HERE.cluster_name(HERE.cluster("demo")) == "demo"
    assert HERE.task_id(HERE.task("demo", task_id)) == ("demo", task_id)
    assert HERE.family_revision(HERE.task_definition("web", 12)) == ("web", 12)


def test_short_names_are_read() -> None:
    """Names and ids alone are enough."""
    task_id = "0123456789abcdef" * 2
    assert HERE.cluster_name(None) == "default"
    assert HERE.cluster_name("demo") == "demo"
    assert HERE.task_id(task_id) == (None, task_id)
    assert HERE.family_revision("web") == ("web", None)
    assert HERE.family_revision("web:3") == ("web", 3)


def test_old_task_arns_are_read() -> None:
    """A task's ARN of the old form, without its cluster, is read too."""
    task_id = "01234567-89ab-cdef-0123-456789abcdef"
    assert HERE.task_id(HERE.arn("task", task_id)) == (None, task_id)


@pytest.mark.parametrize("given", ["", "a b", "x" * 256, "arn:aws:ecs:eu-west-1:1:cluster/x"])
def test_bad_cluster_names_refused(given: str) -> None:
    """What cannot be a cluster's name or ARN is refused."""
    with pytest.raises(AwsError, match="InvalidParameterException"):
        HERE.cluster_name(given)


def test_roles_by_short_name() -> None:
    """A role's short name stands for its ARN in the account."""
    assert HERE.role("runner") == "arn:aws:iam::123456789012:role/runner"
    assert HERE.role("arn:aws:iam::210987654321:role/x") == "arn:aws:iam::210987654321:role/x"
