"""Checks of notebook 07: plans of Compose files, and what stands in the account for a project."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from fargate_kit.compose.conversion import Conversion
from fargate_kit.compose.plan import Plan
from fargate_kit.compose.running_project import RunningProject, running
from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.model.values import TaskStatus
from fargate_kit.services.service import Service

PROJECT = "blog"
UPLOADS = "/var/www/html/wp-content/uploads"
FILE_SYSTEM = "fs-0123456789abcdef0"
# What the translation says of the notebook's blog.yaml; a test holds it against the file.
VERDICTS = {
    "image": "mapped",
    "container_name": "ignored",
    "restart": "altered",
    "ports": "altered",
    "networks": "ignored",
}
# For a MySQL client, `localhost` is a socket in the file system and not the network.
LOOPBACK = ("127.0.0.1", "127.0.0.1:3306")


@checks("7.1")
async def translated(scene: Scene) -> AsyncIterator[Finding]:
    """The answer is a plan of one small WordPress."""
    plan, finding = _plan(scene, "7.1")
    yield finding
    if plan is None:
        return
    name = scene.name(PROJECT)
    yield Finding(plan.project == name, f"its project is called {name}", plan.project)
    web = _container(plan, "web")
    containers = ", ".join(each["name"] for each in _containers(plan))
    yield Finding(web is not None, "it has a container web", containers or "none")
    if web is None:
        return
    image = web.get("image", "")
    yield Finding(image == "wordpress:6.8", "of the image wordpress:6.8", image)
    ports = [each["containerPort"] for each in web.get("portMappings", ())]
    yield Finding(ports == [80], "it answers on port 80", ", ".join(map(str, ports)) or "none")
    memory = web.get("memory", "no limit")
    yield Finding(memory == 512, "it has at most 512 MiB", f"{memory}")
    host = _variables(web).get("WORDPRESS_DB_HOST", "none")
    what = "its variable WORDPRESS_DB_HOST is db.example.com"
    yield Finding(host == "db.example.com", what, host)
    log = (web.get("logConfiguration") or {}).get("logDriver", "none")
    what = "what it writes goes to CloudWatch Logs, for the choices name a region"
    yield Finding(log == "awslogs", what, log)


@checks("7.2")
async def predicted(scene: Scene) -> AsyncIterator[Finding]:
    """The answer has a verdict for each of five keys."""
    given = scene.answers.get("7.2")
    what = "the answer has a verdict for each of the five keys"
    if not isinstance(given, Mapping):
        saw = "no answer yet" if given is None else f"{type(given).__name__}, not a dictionary"
        yield Finding(ok=False, what=what, saw=saw)
        return
    missing = [key for key in VERDICTS if key not in given]
    yield Finding(not missing, what, f"none for {', '.join(missing)}" if missing else "all five")
    for key, verdict in VERDICTS.items():
        if key in given:
            said = given[key]
            right = isinstance(said, str) and said.strip().casefold() == verdict
            yield Finding(right, f"your verdict on {key} is what becomes of it", repr(said))


@checks("7.3")
async def mended(scene: Scene) -> AsyncIterator[Finding]:
    """The answer is a plan whose uploads are on a file system that outlives tasks."""
    plan, finding = _plan(scene, "7.3")
    yield finding
    if plan is None:
        return
    web = _container(plan, "web")
    mounts = {each["containerPath"]: each for each in (web or {}).get("mountPoints", ())}
    mount = mounts.get(UPLOADS)
    what = f"its container web has something mounted at {UPLOADS}"
    yield Finding(mount is not None, what, ", ".join(mounts) or "nothing is mounted")
    if mount is None:
        return
    volumes = [
        each for service in plan.services for each in service.task.to_api().get("volumes", ())
    ]
    volume = next((each for each in volumes if each["name"] == mount["sourceVolume"]), None)
    lasting = ((volume or {}).get("efsVolumeConfiguration") or {}).get("fileSystemId")
    what = "what lies there is there tomorrow, and for every task"
    yield Finding(bool(lasting), what, f"EFS {lasting}" if lasting else "storage of the task")
    if lasting:
        yield Finding(lasting == FILE_SYSTEM, f"it is the file system {FILE_SYSTEM}", lasting)
    writable = not mount.get("readOnly", False)
    yield Finding(writable, "the container may write there", "yes" if writable else "read only")


@checks("7.4")
async def brought_up(scene: Scene) -> AsyncIterator[Finding]:
    """The project's service has its tasks, and its log group is there."""
    project, service, finding = await _service(scene)
    yield finding
    if service is None:
        return
    state = service.deployment.rollout_state or "none"
    yield Finding(state == "COMPLETED", "its deployment is completed", state)
    yield _steady(service)
    group = f"/ecs/{project.name}"
    names = [each["logGroupName"] for each in await _groups(scene)]
    what = f"there is a log group {group}"
    yield Finding(group in names, what, ", ".join(names) or "no log group")


