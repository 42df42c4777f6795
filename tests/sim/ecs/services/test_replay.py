"""Services repeat themselves exactly, in every process, and no event looks at every task."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fargate_kit.sim.ecs.services.roster import Member, Roster, Standing
from fargate_kit.sim.faults import CapacityUnavailable, ImageMissing, Unhealthy

ROOT = Path(__file__).parents[4]

SCENARIO = """
from tests.sim.ecs.conftest import Ecs
from tests.sim.ecs.services.conftest import World
from tests.sim.ecs.services.test_replay import digest
print(digest(World(Ecs(7, jitter=0.2))))
"""


def digest(world: Any) -> str:
    """Deploy, fail, roll back, scale and delete for some hours, and digest every answer."""
    seen = hashlib.sha256()

    def call(operation: str, **params: Any) -> None:
        answer = world.call(operation, **params)
        seen.update(json.dumps([operation, world.engine.now, answer]).encode())

    def look() -> None:
        call("DescribeServices", cluster="demo", services=["web", "spot"], include=["TAGS"])
        call("ListTasks", cluster="demo", serviceName="web", desiredStatus="STOPPED")
        tasks = world.call("ListTasks", cluster="demo", serviceName="web")["taskArns"]
        call("DescribeTasks", cluster="demo", tasks=tasks[:3])
        call("ListServiceDeployments", cluster="demo", service="web")

    world.create(desiredCount=7, deploymentConfiguration=world.breaker(), **world.behind())
    strategy = [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 2},
    ]
    world.create("spot", desiredCount=5, capacityProviderStrategy=strategy)
    for seconds in (3.0, 20.0, 90.0):
        world.engine.advance_by(seconds)
        look()
    world.missing()
    world.update(taskDefinition="web")
    for seconds in (30.0, 60.0, 900.0):
        world.engine.advance_by(seconds)
        look()
    world.ecs.faults.plan(Unhealthy(pattern="app", remaining=5))
    world.ecs.faults.plan(ImageMissing(pattern="app", remaining=3))
    world.ecs.faults.plan(CapacityUnavailable(provider="FARGATE_SPOT", remaining=2))
    world.register("app", healthCheck={"command": ["CMD", "x"], "interval": 15})
    world.update(taskDefinition="web", desiredCount=9)
    world.update("spot", desiredCount=8)
    world.engine.advance_by(45)
    world.stop(world.tasks()[3])
    look()
    world.engine.advance_by(3600)
    world.update(desiredCount=4)
    world.engine.advance_by(60)
    look()
    world.delete("spot", force=True)
    world.engine.advance_by(25_000)
    look()
    seen.update(repr(world.ecs.moto.made_interfaces).encode())
    return seen.hexdigest()


def test_same_seed_same_answers(new_world: Any) -> None:
    """The same seed gives the same bytes, in another process too; another seed gives others."""
    first = digest(new_world(7, jitter=0.2))
    assert digest(new_world(7, jitter=0.2)) == first
    assert digest(new_world(8, jitter=0.2)) != first
    done = subprocess.run(
        [sys.executable, "-c", SCENARIO],
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == first


def test_nothing_is_left_of_deleted_services(new_world: Any) -> None:
    """After services are deleted no interface, target or plan of the engine is left."""
    world = new_world(5, jitter=0.2)
    world.create(desiredCount=5, **world.behind())
    world.create("other", desiredCount=3)
    world.engine.advance_by(100)
    world.update(forceNewDeployment=True)
    world.engine.advance_by(15)
    world.delete(force=True)
    world.delete("other", force=True)
    world.engine.settle()
    world.engine.advance_by(7200)
    assert world.ecs.moto.interfaces == {}
    assert world.balancing.targets == {}
    assert world.engine.pending() == []
    assert world.ecs.region.state.clusters["demo"].tasks == {}


@pytest.mark.parametrize("size", [20, 80])
def test_no_event_looks_at_every_task(
    new_world: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A roll-out goes through the members of a deployment never, however many there are."""
    looked = 0
    through = Roster.members

    def counted(roster: Roster, *standings: Standing) -> Iterator[Member]:
        nonlocal looked
        for member in through(roster, *standings):
            looked += 1
            yield member

    monkeypatch.setattr(Roster, "members", counted)
    world = new_world(1, jitter=0.2)
    world.steady(desiredCount=size)
    world.update(forceNewDeployment=True)
    world.engine.settle()
    world.update(desiredCount=size // 2)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", size // 2, size // 2, 0)]
    assert looked == 0
