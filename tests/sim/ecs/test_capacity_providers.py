"""FARGATE and FARGATE_SPOT, and how a strategy shares tasks out."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_kit.sim.ecs.capacity_providers import check_strategy, share_out


def test_fargate_providers_described(ecs: Any) -> None:
    """Every account has both providers, ACTIVE."""
    answer = ecs.call("DescribeCapacityProviders")
    assert [one["name"] for one in answer["capacityProviders"]] == ["FARGATE", "FARGATE_SPOT"]
    assert {one["status"] for one in answer["capacityProviders"]} == {"ACTIVE"}
    assert answer["failures"] == []


def test_provider_described_by_name_or_arn(ecs: Any) -> None:
    """Names and ARNs find a provider; one that does not exist is MISSING."""
    arn = "arn:aws:ecs:us-east-1:123456789012:capacity-provider/FARGATE"
    answer = ecs.call("DescribeCapacityProviders", capacityProviders=[arn, "BOGUS"])
    assert [one["capacityProviderArn"] for one in answer["capacityProviders"]] == [arn]
    assert answer["failures"] == [
        {
            "arn": "arn:aws:ecs:us-east-1:123456789012:capacity-provider/BOGUS",
            "reason": "MISSING",
        }
    ]


def test_providers_of_a_cluster(ecs: Any) -> None:
    """With a cluster only its own providers are told."""
    ecs.cluster("one", capacityProviders=["FARGATE_SPOT"])
    answer = ecs.call("DescribeCapacityProviders", cluster="one")
    assert [one["name"] for one in answer["capacityProviders"]] == ["FARGATE_SPOT"]
    refusal = ecs.refused("DescribeCapacityProviders", cluster="nowhere")
    assert refusal.code == "ClusterNotFoundException"


def test_providers_in_pages(ecs: Any) -> None:
    """Providers come in pages of at most ten."""
    first = ecs.call("DescribeCapacityProviders", maxResults=1)
    second = ecs.call("DescribeCapacityProviders", maxResults=1, nextToken=first["nextToken"])
    assert [one["name"] for one in second["capacityProviders"]] == ["FARGATE_SPOT"]
    assert "nextToken" not in second
    assert ecs.refused("DescribeCapacityProviders", maxResults=11).code.startswith("Invalid")


@pytest.mark.parametrize(
    ("fargate", "spot", "count", "expected"),
    [
        ((2, 1), (0, 3), 10, (4, 6)),  # base, weight
        ((0, 1), (0, 3), 4, (1, 3)),
        ((0, 1), (0, 1), 5, (3, 2)),
        ((5, 0), (0, 1), 3, (3, 0)),
        ((5, 0), (0, 1), 8, (5, 3)),
        ((0, 0), (0, 1), 3, (0, 3)),
        ((0, 1000), (0, 1), 10, (10, 0)),
    ],
)
def test_strategy_shared_out(
    fargate: tuple[int, int], spot: tuple[int, int], count: int, expected: tuple[int, int]
) -> None:
    """The base is filled first; the rest follows the ratio of the weights."""
    strategy = [
        {"capacityProvider": "FARGATE", "base": fargate[0], "weight": fargate[1]},
        {"capacityProvider": "FARGATE_SPOT", "base": spot[0], "weight": spot[1]},
    ]
    chosen = share_out(strategy, count)
    assert (chosen.count("FARGATE"), chosen.count("FARGATE_SPOT")) == expected


def test_strategy_shared_out_in_steps() -> None:
    """Sharing out one by one, with what is placed, comes to the same as all at once."""
    strategy = check_strategy(
        [
            {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 3},
        ],
        ["FARGATE", "FARGATE_SPOT"],
    )
    placed = {"FARGATE": 0, "FARGATE_SPOT": 0}
    for _ in range(12):
        (name,) = share_out(strategy, 1, placed=placed)
        placed[name] += 1
    at_once = share_out(strategy, 12)
    assert placed == {name: at_once.count(name) for name in placed}
