"""A log group that was kept can be taken down later, by the project's name alone."""

from __future__ import annotations

from pathlib import Path

from fargate_kit import Connection, compose

TEXT = """
services:
  page:
    image: busybox
    command: sh -c "echo hello; sleep 600"
"""


async def test_kept_log_group_goes_when_it_is_asked_for(aws: Connection, tmp_path: Path) -> None:
    """The first time it is kept with its lines, the second time it goes; a third finds nothing."""
    file = tmp_path / "compose.yaml"
    file.write_text(TEXT, encoding="utf-8")
    files = compose.ProjectFiles(files=[file], name="blog")
    plan = compose.convert(files, choices=compose.Choices(region=aws.region)).check()
    project = await plan.up(aws, cluster="blog")
    await aws.clock.sleep(60)
    first = await project.down()
    assert [each for each in first.kept if "/ecs/blog" in each]
    again = await compose.running(aws, "blog", cluster="blog")
    second = await again.down(logs=True)
    assert second.deleted == ("log group /ecs/blog",)
    third = await (await compose.running(aws, "blog", cluster="blog")).down(logs=True)
    assert (third.deleted, third.kept) == ((), ())