@checks("7.5")
async def scaled(scene: Scene) -> AsyncIterator[Finding]:
    """Two tasks run, and the answer lists them as they are."""
    project, service, finding = await _service(scene)
    yield finding
    if service is None:
        return
    counts = f"{service.running_count} of {service.desired_count}"
    steady = service.running_count == service.desired_count == 2
    yield Finding(steady, "it has 2 of 2 tasks", counts)
    given = scene.answers.get("7.5")
    if not isinstance(given, Mapping):
        saw = "no answer yet" if given is None else f"{type(given).__name__}, not a dictionary"
        yield Finding(ok=False, what="the answer is a dictionary of the tasks", saw=saw)
        return
    tasks = [task async for task in project.tasks()]
    interfaces = await scene.aws.interfaces(tasks)
    table = {
        task.id: interfaces[task.arn].public_ip if task.arn in interfaces else None
        for task in tasks
    }
    same = {str(each) for each in given} == set(table)
    shown = ", ".join(str(each)[:8] for each in given) or "none"
    yield Finding(same, "it has the ids of the tasks that there are", shown)
    addresses = ", ".join(map(str, given.values())) or "none"
    yield Finding(dict(given) == table, "each has its own public address", addresses)


@checks("7.6")
async def sidecar(scene: Scene) -> AsyncIterator[Finding]:
    """One task has both containers; the blog waits for a healthy database and finds it."""
    project, service, finding = await _service(scene)
    yield finding
    if service is None:
        return
    raw = (await scene.aws.task_definition(service.definition_arn)).raw
    containers = {each["name"]: each for each in raw["containerDefinitions"]}
    web, db = containers.get("web"), containers.get("db")
    both = web is not None and db is not None
    what = f"its revision {raw['family']}:{raw['revision']} has the containers web and db"
    yield Finding(both, what, ", ".join(containers))
    if web is None or db is None:
        return
    yield Finding(db["image"].startswith("mysql:"), "db is a MySQL", db["image"])
    check = " ".join((db.get("healthCheck") or {}).get("command", ()))
    yield Finding("mysqladmin" in check, "db has a health check that asks it", check or "none")
    waits = {each["containerName"]: each["condition"] for each in web.get("dependsOn", ())}
    what = "web starts when db is HEALTHY"
    yield Finding(waits.get("db") == "HEALTHY", what, waits.get("db", "it waits for nothing"))
    host = _variables(web).get("WORDPRESS_DB_HOST", "none")
    yield Finding(host in LOOPBACK, "web looks for the database at 127.0.0.1", host)
    yield _steady(service)
    states = [
        f"{each.name} {each.health_status or each.last_status}"
        for task in [task async for task in project.tasks()]
        if task.status == TaskStatus.RUNNING
        for each in task.containers
    ]
    what = "in its task the database is healthy"
    yield Finding("db HEALTHY" in states, what, ", ".join(states) or "no task runs")


@checks("7.7")
async def taken_down(scene: Scene) -> AsyncIterator[Finding]:
    """The project was there, and nothing of it is left."""
    name = scene.name(PROJECT)
    clusters = (await scene.call("ecs", "DescribeClusters", clusters=[name]))["clusters"]
    status = clusters[0]["status"] if clusters else "never made"
    yield Finding(bool(clusters), f"there was a cluster {name}", status)
    project = await running(scene.aws, name, cluster=name)
    services = ", ".join(each.name for each in project.services)
    yield Finding(not project, "no service of the project is left", services or "none")
    yield Finding(status == "INACTIVE", "its cluster is deleted: INACTIVE", status)
    left = []
    async for page in scene.aws._session.api.pages(
        "ecs", "ListTaskDefinitions", familyPrefix=name, status="ACTIVE"
    ):
        left += [arn.rpartition("/")[2] for arn in page["taskDefinitionArns"]]
    yield Finding(not left, "no revision of it is active", ", ".join(left) or "none")
    groups = [each["logGroupName"] for each in await _groups(scene)]
    kept = f"/ecs/{name}" in groups
    yield Finding(not kept, "its log group is gone", f"/ecs/{name}" if kept else "gone")


def _plan(scene: Scene, exercise: str) -> tuple[Plan | None, Finding]:
    """Return the plan that was handed in; a conversion that has one is taken too."""
    given = scene.answers.get(exercise)
    what = "the answer is a plan"
    if isinstance(given, Conversion):
        if given.plan is None:
            problems = "; ".join(each.message for each in given.problems)
            return None, Finding(ok=False, what=what, saw=f"a refused conversion: {problems}")
        given = given.plan
    if isinstance(given, Plan):
        return given, Finding(ok=True, what=what, saw=f"one of project {given.project}")
    saw = "no answer yet" if given is None else type(given).__name__
    return None, Finding(ok=False, what=what, saw=saw)


def _containers(plan: Plan) -> Iterator[Mapping[str, Any]]:
    for service in plan.services:
        yield from service.task.to_api()["containerDefinitions"]


def _container(plan: Plan, name: str) -> Mapping[str, Any] | None:
    return next((each for each in _containers(plan) if each["name"] == name), None)


def _variables(container: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container.get("environment", ())}


async def _service(scene: Scene) -> tuple[RunningProject, Service | None, Finding]:
    """Return the project's service, if it runs."""
    name = scene.name(PROJECT)
    project = await running(scene.aws, name, cluster=name)
    service = project.services[0] if project.services else None
    what = f"the project {name} has a service in the cluster {name}"
    saw = service.name if service else "no service"
    return project, service, Finding(service is not None, what, saw)


def _steady(service: Service) -> Finding:
    counts = f"{service.running_count} of {service.desired_count}"
    steady = service.running_count == service.desired_count > 0
    return Finding(steady, "it has as many tasks as it shall have", counts)


async def _groups(scene: Scene) -> list[dict[str, Any]]:
    try:
        groups: list[dict[str, Any]] = (await scene.call("logs", "DescribeLogGroups"))["logGroups"]
    except NotFound:
        return []
    return groups
