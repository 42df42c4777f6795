"""Scaling in and out: which tasks come, which go, and on which capacity."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from fargate_kit.sim.faults import ImageMissing


def zones(world: Any) -> list[int]:
    """Tell how many tasks each zone has, the smallest number first."""
    counted = Counter(task["availabilityZone"] for task in world.tasks())
    return sorted(counted.get(f"us-east-1{zone}", 0) for zone in "abc")


@pytest.mark.parametrize("target", [8, 7, 5, 4, 3, 2, 1])
def test_scaling_in_keeps_zones_balanced(world: Any, target: int) -> None:
    """The zone with the most tasks gives first."""
    world.steady(desiredCount=9)
    world.update(desiredCount=target)
    world.engine.settle()
    assert len(world.tasks()) == target
    assert zones(world)[-1] - zones(world)[0] <= 1


def test_scaling_in_stops_at_once(world: Any) -> None:
    """Surplus tasks are stopped together, and the service is steady at once."""
    world.steady(desiredCount=5)
    seen = len(world.messages())
    world.update(desiredCount=2)
    world.engine.advance()
    assert world.outline()[seen:] == [
        "has stopped 3 running tasks: T.",
        "has reached a steady state.",
    ]
    assert world.counts() == [("PRIMARY", 2, 2, 0)]


def test_never_healthy_tasks_go_first(world: Any) -> None:
    """Tasks that are still on their way are stopped before those that are healthy."""
    world.steady(desiredCount=3)
    healthy = {task["taskArn"] for task in world.tasks()}
    world.update(desiredCount=6)
    world.engine.advance_by(10)
    world.update(desiredCount=4)
    world.engine.advance()
    assert healthy <= {task["taskArn"] for task in world.tasks()}
    assert world.counts() == [("PRIMARY", 4, 3, 1)]
    assert world.outline()[-1] == "stopped 2 pending tasks."


def test_waiting_tasks_go_before_healthy_ones(world: Any) -> None:
    """Of the running tasks those go first that do not count as healthy yet."""
    world.steady(desiredCount=3)
    healthy = {task["taskArn"] for task in world.tasks()}
    world.update(desiredCount=6)
    world.until(lambda one: one["runningCount"] == 6)
    world.update(desiredCount=3)
    world.engine.settle()
    assert {task["taskArn"] for task in world.tasks()} == healthy


def test_sick_tasks_go_first(world: Any) -> None:
    """A task that is to be replaced anyway is the first to go."""
    world.steady(desiredCount=3, **world.behind())
    key = list(world.balancing.targets)[1]
    world.balancing.tell(key, "unhealthy")
    world.ecs.region.answer(
        "UpdateService", {"cluster": "demo", "service": "web", "desiredCount": 2}
    )
    world.engine.settle()
    left = {
        task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
        for task in world.tasks()
    }
    assert key[1] not in left
    assert len(left) == 2


def test_scaling_out_and_in_before_the_scheduler_acts(world: Any) -> None:
    """Only the last of several wishes counts."""
    world.steady(desiredCount=2)
    seen = len(world.messages())
    for count in (9, 0, 3):
        world.ecs.region.answer(
            "UpdateService", {"cluster": "demo", "service": "web", "desiredCount": count}
        )
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 3, 3, 0)]
    assert world.outline()[seen:] == ["has started 1 tasks: T.", "has reached a steady state."]


def test_many_tasks_are_told_in_parts(world: Any) -> None:
    """One message names ten tasks at most."""
    world.steady(desiredCount=23)
    counts = [one.split()[2] for one in world.outline() if one.startswith("has started")]
    assert counts == ["10", "10", "3"]


def strategy(fargate: tuple[int, int], spot: tuple[int, int]) -> list[dict[str, Any]]:
    """Write a strategy of (base, weight) of both providers."""
    return [
        {"capacityProvider": "FARGATE", "base": fargate[0], "weight": fargate[1]},
        {"capacityProvider": "FARGATE_SPOT", "base": spot[0], "weight": spot[1]},
    ]


def providers(world: Any) -> tuple[int, int]:
    """Tell how many tasks run on demand and on Spot."""
    counted = Counter(task["capacityProviderName"] for task in world.tasks())
    return counted["FARGATE"], counted["FARGATE_SPOT"]


@pytest.mark.parametrize(
    ("fargate", "spot", "steps"),
    [
        ((2, 1), (0, 3), [(10, (4, 6)), (2, (2, 0)), (6, (3, 3))]),
        ((0, 1), (0, 1), [(4, (2, 2)), (1, None), (6, (3, 3))]),
        ((0, 1), (0, 3), [(4, (1, 3)), (8, (2, 6)), (4, (1, 3))]),
        ((5, 0), (0, 1), [(3, (3, 0)), (8, (5, 3)), (5, (5, 0))]),
        ((0, 0), (0, 1), [(3, (0, 3)), (1, (0, 1))]),
        ((1, 1), (0, 1), [(5, (3, 2)), (1, (1, 0))]),
    ],
)
def test_strategy_shares_out(
    world: Any,
    fargate: tuple[int, int],
    spot: tuple[int, int],
    steps: list[tuple[int, tuple[int, int] | None]],
) -> None:
    """Base and weights hold when a service is created, and when it is scaled out and in."""
    world.steady(desiredCount=steps[0][0], capacityProviderStrategy=strategy(fargate, spot))
    for count, expected in steps:
        world.update(desiredCount=count)
        world.engine.settle()
        found = providers(world)
        assert sum(found) == count
        assert expected in {None, found}


def test_each_provider_is_spread_on_its_own(world: Any) -> None:
    """The tasks of each capacity provider are spread over the zones by themselves."""
    world.steady(desiredCount=12, capacityProviderStrategy=strategy((0, 1), (0, 1)))
    placed = Counter(
        (task["capacityProviderName"], task["availabilityZone"]) for task in world.tasks()
    )
    assert set(placed.values()) == {2}
    assert len(placed) == 6


def test_strategy_is_answered(world: Any) -> None:
    """A service with a strategy has no launch type, its tasks have one."""
    service = world.create(capacityProviderStrategy=strategy((1, 1), (0, 1)))
    assert "launchType" not in service
    assert service["capacityProviderStrategy"] == strategy((1, 1), (0, 1))
    assert "launchType" not in service["deployments"][0]
    assert {task["launchType"] for task in world.tasks()} == {"FARGATE"}


def test_default_strategy_of_the_cluster(world: Any) -> None:
    """Without launch type and strategy the cluster's own strategy counts."""
    world.call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    service = world.create(launchType=None)
    assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT"
    assert {task["capacityProviderName"] for task in world.tasks()} == {"FARGATE_SPOT"}


