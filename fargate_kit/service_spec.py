"""What can be said of a service, and what of it cannot work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fargate_kit.errors import InvalidSpec
from fargate_kit.model.problems import Problem
from fargate_kit.model.values import Network, tags_to_api
from fargate_kit.task_definition import TaskDefinition

__all__ = ["CapacityShare", "CircuitBreaker", "ServiceSettings", "Target", "check_service"]

# "Up to 255 letters, numbers, underscores, and hyphens" (botocore's ECS model, CreateService).
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
# botocore's ECS model, `healthCheckGracePeriodSeconds`.
_LONGEST_GRACE = 2**31 - 1
# Seconds in which a new task behind a load balancer is not judged by its health checks.
USUAL_GRACE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A port of a container that a load balancer sends requests to.

    Attributes:
        target_group_arn: A target group of type `ip` that a listener forwards to.
        container: The container's name.
        port: Its port, as the task definition maps it.
    """

    target_group_arn: str
    container: str
    port: int

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

    def to_api(self, held: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the members of CreateService and UpdateService that are asked for.

        Args:
            held: The `deploymentConfiguration` that holds; what is not asked for stays.
        """
        raw: dict[str, Any] = {
            "networkConfiguration": self.network.to_api() if self.network else None,
            "loadBalancers": _all_to_api(self.targets),
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


def check_service(
    name: str,
    definition: TaskDefinition | str | None,
    desired_count: int | None,
    settings: ServiceSettings,
) -> None:
    """Refuse what cannot work, all of it at once, before anything is sent.

    Args:
        definition: Targets are held against it, where it is not only a name.

    Raises:
        InvalidSpec: With every problem.
    """
    found = [
        *_name_problems(name),
        *_number_problems(desired_count, settings),
        *_target_problems(definition, settings.targets or ()),
        *_capacity_problems(settings.capacity),
    ]
    if found:
        raise InvalidSpec(f"service {name}", found)


def _name_problems(name: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield _problem(
            "serviceName", name, "1 to 255 letters, digits, hyphens and underscores", "rename it"
        )


def _number_problems(desired_count: int | None, settings: ServiceSettings) -> Iterator[Problem]:
    least, most = settings.minimum_healthy_percent, settings.maximum_percent
    grace, breaker = settings.health_check_grace_period, settings.circuit_breaker
    if desired_count is not None and desired_count < 0:
        yield _problem(
            "desiredCount", desired_count, "0 or more", "0 keeps a service without tasks"
        )
    if least is not None and not 0 <= least <= 100:
        yield _problem("minimumHealthyPercent", least, "0 to 100", "100 stops nothing too early")
    if most is not None and most < 100:
        yield _problem("maximumPercent", most, "100 or more", "200 starts all new tasks at once")
    if least == most == 100:
        yield _problem(
            "maximumPercent",
            most,
            "more than 100 where the minimum is 100",
            "raise it, or lower the minimum: otherwise no task may be started and none stopped",
        )
    if settings.availability_zone_rebalancing and most is not None and most <= 100:
        yield _problem(
            "availabilityZoneRebalancing",
            "ENABLED",
            "a maximumPercent above 100",
            "raise maximumPercent: a task is started elsewhere before one is stopped",
        )
    if grace is not None and not 0 <= grace <= _LONGEST_GRACE:
        yield _problem(
            "healthCheckGracePeriodSeconds", grace, f"0 to {_LONGEST_GRACE}", "give seconds"
        )
    if breaker is not None and breaker.threshold is not None and breaker.threshold < 1:
        yield _problem(
            "thresholdConfiguration.value", breaker.threshold, "1 or more", "or None for AWS's rule"
        )


def _target_problems(
    definition: TaskDefinition | str | None, targets: Iterable[Target]
) -> Iterator[Problem]:
    if not isinstance(definition, TaskDefinition):
        return
    ports = {
        container["name"]: [port["containerPort"] for port in container.get("portMappings", ())]
        for container in definition.raw["containerDefinitions"]
    }
    for number, target in enumerate(targets):
        path = f"loadBalancers[{number}]"
        if target.container not in ports:
            yield _problem(
                f"{path}.containerName",
                target.container,
                ", ".join(ports),
                f"name a container of {definition.name}",
            )
        elif target.port not in ports[target.container]:
            mapped = ", ".join(map(str, ports[target.container])) or "none"
            yield _problem(
                f"{path}.containerPort",
                target.port,
                mapped,
                f"map the port in {definition.name}, or name one that is mapped",
            )


def _capacity_problems(capacity: str | Sequence[CapacityShare] | None) -> Iterator[Problem]:
    if capacity is None or isinstance(capacity, str):
        return
    if capacity and not any(share.weight for share in capacity):
        yield _problem(
            "capacityProviderStrategy", "only weights of 0", "one weight above 0", "raise one"
        )
    if len([share for share in capacity if share.base]) > 1:
        yield _problem(
            "capacityProviderStrategy", "several bases", "a base for one provider", "keep one"
        )


def _problem(path: str, given: Any, allowed: str, remedy: str) -> Problem:
    return Problem(
        path=path,
        rule="service",
        given=given,
        allowed=allowed,
        message=f"{path}: {given!r} cannot be; allowed: {allowed}; {remedy}",
    )


def _all_to_api(targets: Sequence[Target] | None) -> list[dict[str, Any]] | None:
    return None if targets is None else [target.to_api() for target in targets]


def _strategy(capacity: str | Sequence[CapacityShare] | None) -> list[dict[str, Any]] | None:
    if capacity is None:
        return None
    shares = [CapacityShare(provider=capacity)] if isinstance(capacity, str) else capacity
    return [share.to_api() for share in shares]


def _switch(value: bool | None) -> str | None:
    return None if value is None else ("ENABLED" if value else "DISABLED")
