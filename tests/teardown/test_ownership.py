"""The promise: what fargate_kit makes is known by its tag, and the tag changes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fargate_kit import Connection, TaskSpec
from fargate_kit.ownership import MADE, TAG, owned, owned_by

ShellSpec = Callable[..., TaskSpec]


def test_mark_wins_over_a_copied_tag() -> None:
    """Tags that were copied from another resource do not hide what is new."""
    copied = {TAG: "old", "team": "web"}
    assert owned(copied, mark="new") == {TAG: "new", "team": "web"}
    assert owned(None) == {TAG: MADE}
    assert copied == {TAG: "old", "team": "web"}
    assert owned_by(owned({}, mark="new"), "new")
    assert not owned_by({}, "new")


async def test_everything_that_is_made_is_tagged(aws: Connection, shell: ShellSpec) -> None:
    """Cluster, revision, service, its tasks, tasks of their own and log groups carry the mark."""
    marked = aws.marked("lesson")
    cluster = await marked.create_cluster("prod", tags={"team": "web"})
    definition = await marked.register(shell("sleep 86400"))
    service = await cluster.create_service(
        "web", definition, extra={"tags": [{"key": "team", "value": "web"}]}
    )
    service = await service.wait_stable()
    (of_service,) = [task async for task in service.tasks()]
    alone = await cluster.run(definition, tags={"team": "web"})
    await marked.create_log_group("/web", tags={"team": "web"})
    reply = await aws._session.api.call("logs", "DescribeLogGroups")
    arn = reply["logGroups"][0]["arn"].removesuffix(":*")
    of_logs = await aws._session.api.call("logs", "ListTagsForResource", resourceArn=arn)
    both = {TAG: "lesson", "team": "web"}
    assert [cluster.tags, service.tags, alone.tags, of_logs["tags"]] == [both] * 4
    assert definition.tags == {TAG: "lesson"}
    assert of_service.tags.items() >= both.items()


async def test_tag_makes_no_revision(aws: Connection, shell: ShellSpec) -> None:
    """Under whatever mark the same is registered, it stays the same revision with its own mark."""
    first = await aws.register(shell("true"))
    again = await aws.marked("lesson").register(replace(shell("true"), tags={TAG: "mine"}))
    assert again == first
    assert again.tags == {TAG: MADE}


async def test_wish_of_a_revision_has_no_mark(aws: Connection, shell: ShellSpec) -> None:
    """A specification that was read back is the one that was written."""
    spec = replace(shell("true"), tags={"team": "web"})
    definition = await aws.register(spec)
    assert definition.to_spec().tags == spec.tags
