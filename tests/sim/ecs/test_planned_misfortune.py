"""What a plan does to tasks and services: zones, addresses, crashes, memory, Spot."""

from __future__ import annotations

from typing import Any

from fargate_kit.sim.faults import (
    AddressesExhausted,
    Crash,
    OutOfMemory,
    SpotInterruption,
    Unhealthy,
    ZoneOutage,
)


def zones(ecs: Any) -> dict[str, int]:
    """Count the tasks that shall run, by zone."""
    found: dict[str, int] = {}
    arns = ecs.call("ListTasks", cluster="demo")["taskArns"]
    for task in ecs.call("DescribeTasks", cluster="demo", tasks=arns)["tasks"] if arns else ():
        found[task["availabilityZone"]] = found.get(task["availabilityZone"], 0) + 1
    return found


def serve(ecs: Any, count: int, **members: Any) -> None:
    """Have a service with one subnet in each of three zones."""
    ecs.cluster(capacityProviders=["FARGATE", "FARGATE_SPOT"])
    ecs.register(ecs.container())
    if "capacityProviderStrategy" not in members:
        members["launchType"] = "FARGATE"
    subnets = ["subnet-a", "subnet-b", "subnet-c"]
    ecs.call(
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=count,
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
        **members,
    )
    ecs.engine.settle()


def run(ecs: Any, **container: Any) -> str:
    """Run one task, and give its ARN."""
    ecs.cluster()
    ecs.register(ecs.container(**container))
    answer = ecs.call(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        launchType="FARGATE",
        networkConfiguration=ecs.network(),
    )
    arn: str = answer["tasks"][0]["taskArn"]
    return arn


def ended(ecs: Any, arn: str) -> dict[str, Any]:
    """Describe a task when nothing happens any more."""
    ecs.engine.settle()
    task: dict[str, Any] = ecs.call("DescribeTasks", cluster="demo", tasks=[arn])["tasks"][0]
    return task