def test_new_strategy_moves_tasks_when_forced(world: Any) -> None:
    """A changed strategy counts for new tasks; a forced deployment moves the others."""
    world.steady(desiredCount=2, capacityProviderStrategy=strategy((0, 1), (0, 0)))
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    world.update(capacityProviderStrategy=spot)
    world.engine.settle()
    assert providers(world) == (2, 0)
    world.update(desiredCount=3)
    world.engine.settle()
    assert providers(world) == (2, 1)
    world.update(forceNewDeployment=True)
    world.engine.settle()
    assert providers(world) == (0, 3)


def test_empty_strategy_returns_to_the_launch_type(world: Any) -> None:
    """An empty strategy takes the strategy away."""
    world.steady(capacityProviderStrategy=strategy((0, 1), (0, 0)))
    service = world.update(capacityProviderStrategy=[], forceNewDeployment=True)
    assert service["launchType"] == "FARGATE"
    assert "capacityProviderStrategy" not in service
    world.engine.settle()
    assert all("capacityProviderName" not in task for task in world.tasks())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (strategy((1, 1), (1, 1)), "base"),
        (strategy((0, 0), (0, 0)), "weight"),
        ([{"capacityProvider": "NOBODY", "weight": 1}], "NOBODY"),
    ],
)
def test_wrong_strategy_refused(world: Any, given: Any, words: str) -> None:
    """A strategy that makes no sense is refused."""
    world.create()
    refusal = world.refused(
        "UpdateService", cluster="demo", service="web", capacityProviderStrategy=given
    )
    assert refusal.code == "InvalidParameterException"
    assert words in refusal.message


def test_provider_in_use_by_a_service_stays(world: Any) -> None:
    """A capacity provider that a service's strategy names cannot be taken from the cluster."""
    world.create(
        desiredCount=0, capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    )
    refusal = world.refused(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategy=[],
    )
    assert refusal.code == "ResourceInUseException"


def test_service_with_failing_tasks_scales_in(world: Any) -> None:
    """A service whose tasks do not start can be scaled to nothing."""
    world.ecs.faults.plan(ImageMissing(pattern="*"))
    world.create(desiredCount=4)
    world.engine.advance_by(300)
    world.update(desiredCount=0)
    world.engine.settle()
    assert world.counts() == [("PRIMARY", 0, 0, 0)]
    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"
