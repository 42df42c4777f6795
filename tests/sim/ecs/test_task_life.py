"""The life of a task: its states in order, its moments, its network interface."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

HAPPY = [
    ("PROVISIONING", "RUNNING"),
    ("PENDING", "RUNNING"),
    ("ACTIVATING", "RUNNING"),
    ("RUNNING", "RUNNING"),
]


def test_task_becomes_running(demo: Any) -> None:
    """A task passes through the states of the guide, one after the other, and stays RUNNING."""
    arn = demo.run()[0]["taskArn"]
    assert demo.changes(arn) == HAPPY


def test_task_that_is_watched_lives_on(demo: Any) -> None:
    """Describing a task does not change it."""
    arn = demo.run()[0]["taskArn"]
    demo.engine.settle()
    assert len({str(demo.task(arn)) for _ in range(50)}) == 1


def test_moments_in_order(demo: Any) -> None:
    """Every moment of a life is told when it has come, and they are in AWS's order."""
    demo.image("app", [], on_stop=lambda launch: iter([demo.Exit(0, after=1)]))
    arn = demo.run()[0]["taskArn"]
    demo.wait(arn, "RUNNING")
    demo.engine.advance_by(60)
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    task = demo.task(arn)
    names = [
        "createdAt",
        "connectivityAt",
        "pullStartedAt",
        "pullStoppedAt",
        "startedAt",
        "stoppingAt",
        "executionStoppedAt",
        "stoppedAt",
    ]
    moments = [demo.seconds(task[name]) for name in names]
    assert moments == [0.0, 5.0, 7.0, 16.0, 19.0, 79.0, 82.0, 86.0]


def test_moments_come_with_their_states(demo: Any) -> None:
    """No moment of the future is told."""
    arn = demo.run()[0]["taskArn"]
    told: dict[str, set[str]] = {}
    for _ in range(50):
        task = demo.task(arn)
        told.setdefault(task["lastStatus"], set()).update(
            name for name in task if name.endswith("At")
        )
        assert all(
            moment * 1_000_000 <= demo.engine.now
            for name, moment in task.items()
            if name.endswith("At")
        )
        if task["lastStatus"] == "RUNNING":
            demo.call("StopTask", cluster="demo", task=arn)
            continue
        if task["lastStatus"] == "STOPPED":
            break
        demo.engine.step()
    assert told["PROVISIONING"] == {"createdAt"}
    assert "connectivityAt" in told["PENDING"]
    assert "pullStoppedAt" in told["ACTIVATING"]
    assert "startedAt" in told["RUNNING"]
    assert "stoppingAt" in told["DEACTIVATING"]
    assert "stoppedAt" not in told["DEPROVISIONING"]


def test_version_grows(demo: Any) -> None:
    """The version grows with every change, and with nothing else."""
    arn = demo.run()[0]["taskArn"]
    before = demo.task(arn)
    for _ in range(30):
        if not demo.engine.pending(background=False):
            break
        demo.engine.step()
        after = demo.task(arn)
        changed = before["lastStatus"] != after["lastStatus"]
        assert after["version"] >= before["version"] + changed
        before = after
    assert before["version"] == 5


def test_interface_attached(demo: Any) -> None:
    """The interface has an address of its subnet, and the same facts in ECS and in EC2."""
    arn = demo.run(networkConfiguration=demo.network("subnet-b"))[0]["taskArn"]
    task = demo.wait(arn, "PENDING")
    (attachment,) = task["attachments"]
    assert attachment["status"] == "ATTACHED"
    details = {one["name"]: one["value"] for one in attachment["details"]}
    address = ipaddress.ip_address(details["privateIPv4Address"])
    assert address in ipaddress.ip_network("10.0.1.0/24")
    assert details["privateDnsName"] == f"ip-{str(address).replace('.', '-')}.ec2.internal"
    assert task["connectivity"] == "CONNECTED"
    (interface,) = demo.moto.interfaces.values()
    assert interface.id == details["networkInterfaceId"]
    assert interface.mac_address == details["macAddress"]
    assert interface.private_address == details["privateIPv4Address"]
    assert interface.subnet_id == details["subnetId"] == "subnet-b"
    assert interface.public_address is None
    assert interface.description.endswith(f"attachment/{attachment['id']}")
    assert task["containers"][0]["networkInterfaces"] == [
        {"attachmentId": attachment["id"], "privateIpv4Address": str(address)}
    ]


