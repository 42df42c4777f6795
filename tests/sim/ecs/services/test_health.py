"""What counts as healthy, and how tasks that are not are replaced."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.faults import Unhealthy

CHECK = {"command": ["CMD", "check"], "interval": 10, "retries": 2}


def completed(world: Any) -> float:
    """Step until the deployment is completed; tell how long tasks had been RUNNING by then."""
    world.until(lambda one: one["deployments"][0]["rolloutState"] == "COMPLETED")
    started = max(task["startedAt"] for task in world.tasks())
    return float(round(world.engine.now / 1e6 - started, 3))


def test_running_for_a_while_counts_as_healthy(world: Any) -> None:
    """Without load balancer and health check a task counts after 40 seconds."""
    world.create()
    assert completed(world) == 40


def test_container_check_counts(world: Any) -> None:
    """With a container health check a task counts as soon as it is HEALTHY."""
    world.register("app", healthCheck=CHECK)
    world.create(taskDefinition="web")
    assert completed(world) == 10


def test_target_health_counts(world: Any) -> None:
    """Behind a load balancer a task counts as soon as its target is healthy."""
    world.balancing.healthy_after = 15.0
    world.create(**world.behind())
    assert completed(world) == 15


@pytest.mark.parametrize(("target", "check", "expected"), [(5.0, 10, 10), (25.0, 10, 25)])
def test_both_checks_count(world: Any, target: float, check: int, expected: float) -> None:
    """With both, the later one decides."""
    world.balancing.healthy_after = target
    world.register("app", healthCheck={**CHECK, "interval": check})
    world.create(taskDefinition="web", **world.behind())
    assert completed(world) == expected


def test_checks_of_other_containers_do_not_count(world: Any) -> None:
    """A check of a container that is not essential decides nothing."""
    side = world.ecs.container("side", essential=False, healthCheck=CHECK)
    world.ecs.register(world.ecs.container(), side)
    world.ecs.faults.plan(Unhealthy(pattern="side"))
    world.create(taskDefinition="web")
    assert completed(world) == 40
    world.engine.advance_by(600)
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert len(world.tasks(status="STOPPED")) == 0


def test_failing_container_check_replaced(world: Any) -> None:
    """The replacement comes first; when it is healthy the sick task is stopped."""
    script = world.ecs.image("app", [])
    world.register("app", healthCheck=CHECK)
    world.steady(taskDefinition="web")
    seen = len(world.messages())
    ill = world.tasks()[0]["taskArn"].rpartition("/")[2]
    script.check = lambda launch, command, seconds: int(launch.task_id == ill)
    world.until(lambda one: one["runningCount"] + one["pendingCount"] == 3)
    assert world.counts() == [("PRIMARY", 2, 2, 1)]
    world.until(lambda one: one["runningCount"] == 3)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert world.outline()[seen:] == [
        "has started 1 tasks: T. Amazon ECS replaced 1 tasks due to an unhealthy status.",
        "(task T) failed container health checks.",
        "has stopped 1 running tasks: T.",
        "has reached a steady state.",
    ]
    (sick,) = world.tasks(status="STOPPED")
    assert sick["stopCode"] == "ServiceSchedulerInitiated"
    assert sick["stoppedReason"] == "Task failed container health checks"
    assert sick["healthStatus"] == "UNHEALTHY"
    assert sick["taskArn"].endswith(ill)


def test_unhealthy_target_replaced(world: Any) -> None:
    """A target that turns unhealthy costs its task the place, and the reason is told."""
    world.steady(**world.behind())
    seen = len(world.messages())
    world.balancing.tell(next(iter(world.balancing.targets)), "unhealthy")
    world.engine.settle()
    assert world.outline()[seen:] == [
        "has started 1 tasks: T. Amazon ECS replaced 1 tasks due to an unhealthy status.",
        "registered 1 targets in (target-group GROUP)",
        "(task T) (port 80) is unhealthy in (target-group GROUP) due to (reason Health checks "
        "failed with these codes: [500]).",
        "has stopped 1 running tasks: T.",
        "deregistered 1 targets in (target-group GROUP)",
        "(taskSet D) has begun draining connections on 1 tasks.",
        "has reached a steady state.",
    ]
    (sick,) = world.tasks(status="STOPPED")
    assert sick["stoppedReason"] == (
        f"Task failed ELB health checks in (target-group {world.GROUP})"
    )


def test_target_that_recovers_stays(world: Any) -> None:
    """A task that is healthy again before its replacement runs is kept."""
    world.steady(**world.behind())
    before = {task["taskArn"] for task in world.tasks()}
    key = next(iter(world.balancing.targets))
    world.balancing.tell(key, "unhealthy")
    world.engine.advance()
    assert world.counts() == [("PRIMARY", 2, 2, 1)]
    world.balancing.tell(key, "healthy")
    world.engine.settle()
    assert {task["taskArn"] for task in world.tasks()} == before


def test_at_the_maximum_one_is_stopped_first(world: Any) -> None:
    """Where the maximum allows no more tasks, sick ones go one by one, each for its successor."""
    world.steady(
        desiredCount=3,
        deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
        availabilityZoneRebalancing="DISABLED",
        **world.behind(),
    )
    seen = len(world.messages())
    for key in list(world.balancing.targets)[:2]:
        world.balancing.tell(key, "unhealthy")
    most = 0
    while True:
        service = world.service()
        most = max(most, service["runningCount"] + service["pendingCount"])
        assert service["pendingCount"] <= 1
        if world.engine.settled:
            break
        world.engine.step()
    assert most == 3
    told = world.outline()[seen:]
    replaced = "has started 1 tasks: T. Amazon ECS replaced 1 tasks due to an unhealthy status."
    assert told.count(replaced) == 2
    assert told[0] == replaced
    assert "is unhealthy in" in told[1]
    assert told[2] == "has stopped 1 running tasks: T."
    assert world.counts() == [("PRIMARY", 3, 3, 0)]


def test_grace_period_lets_sick_tasks_live(world: Any) -> None:
    """Until the grace period is over a sick task is neither counted nor stopped."""
    world.sick()
    world.create(desiredCount=1, healthCheckGracePeriodSeconds=120, **world.behind())
    world.until(lambda one: one["runningCount"] == 1)
    started = world.engine.now
    world.until(lambda one: one["runningCount"] + one["pendingCount"] == 2)
    assert (world.engine.now - started) / 1e6 == 120
    assert world.tasks()[0]["healthStatus"] == "UNHEALTHY"


def test_grace_period_gives_time_to_become_healthy(world: Any) -> None:
    """A task that becomes healthy within the grace period is never replaced."""
    world.balancing.becomes = "unhealthy"
    world.create(desiredCount=1, healthCheckGracePeriodSeconds=100, **world.behind())
    world.until(lambda one: one["runningCount"] == 1)
    world.engine.advance_by(60)
    assert world.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    world.balancing.tell(next(iter(world.balancing.targets)), "healthy")
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 1, 1, 0)]
    assert world.tasks(status="STOPPED") == []


def test_replacement_keeps_the_revision(world: Any) -> None:
    """During a roll-out a sick old task is replaced by one of its own revision."""
    world.steady(desiredCount=4, **world.behind())
    world.balancing.healthy_after = None
    world.register("app")
    world.update(
        taskDefinition="web",
        deploymentConfiguration={"maximumPercent": 250},
    )
    world.engine.advance_by(30)
    assert world.counts() == [("PRIMARY", 4, 4, 0), ("ACTIVE", 4, 4, 0)]
    old = next(task for task in world.tasks() if task["taskDefinitionArn"].endswith(":1"))
    address = old["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    world.balancing.tell((world.GROUP, address, 80), "unhealthy")
    world.engine.advance()
    assert world.counts() == [("PRIMARY", 4, 4, 0), ("ACTIVE", 4, 4, 1)]


def test_lost_old_task_replaced_during_an_update(world: Any) -> None:
    """An old task that dies while it is still needed is replaced by one of its own revision."""
    world.steady(desiredCount=2, **world.behind())
    world.balancing.healthy_after = None
    world.register("app")
    world.update(taskDefinition="web")
    world.engine.advance_by(30)
    old = next(task for task in world.tasks() if task["taskDefinitionArn"].endswith(":1"))
    world.stop(old)
    assert world.counts() == [("PRIMARY", 2, 2, 0), ("ACTIVE", 2, 1, 1)]


def test_draining_lasts_as_long_as_the_target_group_says(world: Any) -> None:
    """A task of a load balancer gets SIGTERM when its target has drained."""
    world.balancing.delay = 75.0
    world.steady(desiredCount=1, **world.behind())
    task = world.tasks()[0]
    began = world.engine.now
    world.stop(task)
    described = world.ecs.task(task["taskArn"])
    assert described["lastStatus"] == "DEACTIVATING"
    world.ecs.wait(task["taskArn"], "STOPPING")
    assert (world.engine.now - began) / 1e6 == 75


def test_stopped_task_leaves_its_target_group(world: Any) -> None:
    """Whoever stops a task, its target drains and is told."""
    world.steady(desiredCount=1, **world.behind())
    seen = len(world.messages())
    world.stop(world.tasks()[0])
    world.engine.settle()
    assert world.outline()[seen:] == [
        "deregistered 1 targets in (target-group GROUP)",
        "(taskSet D) has begun draining connections on 1 tasks.",
        "has started 1 tasks: T.",
        "registered 1 targets in (target-group GROUP)",
        "has reached a steady state.",
    ]
    assert list(world.balancing.targets.values()) == ["healthy"]
