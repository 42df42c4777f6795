"""Checks of notebook 03: log groups, streams and lines, an exit that the log explains, secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.model.values import TaskStatus

# Any of them lets the image begin with an empty disk.
HELPS = ("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD")
ENOUGH = 20


@checks("3.1")
async def stream_name(scene: Scene) -> AsyncIterator[Finding]:
    """The answer is the name of a stream that the ticker writes to."""
    streams = await _streams(scene, "/course/demo")
    given = scene.answers.get("3.1")
    # A task that is still starting has no stream yet, but its name is settled.
    for task in await _tasks(scene, "ticker"):
        streams.append(f"ecs/main/{task.id}")
    what = "the answer is the name of the ticker's stream"
    yield Finding(given in streams, what, "no answer yet" if given is None else repr(given))


@checks("3.2")
async def own_group(scene: Scene) -> AsyncIterator[Finding]:
    """A group keeps a day, and a family writes to it."""
    async for finding in _kept_a_day(scene, "/course/web"):
        yield finding
    container = await _container(scene, "reporter", "main")
    saw = "no such family" if container is None else "it is registered"
    yield Finding(container is not None, "the family reporter is registered", saw)
    if container is None:
        return
    log = container.get("logConfiguration") or {}
    driver = log.get("logDriver", "none")
    yield Finding(driver == "awslogs", "its container main has the driver awslogs", driver)
    group = (log.get("options") or {}).get("awslogs-group", "none")
    wanted = scene.name("/course/web")
    yield Finding(group == wanted, f"and writes to {wanted}", group)


@checks("3.3")
async def enough_lines(scene: Scene) -> AsyncIterator[Finding]:
    """The answer is what a task wrote first, and that task was stopped."""
    streams = await _streams(scene, "/course/web")
    yield Finding(bool(streams), "a task has written to /course/web", f"{len(streams)} streams")
    given = scene.answers.get("3.3")
    count = len(given) if isinstance(given, list | tuple) else 0
    yield Finding(count == ENOUGH, f"the answer has {ENOUGH} lines", f"{count} lines")
    written = [await _lines(scene, "/course/web", stream) for stream in streams]
    same = count > 0 and list(given or ()) in written
    yield Finding(same, "they are the first lines of its stream", "they are" if same else "others")
    running = [task for task in await _tasks(scene, "reporter") if task.desired_status != "STOPPED"]
    saw = f"{len(running)} running"
    yield Finding(bool(streams) and not running, "no reporter is left running", saw)


@checks("3.4")
async def ask_the_log(scene: Scene) -> AsyncIterator[Finding]:
    """The answer is a variable that the log names."""
    given = scene.answers.get("3.4")
    what = "the answer is a variable that the log asks for"
    named = isinstance(given, str) and given.strip().upper() in HELPS
    yield Finding(named, what, "no answer yet" if given is None else repr(given))


@checks("3.5")
async def no_password(scene: Scene) -> AsyncIterator[Finding]:
    """The newest revision has a reference, and no value."""
    container = await _container(scene, "database", "db")
    yield Finding(container is not None, "the family database has a container db", "")
    if container is None:
        return
    secrets = [each["name"] for each in container.get("secrets", ())]
    what = "MYSQL_ROOT_PASSWORD comes from a secret"
    yield Finding("MYSQL_ROOT_PASSWORD" in secrets, what, ", ".join(secrets) or "no secrets")
    plain = [each["name"] for each in container.get("environment", ()) if each["name"] in HELPS]
    yield Finding(not plain, "no password stands in its environment", ", ".join(plain) or "none")


@checks("3.6")
async def speaks(scene: Scene) -> AsyncIterator[Finding]:
    """The reason is named, the group is there, and the family runs."""
    what = "the answer is the word that AWS's reason begins with"
    yield scene.answered("3.6", "ResourceInitializationError", what=what)
    async for finding in _kept_a_day(scene, "/course/nowhere"):
        yield finding
    tasks = await _tasks(scene, "silent")
    ran = [task for task in tasks if task.status == TaskStatus.RUNNING or task.started_at]
    saw = ", ".join(str(task.status) for task in tasks) or "no task"
    yield Finding(bool(ran), "a task of silent runs, or has run", saw)


async def _kept_a_day(scene: Scene, name: str) -> AsyncIterator[Finding]:
    groups = (await scene.call("logs", "DescribeLogGroups"))["logGroups"]
    wanted = scene.name(name)
    found = [each for each in groups if each["logGroupName"] == wanted]
    names = ", ".join(each["logGroupName"] for each in groups) or "no log group"
    yield Finding(bool(found), f"there is a log group {wanted}", names)
    days = found[0].get("retentionInDays", "for ever") if found else "no group"
    yield Finding(days == 1, "it keeps lines for 1 day", f"{days}")


async def _streams(scene: Scene, group: str) -> list[str]:
    try:
        reply = await scene.call("logs", "DescribeLogStreams", logGroupName=scene.name(group))
    except NotFound:
        return []
    return [each["logStreamName"] for each in reply["logStreams"]]


async def _lines(scene: Scene, group: str, stream: str) -> list[str]:
    reply = await scene.call(
        "logs",
        "GetLogEvents",
        logGroupName=scene.name(group),
        logStreamName=stream,
        startFromHead=True,
        limit=ENOUGH,
    )
    return [each["message"] for each in reply["events"]]


async def _container(scene: Scene, family: str, name: str) -> Mapping[str, Any] | None:
    try:
        raw = (await scene.aws.task_definition(scene.name(family))).raw
    except NotFound:
        return None
    return next((each for each in raw["containerDefinitions"] if each["name"] == name), None)


async def _tasks(scene: Scene, family: str) -> list[Any]:
    found = []
    async for cluster in scene.aws.clusters():
        for wanted in ("RUNNING", "STOPPED"):
            tasks = cluster.tasks(desired_status=wanted, family=scene.name(family))
            found += [each async for each in tasks]
    return found
