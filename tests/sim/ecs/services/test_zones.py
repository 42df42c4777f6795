"""Availability Zone rebalancing: a service that got out of balance moves its tasks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from fargate_kit.sim.ecs.services.balancing import describe, moves
from fargate_kit.sim.faults import CapacityUnavailable


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ([1, 1, 1], [0, 0, 0]),
        ([2, 1, 1], [0, 0, 0]),
        ([2, 2, 0], [0, 0, 1]),
        ([2, 0], [0, 1]),
        ([3, 1, 1], [0, 1, 0]),
        ([4, 0, 0], [0, 1, 1]),
        ([6, 0, 0], [0, 2, 2]),
        ([5], [0]),
    ],
)
def test_moves(held: list[int], wanted: list[int]) -> None:
    """No two zones differ by more than one task when all moves are made."""
    zones = Counter(dict(zip("abc", held, strict=False)))
    assert [moves(zones)[zone] for zone in list("abc")[: len(held)]] == wanted


def test_zones_described() -> None:
    """The fullest zone is named first."""
    assert describe(Counter({"a": 1, "b": 3, "c": 1})) == "3 tasks in b, 1 tasks in a, 1 tasks in c"


def zones(world: Any) -> dict[str, int]:
    """Count the tasks of each zone."""
    return dict(Counter(task["availabilityZone"][-1] for task in world.tasks()))


def test_tasks_move_when_a_zone_has_room_again(world: Any) -> None:
    """After a zone had no room, tasks move there: first one is started, then one is stopped."""
    world.ecs.faults.plan(CapacityUnavailable(zones=("us-east-1c",)))
    world.steady(desiredCount=6)
    assert zones(world) == {"a": 3, "b": 3}
    seen = len(world.messages())
    world.engine.advance_by(600)
    assert zones(world) == {"a": 3, "b": 3}
    world.ecs.faults.clear()
    most = 0
    for _ in range(60):
        world.engine.advance_by(5)
        service = world.service()
        assert service["runningCount"] >= 6
        most = max(most, service["runningCount"] + service["pendingCount"])
    assert most == 8
    assert zones(world) == {"a": 2, "b": 2, "c": 2}
    assert world.outline()[seen:] == [
        "is not AZ balanced with 3 tasks in us-east-1a, 3 tasks in us-east-1b, 0 tasks in "
        "us-east-1c. AZ Rebalancing in progress.",
        "has started 2 tasks in us-east-1c to AZ Rebalance: T.",
        "has stopped 2 running tasks: T.",
        "is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, 2 tasks in us-east-1c.",
        "has reached a steady state.",
    ]


def test_switched_off(world: Any) -> None:
    """With rebalancing off tasks stay where they are."""
    world.ecs.faults.plan(CapacityUnavailable(zones=("us-east-1c",)))
    world.steady(desiredCount=6, availabilityZoneRebalancing="DISABLED")
    world.ecs.faults.clear()
    world.engine.advance_by(3600)
    assert zones(world) == {"a": 3, "b": 3}


def test_nobody_waits_for_a_zone_without_room(world: Any) -> None:
    """A service that cannot be balanced is steady nevertheless."""
    world.ecs.faults.plan(CapacityUnavailable(zones=("us-east-1c",)))
    world.steady(desiredCount=6)
    assert world.engine.settled


@pytest.mark.parametrize("change", ["deploy", "scale", "delete"])
def test_rebalancing_overtaken(world: Any, change: str) -> None:
    """What a client wants while tasks move goes first, and no task is left over."""
    world.ecs.faults.plan(CapacityUnavailable(zones=("us-east-1c",)))
    world.steady(desiredCount=6)
    world.ecs.faults.clear()
    world.until(lambda one: one["pendingCount"] == 2)
    if change == "deploy":
        world.update(forceNewDeployment=True)
        expected = 6
    elif change == "scale":
        world.update(desiredCount=3)
        expected = 3
    else:
        world.delete(force=True)
        expected = 0
    world.engine.settle()
    world.engine.advance_by(600)
    assert len(world.tasks()) == expected
    assert max(zones(world).values(), default=0) <= 2