def test_a_zone_fails_and_its_tasks_move(ecs: Any) -> None:
    """At the planned moment the tasks of a zone die without a signal, and others take over."""
    app = ecs.image("app")
    serve(ecs, 6)
    assert zones(ecs) == {"us-east-1a": 2, "us-east-1b": 2, "us-east-1c": 2}
    ecs.faults.plan(ZoneOutage(zones=("us-east-1a",), after=100, until=4000))
    ecs.engine.advance_by(99)
    assert zones(ecs)["us-east-1a"] == 2
    ecs.engine.advance_by(1)
    dead = ecs.call("ListTasks", cluster="demo", desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.call("DescribeTasks", cluster="demo", tasks=dead)["tasks"]
    assert [task["stopCode"] for task in tasks] == ["TerminationNotice"] * 2
    assert {task["containers"][0]["exitCode"] for task in tasks} == {137}
    assert {task["availabilityZone"] for task in tasks} == {"us-east-1a"}
    ecs.engine.advance_by(120)
    assert zones(ecs) == {"us-east-1b": 3, "us-east-1c": 3}
    assert len(app.launches) == 8
    ecs.engine.advance_by(8000)
    assert (
        ecs.call("DescribeServices", cluster="demo", services=["web"])["services"][0][
            "runningCount"
        ]
        == 6
    )


def test_a_task_on_its_way_dies_with_its_zone(ecs: Any) -> None:
    """A task that has not started yet is stopped too, and its interface goes."""
    ecs.image("app")
    arn = run(ecs)
    ecs.engine.advance_by(7)
    ecs.faults.plan(ZoneOutage(zones=("us-east-1a", "us-east-1b", "us-east-1c"), until=60))
    task = ended(ecs, arn)
    assert task["lastStatus"] == "STOPPED"
    assert ecs.moto.interfaces == {}


def test_no_zone_left_means_no_capacity(ecs: Any) -> None:
    """While all zones of its subnets are out a task finds no room."""
    ecs.image("app")
    ecs.faults.plan(ZoneOutage(zones=("us-east-1a", "us-east-1b", "us-east-1c")))
    ecs.cluster()
    ecs.register(ecs.container())
    answer = ecs.call(
        "RunTask",
        cluster="demo",
        taskDefinition="web",
        launchType="FARGATE",
        networkConfiguration=ecs.network(),
    )
    assert answer["tasks"] == []
    assert "Capacity is unavailable" in answer["failures"][0]["reason"]


def test_addresses_run_out(ecs: Any) -> None:
    """A task gets no interface where the plan has no address left, as often as planned."""
    ecs.image("app")
    ecs.faults.plan(AddressesExhausted(subnet="subnet-*", remaining=1))
    task = ended(ecs, run(ecs))
    assert task["stopCode"] == "TaskFailedToStart"
    assert "InsufficientFreeAddressesInSubnet" in task["stoppedReason"]
    assert ecs.faults.planned() == ()


def test_a_container_crashes_by_plan(ecs: Any) -> None:
    """A workload that would run for ever exits as planned, so many seconds after its start."""
    ecs.image("app")
    ecs.faults.plan(Crash(pattern="app", seconds=9, exit_code=3, remaining=1))
    task = ended(ecs, run(ecs))
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["containers"][0]["exitCode"] == 3
    assert 9 <= task["executionStoppedAt"] - task["startedAt"] < 10


def test_a_container_that_ends_earlier_does_not_crash(ecs: Any) -> None:
    """A planned crash does nothing to a container that has ended by itself."""
    ecs.image("app", [ecs.Exit(0, after=2)])
    ecs.faults.plan(Crash(pattern="app", seconds=9))
    assert ended(ecs, run(ecs))["containers"][0]["exitCode"] == 0


def test_a_container_runs_out_of_memory_by_plan(ecs: Any) -> None:
    """The kernel kills it, with the exit code and the reason that AWS tells."""
    ecs.image("app")
    ecs.faults.plan(OutOfMemory(pattern="main", seconds=5))
    container = ended(ecs, run(ecs))["containers"][0]
    assert container["exitCode"] == 137
    assert container["reason"].startswith("OutOfMemoryError")


def test_a_crash_loop_ends_with_its_window(ecs: Any) -> None:
    """A service whose tasks crash until a moment is steady some time after it."""
    ecs.image("app")
    ecs.faults.plan(Crash(pattern="app", until=600))
    ecs.cluster()
    ecs.register(ecs.container())
    ecs.call(
        "CreateService",
        cluster="demo",
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=ecs.network(),
    )
    ecs.engine.advance_by(590)
    service = ecs.call("DescribeServices", cluster="demo", services=["web"])["services"][0]
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    ecs.engine.advance_by(1200)
    service = ecs.call("DescribeServices", cluster="demo", services=["web"])["services"][0]
    assert (service["runningCount"], service["deployments"][0]["rolloutState"]) == (1, "COMPLETED")


def test_spot_takes_back_by_plan(ecs: Any) -> None:
    """At the planned moment some Spot tasks of a service are interrupted, and replaced."""
    ecs.image("app")
    serve(ecs, 3, capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
    ecs.faults.plan(SpotInterruption(group="service:web", remaining=2, after=30))
    ecs.engine.advance_by(30)
    dead = ecs.call("ListTasks", cluster="demo", desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.call("DescribeTasks", cluster="demo", tasks=dead)["tasks"]
    assert [task["stopCode"] for task in tasks] == ["SpotInterruption"] * 2
    ecs.engine.advance_by(120)
    assert len(ecs.call("ListTasks", cluster="demo")["taskArns"]) == 3


def test_health_checks_fail_within_their_window(ecs: Any) -> None:
    """A container is unhealthy while the plan says so, and healthy again after it."""
    ecs.image("app")
    arn = run(ecs, healthCheck={"command": ["CMD", "true"], "interval": 10, "retries": 2})
    ecs.faults.plan(Unhealthy(pattern="app", after=60, until=120))
    seen = []
    for _ in range(4):
        ecs.engine.advance_by(45)
        task = ecs.call("DescribeTasks", cluster="demo", tasks=[arn])["tasks"][0]
        seen.append(task["healthStatus"])
    assert seen == ["HEALTHY", "UNHEALTHY", "HEALTHY", "HEALTHY"]
