"""Checks of notebook 01: a cluster, task definitions and their revisions, sizes, a first task."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.model.diff import compare
from fargate_kit.model.sizes import is_legal

QUIZ = ((256, 512), (256, 4096), (512, 1024), (1024, 1024), (1024, 2048), (4096, 8192))
"""The sizes of exercise 1.3, some of which Fargate has."""


@checks("1.1")
async def cluster_hello(scene: Scene) -> AsyncIterator[Finding]:
    """There is an active cluster of that name."""
    wanted = scene.name("hello")
    names = [each.name async for each in scene.aws.clusters()]
    saw = ", ".join(names) or "no active cluster"
    yield Finding(wanted in names, f"a cluster named {wanted} is ACTIVE", saw)


@checks("1.2")
async def hello_world(scene: Scene) -> AsyncIterator[Finding]:
    """The newest revision is one for Fargate with one container that has a port."""
    raw = await _revision(scene, "hello-world")
    yield Finding(raw is not None, "the family hello-world has a revision", _named(raw))
    if raw is None:
        return
    made_for = raw.get("requiresCompatibilities", [])
    yield Finding("FARGATE" in made_for, "it is made for FARGATE", ", ".join(made_for) or "nothing")
    mode = raw.get("networkMode", "none")
    yield Finding(mode == "awsvpc", "its network mode is awsvpc", mode)
    containers = raw["containerDefinitions"]
    names = ", ".join(each["name"] for each in containers)
    yield Finding(len(containers) == 1, "it has one container", names)
    ports = [port["containerPort"] for port in containers[0].get("portMappings", ())]
    yield Finding(ports == [80], "the container has port 80, and no other", str(ports))


@checks("1.3")
async def legal_sizes(scene: Scene) -> AsyncIterator[Finding]:
    """The answer lists the legal ones of the quiz."""
    given = scene.answers.get("1.3")
    if given is None:
        yield Finding(ok=False, what="the answer lists the legal sizes", saw="no answer yet")
        return
    chosen = {tuple(each) for each in given}
    right = {size for size in QUIZ if is_legal(*size)}
    missing, wrong = len(right - chosen), len(chosen - right)
    yield Finding(not missing, "no legal size is missing", f"{missing} missing")
    yield Finding(not wrong, "no size is listed that Fargate lacks", f"{wrong} too many")


@checks("1.4")
async def two_revisions(scene: Scene) -> AsyncIterator[Finding]:
    """Two revisions, which differ in the memory alone."""
    first, second = await _revision(scene, "hello-world:1"), await _revision(scene, "hello-world:2")
    yield Finding(second is not None, "there is a revision hello-world:2", _named(second))
    if first is None or second is None:
        return
    for raw in (first, second):
        yield Finding(raw["status"] == "ACTIVE", f"{_named(raw)} is ACTIVE", raw["status"])
    paths = [change.path for change in compare(first, second)]
    saw = ", ".join(paths) or "no difference"
    yield Finding(paths == ["memory"], "they differ in one place, the memory", saw)


@checks("1.5")
async def greeting_ran(scene: Scene) -> AsyncIterator[Finding]:
    """A task of the family greeting ended with 0."""
    tasks = await _stopped(scene, "greeting")
    yield Finding(bool(tasks), "a task of greeting has run and stopped", f"{len(tasks)} stopped")
    codes = [task.exit_code for task in tasks]
    yield Finding(0 in codes, "its container ended with exit code 0", f"exit codes {codes}")


@checks("1.6")
async def why_it_failed(scene: Scene) -> AsyncIterator[Finding]:
    """The answer names the container that failed, and its exit code."""
    tasks = await _stopped(scene, "broken")
    yield Finding(bool(tasks), "the task of broken has stopped", f"{len(tasks)} stopped")
    failed = [
        (each.name, each.exit_code)
        for task in tasks
        for each in task.containers
        if each.exit_code not in {0, None}
    ]
    given = scene.answers.get("1.6")
    what = "the answer is the container that failed, and its exit code"
    if given is None:
        yield Finding(ok=False, what=what, saw="no answer yet")
        return
    handed = tuple(given) if isinstance(given, list | tuple) else given
    yield Finding(handed in failed, what, repr(given))


@checks("1.7")
async def withdrawn(scene: Scene) -> AsyncIterator[Finding]:
    """Revision 1 is INACTIVE and can be described; revision 2 is still ACTIVE."""
    for name, wanted in (("hello-world:1", "INACTIVE"), ("hello-world:2", "ACTIVE")):
        raw = await _revision(scene, name)
        status = raw["status"] if raw else "never registered"
        yield Finding(status == wanted, f"{name} is {wanted}", status)


async def _revision(scene: Scene, name: str) -> Mapping[str, Any] | None:
    try:
        return (await scene.aws.task_definition(scene.name(name))).raw
    except NotFound:
        return None


def _named(raw: Mapping[str, Any] | None) -> str:
    return f"{raw['family']}:{raw['revision']}" if raw else "none"


async def _stopped(scene: Scene, family: str) -> list[Any]:
    found = []
    async for cluster in scene.aws.clusters():
        # AWS takes a family only with the status that is wanted; stopped ones stay for an hour.
        tasks = cluster.tasks(desired_status="STOPPED", family=scene.name(family))
        async for task in tasks:
            if task.status == "STOPPED":
                found.append(task)
    return found