def test_public_address_only_if_asked(demo: Any) -> None:
    """A task has a public address if assignPublicIp is ENABLED, each one its own."""
    demo.run(count=5, networkConfiguration=demo.network(assignPublicIp="ENABLED"))
    demo.run(networkConfiguration=demo.network(assignPublicIp="DISABLED"))
    demo.engine.settle()
    public = [one.public_address for one in demo.moto.made_interfaces]
    assert public.count(None) == 1
    assert len(set(public)) == 6


def test_stopped_task_leaves_nothing(demo: Any) -> None:
    """After the last task has stopped no interface and no address is left."""
    arns = [task["taskArn"] for task in demo.run(count=3)]
    demo.engine.settle()
    assert len(demo.moto.interfaces) == demo.region.addresses.held() == 3
    for arn in arns:
        demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    assert demo.moto.interfaces == {}
    assert demo.region.addresses.held() == 0
    for arn in arns:
        assert demo.task(arn)["attachments"][0]["status"] == "DELETED"


def test_nothing_left_to_do_after_retention(demo: Any) -> None:
    """An hour after the last stop the heap is empty and the tasks are forgotten."""
    arns = [task["taskArn"] for task in demo.run(count=3)]
    demo.engine.settle()
    for arn in arns:
        demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    demo.engine.advance_by(3590)
    assert len(demo.call("ListTasks", cluster="demo", desiredStatus="STOPPED")["taskArns"]) == 3
    demo.engine.advance_by(20)
    answer = demo.call("DescribeTasks", cluster="demo", tasks=arns)
    assert [failure["reason"] for failure in answer["failures"]] == ["MISSING"] * 3
    assert demo.call("ListTasks", cluster="demo", desiredStatus="STOPPED")["taskArns"] == []
    assert demo.engine.pending() == []


@pytest.mark.parametrize(
    ("status", "later"),
    [
        ("PROVISIONING", ["DEPROVISIONING", "STOPPED"]),
        ("PENDING", ["DEPROVISIONING", "STOPPED"]),
        ("ACTIVATING", ["DEPROVISIONING", "STOPPED"]),
        ("RUNNING", ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]),
    ],
)
def test_stopped_in_any_state(demo: Any, status: str, later: list[str]) -> None:
    """A task can be stopped in any state, and goes on to STOPPED from there."""
    arn = demo.run()[0]["taskArn"]
    demo.wait(arn, status)
    answer = demo.call("StopTask", cluster="demo", task=arn, reason="enough")["task"]
    assert answer["desiredStatus"] == "STOPPED"
    assert (answer["stopCode"], answer["stoppedReason"]) == ("UserInitiated", "enough")
    seen = [last for last, _ in demo.changes(arn)]
    assert seen[-len(later) :] == later
    container = demo.containers(arn)["main"]
    assert container["lastStatus"] == "STOPPED"
    assert ("exitCode" in container) == (status == "RUNNING")
    assert ("startedAt" in demo.task(arn)) == (status == "RUNNING")
    assert demo.moto.interfaces == {}


def test_essential_exit_ends_the_task(demo: Any) -> None:
    """When an essential container ends, whatever its code, the others are stopped too."""
    demo.image("short", [demo.Exit(3, after=10)])
    side = demo.image("long", [], on_stop=lambda launch: iter([demo.Exit(0, after=1)]))
    arn = demo.start(
        demo.container(image="short"), demo.container("side", image="long", essential=False)
    )
    demo.wait(arn, "STOPPED")
    task = demo.task(arn)
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    codes = {name: one["exitCode"] for name, one in demo.containers(arn).items()}
    assert codes == {"main": 3, "side": 0}
    assert side.signalled == ["side"]
    assert demo.seconds(task["executionStoppedAt"]) == demo.seconds(task["stoppingAt"]) + 1


def test_other_exit_does_not_end_the_task(demo: Any) -> None:
    """When a container that is not essential ends, the task goes on."""
    demo.image("short", [demo.Exit(1, after=10)])
    arn = demo.start(demo.container(), demo.container("side", image="short", essential=False))
    demo.engine.settle()
    demo.engine.advance_by(3600)
    assert demo.task(arn)["lastStatus"] == "RUNNING"
    side = demo.containers(arn)["side"]
    assert (side["lastStatus"], side["exitCode"]) == ("STOPPED", 1)


