"""Tasks that do not start, crash, or find no room: what the scheduler does, and how fast."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from fargate_kit.sim.faults import CapacityUnavailable, ImageMissing

INCONSISTENT = "is unable to consistently start tasks successfully."


def starts(world: Any) -> list[float]:
    """Tell when the service said that it started tasks, in seconds since the epoch."""
    return [
        round(world.ecs.seconds(event["createdAt"]))
        for event in reversed(world.service()["events"])
        if "has started" in event["message"]
    ]


def test_task_that_stops_is_replaced(world: Any) -> None:
    """A task that somebody stops is replaced at once, and the service is steady again."""
    world.steady()
    (gone, stays) = world.tasks()
    seen = len(world.messages())
    world.stop(gone)
    assert world.counts() == [("PRIMARY", 2, 1, 1)]
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 2, 2, 0)]
    assert stays["taskArn"] in [task["taskArn"] for task in world.tasks()]
    assert world.outline()[seen:] == ["has started 1 tasks: T.", "has reached a steady state."]
    assert world.service()["deployments"][0]["failedTasks"] == 0


def test_service_in_trouble_does_not_say_that_it_is_steady(world: Any) -> None:
    """What was steady says so no more when its tasks are gone and cannot be started."""
    world.steady(desiredCount=1)
    seen = len(world.messages())
    world.ecs.faults.plan(ImageMissing(pattern="*"))
    world.stop(world.tasks()[0])
    world.engine.advance_by(20 * 3600)
    assert not [one for one in world.messages()[seen:] if one.endswith("steady state.")]


def test_spot_interruption_is_replaced_at_once(world: Any) -> None:
    """A task that loses its capacity is replaced when it gets its warning."""
    world.steady(capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
    task = world.tasks()[0]
    world.ecs.faults.attach(world.ecs)
    world.ecs.faults.interrupt_spot(task["taskArn"])
    world.engine.advance()
    assert world.counts() == [("PRIMARY", 2, 1, 1)]
    assert world.tasks(status="STOPPED")[0]["stopCode"] == "SpotInterruption"
    world.engine.settle()
    assert {task["capacityProviderName"] for task in world.tasks()} == {"FARGATE_SPOT"}
    assert len(world.tasks()) == 2


def test_waits_between_starts_grow(world: Any) -> None:
    """After a few attempts the scheduler waits longer each time, up to 27 minutes."""
    world.missing()
    world.create(taskDefinition="web", desiredCount=1)
    world.engine.advance_by(6 * 3600)
    began = starts(world)
    # each attempt takes 17 s until the pull is given up
    waits = [later - earlier - 17 for earlier, later in itertools.pairwise(began)]
    assert waits[:9] == [0, 0, 30, 60, 120, 240, 480, 960, 1620]
    assert set(waits[9:]) == {1620}
    assert len(waits) > 14


def test_trouble_is_told_once(world: Any) -> None:
    """The service says that it has trouble when it begins to wait, and again after 6 hours."""
    world.missing()
    world.create(taskDefinition="web", desiredCount=1)
    world.engine.advance_by(5 * 3600)
    told = [message for message in world.messages() if INCONSISTENT in message]
    assert len(told) == 1
    world.engine.advance_by(2 * 3600)
    told = [message for message in world.messages() if INCONSISTENT in message]
    assert len(told) == 2


def test_new_deployment_ends_the_wait(world: Any) -> None:
    """A new deployment starts its tasks at once, however long the last one waits."""
    world.missing()
    world.create(taskDefinition="web", desiredCount=1)
    world.engine.advance_by(2 * 3600)
    assert world.counts() == [("PRIMARY", 1, 0, 0)]
    world.update(taskDefinition="web:1")
    assert world.counts()[0] == ("PRIMARY", 1, 0, 1)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 1, 1, 0)]


def test_cause_that_goes_away_ends_the_trouble(world: Any) -> None:
    """When a task runs at last, the next failure is retried at once again."""
    world.ecs.faults.plan(ImageMissing(pattern="app", remaining=4))
    world.create(desiredCount=1)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 1, 1, 0)]
    assert world.service()["deployments"][0]["failedTasks"] == 0
    world.ecs.faults.plan(ImageMissing(pattern="app", remaining=1))
    began = world.engine.now
    world.stop(world.tasks()[0])
    world.until(lambda one: one["runningCount"] == 1)
    assert (world.engine.now - began) / 1e6 == 17 + 19


def test_tasks_started_together_fail_as_one_attempt(world: Any) -> None:
    """Ten tasks that fail together are one attempt, so the next one comes at once."""
    world.missing()
    world.create(taskDefinition="web", desiredCount=10)
    world.engine.advance_by(40)
    assert starts(world) == [0, 17, 34]
    assert world.service()["deployments"][0]["failedTasks"] == 20


def test_crash_after_running_is_not_slowed_down(world: Any) -> None:
    """Tasks that run and crash are restarted without a pause (page service-throttle-logic)."""
    world.crashing(after=5)
    world.create(taskDefinition="web", desiredCount=1)
    world.engine.advance_by(3600)
    began = starts(world)
    # 19 s until it runs, 5 s until it crashes
    assert {later - earlier for earlier, later in itertools.pairwise(began)} == {24}
    assert not [message for message in world.messages() if INCONSISTENT in message]


def test_no_capacity_is_told(world: Any) -> None:
    """Where Fargate has no room the service says so, and tries again until there is some."""
    world.ecs.faults.plan(CapacityUnavailable(provider="FARGATE"))
    world.create(desiredCount=1)
    world.engine.advance_by(3600)
    assert world.outline() == [
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try "
        "again later or in a different availability zone."
    ]
    assert world.service()["deployments"][0]["failedTasks"] > 3
    world.ecs.faults.clear()
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 1, 1, 0)]


def test_capacity_for_some(world: Any) -> None:
    """Tasks that find room are started; the others follow."""
    world.ecs.faults.plan(CapacityUnavailable(provider="FARGATE", remaining=2))
    world.create(desiredCount=5)
    assert world.counts() == [("PRIMARY", 5, 0, 3)]
    told = world.outline()[-1]
    assert told.startswith("could not launch 2 tasks for deployment D.")
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 5, 5, 0)]


def test_missing_capacity_breaks_a_deployment(world: Any) -> None:
    """Tasks that find no room count for the circuit breaker."""
    good = world.steady(deploymentConfiguration=world.breaker())["deployments"][0]["id"]
    world.ecs.faults.plan(CapacityUnavailable(provider="*"))
    world.update(forceNewDeployment=True)
    world.engine.settle()
    (deployment,) = world.service()["deployments"]
    assert (deployment["id"], deployment["runningCount"]) == (good, 2)
    assert world.releases()[0]["status"] == "ROLLBACK_SUCCESSFUL"


@pytest.mark.parametrize("zone", ["us-east-1a", "us-east-1b", "us-east-1c"])
def test_zone_without_capacity_is_avoided(world: Any, zone: str) -> None:
    """Tasks go to the other zones as long as one has no room."""
    world.ecs.faults.plan(CapacityUnavailable(provider="FARGATE", zones=(zone,)))
    world.steady(desiredCount=4, availabilityZoneRebalancing="DISABLED")
    zones = [task["availabilityZone"] for task in world.tasks()]
    assert zone not in zones
    assert {zones.count(one) for one in zones} == {2}


def test_task_that_stops_just_before_it_counts(world: Any) -> None:
    """A task that is stopped when its 40 seconds are nearly over never counts as healthy."""
    world.create(desiredCount=1)
    world.until(lambda one: one["runningCount"] == 1)
    world.engine.advance_by(39)
    task = world.tasks()[0]
    world.stop(task)
    world.engine.advance_by(1.5)
    assert world.ecs.task(task["taskArn"])["lastStatus"] == "DEACTIVATING"
    assert world.counts() == [("PRIMARY", 1, 0, 1)]
    assert world.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
