"""FARGATE and FARGATE_SPOT: their description, and the arithmetic of a strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fargate_kit.sim.ecs import wording
from fargate_kit.sim.ecs.ground import Ground
from fargate_kit.sim.ecs.pages import page

PROVIDERS = ("FARGATE", "FARGATE_SPOT")
MOST_ITEMS = 20


def check_providers(names: Sequence[str]) -> list[str]:
    """Check the capacity providers that a cluster shall have.

    Raises:
        AwsError: One does not exist or is given twice.
    """
    for index, name in enumerate(names):
        if name not in PROVIDERS:
            raise wording.PROVIDER_UNKNOWN.error(name=name)
        if name in names[:index]:
            raise wording.PROVIDER_TWICE.error(name=name)
    return list(names)


def check_strategy(
    items: Sequence[Mapping[str, Any]], associated: Sequence[str]
) -> list[dict[str, Any]]:
    """Check a capacity provider strategy (service model, CapacityProviderStrategyItem).

    Args:
        items: As a request has them.
        associated: The capacity providers of the cluster.

    Returns:
        The items with the defaults put in: weight 0, base 0.

    Raises:
        AwsError: A provider is unknown, not the cluster's or given twice; a number is out
            of range; more than one has a base; or none has a weight.
    """
    if len(items) > MOST_ITEMS:
        raise wording.STRATEGY_TOO_LONG.error()
    strategy: list[dict[str, Any]] = []
    for item in items:
        name, weight, base = item["capacityProvider"], item.get("weight", 0), item.get("base", 0)
        if name not in PROVIDERS:
            raise wording.PROVIDER_UNKNOWN.error(name=name)
        if name not in associated:
            raise wording.PROVIDER_NOT_ASSOCIATED.error(name=name)
        if any(one["capacityProvider"] == name for one in strategy):
            raise wording.PROVIDER_TWICE.error(name=name)
        if not 0 <= weight <= 1000:
            raise wording.STRATEGY_RANGE.error(member="weight", least=0, most=1000)
        if not 0 <= base <= 100_000:
            raise wording.STRATEGY_RANGE.error(member="base", least=0, most=100_000)
        strategy.append({"capacityProvider": name, "weight": weight, "base": base})
    if sum(one["base"] > 0 for one in strategy) > 1:
        raise wording.STRATEGY_TWO_BASES.error()
    if strategy and not any(one["weight"] for one in strategy):
        raise wording.STRATEGY_NO_WEIGHT.error()
    return strategy


def share_out(
    strategy: Sequence[Mapping[str, Any]], count: int, *, placed: Mapping[str, int] | None = None
) -> list[str]:
    """Name the provider of each of so many tasks.

    The base is filled first; the rest is split in the ratio of the weights.

    Args:
        strategy: Checked items.
        count: How many tasks shall be started.
        placed: How many tasks of each provider count already, as for a service.

    Returns:
        A provider's name for each task.
    """
    held = {
        one["capacityProvider"]: (placed or {}).get(one["capacityProvider"], 0) for one in strategy
    }
    chosen: list[str] = []
    for _ in range(count):
        name = _next_provider(strategy, held)
        held[name] += 1
        chosen.append(name)
    return chosen


def _next_provider(strategy: Sequence[Mapping[str, Any]], held: Mapping[str, int]) -> str:
    for item in strategy:
        if held[item["capacityProvider"]] < item["base"]:
            return str(item["capacityProvider"])
    weighted = [item for item in strategy if item["weight"] > 0]
    lightest = min(
        weighted,
        key=lambda item: (held[item["capacityProvider"]] - item["base"] + 1) / item["weight"],
    )
    return str(lightest["capacityProvider"])


class CapacityProviders:
    """DescribeCapacityProviders."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def describe_capacity_providers(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Describe the two providers of every account."""
        offered = list(PROVIDERS)
        if (given := params.get("cluster")) is not None:
            name = self._ground.references.cluster_name(given)
            cluster = self._ground.state.clusters.get(name)
            if cluster is None:
                raise wording.CLUSTER_NOT_FOUND.error()
            offered = [one for one in offered if one in cluster.capacity_providers]
        wanted, failures = offered, []
        if names := params.get("capacityProviders"):
            asked = dict.fromkeys(self._name(name) for name in names)
            wanted = [name for name in asked if name in offered]
            failures = [
                {"arn": self._arn(name), "reason": wording.MISSING.say()}
                for name in asked
                if name not in offered
            ]
        found, token = page(
            sorted(wanted), params, scope="DescribeCapacityProviders", key=str, most=10
        )
        answer: dict[str, Any] = {
            "capacityProviders": [self._picture(name) for name in found],
            "failures": failures,
        }
        if token:
            answer["nextToken"] = token
        return answer

    def _picture(self, name: str) -> dict[str, Any]:
        return {
            "capacityProviderArn": self._arn(name),
            "name": name,
            "status": "ACTIVE",
            "tags": [],
            "type": name,
        }

    def _arn(self, name: str) -> str:
        return self._ground.references.capacity_provider(name)

    def _name(self, given: str) -> str:
        if not given.startswith("arn:"):
            return given
        kind, name = self._ground.references.kind(given)
        if kind != "capacity-provider":
            raise wording.ARN_INVALID.error(given=given)
        return name