def test_second_cause_changes_nothing(demo: Any) -> None:
    """The first cause of an end stays, whatever happens later."""
    demo.image("short", [demo.Exit(3, after=10)])
    arn = demo.start(demo.container(image="short"))
    demo.wait(arn, "DEACTIVATING")
    before = demo.task(arn)
    demo.call("StopTask", cluster="demo", task=arn, reason="mine")
    assert demo.task(arn) == before
    demo.engine.settle()
    assert demo.task(arn)["stopCode"] == "EssentialContainerExited"


def test_digest_follows_from_the_image(demo: Any) -> None:
    """The same image has the same digest in every task, and other images have others."""
    digest = "sha256:" + "ab" * 32
    images = ["app", "docker.io/library/app:latest", "app:2", f"app@{digest}"]
    seen = []
    for image in images:
        arn = demo.start(demo.container(image=image))
        demo.wait(arn, "RUNNING")
        seen.append(demo.containers(arn)["main"]["imageDigest"])
    assert seen[0] == seen[1] != seen[2]
    assert seen[3] == digest
    assert all(one.startswith("sha256:") and len(one) == 71 for one in seen)


def test_digest_of_the_accounts_own_registry(demo: Any) -> None:
    """An image of the account's own ECR has the digest that ECR knows."""
    digest = "sha256:" + "cd" * 32
    demo.moto.images["shop/web"] = {"7": digest, digest: digest}
    host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    for image in (f"{host}/shop/web:7", f"{host}/shop/web@{digest}"):
        arn = demo.start(demo.container(image=image), executionRoleArn=demo.ROLE)
        demo.wait(arn, "RUNNING")
        assert demo.containers(arn)["main"]["imageDigest"] == digest


def test_bigger_images_take_longer(demo: Any) -> None:
    """A pull takes as long as the largest of the images needs."""
    demo.image("small", image_size=12.0)
    demo.image("big", image_size=1200.0)

    def pull(*images: str) -> float:
        arn = demo.start(
            *(demo.container(f"c{index}", image=image) for index, image in enumerate(images))
        )
        task = demo.wait(arn, "RUNNING")
        return round(float(task["pullStoppedAt"] - task["pullStartedAt"]), 3)

    assert pull("small") == 5.0
    assert pull("big", "small") == 104.0


def test_jitter_makes_tasks_differ(new_ecs: Any) -> None:
    """With jitter tasks take different times, within the bounds of the jitter."""
    ecs = new_ecs(jitter=0.1)
    ecs.cluster()
    ecs.register()
    arns = [task["taskArn"] for task in ecs.run(count=10)]
    ecs.engine.settle()
    tasks = ecs.call("DescribeTasks", cluster="demo", tasks=arns)["tasks"]
    durations = [task["startedAt"] - task["createdAt"] for task in tasks]
    assert len(set(durations)) == 10
    assert all(19 * 0.9 <= duration <= 19 * 1.1 for duration in durations)


def test_region_names_its_addresses(new_ecs: Any) -> None:
    """Outside of us-east-1 the private DNS name carries the region."""
    ecs = new_ecs(region="eu-west-1")
    ecs.cluster()
    ecs.register()
    arn = ecs.run()[0]["taskArn"]
    assert arn.startswith("arn:aws:ecs:eu-west-1:")
    ecs.engine.settle()
    details = ecs.task(arn)["attachments"][0]["details"]
    name = next(one["value"] for one in details if one["name"] == "privateDnsName")
    assert name.endswith(".eu-west-1.compute.internal")


def test_observers_hear_of_every_status(demo: Any) -> None:
    """Whoever observes the lifecycle is told of each status, when the task shows it."""
    heard: list[str] = []
    demo.region.lifecycle.observers.append(
        lambda task: heard.append(task.last_status) if task.last_status not in heard else None
    )
    arn = demo.run()[0]["taskArn"]
    demo.engine.settle()
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.settle()
    assert heard == [
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
        "DEACTIVATING",
        "STOPPING",
        "DEPROVISIONING",
        "STOPPED",
    ]


def test_draining_takes_as_long_as_it_is_told(demo: Any) -> None:
    """A task stays DEACTIVATING as long as whoever drains it says."""
    demo.region.lifecycle.drain = lambda task: 300.0
    arn = demo.run()[0]["taskArn"]
    demo.wait(arn, "RUNNING")
    demo.call("StopTask", cluster="demo", task=arn)
    demo.engine.advance_by(299)
    assert demo.task(arn)["lastStatus"] == "DEACTIVATING"
    assert demo.containers(arn)["main"]["lastStatus"] == "RUNNING"
    demo.engine.settle()
    assert demo.task(arn)["lastStatus"] == "STOPPED"
