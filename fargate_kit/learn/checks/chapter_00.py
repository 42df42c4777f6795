"""Checks of notebook 00: coroutines, checks, pictures, the dial, leaving nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fargate_kit.learn.checking import Finding, Scene, checks

_CLUSTERS = ("orientation", "picture", "forgotten")
_GROUPS = ("/course/forgotten", "/course/first")


@checks("0.1")
async def await_an_answer(scene: Scene) -> AsyncIterator[Finding]:
    """The answer is the number of subnets that the default network has."""
    right = len((await scene.aws.default_network()).subnets)
    yield scene.answered("0.1", right, what="the answer is the number of subnets AWS lists")


@checks("0.2")
async def read_a_check(scene: Scene) -> AsyncIterator[Finding]:
    """There is a log group of a certain name, which keeps a day."""
    wanted = scene.name("/course/first")
    groups = (await scene.call("logs", "DescribeLogGroups"))["logGroups"]
    names = [group["logGroupName"] for group in groups]
    yield Finding(
        wanted in names,
        f"there is a log group named {wanted}",
        ", ".join(names) or "no log group at all",
    )
    kept = [each.get("retentionInDays") for each in groups if each["logGroupName"] == wanted]
    saw = f"{kept[0] or 'for ever'}" if kept else "no such group"
    yield Finding(kept == [1], "it keeps its lines for 1 day", saw)


@checks("0.3")
async def make_and_delete(scene: Scene) -> AsyncIterator[Finding]:
    """A cluster was there, and was deleted."""
    name = scene.name("orientation")
    clusters = (await scene.call("ecs", "DescribeClusters", clusters=[name]))["clusters"]
    status = clusters[0]["status"] if clusters else "never made"
    yield Finding(bool(clusters), f"a cluster named {name} was made", status)
    yield Finding(status == "INACTIVE", "it was deleted again: INACTIVE", status)


@checks("0.4")
async def old_picture(scene: Scene) -> AsyncIterator[Finding]:
    """The old picture still says ACTIVE, although the cluster is gone."""
    name = scene.name("picture")
    clusters = (await scene.call("ecs", "DescribeClusters", clusters=[name]))["clusters"]
    status = clusters[0]["status"] if clusters else "never made"
    yield Finding(status == "INACTIVE", f"the cluster named {name} was deleted", status)
    yield scene.answered("0.4", "ACTIVE", what="your prediction is what the old picture says")


@checks("0.5")
async def dial(scene: Scene) -> AsyncIterator[Finding]:
    """A minute of Fargate takes so many seconds here."""
    what = "the prediction fits the speed of this lab"
    given = scene.answers.get("0.5")
    if not isinstance(given, int | float):
        saw = "no answer yet" if given is None else repr(given)
        yield Finding(ok=False, what=what, saw=saw)
        return
    right = 60 / scene.speed
    yield Finding(abs(given - right) <= 0.05 * right, what, f"{given:g} s")


@checks("0.6")
async def nothing_left(scene: Scene) -> AsyncIterator[Finding]:
    """What was forgotten is gone."""
    ours = {scene.name(name) for name in _CLUSTERS}
    clusters = [cluster.name async for cluster in scene.aws.clusters() if cluster.name in ours]
    what = "no cluster of this notebook is left"
    yield Finding(not clusters, what, ", ".join(clusters) or "none")
    groups = (await scene.call("logs", "DescribeLogGroups"))["logGroups"]
    written = {scene.name(name) for name in _GROUPS}
    names = [each["logGroupName"] for each in groups if each["logGroupName"] in written]
    yield Finding(not names, "no log group of this notebook is left", ", ".join(names) or "none")
