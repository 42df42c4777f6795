"""Tasks that never run: their stop code, their reason by family, and what is left of them."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.faults import ImageMissing, InterfaceTimeout, SlowPull


def failed(ecs: Any, arn: str) -> dict[str, Any]:
    """Settle, and hold what every task that failed to start has in common."""
    ecs.engine.settle()
    task: dict[str, Any] = ecs.task(arn)
    assert (task["lastStatus"], task["desiredStatus"]) == ("STOPPED", "STOPPED")
    assert task["stopCode"] == "TaskFailedToStart"
    assert "startedAt" not in task
    assert task["stoppingAt"] <= task["stoppedAt"]
    for container in task["containers"]:
        assert container["lastStatus"] == "STOPPED"
        assert "exitCode" not in container
    assert task["attachments"][0]["status"] == "DELETED"
    assert ecs.moto.interfaces == {}
    assert ecs.region.addresses.held() == 0
    return task


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("registry.invalid/shop/web:7", ["failed to resolve ref", "no such host"]),
        ("registry.invalid:5000/web", ["registry.invalid:5000/web:latest", "no such host"]),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/ghost:1",
            ["failed to resolve ref", "The repository with name 'ghost' does not exist"],
        ),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/known:ghost",
            ["failed to resolve ref", "not found"],
        ),
        ("Upper/Case", ["invalid reference format"]),
    ],
)
def test_image_that_cannot_be_pulled(demo: Any, image: str, words: list[str]) -> None:
    """An image that is not there stops the task with CannotPullContainerError."""
    demo.moto.images["known"] = {"1": "sha256:" + "0" * 64}
    arn = demo.start(
        demo.container("fine"), demo.container(image=image), executionRoleArn=demo.ROLE
    )
    task = failed(demo, arn)
    assert task["stoppedReason"].startswith("CannotPullContainerError: ")
    for word in words:
        assert word in task["stoppedReason"]
    fine, main = task["containers"]
    assert main["reason"] == task["stoppedReason"]
    assert "reason" not in fine
    assert "pullStartedAt" in task
    assert "pullStoppedAt" not in task
    assert "imageDigest" not in fine


def test_planned_missing_image(demo: Any) -> None:
    """A fault makes an image missing as often as it says; then it is there."""
    demo.faults.plan(ImageMissing(pattern="app*", remaining=1))
    first, second = (task["taskArn"] for task in demo.run(count=2))
    demo.engine.settle()
    tasks = [demo.task(first), demo.task(second)]
    assert sorted(task["lastStatus"] for task in tasks) == ["RUNNING", "STOPPED"]
    stopped = next(task for task in tasks if task["lastStatus"] == "STOPPED")
    assert stopped["stoppedReason"].startswith("CannotPullContainerError: ")


def test_planned_slow_pull(demo: Any) -> None:
    """A fault makes a pull take longer."""
    demo.faults.plan(SlowPull(pattern="app", factor=3.0))
    arn = demo.run()[0]["taskArn"]
    task = demo.wait(arn, "RUNNING")
    assert task["pullStoppedAt"] - task["pullStartedAt"] == 27.0


def test_missing_log_group(demo: Any) -> None:
    """A log group that is not there stops the task with ResourceInitializationError."""
    arn = demo.start(demo.container(logConfiguration=demo.logging()), executionRoleArn=demo.ROLE)
    task = failed(demo, arn)
    assert task["stoppedReason"].startswith("ResourceInitializationError: ")
    assert "log group does not exist" in task["stoppedReason"]
    assert "pullStartedAt" not in task


def test_missing_execution_role(demo: Any) -> None:
    """An execution role that is not there stops the task with ResourceInitializationError."""
    arn = demo.start(demo.container(), executionRoleArn="ghost")
    task = failed(demo, arn)
    assert task["stoppedReason"].startswith("ResourceInitializationError: ")
    assert "role/ghost" in task["stoppedReason"]


def test_role_made_in_time(demo: Any) -> None:
    """The role is looked for when the task needs it, not when it is created."""
    arn = demo.start(demo.container(), executionRoleArn="late")
    demo.moto.roles.add("arn:aws:iam::123456789012:role/late")
    demo.engine.settle()
    assert demo.task(arn)["lastStatus"] == "RUNNING"


def test_subnet_without_free_address(demo: Any) -> None:
    """Tasks beyond the addresses of their subnet fail; when one has stopped the next runs."""
    demo.add_subnet("subnet-small", "10.8.0.0/28")
    network = demo.network("subnet-small")
    arns = [
        task["taskArn"]
        for count in (10, 2)
        for task in demo.run(count=count, networkConfiguration=network)
    ]
    demo.engine.settle()
    tasks = demo.call("DescribeTasks", cluster="demo", tasks=arns)["tasks"]
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    (unlucky,) = [task for task in tasks if task["lastStatus"] == "STOPPED"]
    assert len(running) == 11
    assert unlucky["stopCode"] == "TaskFailedToStart"
    assert unlucky["stoppedReason"] == (
        "Unexpected EC2 error while attempting to Create Network Interface with public IP "
        "assignment disabled in subnet 'subnet-small': InsufficientFreeAddressesInSubnet"
    )
    assert "connectivityAt" not in unlucky
    demo.call("StopTask", cluster="demo", task=running[0]["taskArn"])
    demo.engine.settle()
    arn = demo.run(networkConfiguration=network)[0]["taskArn"]
    demo.engine.settle()
    assert demo.task(arn)["lastStatus"] == "RUNNING"


def test_subnet_deleted_meanwhile(demo: Any) -> None:
    """A subnet that is gone when the interface is made stops the task."""
    arn = demo.run(networkConfiguration=demo.network("subnet-a", assignPublicIp="ENABLED"))[0][
        "taskArn"
    ]
    del demo.moto.subnets["subnet-a"]
    task = failed(demo, arn)
    assert "public IP assignment enabled in subnet 'subnet-a'" in task["stoppedReason"]


def test_interface_that_never_comes(demo: Any) -> None:
    """A fault lets an interface time out, as it happens now and then on AWS."""
    demo.faults.plan(InterfaceTimeout())
    arn = demo.run()[0]["taskArn"]
    task = failed(demo, arn)
    assert task["stoppedReason"] == (
        "Timeout waiting for network interface provisioning to complete."
    )
    arn = demo.run()[0]["taskArn"]
    demo.engine.settle()
    assert demo.task(arn)["lastStatus"] == "RUNNING"


def test_states_of_a_failing_start(demo: Any) -> None:
    """A task that cannot pull goes from PENDING to its end without ever being RUNNING."""
    demo.faults.plan(ImageMissing(pattern="*"))
    arn = demo.run()[0]["taskArn"]
    assert demo.changes(arn) == [
        ("PROVISIONING", "RUNNING"),
        ("PENDING", "RUNNING"),
        ("DEPROVISIONING", "STOPPED"),
        ("STOPPED", "STOPPED"),
    ]
