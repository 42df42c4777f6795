"""Random histories: whatever happens, the counts are right and the service comes to rest."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from fargate_kit.sim.faults import CapacityUnavailable, ImageMissing, Unhealthy

LIVING = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")


def check(world: Any) -> None:
    """Hold what is told of the service against all of its tasks, one by one."""
    service = world.service()
    tasks = world.tasks()
    for deployment in service["deployments"]:
        own = [task for task in tasks if task["startedBy"] == deployment["id"]]
        running = [task for task in own if task["lastStatus"] == "RUNNING"]
        assert deployment["runningCount"] == len(running)
        assert deployment["pendingCount"] == len(own) - len(running)
    assert service["runningCount"] + service["pendingCount"] == len(tasks)
    statuses = [one["status"] for one in service["deployments"]]
    assert statuses == ["PRIMARY"] + ["ACTIVE"] * (len(statuses) - 1)
    assert len(service["events"]) <= 100
    moments = [event["createdAt"] for event in service["events"]]
    assert moments == sorted(moments, reverse=True)


def disturb(world: Any, chance: random.Random) -> None:
    """Do one of the things that clients and the world do to a service."""
    faults = world.ecs.faults
    images = ["app", "crash", "registry.invalid/nothing:1"]

    def update() -> None:
        world.register(chance.choice(images))
        world.update(taskDefinition="web")

    def configure() -> None:
        world.update(
            deploymentConfiguration={
                "minimumHealthyPercent": chance.choice([0, 50, 75]),
                "maximumPercent": chance.choice([100, 150, 200]),
                **world.breaker(enable=chance.random() < 0.7, rollback=chance.random() < 0.7),
            }
        )

    def stop() -> None:
        if tasks := world.tasks():
            world.stop(chance.choice(tasks))

    def protect() -> None:
        if tasks := world.tasks():
            world.call(
                "UpdateTaskProtection",
                cluster="demo",
                tasks=[chance.choice(tasks)["taskArn"]],
                protectionEnabled=chance.random() < 0.7,
                expiresInMinutes=5,
            )

    def sicken() -> None:
        alive = [key for key, state in world.balancing.targets.items() if state == "healthy"]
        if alive:
            world.balancing.tell(chance.choice(alive), "unhealthy")

    def stop_deployment() -> None:
        release = world.releases()[0]
        if release["status"] == "IN_PROGRESS":
            arn = release["serviceDeploymentArn"]
            world.call("StopServiceDeployment", serviceDeploymentArn=arn)

    verbs: list[Callable[[], object]] = [
        update,
        configure,
        stop,
        stop,
        protect,
        sicken,
        stop_deployment,
        lambda: world.update(desiredCount=chance.randrange(7)),
        lambda: world.update(forceNewDeployment=True),
        lambda: faults.plan(ImageMissing(pattern="app", remaining=chance.randrange(1, 4))),
        lambda: faults.plan(CapacityUnavailable(remaining=chance.randrange(1, 4))),
        lambda: faults.plan(Unhealthy(pattern="app", remaining=chance.randrange(1, 9))),
    ]
    chance.choice(verbs)()


@pytest.mark.parametrize("seed", [*range(10), 63, 264])
def test_counts_are_right_and_the_service_comes_to_rest(new_world: Any, seed: int) -> None:
    """After every step the counts are those of the tasks; left alone, the service gets steady."""
    chance = random.Random(f"history {seed}")
    world = new_world(seed, jitter=0.3)
    world.ecs.image("crash", [world.ecs.Exit(1, after=chance.choice([0, 3, 50]))])
    members = world.behind() if seed % 2 else {}
    world.create(desiredCount=chance.randrange(6), **members)
    for _ in range(30):
        for _ in range(chance.randrange(1, 4)):
            disturb(world, chance)
        world.engine.advance_by(chance.choice([0, 0, 1, 5, 20, 60, 300]))
        check(world)
    world.ecs.faults.clear()
    world.engine.advance_by(600)
    world.register("app")
    world.update(
        taskDefinition="web",
        desiredCount=4,
        deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 200},
    )
    world.engine.settle()
    check(world)
    assert world.counts() == [("PRIMARY", 4, 4, 0)]
    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"
    assert world.messages()[-1].endswith("has reached a steady state.")
    zones = [task["availabilityZone"] for task in world.tasks()]
    assert max(map(zones.count, zones)) <= 2
    world.delete(force=True)
    world.engine.settle()
    assert world.service()["status"] == "INACTIVE"
    assert world.ecs.moto.interfaces == {}
    assert world.balancing.targets == {}
