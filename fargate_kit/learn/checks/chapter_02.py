"""Checks of notebook 02: interfaces, subnets, ways to a registry, groups, and a service."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fargate_kit.clusters.cluster import Cluster
from fargate_kit.errors import NotFound
from fargate_kit.learn.checking import Finding, Scene, checks
from fargate_kit.model.values import TaskStatus
from fargate_kit.services.service import Service
from fargate_kit.tasks.task import Task

CLUSTER = "shop"


@checks("2.1")
async def one_place(scene: Scene) -> AsyncIterator[Finding]:
    """A task runs, alone by itself, in the first subnet of the default network."""
    subnet = (await scene.aws.default_network()).subnets[0]
    running = await _running(scene, started_by="2.1")
    yield Finding(bool(running), "a task that you started as 2.1 is RUNNING", _counted(running))
    places = {task.network_interface.subnet_id for task in running if task.network_interface}
    what = f"it has an interface in {subnet}"
    yield Finding(subnet in places, what, ", ".join(map(str, places)) or "no interface")


@checks("2.2")
async def three_places(scene: Scene) -> AsyncIterator[Finding]:
    """Three tasks of one call run in two zones or more, with an interface each."""
    yield scene.answered("2.2", 3, what="your prediction of how many interfaces three tasks have")
    running = await _running(scene, started_by="2.2")
    yield Finding(len(running) >= 3, "three tasks started as 2.2 are RUNNING", _counted(running))
    interfaces = {task.network_interface.id for task in running if task.network_interface}
    what = "each has an interface of its own"
    yield Finding(len(interfaces) >= 3, what, f"{len(interfaces)} interfaces")
    zones = sorted({task.availability_zone or "" for task in running})
    yield Finding(len(zones) >= 2, "they are in two zones or more", ", ".join(zones) or "no zone")


@checks("2.3")
async def pulled(scene: Scene) -> AsyncIterator[Finding]:
    """The reason is named, and the same definition runs where it can pull."""
    yield scene.answered(
        "2.3",
        "CannotPullContainerError",
        what="the answer is the word that AWS's reason begins with",
    )
    running = await _running(scene, started_by="2.3")
    yield Finding(bool(running), "a task that you started as 2.3 is RUNNING", _counted(running))
    addresses = [
        each.public_ip for each in (await scene.aws.interfaces(running)).values() if each.public_ip
    ]
    yield Finding(bool(addresses), "it has a public address", ", ".join(addresses) or "none")


@checks("2.4")
async def one_port(scene: Scene) -> AsyncIterator[Finding]:
    """A group opens port 80 to one range, and nothing else to anybody."""
    name = scene.name("web")
    named = [{"Name": "group-name", "Values": [name]}]
    groups = (await scene.call("ec2", "DescribeSecurityGroups", Filters=named))["SecurityGroups"]
    what = f"there is a security group named {name}"
    yield Finding(len(groups) == 1, what, f"{len(groups)} of them")
    if not groups:
        return
    rules = groups[0]["IpPermissions"]
    ports = sorted({(rule.get("FromPort"), rule.get("ToPort")) for rule in rules}, key=repr)
    yield Finding(ports == [(80, 80)], "it opens port 80 and no other", str(ports))
    sources = sorted(
        [each["CidrIp"] for rule in rules for each in rule.get("IpRanges", ())]
        + [each["GroupId"] for rule in rules for each in rule.get("UserIdGroupPairs", ())]
        + [each["CidrIpv6"] for rule in rules for each in rule.get("Ipv6Ranges", ())]
    )
    what = "to 203.0.113.0/24, and to nobody else"
    yield Finding(sources == ["203.0.113.0/24"], what, ", ".join(sources) or "nobody")


@checks("2.5")
async def replaced(scene: Scene) -> AsyncIterator[Finding]:
    """A service has two tasks again, after one of its tasks was stopped."""
    what = "your prediction: how many tasks the service has afterwards, and whether the id is new"
    yield scene.answered("2.5", (2, True), what=what)
    service = await _service(scene)
    yield Finding(
        service is not None, "there is a service named web", "none" if not service else "one"
    )
    if service is None:
        return
    counts = f"{service.running_count} of {service.desired_count}"
    steady = service.running_count == service.desired_count == 2
    yield Finding(steady, "it has 2 of 2 tasks", counts)
    ended = [task async for task in service.tasks(desired_status="STOPPED")]
    by_hand = [task for task in ended if task.stop_code == "UserInitiated"]
    yield Finding(bool(by_hand), "one of its tasks was stopped by hand", f"{len(by_hand)} so")


@checks("2.6")
async def taken_down(scene: Scene) -> AsyncIterator[Finding]:
    """The service is gone, nothing runs, and no interface is left."""
    service = await _service(scene)
    cluster_name = scene.name(CLUSTER)
    made = await scene.call("ecs", "DescribeServices", cluster=cluster_name, services=["web"])
    yield Finding(
        bool(made["services"]), "there was a service named web", f"{len(made['services'])}"
    )
    yield Finding(
        service is None, "the service web is deleted", "it is there" if service else "gone"
    )
    cluster = await _cluster(scene)
    tasks = [task async for task in cluster.tasks()] if cluster else []
    yield Finding(not tasks, "no task runs in the cluster", _counted(tasks))
    left = await _interfaces(scene, cluster)
    what = "no network interface of its tasks is left"
    yield Finding(not left, what, f"{len(left)} left")


async def _interfaces(scene: Scene, cluster: Cluster | None) -> list[str]:
    """Return which interfaces of the cluster's tasks are there; others may be in the network."""
    if cluster is None:
        return []
    tasks = [
        task
        for desired in ("RUNNING", "STOPPED")
        async for task in cluster.tasks(desired_status=desired)
    ]
    own = {task.network_interface.id for task in tasks if task.network_interface}
    found = (await scene.call("ec2", "DescribeNetworkInterfaces"))["NetworkInterfaces"]
    return [each["NetworkInterfaceId"] for each in found if each["NetworkInterfaceId"] in own]


async def _cluster(scene: Scene) -> Cluster | None:
    try:
        return await scene.aws.cluster(scene.name(CLUSTER))
    except NotFound:
        return None


async def _service(scene: Scene) -> Service | None:
    cluster = await _cluster(scene)
    try:
        return await cluster.service("web") if cluster else None
    except NotFound:
        return None


async def _running(scene: Scene, *, started_by: str) -> list[Task]:
    cluster = await _cluster(scene)
    if cluster is None:
        return []
    tasks = [task async for task in cluster.tasks(started_by=started_by)]
    return [task for task in tasks if task.status == TaskStatus.RUNNING]


def _counted(tasks: list[Task]) -> str:
    if not tasks:
        return "no task"
    return ", ".join(f"{task.id[:8]} {task.status}" for task in tasks)
