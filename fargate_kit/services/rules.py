"""What of a service cannot work, found before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fargate_kit.errors import InvalidSpec
from fargate_kit.model.capacity_providers import provider_problems
from fargate_kit.model.problems import Problem
from fargate_kit.service_spec import CapacityShare, ServiceSettings, Target, mapped_ports
from fargate_kit.tasks.task_definition import TaskDefinition

__all__ = ["check_service"]

# "Up to 255 letters, numbers, underscores, and hyphens" (botocore's ECS model, CreateService).
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
# botocore's ECS model, `healthCheckGracePeriodSeconds`.
_LONGEST_GRACE = 2**31 - 1


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
    ports = mapped_ports(definition) if isinstance(definition, TaskDefinition) else {}
    for number, target in enumerate(targets):
        path = f"loadBalancers[{number}]"
        named = target.among(definition)
        if named.container is None:
            able = [name for name, mapped in ports.items() if target.port in mapped]
            if able or not ports:
                remedy = f"say which container has port {target.port}: container='…'"
            else:
                remedy = (
                    f"no container maps port {target.port}: map it, "
                    f"ContainerSpec(ports=[{target.port}])"
                )
            yield _problem(
                f"{path}.containerName",
                None,
                ", ".join(able) or "a container that maps the port",
                remedy,
            )
        elif not ports:
            continue
        elif named.container not in ports:
            yield _problem(
                f"{path}.containerName",
                named.container,
                ", ".join(ports),
                "name a container of the task definition",
            )
        elif named.port not in ports[named.container]:
            mapped = ", ".join(map(str, ports[named.container])) or "none"
            yield _problem(
                f"{path}.containerPort",
                named.port,
                mapped,
                "map the port in the task definition, or name one that is mapped",
            )


def _capacity_problems(capacity: str | Sequence[CapacityShare] | None) -> Iterator[Problem]:
    if capacity is None:
        return
    named = [capacity] if isinstance(capacity, str) else [share.provider for share in capacity]
    for provider in named:
        yield from provider_problems("capacityProviderStrategy.capacityProvider", provider)
    if isinstance(capacity, str):
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
    what = "nothing" if given is None else repr(given)
    return Problem(
        path=path,
        rule="service",
        given=given,
        allowed=allowed,
        message=f"{path}: {what} cannot be; allowed: {allowed}; {remedy}",
    )
