"""What can be said of a service: its targets, capacity, circuit breaker, and all the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fargate_kit.model.values import Network, tags_to_api
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["CapacityShare", "CircuitBreaker", "ServiceSettings", "Target", "mapped_ports"]

# Seconds in which a new task behind a load balancer is not judged by its health checks.
USUAL_GRACE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A port of a container that a load balancer sends requests to.

    Attributes:
        target_group_arn: A target group of type `ip` that a listener forwards to.
        container: The container's name; None is the one container that maps the port.
        port: Its port, as the task definition maps it.
    """

    target_group_arn: str
    container: str | None = None
    port: int

    def among(self, definition: TaskDefinition | str | None) -> Target:
        """Return the target with its container named, as far as the definition says which."""
        if self.container is not None or not isinstance(definition, TaskDefinition):
            return self
        able = [name for name, ports in mapped_ports(definition).items() if self.port in ports]
        return replace(self, container=able[0]) if len(able) == 1 else self

    def to_api(self) -> dict[str, Any]:
        """Return the member of `loadBalancers`."""
        return {
            "targetGroupArn": self.target_group_arn,
            "containerName": self.container,
            "containerPort": self.port,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityShare:
    """What part of a service's tasks a capacity provider gets.

    Attributes:
        provider: `FARGATE` or `FARGATE_SPOT`; the cluster must have it.
        weight: Its share of what is left when every base is met, 0 to 1000.
        base: How many tasks it gets before the others; one provider at most has a base.
    """

    provider: str
    weight: int = 1
    base: int = 0

    def to_api(self) -> dict[str, Any]:
        """Return the member of `capacityProviderStrategy`."""
        return {"capacityProvider": self.provider, "weight": self.weight, "base": self.base}


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker:
    """When ECS gives a deployment up, and what it does then.

    Attributes:
        enable: Without it ECS tries for ever.
        rollback: Whether ECS goes back to the last deployment that completed.
        threshold: How many failed tasks are too many; None is AWS's own rule: half of the desired
            count, but at least 3 and at most 200.
    """

    enable: bool = True
    rollback: bool = True
    threshold: int | None = None

    def to_api(self) -> dict[str, Any]:
        """Return `deploymentCircuitBreaker`."""
        raw: dict[str, Any] = {"enable": self.enable, "rollback": self.enable and self.rollback}
        if self.threshold is not None:
            raw["thresholdConfiguration"] = {"type": "COUNT", "value": self.threshold}
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Everything about a service but its name, its task definition and its count.

    None leaves a thing as AWS has it, or as it is.

    Attributes:
        capacity: One provider's name, or the shares of several.
        minimum_healthy_percent: Percent of the desired count that must stay healthy.
        maximum_percent: Percent of the desired count that may run or start at once.
        health_check_grace_period: Seconds in which a new task is not judged by health checks.
        propagate_tags: `SERVICE`, `TASK_DEFINITION` or `NONE`.
        extra: Further members of the request, in AWS's own spelling.
    """

    network: Network | None = None
    targets: Sequence[Target] | None = None
    capacity: str | Sequence[CapacityShare] | None = None
    platform_version: str | None = None
    circuit_breaker: CircuitBreaker | None = None
    minimum_healthy_percent: int | None = None
    maximum_percent: int | None = None
    health_check_grace_period: int | None = None
    availability_zone_rebalancing: bool | None = None
    enable_execute_command: bool | None = None
    enable_ecs_managed_tags: bool | None = None
    propagate_tags: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_api(
        self,
        held: Mapping[str, Any] | None = None,
        *,
        definition: TaskDefinition | str | None = None,
    ) -> dict[str, Any]:
        """Return the members of CreateService and UpdateService that are asked for.

        Args:
            held: The `deploymentConfiguration` that holds; what is not asked for stays.
            definition: Says which container a target means that names none.
        """
        raw: dict[str, Any] = {
            "networkConfiguration": self.network.to_api() if self.network else None,
            "loadBalancers": _all_to_api(self.targets, definition),
            "capacityProviderStrategy": _strategy(self.capacity),
            "platformVersion": self.platform_version,
            "deploymentConfiguration": self._configuration(held or {}),
            "healthCheckGracePeriodSeconds": self.health_check_grace_period,
            "availabilityZoneRebalancing": _switch(self.availability_zone_rebalancing),
            "enableExecuteCommand": self.enable_execute_command,
            "enableECSManagedTags": self.enable_ecs_managed_tags,
            "propagateTags": self.propagate_tags,
            "tags": tags_to_api(self.tags) or None,
        }
        return {**{key: value for key, value in raw.items() if value is not None}, **self.extra}

    def _configuration(self, held: Mapping[str, Any]) -> dict[str, Any] | None:
        asked: dict[str, Any] = {
            "deploymentCircuitBreaker": (
                self.circuit_breaker.to_api() if self.circuit_breaker else None
            ),
            "minimumHealthyPercent": self.minimum_healthy_percent,
            "maximumPercent": self.maximum_percent,
        }
        asked = {key: value for key, value in asked.items() if value is not None}
        return {**held, **asked} if asked else None


def mapped_ports(definition: TaskDefinition) -> dict[str, list[int]]:
    """Return the ports that each container maps."""
    return {
        container["name"]: [port["containerPort"] for port in container.get("portMappings", ())]
        for container in definition.raw["containerDefinitions"]
    }


def _all_to_api(
    targets: Sequence[Target] | None, definition: TaskDefinition | str | None
) -> list[dict[str, Any]] | None:
    if targets is None:
        return None
    return [target.among(definition).to_api() for target in targets]


def _strategy(capacity: str | Sequence[CapacityShare] | None) -> list[dict[str, Any]] | None:
    if capacity is None:
        return None
    shares = [CapacityShare(provider=capacity)] if isinstance(capacity, str) else capacity
    return [share.to_api() for share in shares]


def _switch(value: bool | None) -> str | None:
    return None if value is None else ("ENABLED" if value else "DISABLED")
